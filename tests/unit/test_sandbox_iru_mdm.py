"""The MDM channel of the sandbox's Iru tenant: what a computer gets, and what its answers change."""

from __future__ import annotations

import plistlib
from typing import Any

import pytest

from sandbox.iru import mdm
from tests.unit.sandbox_iru import Tenant, mobileconfig

EVERYTHING = (
    "$SERIAL_NUMBER|$EMAIL|$EMAIL_PREFIX|$FULL_NAME|$UDID|$BLUEPRINT_NAME|$PROFILE_UUID|$SERIAL_NUMBERS|$OTHER|$"
)


@pytest.fixture
def tenant() -> Tenant:
    return Tenant()


@pytest.fixture
def profile(tenant: Tenant) -> dict[str, Any]:
    """A profile with variables on Sales."""
    file = mobileconfig({"PayloadType": "com.example", "Text": EVERYTHING})
    made: dict[str, Any] = tenant.upload("POST", "/library/custom-profiles", file, name="Vars").json
    _assign(tenant, made["id"], "assign")
    return made


def _assign(tenant: Tenant, item_id: str, verb: str) -> None:
    path = f"/blueprints/{tenant.named('blueprints', 'Sales')['id']}/{verb}-library-item"
    assert tenant.request("POST", path, json={"library_item_id": item_id}).status == 200


def mac(tenant: Tenant) -> dict[str, Any]:
    """A Mac of Sales that has a user and was seen."""
    macs = tenant.devices_on(tenant.named("blueprints", "Sales"))
    return next(each for each in macs if each["user_id"] and each["last_check_in"])


def status(tenant: Tenant, item_id: str, device: dict[str, Any]) -> tuple[str, str | None]:
    path = f"/library/library-items/{item_id}/status"
    row = tenant.get(path, computer_id=device["device_id"]).json["results"][0]
    return row["status"], row["log"]


def done(*certificates: dict[str, Any], error: str | None = None) -> dict[str, Any]:
    return {"error": error, "certificates": list(certificates)}


def install(tenant: Tenant, device: dict[str, Any], **outcome: Any) -> list[dict[str, Any]]:
    commands = mdm.check_in(tenant.world, device["device_id"])
    for command in commands:
        mdm.acknowledge(tenant.world, device["device_id"], command, done(**outcome))
    return commands


def test_variables_are_expanded_at_delivery_and_stored_verbatim(tenant: Tenant, profile: dict[str, Any]) -> None:
    device = mac(tenant)
    user = tenant.state["users"][device["user_id"]]
    user["name"] = "Ada <&> Vega"
    (command,) = mdm.check_in(tenant.world, device["device_id"])
    content = plistlib.loads(command["payload"].encode())
    prefix = user["email"].partition("@")[0]
    assert content["PayloadContent"][0]["Text"].split("|") == [
        device["serial_number"], user["email"], prefix, "Ada <&> Vega", device["udid"], "Sales", content["PayloadUUID"],
        "$SERIAL_NUMBERS", "$OTHER", "$",
    ]  # fmt: skip
    stored = tenant.get(f"/library/custom-profiles/{profile['id']}").json["profile"]
    assert plistlib.loads(stored.encode())["PayloadContent"][0]["Text"] == EVERYTHING


@pytest.mark.parametrize(("mode", "expected"), [("empty", ""), ("verbatim", "$EMAIL")])
def test_what_a_user_variable_becomes_without_a_user_can_be_switched(
    tenant: Tenant, profile: dict[str, Any], mode: str, expected: str
) -> None:
    tenant.state["settings"]["variables_without_user"] = mode
    device = mac(tenant)
    device["user_id"] = None
    (command,) = mdm.check_in(tenant.world, device["device_id"])
    assert command["profile_id"] == profile["id"]
    content = plistlib.loads(command["payload"].encode())
    assert content["PayloadContent"][0]["Text"].split("|")[1] == expected


def test_an_installed_profile_is_not_sent_again(tenant: Tenant, profile: dict[str, Any]) -> None:
    device = mac(tenant)
    assert [each["request_type"] for each in install(tenant, device)] == ["InstallProfile"]
    assert status(tenant, profile["id"], device)[0] == "success"
    assert install(tenant, device) == []
    rows = tenant.get("/prism/installed_profiles", limit=300).json["data"]
    (row,) = [each for each in rows if each["payload_identifier"] == profile["mdm_identifier"]]
    assert row["payload_uuid"] == plistlib.loads(profile["profile"].encode())["PayloadUUID"]
    assert row["serial_number"] == device["serial_number"]


def test_an_update_waits_until_it_is_installed_again(tenant: Tenant, profile: dict[str, Any]) -> None:
    device = mac(tenant)
    install(tenant, device)
    tenant.upload("PATCH", f"/library/custom-profiles/{profile['id']}", name="Vars")
    assert status(tenant, profile["id"], device) == ("pending", None)
    (command,) = install(tenant, device)
    assert command["payload_uuid"] != plistlib.loads(profile["profile"].encode())["PayloadUUID"]
    assert status(tenant, profile["id"], device)[0] == "success"


