"""iru_library_assignment with several items, and with a Blueprint's items exactly as listed."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.modules import iru_library_assignment
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.iru_tenant import Tenant, run_in

NAMES = ("One", "Two", "Three")
PROFILE = b"<plist><dict/></plist>"


def made() -> Tenant:
    tenant = Tenant()
    for name in NAMES:
        tenant.add_profile(name, PROFILE)
        tenant.add_blueprint(f"Blueprint {name}")
    return tenant


@pytest.fixture
def tenant() -> Tenant:
    return made()


def run(tenant: Tenant, items: list[str], blueprints: list[Any], **options: Any) -> dict[str, Any]:
    return run_in(tenant, iru_library_assignment, diff=True, library_items=items, blueprints=blueprints, **options)


def ids(tenant: Tenant) -> dict[str, str]:
    return {profile["name"]: profile["id"] for profile in tenant.profiles.values()}


def on(tenant: Tenant) -> dict[str, set[str]]:
    names = {item_id: name for name, item_id in ids(tenant).items()}
    return {
        one["name"].removeprefix("Blueprint "): {names[item_id] for item_id in one["nodes"]["node-0"]}
        for one in tenant.blueprints.values()
    }


def test_many_items_to_one_blueprint_with_the_fewest_requests(tenant):
    result = run(tenant, list(NAMES), ["Blueprint One"])
    assert on(tenant)["One"] == set(NAMES)
    assert [one["library_item"]["name"] for one in result["assignments"]] == list(NAMES)
    assert "library_item" not in result
    # Blueprints, the items of the one in question, custom profiles; then a request for each item.
    assert [method for method, _path, _status in tenant.log] == ["GET", "GET", "GET", "POST", "POST", "POST"]
    again = run(tenant, list(NAMES), ["Blueprint One"])
    assert (again["changed"], again["diff"]["before"]) == (False, again["diff"]["after"])


def test_an_item_that_is_named_twice_counts_once(tenant):
    assert len(run(tenant, ["One", "One", ids(tenant)["One"]], ["Blueprint One"])["writes"]) == 1


def test_exact_items_takes_the_others_off(tenant):
    run(tenant, ["One", "Two"], ["Blueprint One", "Blueprint Two"])
    predicted = run(tenant, ["Two", "Three"], ["Blueprint One"], exact_items=True, check=True)
    real = run(tenant, ["Two", "Three"], ["Blueprint One"], exact_items=True)
    assert {key: predicted[key] for key in ("writes", "diff", "assignments")} == {
        key: real[key] for key in ("writes", "diff", "assignments")
    }
    assert on(tenant) == {"One": {"Two", "Three"}, "Two": {"One", "Two"}, "Three": set()}
    # What is new is put there before anything is taken off.
    assert [path.rpartition("/")[2] for _method, path in tenant.writes()[-2:]] == [
        "assign-library-item",
        "remove-library-item",
    ]
    assert real["diff"]["before"]["One"] == {"blueprints": ["Blueprint One"]}
    assert real["diff"]["after"]["One"] == {"blueprints": []}
    assert not run(tenant, ["Two", "Three"], ["Blueprint One"], exact_items=True)["changed"]


def test_a_diff_of_items_by_id_names_them(tenant):
    result = run(tenant, list(ids(tenant).values())[:2], ["Blueprint One"])
    assert set(result["diff"]["after"]) == {"One", "Two"}
    assert [path for method, path, _status in tenant.log if method == "GET"].count(
        "/api/v1/library/custom-profiles"
    ) == 1
    tenant.log.clear()
    wanted = {"library_items": list(ids(tenant).values()), "blueprints": ["Blueprint One"]}
    assert "diff" not in run_in(tenant, iru_library_assignment, **wanted)
    assert "/api/v1/library/custom-profiles" not in [path for _method, path, _status in tenant.log]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"exact_items": True, "state": "absent"}, "state present only"),
        ({"exact": True, "state": "absent"}, "state present only"),
        ({"exact_items": True, "blueprints": [{"name": "Map", "node": "node-1"}]}, "which items are in a node"),
        ({"library_items": ["One", "Tow"]}, "Did you mean 'Two'"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(tenant, options, says):
    tenant.add_blueprint("Map", "map", nodes=2)
    wanted = {"library_items": ["One"], "blueprints": ["Blueprint One"], **options}
    assert says in run_in(tenant, iru_library_assignment, **wanted)["msg"]
    assert tenant.writes() == []


SUBSETS = st.sets(st.sampled_from(NAMES))


MODES = st.sampled_from(
    [{"state": "absent"}, *({"exact": one, "exact_items": two} for one in (True, False) for two in (True, False))]
)


@settings(max_examples=40, deadline=None)
@given(st.tuples(SUBSETS, SUBSETS, SUBSETS), SUBSETS, SUBSETS, MODES)
def test_whatever_was_there_check_predicts_and_the_second_run_writes_nothing(before, items, blueprints, mode):
    tenant = made()
    for names, one in zip(before, tenant.blueprints.values(), strict=True):
        one["nodes"]["node-0"] = [ids(tenant)[name] for name in sorted(names)]
    start = on(tenant)
    wanted = (sorted(items), [f"Blueprint {name}" for name in sorted(blueprints)])
    predicted = run(tenant, *wanted, check=True, **mode)
    assert on(tenant) == start
    real = run(tenant, *wanted, **mode)
    assert predicted["writes"] == real["writes"]
    assert predicted["diff"] == real["diff"]
    for name, there in on(tenant).items():
        assert there == expected(start[name], items, mode, listed=name in blueprints)
    assert not run(tenant, *wanted, **mode)["changed"]


def expected(start: set[str], items: set[str], mode: dict[str, Any], *, listed: bool) -> set[str]:
    """What is to be on a Blueprint afterwards."""
    if "state" in mode:
        return start - items if listed else start
    if listed:
        return items if mode["exact_items"] else start | items
    return start - items if mode["exact"] else start
