# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access tokens of one run: what a task was granted is used by later tasks of the run that ask for the same.

They are in memory that the processes of the run share (`_shared_memory`), never in a file. A task gets only what it
could ask for itself: the name of an entry is a hash over the org, the app, its private key and the scopes.
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._shared_memory import SharedMemory
from ansible_collections.okta_iru.attestation.plugins.module_utils._signing_key import SigningKey


@dataclass(frozen=True)
class AccessToken:
    """A token, the scheme of its Authorization header, and when to renew it (seconds of `time.monotonic`, which all
    processes of a machine have in common). ``scopes`` are those that were asked for, ``unknown_scopes`` those that the
    org does not know, ``proof_key`` is the one that it is bound to, as PEM."""

    scheme: str
    token: str
    renew_at: float
    scopes: tuple[str, ...]
    unknown_scopes: tuple[str, ...]
    proof_key: str | None


class TokenMemory:
    """The tokens and the key for proofs of one service app, for one task. Without ``shared`` nothing is remembered."""

    def __init__(
        self, shared: SharedMemory | None, org: str, client_id: str, key: SigningKey, scopes: tuple[str, ...]
    ) -> None:
        self._shared = shared
        self._app = "" if shared is None else _digest([org, client_id, key.pem()])
        self._name = _digest([self._app, *sorted(scopes)])

    def token(self, *, but: str) -> AccessToken | None:
        """A token that still holds and is not the one that was refused."""
        entry = self._recall("token", self._name)
        if entry is None or entry["token"] == but or time.monotonic() >= entry["renew_at"]:
            return None
        return AccessToken(**{**entry, **{name: tuple(entry[name]) for name in ("scopes", "unknown_scopes")}})

    def keep_token(self, token: AccessToken) -> None:
        """For later tasks that ask for the same scopes."""
        self._remember("token", self._name, vars(token))

    def proof_key(self) -> tuple[SigningKey, str | None] | None:
        """The key that proofs are made with in this run, and the org's newest nonce."""
        entry = self._recall("proof", self._app)
        return None if entry is None else (SigningKey.of_pem(entry["key"]), entry["nonce"])

    def keep_proof_key(self, key: SigningKey, nonce: str | None) -> None:
        """For later tasks, whatever they ask for."""
        self._remember("proof", self._app, {"key": key.pem(), "nonce": nonce})

    def _recall(self, kind: str, name: str) -> dict[str, Any] | None:
        return None if self._shared is None else self._shared.recall(f"{kind} {name}")

    def _remember(self, kind: str, name: str, value: dict[str, Any]) -> None:
        if self._shared is not None:
            self._shared.remember(f"{kind} {name}", value)


def _digest(parts: list[str]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
