"""Who may call what: tokens, scopes, features and rate limits of the org's API."""

from __future__ import annotations

import hmac
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from aiohttp import web

from sandbox.okta import log_event, rate_limits
from sandbox.okta.answers import OktaError, base_url
from sandbox.web import WORLD, Handler, Middleware
from sandbox.world import World

_Marked = TypeVar("_Marked", bound=Handler)
_logger = logging.getLogger(__name__)


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


def remember_access_token(world: World, token: str, scopes: list[str], lifetime: int) -> None:
    """Makes a token valid for ``lifetime`` seconds of real time (tokens are transport, not part of the state)."""
    tokens = world.runtime.cache.setdefault("okta.access_tokens", {})
    tokens[token] = (frozenset(scopes), time.time() + lifetime)


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
            response.headers.update(rate)
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
    scopes = _authenticate(request, world) if access.scope else None
    rate.update(rate_limits.spend(world, access.bucket))
    if rate_limits.refused_for_concurrency(world):
        rate.update({"X-Rate-Limit-Limit": "0", "X-Rate-Limit-Remaining": "0"})  # as Okta's Python SDK tells it apart
        raise OktaError("E0000047")
    if rate_limits.exceeded(world, access.bucket):
        raise OktaError("E0000047")  # without Retry-After: none was ever recorded
    if access.feature in world.data["okta"]["settings"]["missing_features"]:
        raise OktaError("E0000015")  # recorded on device-posture-checks: 401, not 403
    if access.scope and scopes is not None and access.scope not in scopes.granted:
        return _refusal(request, access.scope, scopes)
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
class _Scopes:
    granted: frozenset[str]
    oauth: bool


def _authenticate(request: web.Request, world: World) -> _Scopes | None:
    """The scopes of the caller; None is a super admin's SSWS token. Raises OktaError E0000011."""
    okta = world.data["okta"]
    header = request.headers.get("Authorization", "")
    # Okta's own Python SDK (3.4.6) sends "SSWS" and the token without a blank.
    kind, token = ("SSWS", header[4:].strip()) if header.startswith("SSWS") else header.partition(" ")[::2]
    if okta["settings"]["tokens_expired"]:
        raise OktaError("E0000011")
    if kind == "SSWS" and hmac.compare_digest(token.encode(), okta["api_token"].encode()):
        allowed = okta["settings"]["ssws_scopes"]
        return None if allowed is None else _Scopes(frozenset(allowed), oauth=False)
    if kind == "Bearer":
        scopes, expiry = world.runtime.cache.get("okta.access_tokens", {}).get(token, (frozenset(), 0.0))
        if time.time() < expiry:
            return _Scopes(scopes, oauth=True)
    raise OktaError("E0000011")


def _refusal(request: web.Request, scope: str, scopes: _Scopes) -> web.Response:
    """403. For OAuth without a body, the reason only in WWW-Authenticate (okta/terraform-provider-okta issue 2375)."""
    if not scopes.oauth:
        return OktaError("E0000006").response()
    base = base_url(request)
    challenge = {
        "authorization_uri": f"{base}/oauth2/v1/authorize",
        "realm": base,
        "scope": scope,
        "error": "insufficient_scope",
        "error_description": "The access token provided does not contain the required scopes.",
        "resource": request.path,
    }
    text = ", ".join(f'{name}="{value}"' for name, value in challenge.items())
    return web.Response(status=403, headers={"WWW-Authenticate": f"Bearer {text}"})
