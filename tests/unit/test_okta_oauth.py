"""Signing in as a service app: the assertion must satisfy somebody else's JWT library."""

from __future__ import annotations

import time
from email.utils import formatdate
from urllib.parse import parse_qs

import jwt
import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import ApiError, BadAnswer, Unreachable
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_oauth import ServiceApp, TokenRequest
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_token_memory import TokenMemory
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import OKTA
from ansible_collections.okta_iru.attestation.plugins.module_utils._secrets import Secrets
from ansible_collections.okta_iru.attestation.plugins.module_utils._signing_key import SigningKey

from tests.unit.http_service import Answer, http_service
from tests.unit.signing_keys import KEYS, pem

SCOPES = ("okta.logs.read", "okta.devices.read")
GRANTED = Answer(body={"access_token": "at-123456", "expires_in": 3600, "token_type": "Bearer"})
DONE = Answer(body={"done": True})
CHALLENGE = 'Bearer authorization_uri="http://x", scope="okta.logs.read", error="{}", error_description="{}"'


def org(service, *, secrets=None, retries=0, warn=None, key="ES256", key_id="kid-1", memory=None):
    """A client that signs in as a service app."""
    secrets = secrets or Secrets()
    signing_key = SigningKey.load(pem(KEYS[key]), None, secrets)
    request = TokenRequest(
        client_id="0oa1",
        key=signing_key,
        key_id=key_id,
        scopes=SCOPES,
        secrets=secrets,
        warn=warn or (lambda text: None),
    )
    anonymous = Client(OKTA, service.url, request, sleep=lambda seconds: None, retries=retries)
    signed_in = ServiceApp(anonymous, request, TokenMemory(memory, service.url, "0oa1", signing_key, SCOPES))
    return Client(OKTA, service.url, signed_in, sleep=lambda seconds: None, retries=retries)


def forms(service):
    """The forms of the token requests."""
    return [parse_qs(body.decode()) for method, path, _headers, body in service.asked if path == "/oauth2/v1/token"]


def refusal(code, text="refused", status=400, **headers):
    return Answer(status, {"error": code, "error_description": text}, headers)


@pytest.mark.parametrize("algorithm", sorted(KEYS))
def test_the_assertion_verifies_with_another_library(algorithm):
    secrets = Secrets()
    with http_service(GRANTED, DONE, DONE) as service:
        client = org(service, secrets=secrets, key=algorithm)
        assert [client.get("/api/v1/org"), client.get("/api/v1/org")] == [{"done": True}] * 2
        assert service.methods() == ["POST", "GET", "GET"], "the token is fetched once a run"
        assert [headers["Authorization"] for _m, _p, headers, _b in service.asked[1:]] == ["Bearer at-123456"] * 2
        (form,) = forms(service)
        url = service.url
    assertion = form["client_assertion"][0]
    public = KEYS[algorithm].public_key()
    claims = jwt.decode(assertion, public, algorithms=[algorithm], audience=f"{url}/oauth2/v1/token")
    assert claims["iss"] == claims["sub"] == "0oa1"
    assert claims["exp"] - claims["iat"] <= 3600
    assert jwt.get_unverified_header(assertion)["kid"] == "kid-1"
    assert form["scope"] == ["okta.logs.read okta.devices.read"]
    assert {"at-123456", assertion} <= secrets.values


def test_a_token_about_to_expire_is_renewed():
    short = [Answer(body={"access_token": f"at-{n}", "expires_in": 60}) for n in (1, 2)]
    with http_service(short[0], DONE, short[1], DONE) as service:
        client = org(service)
        client.get("/api/v1/org")
        client.get("/api/v1/org")
        assert [headers.get("Authorization") for _m, _p, headers, _b in service.asked] == [
            None,
            "Bearer at-1",
            None,
            "Bearer at-2",
        ]


