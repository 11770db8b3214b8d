"""Library items of one name are told apart by their type, and an item of another type is refused."""

from __future__ import annotations

import pytest
from ansible_collections.okta_iru.attestation.plugins.modules import iru_library_assignment, iru_library_item_info

from tests.unit.iru_tenant import Tenant, run_in

NAME = "Okta SCEP (native)"  # of every native item of the tenant
STORE = "3427ebbc-7f59-4d8c-8a57-bd36f8c2ad6b"
AUTO = "22222222-7f59-4d8c-8a57-bd36f8c2ad6b"
CUSTOM = "11111111-7f59-4d8c-8a57-bd36f8c2ad6b"
PROFILES, APPS = "/api/v1/library/custom-profiles", "/api/v1/library/custom-apps"


@pytest.fixture
def tenant() -> Tenant:
    tenant = Tenant()
    tenant.add_blueprint("Pilot")["nodes"]["node-0"] += [AUTO, STORE]
    tenant.add_blueprint("Next")
    for item, kind in ((STORE, "vpp-app"), (AUTO, "automatic-app")):
        tenant.rows[item] = [{"id": 1, "computer": {"id": "mac-1"}, "status": "PASS", "type": kind}]
    return tenant


def assign(tenant, item=NAME, blueprints=("Pilot",), **options):
    return run_in(tenant, iru_library_assignment, library_item=item, blueprints=list(blueprints), **options)


def asked(tenant):
    return [path for _method, path, _status in tenant.log]


def test_two_items_of_a_name_are_told_apart_by_what_devices_have_of_them(tenant):
    assert assign(tenant)["failure"]["kind"] == "Ambiguous"
    for kind, item in (("vpp-app", STORE), ("automatic-app", AUTO)):
        tenant.log.clear()
        found = assign(tenant, type=kind)
        assert (found["library_item"]["id"], found["changed"]) == (item, False)
        assert not {PROFILES, APPS} & set(asked(tenant)), "neither is a native item"
        assert assign(tenant, blueprints=["Next"], type=kind)["changed"]
        info = run_in(tenant, iru_library_item_info, library_item=NAME, type=kind)
        assert info["library_item"] == {"id": item, "name": NAME, "type": kind}


def test_the_type_of_an_older_tenant_is_asked_of_a_device(tenant):
    for item in (STORE, AUTO):
        tenant.rows[item][0].pop("type")
    tenant.listings["mac-1"] = [{"item_id": STORE, "type": "vpp-app"}, {"item_id": AUTO, "type": "automatic-app"}]
    assert assign(tenant, type="vpp-app")["library_item"]["id"] == STORE


def test_an_item_that_no_device_has_is_taken_with_a_warning_unless_it_is_a_custom_one(tenant):
    tenant.rows[STORE] = []
    taken = assign(tenant, type="vpp-app")
    assert taken["library_item"]["id"] == STORE
    assert "no device has it" in taken["warnings"][0]
    tenant.listings["library/custom-apps"] = [{"id": STORE, "name": NAME}]
    failed = assign(tenant, type="vpp-app")
    assert failed["failure"]["kind"] == "NotFound"
    assert f"{STORE} is of the type custom-app" in failed["msg"]
    assert f"{AUTO} is of the type automatic-app" in failed["msg"]
    assert not tenant.writes()


def test_an_item_of_another_type_is_refused_by_id_too(tenant):
    failed = assign(tenant, item=AUTO, blueprints=["Next"], type="vpp-app")
    assert failed["failure"]["kind"] == "NotAsExpected"
    assert all(word in failed["msg"] for word in (AUTO, "automatic-app", "vpp-app"))
    assert not tenant.writes()
    assert assign(tenant, item=STORE, blueprints=["Next"], type="vpp-app")["changed"]


def test_a_custom_item_is_known_by_the_list_that_it_is_in(tenant):
    tenant.listings["library/custom-apps"] = [{"id": CUSTOM, "name": NAME}]
    found = assign(tenant, type="custom-app")
    assert found["library_item"]["id"] == CUSTOM
    tenant.add_profile("Okta attestation", b"<plist><dict/></plist>")
    assert assign(tenant, item="Okta attestation", type="profile")["changed"]


@pytest.mark.parametrize(("told", "found"), [("vpp-app", True), (None, True), ("profile", False)])
def test_the_audit_log_may_tell_the_type(tenant, told, found):
    item = "33333333-7f59-4d8c-8a57-bd36f8c2ad6b"
    tenant.listings["audit/events"] = [
        {
            "id": "event",
            "action": "create",
            "target_type": "library_item",
            "target_id": item,
            "new_state": {"name": "Elsewhere", "type": told},
            "occurred_at": "2026-03-16T09:12:44.120000Z",
        }
    ]
    result = assign(tenant, item="Elsewhere", type="vpp-app")
    assert (result.get("library_item") or {}).get("id") == (item if found else None)
