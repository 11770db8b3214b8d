"""The org's token endpoint: client credentials with a signed assertion (private_key_jwt)."""

from __future__ import annotations

import json
import secrets
import time
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from jwt.types import Options

from sandbox.okta import rate_limits
from sandbox.okta.access import needs, remember_access_token
from sandbox.okta.answers import base_url
from sandbox.web import WORLD, json_response
from sandbox.world import World

_ALGORITHMS = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"]
_REQUIRED: Options = {"require": ["iss", "sub", "aud", "exp"]}
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LIFETIME = 3600
SCOPES = frozenset(
    f"okta.{resource}.{verb}"
    for resource, verbs in {
        "apps": ("read", "manage"),
        "authenticators": ("read", "manage"),
        "deviceAssurance": ("read", "manage"),
        "deviceIntegrations": ("read", "manage"),
        "devicePostureChecks": ("read",),
        "devices": ("read", "manage"),
        "domains": ("read",),
        "features": ("read", "manage"),
        "groups": ("read", "manage"),
        "logs": ("read",),
        "networkZones": ("read",),
        "oauthIntegrations": ("read",),
        "orgs": ("read",),
        "policies": ("read", "manage"),
        "users": ("read", "manage"),
    }.items()
    for verb in verbs
)
"""Scopes of the endpoints here and of those the product may ask for besides."""


class _Refused(Exception):
    """An OAuth error answer (RFC 6749, 5.2)."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error, self.status = error, status


def register_client_key(world: World, key: rsa.RSAPublicKey) -> None:
    """Registers the public key of the service app (``client_id`` of the ready file), as its admin page does."""
    jwk = json.loads(RSAAlgorithm.to_jwk(key))
    world.runtime.client_jwks = [{**jwk, "kid": secrets.token_urlsafe(24)}]


@needs(None, rate_limits.TOKEN)
async def token(request: web.Request) -> web.Response:
    """POST /oauth2/v1/token (okta/okta-developer-docs, guides/implement-oauth-for-okta-serviceapp)."""
    world = request.app[WORLD]
    try:
        if world.data["okta"]["settings"]["dpop_required"]:
            return _nonce_demand()
        form = {name: str(value) for name, value in (await request.post()).items()}
        if form.get("grant_type") != "client_credentials":
            raise _Refused("unsupported_grant_type", "The authorization grant type is not supported by the server.")
        _check_assertion(world, form, f"{base_url(request)}/oauth2/v1/token")
        scopes = _grant(world, form.get("scope", ""))
    except _Refused as refused:
        return json_response({"error": refused.error, "error_description": str(refused)}, refused.status)
    access_token = secrets.token_urlsafe(48)
    remember_access_token(world, access_token, scopes, _LIFETIME)
    body = {"token_type": "Bearer", "expires_in": _LIFETIME, "access_token": access_token, "scope": " ".join(scopes)}
    return json_response(body, headers={"Cache-Control": "no-cache, no-store", "Pragma": "no-cache"})


def _nonce_demand() -> web.Response:
    """The first answer of an app with DPoP (okta/okta-developer-docs, guides/dpop)."""
    body = {"error": "use_dpop_nonce", "error_description": "Authorization server requires nonce in DPoP proof."}
    return json_response(body, 400, {"dpop-nonce": secrets.token_urlsafe(24)})


def _check_assertion(world: World, form: dict[str, str], audience: str) -> None:
    if form.get("client_assertion_type") != _ASSERTION_TYPE or not form.get("client_assertion"):
        raise _Refused("invalid_client", "The service app authenticates with private_key_jwt: no assertion sent.", 401)
    claims = _verified_claims(world, form["client_assertion"], audience)
    client_id = world.data["okta"]["client_id"]
    if claims["iss"] != client_id or claims["sub"] != client_id:
        raise _Refused("invalid_client", "iss and sub of the client_assertion must be the client id.", 401)
    if claims["exp"] - time.time() > _LIFETIME:
        raise _Refused("invalid_client", "The client_assertion expires too far in the future (over one hour).", 401)
    used = world.runtime.cache.setdefault("okta.assertion_ids", set())
    if claims.get("jti") in used:
        raise _Refused("invalid_client", "The client_assertion token has already been used (jti).", 401)
    if claims.get("jti"):
        used.add(claims["jti"])


def _verified_claims(world: World, assertion: str, audience: str) -> dict[str, Any]:
    try:
        header = jwt.get_unverified_header(assertion)
        key = jwt.PyJWK(_registered_key(world, header.get("kid")), algorithm=_algorithm(header))
        return dict(jwt.decode(assertion, key, algorithms=_ALGORITHMS, audience=audience, options=_REQUIRED))
    except jwt.PyJWTError as error:
        raise _Refused("invalid_client", f"The client_assertion is not valid: {error}", 401) from error


def _registered_key(world: World, key_id: str | None) -> dict[str, Any]:
    """The key that the assertion names; one that names none is held against the newest."""
    keys = [jwk for jwk in world.runtime.client_jwks if key_id in {None, jwk["kid"]}]
    if not keys:
        raise jwt.PyJWTError("the client has no key with the kid of the assertion")
    return keys[-1]


def _algorithm(header: dict[str, Any]) -> str:
    if header.get("alg") not in _ALGORITHMS:
        raise jwt.InvalidAlgorithmError(f"alg must be one of {', '.join(_ALGORITHMS)}")
    return str(header["alg"])


def _grant(world: World, text: str) -> list[str]:
    """The requested scopes that were granted to the app; the others are left out silently
    (seen in okta/terraform-provider-okta issue 2375 and okta/okta-sdk-golang issue 145)."""
    requested = text.split()
    unknown = [scope for scope in requested if scope not in SCOPES]
    if unknown or not requested:
        raise _Refused("invalid_scope", "One or more scopes are not configured for the authorization server resource.")
    allowed = world.data["okta"]["settings"]["oauth_scopes"]
    granted = [scope for scope in requested if allowed is None or scope in allowed]
    if not granted:
        raise _Refused("invalid_scope", "None of the requested scopes is granted to the client.")
    return granted
