"""What teardown decides on the Iru side where only part of an object comes back, or others have put theirs to it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_profiles import PLATFORMS
from ansible_collections.okta_iru.attestation.plugins.module_utils._teardown import teardown_plan

from tests.unit.test_teardown_plan import blueprint, device, kept, noted, steps


def on(*platforms: str) -> dict[str, bool]:
    return {flag: platform in platforms for platform, flag in PLATFORMS.items()}


def changed(was: tuple[str, ...], now: tuple[str, ...]) -> dict[str, Any]:
    """The record of a profile that was put on other platforms; it holds the flags that changed."""
    before, after = on(*was), on(*now)
    flags = [flag for flag in before if before[flag] != after[flag]]
    return noted(
        "iru_custom_profile", "p", {flag: before[flag] for flag in flags}, {flag: after[flag] for flag in flags}
    )


@pytest.mark.parametrize(
    ("was", "now", "found", "back"),
    [
        (("mac", "ipad"), ("mac", "iphone"), ("mac", "iphone"), ["mac", "ipad"]),
        (("mac",), ("mac", "iphone"), ("mac", "iphone"), ["mac"]),
        (("mac",), ("iphone",), ("iphone",), ["mac"]),
        (("mac",), ("mac", "iphone"), ("mac", "iphone", "tv"), ["mac", "tv"]),
    ],
)
def test_a_profile_keeps_the_platforms_that_nobody_took_from_it(
    was: tuple[str, ...], now: tuple[str, ...], found: tuple[str, ...], back: list[str]
) -> None:
    there = {"profiles": [{"id": "p", **on(*found)}]}
    (step,) = teardown_plan([changed(was, now)], there=there)["restore_iru_custom_profile"]
    assert step["platforms"] == back


def test_a_profile_that_would_be_for_no_platform_stays() -> None:
    there = {"profiles": [{"id": "p", **on("iphone")}]}
    plan = teardown_plan([changed(("mac",), ("mac", "iphone"))], there=there)
    assert steps(plan) == {}
    assert kept(plan) == {"p": "others have taken it off the platforms that it was for"}


MADE = [noted("iru_tag", "t", None, {"name": "T"}, "T"), noted("iru_blueprint", "b2", None, {"name": "B2"}, "B2")]


def use(recorded: dict[str, Any], present: dict[str, Any]) -> dict[str, Any]:
    """The plan for a tag and a Blueprint that were made, and a device of which the record holds some fields."""
    there = {
        "devices": [device("d1", **present)],
        "tags": [{"id": "t", "name": "T"}],
        "blueprints": [blueprint("b1"), blueprint("b2")],
    }
    return teardown_plan([noted("iru_device", "d1", *recorded.values()), *MADE], there=there)


def test_what_others_gave_a_device_of_which_something_else_comes_back_is_theirs() -> None:
    plan = use({"was": {"asset_tag": "1"}, "now": {"asset_tag": "2"}}, {"asset_tag": "2", "tags": ["T"]})
    assert kept(plan) == {"t": "others have put devices on it (d1)"}
    assert plan["remove_iru_blueprint"] == [{"id": "b2", "name": "B2", "leaving": 0}]
    assert plan["restore_devices"] == [{"device_id": "d1", "asset_tag": "1"}]
    plan = use({"was": {"tags": []}, "now": {"tags": ["T"]}}, {"blueprint_id": "b2", "tags": ["T"]})
    assert kept(plan) == {"b2": "others have put devices on it (d1)"}
    assert plan["remove_iru_tag"] == [{"id": "t", "name": "T"}]


def test_a_tag_stays_that_a_device_gets_back() -> None:
    plan = use({"was": {"tags": ["T", "U"]}, "now": {"tags": ["T"]}}, {"tags": ["T"]})
    assert kept(plan) == {"t": "others have put devices on it (d1)"}


def copied(source: dict[str, Any] | None, *items: str) -> dict[str, Any]:
    """The plan for a Blueprint that was made with P on it; the one from which it may have been made holds Q."""
    now = {"name": "B2", "enrollment_code": {"is_active": False}} | ({"source": source} if source else {})
    objects = [
        noted("iru_blueprint", "b2", None, now, "B2"),
        noted("iru_library_assignment", "p/b2", None, {}, "P on B2"),
    ]
    made = {**blueprint("b2"), "enrollment_code": {"code": "1", "is_active": False}}
    made["library_items"] = [{"id": one, "name": one.upper()} for one in items]
    return teardown_plan(objects, there={"blueprints": [blueprint("b1", "q"), made | {"name": "B2"}]})


COPY = {"type": "blueprint", "id": "b1"}


@pytest.mark.parametrize("source", [None, COPY, {"type": "template", "id": "1"}, {"type": "blueprint", "id": "gone"}])
def test_a_blueprint_that_was_made_goes_by_whatever_it_was_made_from(source: dict[str, Any] | None) -> None:
    plan = copied(source, "p")
    assert plan["changed_since"] == []
    assert [one["id"] for one in plan["remove_iru_blueprint"]] == ["b2"]


def test_looks_that_iru_ignored_for_a_map_are_not_the_work_of_others() -> None:
    one = noted("iru_blueprint", "b2", None, {"name": "B2", "type": "map", "color": "x", "icon": "y"}, "B2")
    found = {**blueprint("b2"), "type": "map", "color": "aqua-800", "icon": "ss-files"}
    plan = teardown_plan([one], there={"blueprints": [found]})
    assert plan["changed_since"] == []
    assert len(plan["remove_iru_blueprint"]) == 1


@pytest.mark.parametrize(
    ("source", "items", "theirs"),
    [
        (None, "pq", ["the Library item Q"]),
        (COPY, "pq", []),
        (COPY, "pqr", ["the Library item R"]),
        ({"type": "template", "id": "1"}, "pq", ["the Library item Q"]),
    ],
)
def test_items_that_others_put_on_a_blueprint_are_told(
    source: dict[str, Any] | None, items: str, theirs: list[str]
) -> None:
    plan = copied(source, *items)
    assert [one["changed"] for one in plan["changed_since"]] == ([theirs] if theirs else [])


def test_our_item_on_a_copy_of_a_blueprint_is_not_the_work_of_others() -> None:
    objects = [
        noted("iru_custom_profile", "p", None, {"name": "P"}, "P"),
        noted("iru_library_assignment", "p/b1", None, {}, "P on B1"),
        noted("iru_blueprint", "b2", None, {"name": "B2", "source": COPY}, "B2"),
    ]
    there = {
        "blueprints": [blueprint("b1", "p"), blueprint("b2", "p")],
        "profiles": [{"id": "p", "name": "P", "payload_uuid": "uuid"}],
    }
    assert teardown_plan(objects, there=there)["changed_since"] == []


def test_in_which_order_tags_are_listed_means_nothing() -> None:
    one = noted("iru_device", "d1", {"tags": ["B", "A"]}, {"tags": ["C", "B", "A"]})
    plan = teardown_plan([one], there={"devices": [device("d1", tags=["A", "B", "C"])]})
    assert plan["changed_since"] == []
    assert plan["restore_devices"] == [{"device_id": "d1", "tags": ["A", "B"]}]
    plan = teardown_plan([one], there={"devices": [device("d1", tags=["A", "B"])]})
    assert [one["why"] for one in plan["nothing"]] == ["it is as it was already"]


@pytest.mark.parametrize("field", ["color", "icon"])
def test_a_look_that_a_blueprint_did_not_have_is_told(field: str) -> None:
    one = noted("iru_blueprint", "b1", {"name": "Old", field: None}, {"name": "B1", field: "x"})
    plan = teardown_plan([one], there={"blueprints": [{**blueprint("b1"), field: "x"}]})
    assert steps(plan) == {}
    assert kept(plan) == {"b1": "it had no colour or no icon before, and no call is known that takes one away"}


def test_places_on_blueprints_are_named_as_in_the_record() -> None:
    objects = [
        noted("iru_library_assignment", "native/b1", {}, None, "Native on B1"),
        noted("iru_library_assignment", "native/b2/node", {}, None, "Native on B2"),
    ]
    plan = teardown_plan(objects, there={"blueprints": [blueprint("b1"), blueprint("b2")]})
    assert [one["ids"] for one in plan["assign"]] == [["native/b1", "native/b2/node"]]
