# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the outcome of a policy simulation is what the user expects, and why not."""

from __future__ import annotations

from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record


def unmet(expect: Record | None, result: Record) -> list[str]:
    """What is not as expected, a sentence each; empty if all is, or nothing is expected.

    ``result`` has ``policy`` and ``rule`` (``{"id", "name", "catch_all"}`` or None), ``access`` and ``passed_over``.
    """
    if not expect:
        return []
    policy, rule = result["policy"], result["rule"]
    wanted = [
        ("policy", expect["policy"], _is(policy, expect["policy"]), _shown(policy)),
        ("rule", expect["rule"], _is(rule, expect["rule"]), _shown(rule)),
        ("access", expect["access"], result["access"] == expect["access"], str(result["access"])),
        ("catch_all", expect["catch_all"], (rule or {}).get("catch_all") is expect["catch_all"], _shown(rule)),
    ]
    found = [
        f"{key}: expected {value!r}, got {got}{_why(key, value, result)}"
        for key, value, met, got in wanted
        if value is not None and not met
    ]
    if expect["not_rule"] is not None and _is(rule, expect["not_rule"]):
        found.append(f"not_rule: expected another rule than {expect['not_rule']!r}, got it")
    return found


def _is(item: Record | None, reference: str | None) -> bool:
    return item is not None and reference in (item["id"], item["name"])


def _shown(item: Record | None) -> str:
    return "none" if item is None else f"{item['name']!r} ({item['id']})"


def _why(key: str, wanted: object, result: Record) -> str:
    """Why the rule that was expected was passed over, if Okta tells."""
    if key != "rule":
        return ""
    for kind, text in (("passed_over", "does not hold"), ("undefined", "could not be decided on")):
        for rule in result[kind]:
            if wanted in (rule["id"], rule["name"]) and rule["conditions"]:
                return f" ({', '.join(rule['conditions'])} {text})"
    return ""
