"""A wanted order of rules costs the fewest writes, whatever the priorities are; Okta is the sandbox's model of it."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_order import (
    FIRST,
    IGNORE,
    RELATIVE,
    Step,
    steps,
)
from hypothesis import given
from hypothesis import strategies as st

from sandbox.okta.rules import in_order, place

NAMES = "abcdefgh"


def carried_out(current: dict[str, int], plan: list[Step]) -> tuple[list[str], list[str]]:
    """The order of all rules after the plan, and the rules that were written."""
    rules: list[dict[str, Any]] = [
        {"name": name, "priority": number, "system": False} for name, number in current.items()
    ]
    written = []
    for step in plan:
        rule = next((one for one in rules if one["name"] == step.name), None)
        if not step.moves:
            assert rule is not None and rule["priority"] == step.priority
            continue
        if rule is None:
            rule = {"name": step.name, "system": False}
            place({"rules": rules}, rule, step.priority)
            rules.append(rule)
        else:
            place({"rules": rules}, rule, step.priority)
        written.append(step.name)
    assert len({one["priority"] for one in rules}) == len(rules)
    assert all(one["priority"] <= 98 for one in rules)
    return [one["name"] for one in in_order({"rules": rules})], written


def planned(current: dict[str, int], wanted: list[str], order: str = RELATIVE) -> tuple[list[str], list[str]]:
    listed = sorted(current.items(), key=lambda one: one[1])
    return carried_out(current, steps(listed, wanted, order))


def most_that_stay(before: list[str], after: list[str]) -> int:
    """By trying all: how many rules at most stand in both orders alike."""
    for size in range(len(after), 0, -1):
        for chosen in combinations(after, size):
            if [name for name in before if name in chosen] == list(chosen):
                return size
    return 0


@st.composite
def policies(draw: st.DrawFn, highest: int = 12) -> tuple[dict[str, int], list[str]]:
    """Priorities of the rules that are there, and a wanted order of some of them and of new ones."""
    there = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=6))
    numbers = draw(st.lists(st.integers(highest - 12, highest), unique=True, min_size=len(there), max_size=len(there)))
    wanted = draw(st.permutations(NAMES).flatmap(lambda names: st.integers(0, 8).map(lambda size: list(names[:size]))))
    return dict(zip(there, numbers, strict=True)), wanted


@given(policies())
def test_relative_order_costs_what_it_must_and_nobody_else_is_written(policy: tuple[dict[str, int], list[str]]) -> None:
    current, wanted = policy
    before = sorted(current, key=lambda name: current[name])
    order, written = planned(current, wanted)
    assert [name for name in order if name in wanted] == wanted
    others = [name for name in before if name not in wanted]
    assert [name for name in order if name not in wanted] == others
    there = [name for name in wanted if name in current]
    assert len(written) == len(wanted) - most_that_stay(before, there)
    assert set(written) <= set(wanted)


@given(policies())
def test_wanted_rules_come_first(policy: tuple[dict[str, int], list[str]]) -> None:
    current, wanted = policy
    others = sorted(set(current) - set(wanted), key=lambda name: current[name])
    order, written = planned(current, wanted, FIRST)
    assert order == [*wanted, *others]
    assert set(written) <= set(wanted)
    assert len(written) <= len(wanted)


@given(policies())
def test_without_order_only_new_rules_are_written_and_go_to_the_bottom(
    policy: tuple[dict[str, int], list[str]],
) -> None:
    current, wanted = policy
    new = [name for name in wanted if name not in current]
    order, written = planned(current, wanted, IGNORE)
    assert (order, written) == ([*sorted(current, key=lambda name: current[name]), *new], new)


@given(policies(98), st.sampled_from([RELATIVE, FIRST, IGNORE]))
def test_no_rule_gets_below_the_catch_all(policy: tuple[dict[str, int], list[str]], order: str) -> None:
    current, wanted = policy
    found, _written = planned(current, wanted, order)
    if order != IGNORE:
        assert [name for name in found if name in wanted] == wanted
    assert set(found) == {*current, *wanted}


@given(policies(), st.sampled_from([RELATIVE, FIRST, IGNORE]))
def test_what_stands_right_is_not_written(policy: tuple[dict[str, int], list[str]], order: str) -> None:
    current, wanted = policy
    found, _written = planned(current, wanted, order)
    listed = [(name, 2 * number) for number, name in enumerate(found)]
    assert not any(step.moves for step in steps(listed, wanted, order))


@pytest.mark.parametrize(
    ("current", "wanted", "written"),
    [
        ({"a": 0, "b": 1, "c": 2}, "abc", ""),
        ({"a": 0, "b": 5, "c": 98}, "abc", ""),
        ({"a": 0, "b": 1, "c": 2}, "cab", "c"),
        ({"a": 0, "b": 1, "c": 2}, "bca", "a"),
        ({"a": 0, "b": 1, "c": 2}, "cba", "cb"),
        ({"a": 0, "b": 1, "c": 2}, "axbc", "x"),
        ({}, "abc", "abc"),
    ],
)
def test_examples(current: dict[str, int], wanted: str, written: str) -> None:
    assert "".join(planned(current, list(wanted))[1]) == written
