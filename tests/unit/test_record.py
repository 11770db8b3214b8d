"""The record of a tenant: what was made, and how it was before, whatever happens in between."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils import _record
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput, Refused
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import Task, execute
from hypothesis import given
from hypothesis import strategies as st

AT = "https://example.okta.com"


def changed(identifier: str, was: Any, now: Any, at: str = AT) -> _record.Change:
    return _record.change("okta_app_policy", at, identifier, f"name of {identifier}", was=was, now=now)


def test_what_was_made_and_removed_again_leaves_nothing() -> None:
    made, gone = changed("a", None, {"x": 1}), changed("a", {"x": 1}, None)
    assert [one["id"] for one in _record.merged([], [made])] == ["a"]
    assert _record.merged([], [made, gone]) == []


def test_the_first_state_stays() -> None:
    objects = _record.merged([], [changed("a", "first", "second"), changed("a", "second", "third")])
    assert [(one["was"], one["now"]) for one in objects] == [("first", "third")]
    assert _record.merged(objects, [changed("a", "third", "first")]) == []


def test_the_same_id_at_another_service_is_another_object() -> None:
    objects = _record.merged([], [changed("a", None, 1), changed("a", None, 1, at="https://other.okta.com")])
    assert len(objects) == 2


states = st.one_of(st.none(), st.integers(0, 2))


@given(st.lists(st.tuples(st.sampled_from("abc"), states)))
def test_a_record_holds_the_difference_to_the_beginning(steps: list[tuple[str, int | None]]) -> None:
    """Law: whatever was done, object by object, the record names those that are not as they were, and how they were."""
    start: dict[str, int | None] = {"a": None, "b": 1, "c": 2}
    current = dict(start)
    objects: list[dict[str, Any]] = []
    for identifier, state in steps:
        if state != current[identifier]:
            objects = _record.merged(objects, [changed(identifier, current[identifier], state)])
            current[identifier] = state
    assert {one["id"]: (one["was"], one["now"]) for one in objects} == {
        identifier: (was, current[identifier]) for identifier, was in start.items() if current[identifier] != was
    }


FIELDS = {"name": "a", "active": True, "code": {"text": "1", "on": False}}
fields = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from("abc"),
        "active": st.booleans(),
        "code": st.fixed_dictionaries({}, optional={"text": st.sampled_from("12"), "on": st.booleans()}),
    },
)


def differing(wanted: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """The fields of ``wanted`` that differ, nested ones each by itself, as a module tells them."""
    nested = {key: differing(one, found[key]) for key, one in wanted.items() if isinstance(one, dict)}
    plain = {key: one for key, one in wanted.items() if key not in nested and one != found[key]}
    return plain | {key: one for key, one in nested.items() if one}


def laid_over(found: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    return {
        key: laid_over(one, values.get(key, {})) if isinstance(one, dict) else values.get(key, one)
        for key, one in found.items()
    }


def part(found: dict[str, Any], like: dict[str, Any]) -> dict[str, Any]:
    return {key: part(found[key], one) if isinstance(one, dict) else found[key] for key, one in like.items()}


@given(st.lists(fields, max_size=6))
def test_fields_that_are_changed_one_after_the_other_all_come_back(wishes: list[dict[str, Any]]) -> None:
    """Law: modules tell only the fields that they change; ``was`` holds each as it was before the first change."""
    current, objects = FIELDS, list[dict[str, Any]]()
    for wish in wishes:
        changes = differing(wish, current)
        if changes:
            objects = _record.merged(objects, [changed("a", part(current, changes), changes)])
            current = laid_over(current, changes)
    assert bool(objects) == (current != FIELDS)
    for one in objects:
        assert laid_over(current, one["was"]) == FIELDS
        assert part(current, one["now"]) == one["now"]


def test_what_a_rule_no_longer_has_is_not_what_it_is_now() -> None:
    first = changed("a", {"conditions": {}}, {"conditions": {"device": 1, "people": 2}})
    second = changed("a", {"conditions": {"device": 1, "people": 2}}, {"conditions": {"people": 3}})
    (one,) = _record.merged([], [first, second])
    assert (one["was"], one["now"]) == ({"conditions": {}}, {"conditions": {"people": 3}})


def test_a_stamp_alone_is_kept_of_what_is_known_only() -> None:
    written = {**changed("a", {}, {}), "stamp": "2"}
    assert _record.merged([], [written]) == []
    made = {**changed("a", None, {"x": 1}), "stamp": "1"}
    (one,) = _record.merged([], [made, written])
    assert (one["was"], one["now"], one["stamp"]) == (None, {"x": 1}, "2")


def test_the_file_is_private_and_goes_when_nothing_is_left(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "record.json"
    _record.update(str(path), [changed("a", None, {"x": "ü"})])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text(encoding="utf-8"))["version"] == 1
    assert [one["id"] for one in _record.read(str(path))] == ["a"]
    _record.update(str(path), [changed("a", {"x": "ü"}, None)])
    assert list(path.parent.iterdir()) == []
    assert _record.read(str(path)) == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 1}', '{"version": 1, "objects": [{}]}', '"text"'])
def test_a_file_that_is_no_record_is_refused_and_kept(tmp_path: Path, text: str) -> None:
    path = tmp_path / "record.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match="is no record"):
        _record.update(str(path), [changed("a", None, 1)])
    assert path.read_text(encoding="utf-8") == text


def test_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    path.write_text('{"version": 2, "objects": []}', encoding="utf-8")
    with pytest.raises(InvalidInput, match="version 2"):
        _record.read(str(path))


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InvalidInput, match="cannot be written"):
        _record.update(str(tmp_path / "file" / "record.json"), [changed("a", None, 1)])


def test_what_was_done_is_told_by_a_task_that_fails_later() -> None:
    def run(task: Task) -> dict[str, Any]:
        task.note("iru_custom_profile", AT, "1", "Profile", was=None, now={})
        raise Refused("and then something went wrong")

    result = execute(run, Task({}))
    assert result["failed"]
    assert [one["id"] for one in result["changes"]] == ["1"]
