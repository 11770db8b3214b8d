# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private keys that sign JSON Web Tokens: read from PEM or JWK, RSA (RS256) or elliptic curve (ES256, ES384, ES512).

Okta takes these algorithms of a service app ("Build a JWT for client authentication" in its developer documentation).
"""

from __future__ import annotations

import ast
import base64
import json
from pathlib import Path
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput, MissingLibrary
from ansible_collections.okta_iru.attestation.plugins.module_utils._secrets import Secrets

try:
    import cryptography
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
except ImportError:
    cryptography = None  # type: ignore[assignment]

# Name of the curve in `cryptography` → in a JWK, algorithm, bytes of a coordinate.
_CURVES = {
    "secp256r1": ("P-256", "ES256", 32),
    "secp384r1": ("P-384", "ES384", 48),
    "secp521r1": ("P-521", "ES512", 66),
}
_DECRYPT = (
    "Okta's clients have no use for the passphrase: write the key without one (openssl pkcs8 -topk8 -nocrypt -in KEY "
    "-out NEWKEY) and keep it in a vault."
)


class SigningKey:
    """A private key, the algorithm that goes with it, and its id where the key file names one."""

    def __init__(self, key: Any, key_id: str | None = None) -> None:
        self._key = key
        self.key_id = key_id
        self.algorithm = "RS256" if isinstance(key, rsa.RSAPrivateKey) else _CURVES[key.curve.name][1]

    @classmethod
    def generate(cls) -> SigningKey:
        """A new P-256 key, for proofs of one run."""
        _require_library()
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def load(cls, text: str | None, path: str | None, secrets: Secrets) -> SigningKey:
        """The key in ``text``, else in the file ``path``. Raises InvalidInput, which never quotes the key."""
        _require_library()
        where = "private_key" if text else f"private_key_file {path}"
        try:
            content = text or Path(path or "").read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise InvalidInput(f"The {where} is no text: give the key as PEM or as JSON (JWK), not as DER.") from None
        except OSError as error:
            raise InvalidInput(f"The {where} cannot be read: {error.strerror}.") from None
        secrets.add(content)
        key, key_id = (
            _from_jwk(content, where, secrets) if content.lstrip()[:1] == "{" else (_from_pem(content, where), None)
        )
        _check_kind(key, where)
        return cls(key, key_id)

    @classmethod
    def of_pem(cls, text: str) -> SigningKey:
        """The key that `pem` gave."""
        return cls(_from_pem(text, "key"))

    def pem(self) -> str:
        """The private key as text, not encrypted."""
        form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return str(self._key.private_bytes(*form).decode("ascii"))

    def public_jwk(self) -> dict[str, str]:
        """The public half as JWK with the members that RFC 7638 counts, and no others."""
        numbers = self._key.public_key().public_numbers()
        if isinstance(self._key, rsa.RSAPrivateKey):
            return {"kty": "RSA", "n": _number(numbers.n), "e": _number(numbers.e)}
        curve, _algorithm, size = _CURVES[self._key.curve.name]
        return {"kty": "EC", "crv": curve, "x": _number(numbers.x, size), "y": _number(numbers.y, size)}

    def signed(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        """A JWT in its compact form."""
        text = f"{_segment({'alg': self.algorithm, **header})}.{_segment(claims)}"
        return f"{text}.{base64url(self._signature(text.encode('ascii')))}"

    def _signature(self, data: bytes) -> bytes:
        if isinstance(self._key, rsa.RSAPrivateKey):
            return _rsa_signature(self._key, data)
        digest = {"ES256": hashes.SHA256(), "ES384": hashes.SHA384(), "ES512": hashes.SHA512()}[self.algorithm]
        size = _CURVES[self._key.curve.name][2]
        # JWS wants the two numbers, not DER.
        return b"".join(
            one.to_bytes(size, "big") for one in decode_dss_signature(self._key.sign(data, ec.ECDSA(digest)))
        )


def base64url(data: bytes) -> str:
    """Base64 for URLs, without padding, as JWTs have it."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _rsa_signature(key: Any, data: bytes) -> bytes:
    """A signature that holds; one made with numbers that do not fit together could give the key away."""
    signature = key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    try:
        key.public_key().verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        raise InvalidInput("The numbers of the RSA private key do not fit together: the key is damaged.") from None
    return signature


