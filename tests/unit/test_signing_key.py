"""Private keys as users give them: PEM, JWK, in a file or as text, and everything that is none."""

from __future__ import annotations

import json

import jwt
import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._secrets import Secrets
from ansible_collections.okta_iru.attestation.plugins.module_utils._signing_key import SigningKey
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from tests.unit.signing_keys import KEYS, jwk, pem

OPENSSL = serialization.PrivateFormat.TraditionalOpenSSL


PRIMES = ("p", "q", "dp", "dq", "qi")


def load(text, path=None):
    return SigningKey.load(text, path, Secrets())


@pytest.mark.parametrize("algorithm", sorted(KEYS))
@pytest.mark.parametrize(
    "spell",
    [
        pem,
        lambda key: pem(key, form=OPENSSL),
        lambda key: pem(key).replace("\n", "\\n"),
        lambda key: json.dumps(jwk(key)),
        lambda key: str(jwk(key)),
        lambda key: json.dumps({"keys": [jwk(key)]}),
        lambda key: json.dumps({name: value for name, value in jwk(key).items() if name not in PRIMES}),
    ],
    ids=["PKCS8", "OpenSSL", "PEM of one line", "JWK", "as Ansible spells a mapping", "JWKS", "JWK without primes"],
)  # fmt: skip
def test_every_spelling_signs_what_another_library_verifies(algorithm, spell):
    key = load(spell(KEYS[algorithm]))
    token = key.signed({"typ": "JWT"}, {"iss": "0oa1"})
    assert jwt.decode(token, KEYS[algorithm].public_key(), algorithms=[algorithm]) == {"iss": "0oa1"}
    public = key.public_jwk()
    assert jwt.decode(token, jwt.PyJWK(public, algorithm=algorithm), algorithms=[algorithm]) == {"iss": "0oa1"}
    assert set(public) == ({"kty", "n", "e"} if algorithm == "RS256" else {"kty", "crv", "x", "y"})


def test_the_id_of_a_jwk_is_taken_over(tmp_path):
    path = tmp_path / "key.json"
    path.write_text(json.dumps({**jwk(KEYS["ES256"]), "kid": "from-okta"}))
    assert load(None, str(path)).key_id == "from-okta"
    assert load(pem(KEYS["ES256"])).key_id is None


def test_what_is_secret_of_a_key_is_masked(tmp_path):
    secrets = Secrets()
    key = jwk(KEYS["RS256"])
    path = tmp_path / "key.json"
    path.write_text(json.dumps(key))
    SigningKey.load(None, str(path), secrets)
    assert {key[name] for name in ("d", "p", "q", "dp", "dq", "qi")} <= secrets.values
    assert secrets.scrub(f"e is {key['e']} and d is {key['d']}") == "e is AQAB and d is ********"


def test_a_damaged_key_makes_no_signature():
    numbers = jwk(KEYS["RS256"])
    damaged = {**numbers, "d": jwk(OTHER)["d"], "dp": jwk(OTHER)["dp"]}
    with pytest.raises(InvalidInput, match=r"damaged|do not make a key"):
        load(json.dumps(damaged)).signed({}, {})


OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC = KEYS["ES256"].public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)  # fmt: skip
DER = KEYS["RS256"].private_bytes(
    serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no key at all", "private_key is neither PEM nor JWK"),
        (pem(KEYS["ES256"], b"pw"), "encrypted with a passphrase.*openssl pkcs8"),
        (pem(KEYS["RS256"], b"pw", OPENSSL), "encrypted with a passphrase"),
        (PUBLIC.decode(), "holds a public key"),
        ("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", "or a certificate"),
        (pem(ec.generate_private_key(ec.SECP256K1())), "P-256, P-384 or P-521"),
        (pem(ed25519.Ed25519PrivateKey.generate()), "neither an RSA nor an elliptic-curve"),
        (json.dumps(jwk(KEYS["RS256"].public_key())), "without 'd', which is a public key"),
        (json.dumps({"keys": [jwk(KEYS["ES256"]), jwk(KEYS["ES384"])]}), "does not hold exactly one"),
        (json.dumps({**jwk(KEYS["ES256"]), "x": jwk(KEYS["ES384"])["x"]}), "do not make a key of the kind EC"),
        (json.dumps({**jwk(KEYS["RS256"]), "n": "AQAB"}), "do not make a key of the kind RSA"),
        (json.dumps({**jwk(KEYS["ES256"]), "crv": "secp256k1"}), "do not make a key of the kind EC"),
        (json.dumps({"kty": "oct", "k": "c2VjcmV0", "d": "AQAB"}), "neither an RSA nor an elliptic-curve"),
        ('{"kty": "RSA", "d": "cut off', "begins like JSON"),
        ("{[}" * 3, "begins like JSON"),
    ],
)
def test_an_unusable_key_is_refused_and_never_quoted(text, message):
    with pytest.raises(InvalidInput, match=message) as failure:
        load(text)
    assert text not in failure.value.message
    assert text[40:60] not in failure.value.message or len(text) < 60


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "cannot be read: No such file"), (DER, "is no text.*not as DER"), (b"", "neither PEM")],
)
def test_an_unreadable_file_is_named(tmp_path, content, message):
    path = tmp_path / "key.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InvalidInput, match=message) as failure:
        load(None, str(path))
    assert str(path) in failure.value.message
