"""Signing in as a service app: the assertion must satisfy somebody else's JWT library."""

from __future__ import annotations

from urllib.parse import parse_qs

import jwt
import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import (
    ApiError,
    BadAnswer,
    InvalidInput,
    Unreachable,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_oauth import ServiceAppToken
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import OKTA
from ansible_collections.okta_iru.attestation.plugins.module_utils._secrets import Secrets
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from tests.unit.http_service import Answer, http_service

KEYS = {
    "RS256": rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "ES384": ec.generate_private_key(ec.SECP384R1()),
    "ES512": ec.generate_private_key(ec.SECP521R1()),
}


def pem(key, password=None):
    encryption = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption).decode()


def token(service, key_text, secrets=None, retries=0, **options):
    settings = {"private_key": key_text, "private_key_file": None, "key_id": "kid-1", **options}
    return ServiceAppToken(
        Client(OKTA, service.url, None, sleep=lambda seconds: None, retries=retries),
        client_id="0oa1",
        scopes=("okta.logs.read", "okta.devices.read"),
        secrets=secrets or Secrets(),
        **settings,
    )


@pytest.mark.parametrize("algorithm", sorted(KEYS))
def test_the_assertion_verifies_with_another_library(algorithm):
    key = KEYS[algorithm]
    secrets = Secrets()
    with http_service(
        Answer(body={"access_token": "at-123456", "expires_in": 3600, "token_type": "Bearer"})
    ) as service:
        app = token(service, pem(key), secrets)
        assert app.header() == "Bearer at-123456"
        assert app.header() == "Bearer at-123456"
        assert service.methods() == ["POST"], "the token is fetched once a run"
        form = parse_qs(service.asked[0][3].decode())
        url = service.url
    assertion = form["client_assertion"][0]
    claims = jwt.decode(assertion, key.public_key(), algorithms=[algorithm], audience=f"{url}/oauth2/v1/token")
    assert claims["iss"] == claims["sub"] == "0oa1"
    assert claims["exp"] - claims["iat"] <= 3600
    assert jwt.get_unverified_header(assertion)["kid"] == "kid-1"
    assert form["scope"] == ["okta.logs.read okta.devices.read"]
    assert "at-123456" in secrets.values


def test_a_token_about_to_expire_is_renewed():
    answers = [Answer(body={"access_token": f"at-{n}", "expires_in": 60}) for n in (1, 2)]
    with http_service(*answers) as service:
        app = token(service, pem(KEYS["RS256"]))
        assert [app.header(), app.header()] == ["Bearer at-1", "Bearer at-2"]


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("invalid_client", "compare the key ids"),
        ("invalid_scope", "okta.logs.read okta.devices.read"),
        ("use_dpop_nonce", "DPoP"),
    ],
)
def test_a_refusal_says_what_to_do(code, advice):
    refusal = Answer(400, {"error": code, "error_description": "refused"})
    with http_service(refusal) as service, pytest.raises(ApiError, match=advice) as failure:
        token(service, pem(KEYS["RS256"])).header()
    assert failure.value.code == code


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"private_key": "no key at all"}, "private_key is no unencrypted PEM"),
        ({"private_key": pem(KEYS["ES256"], b"pw")}, "no unencrypted PEM"),
        ({"private_key": None, "private_key_file": "/nonexistent/key.pem"}, "No such file"),
        ({"private_key": pem(ec.generate_private_key(ec.SECP256K1()))}, "P-256, P-384 or P-521"),
        ({"private_key": pem(ed25519.Ed25519PrivateKey.generate())}, "neither an RSA nor an elliptic-curve"),
    ],
)
def test_an_unusable_key_is_refused_before_anything_is_sent(options, message):
    with http_service() as service:
        with pytest.raises(InvalidInput, match=message) as failure:
            token(service, None, **options)
        assert service.asked == []
    assert "no key at all" not in failure.value.message


@pytest.mark.parametrize("lost", [Answer(503), Answer(close=True), Answer(body={"access_token": "x"}, cut=3)])
def test_signing_in_is_tried_again_with_a_new_assertion(lost):
    """Okta takes an assertion with a jti once, and whether it took the first cannot be known."""
    with http_service(lost, Answer(body={"access_token": "at-1"})) as service:
        assert token(service, pem(KEYS["ES256"]), retries=1).header() == "Bearer at-1"
        first, second = (parse_qs(body.decode())["client_assertion"][0] for *_, body in service.asked)
    assert first != second


def test_signing_in_that_never_succeeds_is_no_write_of_unknown_outcome():
    with http_service(Answer(503), Answer(503)) as service, pytest.raises(Unreachable, match="sign in"):
        token(service, pem(KEYS["ES256"]), retries=1).header()


@pytest.mark.parametrize(
    "body", [None, [], {"access_token": None}, {"access_token": 7}, {"access_token": "a\nb"}, {"token_type": "Bearer"}]
)
def test_an_answer_without_a_token_is_explained(body):
    with http_service(Answer(body=body)) as service, pytest.raises(BadAnswer, match="access_token"):
        token(service, pem(KEYS["ES256"])).header()


@pytest.mark.parametrize("life", [None, "soon", [], -1])
def test_a_life_that_is_no_number_is_not_relied_on(life):
    with http_service(*[Answer(body={"access_token": "at-1", "expires_in": life})] * 2) as service:
        app = token(service, pem(KEYS["ES256"]))
        assert app.header() == app.header() == "Bearer at-1"