def test_a_scope_that_the_org_does_not_know_is_left_out_and_told_where_it_is_missing():
    unknown = refusal("invalid_scope", "One or more scopes are not configured.")
    ungranted = refusal("consent_required", "You are not allowed any of the requested scopes.")
    missing = Answer(403, None, {"WWW-Authenticate": CHALLENGE.format("insufficient_scope", "no.")})
    with http_service(unknown, unknown, ungranted, GRANTED, DONE, missing) as service:
        client = org(service)
        assert client.get("/api/v1/devices") == {"done": True}
        with pytest.raises(
            ApiError, match=r"does not know the scope okta\.logs\.read, so it does not have the feature"
        ):
            client.get("/api/v1/logs")
        assert [form["scope"][0] for form in forms(service)] == [" ".join(SCOPES), *SCOPES, "okta.devices.read"]


def test_an_org_that_knows_none_of_the_scopes_is_told_so():
    unknown = refusal("invalid_scope", "One or more scopes are not configured.")
    with (
        http_service(*[unknown] * 3) as service,
        pytest.raises(ApiError, match=r"does not know okta\.logs\.read or okta"),
    ):
        org(service).get("/api/v1/logs")


DEAD = Answer(401, {"errorCode": "E0000011", "errorSummary": "Invalid token provided"})
DEAD_BY_HEADER = Answer(401, None, {"WWW-Authenticate": 'Bearer realm="http://x", error="invalid_token"'})


@pytest.mark.parametrize("dead", [DEAD, DEAD_BY_HEADER])
def test_a_token_that_okta_no_longer_accepts_is_renewed_once(dead):
    with http_service(GRANTED, dead, GRANTED, DONE, dead) as service:
        client = org(service)
        assert client.get("/api/v1/org") == {"done": True}
        with pytest.raises(ApiError) as failure:
            client.get("/api/v1/org")
        assert service.methods() == ["POST", "GET", "POST", "GET", "GET"]
    assert failure.value.status == 401


def test_another_401_is_not_taken_for_a_dead_token():
    missing = Answer(401, {"errorCode": "E0000015", "errorSummary": "You do not have permission to access the feature"})
    with http_service(GRANTED, missing) as service, pytest.raises(ApiError, match="licence"):
        org(service).get("/api/v1/devices")


@pytest.mark.parametrize(
    ("answer", "advice"),
    [
        (refusal("invalid_client", "The client_assertion JWT kid is invalid.", 401), "set key_id to the id"),
        (refusal("invalid_client", "The client_assertion signature is invalid.", 401), "does not match the key kid-1"),
        (
            Answer(400, {"errorCode": "invalid_client", "errorSummary": "Invalid value for 'client_id' parameter."}),
            "There is no service app 0oa1",
        ),
        (refusal("invalid_client", "Something else.", 401), "that the app is active"),
        (refusal("consent_required"), "okta.logs.read okta.devices.read: Okta Admin Console, .*, Okta API Scopes"),
        (refusal("consent_required"), "an admin role as well"),
    ],
)
def test_a_refusal_says_what_to_do(answer, advice):
    with http_service(answer) as service, pytest.raises(ApiError, match=advice) as failure:
        org(service).get("/api/v1/org")
    assert failure.value.code == (answer.body.get("error") or "invalid_client")


@pytest.mark.parametrize(
    ("answer", "advice"),
    [
        (
            Answer(403, None, {"WWW-Authenticate": CHALLENGE.format("insufficient_scope", "not the required scopes.")}),
            "403 insufficient_scope: not the required scopes.* Grant the scope okta.logs.read to the service app 0oa1",
        ),
        (Answer(403, {"errorCode": "E0000006", "errorSummary": "You do not have permission"}), "no admin role"),
    ],
)
def test_a_refusal_by_the_api_says_whether_scope_or_role_is_missing(answer, advice):
    with http_service(GRANTED, answer) as service, pytest.raises(ApiError, match=advice):
        org(service).get("/api/v1/logs")


