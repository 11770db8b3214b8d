"""`iru_device_action` against the sandbox, whose computers really check in."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils import _http
from ansible_collections.okta_iru.attestation.plugins.modules import iru_device_action

from tests.integration.iru_runs import run, written
from tests.sandbox_process import SandboxProcess


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_http, "_backoff", lambda attempt: 0.0)


def act(sandbox: SandboxProcess, action: str, **options: Any) -> dict[str, Any]:
    return run(sandbox, iru_device_action, action=action, **options)


def devices(sandbox: SandboxProcess, platform: str = "Mac") -> list[dict[str, Any]]:
    return [one for one in sandbox.state()["iru"]["devices"].values() if one["platform"] == platform]


def serials(result: dict[str, Any], key: str = "sent") -> list[str]:
    return [one["serial_number"] for one in result[key]]


def test_a_push_makes_computers_check_in(sandbox: SandboxProcess) -> None:
    sandbox.tick(15)
    macs = devices(sandbox)[:3]
    named = {"serial_numbers": [one["serial_number"] for one in macs]}
    planned = act(sandbox, "blankpush", check=True, **named)
    assert written(sandbox) == []
    sent = act(sandbox, "blankpush", **named)
    assert planned["writes"] == sent["writes"] == written(sandbox)
    assert sent["changed"] and serials(sent) == [one["serial_number"] for one in macs]
    online = sum(1 for one in sandbox.state()["computers"]["fleet"].values() if one["online"])
    assert 0 < sandbox.tick(0)["computers"]["check_ins"] <= min(3, online)


def test_what_still_waits_is_not_sent_twice(sandbox: SandboxProcess) -> None:
    named = {"device_ids": [devices(sandbox)[0]["device_id"]]}
    assert act(sandbox, "updateinventory", **named)["changed"]
    again = act(sandbox, "updateinventory", **named)
    assert (again["changed"], again["writes"], len(again["running"])) == (False, [], 1)


def test_a_filter_skips_what_cannot_take_the_action(sandbox: SandboxProcess) -> None:
    pcs = {one["serial_number"] for one in devices(sandbox, "Windows")}
    sent = act(sandbox, "blankpush", blueprint="Engineering")
    assert set(serials(sent, "skipped_devices")) <= pcs
    assert not set(serials(sent)) & pcs
    assert all("not for Windows" in one["reason"] for one in sent["skipped_devices"])
    everything = act(sandbox, "dailycheckin", blueprint="Engineering")
    assert set(serials(everything)) == set(serials(sent)) | set(serials(sent, "skipped_devices"))


def test_a_named_device_that_cannot_take_the_action_stops_before_anything_is_sent(sandbox: SandboxProcess) -> None:
    named = [devices(sandbox)[0]["serial_number"], devices(sandbox, "Windows")[0]["serial_number"]]
    failed = act(sandbox, "blankpush", serial_numbers=named, fails=True)
    assert f"The device {named[1]} cannot take the action" in failed["msg"]
    assert written(sandbox) == []
    assert "There is no device" in act(sandbox, "blankpush", serial_numbers=["NOBODY"], fails=True)["msg"]


def test_only_those_that_wait_for_an_item(sandbox: SandboxProcess) -> None:
    state = sandbox.state()
    item = next(one for one in state["iru"]["custom_profiles"].values() if one["name"] == "Login Window")
    macs = [one["device_id"] for one in devices(sandbox)]
    for device_id, row in state["iru"]["statuses"][item["id"]].items():
        row["status"] = "pending" if device_id in macs[:2] else "success"
    sandbox.load_state(state)
    sent = act(sandbox, "blankpush", waiting_for="Login Window")
    assert sorted(one["device_id"] for one in sent["sent"]) == sorted(macs[:2])
    paths = [one["path"] for one in sandbox.requests("iru") if one["method"] == "GET"]
    assert paths == [
        "/api/v1/devices", "/api/v1/library/custom-profiles", f"/api/v1/library/library-items/{item['id']}/status",
    ]  # fmt: skip


def test_a_tag(sandbox: SandboxProcess) -> None:
    tagged = [one["serial_number"] for one in devices(sandbox) if one["tag_ids"]]
    assert serials(act(sandbox, "blankpush", tag="Executive")) == tagged
    assert act(sandbox, "blankpush", tag="Nobody has it")["changed"] is False


def test_a_device_that_is_gone_by_now_is_skipped(sandbox: SandboxProcess) -> None:
    rule = {"match": {"service": "iru", "path": "*/action/blankpush"}, "do": {"status": 404}}
    sandbox.faults(rule)
    sent = act(sandbox, "blankpush", blueprint="Sales")
    assert "removed from Iru" in sent["skipped_devices"][0]["reason"]
    assert sent["writes"] == written(sandbox)


@pytest.mark.parametrize("fault", [{"close": "before"}, {"close": "after"}, {"status": 503}, {"truncate": True}])
def test_an_action_whose_outcome_is_unknown_is_repeated(sandbox: SandboxProcess, fault: dict[str, Any]) -> None:
    sandbox.faults({"match": {"service": "iru", "path": "*/action/updateinventory"}, "do": fault})
    result = act(sandbox, "updateinventory", device_ids=[devices(sandbox)[0]["device_id"]])
    assert (result["changed"], len(result["sent"]), len(result["writes"])) == (True, 1, 1)


def test_the_permission_of_the_action_is_named(sandbox: SandboxProcess) -> None:
    state = sandbox.state()
    token = state["iru"]["tokens"][sandbox.ready["iru_token"]]
    token["permissions"] = [{"path": "/api/v1/devices", "http_method": "GET"}]
    sandbox.load_state(state)
    serial = devices(sandbox)[0]["serial_number"]
    assert "Send Blankpush" in act(sandbox, "blankpush", serial_numbers=[serial], fails=True)["msg"]


def test_more_devices_than_the_limit_of_a_second(sandbox: SandboxProcess) -> None:
    sandbox.settings(iru={"rate_limit_second": 5})
    sent = act(sandbox, "dailycheckin", blueprint="Engineering")
    assert len(sent["sent"]) > 5
    assert not [one for one in sandbox.requests("iru") if one["status"] == 429], "paced before it is refused"
