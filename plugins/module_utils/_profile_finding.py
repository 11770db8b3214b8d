# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a lint check is given and yields, and the search for unknown variables that several checks share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_plist import show_path
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_variables import (
    IRU_VARIABLES,
    closest,
    iru_variables_in,
)

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """One fault of a profile: what, where, and what to do.

    ``error`` means that it cannot work, ``warning`` that it may or that Okta asks for something else. ``payload`` is
    the type (and, if it has one, the identifier) of the payload, empty for the top level; ``key`` is the path in it.
    """

    severity: Severity
    code: str
    payload: str
    key: str
    message: str

    def __str__(self) -> str:
        place = " → ".join(part for part in (self.payload, self.key) if part)
        return f"{self.severity} {self.code}{f' at {place}' if place else ''}: {self.message}"

    def as_dict(self) -> dict[str, str]:
        """The finding as a dictionary of texts."""
        return asdict(self)


def error(code: str, message: str, *, payload: str = "", key: str = "") -> Finding:
    """A finding that cannot work."""
    return Finding("error", code, payload, key, message)


def warning(code: str, message: str, *, payload: str = "", key: str = "") -> Finding:
    """A finding that may work."""
    return Finding("warning", code, payload, key, message)


@dataclass(frozen=True)
class Context:
    """One payload under check, its index in the profile, the scope of the profile, and what the check is for."""

    payload: dict[str, Any]
    index: int
    windows: bool = False
    scope: Any = None

    @property
    def kind(self) -> str:
        """The PayloadType, or empty text."""
        kind = self.payload.get("PayloadType")
        return kind if isinstance(kind, str) else ""

    @property
    def label(self) -> str:
        """How findings name the payload."""
        identifier = self.payload.get("PayloadIdentifier")
        kind = self.kind or f"payload number {self.index + 1}"
        return f"{kind} ({identifier})" if isinstance(identifier, str) and identifier else kind

    def error(self, code: str, message: str, *key: str | int) -> Finding:
        """An error at ``key`` of this payload."""
        return error(code, message, payload=self.label, key=show_path(key) if key else "")

    def warning(self, code: str, message: str, *key: str | int) -> Finding:
        """A warning at ``key`` of this payload."""
        return warning(code, message, payload=self.label, key=show_path(key) if key else "")


def unknown_variables(text: str, *, loose: bool = False) -> Iterator[str]:
    """A message for each ``$VARIABLE`` in ``text`` that Iru does not know; ``loose`` as in ``iru_variables_in``."""
    for token in iru_variables_in(text, loose=loose):
        if token not in IRU_VARIABLES:
            meant = closest(token, IRU_VARIABLES)
            hint = f"did you mean {meant}?" if meant else f"it knows {', '.join(sorted(IRU_VARIABLES))}."
            yield f"Iru does not know the variable {token} and would deliver it as it stands; {hint}"
