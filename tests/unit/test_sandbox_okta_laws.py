"""What holds for every filter, every order of rules and every page size of the sandbox's Okta org."""

from __future__ import annotations

import contextlib
import json
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.okta import system_log
from sandbox.okta.rules import in_order, place
from sandbox.okta.scim import parse
from tests.unit.okta_org import new_world

ITEM = {"a": "Mac", "b": {"c": [1, 5]}, "d": True}
WORDS = st.sampled_from(["a", "b.c", "eq", "co", "pr", "and", "or", "not", "(", ")", '"mac"', "5", "true", "x", '"'])
few = settings(max_examples=100, deadline=None, derandomize=True)
PRIORITIES = st.one_of(st.none(), st.integers(0, 6))


@few
@given(st.one_of(st.text(), st.lists(WORDS).map(" ".join)))
def test_any_filter_is_understood_or_refused(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert parse(text).matches(ITEM) in {True, False}


@few
@given(st.text(), st.text())
def test_equality_is_that_of_texts_without_case(found: str, wanted: str) -> None:
    matches = parse(f"name eq {json.dumps(wanted)}").matches({"name": found})
    assert matches == (found.casefold() == wanted.casefold())


def test_precedence_and_paths() -> None:
    def holds(text: str) -> bool:
        return parse(text).matches(ITEM)

    assert holds('a eq "x" and d eq false or b.c eq 5')
    assert not holds('a eq "x" and (d eq false or b.c eq 5)')
    assert holds('not (b.c eq 2) and b.c gt 4 and a sw "m" and a ew "C" and d pr and a ne "y"')
    assert not holds("missing pr or missing eq 1 or b.c ne 5 or a gt 3")


@few
@given(st.lists(st.tuples(PRIORITIES, st.integers(0, 20), st.booleans())))
def test_priorities_stay_unique_and_others_keep_their_order(moves: list[tuple[int | None, int, bool]]) -> None:
    policy: dict[str, Any] = {"rules": []}
    for number, (wanted, which, update) in enumerate(moves):
        ordinary = policy["rules"]
        if update and ordinary:
            rule = ordinary[which % len(ordinary)]
            before = [each["name"] for each in in_order(policy) if each is not rule]
        else:
            before = [each["name"] for each in in_order(policy)]
            rule = {"name": number, "system": False, "priority": -1}
            ordinary.append(rule)
        place(policy, rule, wanted)
        after = in_order(policy)
        assert [each["name"] for each in after if each is not rule] == before
        assert len({each["priority"] for each in after}) == len(after)
        assert wanted is None or rule["priority"] == wanted
        assert wanted is not None or after[-1] is rule


@few
@given(st.lists(st.integers(0, 3), max_size=12), st.integers(1, 5), st.booleans(), st.booleans())
def test_pages_of_any_size_hold_every_event_once(gaps: list[int], size: int, polling: bool, descending: bool) -> None:
    world = new_world(0)
    before = world.clock.now() - timedelta(minutes=1)
    uuids = []
    for gap in gaps:
        world.clock.advance(gap)
        uuids.append(system_log.append(world, "pki.cert.issue")["uuid"])
    until = None if polling else world.clock.now() + timedelta(minutes=1)
    query = system_log.Query(before, until, descending and not polling, lambda event: True)
    found: list[str] = []
    cursor = None
    while True:
        page = system_log.read(world, query, size, cursor)
        found += [event["uuid"] for event in page.events]
        if page.cursor is None or not page.events:
            break
        cursor = page.cursor
    assert found == (uuids[::-1] if descending and not polling else uuids)
