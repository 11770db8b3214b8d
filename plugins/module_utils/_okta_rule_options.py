# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that describe a rule of an app sign-in policy, for every module that takes such rules.

Their documentation is the fragment ``access_policy_rule``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record, looks_like_id
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_actions import PRESETS, WAYS

_NAMES: Record = {"type": "list", "elements": "str"}
_DICTS: Record = {"type": "list", "elements": "dict"}

CONDITIONS: Record = {
    "device": {
        "type": "dict",
        "options": {"registered": {"type": "bool"}, "managed": {"type": "bool"}, "assurance": _NAMES},
    },
    "platforms": {"type": "list", "elements": "raw"},
    "exclude_platforms": {"type": "list", "elements": "raw"},
    "groups": _NAMES,
    "exclude_groups": _NAMES,
    "users": _NAMES,
    "exclude_users": _NAMES,
    "user_types": _NAMES,
    "exclude_user_types": _NAMES,
    "network": {
        "type": "dict",
        "options": {
            "connection": {"type": "str", "choices": ["anywhere", "zone", "on_network", "off_network"]},
            "include": _NAMES,
            "exclude": _NAMES,
        },
    },
    "risk": {"type": "str", "choices": ["any", "low", "medium", "high"]},
    "expression": {"type": "str"},
    "conditions": {"type": "dict"},
}
"""Who a rule is for."""

ACTIONS: Record = {
    "access": {"type": "str", "choices": ["allow", "deny"]},
    "require": {"type": "str", "choices": list(PRESETS)},
    "constraints": _DICTS,
    "chains": {"type": "list", "elements": "list"},
    "id_proofing": {"type": "dict"},
    "factor_mode": {"type": "str", "choices": ["1FA", "2FA"]},
    "reauthenticate_in": {"type": "str"},
    "inactivity_period": {"type": "str"},
    "keep_me_signed_in": {
        "type": "dict",
        "options": {"allowed": {"type": "bool"}, "prompt_frequency": {"type": "str"}},
    },
    "actions": {"type": "dict"},
}
"""What a rule does; all that can be said of a Catch-all Rule too."""

EXCLUSIVE: list[Any] = [WAYS, *(("actions", option) for option in ACTIONS if option != "actions")]
"""Options of which a rule may have one only."""

# Scopes that names in these options need for their look-up.
_SCOPES = {
    "groups": "okta.groups.read",
    "exclude_groups": "okta.groups.read",
    "users": "okta.users.read",
    "exclude_users": "okta.users.read",
    "user_types": "okta.userTypes.read",
    "exclude_user_types": "okta.userTypes.read",
    "network": "okta.networkZones.read",
    "device": "okta.deviceAssurance.read",
}
_ALWAYS = ("okta.policies.read", "okta.policies.manage", "okta.apps.read")


def scopes_of(rules: Iterable[Record]) -> tuple[str, ...]:
    """The least scopes that bringing these rules in line needs."""
    used = {_SCOPES[option] for rule in rules for option in _SCOPES if _needs_look_up(option, rule.get(option))}
    return (*_ALWAYS, *sorted(used))


def _needs_look_up(option: str, value: Any) -> bool:
    if option == "network":
        return bool(value and (value["include"] or value["exclude"]))
    if option == "device":
        names = (value or {}).get("assurance") or []
        return any(not looks_like_id(name, "dae") for name in names)
    if option.endswith("user_types"):
        return any(not looks_like_id(name, "oty") for name in value or [])
    return bool(value)
