# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signs in to Okta as an OAuth 2.0 service app: ``client_credentials`` with ``private_key_jwt``.

Okta documents it in "Implement OAuth for Okta with a service app": assertion iss = sub = client id, aud = the org's
token endpoint, at most one hour; RS256/384/512 and ES256/384/512.
"""

from __future__ import annotations

import base64
import json
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import (
    ApiError,
    BadAnswer,
    InvalidInput,
    MissingLibrary,
    OutcomeUnknown,
    Unreachable,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Request
from ansible_collections.okta_iru.attestation.plugins.module_utils._secrets import Secrets

if TYPE_CHECKING:
    from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client

try:
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
except ImportError:
    serialization = None  # type: ignore[assignment]

_TOKEN_PATH = "/oauth2/v1/token"  # noqa: S105 - the org authorization server; custom ones cannot issue okta.* scopes
_CURVES = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}
_ASSERTION_LIFE = 300  # seconds; Okta accepts up to 3600
_RENEW_BEFORE = 120  # seconds before a token expires


class ServiceAppToken:
    """The access token of one run, fetched at first use and renewed before it expires."""

    def __init__(
        self,
        client: Client,
        *,
        client_id: str,
        private_key: str | None,
        private_key_file: str | None,
        key_id: str | None,
        scopes: tuple[str, ...],
        secrets: Secrets,
    ) -> None:
        self._client = client
        self._client_id = client_id
        self._key = _load_key(private_key, private_key_file)
        self._key_id = key_id
        self._scopes = scopes
        self._secrets = secrets
        self._header = ""
        self._renew_at = 0.0

    def header(self) -> str:
        """The value of the Authorization header."""
        if time.monotonic() >= self._renew_at:
            self._fetch()
        return self._header

    def _fetch(self) -> None:
        try:
            answer = self._ask()
        except ApiError as error:
            raise _token_refused(error, self._client_id, self._scopes) from None
        token = answer.get("access_token") if isinstance(answer, dict) else None
        self._secrets.add(token)
        if not isinstance(token, str) or not token.isprintable():
            raise BadAnswer(f"POST {_TOKEN_PATH} on Okta answered without an access_token; check that url is an org.")
        life = answer.get("expires_in", 3600)
        self._header = f"{answer.get('token_type', 'Bearer')} {token}"
        self._renew_at = time.monotonic() + (life if isinstance(life, (int, float)) else 0) - _RENEW_BEFORE

    def _ask(self) -> Any:
        """The answer to a request for a token. Asking twice is harmless, but Okta takes each assertion only once."""
        for attempt in range(self._client.retries + 1):
            form = {
                "grant_type": "client_credentials",
                "scope": " ".join(self._scopes),
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion": self._assertion(),
            }
            try:
                return self._client.send(Request("POST", _TOKEN_PATH, form=form)).json()
            except OutcomeUnknown as error:
                failure = error
            if attempt < self._client.retries:
                self._client.pause(attempt)
        raise Unreachable(f"The service app {self._client_id} could not sign in to Okta: {failure.message}")

    def _assertion(self) -> str:
        now = int(time.time())
        header = {"alg": _algorithm(self._key), "typ": "JWT", **({"kid": self._key_id} if self._key_id else {})}
        claims = {
            "iss": self._client_id,
            "sub": self._client_id,
            "aud": self._client.base_url + _TOKEN_PATH,
            "iat": now,
            "exp": now + _ASSERTION_LIFE,
            "jti": str(uuid.uuid4()),
        }
        signed = f"{_segment(header)}.{_segment(claims)}"
        return f"{signed}.{_base64url(_signature(self._key, signed.encode('ascii')))}"


def _load_key(text: str | None, path: str | None) -> Any:
    if serialization is None:
        raise MissingLibrary("A private key needs the Python library 'cryptography': pip install cryptography")
    where = "private_key" if text else f"private_key_file {path}"
    try:
        pem = text.encode() if text else Path(path or "").read_bytes()
        key = serialization.load_pem_private_key(pem, password=None)
    except OSError as error:
        raise InvalidInput(f"The {where} cannot be read: {error.strerror}.") from None
    except (ValueError, TypeError):
        raise InvalidInput(
            f"The {where} is no unencrypted PEM private key; give the one whose JWK Okta holds."
        ) from None
    if not isinstance(key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)):
        raise InvalidInput(f"The {where} is neither an RSA nor an elliptic-curve key; Okta accepts only these.")
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name not in _CURVES:
        raise InvalidInput(f"The {where} is on the curve {key.curve.name}; Okta accepts P-256, P-384 or P-521.")
    return key


def _algorithm(key: Any) -> str:
    if isinstance(key, rsa.RSAPrivateKey):
        return "RS256"
    return _CURVES[key.curve.name]


def _signature(key: Any, data: bytes) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    digest = {256: hashes.SHA256(), 384: hashes.SHA384(), 521: hashes.SHA512()}[key.curve.key_size]
    r, s = decode_dss_signature(key.sign(data, ec.ECDSA(digest)))
    size = (key.curve.key_size + 7) // 8
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")  # JWS wants the two numbers, not DER


def _segment(value: dict[str, Any]) -> str:
    return _base64url(json.dumps(value, separators=(",", ":")).encode())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _token_refused(error: ApiError, client_id: str, scopes: tuple[str, ...]) -> ApiError:
    hints = {
        "invalid_client": f"The service app {client_id} does not exist, is inactive, or has no public key that matches "
        "the private key; compare the key ids, and check that this machine's clock is right.",
        "invalid_scope": f"Grant these scopes to the service app, and an admin role: {' '.join(scopes)}.",
        "use_dpop_nonce": "The service app demands DPoP, which this collection does not speak yet: switch off 'Require "
        "Demonstrating Proof of Possession (DPoP) header in token requests' in the app's settings.",
    }
    hint = hints.get(str(error.code), "")
    return ApiError(f"{error.message} {hint}".strip(), status=error.status, code=error.code)
