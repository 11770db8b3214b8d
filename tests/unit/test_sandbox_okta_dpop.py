"""Proof of possession in the sandbox: what is demanded, and every way to fail. The client here is PyJWT."""

from __future__ import annotations

import base64
import hashlib
import time
import uuid
from typing import Any

import jwt

from tests.unit.okta_org import Org, in_org
from tests.unit.signing_keys import KEYS, jwk
from tests.unit.test_sandbox_okta_oauth import TOKEN, ask, assertion, register

Answer = tuple[int, Any]


def proof(
    org: Org, method: str, path: str, *, key: str = "ES256", header: dict[str, Any] | None = None, **changes: Any
) -> str:
    claims: dict[str, Any] = {
        "htm": method,
        "htu": f"http://{org.client.host}:{org.client.port}{path}",
        "iat": int(time.time()),
        "jti": str(uuid.uuid4()),
        **changes,
    }
    claims = {name: value for name, value in claims.items() if value is not None}
    head = {"typ": "dpop+jwt", "jwk": jwk(KEYS[key].public_key()), **(header or {})}
    return jwt.encode(claims, KEYS[key], algorithm=key, headers=head)


async def nonce_of(org: Org) -> str:
    form = {
        "grant_type": "client_credentials",
        "scope": "okta.logs.read",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": assertion(org, jti=str(uuid.uuid4())),
    }
    response = await org.client.post(TOKEN, data=form, headers={"DPoP": proof(org, "POST", TOKEN)})
    assert (response.status, (await response.json())["error"]) == (400, "use_dpop_nonce")
    assert response.headers["Cache-Control"] == "no-cache, no-store"
    return response.headers["dpop-nonce"]


async def bound_token(org: Org, key: str = "ES256") -> str:
    nonce = await nonce_of(org)
    made = proof(org, "POST", TOKEN, key=key, nonce=nonce)
    status, answer = await ask(org, assertion(org), "okta.logs.read okta.users.read", DPoP=made)
    assert (status, answer["token_type"]) == (200, "DPoP"), answer
    return str(answer["access_token"])


def hash_of(token: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()


async def call(
    org: Org, token: str, made: str | None, path: str = "/api/v1/logs", scheme: str = "DPoP"
) -> tuple[int, str]:
    """Status and challenge of a call of the API; such refusals have no body."""
    headers = {"Authorization": f"{scheme} {token}", **({"DPoP": made} if made else {})}
    response = await org.client.get(path, headers=headers)
    assert response.status == 200 or await response.read() == b""
    return response.status, response.headers.get("WWW-Authenticate", "")


def test_an_app_that_demands_it() -> None:
    async def scenario(org: Org) -> None:
        register(org)
        org.data["settings"]["dpop_required"] = True
        assert await ask(org, assertion(org)) == (
            400,
            {"error": "invalid_dpop_proof", "error_description": "The DPoP proof JWT header is missing."},
        )
        token = await bound_token(org)
        assert (await call(org, token, proof(org, "GET", "/api/v1/logs", ath=hash_of(token))))[0] == 200
        status, challenge = await call(org, token, None, scheme="Bearer")
        assert status == 400
        assert challenge.startswith('Bearer authorization_uri="http://')
        assert 'error="invalid_request", error_description="The resource request requires a DPoP proof."' in challenge

    in_org(scenario)


def test_an_app_that_does_not_demand_it_may_still_bind_its_token() -> None:
    async def scenario(org: Org) -> None:
        register(org)
        token = await bound_token(org, "RS256")
        made = proof(org, "GET", "/api/v1/logs", key="RS256", ath=hash_of(token))
        assert (await call(org, token, made))[0] == 200

    in_org(scenario)


def test_a_bound_token_comes_with_the_nonce_to_use_next() -> None:
    async def scenario(org: Org) -> None:
        register(org)
        nonce = await nonce_of(org)
        form = {
            "grant_type": "client_credentials",
            "scope": "okta.logs.read",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": assertion(org, jti=str(uuid.uuid4())),
        }
        headers = {"DPoP": proof(org, "POST", TOKEN, nonce=nonce)}
        response = await org.client.post(TOKEN, data=form, headers=headers)
        assert (response.status, response.headers["dpop-nonce"]) == (200, nonce)
        plain = await org.client.post(TOKEN, data={**form, "client_assertion": assertion(org, jti=str(uuid.uuid4()))})
        assert (plain.status, "dpop-nonce" in plain.headers) == (200, False)

    in_org(scenario)


def test_the_assertion_of_a_request_for_a_nonce_is_spent() -> None:
    async def scenario(org: Org) -> None:
        register(org)
        once = assertion(org, jti="1")
        assert (await ask(org, once, DPoP=proof(org, "POST", TOKEN)))[0] == 400
        status, answer = await ask(org, once, DPoP=proof(org, "POST", TOKEN))
        assert (status, answer["error_description"]) == (401, "The client_assertion token has already been used.")

    in_org(scenario)


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "method": ({"htm": "POST"}, "'htm' claim in the DPoP proof JWT is invalid."),
    "address": ({"htu": "http://elsewhere.example/api/v1/logs"}, "'htu' claim in the DPoP proof JWT is invalid."),
    "old": ({"iat": int(time.time()) - 400}, "The DPoP proof JWT is issued more than five minutes in the past."),
    "future": ({"iat": int(time.time()) + 400}, "The DPoP proof JWT is issued in the future."),
    "no time": ({"iat": None}, "'iat' claim"),
    "no id": ({"jti": None}, "'jti' claim"),
    "other token": ({"ath": "x"}, "'ath' claim"),
    "no token": ({"ath": None}, "'ath' claim"),
    "other key": ({"key": "ES384"}, "bound to"),
    "other type": ({"header": {"typ": "JWT"}}, "header is invalid"),
    "private key": ({"header": {"jwk": jwk(KEYS["ES256"])}}, "header is invalid"),
    "foreign key": ({"header": {"jwk": jwk(KEYS["RS256"].public_key())}}, "cannot be parsed"),
}


