"""okta_device and okta_device_integration against the sandbox's org."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils import _http
from ansible_collections.okta_iru.attestation.plugins.modules import (
    okta_device,
    okta_device_integration,
    okta_device_integration_info,
)

from tests.integration.okta_module import run, written
from tests.sandbox_process import SandboxProcess

BREAKS = [{"close": "before"}, {"close": "after"}, {"status": 503}, {"status": 503, "effect": True}]
CROWDSTRIKE = {"name": "com.crowdstrike.zta", "platform": "windows"}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(_http, "_backoff", lambda attempt: 0.0)


@pytest.fixture
def fleet(sandbox) -> SandboxProcess:
    """The sandbox with devices of which Okta knows."""
    sandbox.tick(24 * 60)
    sandbox.clear_requests()
    return sandbox


def device(sandbox, state, **options) -> dict[str, Any]:
    return run(sandbox, okta_device, state=state, **options)


def known(sandbox) -> list[dict[str, Any]]:
    return list(sandbox.state()["okta"]["devices"].values())


def statuses(sandbox) -> dict[str, str]:
    return {one["id"]: one["status"] for one in known(sandbox)}


def twin(sandbox, status: str = "DEACTIVATED") -> tuple[str, str, str]:
    """Serial number of a device that has a second record, its id, and that of the second record."""
    state = sandbox.state()
    first = next(iter(state["okta"]["devices"].values()))
    other = {**first, "id": "guoOldRecordOldRecord", "status": status, "users": []}
    state["okta"]["devices"][other["id"]] = other
    sandbox.load_state(state)
    return first["profile"]["serialNumber"], first["id"], other["id"]


def test_every_transition_by_id_and_by_serial_number(fleet):
    first, second = known(fleet)[:2]
    both = {"ids": [first["id"]], "serial_numbers": [second["profile"]["serialNumber"].lower()]}
    for state, verb in (
        ("suspended", "suspend"), ("active", "unsuspend"), ("suspended", "suspend"), ("deactivated", "deactivate"),
        ("active", "activate"), ("deactivated", "deactivate"),
    ):  # fmt: skip
        fleet.clear_requests()
        predicted = device(fleet, state, **both, check=True)
        assert written(fleet) == []
        changed = device(fleet, state, **both, oauth=True, token=None)
        paths = [f"/api/v1/devices/{one['id']}/lifecycle/{verb}" for one in (first, second)]
        assert [one["path"] for one in changed["writes"]] == paths
        assert changed["writes"] == predicted["writes"] == written(fleet)
        assert (changed["diff"], changed["devices"]) == (predicted["diff"], predicted["devices"])
        assert {statuses(fleet)[one["id"]] for one in (first, second)} == {state.upper()}
        again = device(fleet, state, **both)
        assert (again["changed"], again["writes"], again["diff"]["after"]) == (False, [], {})


def test_deletion_only_of_the_deactivated_and_with_a_warning(fleet):
    first = known(fleet)[0]
    refused = device(fleet, "absent", ids=[first["id"]], fails=True)
    assert (refused["failure"]["kind"], "first run with state: deactivated" in refused["msg"]) == ("Refused", True)
    device(fleet, "deactivated", ids=[first["id"]])
    fleet.clear_requests()
    predicted = device(fleet, "absent", ids=[first["id"]], check=True)
    deleted = device(fleet, "absent", ids=[first["id"]])
    assert deleted["writes"] == predicted["writes"] == written(fleet)
    assert deleted["diff"] == predicted["diff"]
    for result, words in ((predicted, "would be deleted"), (deleted, "were deleted")):
        assert words in result["warnings"][0]
        assert "can never be used again" in result["warnings"][0]
    assert first["id"] not in statuses(fleet)
    again = device(fleet, "absent", ids=[first["id"]], serial_numbers=[first["profile"]["serialNumber"]])
    assert (again["changed"], again["missing"], again.get("warnings")) == (
        False,
        [first["id"], first["profile"]["serialNumber"]],
        None,
    )


def test_all_are_checked_before_one_is_changed(fleet):
    first, second = known(fleet)[:2]
    device(fleet, "deactivated", ids=[second["id"]])
    fleet.clear_requests()
    refused = device(fleet, "suspended", ids=[first["id"], second["id"]], fails=True)
    assert "which is DEACTIVATED. Okta suspends active devices only" in refused["msg"]
    missing = device(fleet, "suspended", ids=[first["id"], "guoX"], serial_numbers=["NOSUCH"], fails=True)
    assert missing["failure"] == {"kind": "NotFound", "missing": ["guoX", "NOSUCH"]}
    assert written(fleet) == []


def test_a_serial_number_of_two_records_is_not_guessed(fleet):
    serial, first, other = twin(fleet)
    for state in ("suspended", "absent"):
        refused = device(fleet, state, serial_numbers=[serial], fails=True)
        assert refused["failure"] == {"kind": "Ambiguous", "ids": [first, other]}
    assert device(fleet, "absent", ids=[other])["changed"]
    assert device(fleet, "suspended", serial_numbers=[serial])["devices"][0]["id"] == first


def test_the_truth_is_read_by_id_when_search_is_behind(fleet):
    first = known(fleet)[0]
    fleet.settings(okta={"device_search_lag_seconds": 3600})
    device(fleet, "deactivated", ids=[first["id"]])
    serial = first["profile"]["serialNumber"]
    assert not device(fleet, "deactivated", serial_numbers=[serial])["changed"]
    deleted = device(fleet, "absent", serial_numbers=[serial])
    assert [one["previous_status"] for one in deleted["devices"]] == ["DEACTIVATED"]
    assert device(fleet, "absent", serial_numbers=[serial])["missing"] == [serial]


@pytest.mark.parametrize("stale_reads", [0, 1])
@pytest.mark.parametrize("fault", BREAKS)
def test_a_write_that_breaks_off_is_finished(fleet, fault, stale_reads):
    """Recorded: the first read after a lifecycle call may still show the former status, for the next task too."""
    fleet.settings(okta={"device_stale_reads": stale_reads})
    first = known(fleet)[0]["id"]
    for method, state in (("POST", "suspended"), ("POST", "deactivated"), ("DELETE", "absent")):
        fleet.faults({"match": {"service": "okta", "method": method}, "do": fault})
        assert device(fleet, state, ids=[first])["changed"], state
        fleet.clear_faults()
        assert statuses(fleet).get(first) == (state.upper() if state != "absent" else None)


def test_an_org_without_devices(sandbox):
    sandbox.settings(okta={"missing_features": ["devices", "device-integrations"]})
    assert "check the licence" in device(sandbox, "active", ids=["guoX"], fails=True)["msg"]
    assert "check the licence" in run(sandbox, okta_device_integration_info, fails=True)["msg"]


def integration(sandbox, **options) -> dict[str, Any]:
    return run(sandbox, okta_device_integration, **options)


def test_an_integration_is_switched_once(sandbox):
    predicted = integration(sandbox, **CROWDSTRIKE, check=True)
    active = integration(sandbox, **CROWDSTRIKE, oauth=True, token=None)
    assert active["writes"] == predicted["writes"] == written(sandbox)
    assert active["diff"] == predicted["diff"]
    assert (active["device_integration"], active["diff"]["before"]) == (
        predicted["device_integration"],
        {"status": "DEACTIVATED"},
    )
    again = integration(sandbox, **CROWDSTRIKE)
    assert (again["changed"], again["diff"]["after"]) == (False, {})
    by_id = {"id": active["device_integration"]["id"]}
    assert integration(sandbox, **by_id, state="disabled")["device_integration"]["status"] == "DEACTIVATED"
    assert integration(sandbox, name="windows security center")["changed"]


def test_integrations_are_read(sandbox):
    every = run(sandbox, okta_device_integration_info)["device_integrations"]
    assert {one["displayName"] for one in every} == {
        "CrowdStrike", "OSQuery", "Windows Security Center", "Chrome Device Trust", "Device Posture Provider",
    }  # fmt: skip
    macs = run(sandbox, okta_device_integration_info, name="crowdstrike", platform="macos")["device_integrations"]
    assert [one["status"] for one in macs] == ["ACTIVE"]
    assert run(sandbox, okta_device_integration_info, id="dinX")["device_integrations"] == []


@pytest.mark.parametrize(
    ("options", "kind", "says"),
    [
        ({"name": "com.crowdstrike.zta"}, "Ambiguous", "Give the platform or the id"),
        ({"name": "com.crowdstrik.zta"}, "NotFound", "'com.crowdstrike.zta for macos'"),
        ({"name": "com.crowdstrike.zta", "platform": "ios"}, "NotFound", "added in the Admin Console"),
        ({"id": "dinX"}, "NotFound", "no device integration 'dinX'"),
    ],
)
def test_integrations_that_cannot_be_meant(sandbox, options, kind, says):
    result = integration(sandbox, **options, fails=True)
    assert (result["failure"]["kind"], says in result["msg"]) == (kind, True), result["msg"]


@pytest.mark.parametrize("fault", [*BREAKS, {"truncate": True}])
def test_switching_an_integration_that_breaks_off(sandbox, fault):
    for state in ("enabled", "disabled"):
        sandbox.faults({"match": {"service": "okta", "method": "POST"}, "do": fault})
        assert integration(sandbox, **CROWDSTRIKE, state=state)["changed"]
        sandbox.clear_faults()
        assert not integration(sandbox, **CROWDSTRIKE, state=state)["changed"]
