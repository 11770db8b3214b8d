# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of an app sign-in policy: find, create, change, remove, switch on and off.

Rules are evaluated by priority, lowest first, from 0 on and with gaps; a rule that takes a priority pushes those on it
down until a gap; without a priority a rule goes to the bottom, above the Catch-all Rule
(okta-developer-docs, guides/policy-rule-prioritization).
"""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import (
    is_planned,
    only_match,
    planned_id,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import ApiError, InvalidInput, Refused
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client, Request
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_policies import PATH as POLICIES
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_policies import require_not_admin_console
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_body import wanted_body
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_compare import (
    canonical,
    differences,
    meaning,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._paging import by_link_header

CATCH_ALL = "Catch-all Rule"
"""Name of the rule that every policy has and that decides when no other holds (recorded)."""
PLANNED_KIND = "access_policy_rule"

_ALREADY_THERE = (400, 409)  # a duplicate name; the Terraform provider meets both


def list_rules(client: Client, policy_id: str) -> list[Record]:
    """The rules in the order of evaluation, the Catch-all Rule last; none for a policy that is only planned."""
    if is_planned(policy_id, check=client.check):
        return []
    rules: list[Record] = list(by_link_header(client, f"{POLICIES}/{policy_id}/rules", {}))
    return sorted(rules, key=lambda rule: (bool(rule.get("system")), rule.get("priority") or 0))


def find_rule(rules: list[Record], *, rule_id: str | None = None, name: str | None = None) -> Record | None:
    """The rule of an id, or else of exactly this name. Raises Ambiguous."""
    if rule_id is not None:
        return next((rule for rule in rules if rule.get("id") == rule_id), None)
    return only_match((rule for rule in rules if rule.get("name") == name), "rule", name or "")


def require_not_catch_all(found: Record | None, name: str | None) -> None:
    """Raise Refused for the Catch-all Rule."""
    if (found is not None and found.get("system")) or name == CATCH_ALL:
        raise Refused(
            f"The {CATCH_ALL} is not changed here: it decides about everybody whom no other rule holds for, so a "
            "mistake would lock everybody out or let everybody in. Manage rules of other names, which stand above it."
        )


def converge_rule(
    client: Client,
    policy: Record,
    rules: list[Record],
    found: Record | None,
    *,
    options: Record,
    warn: Callable[[str], None],
) -> Record:
    """Create a rule or bring it in line, and switch it on or off if ``state`` says so; returns it as it is then.

    ``options`` are those of `wanted_body`, with ``priority``, ``position`` and ``state``. Raises InvalidInput, and
    Refused for the policy of the Admin Console.
    """
    body = wanted_body(options, found)
    priority = wanted_priority(rules, found, options["priority"], options["position"])
    if priority is not None:
        body["priority"] = priority
    rule = found
    if rule is None or meaning(body) != meaning(rule):
        require_not_admin_console(client, policy)
        if rule is None:
            rule, ours = create_rule(client, policy["id"], rules, body, active=options["state"] != "disabled")
            if not ours:
                return converge_rule(client, policy, list_rules(client, policy["id"]), rule, options=options, warn=warn)
        else:
            rule = replace_rule(client, policy["id"], rule, body)
        lost = None if client.check else _not_stored(body, rule)
        if lost:
            warn(
                f"Okta took the rule {body['name']!r} but did not store as given: {lost}. It drops keys that it does "
                "not know without a word; correct conditions, constraints or actions."
            )
    active = {"enabled": True, "disabled": False}.get(options["state"])
    if active is not None and (rule["status"] == "ACTIVE") is not active:
        require_not_admin_console(client, policy)
        rule = set_active(client, policy["id"], rule, active=active)
    return rule


def wanted_priority(
    rules: list[Record], found: Record | None, priority: int | None, position: str | None
) -> int | None:
    """The priority to send; ``None`` lets Okta put a new rule at the bottom, above the Catch-all Rule.

    A rule that exists stays where it is unless ``priority`` says otherwise, or ``position`` is ``top`` and it is not
    the first: every rule stands above the Catch-all Rule, wherever it is. Raises InvalidInput for a negative number.
    """
    if priority is not None and priority < 0:
        raise InvalidInput(f"priority is {priority}; the first place is 0.")
    if priority is not None:
        return priority
    if position == "top":
        first = next((rule for rule in rules if not rule.get("system")), None)
        return 0 if first is None or first is not found else first.get("priority")
    return found.get("priority") if found else None


def create_rule(
    client: Client, policy_id: str, rules: list[Record], body: Record, *, active: bool
) -> tuple[Record, bool]:
    """Create a rule. Returns it and whether it is ours: names are unique in a policy, so if another run made one of the
    name in the meantime, that one is returned."""
    path = f"{POLICIES}/{policy_id}/rules"
    bottom = max((rule.get("priority") or 0 for rule in rules if not rule.get("system")), default=-1) + 1
    predicted = {
        "id": planned_id(PLANNED_KIND, body["name"]),
        "status": "ACTIVE" if active else "INACTIVE",
        "priority": bottom,
        **body,
    }

    def named() -> Record | None:
        return find_rule(list_rules(client, policy_id), name=body["name"])

    request = Request("POST", path, params={} if active else {"activate": "false"}, json=body)
    try:
        return client.write(request, predicted=predicted, read_back=named), True
    except ApiError as error:
        found = named() if error.status in _ALREADY_THERE else None
        if found is None:
            raise
        client.writes.pop()  # refused: nothing was written
        return found, False


def replace_rule(client: Client, policy_id: str, found: Record, body: Record) -> Record:
    """Replace a rule by a whole body."""
    path = f"{POLICIES}/{policy_id}/rules/{found['id']}"
    replaced: Record = client.write(Request("PUT", path, json=body), predicted={**found, **body})
    return replaced


def delete_rule(client: Client, policy_id: str, found: Record) -> None:
    """Remove a rule; the priorities of the others stay."""
    client.write(Request("DELETE", f"{POLICIES}/{policy_id}/rules/{found['id']}"))


def set_active(client: Client, policy_id: str, found: Record, *, active: bool) -> Record:
    """Switch a rule on or off; ``status`` in a body is ignored by Okta, so this is a request of its own."""
    path, status = f"{POLICIES}/{policy_id}/rules/{found['id']}", "ACTIVE" if active else "INACTIVE"
    switched = {**found, "status": status}

    def done() -> Record | None:
        return switched if client.get(path).get("status") == status else None

    operation = "activate" if active else "deactivate"
    client.write(Request("POST", f"{path}/lifecycle/{operation}"), predicted=switched, read_back=done)
    return switched


def _not_stored(sent: Record, answer: Record) -> str | None:
    lost, _kept = differences(canonical(sent), canonical(answer))
    return ", ".join(_paths(lost)) or None


def _paths(value: object, path: str = "") -> list[str]:
    if not isinstance(value, dict):
        return [path]
    return [text for key, item in value.items() for text in _paths(item, f"{path}.{key}" if path else key)]
