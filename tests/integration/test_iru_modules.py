"""The Iru modules against the sandbox's tenant: predictions, second runs, computers that enrol, and faults."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.modules import (
    iru_blueprint,
    iru_blueprint_info,
    iru_custom_profile,
    iru_device_info,
    iru_library_assignment,
    iru_library_item_info,
)

from tests.integration.iru_module import NAME, run, scep_options, written

PROFILES = "/api/v1/library/custom-profiles"


def profile(sandbox, **options) -> dict[str, Any]:
    return run(sandbox, iru_custom_profile, **{**scep_options(sandbox), **options})


def assign(sandbox, blueprints, **options) -> dict[str, Any]:
    return run(sandbox, iru_library_assignment, **{"library_item": NAME, "blueprints": blueprints, **options})


def status(sandbox, **options) -> dict[str, int]:
    return run(sandbox, iru_library_item_info, library_item=NAME, **options)["counts"]


def test_check_mode_predicts_the_writes_and_a_second_run_makes_none(sandbox):
    def play(check=False):
        made = run(sandbox, iru_blueprint, name="Pilot", check=check)
        built = profile(sandbox, check=check)
        where = [made["blueprint"]["id"], "Engineering", "Head Office"]
        put = assign(sandbox, where, library_item=built["profile"]["id"], check=check)
        paths = [*made["writes"], *built["writes"], *put["writes"]]
        real_id, planned = made["blueprint"]["id"], "planned:blueprint:Pilot"
        return [{**one, "path": one["path"].replace(planned, real_id if not check else planned)} for one in paths]

    predicted = play(check=True)
    assert written(sandbox) == []
    real = play()
    assert written(sandbox) == real
    ids = {one["name"]: one["id"] for one in run(sandbox, iru_blueprint_info)["blueprints"]}
    assert [one["path"].replace("planned:blueprint:Pilot", ids["Pilot"]) for one in predicted] == [
        one["path"] for one in real
    ]
    sandbox.clear_requests()
    assert play() == written(sandbox) == []


def test_macs_enrol_and_the_status_says_so(sandbox):
    made = profile(sandbox)["profile"]
    assign(sandbox, ["Engineering"])
    assert status(sandbox, blueprints=["Engineering"])["compliant"] == 0
    sandbox.tick(24 * 60)
    counts = status(
        sandbox, blueprints=["Engineering"], wait={"until": "any_compliant", "timeout": 5.0, "interval": 0.1}
    )
    assert counts["compliant"] > 0
    assert counts["failed"] == 0
    sandbox.clear_requests()
    devices = run(sandbox, iru_device_info, blueprint="Engineering", platform="Mac", status_of=made["id"])["devices"]
    assert [one["library_item_status"]["bucket"] for one in devices].count("compliant") == counts["compliant"]
    assert len(sandbox.requests("iru")) == 3
    serial = devices[0]["serial_number"]
    assert run(sandbox, iru_device_info, serial_numbers=[serial.lower()])["devices"][0]["serial_number"] == serial
    assert run(sandbox, iru_device_info, serial_numbers=[serial[:-1]])["devices"] == []


def test_the_wrong_challenge_shows_as_failed(sandbox):
    wrong = scep_options(sandbox)
    wrong["payloads"][0]["PayloadContent"]["Challenge"] = "not-the-right-one"
    profile(sandbox, **wrong)
    assign(sandbox, ["Engineering"])
    sandbox.tick(24 * 60)
    counts = status(sandbox)
    assert counts["failed"] > 0
    assert counts["compliant"] == 0


def test_a_reissue_makes_every_mac_install_it_again(sandbox):
    before = profile(sandbox)["profile"]
    assign(sandbox, ["Engineering"])
    sandbox.tick(24 * 60)
    compliant = status(sandbox)["compliant"]
    after = run(sandbox, iru_custom_profile, name=NAME, reissue=True)
    assert after["profile"]["payload_uuid"] != before["payload_uuid"]
    assert status(sandbox)["waiting"] == compliant > 0
    assert profile(sandbox)["profile"] == after["profile"]


@pytest.mark.parametrize("added", [True, False])
def test_a_tenant_that_adds_the_scope_or_not_sees_no_second_write(sandbox, added):
    sandbox.settings(iru={"payload_scope_added": added, "android_and_windows_flags": added})
    profile(sandbox, platforms=["mac"], active=True)
    sandbox.clear_requests()
    assert not profile(sandbox, platforms=["mac"], active=True)["changed"]
    assert written(sandbox) == []


def test_profiles_on_several_pages_are_found(sandbox):
    sandbox.settings(iru={"custom_profiles_page_size": 1})
    profile(sandbox)
    assert not profile(sandbox)["changed"]


def test_a_map_with_conditions_needs_a_node_and_says_where_to_find_it(sandbox):
    profile(sandbox)
    refused = assign(sandbox, ["Executives"], fails=True)
    assert "Option is held down on the map" in refused["msg"]
    blueprints = sandbox.state()["iru"]["blueprints"].values()
    nodes = next(one["nodes"] for one in blueprints if one["name"] == "Executives")
    entry = [{"name": "Executives", "node": nodes[1]["id"]}]
    assert assign(sandbox, entry)["changed"]
    again = assign(sandbox, entry)
    assert (again["changed"], again["writes"]) == (False, [])
    assert assign(sandbox, [{"name": "Executives", "node": nodes[0]["id"]}])["changed"]
    assert assign(sandbox, entry, state="absent")["changed"]
    assert not assign(sandbox, entry, state="absent")["changed"]
    assert "has no node" in assign(sandbox, [{"name": "Executives", "node": "0"}], fails=True)["msg"]


def test_a_native_item_is_assigned_by_name(sandbox):
    slack = assign(sandbox, ["Sales"], library_item="Slack")
    assert slack["changed"]
    items = run(sandbox, iru_blueprint_info, name="Sales", library_items=True)["blueprints"][0]["library_items"]
    assert slack["library_item"] in items
    assert not assign(sandbox, ["Sales"], library_item="Slack")["changed"]
    assert assign(sandbox, ["Engineering"], library_item="Slack", exact=True)["changed"]


def test_a_blueprint_with_devices_is_not_removed(sandbox):
    assert "un-manage" in run(sandbox, iru_blueprint, name="Engineering", state="absent", fails=True)["msg"]
    assert written(sandbox) == []


@pytest.mark.parametrize("change", [{"description": "new"}, {"enrollment_code": {"is_active": False}}])
def test_a_blueprint_is_changed_once(sandbox, change):
    assert run(sandbox, iru_blueprint, name="Engineering", **change)["changed"]
    sandbox.clear_requests()
    assert not run(sandbox, iru_blueprint, name="Engineering", **change)["changed"]
    assert written(sandbox) == []


def test_a_copy_of_a_map_and_of_a_template(sandbox):
    copy = run(sandbox, iru_blueprint, name="Copy", source={"type": "blueprint", "name": "Head Office"})["blueprint"]
    assert copy["type"] == "map"
    assert run(sandbox, iru_blueprint, name="Fresh", source={"type": "template", "id": "16"})["changed"]


FAULTS = [{"close": "before"}, {"close": "after"}, {"status": 503}, {"status": 503, "effect": True}, {"truncate": True}]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_write_that_breaks_off_happens_once(sandbox, fault):
    for method, path, step in [
        ("POST", PROFILES, lambda: profile(sandbox)),
        ("PATCH", f"{PROFILES}/*", lambda: profile(sandbox, active=False)),
        ("POST", "/api/v1/blueprints", lambda: run(sandbox, iru_blueprint, name="Pilot")),
        ("POST", "*/assign-library-item", lambda: assign(sandbox, ["Pilot"])),
        ("POST", "*/remove-library-item", lambda: assign(sandbox, ["Pilot"], state="absent")),
        ("DELETE", f"{PROFILES}/*", lambda: profile(sandbox, state="absent")),
    ]:
        sandbox.faults({"match": {"service": "iru", "method": method, "path": path}, "do": fault})
        assert step()["changed"], (method, path)
        sandbox.clear_faults()
        assert not step()["changed"], (method, path)
    ours = [one for one in sandbox.state()["iru"]["audit_events"] if one["actor_type"] == "api_token"]
    activity = [one["action"] for one in ours if one["target_type"] == "library_item"]
    assert sorted(activity) == ["create", "delete", "update"]


@pytest.mark.parametrize(
    ("fault", "kind", "says"),
    [
        ({"body": "<html><title>Sign in</title></html>", "status": 200}, "BadAnswer", "web page"),
        ({"truncate": True}, "Unreachable", "did not answer"),
        ({"status": 429, "retry_after": 4000}, "TimedOut", "rate_limit_patience"),
    ],
)
def test_broken_reads_stop_before_anything_is_written(sandbox, fault, kind, says):
    sandbox.faults({"match": {"service": "iru", "method": "GET", "times": 0}, "do": fault})
    result = profile(sandbox, fails=True)
    assert result["failure"]["kind"] == kind
    assert says in result["msg"]
    assert written(sandbox) == []


def test_a_next_link_on_another_host_is_taken_over_to_our_own(sandbox):
    sandbox.settings(iru={"custom_profiles_page_size": 1})
    sandbox.faults({"match": {"service": "iru", "times": 0}, "do": {"next_host": "evil.example"}})
    assert not profile(sandbox, state="absent")["changed"]


def test_a_blueprint_from_a_template_and_its_end(sandbox):
    made = {"name": "Hardened", "source": {"type": "template", "name": "CIS Level 2 Scored"}}
    predicted = run(sandbox, iru_blueprint, **made, check=True)
    real = run(sandbox, iru_blueprint, **made)
    assert (predicted["writes"], predicted["diff"]) == (real["writes"], real["diff"])
    assert real["blueprint"]["params"]
    sandbox.clear_requests()
    assert not run(sandbox, iru_blueprint, **made)["changed"]
    assert len(sandbox.requests("iru")) == 1
    assert run(sandbox, iru_blueprint, name="Hardened", state="absent")["changed"]
    devices = {"name": "Engineering", "state": "absent", "force": True}
    number = run(sandbox, iru_blueprint, **devices, fails=True)["failure"]["devices"]
    assert (
        run(sandbox, iru_blueprint, **devices, unmanage_devices=number - 1, fails=True)["failure"]["kind"] == "Refused"
    )
    assert run(sandbox, iru_blueprint, **devices, unmanage_devices=number)["changed"]
    assert [one["is_removed"] for one in sandbox.state()["iru"]["devices"].values()].count(True) == number


def test_a_native_scep_item_that_only_the_audit_log_knows_makes_macs_enrol(sandbox):
    (item,) = [one for one in sandbox.state()["iru"]["native_items"].values() if "scep" in one]
    put = assign(sandbox, ["Engineering"], library_item=item["name"])
    assert (put["changed"], put["library_item"]["id"]) == (True, item["id"])
    assert [one["path"] for one in sandbox.requests("iru")].count("/api/v1/audit/events") == 1
    sandbox.tick(24 * 60)
    found = run(sandbox, iru_library_item_info, library_item=item["name"], activity=True)
    assert found["library_item"] == {"id": item["id"], "name": item["name"], "type": "profile"}
    assert found["activity"][-1]["user_email"] == "it@attest.example"
    counts = found["counts"]
    assert counts["compliant"] > 0
    assert counts["failed"] == 0
    assert sandbox.state()["pki"]["issued"]


def test_a_wrong_token_and_a_missing_permission_say_what_to_do(sandbox):
    wrong = profile(sandbox, token="3427ebbc-7f59-4d8c-8a57-bd36f8c2ad6b", fails=True)
    assert "create a new one in Iru" in wrong["msg"]
    state = sandbox.state()
    token = state["iru"]["tokens"][sandbox.ready["iru_token"]]
    token["permissions"] = [{"path": "/api/v1/library/custom-profiles", "http_method": "GET"}]
    sandbox.load_state(state)
    missing = profile(sandbox, fails=True)
    assert f"POST on {PROFILES}" in missing["msg"]
    assert written(sandbox) == []
