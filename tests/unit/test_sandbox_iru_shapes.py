"""Keys and types of the answers about the Library and Blueprints, as Iru's published collection shows them."""

from __future__ import annotations

import plistlib
from typing import Any

import pytest

from tests.unit.sandbox_iru import Tenant, mobileconfig
from tests.unit.shapes import MAYBE, misfits, page_of

CODE = {"code": str, "is_active": bool}
NEW_BLUEPRINT = {
    "id": str, "name": str, "icon": str, "color": str, "description": str, "params": dict,
    "enrollment_code": CODE, "type": str,
}  # fmt: skip
BLUEPRINT = NEW_BLUEPRINT | {"computers_count": int}
FLAGS = {f"runs_on_{one}": bool for one in ("mac", "iphone", "ipad", "tv", "vision")}
# The collection has no flags for these; live answers do (irusdk).
LIVE_FLAGS = {"runs_on_android": bool, "runs_on_windows": bool}
PROFILE = {
    "id": str, "name": str, "active": bool, "profile": str, "mdm_identifier": str, **FLAGS, **LIVE_FLAGS,
    "created_at": str, "updated_at": str,
}  # fmt: skip
TEMPLATE = {
    "id": int, "name": str, "description": str, "category": int, "icon": str, "color": str, "params": dict,
    "rating": int,
}  # fmt: skip
NAMED = {"id": str, "name": str}
STATUS = {
    "id": int, "blueprint": NAMED, "computer": NAMED, "status": str, "reported_at": MAYBE, "log": MAYBE,
    "last_audit_run": MAYBE, "last_audit_log": MAYBE, "control_log": MAYBE, "control_reported_at": MAYBE,
}  # fmt: skip
ACTIVITY = {
    "id": int, "activity_time": str, "activity_type": str, "user_id": str, "user_email": str,
    "details": (list, type(None)),
}  # fmt: skip
ROUTING_ACTIVITY = {
    "id": int, "activity_time": str, "activity_type": str, "user": ({"id": str, "email": str}, type(None)),
    "device_id": MAYBE, "details": dict,
}  # fmt: skip
EVENT = {
    "id": str, "action": str, "occurred_at": str, "actor_id": str, "actor_type": str, "target_id": str,
    "target_type": str, "target_component": str, "new_state": dict, "metadata": dict,
}  # fmt: skip


@pytest.fixture(scope="module")
def tenant() -> Tenant:
    tenant = Tenant()
    tenant.upload("POST", "/library/custom-profiles", mobileconfig({"PayloadType": "com.example.a"}), name="First")
    return tenant


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/library/custom-profiles", page_of(PROFILE)),
        ("/blueprints", page_of(BLUEPRINT)),
        ("/blueprints/templates/", page_of({"id": int, "name": str, "weight": int, "templates": [TEMPLATE]})),
        ("/blueprint-routing/", {"enrollment_code": CODE}),
        ("/blueprint-routing/activity", page_of(ROUTING_ACTIVITY)),
        ("/audit/events", {"results": [EVENT], "next": MAYBE, "previous": MAYBE}),
    ],
)
def test_answers_to_a_get(tenant: Tenant, path: str, shape: Any) -> None:
    answer = tenant.get(path)
    assert answer.status == 200
    assert misfits(answer.json, shape) == []


def test_one_blueprint_and_what_is_on_it(tenant: Tenant) -> None:
    path = f"/blueprints/{tenant.named('blueprints', 'Sales')['id']}"
    assert misfits(tenant.get(path).json, BLUEPRINT) == []
    assert misfits(tenant.get(f"{path}/list-library-items").json, page_of(NAMED)) == []
    item = {"library_item_id": tenant.named("native_items", "Slack")["id"]}
    for verb in ("assign", "remove"):
        assert misfits(tenant.request("POST", f"{path}/{verb}-library-item", json=item).json, [str]) == []


def test_answers_to_the_writes_of_a_blueprint(tenant: Tenant) -> None:
    fields = {"name": "Shapes", "enrollment_code.is_active": "true", "type": "map"}
    created = tenant.request("POST", "/blueprints", data=fields)
    assert (created.status, misfits(created.json, NEW_BLUEPRINT)) == (201, [])
    path = f"/blueprints/{created.json['id']}"
    patched = tenant.request("PATCH", path, data={"enrollment_code.code": "999858"})
    assert (patched.status, misfits(patched.json, BLUEPRINT | {"missing_computers_count": int})) == (200, [])
    assert patched.json["enrollment_code"] == {"code": "999858", "is_active": True}


