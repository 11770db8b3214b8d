"""Teardown puts a rule that was moved where it was, and leaves alone those that only made room."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._teardown import teardown_plan

from tests.unit.test_teardown_plan import OLD, RULE, kept, noted, okta, steps


def moved(was: int, now: int) -> dict[str, Any]:
    sides = ({**RULE, "priority": was}, {**RULE, "priority": now})
    return noted("okta_access_policy_rule", f"{OLD}/rul1", *sides, "Managed")


def there(**priorities: int) -> dict[str, Any]:
    rules = [{**RULE, "id": key, "name": key, "priority": number} for key, number in priorities.items()]
    rules[0]["name"] = RULE["name"]
    return okta(rules={OLD: rules})


@pytest.mark.parametrize(
    ("was", "now", "others", "sent"),
    [
        (5, 0, {"rul2": 1}, 5),  # its place is free
        (1, 0, {"rul2": 1, "rul3": 2}, 2),  # the one that was above it made room
        (0, 2, {"rul2": 1}, 0),
        (0, 2, {"rul2": 0}, 0),
    ],
)
def test_a_rule_that_was_moved_is_put_back(was: int, now: int, others: dict[str, int], sent: int) -> None:
    plan = teardown_plan([moved(was, now)], there=there(rul1=now, **others))
    assert [one["priority"] for one in steps(plan)["restore_rules"]] == [sent]
    assert plan["changed_since"] == []


def test_a_rule_that_goes_does_not_hold_the_place() -> None:
    ours = noted("okta_access_policy_rule", f"{OLD}/rul2", None, {**RULE, "name": "rul2", "priority": 1}, "rul2")
    plan = steps(teardown_plan([ours, moved(1, 0)], there=there(rul1=0, rul2=1)))
    assert [one["priority"] for one in plan["restore_rules"]] == [1]


def test_one_that_is_where_it_was_is_left_alone() -> None:
    plan = teardown_plan([moved(1, 0)], there=there(rul1=1))
    assert (steps(plan), plan["kept"]) == ({}, [])


def test_one_that_has_yet_another_place_is_told() -> None:
    plan = teardown_plan([moved(1, 0)], there=there(rul1=3))
    assert steps(plan) == {}
    assert "by hand" in kept(plan)[f"{OLD}/rul1"]


def test_content_comes_back_where_the_rule_stands() -> None:
    was, now = ({key: value for key, value in RULE.items() if key != "priority"} for _ in range(2))
    one = noted("okta_access_policy_rule", f"{OLD}/rul1", {**was, "status": "INACTIVE"}, now, "Managed")
    plan = steps(teardown_plan([one], there=there(rul1=7)))
    assert [(one["priority"], one["state"]) for one in plan["restore_rules"]] == [(None, "disabled")]
