"""Devices, inventory, users and tags of the sandbox's Iru tenant."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.iru import answers, prism_filter
from tests.unit.sandbox_iru import Tenant


@pytest.fixture
def tenant() -> Tenant:
    return Tenant()


def every_page(tenant: Tenant, path: str, limit: int) -> list[list[dict[str, Any]]]:
    pages, address = [], f"{path}?limit={limit}"
    while True:
        answer = tenant.get(address)
        pages.append(answer.json)
        following = re.match(r'<([^>]*)>; rel="next"', answer.headers["Link"])
        assert following is not None
        if following[1] == "None":
            return pages
        address = f"{path}?{following[1].partition('?')[2]}"


def test_devices_are_a_bare_array_with_totals_in_headers(tenant: Tenant) -> None:
    answer = tenant.get("/devices", limit=10)
    assert len(answer.json) == 10
    assert (answer.headers["X-Total-Count"], answer.headers["X-Total-Pages"]) == ("25", "3")
    assert answer.headers["Link"].endswith('<None>; rel="prev"')
    pages = every_page(tenant, "/devices", 10)
    assert [len(page) for page in pages] == [10, 10, 5]
    assert len({device["device_id"] for page in pages for device in page}) == 25
    assert tenant.get("/devices", offset=25).json == []
    assert tenant.get("/devices").headers["Link"] == '<None>; rel="next", <None>; rel="prev"'


def test_a_page_never_holds_more_than_300(tenant: Tenant) -> None:
    large = Tenant(fleet=310, windows=10)
    assert len(large.get("/devices", limit=1000).json) == 300


def test_recorded_quirks_of_devices(tenant: Tenant) -> None:
    devices = tenant.get("/devices").json
    assert [device["user"] for device in devices].count("") == 2
    assert [device["last_check_in"] for device in devices].count("") == 1
    assert sum(device["is_missing"] for device in devices) == 1
    assert all(
        re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}\+00:00", device["first_enrollment"]) for device in devices
    )
    owner = next(device["user"] for device in devices if device["user"])
    assert set(owner) == {"email", "name", "id", "is_archived"}
    tenant.state["settings"]["numeric_user_ids"] = True
    assert isinstance(next(each["user"] for each in tenant.get("/devices").json if each["user"])["id"], int)


@pytest.mark.parametrize(
    ("name", "of", "count"),
    [
        ("serial_number", lambda device: device["serial_number"][2:9], 1),
        ("platform", lambda _device: "windows", 3),
        ("device_id", lambda device: device["device_id"], 1),
        ("user_email", lambda device: device["user"]["email"].partition("@")[0].upper(), 1),
        ("user_email_exact", lambda device: device["user"]["email"], 1),
        ("user_email_exact", lambda device: device["user"]["email"][1:], 0),
        ("user_id", lambda device: device["user"]["id"], 1),
        ("nothing", lambda _device: "x", 25),
    ],
)
def test_filters(tenant: Tenant, name: str, of: Any, count: int) -> None:
    device = tenant.get("/devices", limit=1).json[0]
    found = tenant.get("/devices", **{name: of(device)}).json
    assert len(found) == count
    if count == 1:
        assert found == [device]


def test_the_blueprint_filter_agrees_with_the_count(tenant: Tenant) -> None:
    for blueprint in tenant.get("/blueprints").json["results"]:
        found = tenant.get("/devices", blueprint_id=blueprint["id"]).json
        assert {device["blueprint_name"] for device in found} == {blueprint["name"]}
        assert len(found) == blueprint["computers_count"]


def test_tags_are_found_by_name_and_id(tenant: Tenant) -> None:
    tag = tenant.get("/tags", search="exec").json["results"][0]
    by_name = tenant.get("/devices", tag_name="Executive").json
    assert by_name == tenant.get("/devices", tag_id_in=tag["id"]).json != []
    assert all(device["tags"] == ["Executive"] for device in by_name)


def test_patch_moves_a_device_and_its_rows_go_with_it(tenant: Tenant) -> None:
    sales, head_office = tenant.named("blueprints", "Sales"), tenant.named("blueprints", "Head Office")
    firewall = tenant.named("custom_profiles", "Firewall")["id"]
    device_id = tenant.devices_on(sales)[0]["device_id"]
    assert tenant.get(f"/library/library-items/{firewall}/status", computer_id=device_id).json["count"] == 0
    body = {"blueprint_id": head_office["id"], "user": None, "asset_tag": "A1", "tags": ["Pilot", "New"]}
    answer = tenant.request("PATCH", f"/devices/{device_id}", json=body).json
    assert (answer["blueprint_name"], answer["user"], answer["asset_tag"]) == ("Head Office", "", "A1")
    assert answer["tags"] == ["Pilot", "New"]
    row = tenant.get(f"/library/library-items/{firewall}/status", computer_id=device_id).json["results"][0]
    assert (row["status"], row["blueprint"]["name"]) == ("pending", "Head Office")
    assert tenant.request("PATCH", f"/devices/{device_id}", json={"blueprint_id": "none"}).status == 400


def test_the_views_of_one_device_agree(tenant: Tenant) -> None:
    device = tenant.get("/devices", limit=1).json[0]
    path = f"/devices/{device['device_id']}"
    rows = tenant.get(f"{path}/library-items").json["library_items"]
    assert {row["type"]: row["status"] for row in rows} == {
        "profile": "success", "vpp-app": "AVAILABLE", "automatic-app": "PASS",
    }  # fmt: skip
    status = tenant.get(f"{path}/status").json
    assert [row["item_id"] for row in status["library_items"]] == [row["item_id"] for row in rows]
    assert status["parameters"] == tenant.get(f"{path}/parameters").json["parameters"] != []
    details = tenant.get(f"{path}/details").json
    assert details["mdm"]["mdm_enabled"] == "True"
    installed = {profile["identifier"] for profile in details["installed_profiles"]}
    assert tenant.named("custom_profiles", "Login Window")["mdm_identifier"] in installed
    pc = tenant.get("/devices", platform="Windows").json[0]
    assert "installed_profiles" not in tenant.get(f"/devices/{pc['device_id']}/details").json


def test_an_unknown_device_is_a_404_with_a_detail(tenant: Tenant) -> None:
    for suffix in ("", "/details", "/library-items", "/status", "/parameters", "/activity", "/commands"):
        answer = tenant.get(f"/devices/{tenant.world.new_uuid()}{suffix}")
        assert (answer.status, answer.json) == (404, {"detail": "Not found."})


def test_prism_rows_carry_the_common_keys_and_the_envelope(tenant: Tenant) -> None:
    answer = tenant.get("/prism/installed_profiles").json
    assert {key: answer[key] for key in ("offset", "limit", "total")} == {"offset": 0, "limit": 25, "total": None}
    macs = tenant.get("/devices", platform="Mac").json
    assert {row["device__family"] for row in answer["data"]} == {"Mac"}
    assert {row["device_id"] for row in answer["data"]} <= {mac["device_id"] for mac in macs}
    tenant.state["settings"]["prism_total"] = True
    count = tenant.get("/prism/count", category="installed_profiles").json
    assert count == {"count": tenant.get("/prism/installed_profiles").json["total"], "approximate": False}


def test_prism_cursor_goes_through_all_rows_once(tenant: Tenant) -> None:
    rows, cursor = [], ""
    while True:
        query = {"limit": 7} | ({"cursor": cursor} if cursor else {})
        page = tenant.get("/prism/installed_profiles", **query).json
        rows += [(row["device_id"], row["payload_identifier"]) for row in page["data"]]
        cursor = page["cursor"]
        if not cursor:
            break
        assert page["offset"] == (0 if len(rows) == 7 else None)
        assert tenant.get("/prism/installed_profiles", limit=8, cursor=cursor).status == 400
    assert len(rows) == len(set(rows)) == tenant.get("/prism/count", category="installed_profiles").json["count"]


def test_prism_presence_and_freshness_of_a_profile(tenant: Tenant) -> None:
    profile = tenant.named("custom_profiles", "Login Window")
    query = json.dumps({"payload_identifier": {"in": [profile["mdm_identifier"]]}})
    rows = tenant.get("/prism/installed_profiles", filter=query, limit=300).json["data"]
    assert len(rows) == 21
    assert {row["payload_uuid"] for row in rows} == {profile["payload_uuid"]}
    assert rows[0]["profile_data"][0]["type"] == "com.apple.loginwindow"


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"nothing": {"in": []}}', '{"device__name": {"in": "x"}}', '{"encrypted": {"eq": "yes"}}',
             '{"device__name": {"is": ["x"]}}', '{"created_at": {"lt": "yesterday"}}', '{"blueprint_id": {"in": []}}'],
)  # fmt: skip
def test_a_filter_that_cannot_be_applied_is_a_400(tenant: Tenant, text: str) -> None:
    answer = tenant.get("/prism/installed_profiles", filter=text)
    assert (answer.status, list(answer.json)) == (400, ["detail"])


def test_prism_filters_by_blueprint_and_family(tenant: Tenant) -> None:
    sales = tenant.named("blueprints", "Sales")
    rows = tenant.get("/prism/device_information", blueprint_ids=sales["id"], sort_by="-serial_number").json["data"]
    assert {row["blueprint_name"] for row in rows} == {"Sales"}
    assert [row["serial_number"] for row in rows] == sorted((row["serial_number"] for row in rows), reverse=True)
    assert tenant.get("/prism/device_information", device_families="iPhone").json["data"] == []


def test_an_unknown_category_has_the_documented_text(tenant: Tenant) -> None:
    for path in ("/prism/application_firewal", "/prism/count?category=application_firewal"):
        answer = tenant.get(path)
        assert (answer.status, answer.json) == (400, {"detail": "Invalid category: application_firewal"})


_ROWS = st.lists(st.fixed_dictionaries({"name": st.sampled_from(["dev", "Devon", "x", None])}), max_size=5)


@given(rows=_ROWS, texts=st.lists(st.sampled_from(["dev", "x", "no"]), max_size=2))
def test_each_operator_and_its_opposite_divide_the_rows(rows: list[dict[str, Any]], texts: list[str]) -> None:
    for operator in ("in", "like"):
        for row in rows:
            held = prism_filter.matches(row, {"name": {operator: texts}})
            assert prism_filter.matches(row, {"name": {f"not_{operator}": texts}}) is not held


def test_date_operators(tenant: Tenant) -> None:
    row = {"at": "2024-11-18T21:02:58.411377+00:00"}
    limits = {
        "lt": "2024-11-19T00:00:00.000Z",
        "lte": "2024-11-18T21:02:58.411377Z",
        "gt": "2024-11-18",
        "gte": "2024-01-01",
    }
    assert prism_filter.matches(row, {"at": limits})
    outside = {"or": {"gt": "2024-11-20", "lt": "2024-11-10"}}
    assert not prism_filter.matches(row, {"at": outside})
    assert prism_filter.matches({"at": "2024-11-21"}, {"at": outside})


def test_users_page_by_cursor_and_next_is_on_the_console_host(tenant: Tenant) -> None:
    tenant.state["settings"]["users_page_size"] = 10
    emails, query = [], ""
    while True:
        page = tenant.get("/users" + query).json
        assert set(page) == {"next", "previous", "results"}
        emails += [user["email"] for user in page["results"]]
        if page["next"] is None:
            break
        assert page["next"].startswith("https://attest.kandji.io/api/v1/users?cursor=")
        query = "?" + page["next"].partition("?")[2]
    assert emails == [person["login"] for person in tenant.world.data["people"]]
    tenant.state["settings"]["users_next_on_console_host"] = False
    assert tenant.get("/users").json["next"].startswith("http://127.0.0.1:")


def test_a_user_with_a_device_stays(tenant: Tenant) -> None:
    users = tenant.get("/users", email="PERSON").json["results"]
    assert len(users) == 25
    free, busy = (next(user for user in users if bool(user["device_count"]) is held) for held in (False, True))
    refused = tenant.request("DELETE", f"/users/{busy['id']}")
    assert (refused.status, refused.json) == (400, {"detail": "User still assigned to one or more devices."})
    assert tenant.request("DELETE", f"/users/{free['id']}").status == 204


def test_tags_can_be_made_renamed_and_deleted(tenant: Tenant) -> None:
    tag = tenant.request("POST", "/tags", json={"name": "Wave 1"})
    assert tag.status == 201
    path = f"/tags/{tag.json['id']}"
    assert tenant.request("PATCH", path, json={"name": "Wave 2"}).json == {"id": tag.json["id"], "name": "Wave 2"}
    assert tenant.request("DELETE", path).status == 204
    assert tenant.request("DELETE", path).status == 404
    assert tenant.request("GET", path).status == 405


def test_self_service_categories_are_a_bare_array(tenant: Tenant) -> None:
    categories = tenant.get("/self-service/categories").json
    assert [each["name"] for each in categories] == ["Apps", "Productivity", "Security", "Utilities"]


@given(st.dictionaries(st.from_regex(r"[a-z]{1,3}(\.[a-z]{1,3})?", fullmatch=True), st.text(max_size=3), max_size=4))
def test_dotted_keys_are_nested_and_none_is_lost(flat: dict[str, str]) -> None:
    groups = {name.partition(".")[0] for name in flat if "." in name}
    flat = {name: value for name, value in flat.items() if name not in groups}
    fields = answers.nested(flat)
    back = {}
    for name, value in fields.items():
        back |= {f"{name}.{key}": each for key, each in value.items()} if isinstance(value, dict) else {name: value}
    assert back == flat


def test_a_new_first_page_sees_what_has_changed(tenant: Tenant) -> None:
    before = tenant.get("/prism/device_information", limit=2).json
    first = next(each for each in tenant.state["devices"].values() if each["last_check_in"])
    first["asset_tag"] = "A1"
    del tenant.state["devices"][before["data"][1]["device_id"]]
    after = tenant.get("/prism/device_information", limit=2).json
    assert after["data"][0]["asset_tag"] == "A1"
    assert before["data"][1]["device_id"] not in [row["device_id"] for row in after["data"]]


def test_a_cursor_survives_the_deletion_of_a_blueprint(tenant: Tenant) -> None:
    page = tenant.get("/prism/device_information", limit=2).json
    for name in ("Engineering", "Sales"):
        tenant.request("DELETE", f"/blueprints/{tenant.named('blueprints', name)['id']}")
    assert tenant.get("/prism/device_information", limit=2, cursor=page["cursor"]).status == 200
