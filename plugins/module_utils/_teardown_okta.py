# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What teardown does on the Okta side: apps get their policies back, then rules and policies go or are as they were."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_device_assurance import properties
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_device_assurance_body import (
    meaning as assurance_meaning,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_compare import canonical
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rules import CATCH_ALL
from ansible_collections.okta_iru.attestation.plugins.module_utils._teardown_since import (
    KEEP,
    NOTHING,
    REMOVE,
    RESTORE,
    Object,
    Step,
    Verdict,
    judge,
    named,
    settled,
)

# Every condition that a rule can have; those that it did not have before are removed by null.
_CONDITIONS = ("device", "platform", "network", "people", "userType", "riskScore", "elCondition")
_LOCKS_OUT = f"the {CATCH_ALL} goes on to deny: without this rule those would be locked out whom it lets in"
_MOVED_SINCE = "it was moved, and has yet another place since; put it where it belongs by hand"
_STATES = {"ACTIVE": "enabled"}
Steps = dict[str, list[Step]]


def _rule_form(rule: Object) -> dict[str, Any]:
    """What makes a rule; not its priority, which changes when others are put above it."""
    return {"name": rule["name"], "status": rule.get("status"), **canonical(dict(rule))}


def _placed_rule_form(rule: Object) -> dict[str, Any]:
    return {**_rule_form(rule), "priority": rule["priority"]}


def _assurance_form(assurance: Object) -> dict[str, Any]:
    return {"what it asks for": assurance_meaning(properties(dict(assurance)))}


_FORMS: list[tuple[str, Callable[[Any], Object]]] = [
    ("okta_device_assurance", _assurance_form),
    ("okta_device_integration", dict),
]


class OktaPlan:
    """The verdicts on the objects of an org, and the steps that follow.

    ``there`` holds what the modules return: ``apps``; ``policies`` that the record speaks of and, by id of the policy,
    ``rules``; ``assurances``; ``integrations``.
    """

    def __init__(self, of_kind: Mapping[str, Sequence[Object]], there: Mapping[str, Any], changed_since: str) -> None:
        self._of_kind = of_kind
        self._apps: Sequence[Object] = there.get("apps") or ()
        self._policies = {one["id"]: one for one in there.get("policies") or ()}
        self._rules: Mapping[str, Sequence[Object]] = there.get("rules") or {}
        self._moves = self._moves_back()
        rules = settled([self._judge_rule(one) for one in self._recorded("okta_access_policy_rule")], changed_since)
        policies = settled([self._judge_policy(one) for one in self._recorded("okta_access_policy")], changed_since)
        removed = {one.one["id"] for one in rules if one.verb == REMOVE}
        self.policies = [self._unless_used(one, removed) for one in policies]
        self._going = {one.one["id"] for one in self.policies if one.verb == REMOVE}
        closed = set(self._policies_that_stay_closed(rules))
        self.rules = [self._unless_it_locks_out(self._unless_it_goes(one), closed) for one in rules]
        known = {one["id"]: one for name in ("assurances", "integrations") for one in there.get(name) or ()}
        self.assurances, self.integrations = (
            settled([judge(one, known.get(one["id"]), form=form) for one in self._recorded(kind)], changed_since)
            for kind, form in _FORMS
        )

    def verdicts(self) -> list[Verdict]:
        """All of them, those on apps and authenticators included."""
        authenticators = [
            Verdict(one, KEEP, "bring it back by hand: who has enrolled since could be locked out")
            for one in self._recorded("okta_authenticator")
        ]
        return [
            *self._app_verdicts(),
            *self.rules,
            *self.policies,
            *self.assurances,
            *self.integrations,
            *authenticators,
        ]

    def steps(self) -> Steps:
        """What is to be done, in this order."""
        homes = {policy: self._home(apps) for policy, apps in self._moves.items() if policy in self._going}
        restored = [one for one in self.rules if one.verb == RESTORE]
        catch_all = [one for one in restored if one.one["name"] == CATCH_ALL]
        return {
            # First those that let people in again: until then the rules that go may be all that does.
            "open_catch_all": [_rule(one.one) for one in catch_all if not _denies(one.one["was"])],
            "move_apps": self._grouped_moves(homes),
            "remove_rules": [_place(one.one) for one in self.rules if one.verb == REMOVE],
            "restore_rules": [
                self._rule_back(one.one) for one in restored if one.one["now"] and one.one["name"] != CATCH_ALL
            ],
            "make_rules": [_rule(one.one) for one in restored if one.one["now"] is None],
            "close_catch_all": [_rule(one.one) for one in catch_all if _denies(one.one["was"])],
            "remove_policies": [
                {**named(one.one), "move_apps_to": homes.get(one.one["id"])}
                for one in self.policies
                if one.verb == REMOVE
            ],
            "restore_policies": [_policy(one) for one in self.policies if one.verb == RESTORE],
            "remove_assurances": [named(one.one) for one in self.assurances if one.verb == REMOVE],
            "restore_assurances": [
                {**named(one.one), "properties": one.one["was"]} for one in self.assurances if one.verb == RESTORE
            ],
            "restore_integrations": [
                {**named(one.one), "state": _STATES.get(one.back["status"], "disabled")}
                for one in self.integrations
                if one.verb == RESTORE
            ],
        }

    def _recorded(self, kind: str) -> Sequence[Object]:
        return self._of_kind.get(kind, ())

    def _judge_rule(self, one: Object) -> Verdict:
        policy = one["id"].split("/")[0]
        if policy not in self._policies:
            return Verdict(one, NOTHING, "its policy is no longer there")
        if one["now"] is None:
            taken = any(rule["name"] == one["name"] for rule in self._rules.get(policy, ()))
            return Verdict(one, KEEP, "there is another rule of its name") if taken else Verdict(one, RESTORE)
        found = self._present_rule(one)
        if found is None or not _was_moved(one):
            return judge(one, found, form=_rule_form)
        if found["priority"] == one["now"]["priority"]:
            return judge(one, found, form=_placed_rule_form)
        verdict = judge(one, found, form=_rule_form)
        is_elsewhere = verdict.verb == NOTHING and found["priority"] != one["was"]["priority"]
        return Verdict(one, KEEP, _MOVED_SINCE) if is_elsewhere else verdict

    def _present_rule(self, one: Object) -> Object | None:
        policy, rule_id = one["id"].split("/")
        return next((rule for rule in self._rules.get(policy, ()) if rule["id"] == rule_id), None)

    def _rule_back(self, one: Object) -> Step:
        """The options of a rule as it was, with its place only if it was moved: numbers shift as others come and go."""
        return {**_rule(one), "priority": self._place_back(one) if _was_moved(one) else None}

    def _place_back(self, one: Object) -> int:
        """The number that puts a rule where it was. One that made room for it when it came up may have that number by
        now; it stood above, so the place is below it."""
        policy, was = one["id"].split("/")[0], int(one["was"]["priority"])
        going = {verdict.one["id"] for verdict in self.rules if verdict.verb == REMOVE}
        taken = {rule["priority"] for rule in self._rules[policy] if f"{policy}/{rule['id']}" not in going}
        return was + 1 if was in taken and one["now"]["priority"] < was else was

    def _judge_policy(self, one: Object) -> Verdict:
        return judge(one, self._policies.get(one["id"]))

    def _unless_used(self, verdict: Verdict, removed: set[str]) -> Verdict:
        """A policy that others use, or into which they have put rules, stays."""
        policy = verdict.one["id"]
        if verdict.verb != REMOVE:
            return verdict
        moved = {one["id"] for one in self._moves.get(policy, ())}
        used_by = [app["label"] for app in self._apps if app["policy_id"] == policy and app["id"] not in moved]
        rules = self._rules.get(policy, ())
        holds = [rule["name"] for rule in rules if not rule.get("system") and f"{policy}/{rule['id']}" not in removed]
        whose = [f"apps of others use it ({', '.join(used_by)})"] if used_by else []
        whose += [f"rules that stay are in it ({', '.join(holds)})"] if holds else []
        return Verdict(verdict.one, KEEP, " and ".join(whose)) if whose else verdict

    def _unless_it_goes(self, verdict: Verdict) -> Verdict:
        """What goes with its policy is not brought back before, nor taken away while apps use it still."""
        goes = verdict.one["id"].split("/")[0] in self._going
        return Verdict(verdict.one, NOTHING, "it goes with its policy", since=verdict.since) if goes else verdict

    def _policies_that_stay_closed(self, rules: Iterable[Verdict]) -> Iterable[str]:
        """Those that stay, and whose Catch-all Rule goes on to deny as it did not before the first run."""
        for verdict in rules:
            one, policy = verdict.one, verdict.one["id"].split("/")[0]
            is_kept = verdict.verb == KEEP and one["name"] == CATCH_ALL and policy not in self._going
            if is_kept and _denies(self._present_rule(one) or {}) and not _denies(one["was"]):
                yield policy

    def _unless_it_locks_out(self, verdict: Verdict, closed: set[str]) -> Verdict:
        """A rule that lets people in stays as it is where the Catch-all Rule of its policy lets nobody in."""
        present = self._present_rule(verdict.one)
        if verdict.verb not in (REMOVE, RESTORE) or present is None or verdict.one["id"].split("/")[0] not in closed:
            return verdict
        lets_in = present.get("status") != "INACTIVE" and not _denies(present)
        return Verdict(verdict.one, KEEP, _LOCKS_OUT) if lets_in else verdict

    def _moves_back(self) -> dict[str, list[Object]]:
        """Recorded apps that still use the policy that they were given, by id of that policy."""
        current = {app["id"]: app["policy_id"] for app in self._apps}
        moves: dict[str, list[Object]] = defaultdict(list)
        for one in self._recorded("okta_app_policy"):
            if current.get(one["id"]) == one["now"]["policy_id"]:
                moves[one["now"]["policy_id"]].append(one)
        return moves

    def _app_verdicts(self) -> Iterable[Verdict]:
        current = {app["id"]: app["policy_id"] for app in self._apps}
        for one in self._recorded("okta_app_policy"):
            if one["id"] not in current:
                yield Verdict(one, NOTHING, "it is no longer there")
            elif current[one["id"]] != one["now"]["policy_id"]:
                yield Verdict(one, NOTHING, "others have given it another policy since")
            elif self._is_there(one) or one["now"]["policy_id"] in self._going:
                yield Verdict(one, RESTORE)
            else:
                yield Verdict(one, KEEP, "the policy that it had is no longer there; give it another by hand")

    def _is_there(self, app: Object) -> bool:
        return app["was"]["policy_id"] in self._policies

    def _home(self, apps: Sequence[Object]) -> str:
        """The policy that most of these apps had before; the org's default one (empty) where one of them is gone."""
        if not all(map(self._is_there, apps)):
            return ""
        return str(Counter(one["was"]["policy_id"] for one in apps).most_common(1)[0][0])

    def _grouped_moves(self, homes: Mapping[str, str]) -> list[Step]:
        """Apps by the policy that they get back, but for those that get it when the policy that they use is removed."""
        by_home: dict[str, list[Object]] = defaultdict(list)
        for policy, apps in self._moves.items():
            for app in apps:
                if self._is_there(app) and homes.get(policy) != app["was"]["policy_id"]:
                    by_home[app["was"]["policy_id"]].append(app)
        return [
            {"policy": policy, "apps": [app["id"] for app in apps], "names": [app["name"] for app in apps]}
            for policy, apps in by_home.items()
        ]


def _place(rule: Object) -> Step:
    policy, rule_id = rule["id"].split("/")
    return {"policy": policy, "id": rule_id, "name": rule["name"]}


def _was_moved(one: Object) -> bool:
    """Whether a rule that is still there was given another place."""
    was, now = one["was"], one["now"]
    return bool(was and now) and was.get("priority") != now.get("priority")


def _denies(rule: Object) -> bool:
    return ((rule.get("actions") or {}).get("appSignOn") or {}).get("access") == "DENY"


def _rule(one: Object) -> Step:
    """The options of a rule as it was."""
    was = one["was"]
    return {
        **_place(one),
        "name": was["name"],
        "priority": was.get("priority"),
        "state": _STATES.get(was["status"], "disabled"),
        "conditions": {**dict.fromkeys(_CONDITIONS), **(was.get("conditions") or {})},
        "actions": was["actions"],
        "confirm_deny": _denies(was),
    }


def _policy(verdict: Verdict) -> Step:
    """What a policy gets back; a field that is None stays."""
    back = verdict.back
    return {
        **named(verdict.one),
        "new_name": back.get("name"),
        "description": (back["description"] or "") if "description" in back else None,
        "state": _STATES.get(back["status"], "disabled") if "status" in back else None,
    }