@pytest.mark.parametrize("lost", [Answer(503), Answer(close=True), Answer(body={"access_token": "x"}, cut=3)])
def test_signing_in_is_tried_again_with_a_new_assertion(lost):
    """Okta takes an assertion with a jti once, and whether it took the first cannot be known."""
    with http_service(lost, GRANTED, DONE) as service:
        assert org(service, retries=1).get("/api/v1/org") == {"done": True}
        first, second = (form["client_assertion"] for form in forms(service))
    assert first != second


def test_a_rate_limited_sign_in_is_repeated_with_a_new_assertion():
    with http_service(Answer(429, headers={"Retry-After": "0"}), GRANTED, DONE) as service:
        org(service, retries=1).get("/api/v1/org")
        first, second = (form["client_assertion"] for form in forms(service))
    assert first != second


def test_signing_in_that_never_succeeds_is_no_write_of_unknown_outcome():
    with http_service(Answer(503), Answer(503)) as service, pytest.raises(Unreachable, match="sign in"):
        org(service, retries=1).get("/api/v1/org")


def test_an_org_that_cannot_be_reached_is_not_tried_twice_over():
    slept = []
    with http_service() as service:
        client = org(service, retries=2)
        url = service.url
    inner = client._auth._client
    inner._sleep = client._sleep = slept.append
    with pytest.raises(Unreachable, match=url):
        client.get("/api/v1/org")
    assert len(slept) == 2


@pytest.mark.parametrize(
    "body", [None, [], {"access_token": None}, {"access_token": 7}, {"access_token": "a\nb"}, {"token_type": "Bearer"}]
)
def test_an_answer_without_a_token_is_explained(body):
    with http_service(Answer(body=body)) as service, pytest.raises(BadAnswer, match="access_token"):
        org(service).get("/api/v1/org")


@pytest.mark.parametrize("life", [None, "soon", [], -1])
def test_a_life_that_is_no_number_is_not_relied_on(life):
    granted = Answer(body={"access_token": "at-1", "expires_in": life})
    with http_service(granted, DONE, granted, DONE) as service:
        client = org(service)
        client.get("/api/v1/org")
        client.get("/api/v1/org")
        assert len(forms(service)) == 2


def skewed(seconds, **headers):
    """Headers of a server whose clock is ahead by so many seconds."""
    return {"Date": formatdate(time.time() + seconds, usegmt=True), **headers}


@pytest.mark.parametrize(("seconds", "words"), [(720, "12 minutes behind"), (-3660, "61 minutes ahead")])
def test_a_wrong_clock_is_told_and_the_servers_time_used(seconds, words):
    warnings = []
    expired = refusal("invalid_client", "The client_assertion token is expired.", 401, **skewed(seconds))
    with http_service(expired, GRANTED, DONE) as service:
        assert org(service, warn=warnings.append).get("/api/v1/org") == {"done": True}
        before, after = (
            jwt.decode(form["client_assertion"][0], options={"verify_signature": False}) for form in forms(service)
        )
    assert abs(after["iat"] - before["iat"] - seconds) < 5
    assert after["exp"] - after["iat"] == before["exp"] - before["iat"]
    (warning,) = warnings
    assert f"clock is {words} of Okta's" in warning


def test_a_wrong_clock_is_corrected_once_and_the_other_reason_told():
    refused = refusal("invalid_client", "The client_assertion signature is invalid.", 401, **skewed(720))
    with http_service(refused, refused) as service, pytest.raises(ApiError) as failure:
        org(service).get("/api/v1/org")
    assert "does not match the key kid-1" in failure.value.message
    assert "12 minutes behind" in failure.value.message


def test_a_refusal_at_the_right_time_is_not_repeated():
    refused = refusal("invalid_client", "The client_assertion signature is invalid.", 401, **skewed(20))
    with http_service(refused) as service:
        with pytest.raises(ApiError):
            org(service).get("/api/v1/org")
        assert service.methods() == ["POST"]
