"""Client assertions (private_key_jwt) at the token endpoint.

What is demanded stands in okta/okta-developer-docs: guides/build-self-signed-jwt, implement-oauth-for-okta-serviceapp.
Wording of the refusals: as clients of live orgs quote them, each with its source; the others are constructed.
"""

from __future__ import annotations

from typing import Any

import jwt

from sandbox.okta import org_clock, service_apps
from sandbox.world import World

ALGORITHMS = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"]
TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LONGEST_LIFE = 3600
_REQUIRED = ("iss", "sub", "aud", "exp")


class RefusedAssertion(Exception):
    """Why a client was not authenticated."""


class UnknownClient(Exception):
    """The assertion names no service app of the org."""


def authenticated_client(world: World, assertion: str, audience: str) -> str:
    """The client id of an assertion that holds. Raises UnknownClient, RefusedAssertion."""
    header, claims = _unverified(assertion)
    if not all(claims.get(name) for name in _REQUIRED):
        raise RefusedAssertion(f"The client_assertion must have the claims {', '.join(_REQUIRED)}.")
    keys = service_apps.keys_of(world, str(claims["sub"]))
    if keys is None:
        raise UnknownClient
    if claims["iss"] != claims["sub"]:
        raise RefusedAssertion("The issuer and the subject of the client_assertion must both be the client_id.")
    # Recorded by department-of-veterans-affairs/vets-api (spec/support/vcr_cassettes/lighthouse/auth).
    if audience not in ([claims["aud"]] if isinstance(claims["aud"], str) else claims["aud"]):
        raise RefusedAssertion("The audience claim for client_assertion must be the endpoint invoked for the request.")
    _check_signature(assertion, header, keys)
    _check_times(world, claims)
    _use_once(world, claims)
    return str(claims["sub"])


def _unverified(assertion: str) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        header = jwt.get_unverified_header(assertion)
        claims = dict(jwt.decode(assertion, options={"verify_signature": False}))
    except jwt.PyJWTError as error:
        raise RefusedAssertion("The client_assertion cannot be parsed as a JWT.") from error
    if header.get("alg") not in ALGORITHMS:
        raise RefusedAssertion("The client_assertion is signed with an algorithm that is not supported.")
    return header, claims


def _check_signature(assertion: str, header: dict[str, Any], keys: list[dict[str, Any]]) -> None:
    """An app with one key needs no ``kid``; with several it does (okta/okta-sdk-python issue 289)."""
    key_id = header.get("kid")
    fitting = [key for key in keys if key["kid"] == key_id] if key_id or len(keys) != 1 else keys
    if not fitting:
        raise RefusedAssertion("The client_assertion JWT kid is invalid.")
    try:
        key = jwt.PyJWK(fitting[0], algorithm=header["alg"])
        checks = {"verify_exp": False, "verify_aud": False, "verify_iat": False, "verify_nbf": False}
        jwt.decode(assertion, key, algorithms=ALGORITHMS, options=checks)  # type: ignore[arg-type]
    except (jwt.PyJWTError, TypeError, ValueError) as error:
        # Quoted by a support article of Okta, "Error occurs … due to invalid client assertion signature".
        raise RefusedAssertion("The client_assertion signature is invalid.") from error


def _check_times(world: World, claims: dict[str, Any]) -> None:
    """Wording: quoted by users of okta/terraform-provider-okta ("clock confusion") and of PowerShell scripts."""
    expires, now = claims["exp"], org_clock.now(world)
    if not isinstance(expires, (int, float)) or expires <= now:
        raise RefusedAssertion("The client_assertion token is expired.")
    if expires > now + _LONGEST_LIFE:
        raise RefusedAssertion("The client_assertion token has an expiration too far into the future.")


def _use_once(world: World, claims: dict[str, Any]) -> None:
    """Also spent by a request that is then answered use_dpop_nonce (seen by the authors of okta/okta-sdk-python)."""
    used = world.runtime.cache.setdefault("okta.assertion_ids", set())
    if claims.get("jti") in used:
        raise RefusedAssertion("The client_assertion token has already been used.")
    if claims.get("jti"):
        used.add(claims["jti"])