def _unchecked() -> dict[str, bool]:
    """Leaves out the check of an RSA key when it is loaded, 36 ms of a task; `_rsa_signature` checks what it is used
    for. The argument exists since cryptography 39."""
    is_known = int(cryptography.__version__.partition(".")[0]) >= 39
    return {"unsafe_skip_rsa_key_validation": True} if is_known else {}


def _require_library() -> None:
    if cryptography is None:
        raise MissingLibrary("A private key needs the Python library 'cryptography': pip install cryptography")


def _from_pem(content: str, where: str) -> Any:
    if "\n" not in content.strip():  # environment variables often hold the two characters instead of a line break
        content = content.replace("\\n", "\n")
    try:
        return serialization.load_pem_private_key(content.encode(), password=None, **_unchecked())
    except TypeError:
        raise InvalidInput(f"The {where} is encrypted with a passphrase. {_DECRYPT}") from None
    except ValueError:
        if "PUBLIC KEY" in content or "BEGIN CERTIFICATE" in content:
            raise InvalidInput(f"The {where} holds a public key or a certificate; give the private key.") from None
        raise InvalidInput(
            f"The {where} is neither PEM nor JWK; give the private key whose public half Okta holds."
        ) from None


def _from_jwk(content: str, where: str, secrets: Secrets) -> tuple[Any, str | None]:
    jwk = _only_key(_mapping(content, where), where)
    secrets.add(*(value for name, value in jwk.items() if name in ("d", "p", "q", "dp", "dq", "qi", "k")))
    if "d" not in jwk:
        raise InvalidInput(f"The {where} is a JWK without 'd', which is a public key; give the private one.")
    try:
        key = _rsa(jwk) if jwk.get("kty") == "RSA" else _elliptic(jwk) if jwk.get("kty") == "EC" else None
    except (KeyError, ValueError, TypeError, AttributeError):
        raise InvalidInput(
            f"The {where} is a JWK whose numbers do not make a key of the kind {jwk.get('kty')}."
        ) from None
    return key, jwk.get("kid")


def _mapping(content: str, where: str) -> dict[str, Any]:
    """The JSON in ``content``. Ansible before 2.19 makes a mapping, and then Python's spelling, of a text like JSON."""
    for parse in (json.loads, ast.literal_eval):
        try:
            parsed = parse(content)
        except (ValueError, SyntaxError, RecursionError):
            continue
        if isinstance(parsed, dict):
            return parsed
    raise InvalidInput(f"The {where} begins like JSON but cannot be read as a JWK.")


def _only_key(jwk: dict[str, Any], where: str) -> dict[str, Any]:
    keys = jwk.get("keys", [jwk])
    if not isinstance(keys, list) or len(keys) != 1 or not isinstance(keys[0], dict):
        raise InvalidInput(f"The {where} is a set of keys (JWKS) that does not hold exactly one; give one key.")
    return keys[0]


def _rsa(jwk: dict[str, Any]) -> Any:
    n, e, d = (_decoded(jwk[name]) for name in ("n", "e", "d"))
    p, q = (_decoded(jwk["p"]), _decoded(jwk["q"])) if "p" in jwk else rsa.rsa_recover_prime_factors(n, e, d)
    crt = (rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q))
    return rsa.RSAPrivateNumbers(p, q, d, *crt, rsa.RSAPublicNumbers(e, n)).private_key(**_unchecked())


def _elliptic(jwk: dict[str, Any]) -> Any:
    curve = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}[jwk["crv"]]
    public = ec.EllipticCurvePublicNumbers(_decoded(jwk["x"]), _decoded(jwk["y"]), curve)
    return ec.EllipticCurvePrivateNumbers(_decoded(jwk["d"]), public).private_key()


def _check_kind(key: Any, where: str) -> None:
    if not isinstance(key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)):
        raise InvalidInput(f"The {where} is neither an RSA nor an elliptic-curve key; Okta accepts only these.")
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name not in _CURVES:
        raise InvalidInput(f"The {where} is on the curve {key.curve.name}; Okta accepts P-256, P-384 or P-521.")


def _decoded(text: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), "big")


def _number(value: int, size: int | None = None) -> str:
    return base64url(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))


def _segment(value: dict[str, Any]) -> str:
    return base64url(json.dumps(value, separators=(",", ":")).encode())
