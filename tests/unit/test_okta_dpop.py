"""Proof of possession: what is proven verifies with another library, and nonces are followed."""

from __future__ import annotations

import base64
import hashlib

import jwt
import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import ApiError
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Request

from tests.unit.http_service import Answer, http_service
from tests.unit.test_okta_oauth import DONE, forms, org, refusal, skewed

MISSING = refusal("invalid_dpop_proof", "The DPoP proof JWT header is missing.")
BOUND = Answer(body={"access_token": "at-dpop", "expires_in": 3600, "token_type": "DPoP"})


def nonce(value):
    """The refusal that brings a nonce."""
    return refusal("use_dpop_nonce", "Authorization server requires nonce in DPoP proof.", **{"dpop-nonce": value})


def challenge(error, text, **headers):
    """A refusal by the API: no body."""
    value = f'DPoP algs="RS256 ES256", realm="http://x", error="{error}", error_description="{text}", resource="/x"'
    return Answer(400, None, {"WWW-Authenticate": value, **headers})


def proofs(service):
    """Header and claims of each request's proof, verified with the key it names; None where there is none."""
    found = []
    for _method, _path, headers, _body in service.asked:
        text = headers.get("DPoP")
        head = jwt.get_unverified_header(text) if text else None
        key = head and jwt.PyJWK(head["jwk"], algorithm=head["alg"])
        found.append(
            (head, jwt.decode(text, key, algorithms=["ES256"], options={"verify_iat": False})) if text else None
        )
    return found


def test_it_starts_when_the_app_demands_it_and_every_proof_is_bound_to_its_request():
    with http_service(MISSING, nonce("n-1"), BOUND, DONE, DONE) as service:
        client = org(service)
        client.get("/api/v1/users/ada%2Bx@example.com", {"expand": "blocks"})
        client.write(Request("PUT", "/api/v1/x", json={}))
        none, first, second, get, put = proofs(service)
        assert service.methods() == ["POST", "POST", "POST", "GET", "PUT"]
        assert [headers.get("Authorization") for _m, _p, headers, _b in service.asked[3:]] == ["DPoP at-dpop"] * 2
        url = service.url
        assert len({form["client_assertion"][0] for form in forms(service)}) == 3
    assert none is None
    assert {head["typ"] for head, _claims in (first, second, get, put)} == {"dpop+jwt"}
    assert len({str(head["jwk"]) for head, _claims in (first, second, get, put)}) == 1
    assert len({claims["jti"] for _head, claims in (first, second, get, put)}) == 4
    assert all("d" not in head["jwk"] for head, _claims in (first, second, get, put))
    assert [claims.get("nonce") for _head, claims in (first, second)] == [None, "n-1"]
    assert (second[1]["htm"], second[1]["htu"]) == ("POST", f"{url}/oauth2/v1/token")
    assert (get[1]["htm"], get[1]["htu"]) == ("GET", f"{url}/api/v1/users/ada+x@example.com")
    assert (put[1]["htm"], put[1]["htu"]) == ("PUT", f"{url}/api/v1/x")
    digest = base64.urlsafe_b64encode(hashlib.sha256(b"at-dpop").digest()).rstrip(b"=").decode()
    assert [claims.get("ath") for _head, claims in (first, second, get, put)] == [None, None, digest, digest]


def test_an_org_that_asks_for_a_nonce_at_once_is_understood():
    with http_service(nonce("n-1"), BOUND, DONE) as service:
        assert org(service).get("/api/v1/org") == {"done": True}


def test_a_nonce_that_comes_with_an_answer_is_the_next_one_to_use():
    rotated = Answer(body={"done": True}, headers={"DPoP-Nonce": "n-2"})
    with http_service(nonce("n-1"), BOUND, rotated, DONE) as service:
        client = org(service)
        client.get("/api/v1/org")
        client.get("/api/v1/org")
        assert [claims[1].get("nonce") for claims in proofs(service)[1:]] == ["n-1", "n-1", "n-2"]


def test_a_nonce_that_the_api_demands_is_followed():
    stale = challenge("use_dpop_nonce", "Authorization server requires nonce in DPoP proof", **{"dpop-nonce": "n-2"})
    with http_service(nonce("n-1"), BOUND, stale, DONE) as service:
        assert org(service).get("/api/v1/org") == {"done": True}
        assert proofs(service)[-1][1]["nonce"] == "n-2"


def test_a_nonce_that_is_never_good_enough_ends():
    with http_service(*[nonce(f"n-{n}") for n in range(9)]) as service:
        with pytest.raises(ApiError, match="use_dpop_nonce"):
            org(service).get("/api/v1/org")
        assert len(service.asked) == 4


def test_the_same_nonce_again_is_no_news():
    with http_service(nonce("n-1"), nonce("n-1")) as service:
        with pytest.raises(ApiError, match="use_dpop_nonce"):
            org(service).get("/api/v1/org")
        assert len(service.asked) == 2


def test_a_proof_that_was_used_is_replaced():
    """Middle boxes repeat requests (okta/terraform-provider-okta issue 2392)."""
    used = challenge("invalid_dpop_proof", "The DPoP proof JWT has already been used.")
    with http_service(nonce("n-1"), BOUND, used, DONE) as service:
        assert org(service).get("/api/v1/org") == {"done": True}


def test_a_proof_of_another_time_is_made_by_the_servers_clock():
    warnings = []
    late = refusal(
        "invalid_dpop_proof", "The DPoP proof JWT is issued more than five minutes in the past.", **skewed(900)
    )
    with http_service(nonce("n-1"), late, BOUND, DONE) as service:
        org(service, warn=warnings.append).get("/api/v1/org")
        before, after = (claims["iat"] for _head, claims in proofs(service)[1:3])
    assert abs(after - before - 900) < 5
    assert "15 minutes behind" in warnings[0]


def test_a_proof_that_is_refused_for_good_is_explained():
    wrong = challenge("invalid_dpop_proof", "'htu' claim in the DPoP proof JWT is invalid.")
    with http_service(nonce("n-1"), BOUND, wrong) as service, pytest.raises(ApiError, match="'htu' claim") as failure:
        org(service).get("/api/v1/org")
    assert failure.value.code == "invalid_dpop_proof"


def test_no_proof_is_sent_to_an_org_that_does_not_ask_for_one():
    bearer = Answer(body={"access_token": "at-1", "expires_in": 3600, "token_type": "Bearer"})
    with http_service(bearer, DONE) as service:
        org(service).get("/api/v1/org")
        assert proofs(service) == [None, None]
