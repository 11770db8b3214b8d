# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a rule Okta did not store although it took it: it drops keys that it does not know without a word."""

from __future__ import annotations

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_compare import canonical, differences


def not_stored(sent: Record, answer: Record) -> str | None:
    """Where the answer to a write differs from what was sent, as paths; ``None`` if it means the same."""
    lost, _kept = differences(canonical(sent), canonical(answer))
    paths = _paths(lost) + [f"actions.appSignOn.verificationMethod.{key}" for key in _foreign(sent, answer)]
    return ", ".join(paths) or None


def _foreign(sent: Record, answer: Record) -> list[str]:
    """Keys beside knowledge and possession in the alternatives of an assurance, which `canonical` leaves out."""
    kept = {key for item in _constraints(answer) for key in item}
    dropped = {key for item in _constraints(sent) for key in item} - kept - {"knowledge", "possession"}
    return [f"constraints[].{key}" for key in sorted(dropped)]


def _constraints(rule: Record) -> list[Record]:
    sign_on = (rule.get("actions") or {}).get("appSignOn") or {}
    constraints = (sign_on.get("verificationMethod") or {}).get("constraints") or []
    return [item for item in constraints if isinstance(item, dict)]


def _paths(value: Any, path: str = "") -> list[str]:
    if not isinstance(value, dict):
        return [path]
    return [text for key, item in value.items() for text in _paths(item, f"{path}.{key}" if path else key)]
