"""The sandbox's token endpoint: assertions, scopes, roles, the org's clock. The client here is PyJWT."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox import okta
from tests.unit.okta_org import Org, in_org
from tests.unit.signing_keys import KEYS

TOKEN = "/oauth2/v1/token"
READ = "okta.policies.read okta.logs.read"


def assertion(org: Org, key: str = "RS256", key_id: str | None = None, **changes: Any) -> str:
    client_id = org.data["client_id"]
    audience = f"http://{org.client.host}:{org.client.port}{TOKEN}"
    claims = {"iss": client_id, "sub": client_id, "aud": audience, "exp": int(time.time()) + 300, **changes}
    return jwt.encode(claims, KEYS[key], algorithm=key, headers={"kid": key_id} if key_id else None)


async def ask(org: Org, signed: str, scope: str = READ, **headers: str) -> tuple[int, Any]:
    form = {
        "grant_type": "client_credentials",
        "scope": scope,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": signed,
    }
    response = await org.client.post(TOKEN, data=form, headers=headers)
    return response.status, await response.json()


def register(org: Org, key: str = "RS256") -> str:
    return okta.register_key(org.world, org.data["client_id"], KEYS[key].public_key())


async def signed_in(org: Org, scope: str = READ) -> None:
    """Makes the org's calls those of the service app."""
    status, answer = await ask(org, assertion(org), scope)
    assert status == 200, answer
    org.headers = {"Authorization": f"Bearer {answer['access_token']}"}


def test_a_token_carries_the_granted_scopes_only() -> None:
    async def scenario(org: Org) -> None:
        register(org)
        org.data["settings"]["oauth_scopes"] = ["okta.policies.read"]
        status, answer = await ask(org, assertion(org, jti="1"))
        assert status == 200
        assert {key: answer[key] for key in answer if key != "access_token"} == {
            "token_type": "Bearer",
            "expires_in": 3600,
            "scope": "okta.policies.read",
        }
        org.headers = {"Authorization": f"Bearer {answer['access_token']}"}
        assert (await org.call("GET", "policies?type=ACCESS_POLICY"))[0] == 200
        response = await org.raw("GET", "logs")
        assert (response.status, await response.read()) == (403, b"")
        base = f"http://{org.client.host}:{org.client.port}"
        assert response.headers["WWW-Authenticate"] == (
            f'Bearer authorization_uri="{base}/oauth2/v1/authorize", realm="{base}", scope="okta.logs.read", '
            'error="insufficient_scope", '
            'error_description="The access token provided does not contain the required scopes.", '
            'resource="/api/v1/logs"'
        )

    in_org(scenario)


@pytest.mark.parametrize(
    ("scope", "error"),
    [("okta.logs.read", "consent_required"), ("okta.all", "invalid_scope"), ("", "invalid_scope")],
)
def test_scopes_that_nobody_gets(scope: str, error: str) -> None:
    async def scenario(org: Org) -> None:
        register(org)
        org.data["settings"]["oauth_scopes"] = ["okta.policies.read"]
        status, answer = await ask(org, assertion(org), scope)
        assert (status, answer["error"]) == (400, error)

    in_org(scenario)


@pytest.mark.parametrize(
    ("claims", "description"),
    [
        ({"iss": "0oaSomebody"}, "issuer"),
        ({"aud": "https://elsewhere.example/oauth2/v1/token"}, "audience"),
        ({"exp": int(time.time()) - 60}, "expired"),
        ({"exp": int(time.time()) + 7200}, "too far into the future"),
        ({"exp": "soon"}, "expired"),
        ({"exp": None}, "must have the claims"),
    ],
)
def test_refused_assertions(claims: dict[str, Any], description: str) -> None:
    async def scenario(org: Org) -> None:
        register(org)
        assert (await ask(org, assertion(org)))[0] == 200
        status, answer = await ask(org, assertion(org, **claims))
        assert (status, answer["error"]) == (401, "invalid_client")
        assert description in answer["error_description"]

    in_org(scenario)


def test_an_unknown_client_is_refused_in_the_form_of_the_apis_errors() -> None:
    async def scenario(org: Org) -> None:
        register(org)
        status, answer = await ask(org, assertion(org, iss="0oaSomebody", sub="0oaSomebody"))
        assert (status, answer["errorCode"]) == (400, "invalid_client")
        assert answer["errorSummary"] == "Invalid value for 'client_id' parameter."
        assert set(answer) == {"errorCode", "errorSummary", "errorLink", "errorId", "errorCauses"}

    in_org(scenario)


