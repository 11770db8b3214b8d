"""The org's token endpoint: client credentials with a signed assertion (private_key_jwt)."""

from __future__ import annotations

import secrets

from aiohttp import web

from sandbox.okta import assertions, dpop, rate_limits
from sandbox.okta.access import AccessToken, needs, remember_access_token
from sandbox.okta.answers import base_url, oauth_error_response, unknown_client_response
from sandbox.okta.service_apps import SCOPES
from sandbox.web import WORLD, json_response
from sandbox.world import World

_LIFETIME = 3600


class _Refused(Exception):
    """An OAuth error answer (RFC 6749, 5.2)."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error, self.status = error, status


@needs(None, rate_limits.TOKEN)
async def token(request: web.Request) -> web.Response:
    """POST /oauth2/v1/token (okta/okta-developer-docs, guides/implement-oauth-for-okta-serviceapp)."""
    world = request.app[WORLD]
    form = {name: str(value) for name, value in (await request.post()).items()}
    try:
        client_id = _client(world, form, f"{base_url(request)}/oauth2/v1/token")
        key = _proven_key(request)
        scopes = _grant(world, form.get("scope", ""))
    except assertions.UnknownClient:
        return unknown_client_response()
    except dpop.RefusedProof as refused:
        headers = {dpop.NONCE_HEADER: dpop.nonce(world)} if refused.error == "use_dpop_nonce" else None
        return oauth_error_response(refused.error, str(refused), 400, headers)
    except _Refused as refused:
        return oauth_error_response(refused.error, str(refused), refused.status)
    access_token = secrets.token_urlsafe(48)
    remember_access_token(world, access_token, AccessToken(client_id, frozenset(scopes), key), _LIFETIME)
    body = {
        "token_type": "DPoP" if key else "Bearer",
        "expires_in": _LIFETIME,
        "access_token": access_token,
        "scope": " ".join(scopes),
    }
    # A proven key is answered with the nonce to use next (recorded, okta/okta-sdk-python test_dpop_it).
    nonce = {dpop.NONCE_HEADER: dpop.nonce(world)} if key else {}
    return json_response(body, headers={"Cache-Control": "no-cache, no-store", "Pragma": "no-cache", **nonce})


def _client(world: World, form: dict[str, str], audience: str) -> str:
    if form.get("grant_type") != "client_credentials":
        raise _Refused("unsupported_grant_type", "The authorization grant type is not supported by the server.")
    if form.get("client_assertion_type") != assertions.TYPE or not form.get("client_assertion"):
        # Quoted by a support article of Okta about the org authorization server; its error code is constructed.
        text = "Client Credentials requests to the Org Authorization Server must use the private_key_jwt"
        raise _Refused("invalid_client", f"{text} token_endpoint_auth_method.", 401)
    try:
        return assertions.authenticated_client(world, form["client_assertion"], audience)
    except assertions.RefusedAssertion as refused:
        raise _Refused("invalid_client", str(refused), 401) from refused


def _proven_key(request: web.Request) -> str | None:
    """The key that the token is bound to: where the app demands it, and where the request brings a proof."""
    demanded = request.app[WORLD].data["okta"]["settings"]["dpop_required"]
    if not demanded and dpop.HEADER not in request.headers:
        return None
    return dpop.proven_key(request, access_token=None, nonce_needed=True)


def _grant(world: World, text: str) -> list[str]:
    """The requested scopes that were granted to the app; the others are left out silently
    (seen in okta/terraform-provider-okta issue 2375 and okta/okta-sdk-golang issue 145)."""
    requested = text.split()
    not_known = world.data["okta"]["settings"]["unknown_scopes"]
    unknown = [scope for scope in requested if scope not in SCOPES or scope in not_known]
    if unknown or not requested:
        raise _Refused("invalid_scope", "One or more scopes are not configured for the authorization server resource.")
    allowed = world.data["okta"]["settings"]["oauth_scopes"]
    granted = [scope for scope in requested if allowed is None or scope in allowed]
    if not granted:
        raise _Refused("consent_required", "You are not allowed any of the requested scopes.")
    return granted
