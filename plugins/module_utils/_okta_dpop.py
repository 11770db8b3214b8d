# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Proof of possession (DPoP, RFC 9449): each request carries a token of its own that is signed with a key of this run.

Okta's guide "Configure OAuth 2.0 Demonstrating Proof-of-Possession"; service apps made since February 2024 demand it
unless an admin switched it off (okta/okta-sdk-nodejs issue 424).
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from ansible_collections.okta_iru.attestation.plugins.module_utils._signing_key import SigningKey, base64url

HEADER = "DPoP"
NONCE_HEADER = "dpop-nonce"


class Prover:
    """Makes proofs with a key of its own, in memory only; ``nonce`` is the org's newest."""

    def __init__(self, now: Callable[[], float], key: SigningKey | None = None, nonce: str | None = None) -> None:
        self._now = now
        self.key = key or SigningKey.generate()
        self.nonce = nonce

    def proof(self, method: str, url: str, access_token: str | None = None) -> str:
        """The proof for one request, never to be sent twice: Okta refuses a ``jti`` that it has seen."""
        claims = {"htm": method, "htu": _target(url), "iat": int(self._now()), "jti": str(uuid.uuid4())}
        if access_token is not None:
            claims["ath"] = base64url(hashlib.sha256(access_token.encode("ascii")).digest())
        if self.nonce:
            claims["nonce"] = self.nonce
        return self.key.signed({"typ": "dpop+jwt", "jwk": self.key.public_jwk()}, claims)


def _target(url: str) -> str:
    """``htu``: without query, and decoded as Okta compares it (okta/okta-sdk-python issue 541)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{unquote(parts.path)}"
