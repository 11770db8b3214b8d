"""The Iru modules against answers that Iru never gives: a message that says what came, never an internal error."""

from __future__ import annotations

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile import scep_payload
from ansible_collections.okta_iru.attestation.plugins.modules import (
    iru_blueprint,
    iru_blueprint_info,
    iru_custom_profile,
    iru_device_info,
    iru_library_assignment,
    iru_library_item_info,
)

from tests.unit.iru_tenant import Tenant, run_in

PROFILES, BLUEPRINTS, DEVICES = "/api/v1/library/custom-profiles", "/api/v1/blueprints", "/api/v1/devices"
ITEM = "3427ebbc-7f59-4d8c-8a57-bd36f8c2ad6b"
PAYLOADS = [scep_payload("https://example.okta.com/pki/AB/scep/rac1", "chal-1234567")]

RUNS = {
    "profile": (iru_custom_profile, {"name": "A", "identifier": "com.example.a", "payloads": PAYLOADS}),
    "profile by id": (iru_custom_profile, {"id": ITEM, "active": True}),
    "no profile": (iru_custom_profile, {"name": "A", "state": "absent"}),
    "blueprint": (iru_blueprint, {"name": "A", "enrollment_code": {"is_active": True}, "description": "x"}),
    "no blueprint": (iru_blueprint, {"name": "A", "state": "absent"}),
    "blueprints": (iru_blueprint_info, {"library_items": True}),
    "devices": (iru_device_info, {"status_of": ITEM, "serial_numbers": ["C1"]}),
    "assignment": (iru_library_assignment, {"library_item": ITEM, "blueprints": ["A"]}),
    "assignment by name": (iru_library_assignment, {"library_item": "B", "blueprints": ["A"]}),
    "assignment of many": (
        iru_library_assignment,
        {"library_items": ["A", "B", "C"], "blueprints": ["A"], "exact": True, "exact_items": True},
    ),
    "blueprint from a template": (iru_blueprint, {"name": "N", "source": {"type": "template", "name": "T"}}),
    "templates": (iru_blueprint_info, {"templates": True}),
    "status of what is not there": (iru_library_item_info, {"library_item": "C"}),
    "status": (iru_library_item_info, {"library_item": ITEM, "activity": True}),
    "status on": (iru_library_item_info, {"library_item": "B", "blueprints": ["A"]}),
}

RECORDS = [
    None,
    7,
    {},
    {"id": None},
    {"id": 7, "name": 7},
    {"id": ITEM},
    {"id": ITEM, "name": None},
    {"id": ITEM, "name": "A"},
    {"id": ITEM, "name": "A", "enrollment_code": None, "computers_count": None},
    {"id": ITEM, "name": "A", "enrollment_code": "code", "computers_count": "many"},
    {"id": ITEM, "name": "A", "profile": 7},
    {"id": ITEM, "name": "A", "profile": "<plist"},
    {"id": ITEM, "name": "B", "profile": None},
    {"device_id": None},
    {"device_id": ITEM, "serial_number": 7, "user": 7, "last_check_in": "0001-01-01T00:00:00+14:00"},
    {"device_id": ITEM, "serial_number": "C1", "user": [], "tags": None, "last_check_in": []},
    {"computer": 7, "blueprint": 7},
    {"computer": {"id": ITEM}, "blueprint": {}, "status": {}, "reported_at": 7},
    {"activity_time": {}},
    {"id": ITEM, "templates": 7},
    {"id": ITEM, "templates": [7, {"id": [], "name": "T"}]},
    {"id": ITEM, "new_state": 7, "target_type": "library_item"},
    {"id": ITEM, "new_state": {"library_items_added": 7, "library_items_removed": [7, {"id": {}, "name": "C"}]}},
]


def bodies(record):
    yield from ([record], {"results": [record], "next": None}, {"results": [record], "next": 7}, record)


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
@pytest.mark.parametrize("record", RECORDS, ids=str)
def test_no_answer_ends_in_an_internal_error(run, record):
    module, options = run
    for body in bodies(record):
        tenant = Tenant()
        tenant.answers = AnyPath(body)
        result = run_in(tenant, module, **options)
        assert result.get("failure", {}).get("kind") != "InternalError", (body, result)


class AnyPath(dict):
    """Answers every path with one body."""

    def __init__(self, body):
        super().__init__()
        self._body = body

    def __contains__(self, path):
        return True

    def __getitem__(self, path):
        return 200, self._body


@pytest.mark.parametrize("found", [None, "text"])
def test_a_blueprint_without_an_enrolment_code_gets_one(found):
    tenant = Tenant()
    tenant.blueprints[ITEM] = {"id": ITEM, "name": "A", "type": "classic", "computers_count": 0, "enrollment_code": {}}
    tenant.answers[BLUEPRINTS] = (200, {"results": [{**tenant.blueprints[ITEM], "enrollment_code": found}]})
    result = run_in(tenant, iru_blueprint, name="A", enrollment_code={"is_active": True}, diff=True)
    assert result["changed"]
    assert result["diff"]["after"] == {"enrollment_code": {"is_active": True}}
