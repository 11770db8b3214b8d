"""The Iru modules that only read: what they choose, how few requests they need, and what they say of bad input."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_prism import CATEGORIES
from ansible_collections.okta_iru.attestation.plugins.modules import (
    iru_audit_event_info,
    iru_blueprint,
    iru_device_info,
    iru_library_item_info,
    iru_prism_info,
    iru_tag_info,
    iru_user_info,
)

from tests.integration.iru_module import run
from tests.sandbox_process import SandboxProcess

READERS = {
    iru_device_info: {"status_of": "Okta Verify"},
    iru_user_info: {},
    iru_tag_info: {},
    iru_audit_event_info: {},
    iru_prism_info: {"category": "certificates"},
}


def asked(sandbox: SandboxProcess) -> list[str]:
    """Paths and queries of the requests since the log was emptied."""
    return [f"{one['path']}?{one['query']}" for one in sandbox.requests("iru")]


def test_users_are_read_page_by_page_from_the_console_host_and_narrowed_by_the_api(sandbox: SandboxProcess) -> None:
    sandbox.settings(iru={"users_page_size": 10})
    sandbox.clear_requests()
    users = run(sandbox, iru_user_info)["users"]
    assert len(users) == len({user["id"] for user in users}) == 25
    assert len(asked(sandbox)) == 3
    email = users[3]["email"]
    assert run(sandbox, iru_user_info, emails=[email.upper(), "nobody@example.com"])["users"] == [users[3]]
    sandbox.clear_requests()
    assert run(sandbox, iru_user_info, emails=[email.upper()])["users"] == [users[3]]
    assert run(sandbox, iru_user_info, emails=[email[1:]])["users"] == []
    assert run(sandbox, iru_user_info, search=email[1:])["users"] == [users[3]]
    assert run(sandbox, iru_user_info, id=users[3]["id"], fields=["email"])["users"] == [{"email": email}]
    assert len(asked(sandbox)) == 4
    assert run(sandbox, iru_user_info, archived=True)["users"] == []
    assert run(sandbox, iru_user_info, archived=False, integration_id=users[0]["integration"]["uuid"])["users"] == users


def test_devices_are_chosen_by_what_they_are(sandbox: SandboxProcess) -> None:
    devices = run(sandbox, iru_device_info)["devices"]
    one, two = devices[0], devices[1]
    sandbox.clear_requests()
    assert run(sandbox, iru_device_info, device_ids=[one["device_id"].upper()])["devices"] == [one]
    assert run(sandbox, iru_device_info, device_ids=[two["device_id"], one["device_id"]])["devices"] == [one, two]
    assert run(sandbox, iru_device_info, device_name=one["device_name"])["devices"] == [one]
    assert run(sandbox, iru_device_info, device_name=one["device_name"][:-1])["devices"] == []
    assert len(asked(sandbox)) == 4
    macs = run(sandbox, iru_device_info, filevault_enabled=True, platform="Mac", model="Mac mini", os_version="15")
    expected = [each for each in devices if each["model"].startswith("Mac mini") and each["os_version"][:2] == "15"]
    assert macs["devices"] == expected != []
    assert run(sandbox, iru_device_info, tag="executive")["devices"] == []
    assert run(sandbox, iru_device_info, tag="Executive", fields=["tags"])["devices"][0] == {"tags": ["Executive"]}
    assert run(sandbox, iru_device_info, device_ids=[], serial_numbers=[])["devices"] == []


def test_a_few_devices_can_be_looked_at_closely(sandbox: SandboxProcess) -> None:
    mac, pc = (run(sandbox, iru_device_info, platform=each)["devices"][0] for each in ("Mac", "Windows"))
    sandbox.clear_requests()
    views = ["details", "apps", "library_items", "parameters", "activity", "commands"]
    ids = [mac["device_id"], pc["device_id"]]
    seen = run(sandbox, iru_device_info, device_ids=ids, gather=views)["devices"]
    assert len(asked(sandbox)) == 1 + 2 * len(views)
    looked_at = {each["platform"]: each for each in seen}
    assert looked_at["Mac"]["details"]["mdm"]["supervised"] is True
    assert looked_at["Windows"]["details"]["kandji_agent"]["is_agent_installed"] is True
    assert {row["bucket"] for row in looked_at["Mac"]["library_items"]} <= {"compliant", "optional", "waiting"}
    assert looked_at["Mac"]["commands"][0]["status"] == 3
    assert looked_at["Mac"]["activity"][0]["action_type"] == "enrollment"
    assert [app["name"] for app in looked_at["Windows"]["apps"]] == ["Okta Verify", "Kandji Agent"]
    assert looked_at["Windows"]["parameters"] == []
    sandbox.clear_requests()
    failed = run(sandbox, iru_device_info, gather=["details"], gather_limit=24, fails=True)
    assert "25 devices match, and gather (details) asks Iru for each by itself" in failed["msg"]
    assert len(asked(sandbox)) == 1


def test_the_status_of_an_item_costs_one_request_for_one_device(sandbox: SandboxProcess) -> None:
    item = next(one for one in sandbox.state()["iru"]["native_items"].values() if one["name"] == "Okta Verify")["id"]
    every = run(sandbox, iru_device_info, platform="Mac", status_of=item)["devices"]
    sandbox.clear_requests()
    one = every[0]
    assert run(sandbox, iru_device_info, device_ids=[one["device_id"]], status_of=item)["devices"] == [one]
    assert asked(sandbox)[1:] == [
        f"/api/v1/library/library-items/{item}/status?limit=300&computer_id={one['device_id']}"
    ]
    assert run(sandbox, iru_device_info, serial_numbers=["NOBODY"], status_of=item)["devices"] == []


@pytest.mark.parametrize("module", [iru_device_info, iru_user_info, iru_audit_event_info, iru_prism_info])
def test_any_number_of_objects_can_go_to_a_file(sandbox: SandboxProcess, tmp_path: Path, module: Any) -> None:
    file, options = tmp_path / "rows.jsonl", READERS[module]
    listed = run(sandbox, module, **options)
    key = next(name for name, value in listed.items() if isinstance(value, list))
    written = run(sandbox, module, output_file=str(file), **options)
    assert (written[key], written["count"], written["changed"]) == ([], listed["count"], True)
    assert [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] == listed[key]
    assert run(sandbox, module, output_file=str(file), **options)["changed"] is False
    other = run(sandbox, module, output_file=str(tmp_path / "other"), check=True, **options)
    assert (other["changed"], list(tmp_path.iterdir())) == (True, [file])


def test_tags_are_found_by_their_whole_name_or_a_part(sandbox: SandboxProcess) -> None:
    tags = run(sandbox, iru_tag_info)["tags"]
    assert [tag["name"] for tag in tags] == ["Executive", "Loaner", "Pilot"]
    assert run(sandbox, iru_tag_info, name="Pilot")["tags"] == [tags[2]]
    assert run(sandbox, iru_tag_info, name="Pilo")["tags"] == []
    assert run(sandbox, iru_tag_info, search="o")["tags"] == [tags[1], tags[2]]


def test_events_are_chosen_by_time_and_object_and_read_on_from_the_cursor(sandbox: SandboxProcess) -> None:
    made = [run(sandbox, iru_blueprint, name=f"Wave {number}")["blueprint"]["id"] for number in range(5)]
    everything = run(sandbox, iru_audit_event_info)
    assert everything["cursor"] is None
    events = everything["events"]
    assert [event["occurred_at"] for event in events] == sorted(event["occurred_at"] for event in events)
    own = run(sandbox, iru_audit_event_info, target_types=["blueprint"], actions=["create"], target_ids=made)["events"]
    assert [event["target_id"] for event in own] == made
    first = run(sandbox, iru_audit_event_info, order="newest_first", limit=2)
    assert [event["target_id"] for event in first["events"]] == made[:2:-1]
    second = run(sandbox, iru_audit_event_info, order="newest_first", limit=3, cursor=first["cursor"])
    assert [event["target_id"] for event in second["events"]] == made[2::-1]
    since = run(sandbox, iru_audit_event_info, start=own[3]["occurred_at"], fields=["target_id"])["events"]
    assert since == [{"target_id": made[3]}, {"target_id": made[4]}]
    assert run(sandbox, iru_audit_event_info, end="2001-01-01")["events"] == []


def test_prism_rows_are_chosen_by_iru_and_counted_in_one_request(sandbox: SandboxProcess) -> None:
    sandbox.clear_requests()
    count = run(sandbox, iru_prism_info, category="installed_profiles", count=True)
    assert len(asked(sandbox)) == 1
    rows = run(sandbox, iru_prism_info, category="installed_profiles")
    assert rows["count"] == len(rows["rows"]) == count["count"]
    assert len(asked(sandbox)) == 2
    assert all(isinstance(row["tags"], list) for row in rows["rows"])
    names = {row["blueprint_name"] for row in rows["rows"]}
    options: dict[str, Any] = {"category": "installed_profiles", "fields": ["blueprint_name", "payload_identifier"]}
    chosen = run(
        sandbox, iru_prism_info, blueprints=["Sales", "Engineering"], filter={"managed": {"eq": True}},
        device_families=["Mac"], **options,
    )  # fmt: skip
    assert {row["blueprint_name"] for row in chosen["rows"]} == {"Sales", "Engineering"} < names
    assert set(chosen["rows"][0]) == {"blueprint_name", "payload_identifier"}
    assert len(asked(sandbox)) == 4
    assert run(sandbox, iru_prism_info, device_families=["iPhone"], **options)["rows"] == []
    backwards = run(sandbox, iru_prism_info, category="device_information", sort_by="-serial_number", limit=3)["rows"]
    serials = sorted(row["serial_number"] for row in run(sandbox, iru_prism_info, category="apps")["rows"])
    assert [row["serial_number"] for row in backwards] == sorted(set(serials), reverse=True)[:3]


def test_every_category_is_there(sandbox: SandboxProcess) -> None:
    for category in CATEGORIES:
        rows = run(sandbox, iru_prism_info, category=category)["rows"]
        assert bool(rows) is (category not in ("cellular", "kernel_extensions")), category


@pytest.mark.parametrize(
    ("module", "options", "message"),
    [
        (iru_prism_info, {"category": "apps", "filter": {"nme": {"in": []}}}, "Invalid filter key: nme"),
        (iru_prism_info, {"category": "apps", "filter": {"name": {"is": []}}}, "Invalid filter operator: is"),
        (iru_prism_info, {"category": "apps", "fields": ["serial"]}, "no field 'serial'. Did you mean 'serial_number'"),
        (iru_prism_info, {"category": "apps", "blueprints": ["Sale"]}, "no Blueprint 'Sale'. Did you mean 'Sales'"),
        (iru_prism_info, {"category": "apps", "blueprints": ["Sale", "Sales"]}, "no Blueprint 'Sale'"),
        (iru_prism_info, {"category": "apps", "limit": 0}, "limit is 0"),
        (iru_audit_event_info, {"start": "yesterday"}, "start is 'yesterday'; expected a time such as"),
        (iru_audit_event_info, {"cursor": "???"}, "Invalid cursor"),
        (iru_audit_event_info, {"limit": -1}, "limit is -1"),
        (iru_device_info, {"device_ids": ["Mac of Ada"]}, "device_ids is 'Mac of Ada'; expected an id such as"),
        (iru_device_info, {"fields": ["serial"]}, "Did you mean 'serial_number'"),
        (iru_user_info, {"id": "Ada"}, "id is 'Ada'; expected an id such as"),
        (iru_user_info, {"fields": ["mail"]}, "no field 'mail'. Did you mean 'email'"),
    ],
)
def test_bad_input_is_explained(sandbox: SandboxProcess, module: Any, options: dict[str, Any], message: str) -> None:
    failed = run(sandbox, module, fails=True, **options)
    assert message in failed["msg"]


@pytest.mark.parametrize(
    ("module", "permission"),
    [
        (iru_user_info, "Users: List Users"),
        (iru_tag_info, "Tags: Get Tags"),
        (iru_audit_event_info, "Audit Log: List audit events"),
        (iru_prism_info, "Prism: Certificates"),
    ],
)
def test_a_missing_permission_is_named(sandbox: SandboxProcess, module: Any, permission: str) -> None:
    state = sandbox.state()
    for token in state["iru"]["tokens"].values():
        token["permissions"] = []
    sandbox.load_state(state)
    failed = run(sandbox, module, fails=True, **READERS[module])
    assert permission in failed["msg"]
    assert failed["failure"]["status"] == 403


def test_a_large_fleet_needs_the_pages_and_nothing_else(sandbox: SandboxProcess) -> None:
    sandbox.settings(iru={"synthetic_devices": 2000})
    item = run(sandbox, iru_library_item_info, library_item="Okta Verify")["library_item"]["id"]
    sandbox.clear_requests()
    listed = run(sandbox, iru_device_info, status_of=item, fields=["serial_number", "library_item_status"])
    assert listed["count"] == 2025
    pages = Counter(one["path"] for one in sandbox.requests("iru"))
    in_scope = pages.pop(f"/api/v1/library/library-items/{item}/status")
    assert pages == {"/api/v1/devices": 7} and in_scope <= 7
    sandbox.clear_requests()
    rows = run(sandbox, iru_prism_info, category="device_information", fields=["serial_number"])["rows"]
    assert len(rows) > 1800 and len(sandbox.requests("iru")) == -(-len(rows) // 300)
