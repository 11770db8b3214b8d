"""Custom apps of the sandbox's Iru tenant: the published answer, rules between fields, the wait after an upload."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from tests.unit.sandbox_iru import Tenant

PATH = "/library/custom-apps"
CONTENT = b"xar! a package"
# Keys and types of the published answer to "Create Custom App".
PUBLISHED = {
    "id": str, "name": str, "file_key": str, "install_type": str, "install_enforcement": str, "audit_script": str,
    "unzip_location": str, "active": bool, "restart": bool, "preinstall_script": str, "postinstall_script": str,
    "file_url": str, "sha256": str, "file_size": int, "file_updated": str, "created_at": str, "updated_at": str,
    "show_in_self_service": bool, "self_service_category_id": str, "self_service_recommended": bool,
}  # fmt: skip


@pytest.fixture
def tenant() -> Tenant:
    tenant = Tenant(fleet=8, windows=1)
    tenant.state["settings"]["upload_processing_polls"] = 0
    return tenant


def category(tenant: Tenant) -> str:
    return str(tenant.get("/self-service/categories").json[0]["id"])


def fields(tenant: Tenant, **changes: Any) -> dict[str, Any]:
    usual = {"name": "Okta Verify", "install_type": "package", "install_enforcement": "install_once"}
    return usual | {"file_key": tenant.uploaded(CONTENT, "ov.pkg")} | changes


def created(tenant: Tenant, **changes: Any) -> dict[str, Any]:
    answer = tenant.request("POST", PATH, data=fields(tenant, **changes))
    assert answer.status == 201, answer.text
    app: dict[str, Any] = answer.json
    return app


def timeless(app: dict[str, Any]) -> dict[str, Any]:
    """Without the link, which is another one every second."""
    return {key: value for key, value in app.items() if key != "file_url"}


def test_the_answer_is_the_published_one(tenant: Tenant) -> None:
    app = created(tenant, show_in_self_service="true", self_service_category_id=category(tenant))
    assert {key: type(value) for key, value in app.items()} == PUBLISHED
    assert (app["sha256"], app["file_size"]) == (hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))
    assert len(app["file_updated"]) == len("2023-10-05T21:25:19Z")
    assert (app["active"], app["restart"], app["audit_script"], app["unzip_location"]) == (True, False, "", "")


def test_without_self_service_its_details_are_absent(tenant: Tenant) -> None:
    app = created(tenant, self_service_recommended="true")
    assert set(PUBLISHED) - set(app) == {"self_service_category_id", "self_service_recommended"}
    assert timeless(tenant.get(f"{PATH}/{app['id']}").json) == timeless(app)
    assert timeless(app) in [timeless(each) for each in tenant.get(PATH).json["results"]]


@pytest.mark.parametrize("kind", ["json", "data"])
def test_json_and_forms_are_both_taken(tenant: Tenant, kind: str) -> None:
    sent = fields(tenant, active="false" if kind == "data" else False)
    assert tenant.request("POST", PATH, **{kind: sent}).json["active"] is False


def test_iru_asks_to_wait_while_it_works_on_the_file(tenant: Tenant) -> None:
    tenant.state["settings"]["upload_processing_polls"] = 2
    sent = fields(tenant)
    statuses = [tenant.request("POST", PATH, data=sent).status for _ in range(3)]
    assert statuses == [503, 503, 201]


def test_a_form_that_nobody_used_keeps_iru_waiting(tenant: Tenant) -> None:
    key = tenant.request("POST", f"{PATH}/upload", json={"name": "a.pkg"}).json["file_key"]
    assert tenant.request("POST", PATH, data=fields(tenant, file_key=key)).status == 503
    assert tenant.request("POST", PATH, data=fields(tenant, file_key="made/up.pkg")).status == 400


RULES: dict[str, tuple[dict[str, Any], str]] = {
    "continuously without an audit script": ({"install_enforcement": "continuously_enforce"}, "audit_script"),
    "an audit script for once": ({"audit_script": "exit 0"}, "audit_script"),
    "not enforced and not shown": ({"install_enforcement": "no_enforcement"}, "show_in_self_service"),
    "a zip without a place": ({"install_type": "zip"}, "unzip_location"),
    "shown without a category": ({"show_in_self_service": "true"}, "self_service_category_id"),
    "an unknown category": (
        {"show_in_self_service": "true", "self_service_category_id": "x"},
        "self_service_category_id",
    ),
    "another type": ({"install_type": "msi"}, "install_type"),
    "another enforcement": ({"install_enforcement": "sometimes"}, "install_enforcement"),
    "no boolean": ({"active": "perhaps"}, "active"),
    "no name": ({"name": " "}, "name"),
}


@pytest.mark.parametrize("case", RULES)
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_broken_rule_names_its_field(tenant: Tenant, case: str, method: str) -> None:
    changes, field = RULES[case]
    if method == "POST":
        answer = tenant.request("POST", PATH, data=fields(tenant, **changes))
    else:
        before = created(tenant)
        answer = tenant.request("PATCH", f"{PATH}/{before['id']}", data=changes)
        assert timeless(tenant.get(f"{PATH}/{before['id']}").json) == timeless(before)
    assert (answer.status, list(answer.json)) == (400, [field])


def test_the_recorded_texts(tenant: Tenant) -> None:
    sent = fields(tenant, install_enforcement="continuously_enforce")
    expected = {"audit_script": ["Required when choosing continuously_enforce"]}
    assert tenant.request("POST", PATH, data=sent).json == expected
    sent["install_enforcement"] = "no_enforcement"
    assert tenant.request("POST", PATH, data=sent).json == {
        "show_in_self_service": ["Required when not enforcing install"]
    }


def test_white_space_at_the_end_of_a_script_is_gone(tenant: Tenant) -> None:
    assert created(tenant, preinstall_script="\n#!/bin/sh\n\n")["preinstall_script"] == "\n#!/bin/sh"


def test_another_file_replaces_the_first(tenant: Tenant) -> None:
    app = created(tenant)
    assert tenant.request("PATCH", f"{PATH}/{app['id']}", data={"name": "New"}).json["sha256"] == app["sha256"]
    key = tenant.uploaded(b"xar! another")
    after = tenant.request("PATCH", f"{PATH}/{app['id']}", data={"file_key": key}).json
    assert (after["file_key"], after["sha256"]) == (key, hashlib.sha256(b"xar! another").hexdigest())
    activity = tenant.get(f"/library/library-items/{app['id']}/activity").json["results"]
    assert [row["details"] for row in activity] == [None, ["Name: Okta Verify → New"], None]


def test_removal_takes_assignments_along_and_then_answers_a_web_page(tenant: Tenant) -> None:
    app, sales = created(tenant), tenant.named("blueprints", "Sales")
    tenant.request("POST", f"/blueprints/{sales['id']}/assign-library-item", json={"library_item_id": app["id"]})
    assert tenant.get(f"/library/library-items/{app['id']}/status").json["count"] > 0
    assert tenant.request("DELETE", f"{PATH}/{app['id']}").status == 204
    assert app["id"] not in sales["nodes"][0]["items"]
    gone = tenant.get(f"{PATH}/{app['id']}")
    assert (gone.status, gone.headers["Content-Type"][:9]) == (404, "text/html")


def test_pages(tenant: Tenant) -> None:
    created(tenant)
    tenant.state["settings"]["custom_apps_page_size"] = 1
    first = tenant.get(PATH).json
    assert (first["count"], len(first["results"])) == (2, 1)
    assert tenant.get(PATH, page=2).json["next"] is None


def test_permissions_and_methods(tenant: Tenant) -> None:
    app = created(tenant)
    assert tenant.get(PATH).headers["Allow"] == "GET, POST"
    assert tenant.get(f"{PATH}/{app['id']}").headers["Allow"] == "GET, PATCH, DELETE"
    token = tenant.state["tokens"][tenant.state["api_token"]]
    token["permissions"] = [{"path": f"/api/v1{PATH}", "http_method": "GET"}]
    assert tenant.get(PATH).status == 200
    assert tenant.request("POST", f"{PATH}/upload", json={"name": "a.pkg"}).status == 403
