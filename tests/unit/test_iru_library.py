"""Library items are found by name step by step, and the search ends with the first step that has it."""

from __future__ import annotations

import pytest
from ansible_collections.okta_iru.attestation.plugins.modules import iru_library_item_info

from tests.unit.iru_tenant import Tenant, run_in

NATIVE = "3427ebbc-7f59-4d8c-8a57-bd36f8c2ad6b"
OTHER = "11111111-7f59-4d8c-8a57-bd36f8c2ad6b"
PROFILES, APPS, SCRIPTS = (f"/api/v1/library/custom-{kind}" for kind in ("profiles", "apps", "scripts"))
BLUEPRINTS, AUDIT = "/api/v1/blueprints", "/api/v1/audit/events"


@pytest.fixture
def tenant() -> Tenant:
    tenant = Tenant()
    tenant.add_profile("Okta attestation", b"<plist><dict/></plist>")
    tenant.listings["library/custom-apps"] = [{"id": OTHER, "name": "Okta Verify"}]
    return tenant


def find(tenant, name, **options):
    return run_in(tenant, iru_library_item_info, library_item=name, **options)


def asked(tenant):
    return [path for _method, path, _status in tenant.log if not path.endswith(("/status", "/library-items"))]


def event(action="update", target_type="library_item", target_id=NATIVE, **new_state):
    return {
        "id": f"event-{action}",
        "action": action,
        "target_type": target_type,
        "target_id": target_id,
        "new_state": new_state,
        "occurred_at": "2026-03-16T09:12:44.120000Z",
    }


def test_a_profile_needs_one_request_and_an_app_three(tenant):
    found = find(tenant, "Okta attestation")["library_item"]
    assert (found["type"], asked(tenant)) == ("profile", [PROFILES])
    tenant.log.clear()
    assert find(tenant, "Okta Verify")["library_item"] == {"id": OTHER, "name": "Okta Verify", "type": "custom-app"}
    assert asked(tenant) == [PROFILES, APPS, SCRIPTS]


def test_a_native_item_is_found_on_any_blueprint(tenant):
    tenant.add_blueprint("One")
    blueprint = tenant.add_blueprint("Two")
    blueprint["nodes"]["node-0"].append(NATIVE)
    found = find(tenant, "Okta SCEP (native)")["library_item"]
    assert found == {"id": NATIVE, "name": "Okta SCEP (native)", "type": None}
    items = [f"{BLUEPRINTS}/{one}/list-library-items" for one in tenant.blueprints]
    assert asked(tenant)[:4] == [PROFILES, APPS, SCRIPTS, BLUEPRINTS]
    assert [path for _method, path, _status in tenant.log if path.endswith("list-library-items")] == items


@pytest.mark.parametrize("rows", [True, False])
def test_the_type_is_told_by_the_rows_or_by_one_device(tenant, rows):
    row = {
        "id": 1,
        "computer": {"id": "mac-1", "name": "Mac"},
        "status": "success",
        "type": "profile" if rows else None,
    }
    tenant.rows[NATIVE] = [row, {**row, "id": 2, "computer": {"id": "mac-2"}}]
    tenant.listings["mac-1"] = [{"item_id": OTHER, "type": "vpp-app"}, {"item_id": NATIVE, "type": "profile"}]
    result = find(tenant, NATIVE)
    assert result["library_item"] == {"id": NATIVE, "name": None, "type": "profile"}
    assert all("type" not in one for one in result["rows"])
    devices = [path for _method, path, _status in tenant.log if path.endswith("/mac-1/library-items")]
    assert len(devices) == (0 if rows else 1)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([event("create", name="SCEP", type="profile")], "profile"),
        ([event(target_type="blueprint", library_items_added=[{"id": NATIVE, "name": "SCEP"}])], None),
        ([event(target_type="blueprint", library_items_removed=[{"id": NATIVE, "name": "SCEP"}])], None),
        ([event(name="SCEP", type="profile"), event("create", name="Old name", type="profile")], "profile"),
    ],
)
def test_the_audit_log_knows_items_that_are_on_no_blueprint(tenant, events, expected):
    tenant.listings["audit/events"] = events
    assert find(tenant, "SCEP")["library_item"] == {"id": NATIVE, "name": "SCEP", "type": expected}
    assert asked(tenant)[-1] == AUDIT


@pytest.mark.parametrize(
    "events",
    [
        [event("delete", name="SCEP"), event("create", name="SCEP", type="profile")],
        [event(name="New name", type="profile"), event("create", name="SCEP", type="profile")],
        [event(target_type="user", name="SCEP")],
    ],
)
def test_what_was_deleted_or_renamed_is_not_found_by_its_old_name(tenant, events):
    tenant.listings["audit/events"] = events
    failed = find(tenant, "SCEP")
    assert failed["failure"]["kind"] == "NotFound"
    assert "audit events were searched" in failed["msg"]


def test_what_the_token_may_not_search_is_told(tenant):
    refused = 403, {"detail": "You do not have permission to perform this action."}
    tenant.answers |= {APPS: refused, SCRIPTS: refused, AUDIT: refused}
    tenant.add_blueprint("One")["nodes"]["node-0"].append(NATIVE)
    assert find(tenant, "Okta SCEP (native)")["library_item"]["id"] == NATIVE
    failed = find(tenant, "Okta Verfy")
    for missing in ("List Custom Apps", "List Custom Scripts", "List audit events"):
        assert missing in failed["msg"]
    tenant.answers.clear()
    close = find(tenant, "Okta Verfy")
    assert "Did you mean 'Okta Verify'" in close["msg"]
    assert "Not searched" not in close["msg"]


def test_two_items_of_a_name_in_one_step_are_an_error(tenant):
    tenant.listings["library/custom-scripts"] = [{"id": NATIVE, "name": "Okta Verify"}]
    failed = find(tenant, "Okta Verify")
    assert failed["failure"]["kind"] == "Ambiguous"
    assert set(failed["failure"]["ids"]) == {NATIVE, OTHER}
