"""Teardown never takes away the rule that lets people in while the Catch-all Rule of its policy denies."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._teardown import teardown_plan

from tests.unit.test_teardown_plan import ALLOW, MADE_POLICY, OLD, OURS, POLICY, RULE, kept, noted, okta, steps

DENY = {"appSignOn": {"access": "DENY"}}
CATCH_ALL = {**RULE, "name": "Catch-all Rule", "priority": 99}
CLOSED = {**CATCH_ALL, "actions": DENY}
THEIRS = {**CATCH_ALL, "conditions": {"riskScore": {"level": "LOW"}}, "actions": DENY}
"""A Catch-all Rule that somebody else has changed since, and that still denies."""


def catch_all(policy: str, was: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    return noted("okta_access_policy_rule", f"{policy}/rul9", was, now, "Catch-all Rule")


def rule(policy: str, was: dict[str, Any] | None, now: dict[str, Any] | None) -> dict[str, Any]:
    return noted("okta_access_policy_rule", f"{policy}/rul1", was, now, "Managed")


def there(policy: str, *, managed: dict[str, Any] = RULE, last: dict[str, Any] = CLOSED) -> dict[str, Any]:
    rules = [{**managed, "id": "rul1"}, {**last, "id": "rul9", "system": True}]
    return okta(policies=[{"id": OLD, "name": "Old"}, POLICY], rules={policy: rules})


def test_a_catch_all_that_let_in_comes_back_before_any_rule_goes() -> None:
    plan = steps(teardown_plan([rule(OLD, None, RULE), catch_all(OLD, CATCH_ALL, CLOSED)], there=there(OLD)))
    assert list(plan) == ["open_catch_all", "remove_rules"]
    assert [(one["actions"], one["confirm_deny"]) for one in plan["open_catch_all"]] == [(ALLOW, False)]


def test_one_that_denied_comes_back_after_the_rules() -> None:
    gone = noted("okta_access_policy_rule", f"{OLD}/rul2", {**RULE, "name": "Gone"}, None, "Gone")
    objects = [rule(OLD, None, RULE), gone, catch_all(OLD, CLOSED, CATCH_ALL)]
    plan = steps(teardown_plan(objects, there=there(OLD, last=CATCH_ALL)))
    assert list(plan) == ["remove_rules", "make_rules", "close_catch_all"]
    assert [(one["actions"], one["confirm_deny"]) for one in plan["close_catch_all"]] == [(DENY, True)]


@pytest.mark.parametrize("was", [None, {**RULE, "status": "INACTIVE"}, {**RULE, "actions": DENY}])
def test_where_it_stays_shut_the_rules_that_let_in_stay(was: dict[str, Any] | None) -> None:
    objects = [rule(OLD, was, RULE), catch_all(OLD, CATCH_ALL, CLOSED)]
    plan = teardown_plan(objects, there=there(OLD, last=THEIRS), changed_since="keep")
    assert steps(plan) == {}
    assert "locked out" in kept(plan)[f"{OLD}/rul1"]
    assert kept(plan)[f"{OLD}/rul9"] == "others have changed conditions since"


@pytest.mark.parametrize(
    ("managed", "last", "was"),
    [
        (RULE, {**THEIRS, "actions": ALLOW}, CATCH_ALL),  # others have opened it
        (RULE, THEIRS, {**CLOSED, "name": "Last"}),  # it denied before the first run, too
        ({**RULE, "actions": DENY}, THEIRS, CATCH_ALL),  # a rule that lets nobody in
        ({**RULE, "status": "INACTIVE"}, THEIRS, CATCH_ALL),
    ],
)
def test_a_rule_that_nobody_depends_on_goes(managed: dict[str, Any], last: dict[str, Any], was: dict[str, Any]) -> None:
    objects = [rule(OLD, None, managed), catch_all(OLD, was, CLOSED)]
    plan = steps(teardown_plan(objects, there=there(OLD, managed=managed, last=last), changed_since="keep"))
    assert list(plan) == ["remove_rules"]


def test_in_a_policy_that_apps_of_others_keep_the_rule_stays_with_the_catch_all() -> None:
    objects = [*MADE_POLICY, catch_all(OURS, CATCH_ALL, CLOSED)]
    seen = there(OURS, last=THEIRS)
    seen["apps"].append({"id": "0oa_theirs", "label": "Their app", "policy_id": OURS})
    plan = teardown_plan(objects, there=seen, changed_since="keep")
    assert list(steps(plan)) == ["move_apps"]
    assert list(kept(plan)) == [f"{OURS}/rul1", f"{OURS}/rul9", OURS]
