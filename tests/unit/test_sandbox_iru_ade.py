"""Automated Device Enrollment as Iru's published collection shows it: integrations with Apple, and their devices."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import FormData
from cryptography import x509

from tests.unit.sandbox_iru import Answer, Tenant
from tests.unit.shapes import MAYBE, misfits, page_of

ADE = "/integrations/apple/ade"
BLUEPRINT = {"id": str, "name": str, "icon": str, "color": str}
INTEGRATION = {
    "id": str, "blueprint": BLUEPRINT, "access_token_expiry": str, "server_name": str, "server_uuid": str,
    "admin_id": str, "org_name": str, "org_email": str, "org_phone": str, "org_address": str, "org_type": str,
    "stoken_file_name": str, "last_device_sync": MAYBE, "defaults": {"email": str, "phone": str}, "days_left": int,
    "status": str, "status_reason": MAYBE, "status_received_at": MAYBE,
}  # fmt: skip
ENROLLED = {
    "id": str, "name": str, "enrolled_at": str, "enrollment_status": int, "deferred_install": bool,
    "is_missing": bool, "is_removed": bool,
}  # fmt: skip
IN_A_TOKEN = {
    "id": str, "asset_tag": MAYBE, "assignment_status_received_at": str, "blueprint": BLUEPRINT, "color": str,
    "dep_account": {"id": str, "server_name": str}, "description": str, "device_assigned_by": str,
    "device_assigned_date": str, "device_family": str, "failed_assignment_attempts": int,
    "last_assignment_status": str, "mdm_device": (ENROLLED, type(None)), "model": str, "os": str,
    "profile_assign_time": str, "profile_push_time": MAYBE, "profile_status": str, "serial_number": str, "user": MAYBE,
}  # fmt: skip
DEVICE = IN_A_TOKEN | {"blueprint": str, "blueprint_id": str, "user_id": MAYBE}


@pytest.fixture
def tenant() -> Tenant:
    return Tenant(fleet=4, windows=1, mobile=1)


def send_token(tenant: Tenant, path: str, *, file: bool = True, **fields: str) -> Answer:
    form = FormData()
    for name, value in fields.items():
        form.add_field(name, value)
    if file:
        form.add_field("file", b"MIME-Version: 1.0", filename="token.p7m", content_type="application/pkcs7-mime")
    return tenant.request("POST", path, data=form)


def defaults(tenant: Tenant, blueprint: str) -> dict[str, str]:
    return {
        "blueprint_id": tenant.named("blueprints", blueprint)["id"],
        "phone": "5550100",
        "email": "it@attest.example",
    }


def without_counts(answer: dict[str, Any]) -> dict[str, Any]:
    counts = answer.pop("device_counts")
    assert counts.pop("total") == sum(counts.values())
    return answer


def test_the_integration_that_is_there(tenant: Tenant) -> None:
    listed = tenant.get(ADE).json
    one = listed["results"][0]
    assert tenant.get(f"{ADE}/{one['id']}").json == one
    assert one["device_counts"] == {"Mac": 4, "iPad": 1, "total": 5}
    without_counts(one)
    assert misfits(listed, page_of(INTEGRATION)) == []
    unknown = tenant.get(f"{ADE}/00000000-0000-4000-8000-000000000000")
    assert (unknown.status, unknown.json) == (404, {"detail": "Not found."})


def test_the_life_of_an_integration(tenant: Tenant) -> None:
    made = send_token(tenant, f"{ADE}/", **defaults(tenant, "Sales"))
    assert (made.status, misfits(without_counts(made.json), INTEGRATION)) == (200, [])
    path = f"{ADE}/{made.json['id']}"
    assert made.json["device_counts"] == {"total": 0} and tenant.get(f"{path}/devices").json["count"] == 0
    patched = tenant.request("PATCH", path, json=defaults(tenant, "Engineering") | {"phone": "5550111"})
    assert patched.json["blueprint"]["name"] == "Engineering" and patched.json["defaults"]["phone"] == "5550111"
    renewed = send_token(tenant, f"{path}/renew", **defaults(tenant, "Sales"))
    assert (renewed.status, renewed.json["id"]) == (200, made.json["id"])
    gone = tenant.request("DELETE", path)
    assert (gone.status, gone.text, tenant.get(path).status) == (204, "", 404)


@pytest.mark.parametrize("lacking", ["blueprint_id", "phone", "email", "file"])
def test_what_a_token_needs(tenant: Tenant, lacking: str) -> None:
    fields = {name: value for name, value in defaults(tenant, "Sales").items() if name != lacking}
    refused = send_token(tenant, f"{ADE}/", file=lacking != "file", **fields)
    assert (refused.status, list(refused.json)) == (400, [lacking])


def test_devices_of_a_token_and_of_all(tenant: Tenant) -> None:
    integration = tenant.get(ADE).json["results"][0]
    in_token = tenant.get(f"{ADE}/{integration['id']}/devices").json
    everywhere = tenant.get(f"{ADE}/devices").json
    assert misfits(in_token, page_of(IN_A_TOKEN)) == misfits(everywhere, page_of(DEVICE)) == []
    assert [one["id"] for one in in_token["results"]] == [one["id"] for one in everywhere["results"]]
    waiting = [one for one in everywhere["results"] if one["mdm_device"] is None]
    assert len(waiting) == 1 and waiting[0]["profile_push_time"] is None
    enrolled = {one["mdm_device"]["id"] for one in everywhere["results"] if one["mdm_device"]}
    assert enrolled == {one["device_id"] for one in tenant.get("/devices").json if one["platform"] != "Windows"}


def test_filters_and_pages_of_the_devices(tenant: Tenant) -> None:
    everywhere = tenant.get(f"{ADE}/devices").json["results"]
    one = everywhere[0]
    for name, value in (("serial_number", one["serial_number"][2:7]), ("blueprint_id", one["blueprint_id"][:8])):
        assert one in tenant.get(f"{ADE}/devices", **{name: value}).json["results"]
    assert {each["os"] for each in tenant.get(f"{ADE}/devices", device_family="iPad").json["results"]} == {"iPadOS"}
    assert tenant.get(f"{ADE}/devices", user_id="nobody").json["count"] == 0
    assert tenant.get(f"{ADE}/devices", dep_account=one["dep_account"]["id"]).json["count"] == len(everywhere)
    refused = tenant.get(f"{ADE}/devices", dep_account="none")
    assert (refused.status, refused.json) == (400, {"dep_account": ["Enter a valid UUID."]})
    tenant.state["settings"]["ade_devices_page_size"] = 2
    page = tenant.get(f"{ADE}/devices").json
    assert (
        len(page["results"]) == 2 and page["next"].startswith("https://attest.kandji.io/") and "page=2" in page["next"]
    )


def test_one_device_is_changed_before_it_enrols(tenant: Tenant) -> None:
    waiting = next(one for one in tenant.get(f"{ADE}/devices").json["results"] if one["mdm_device"] is None)
    path, sales = f"{ADE}/devices/{waiting['id']}", tenant.named("blueprints", "Sales")["id"]
    user = next(iter(tenant.state["users"]))
    changed = tenant.request("PATCH", path, json={"asset_tag": "77", "blueprint_id": sales, "user_id": user})
    assert (changed.status, misfits(changed.json, DEVICE)) == (200, [])
    assert changed.json == waiting | {
        "asset_tag": "77", "blueprint": sales, "blueprint_id": sales, "user": user, "user_id": user,
    }  # fmt: skip
    assert tenant.get(path).json == changed.json
    assert tenant.request("PATCH", path, json={"blueprint_id": "none"}).status == 400


def test_the_public_key_for_apple(tenant: Tenant) -> None:
    answer = tenant.get(f"{ADE}/public_key/")
    assert answer.headers["Content-Type"] == "application/x-x509-ca-cert"
    assert x509.load_pem_x509_certificate(answer.text.encode()) and answer.text == tenant.get(f"{ADE}/public_key").text
