# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings several rules of one policy in line: their content, their order, and which rules there are.

Each rule is written at most once, for its content and its place together. After writes all rules are read again, since
Okta may have shifted priorities differently and another run may be writing the same policy; what is then not as wanted
is written again.
"""

from __future__ import annotations

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput, TimedOut
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record, checked_name, writable
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_body import (
    require_confirmed_denial,
    wanted_body,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_compare import canonical, meaning
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_order import steps
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rules import (
    Writer,
    catch_all_of,
    converge_catch_all,
    find_rule,
    list_rules,
    require_not_catch_all,
)

_ROUNDS = 6


def checked_wishes(wishes: list[Record]) -> None:
    """Raise InvalidInput or Refused for names that cannot be meant."""
    seen: set[str] = set()
    for wish in wishes:
        name = str(checked_name("rules[].name", wish["name"]))
        require_not_catch_all(None, name)
        if name in seen:
            raise InvalidInput(f"rules holds two rules named {name!r}; names are unique in a policy.")
        seen.add(name)


class RuleSet:
    """The rules that a policy shall have. ``wishes`` are options of rules with ids for names, in the wanted order."""

    def __init__(self, writer: Writer, wishes: list[Record], *, order: str, exact: bool, confirmed: bool) -> None:
        self._writer = writer
        self._wishes = {wish["name"]: wish for wish in wishes if wish["state"] != "absent"}
        self._absent = {wish["name"] for wish in wishes if wish["state"] == "absent"}
        self._order = order
        self._exact = exact
        self._confirmed = confirmed
        # What Okta made of what was written, by name: it is not written again for what Okta did not store.
        self._stored: dict[str, Record] = {}

    def converge(self, rules: list[Record], catch_all: Record | None) -> list[Record]:
        """Returns the rules as they are then, or in check mode would be. Raises TimedOut if they never stay."""
        for _round in range(_ROUNDS):
            count = len(self._writer.client.writes)
            after = self._round(rules, catch_all)
            if self._writer.client.check or len(self._writer.client.writes) == count:
                return after
            rules = list_rules(self._writer.client, self._writer.policy["id"])
        raise TimedOut(
            f"The rules of the policy {self._writer.policy['name']!r} were written {_ROUNDS} times and were different "
            "again each time they were read: somebody else changes them too. Stop that, and run again.",
        )

    def _round(self, rules: list[Record], catch_all: Record | None) -> list[Record]:
        own = [rule for rule in rules if not rule.get("system")]
        plan = steps([(rule["name"], rule.get("priority") or 0) for rule in own], list(self._wishes), self._order)
        # Everything is checked before the first one is written.
        bodies = {name: self._body(wish, find_rule(own, name=name)) for name, wish in self._wishes.items()}
        board = {rule["name"]: rule for rule in own}
        for step in plan:
            found = board.get(step.name)
            body = bodies.get(step.name) or writable(board[step.name])
            priority = step.priority if found is None or step.moves else found.get("priority")
            if found is None or step.moves or self._differs(body, found):
                self._write(board, found, {**body, "priority": priority})
            self._switch(board, step.name)
        for name in self._unwanted(board):
            self._writer.delete(board.pop(name))
        last = self._catch_all(rules, catch_all)
        return [*sorted(board.values(), key=lambda rule: rule.get("priority") or 0), *([last] if last else [])]

    def _body(self, wish: Record, found: Record | None) -> Record:
        body = wanted_body(wish, found)
        require_confirmed_denial(body, found, confirmed=self._confirmed)
        return body

    def _differs(self, body: Record, found: Record) -> bool:
        """Whether the content is to be written; the place is looked at elsewhere."""
        stored = self._stored.get(found["name"])
        return canonical(body) != canonical(found) and canonical(found) != stored

    def _write(self, board: dict[str, Record], found: Record | None, body: Record) -> None:
        name = body["name"]
        if found is None:
            active = self._wishes[name]["state"] != "disabled"
            rule, now = self._writer.create(list(board.values()), body, active=active)
            if rule is None:  # another run made it: the next round brings it in line
                rule = next(one for one in now if one["name"] == name)
            else:
                self._stored[name] = canonical(rule)
        else:
            rule = self._writer.replace(found, body)
            self._stored[name] = canonical(rule)
        _place(board, rule)

    def _switch(self, board: dict[str, Record], name: str) -> None:
        wish = self._wishes.get(name)
        active = {"enabled": True, "disabled": False}.get(wish["state"] if wish else "")
        if active is not None and (board[name]["status"] == "ACTIVE") is not active:
            board[name] = self._writer.set_active(board[name], active=active)

    def _unwanted(self, board: dict[str, Record]) -> list[str]:
        return [name for name in board if name in self._absent or (self._exact and name not in self._wishes)]

    def _catch_all(self, rules: list[Record], wanted: Record | None) -> Record | None:
        found = catch_all_of(rules)
        if found is None or wanted is None:
            return found
        return converge_catch_all(self._writer, found, options={**wanted, "confirm_deny": self._confirmed})


def shown_order(rules: list[Record]) -> list[str]:
    """The names of the rules in the order of evaluation."""
    return [str(rule["name"]) for rule in rules]


def compared(rules: list[Record]) -> Record:
    """What a diff shows of the rules: content and status by name, and the order."""
    return {
        "order": shown_order(rules),
        "rules": {
            rule["name"]: {
                **{key: value for key, value in {**writable(rule), **meaning(rule)}.items() if key != "priority"},
                "status": rule.get("status"),
            }
            for rule in rules
        },
    }


def _place(board: dict[str, Record], rule: Record) -> None:
    """Note a rule and whom it pushes down, as Okta does."""
    board.pop(rule["name"], None)
    taken = {one.get("priority"): name for name, one in board.items()}
    board[rule["name"]], pushed = rule, rule.get("priority") or 0
    while pushed in taken:
        name = taken[pushed]
        pushed += 1
        board[name] = {**board[name], "priority": pushed}
