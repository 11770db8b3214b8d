"""Comparison: only what the user set counts, and it counts exactly."""

from __future__ import annotations

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import (
    is_planned,
    is_same,
    not_found,
    only_match,
    planned_id,
    project,
    without_none,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import Ambiguous, InvalidInput
from hypothesis import given
from hypothesis import strategies as st

leaf = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
json_value = st.recursive(
    leaf, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
)


@given(json_value)
def test_everything_is_the_same_as_itself(value):
    assert is_same(value, value)


@given(st.dictionaries(st.text(max_size=4), json_value, max_size=4), json_value)
def test_what_the_server_adds_does_not_count(wanted, extra):
    assert is_same(wanted, {**wanted, "added by the server": extra})


@given(st.dictionaries(st.text(max_size=4), json_value, min_size=1, max_size=4), st.data())
def test_one_changed_key_counts(wanted, data):
    key = data.draw(st.sampled_from(sorted(wanted)))
    changed = {**wanted, key: ["something", "else", "entirely"]}
    assert is_same(wanted, changed) == (wanted[key] == ["something", "else", "entirely"])


def test_true_is_not_one_and_a_missing_key_is_not_null():
    assert not is_same({"on": True}, {"on": 1})
    assert not is_same({"on": None}, {})


def test_lists_of_ids_are_sets_only_where_said():
    is_set = {"people.groups.include"}.__contains__
    wanted = {"people": {"groups": {"include": ["a", "b"]}}}
    assert is_same(wanted, {"people": {"groups": {"include": ["b", "a", "b"]}}}, is_set=is_set)
    assert not is_same(wanted, {"people": {"groups": {"include": ["b", "a"]}}})
    assert not is_same(wanted, {"people": {"groups": {"include": ["a"]}}}, is_set=is_set)


def test_project_keeps_only_what_is_managed():
    assert project({"name": "x", "id": 1, "deep": {"a": 1, "b": 2}}, {"name": "y", "deep": {"b": 3}}) == {
        "name": "x",
        "deep": {"b": 2},
    }


def test_without_none_looks_into_every_depth():
    assert without_none({"a": None, "b": {"c": None, "d": False}, "e": []}) == {"b": {"d": False}, "e": []}


def test_two_objects_of_a_name_are_an_error_with_their_ids():
    with pytest.raises(Ambiguous, match="00p1, 00p2") as failure:
        only_match([{"id": "00p1"}, {"id": "00p2"}], "access policy", "Desktop")
    assert failure.value.details["ids"] == ["00p1", "00p2"]
    assert only_match([], "access policy", "Desktop") is None


def test_an_unknown_name_is_answered_with_the_closest_ones():
    message = not_found("group", "Desktop user", ["Desktop users", "Break glass", "Everyone"]).message
    assert "Did you mean 'Desktop users'" in message
    assert "There are: A, B" in not_found("group", "zzz", ["B", "A"]).message


def test_a_planned_id_lives_in_check_mode_only():
    identifier = planned_id("custom-profile", "Okta attestation")
    assert is_planned(identifier, check=True)
    assert not is_planned("7a3c", check=False)
    with pytest.raises(InvalidInput, match="check mode"):
        is_planned(identifier, check=False)
