# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When two rules of an app sign-in policy mean the same, although Okta rewrites what it stores.

Each rewrite was recorded by okta/terraform-provider-okta (test/fixtures/vcr/idaas); defaults are those of
okta/okta-management-openapi-spec.
"""

from __future__ import annotations

import json
import re
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_verify_keys import renamed

_DURATION = re.compile(r"P(?=.)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
# As the specification writes it for postAuthPromptFrequency; years and months have no fixed length.
_ANY_DURATION = re.compile(r"P(?!$)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?")
_DURATION_KEYS = ("reauthenticateIn", "inactivityPeriod", "postAuthPromptFrequency")
# Lists whose order means something: none but the steps of a method chain, of which each has one successor.
_ORDERED = ("next",)
# What Okta takes for granted in a possession or knowledge constraint, whether it returns it or not.
_CONSTRAINT_DEFAULTS = {
    "deviceBound": "OPTIONAL",
    "hardwareProtection": "OPTIONAL",
    "phishingResistant": "OPTIONAL",
    "userVerification": "OPTIONAL",
    "userPresence": "REQUIRED",
}
_METHOD_DEFAULTS = {"hardwareProtection": "OPTIONAL", "phishingResistant": "OPTIONAL", "userVerification": "OPTIONAL"}
_DEFAULT_REAUTHENTICATION = "PT12H"
# All that Okta keeps of an alternative of an assurance: a `next` left an empty object.
_KINDS_OF_FACTORS = ("knowledge", "possession")


def canonical(rule: Record) -> Record:
    """The meaning of a rule's ``conditions`` and ``actions``: equal for equal rules, not for sending.

    Nothing set and an empty list, object or text are the same: Okta adds ``exclude: []`` here and drops
    ``platform: {}`` there. The order of lists has no meaning, since rules name sets and alternatives. Both ways to name
    the methods of Okta Verify are the same.
    """
    conditions = dict(rule.get("conditions") or {})
    actions = renamed(rule.get("actions") or {}, flexible=False)
    sign_on = dict(actions.get("appSignOn") or {})
    if sign_on.get("verificationMethod"):
        sign_on["verificationMethod"] = _verification(sign_on["verificationMethod"])
    sign_on["keepMeSignedIn"] = {"postAuth": "NOT_ALLOWED", **(sign_on.get("keepMeSignedIn") or {})}
    if conditions.get("platform"):
        conditions["platform"] = {
            key: [_platform(item) for item in items or []] for key, items in conditions["platform"].items()
        }
    if (conditions.get("riskScore") or {}).get("level") == "ANY":
        del conditions["riskScore"]  # added in orgs with risk scoring
    if conditions.get("network") == {"connection": "ANYWHERE"}:
        del conditions["network"]  # the same as none
    return {
        "conditions": _without_empty(conditions),
        "actions": _without_empty({**actions, "appSignOn": sign_on}),
    }


def meaning(rule: Record) -> Record:
    """All of a rule that a body of a PUT decides: name, priority, conditions and actions."""
    return {"name": rule.get("name"), "priority": rule.get("priority"), **canonical(rule)}


def differences(before: Any, after: Any) -> tuple[Any, Any]:
    """Both sides of two structures reduced to what differs; lists and plain values as a whole."""
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return before, after
    left: Record = {}
    right: Record = {}
    for key in sorted({*before, *after}):
        if key not in after:
            left[key] = before[key]
        elif key not in before:
            right[key] = after[key]
        elif before[key] != after[key]:
            left[key], right[key] = differences(before[key], after[key])
    return left, right


def seconds_of(duration: str) -> int | None:
    """Seconds of an ISO 8601 duration of weeks to seconds such as ``PT12H``, ``None`` for any other text."""
    match = _DURATION.fullmatch(duration)
    if match is None:
        return None
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return (((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds


def is_duration(text: object) -> bool:
    """Whether this is an ISO 8601 duration such as ``PT12H``."""
    return isinstance(text, str) and bool(_ANY_DURATION.fullmatch(text))


def _verification(method: Record) -> Record:
    if method.get("type") == "AUTH_METHOD_CHAIN":
        # These two are dropped from a chain.
        kept = {key: value for key, value in method.items() if key not in ("factorMode", "inactivityPeriod")}
        return {**kept, "chains": [_step(step) for step in kept.get("chains") or []]}
    if method.get("type") != "ASSURANCE":
        return method
    return {
        **method,
        "reauthenticateIn": method.get("reauthenticateIn") or _DEFAULT_REAUTHENTICATION,
        "constraints": _alternatives([_constraint(item) for item in method.get("constraints") or []]),
    }


def _alternatives(items: list[Any]) -> list[Any]:
    """An empty alternative is met by anybody; one that stands alone asks for nothing, as no constraints do."""
    return [] if items == [{}] else [item or {"anything": True} for item in items]


def _step(step: Any) -> Any:
    """One step of a chain and those after it; a method without a property has its default."""
    if not isinstance(step, dict):
        return step
    methods = [
        {key: value for key, value in method.items() if _METHOD_DEFAULTS.get(key) != value}
        if isinstance(method, dict)
        else method
        for method in step.get("authenticationMethods") or []
    ]
    return {**step, "authenticationMethods": methods, "next": [_step(one) for one in step.get("next") or []]}


def _constraint(item: Any) -> Any:
    """One alternative: knowledge, possession, or both."""
    if not isinstance(item, dict):
        return item
    return {key: _factor(item[key]) for key in _KINDS_OF_FACTORS if isinstance(item.get(key), dict)}


def _factor(factor: Record) -> Record:
    # `required` always comes back: true, but false beside excludedAuthenticationMethods.
    stated = {key: value for key, value in factor.items() if value is not None}
    told = {key: value for key, value in stated.items() if _CONSTRAINT_DEFAULTS.get(key) != value}
    if factor.get("excludedAuthenticationMethods"):
        return {**told, "required": False}
    return {"required": True, **told}


def _platform(item: Record) -> Record:
    """An operating system ANY is stored as OTHER; an expression of null is dropped."""
    system = dict(item.get("os") or {})
    if system.get("type") == "ANY":
        system["type"] = "OTHER"
    return {**item, "os": system}


def _without_empty(value: Any, key: str = "") -> Any:
    """Without what is empty, at every depth; lists sorted and without repetition, durations as seconds."""
    if isinstance(value, dict):
        kept = {name: _without_empty(item, name) for name, item in value.items()}
        return {name: item for name, item in kept.items() if item not in (None, "", [], {})}
    if isinstance(value, list):
        items = [item for item in (_without_empty(one) for one in value) if item not in (None, "", [], {})]
        if key in _ORDERED:
            return items
        distinct = {json.dumps(item, sort_keys=True): item for item in items}
        return [distinct[text] for text in sorted(distinct)]
    if key in _DURATION_KEYS and isinstance(value, str):
        seconds = seconds_of(value)
        return value if seconds is None else f"{seconds} s"
    return value