def test_every_way_to_fail_at_the_api() -> None:
    async def scenario(org: Org) -> None:
        register(org)
        token = await bound_token(org)
        for name, (changes, text) in REFUSED.items():
            made = proof(org, "GET", "/api/v1/logs", **{"ath": hash_of(token), **changes})
            status, challenge = await call(org, token, made)
            assert status == 400, name
            assert 'DPoP algs="RS256 RS384 RS512 ES256 ES384 ES512", authorization_uri=' in challenge
            assert 'scope="okta.logs.read", error="invalid_dpop_proof"' in challenge
            assert text in challenge, name
        assert (await call(org, token, "not a token"))[0] == 400
        assert "header is missing" in (await call(org, token, None))[1]

    in_org(scenario)


def test_a_proof_is_taken_once() -> None:
    async def scenario(org: Org) -> None:
        register(org)
        token = await bound_token(org)
        made = proof(org, "GET", "/api/v1/logs", ath=hash_of(token))
        assert (await call(org, token, made))[0] == 200
        assert "The DPoP proof JWT has already been used." in (await call(org, token, made))[1]

    in_org(scenario)


def test_the_address_in_a_proof_is_decoded_and_without_query() -> None:
    async def scenario(org: Org) -> None:
        register(org)
        token = await bound_token(org)
        login = org.world.data["people"][0]["login"].replace("@", "%40")
        path = f"/api/v1/users/{login}"
        for encoded, expected in ((path, 400), (path.replace("%40", "@"), 200)):
            made = proof(org, "GET", encoded, ath=hash_of(token))
            response = await org.client.get(
                f"{path}?fields=id", headers={"Authorization": f"DPoP {token}", "DPoP": made}
            )
            assert response.status == expected

    in_org(scenario)


def test_nonces_are_renewed_daily_and_live_three_days_longer() -> None:
    async def scenario(org: Org) -> None:
        register(org)
        settings = org.data["settings"]
        first = await nonce_of(org)
        assert await nonce_of(org) == first
        for days, accepted in ((1, True), (3, True), (4, False)):
            settings["clock_ahead_seconds"] = days * 86_400
            now = int(time.time()) + settings["clock_ahead_seconds"]
            made = proof(org, "POST", TOKEN, nonce=first, iat=now)
            status, answer = await ask(org, assertion(org, exp=now + 300), DPoP=made)
            assert (status == 200) is accepted
        assert answer["error"] == "use_dpop_nonce"

    in_org(scenario)


def test_the_api_may_demand_the_nonce_as_well() -> None:
    async def scenario(org: Org) -> None:
        register(org)
        token = await bound_token(org)
        org.data["settings"]["dpop_nonce_for_api"] = True
        made = proof(org, "GET", "/api/v1/logs", ath=hash_of(token))
        response = await org.client.get("/api/v1/logs", headers={"Authorization": f"DPoP {token}", "DPoP": made})
        assert response.status == 400
        assert 'error="use_dpop_nonce"' in response.headers["WWW-Authenticate"]
        made = proof(org, "GET", "/api/v1/logs", ath=hash_of(token), nonce=response.headers["dpop-nonce"])
        assert (await call(org, token, made))[0] == 200

    in_org(scenario)
