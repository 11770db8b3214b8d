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
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import (
    is_planned,
    only_match,
    planned_id,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import (
    ApiError,
    BadAnswer,
    InvalidInput,
    Refused,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client, Request
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record, writable
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_policies import PATH as POLICIES
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_policies import require_not_admin_console
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_body import (
    require_confirmed_denial,
    wanted_body,
    wanted_catch_all,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_compare import canonical, meaning
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_stored import not_stored
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_verify_keys import KeyNames
from ansible_collections.okta_iru.attestation.plugins.module_utils._paging import by_link_header
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import Task

CATCH_ALL = "Catch-all Rule"
"""Name of the rule that every policy has and that decides when no other holds (recorded)."""
PLANNED_KIND = "access_policy_rule"

_ALREADY_THERE = (400, 409)  # a duplicate name; the Terraform provider meets both


def list_rules(client: Client, policy_id: str) -> list[Record]:
    """The rules in the order of evaluation, the Catch-all Rule last; none for a policy that is only planned."""
    if is_planned(policy_id, check=client.check):
        return []
    rules: list[Record] = list(by_link_header(client, f"{POLICIES}/{policy_id}/rules", {}))
    for rule in rules:
        _check_form(rule)
    return sorted(rules, key=lambda rule: (bool(rule.get("system")), rule.get("priority") or 0))


def _check_form(rule: Record) -> None:
    """Raise BadAnswer for a rule that cannot be compared: nothing is known of it, and a PUT would replace it."""
    named = all(isinstance(rule.get(key), str) and rule[key] for key in ("id", "name"))
    try:
        conditions, sign_on = rule.get("conditions") or {}, (rule.get("actions") or {}).get("appSignOn") or {}
        inner = (*conditions.values(), *(conditions.get("people") or {}).values())
        methods = (sign_on.get("verificationMethod"), sign_on.get("keepMeSignedIn"))
        are_objects = all(one is None or isinstance(one, dict) for one in (*inner, *methods))
        is_rule = named and are_objects and isinstance(rule.get("priority") or 0, int) and bool(canonical(rule))
    except (AttributeError, TypeError, ValueError):
        is_rule = False
    if not is_rule:
        raise BadAnswer(
            f"Okta listed a rule of a form that is not documented: {rule.get('name')!r:.80} ({rule.get('id')!r:.40}). "
            "Nothing was changed; look at the rule in Okta's console."
        )


def find_rule(rules: list[Record], *, rule_id: str | None = None, name: str | None = None) -> Record | None:
    """The rule of an id, or else of exactly this name. Raises Ambiguous."""
    if rule_id is not None:
        return next((rule for rule in rules if rule.get("id") == rule_id), None)
    return only_match((rule for rule in rules if rule.get("name") == name), "rule", name or "")


def catch_all_of(rules: list[Record]) -> Record | None:
    """The Catch-all Rule, ``None`` for a policy that is only planned."""
    return next((rule for rule in rules if rule.get("system")), None)


def require_not_catch_all(found: Record | None, name: str | None) -> None:
    """Raise Refused for the Catch-all Rule."""
    if (found is not None and found.get("system")) or name == CATCH_ALL:
        raise Refused(
            f"The {CATCH_ALL} is not changed like others: it decides about everybody whom no other rule holds for, so "
            "a mistake would lock everybody out or let everybody in. Manage rules of other names, which stand above, "
            "or say catch_all: true instead of its name."
        )


class Writer:
    """Writes the rules of one policy, one request after the other. Nothing is written to the policy of the Admin
    Console: the first write raises Refused."""

    def __init__(self, client: Client, policy: Record, rules: list[Record], task: Task) -> None:
        self.client = client
        self.policy = policy
        self._path = f"{POLICIES}/{policy['id']}/rules"
        self._keys = KeyNames(rules)
        self._task = task
        self._is_allowed = False

    def replace(self, found: Record, body: Record) -> Record:
        """Replace a rule by a whole body, and tell what of it was not stored."""
        path = f"{self._path}/{found['id']}"
        replaced = self._send(body, lambda sent: Request("PUT", path, json=sent), predicted={**found, **body})
        self._note(found, replaced)
        return replaced

    def create(self, rules: list[Record], body: Record, *, active: bool) -> tuple[Record | None, list[Record]]:
        """Create a rule and return it. Names are unique in a policy, so if another run made one of the name in the
        meantime, which means something else, ``None`` is returned and all rules as they are now."""
        predicted = {
            "id": planned_id(PLANNED_KIND, body["name"]),
            "status": "ACTIVE" if active else "INACTIVE",
            "priority": bottom_of(rules),
            **body,
        }

        read_back: list[Record] = []

        def named() -> Record | None:
            read_back[:] = list_rules(self.client, self.policy["id"])
            return find_rule(read_back, name=body["name"])

        def request(sent: Record) -> Request:
            return Request("POST", self._path, {} if active else {"activate": "false"}, sent)

        try:
            made = self._send(body, request, predicted=predicted, read_back=named)
        except ApiError as error:
            now = list_rules(self.client, self.policy["id"]) if error.status in _ALREADY_THERE else []
            if find_rule(now, name=body["name"]) is None:
                raise
            return None, now
        if read_back and canonical(made) != canonical(body):
            return None, read_back
        self._note(None, made)
        return made, rules

    def set_active(self, found: Record, *, active: bool) -> Record:
        """Switch a rule on or off; ``status`` in a body is ignored by Okta, so this is a request of its own."""
        path = f"{self._path}/{found['id']}"
        status = "ACTIVE" if active else "INACTIVE"
        switched = {**found, "status": status}

        def done() -> Record | None:
            return switched if self.client.get(path).get("status") == status else None

        operation = "activate" if active else "deactivate"
        self._write(Request("POST", f"{path}/lifecycle/{operation}"), predicted=switched, read_back=done)
        self._note(found, switched)
        return switched

    def delete(self, found: Record) -> None:
        """Remove a rule; the priorities of the others stay."""
        self._write(Request("DELETE", f"{self._path}/{found['id']}"))
        self._note(found, None)

    def _note(self, was: Record | None, now: Record | None) -> None:
        rule = was or now or {}
        place = f"{self.policy['id']}/{rule.get('id')}"
        sides = (None if one is None else {**writable(one), "status": one.get("status")} for one in (was, now))
        before, after = sides
        if before and after and before.get("priority") == after.get("priority"):
            # It was not moved: its number is no more than how often others were put above it until now.
            for side in (before, after):
                side.pop("priority", None)
        kind, at = "okta_access_policy_rule", self.client.base_url
        self._task.note(kind, at, place, rule.get("name"), was=before, now=after)

    def _send(self, body: Record, request: Callable[[Record], Request], **how: Any) -> Record:
        rule: Record = self._keys.send(body, lambda sent: self._write(request(sent), **how))
        lost = None if self.client.check else not_stored(body, rule)
        if lost:
            self._task.warn(
                f"Okta took the rule {body['name']!r} but did not store as given: {lost}. It drops keys that it does "
                "not know without a word; correct conditions, constraints or actions."
            )
        return rule

    def _write(self, request: Request, **how: Any) -> Any:
        if not self._is_allowed:
            require_not_admin_console(self.client, self.policy)
            self._is_allowed = True
        try:
            return self.client.write(request, **how)
        except ApiError:
            self.client.writes.pop()  # refused: nothing was written
            raise


def converge_rule(writer: Writer, rules: list[Record], found: Record | None, *, options: Record) -> Record:
    """Create a rule or bring it in line, and switch it on or off if ``state`` says so; returns it as it is then.

    ``options`` are those of `wanted_body`, with ``priority``, ``position``, ``state`` and ``confirm_deny``. Raises
    InvalidInput, and Refused for the policy of the Admin Console.
    """
    body = wanted_body(options, found)
    require_confirmed_denial(body, found, confirmed=options["confirm_deny"])
    namesake = next((one for one in rules if one is not found and one.get("name") == body["name"]), None)
    if namesake is not None:
        raise InvalidInput(
            f"The policy {writer.policy['name']!r} already has another rule named {body['name']!r} ({namesake['id']}); "
            "names are unique in a policy. Give this one another name, or remove that one first."
        )
    priority = wanted_priority(rules, found, options["priority"], options["position"])
    if priority is not None:
        body["priority"] = priority
    if found is None:
        rule, now = writer.create(rules, body, active=options["state"] != "disabled")
        if rule is None:
            return converge_rule(writer, now, find_rule(now, name=body["name"]), options=options)
    else:
        rule = found if meaning(body) == meaning(found) else writer.replace(found, body)
    active = {"enabled": True, "disabled": False}.get(options["state"])
    if active is not None and (rule["status"] == "ACTIVE") is not active:
        rule = writer.set_active(rule, active=active)
    return rule


def converge_catch_all(writer: Writer, found: Record, *, options: Record) -> Record:
    """Bring what the Catch-all Rule does in line. Raises Refused for a denial that was not confirmed."""
    body = wanted_catch_all(options, found)
    require_confirmed_denial(body, found, confirmed=options["confirm_deny"])
    return found if meaning(body) == meaning(found) else writer.replace(found, body)


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


def bottom_of(rules: list[Record]) -> int:
    """The priority that Okta gives a rule without one: below all others, above the Catch-all Rule."""
    return max((rule.get("priority") or 0 for rule in rules if not rule.get("system")), default=-1) + 1
