"""Proof of possession (DPoP, RFC 9449) at the token endpoint and at the API.

Okta's guide "Configure OAuth 2.0 Demonstrating Proof-of-Possession" (okta/okta-developer-docs, guides/dpop) says what
is checked. Wording of the refusals: quoted from live orgs in issues of okta/okta-sdk-nodejs (453),
terraform-provider-okta (1904, 2392), okta-sdk-dotnet (697, 758) and on developer.okta.com/blog; what is not found there
is constructed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import jwt
from aiohttp import web

from sandbox.okta import org_clock
from sandbox.okta.answers import base_url
from sandbox.okta.assertions import ALGORITHMS
from sandbox.web import WORLD
from sandbox.world import World

HEADER = "DPoP"
NONCE_HEADER = "dpop-nonce"
_DAY = 86_400
_NONCE_DAYS = 3  # "continues to work for three days after generation", a new one every 24 hours
_OLDEST_PROOF = 300
_FUTURE = 60  # constructed: how far in the future a proof may be
_THUMBPRINT = {"RSA": ("e", "kty", "n"), "EC": ("crv", "kty", "x", "y")}


class RefusedProof(Exception):
    """An answer of status 400: ``error`` is invalid_dpop_proof or use_dpop_nonce."""

    def __init__(self, description: str, error: str = "invalid_dpop_proof") -> None:
        super().__init__(description)
        self.error = error


def proven_key(request: web.Request, *, access_token: str | None, nonce_needed: bool) -> str:
    """The thumbprint (RFC 7638) of the key of a proof that fits the request. Raises RefusedProof."""
    world = request.app[WORLD]
    proofs = request.headers.getall(HEADER, [])
    if not proofs:
        raise RefusedProof("The DPoP proof JWT header is missing.")
    key, claims = _verified(proofs)
    _check_request(request, claims)
    _check_times(world, claims)
    if access_token is not None and claims.get("ath") != _hash(access_token.encode()):
        raise RefusedProof("'ath' claim in the DPoP proof JWT is invalid.")
    if nonce_needed and claims.get("nonce") not in _valid_nonces(world):
        raise RefusedProof("Authorization server requires nonce in DPoP proof.", "use_dpop_nonce")
    _use_once(world, claims)
    return thumbprint(key)


def nonce(world: World, days_ago: int = 0) -> str:
    """The nonce of the org's day; derived, so that asking for it changes no state."""
    day = int(org_clock.now(world) // _DAY) - days_ago
    secret = world.data["okta"]["api_token"].encode()
    return base64.urlsafe_b64encode(hmac.digest(secret, f"dpop nonce {day}".encode(), "sha256")[:24]).decode()


def thumbprint(jwk: dict[str, Any]) -> str:
    """RFC 7638."""
    members = {name: jwk[name] for name in _THUMBPRINT[jwk["kty"]]}
    return _hash(json.dumps(members, separators=(",", ":"), sort_keys=True).encode())


def _valid_nonces(world: World) -> set[str]:
    return {nonce(world, days) for days in range(_NONCE_DAYS + 1)}


def _verified(proofs: list[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    if len(proofs) > 1:
        raise RefusedProof("More than one DPoP proof JWT header.")
    try:
        header = jwt.get_unverified_header(proofs[0])
        jwk = dict(header["jwk"])
        key = jwt.PyJWK(jwk, algorithm=header["alg"])
        options = {"verify_iat": False, "verify_aud": False}
        claims = dict(jwt.decode(proofs[0], key, algorithms=ALGORITHMS, options=options))  # type: ignore[arg-type]
    except (jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
        raise RefusedProof("DPoP proof JWT cannot be parsed.") from error
    if header.get("typ") != "dpop+jwt" or "d" in jwk or jwk.get("kty") not in _THUMBPRINT:
        raise RefusedProof("DPoP proof JWT header is invalid.")
    return jwk, claims


def _check_request(request: web.Request, claims: dict[str, Any]) -> None:
    """`htu` is without query, and with what is percent-encoded in the path decoded (okta/okta-sdk-python issue 541)."""
    if claims.get("htm") != request.method:
        raise RefusedProof("'htm' claim in the DPoP proof JWT is invalid.")
    if claims.get("htu") != base_url(request) + request.path:
        raise RefusedProof("'htu' claim in the DPoP proof JWT is invalid.")


def _check_times(world: World, claims: dict[str, Any]) -> None:
    issued, now = claims.get("iat"), org_clock.now(world)
    if not isinstance(issued, (int, float)):
        raise RefusedProof("'iat' claim in the DPoP proof JWT is invalid.")
    if issued < now - _OLDEST_PROOF:
        raise RefusedProof("The DPoP proof JWT is issued more than five minutes in the past.")
    if issued > now + _FUTURE:
        raise RefusedProof("The DPoP proof JWT is issued in the future.")


def _use_once(world: World, claims: dict[str, Any]) -> None:
    used = world.runtime.cache.setdefault("okta.proof_ids", set())
    if not claims.get("jti"):
        raise RefusedProof("'jti' claim in the DPoP proof JWT is invalid.")
    if claims["jti"] in used:
        raise RefusedProof("The DPoP proof JWT has already been used.")
    used.add(claims["jti"])


def _hash(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
