"""`iru_device` against the sandbox."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils import _http
from ansible_collections.okta_iru.attestation.plugins.modules import iru_device

from tests.integration.iru_runs import run, written
from tests.sandbox_process import SandboxProcess

DEVICES = "/api/v1/devices"


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_http, "_backoff", lambda attempt: 0.0)


@pytest.fixture
def macs(sandbox: SandboxProcess) -> list[dict[str, Any]]:
    """Macs with a user on Engineering, as the state has them."""
    state = sandbox.state()["iru"]
    engineering = next(key for key, one in state["blueprints"].items() if one["name"] == "Engineering")
    devices = state["devices"].values()
    return [
        one for one in devices if one["platform"] == "Mac" and one["user_id"] and one["blueprint_id"] == engineering
    ]


def change(sandbox: SandboxProcess, **options: Any) -> dict[str, Any]:
    return run(sandbox, iru_device, **options)


def stored(sandbox: SandboxProcess, device: dict[str, Any]) -> dict[str, Any]:
    return dict(sandbox.state()["iru"]["devices"][device["device_id"]])


def gets(sandbox: SandboxProcess) -> list[str]:
    return [one["path"] for one in sandbox.requests("iru") if one["method"] == "GET"]


def test_several_devices_by_one_listing_and_one_write_each(sandbox: SandboxProcess, macs: list[dict[str, Any]]) -> None:
    serials = [one["serial_number"].lower() for one in macs[:3]]
    options = {"serial_numbers": serials, "blueprint": "Sales", "asset_tag": "A-1", "tags": ["Pilot"]}
    planned = change(sandbox, check=True, **options)
    assert written(sandbox) == []
    sandbox.clear_requests()
    made = change(sandbox, **options)
    assert gets(sandbox) == [DEVICES, "/api/v1/blueprints", "/api/v1/tags"]
    assert planned["writes"] == made["writes"] == written(sandbox)
    assert [one["path"] for one in made["writes"]] == [f"{DEVICES}/{one['device_id']}" for one in macs[:3]]
    assert planned["diff"] == made["diff"]
    assert [(one["blueprint_name"], one["asset_tag"], one["tags"]) for one in made["devices"]] == [
        ("Sales", "A-1", ["Pilot"])
    ] * 3
    sandbox.clear_requests()
    assert not change(sandbox, **options)["changed"]
    assert gets(sandbox) == [DEVICES, "/api/v1/blueprints"]
    assert written(sandbox) == []


def test_settings_of_a_device_come_before_those_of_the_task(
    sandbox: SandboxProcess, macs: list[dict[str, Any]]
) -> None:
    one, other = macs[:2]
    email = sandbox.state()["iru"]["users"][other["user_id"]]["email"]
    devices = [
        {"serial_number": one["serial_number"], "user": email.upper(), "asset_tag": "A-1"},
        {"device_id": other["device_id"], "user": ""},
    ]
    made = change(sandbox, devices=devices, asset_tag="A-2")
    assert (stored(sandbox, one)["user_id"], stored(sandbox, one)["asset_tag"]) == (other["user_id"], "A-1")
    assert (stored(sandbox, other)["user_id"], stored(sandbox, other)["asset_tag"]) == (None, "A-2")
    assert made["devices"][1]["user"] is None
    assert made["diff"]["after"][one["serial_number"]] == {"asset_tag": "A-1", "user": email.upper()}
    sandbox.clear_requests()
    assert not change(sandbox, devices=devices, asset_tag="A-2")["changed"]
    assert gets(sandbox) == [DEVICES], "who has the right user already is not looked up"


def test_one_device_by_id_is_read_by_itself(sandbox: SandboxProcess, macs: list[dict[str, Any]]) -> None:
    made = change(sandbox, device_ids=[macs[0]["device_id"].upper()], asset_tag="A-1")
    assert gets(sandbox) == [f"{DEVICES}/{macs[0]['device_id']}"]
    assert made["devices"][0]["asset_tag"] == "A-1"
    assert stored(sandbox, macs[0])["asset_tag"] == "A-1"
    assert change(sandbox, device_ids=[macs[0]["device_id"]], asset_tag="")["diff"]["after"] == {
        macs[0]["serial_number"]: {"asset_tag": None}
    }
    assert stored(sandbox, macs[0])["asset_tag"] == ""


def test_tags_are_added_removed_and_made_exact(sandbox: SandboxProcess, macs: list[dict[str, Any]]) -> None:
    serial = {"serial_numbers": [macs[0]["serial_number"]]}

    def tags(mode: str, *names: str, **more: Any) -> tuple[list[str], bool]:
        made = change(sandbox, **serial, tags=list(names), tags_mode=mode, **more)
        assert not change(sandbox, **serial, tags=list(names), tags_mode=mode)["changed"]
        return made["devices"][0]["tags"], made["changed"]

    assert tags("exact") == ([], bool(macs[0]["tag_ids"]))
    assert tags("add", "Pilot") == (["Pilot"], True)
    assert tags("add", "Loaner", "Pilot") == (["Pilot", "Loaner"], True)
    assert tags("remove", "Pilot", "Nonsense") == (["Loaner"], True)
    assert tags("exact", "Pilot") == (["Pilot"], True)
    assert tags("add", "Attested", create_tags=True) == (["Pilot", "Attested"], True)
    assert "Attested" in sandbox.state()["iru"]["tags"].values()


def test_a_tag_that_does_not_exist_stops_before_anything_is_written(
    sandbox: SandboxProcess, macs: list[dict[str, Any]]
) -> None:
    serials = [one["serial_number"] for one in macs[:2]]
    failed = change(sandbox, serial_numbers=serials, tags=["Pilt"], asset_tag="A-1", fails=True)
    assert "Did you mean 'Pilot'?" in failed["msg"] and "create_tags" in failed["msg"]
    assert written(sandbox) == []
    planned = change(sandbox, serial_numbers=serials, tags=["Pilt"], create_tags=True, check=True)
    made = change(sandbox, serial_numbers=serials, tags=["Pilt"], create_tags=True)
    assert planned["writes"] == made["writes"] == written(sandbox)
    assert len(made["writes"]) == 3


def test_a_move_reaches_the_computer(sandbox: SandboxProcess, macs: list[dict[str, Any]]) -> None:
    before = {one["item_id"] for one in _items(sandbox, macs[0])}
    change(sandbox, serial_numbers=[macs[0]["serial_number"]], blueprint="Sales")
    assert {one["item_id"] for one in _items(sandbox, macs[0])} < before


def _items(sandbox: SandboxProcess, device: dict[str, Any]) -> list[dict[str, Any]]:
    rows = sandbox.state()["iru"]["statuses"]
    return [{"item_id": key} for key, by_device in rows.items() if device["device_id"] in by_device]


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "nothing to set": ({"blueprint": None}, "Nothing is set for the device"),
    "an unknown Blueprint": ({"blueprint": "Saels"}, "Did you mean 'Sales'?"),
    "no Blueprint": ({"blueprint": ""}, "always on a Blueprint"),
    "an unknown user": ({"user": "nobody@nowhere.example"}, "There is no user"),
    "an unknown device": ({"serial_numbers": ["NOBODY"]}, "There is no device with the serial number 'NOBODY'"),
    "the same device twice": ({"serial_numbers": ["A", "a"]}, "named twice"),
    "an id that is none": ({"device_ids": ["x"]}, "expected an id such as"),
    "an unknown id": ({"device_ids": ["6d5b7a52-32a8-4b6a-9f0b-3f5f4f1f0f11"]}, "There is no device with the id"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_work_is_refused_before_anything_is_sent(
    sandbox: SandboxProcess, macs: list[dict[str, Any]], case: str
) -> None:
    options, says = REFUSED[case]
    usual = {"serial_numbers": [one["serial_number"] for one in macs[:2]], "blueprint": "Sales"}
    given = {key: value for key, value in (usual | options).items() if value is not None}
    assert says in change(sandbox, fails=True, **given)["msg"]
    assert written(sandbox) == []


def test_a_device_that_is_named_in_two_ways(sandbox: SandboxProcess, macs: list[dict[str, Any]]) -> None:
    both = {"serial_numbers": [macs[0]["serial_number"]], "device_ids": [macs[0]["device_id"]]}
    assert "named twice, by serial number and by id" in change(sandbox, **both, asset_tag="x", fails=True)["msg"]


def test_a_serial_number_of_two_records_is_told_apart_by_id(
    sandbox: SandboxProcess, macs: list[dict[str, Any]]
) -> None:
    state = sandbox.state()
    state["iru"]["devices"][macs[1]["device_id"]]["serial_number"] = macs[0]["serial_number"]
    sandbox.load_state(state)
    failed = change(sandbox, serial_numbers=[macs[0]["serial_number"]], asset_tag="x", fails=True)
    assert sorted(failed["failure"]["ids"]) == sorted([macs[0]["device_id"], macs[1]["device_id"]])


def test_an_archived_user_is_not_assigned(sandbox: SandboxProcess, macs: list[dict[str, Any]]) -> None:
    state = sandbox.state()
    user = state["iru"]["users"][macs[1]["user_id"]]
    user["archived"] = True
    sandbox.load_state(state)
    failed = change(sandbox, serial_numbers=[macs[0]["serial_number"]], user=user["email"], fails=True)
    assert "is archived" in failed["msg"]


def test_removal_needs_a_word_of_its_own(sandbox: SandboxProcess, macs: list[dict[str, Any]]) -> None:
    serials = [one["serial_number"] for one in macs[:2]]
    refused = change(sandbox, serial_numbers=serials, state="absent", fails=True)
    assert refused["failure"]["kind"] == "Refused" and serials[0] in refused["msg"]
    assert written(sandbox) == []
    planned = change(sandbox, serial_numbers=serials, state="absent", unenroll=True, check=True)
    gone = change(sandbox, serial_numbers=serials, state="absent", unenroll=True)
    assert planned["writes"] == gone["writes"] == written(sandbox)
    assert (gone["devices"], len(gone["writes"])) == ([], 2)
    assert not change(sandbox, serial_numbers=serials, state="absent", unenroll=True)["changed"]


FAULTS = [{"close": "before"}, {"close": "after"}, {"status": 503}, {"status": 503, "effect": True}, {"truncate": True}]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_write_that_breaks_off_happens_once(
    sandbox: SandboxProcess, macs: list[dict[str, Any]], fault: dict[str, Any]
) -> None:
    options = {
        "serial_numbers": [macs[0]["serial_number"]],
        "blueprint": "Sales",
        "asset_tag": "A-1",
        "tags": ["Pilot"],
    }
    sandbox.faults({"match": {"service": "iru", "method": "PATCH", "path": f"{DEVICES}/*"}, "do": fault})
    assert change(sandbox, **options)["changed"]
    sandbox.clear_faults()
    assert not change(sandbox, **options)["changed"]


def test_a_token_without_one_permission_is_named(sandbox: SandboxProcess, macs: list[dict[str, Any]]) -> None:
    state = sandbox.state()
    token = state["iru"]["tokens"][sandbox.ready["iru_token"]]
    token["permissions"] = [{"path": "/api/v1/devices", "http_method": "GET"}]
    sandbox.load_state(state)
    failed = change(sandbox, serial_numbers=[macs[0]["serial_number"]], asset_tag="x", fails=True)
    assert "Update Device" in failed["msg"]