def test_answers_to_the_writes_of_a_profile(tenant: Tenant) -> None:
    created = tenant.upload("POST", "/library/custom-profiles", mobileconfig(), name="Shapes")
    assert (created.status, misfits(created.json, PROFILE)) == (201, [])
    path = f"/library/custom-profiles/{created.json['id']}"
    assert misfits(tenant.upload("PATCH", path, name="New name").json, PROFILE) == []
    edited = tenant.get(f"/library/library-items/{created.json['id']}/activity").json["results"][0]
    assert (edited["activity_type"], edited["details"]) == ("library_item_edited", ["Name: Shapes → New name"])
    deleted = tenant.request("DELETE", path)
    assert (deleted.status, deleted.text, deleted.headers["Allow"]) == (204, "", "GET, PATCH, DELETE")
    gone = tenant.request("DELETE", path)
    assert (gone.status, gone.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "<title>Not Found</title>" in gone.text


@pytest.mark.parametrize("name", ["Okta Verify", "SCEP (Okta)"])
def test_status_and_activity_of_an_item(tenant: Tenant, name: str) -> None:
    item = tenant.named("native_items", name)["id"]
    activity = tenant.get(f"/library/library-items/{item}/activity").json
    assert misfits(activity, page_of(ACTIVITY)) == []
    assert [row["activity_time"] for row in activity["results"]] == sorted(
        (row["activity_time"] for row in activity["results"]), reverse=True
    )
    status = tenant.get(f"/library/library-items/{item}/status").json
    if name == "Okta Verify":
        assert misfits(status, page_of(STATUS)) == []
        assert [row["id"] for row in status["results"]] == sorted(
            (row["id"] for row in status["results"]), reverse=True
        )
    else:
        assert status == {"count": 0, "next": None, "previous": None, "results": []}


def test_only_status_rows_of_the_edr_have_its_keys(tenant: Tenant) -> None:
    item = tenant.named("native_items", "Google Chrome")
    path, later = f"/library/library-items/{item['id']}/status", {"type": str, "edr_status": type(None)}
    device = tenant.get(path).json["results"][0]["computer"]["id"]
    tenant.state["settings"]["status_rows_have_type"] = True
    assert misfits(tenant.get(path).json, page_of(STATUS | later)) == []
    tenant.state["settings"]["status_rows_have_type"] = False
    assert misfits(tenant.get(path).json, page_of(STATUS)) == []
    item["type"] = "threat-security-policy"
    assert misfits(tenant.get(path).json, page_of(STATUS | later)) == []
    rows = tenant.get(f"/devices/{device}/library-items").json["library_items"]
    assert [row["item_id"] for row in rows if "edr_status" in row] == [item["id"]]
    item["type"] = "automatic-app"


def test_the_audit_log_tells_of_items_that_no_list_shows(tenant: Tenant) -> None:
    events = tenant.get("/audit/events", limit=500).json["results"]
    item = tenant.named("native_items", "SCEP (Okta)")["id"]
    made = next(one for one in events if one["target_id"] == item)
    assert made["new_state"] == {"active": True, "label": None, "type": "profile", "name": "SCEP (Okta)"}
    added = [one["new_state"]["library_items_added"] for one in events if one["target_component"] == "library_items"]
    assert [{"id": item, "name": "SCEP (Okta)"}] in added
    assert [one["occurred_at"] for one in events] == sorted(one["occurred_at"] for one in events)


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        ("/library/custom-profiles", "GET, POST"),
        ("/blueprints", "GET, HEAD, POST"),
        ("/blueprints/{id}", "GET, HEAD, PATCH, DELETE"),
        ("/blueprints/{id}/list-library-items", "GET, POST, PATCH, DELETE"),
        ("/blueprints/{id}/ota-enrollment-profile", "GET"),
        ("/devices/{device}/library-items", "GET, HEAD, OPTIONS"),
        ("/devices/{device}/status", "GET, HEAD, OPTIONS"),
        ("/devices/{device}/details", "GET"),
        ("/self-service/categories", "GET, POST, PATCH, DELETE"),
    ],
)
@pytest.mark.parametrize("slash", ["", "/"])
def test_allow_is_as_recorded(tenant: Tenant, path: str, allow: str, slash: str) -> None:
    device = next(iter(tenant.state["devices"]))
    answer = tenant.get(path.format(id=tenant.named("blueprints", "Sales")["id"], device=device) + slash)
    assert (answer.status, answer.headers["Allow"]) == (200, allow)


def test_a_template_brings_its_looks_and_parameters(tenant: Tenant) -> None:
    template = tenant.get("/blueprints/templates/").json["results"][0]["templates"][0]
    fields = {"name": "From a template", "enrollment_code.is_active": "true", "source.type": "template"}
    made = tenant.request("POST", "/blueprints", data=fields | {"source.id": str(template["id"])}).json
    assert {key: made[key] for key in ("icon", "color", "params")} == {
        key: template[key] for key in ("icon", "color", "params")
    }
    unknown = tenant.request("POST", "/blueprints", data=fields | {"name": "Other", "source.id": "4711"})
    assert (unknown.status, list(unknown.json)) == (400, ["source.id"])


def test_the_enrollment_profile_and_the_url_to_sign_in(tenant: Tenant) -> None:
    path = f"/blueprints/{tenant.named('blueprints', 'Sales')['id']}/ota-enrollment-profile"
    for query in ({}, {"sso": "true"}):
        answer = tenant.get(path, **query)
        assert answer.headers["Content-Type"] == "application/x-apple-aspen-config"
        assert answer.headers["Content-Disposition"] == "attachment;filename=kandji-enroll.mobileconfig"
        assert plistlib.loads(answer.text.encode())["PayloadType"] == "Profile Service"
    tenant.state["settings"]["manual_enrollment_requires_authentication"] = True
    assert tenant.get(path, sso="true").json["url"].startswith("https://attest.kandji.io/enrollment/authentication?")


def test_routing_takes_changes_and_tells_of_them(tenant: Tenant) -> None:
    before = tenant.get("/blueprint-routing").json["enrollment_code"]
    body = {"enrollment_code": {"is_active": False, "code": "374732"}}
    assert tenant.request("PATCH", "/blueprint-routing/", json=body).json == body
    newest = tenant.get("/blueprint-routing/activity", limit=1).json["results"][0]
    assert newest["details"] == {
        "code": {"new": "374732", "old": before["code"]},
        "is_active": {"new": False, "old": True},
    }