def test_whether_an_update_resets_the_status_can_be_switched(tenant: Tenant, profile: dict[str, Any]) -> None:
    tenant.state["settings"]["update_resets_status"] = False
    device = mac(tenant)
    install(tenant, device)
    tenant.upload("PATCH", f"/library/custom-profiles/{profile['id']}", name="Vars")
    assert status(tenant, profile["id"], device)[0] == "success"
    assert len(install(tenant, device)) == 1


def test_an_answer_to_an_older_build_does_not_count(tenant: Tenant, profile: dict[str, Any]) -> None:
    device = mac(tenant)
    (command,) = mdm.check_in(tenant.world, device["device_id"])
    tenant.upload("PATCH", f"/library/custom-profiles/{profile['id']}", name="Vars")
    mdm.acknowledge(tenant.world, device["device_id"], command, done())
    assert status(tenant, profile["id"], device)[0] == "pending"


def test_a_failure_is_logged_and_sent_again_a_day_later(tenant: Tenant, profile: dict[str, Any]) -> None:
    device = mac(tenant)
    install(tenant, device, error="no way")
    state, log = status(tenant, profile["id"], device)
    assert state == "failed"
    assert log is not None and "no way" in log
    assert profile["id"] not in device["installed_profiles"]
    assert install(tenant, device) == []
    tenant.world.clock.advance(1440)
    assert len(install(tenant, device)) == 1
    assert status(tenant, profile["id"], device)[0] == "success"


def test_a_failure_is_sent_again_at_once_after_a_change(tenant: Tenant, profile: dict[str, Any]) -> None:
    device = mac(tenant)
    install(tenant, device, error="no way")
    tenant.upload("PATCH", f"/library/custom-profiles/{profile['id']}", name="Vars")
    assert len(install(tenant, device)) == 1


@pytest.mark.parametrize("how", ["unassigned", "deleted", "inactive"])
def test_what_is_no_longer_wanted_is_removed(tenant: Tenant, profile: dict[str, Any], how: str) -> None:
    device = mac(tenant)
    install(tenant, device)
    path = f"/library/custom-profiles/{profile['id']}"
    if how == "unassigned":
        _assign(tenant, profile["id"], "remove")
    elif how == "deleted":
        tenant.request("DELETE", path)
    else:
        tenant.upload("PATCH", path, active="false")
    (command,) = install(tenant, device)
    assert (command["request_type"], command["payload_identifier"]) == ("RemoveProfile", profile["mdm_identifier"])
    assert profile["id"] not in device["installed_profiles"]
    assert install(tenant, device) == []


def test_certificates_keep_the_date_they_were_first_seen(tenant: Tenant, profile: dict[str, Any]) -> None:
    device = mac(tenant)
    certificate = {"sha256": "ab", "common_name": device["serial_number"], "identity_certificate": True}
    (command,) = mdm.check_in(tenant.world, device["device_id"])
    mdm.acknowledge(tenant.world, device["device_id"], command, done(certificate))
    first = _certificate_rows(tenant, device)
    tenant.world.clock.advance(60)
    mdm.acknowledge(tenant.world, device["device_id"], command, done(certificate))
    (again,) = _certificate_rows(tenant, device)
    assert again["created_at"] == first[0]["created_at"] < again["updated_at"]
    assert not {"issuer", "not_after", "sha256"} & set(again)
    mdm.acknowledge(tenant.world, device["device_id"], command, done())
    assert _certificate_rows(tenant, device) == []


def _certificate_rows(tenant: Tenant, device: dict[str, Any]) -> list[dict[str, Any]]:
    rows = tenant.get("/prism/certificates", limit=300).json["data"]
    return [row for row in rows if row["common_name"] == device["serial_number"]]


def test_a_pc_gets_no_profile(tenant: Tenant, profile: dict[str, Any]) -> None:
    (pc, *_rest) = tenant.devices_on(tenant.named("blueprints", "Sales"), "Windows")
    assert mdm.check_in(tenant.world, pc["device_id"]) == []
    rows = tenant.get(f"/library/library-items/{profile['id']}/status", computer_id=pc["device_id"]).json
    assert rows["count"] == 0


def test_a_check_in_is_seen(tenant: Tenant) -> None:
    missing = next(each for each in tenant.state["devices"].values() if each["is_missing"])
    before = missing["last_check_in"]
    mdm.check_in(tenant.world, missing["device_id"])
    shown = tenant.get(f"/devices/{missing['device_id']}").json
    assert shown["last_check_in"] > before
    assert shown["is_missing"] is False


def test_a_removed_device_gets_nothing(tenant: Tenant) -> None:
    device = mac(tenant)
    tenant.request("DELETE", f"/devices/{device['device_id']}")
    with pytest.raises(mdm.NotEnrolled):
        mdm.check_in(tenant.world, device["device_id"])


def test_commands_and_activity_tell_what_happened(tenant: Tenant, profile: dict[str, Any]) -> None:
    device = mac(tenant)
    install(tenant, device, error="no way")
    commands = tenant.get(f"/devices/{device['device_id']}/commands").json["commands"]
    assert (commands["results"][-1]["status"], commands["results"][-1]["request_type"]) == (4, "InstallProfile")
    assert "profile_name" not in commands["results"][-1]
    activity = tenant.get(f"/devices/{device['device_id']}/activity").json["activity"]["results"][-1]
    assert (activity["action_type"], activity["details"]["profile_name"]) == ("mdm_command_failed", "Vars")