def test_an_assertion_is_taken_once() -> None:
    async def scenario(org: Org) -> None:
        register(org)
        once = assertion(org, jti="1")
        assert (await ask(org, once))[0] == 200
        status, answer = await ask(org, once)
        assert (status, answer["error_description"]) == (401, "The client_assertion token has already been used.")

    in_org(scenario)


def test_foreign_and_missing_signatures() -> None:
    async def scenario(org: Org) -> None:
        okta.register_key(org.world, org.data["client_id"], rsa.generate_private_key(65537, 2048).public_key())
        status, answer = await ask(org, assertion(org))
        assert (status, answer["error_description"]) == (401, "The client_assertion signature is invalid.")
        claims = jwt.decode(assertion(org), options={"verify_signature": False})
        for text in (jwt.encode(claims, None, algorithm="none"), jwt.encode(claims, "x" * 32), "not a token"):
            assert (await ask(org, text))[0] == 401
        assert (await ask(org, assertion(org, "ES256")))[0] == 401

    in_org(scenario)


@pytest.mark.parametrize("algorithm", sorted(KEYS))
def test_every_kind_of_key(algorithm: str) -> None:
    async def scenario(org: Org) -> None:
        key_id = register(org, algorithm)
        assert (await ask(org, assertion(org, algorithm, key_id)))[0] == 200
        assert (await ask(org, assertion(org, algorithm)))[0] == 200

    in_org(scenario)


def test_an_app_with_several_keys_needs_the_kid() -> None:
    async def scenario(org: Org) -> None:
        first, second = register(org), register(org, "ES384")
        assert (await ask(org, assertion(org, "RS256", first)))[0] == 200
        assert (await ask(org, assertion(org, "ES384", second)))[0] == 200
        for key_id in (None, "of another app"):
            status, answer = await ask(org, assertion(org, key_id=key_id))
            assert (status, answer["error_description"]) == (401, "The client_assertion JWT kid is invalid.")

    in_org(scenario)


def test_a_client_secret_is_no_way_to_sign_in_here() -> None:
    async def scenario(org: Org) -> None:
        for form in ({}, {"grant_type": "client_credentials", "client_id": "x", "client_secret": "y"}):
            response = await org.client.post(TOKEN, data=form)
            assert response.status in (400, 401)
            assert set(await response.json()) == {"error", "error_description"}
            assert response.headers["Cache-Control"] == "no-cache, no-store"

    in_org(scenario)


def test_an_app_without_a_role_may_do_nothing_although_scopes_are_granted() -> None:
    async def scenario(org: Org) -> None:
        register(org)
        await signed_in(org)
        org.data["settings"]["oauth_role"] = ["okta.logs.read"]
        assert (await org.call("GET", "logs?limit=1"))[0] == 200
        status, answer = await org.call("GET", "policies?type=ACCESS_POLICY")
        assert (status, answer["errorCode"]) == (403, "E0000006")

    in_org(scenario)


@pytest.mark.parametrize("ahead", [7200, -7200])
def test_the_orgs_clock_may_be_another(ahead: int) -> None:
    async def scenario(org: Org) -> None:
        register(org)
        org.data["settings"]["clock_ahead_seconds"] = ahead
        assert (await ask(org, assertion(org)))[0] == 401
        right = int(time.time()) + ahead + 300
        status, answer = await ask(org, assertion(org, exp=right))
        assert status == 200
        org.headers = {"Authorization": f"Bearer {answer['access_token']}"}
        response = await org.raw("GET", "logs?limit=1")
        shown = parsedate_to_datetime(response.headers["Date"]).timestamp()
        assert abs(shown - time.time() - ahead) < 5
        assert 0 < int(response.headers["X-Rate-Limit-Reset"]) - shown <= 61

    in_org(scenario)


@pytest.mark.parametrize(("kind", "body"), [("body", True), ("challenge", False)])
def test_how_an_expired_token_is_refused_is_not_known(kind: str, body: bool) -> None:
    async def scenario(org: Org) -> None:
        register(org)
        await signed_in(org)
        org.data["settings"].update(oauth_401=kind, clock_ahead_seconds=3700)
        response = await org.raw("GET", "logs")
        assert (response.status, bool(await response.read())) == (401, body)
        assert ('error="invalid_token"' in response.headers.get("WWW-Authenticate", "")) is not body

    in_org(scenario)
