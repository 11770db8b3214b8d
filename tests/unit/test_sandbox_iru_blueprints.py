"""Blueprints of the sandbox's Iru tenant, and Library items on them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.sandbox_iru import Tenant, mobileconfig


@pytest.fixture
def tenant() -> Tenant:
    return Tenant()


@pytest.fixture
def item(tenant: Tenant) -> str:
    return str(tenant.upload("POST", "/library/custom-profiles", mobileconfig(), name="Okta SCEP").json["id"])


def blueprint_id(tenant: Tenant, name: str) -> str:
    return str(tenant.named("blueprints", name)["id"])


def assign(tenant: Tenant, name: str, verb: str, **body: str) -> Any:
    return tenant.request("POST", f"/blueprints/{blueprint_id(tenant, name)}/{verb}-library-item", json=body)


def listed(tenant: Tenant, name: str) -> list[str]:
    answer = tenant.get(f"/blueprints/{blueprint_id(tenant, name)}/list-library-items").json
    return [each["id"] for each in answer["results"]]


def test_the_list_has_the_envelope_and_counts_devices(tenant: Tenant) -> None:
    answer = tenant.get("/blueprints").json
    assert {key: answer[key] for key in ("count", "next", "previous")} == {"count": 4, "next": None, "previous": None}
    assert [each["type"] for each in answer["results"]] == ["classic", "classic", "map", "map"]
    assert sum(each["computers_count"] for each in answer["results"]) == 25
    assert all("nodes" not in each for each in answer["results"])


def test_the_name_filter_finds_parts_of_names(tenant: Tenant) -> None:
    names = [each["name"] for each in tenant.get("/blueprints", name="e").json["results"]]
    assert names == ["Engineering", "Sales", "Head Office", "Executives"]
    assert [each["name"] for each in tenant.get("/blueprints", name="head").json["results"]] == ["Head Office"]


def test_ids_filter(tenant: Tenant) -> None:
    wanted = [blueprint_id(tenant, "Sales"), blueprint_id(tenant, "Executives")]
    assert [each["id"] for each in tenant.get("/blueprints", id__in=",".join(wanted)).json["results"]] == wanted


@pytest.mark.parametrize("encoding", ["form", "json", "multipart"])
def test_create_takes_every_encoding(tenant: Tenant, encoding: str) -> None:
    if encoding == "json":
        body = {"name": "New", "type": "map", "enrollment_code": {"is_active": True, "code": "123456"}}
        answer = tenant.request("POST", "/blueprints", json=body)
    else:
        fields = {"name": "New", "type": "map", "enrollment_code.is_active": "true", "enrollment_code.code": "123456"}
        if encoding == "form":
            answer = tenant.request("POST", "/blueprints", data=fields)
        else:
            answer = tenant.upload("POST", "/blueprints", **fields)
    assert answer.status == 201
    assert answer.json["enrollment_code"] == {"code": "123456", "is_active": True}
    assert answer.json["type"] == "map"
    assert "computers_count" not in answer.json


def test_a_name_is_unique_and_the_code_is_required(tenant: Tenant) -> None:
    code = {"is_active": False}
    taken = tenant.request("POST", "/blueprints", json={"name": "Sales", "enrollment_code": code})
    assert (taken.status, list(taken.json)) == (400, ["name"])
    without = tenant.request("POST", "/blueprints", json={"name": "New"})
    assert (without.status, list(without.json)) == (400, ["enrollment_code.is_active"])


def test_a_clone_must_be_of_the_same_type_and_brings_its_items(tenant: Tenant) -> None:
    source = {"type": "blueprint", "id": blueprint_id(tenant, "Sales")}
    body: dict[str, Any] = {"name": "Clone", "enrollment_code": {"is_active": True}, "source": source}
    wrong = tenant.request("POST", "/blueprints", json=body | {"type": "map"})
    assert (wrong.status, wrong.json) == (400, ["Blueprint type does not match the source blueprint type"])
    assert tenant.request("POST", "/blueprints", json=body | {"type": "classic"}).status == 201
    assert listed(tenant, "Clone") == listed(tenant, "Sales")


def test_patch_leaves_the_looks_of_a_map_alone(tenant: Tenant) -> None:
    path = f"/blueprints/{blueprint_id(tenant, 'Head Office')}"
    fields = {"description": "d", "color": "red-500", "enrollment_code.is_active": "false"}
    answer = tenant.request("PATCH", path, data=fields).json
    assert (answer["description"], answer["color"]) == ("d", "aqua-800")
    assert answer["enrollment_code"]["is_active"] is False


def test_delete_unmanages_the_devices(tenant: Tenant) -> None:
    sales = tenant.named("blueprints", "Sales")
    devices = tenant.devices_on(sales)
    assert tenant.request("DELETE", f"/blueprints/{sales['id']}").status == 204
    assert devices and all(device["is_removed"] for device in devices)
    assert tenant.get(f"/blueprints/{sales['id']}").json == {"detail": "Not found."}


def test_assign_answers_with_all_items_and_makes_pending_rows(tenant: Tenant, item: str) -> None:
    before = listed(tenant, "Sales")
    answer = assign(tenant, "Sales", "assign", library_item_id=item)
    assert (answer.status, answer.json) == (200, [*before, item])
    rows = tenant.get(f"/library/library-items/{item}/status").json["results"]
    macs = tenant.devices_on(tenant.named("blueprints", "Sales"))
    newest_first = [(row["computer"]["id"], row["status"]) for row in rows]
    assert newest_first == [(mac["device_id"], "pending") for mac in reversed(macs)]
    assert all(isinstance(row["id"], int) for row in rows)


def test_remove_answers_with_what_remains_and_drops_the_rows(tenant: Tenant, item: str) -> None:
    before = listed(tenant, "Sales")
    assign(tenant, "Sales", "assign", library_item_id=item)
    answer = assign(tenant, "Sales", "remove", library_item_id=item)
    assert (answer.status, answer.json) == (200, before)
    assert tenant.get(f"/library/library-items/{item}/status").json["count"] == 0


def test_exact_texts_on_a_classic_blueprint(tenant: Tenant, item: str) -> None:
    def text(verb: str, **body: str) -> Any:
        answer = assign(tenant, "Sales", verb, library_item_id=item, **body)
        assert answer.status == 400
        return answer.json

    node = tenant.named("blueprints", "Head Office")["nodes"][0]["id"]
    assert text("remove") == "Library Item does not exist on Blueprint"
    assign(tenant, "Sales", "assign", library_item_id=item)
    assert text("assign") == "Library Item already exists on Blueprint"
    for verb in ("assign", "remove"):
        assert text(verb, assignment_node_id=node) == "assignment_node_id cannot be provided for Classic Blueprint"


def test_exact_texts_on_a_map_without_conditions(tenant: Tenant, item: str) -> None:
    missing = assign(tenant, "Head Office", "remove", library_item_id=item)
    assert (missing.status, missing.json) == (400, "Library Item does not exist in Assignment Node")
    assert assign(tenant, "Head Office", "assign", library_item_id=item).status == 200
    again = assign(tenant, "Head Office", "assign", library_item_id=item)
    assert (again.status, again.json) == (400, "Library Item already exists in Assignment Node")


def test_a_map_with_conditions_needs_the_node(tenant: Tenant, item: str) -> None:
    everybody, executives = tenant.named("blueprints", "Executives")["nodes"]
    without = assign(tenant, "Executives", "assign", library_item_id=item)
    assert (without.status, without.json) == (400, "Must provide assignment_node_id for Assignment Map Blueprint")
    unknown = assign(tenant, "Executives", "assign", library_item_id=item, assignment_node_id=tenant.world.new_uuid())
    assert (unknown.status, unknown.json) == (400, "Assignment node not found")
    assert (
        assign(tenant, "Executives", "assign", library_item_id=item, assignment_node_id=executives["id"]).status == 200
    )
    # The list is that of the whole map: an item in one node can be added to another.
    assert item in listed(tenant, "Executives")
    assert (
        assign(tenant, "Executives", "assign", library_item_id=item, assignment_node_id=everybody["id"]).status == 200
    )


def test_devices_outside_a_node_are_excluded(tenant: Tenant, item: str) -> None:
    blueprint = tenant.named("blueprints", "Executives")
    node = blueprint["nodes"][1]
    assign(tenant, "Executives", "assign", library_item_id=item, assignment_node_id=node["id"])
    rows = tenant.get(f"/library/library-items/{item}/status").json["results"]
    tagged = {each["device_id"] for each in tenant.devices_on(blueprint) if node["rule"]["tag_id"] in each["tag_ids"]}
    assert {row["computer"]["id"] for row in rows if row["status"] == "pending"} == tagged != set()
    assert {row["status"] for row in rows if row["computer"]["id"] not in tagged} == {"EXCLUDED"}


def test_an_unknown_item_is_a_404_with_a_detail(tenant: Tenant) -> None:
    for verb in ("assign", "remove"):
        answer = assign(tenant, "Sales", verb, library_item_id=tenant.world.new_uuid())
        assert (answer.status, answer.json) == (404, {"detail": "No LibraryItem matches the given query"})


def test_native_items_can_be_assigned_too(tenant: Tenant) -> None:
    slack = tenant.named("native_items", "Slack")["id"]
    assert assign(tenant, "Sales", "assign", library_item_id=slack).status == 200
    mac = _a_mac(tenant, "Sales")
    row = tenant.get(f"/library/library-items/{slack}/status", computer_id=mac).json["results"][0]
    assert row["status"] == "PENDING"
    rows = tenant.get(f"/devices/{mac}/library-items").json["library_items"]
    assert [one["type"] for one in rows if one["item_id"] == slack] == ["vpp-app"]


def _a_mac(tenant: Tenant, name: str) -> str:
    return str(tenant.devices_on(tenant.named("blueprints", name))[0]["device_id"])


def test_an_assignment_is_in_the_audit_log_and_in_the_activity_of_the_item(tenant: Tenant, item: str) -> None:
    assign(tenant, "Sales", "assign", library_item_id=item)
    events = tenant.get("/audit/events", limit=1, sort_by="-occurred_at").json
    event = events["results"][0]
    assert (event["target_type"], event["target_component"]) == ("blueprint", "library_items")
    assert event["new_state"]["library_items_added"] == [{"id": item, "name": "Okta SCEP"}]
    assert len(event["id"]) == 26
    older = tenant.get("/audit/events?" + events["next"].partition("?")[2]).json
    assert [each["target_type"] for each in older["results"]] == ["library_item"]
    kinds = [each["activity_type"] for each in tenant.get(f"/library/library-items/{item}/activity").json["results"]]
    assert kinds == ["library_item_assignment_changed", "library_item_created"]
