"""Who may call what: tokens, scopes, features and rate limits of the org's API."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from aiohttp import web

from sandbox.okta import dpop, log_event, org_clock, rate_limits
from sandbox.okta.answers import OktaError, challenge_response
from sandbox.web import WORLD, Handler, Middleware
from sandbox.world import World

_Marked = TypeVar("_Marked", bound=Handler)
_logger = logging.getLogger(__name__)


# What nearly all recorded answers of the API have, whatever they say (okta/okta-sdk-python, 2264 answers).
_ALWAYS = {
    "Cache-Control": "no-cache, no-store",
    "Pragma": "no-cache",
    "Expires": "0",
    "Strict-Transport-Security": "max-age=315360000; includeSubDomains",
    "X-XSS-Protection": "0",
    "P3P": 'CP="HONK"',
}


@dataclass(frozen=True)
class Access:
    """What a handler demands: an OAuth scope (None: public), a rate-limit bucket, a feature of the org."""

    scope: str | None
    bucket: str
    feature: str | None


_ACCESS: dict[Handler, Access] = {}


def needs(
    scope: str | None, bucket: str = rate_limits.OTHER, feature: str | None = None
) -> Callable[[_Marked], _Marked]:
    """Marks a handler of Okta's API. Those without a mark (the SCEP data path) are none of this module's business."""

    def mark(handler: _Marked) -> _Marked:
        _ACCESS[handler] = Access(scope, bucket, feature)
        return handler

    return mark


def access_of(handler: Handler) -> Access | None:
    """What a handler demands, if it is marked."""
    return _ACCESS.get(handler)


@dataclass(frozen=True)
class AccessToken:
    """An access token of a service app; ``key`` is the thumbprint that a DPoP proof must have, if any."""

    client_id: str
    scopes: frozenset[str]
    key: str | None


def remember_access_token(world: World, token: str, granted: AccessToken, lifetime: int) -> None:
    """Makes a token valid for ``lifetime`` seconds of real time (tokens are transport, not part of the state)."""
    tokens = world.runtime.cache.setdefault("okta.access_tokens", {})
    tokens[token] = (granted, org_clock.now(world) + lifetime)


def middleware() -> Middleware:
    """The middleware of the Okta origin."""

    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        access = _ACCESS.get(request.match_info.handler)
        if access is None and (request.match_info.http_exception is None or request.path.startswith("/pki/")):
            return await handler(request)
        rate: dict[str, str] = {}
        caller = _caller(request)
        try:
            with log_event.called_by(caller):
                response = await _guarded(request, handler, access, rate)
        except OktaError as error:
            response = error.response()
        except Exception:
            _logger.exception("%s %s", request.method, request.path)
            response = OktaError("E0000009").response()
        if not response.prepared:
            response.headers.update(_ALWAYS)
            if response.content_length:
                response.headers["X-Content-Type-Options"] = "nosniff"
            response.headers.update(rate)
            response.headers["Date"] = org_clock.date_header(request.app[WORLD])
            response.headers["X-Okta-Request-Id"] = caller.request_id
            if request.app[WORLD].data["okta"]["settings"]["lower_case_headers"]:
                _lower_case(response)
        return response

    return guard


async def _guarded(
    request: web.Request, handler: Handler, access: Access | None, rate: dict[str, str]
) -> web.StreamResponse:
    if access is None:
        error = request.match_info.http_exception
        if error is not None and error.status == 405:
            raise OktaError("E0000022")
        raise OktaError("E0000007", "Resource not found: " + request.path)
    world = request.app[WORLD]
    try:
        rights = _authenticate(request, world) if access.scope else None
    except dpop.RefusedProof as refused:
        nonce = {dpop.NONCE_HEADER: dpop.nonce(world)} if refused.error == "use_dpop_nonce" else {}
        return challenge_response(request, "DPoP", 400, refused.error, str(refused), scope=access.scope, headers=nonce)
    except _InvalidAccessToken as invalid:
        text = "The access token is invalid."
        return challenge_response(request, invalid.scheme, 401, "invalid_token", text, scope=access.scope)
    if rights is not None and rights.lacks_proof:
        text = "The resource request requires a DPoP proof."
        return challenge_response(request, "Bearer", 400, "invalid_request", text, scope=access.scope)
    rate.update(rate_limits.spend(world, access.bucket))
    if rate_limits.refused_for_concurrency(world):
        rate.update({"X-Rate-Limit-Limit": "0", "X-Rate-Limit-Remaining": "0"})  # as Okta's Python SDK tells it apart
        raise OktaError("E0000047")
    if rate_limits.exceeded(world, access.bucket):
        raise OktaError("E0000047")  # without Retry-After: none was ever recorded
    if access.feature in world.data["okta"]["settings"]["missing_features"]:
        raise OktaError("E0000015")  # recorded on device-posture-checks: 401, not 403
    if rights is not None and access.scope:
        if rights.scopes is not None and access.scope not in rights.scopes:
            text = "The access token provided does not contain the required scopes."
            # Without a body, the reason only in WWW-Authenticate (okta/terraform-provider-okta issue 2375).
            return challenge_response(request, rights.scheme, 403, "insufficient_scope", text, scope=access.scope)
        if rights.role is not None and access.scope not in rights.role:
            raise OktaError("E0000006")
    return await handler(request)


def _caller(request: web.Request) -> log_event.Caller:
    """Who the System Log will say it was. The API token of the org has one id for ever."""
    token = request.headers.get("Authorization", "").startswith("SSWS")
    okta = request.app[WORLD].data["okta"]
    return log_event.Caller(
        ip=request.remote or "127.0.0.1",
        user_agent=request.headers.get("User-Agent", ""),
        request_id=rate_limits.new_request_id(),
        uri=request.path,
        token_id=f"00T{okta['client_id'][3:]}" if token else None,
    )


def _lower_case(response: web.StreamResponse) -> None:
    headers = list(response.headers.items())
    response.headers.clear()
    for name, value in headers:
        response.headers.add(name.lower(), value)


@dataclass(frozen=True)
class _Rights:
    """``scopes`` are those of an OAuth token; ``role`` what the admin role allows, in scopes; None is everything."""

    scheme: str
    scopes: frozenset[str] | None
    role: list[str] | None
    lacks_proof: bool = False


class _InvalidAccessToken(Exception):
    """An access token that is not known, or no longer."""

    def __init__(self, scheme: str) -> None:
        super().__init__()
        self.scheme = scheme


def _authenticate(request: web.Request, world: World) -> _Rights:
    """Who calls. Raises OktaError E0000011, RefusedProof, _InvalidAccessToken."""
    okta = world.data["okta"]
    settings = okta["settings"]
    header = request.headers.get("Authorization", "")
    # Okta's own Python SDK (3.4.6) sends "SSWS" and the token without a blank.
    scheme, token = ("SSWS", header[4:].strip()) if header.startswith("SSWS") else header.partition(" ")[::2]
    if settings["tokens_expired"]:
        raise OktaError("E0000011")
    if scheme == "SSWS" and hmac.compare_digest(token.encode(), okta["api_token"].encode()):
        return _Rights(scheme, None, settings["ssws_scopes"])
    if scheme in {"Bearer", "DPoP"}:
        granted, expiry = world.runtime.cache.get("okta.access_tokens", {}).get(token, (None, 0.0))
        if granted is not None and org_clock.now(world) < expiry:
            return _oauth_rights(request, scheme, token, granted)
        if settings["oauth_401"] == "challenge":
            raise _InvalidAccessToken(scheme)
    raise OktaError("E0000011")


def _oauth_rights(request: web.Request, scheme: str, token: str, granted: AccessToken) -> _Rights:
    settings = request.app[WORLD].data["okta"]["settings"]
    if scheme == "DPoP":
        nonce_needed = bool(settings["dpop_nonce_for_api"])
        key = dpop.proven_key(request, access_token=token, nonce_needed=nonce_needed)
        if key != granted.key:
            raise dpop.RefusedProof("The DPoP proof JWT is not signed with the key that the access token is bound to.")
    return _Rights(scheme, granted.scopes, settings["oauth_role"], lacks_proof=scheme == "Bearer" and bool(granted.key))
