"""Synthetic devices: as many as wanted, without cost until they are read, and no different from others to a client."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from sandbox.iru import synthetic
from tests.unit.sandbox_iru import Tenant, mobileconfig

COUNT = 1000
SCEP = {
    "PayloadType": "com.apple.security.scep",
    "PayloadContent": {"URL": "https://x/scep", "Subject": [[["O", "Example"]], [["CN", "$SERIAL_NUMBER"]]]},
}


@pytest.fixture(scope="module")
def tenant() -> Tenant:
    made = Tenant(fleet=4, windows=1)
    made.state["settings"]["synthetic_devices"] = COUNT
    profile = made.upload("POST", "/library/custom-profiles", mobileconfig(SCEP), name="Okta").json
    for name in ("Engineering", "Sales", "Head Office"):
        blueprint = made.named("blueprints", name)["id"]
        body = {"library_item_id": profile["id"]}
        assert made.request("POST", f"/blueprints/{blueprint}/assign-library-item", json=body).status == 200
    return made


def every(tenant: Tenant, path: str, **query: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    while True:
        body = tenant.get(path, limit=300, offset=len(rows), **query).json
        page = body if isinstance(body, list) else body["results"]
        rows += page
        if not page or len(page) < 300:
            return rows


def test_devices_are_listed_counted_and_found(tenant: Tenant) -> None:
    devices = every(tenant, "/devices")
    assert len({device["device_id"] for device in devices}) == len(devices) == COUNT + 4
    assert Counter(device["platform"] for device in devices)["Windows"] == COUNT / 20 + 1
    for blueprint in tenant.get("/blueprints").json["results"]:
        on_it = [device for device in devices if device["blueprint_id"] == blueprint["id"]]
        assert blueprint["computers_count"] == len(on_it)
        assert every(tenant, "/devices", blueprint_id=blueprint["id"]) == on_it
    one = devices[-1]
    assert tenant.get(f"/devices/{one['device_id']}").json == one
    assert tenant.get("/devices", serial_number=synthetic.serial_number(7)).json == [devices[4 + 7]]
    backwards = tenant.get("/devices", ordering="-platform,-serial_number", limit=1).json
    assert backwards[0]["serial_number"] == synthetic.serial_number(COUNT - 20)


def test_users_have_their_device(tenant: Tenant) -> None:
    page = tenant.get("/users").json
    assert [user["device_count"] for user in page["results"][4:]] == [1] * 296
    assert len(tenant.get("/users", email=synthetic.login(3)).json["results"]) == 1
    device = tenant.get("/devices", serial_number=synthetic.serial_number(3)).json[0]
    assert tenant.get(f"/users/{device['user']['id']}").json["email"] == device["user"]["email"] == synthetic.login(3)


def test_status_and_prism_agree(tenant: Tenant) -> None:
    profile = tenant.named("custom_profiles", "Okta")
    rows = every(tenant, f"/library/library-items/{profile['id']}/status")
    devices = {device["device_id"]: device for device in every(tenant, "/devices")}
    scope = {each["device_id"] for each in devices.values() if each["blueprint_name"] != "Executives"}
    macs = {each for each in scope if devices[each]["platform"] == "Mac"}
    assert {row["computer"]["id"] for row in rows} == macs
    assert set(Counter(row["status"] for row in rows)) == {"success", "failed", "pending"}
    query = json.dumps({"payload_identifier": {"in": [profile["mdm_identifier"]]}})
    installed: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = tenant.get("/prism/installed_profiles", filter=query, limit=300, cursor=cursor).json
        installed += page["data"]
        if not (cursor := page["cursor"]):
            break
    done = {row["computer"]["id"] for row in rows if row["status"] == "success"}
    assert {row["device_id"] for row in installed} == done
    stale = [row for row in installed if row["payload_uuid"] != profile["payload_uuid"]]
    assert 0 < len(stale) < len(installed) / 50
    one = next(devices[each] for each in done if "SYN" in devices[each]["serial_number"])
    names = json.dumps({"common_name": {"in": [one["serial_number"]]}})
    assert [row["device_id"] for row in tenant.get("/prism/certificates", filter=names).json["data"]] == [
        one["device_id"]
    ]
    single = tenant.get(f"/library/library-items/{profile['id']}/status", computer_id=one["device_id"]).json
    assert [row["status"] for row in single["results"]] == ["success"]
    rows_of_one = tenant.get(f"/devices/{one['device_id']}/library-items").json["library_items"]
    assert profile["id"] in [row["item_id"] for row in rows_of_one]


def test_a_change_of_one_lasts_and_a_deleted_one_is_gone() -> None:
    tenant = Tenant(fleet=4, windows=1)
    tenant.state["settings"]["synthetic_devices"] = 10
    first, second = tenant.get("/devices", serial_number="SYN").json[:2]
    changed = tenant.request("PATCH", f"/devices/{first['device_id']}", json={"asset_tag": "A1", "user": None}).json
    assert changed == first | {"asset_tag": "A1", "user": ""}
    assert tenant.get("/devices", serial_number=first["serial_number"]).json == [changed]
    assert tenant.request("DELETE", f"/devices/{second['device_id']}").status == 204
    assert tenant.get(f"/devices/{second['device_id']}").status == 404
    assert len(tenant.get("/devices").json) == 4 + 10 - 1
    assert sum(each["computers_count"] for each in tenant.get("/blueprints").json["results"]) == 4 + 10 - 1
    user = tenant.get(f"/users/{first['user']['id']}").json
    assert user["device_count"] == 0
    tenant.world.load(json.loads(json.dumps(tenant.world.snapshot())))
    assert len(tenant.get("/devices").json) == 4 + 10 - 1
