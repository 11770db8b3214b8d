"""Private keys of each kind that Okta takes, made by `cryptography`, and their spellings."""

from __future__ import annotations

import json

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

KEYS = {
    "RS256": rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "ES384": ec.generate_private_key(ec.SECP384R1()),
    "ES512": ec.generate_private_key(ec.SECP521R1()),
}


def pem(key, password=None, form=serialization.PrivateFormat.PKCS8):
    """The key as PEM."""
    encryption = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, encryption).decode()


def jwk(key):
    """The key, private or public, as a dictionary, made by PyJWT."""
    is_rsa = isinstance(key, (rsa.RSAPrivateKey, rsa.RSAPublicKey))
    return json.loads(RSAAlgorithm.to_jwk(key) if is_rsa else ECAlgorithm.to_jwk(key))
