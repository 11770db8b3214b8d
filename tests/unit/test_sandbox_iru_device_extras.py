"""Notes, secrets and the actions that lock, erase or look for a device, as Iru's published collection shows them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.sandbox_iru import Tenant
from tests.unit.shapes import misfits
from tests.unit.test_sandbox_iru_device_shapes import COMMON, DEVICE, MAC_DETAILS, MAYBE

NOTE = {"note_id": str, "created_at": str, "updated_at": str, "author": str, "content": str}
CODES = {"user_based_albc": str, "device_based_albc": str}
SECRETS: dict[str, dict[str, Any]] = {
    "bypasscode": CODES,
    "filevaultkey": {"key": str},
    "recoverypassword": {"recovery_password": str},
    "unlockpin": {"pin": type(None)},
}
LOST_MODE = {
    "disable_status": str, "disable_status_at": str, "disabled_by": str, "enable_status_at": str, "enabled_by": str,
    "last_location": {"latitude": str, "longitude": str}, "last_location_at": str, "last_location_status": str,
    "last_location_status_at": str, "lock_screen_footnote": str, "lock_screen_message": str,
    "lock_screen_phone_number": str, "lost_mode_status": str, "sound_status": str, "sound_status_at": str,
}  # fmt: skip
FOUND_BY_PHONE = {"Message": "Call us", "PhoneNumber": "5550100", "Footnote": "IT"}
PHONE_DETAILS = MAC_DETAILS | {
    "filevault": MAC_DETAILS["filevault"] | {"filevault_enabled": type(None)},
    "automated_device_enrollment": {"auto_enroll_eligible": bool, "auto_enrolled": bool},
    "hardware_overview": {"model_identifier": str, "serial_number": str, "uuid": str},
    "mdm": MAC_DETAILS["mdm"] | {"mdm_enabled_user": list},
    "installed_profiles": list, "users": {"regular_users": list, "system_users": list},
    "apple_business_manager": dict.fromkeys((
        "serial_number", "model", "description", "color", "os", "device_family", "device_assigned_by",
        "device_assigned_date",
    ), str),
    "security_information": {"remote_desktop_enabled": type(None)},
    "cellular": {
        "cellular_technology": int, "data_roaming": bool, "subscriptions": type(None), "voice_roaming": bool,
    },
}  # fmt: skip
OF_A_SLOT = (
    "carrier_settings_version", "current_carrier_network", "current_mcc", "current_mnc", "eid", "iccid", "imei",
    "is_data_preferred", "is_roaming", "is_voice_preferred", "label", "label_id", "phone_number",
    "subscriber_carrier_network",
)  # fmt: skip
CELLULAR = {f"{key}_slot_{slot}": MAYBE for key in OF_A_SLOT for slot in (1, 2)} | {
    "slot_1": str, "slot_2": MAYBE, "cellular_technology": str, "data_roaming_enabled": bool, "meid": str,
    "modem_firmware_version": str, "personal_hotspot_enabled": bool, "voice_roaming_enabled": bool,
}  # fmt: skip
UNKNOWN_LOCKS = dict.fromkeys(("user_activation_lock_enabled", "activation_lock_allowed_while_supervised"), type(None))
TV_DETAILS = {key: shape for key, shape in PHONE_DETAILS.items() if key not in ("lost_mode", "cellular")} | {
    "mdm": {key: shape for key, shape in PHONE_DETAILS["mdm"].items() if key != "supervised"},
    "activation_lock": PHONE_DETAILS["activation_lock"] | UNKNOWN_LOCKS,
    "recovery_information": {
        key: shape for key, shape in MAC_DETAILS["recovery_information"].items() if key != "password_has_been_set"
    },
    "automated_device_enrollment": {}, "network": {}, "apple_business_manager": {}, "volumes": list,
}  # fmt: skip


@pytest.fixture
def tenant() -> Tenant:
    return Tenant(fleet=4, windows=1, mobile=6)


def path_of(tenant: Tenant, platform: str) -> str:
    return f"/devices/{tenant.get('/devices', platform=platform).json[0]['device_id']}"


@pytest.mark.parametrize("platform", ["iPad", "iPhone", "AppleTV"])
def test_mobile_devices_are_like_others(tenant: Tenant, platform: str) -> None:
    listed = tenant.get("/devices", platform=platform).json
    assert len(listed) == 2 and misfits(listed, [DEVICE]) == [] and {one["user"] for one in listed} == {""}
    path = path_of(tenant, platform)
    details = TV_DETAILS if platform == "AppleTV" else PHONE_DETAILS
    assert misfits(tenant.get(f"{path}/details").json, details) == []
    assert tenant.get(f"{path}/apps").json["apps"] == tenant.get(f"{path}/parameters").json["parameters"] == []
    assert tenant.get(f"{path}/activity").json["activity"]["results"][0]["details"]["enrollment_type"] == "DEP"


def test_prism_has_phones_in_one_category(tenant: Tenant) -> None:
    rows = tenant.get("/prism/cellular").json["data"]
    assert misfits(rows, [COMMON | CELLULAR]) == [] and {row["device__family"] for row in rows} == {"iPhone"}
    assert tenant.get("/prism/cellular", device_families="Mac").json["data"] == []
    assert {row["device__family"] for row in tenant.get("/prism/certificates").json["data"]} == {"Mac"}


def test_a_fleet_without_phones_is_the_same_company(tenant: Tenant) -> None:
    without = Tenant(fleet=4, windows=1)
    assert list(without.state["devices"]) == list(tenant.state["devices"])[:4]
    assert tenant.world.data["sandbox"]["draws"] == without.world.data["sandbox"]["draws"]


@pytest.mark.parametrize("platform", ["Mac", "Windows", "iPad"])
def test_the_life_of_a_note(tenant: Tenant, platform: str) -> None:
    path = f"{path_of(tenant, platform)}/notes"
    empty = tenant.get(path)
    assert (empty.json, empty.headers["X-Total-Count"], empty.headers["Allow"]) == ([], "0", "GET, POST")
    made = tenant.request("POST", path, json={"content": "Lent to the fair."})
    assert (made.status, misfits(made.json, NOTE)) == (201, [])
    listed = tenant.get(path)
    assert (listed.json, listed.headers["X-Total-Count"]) == ([made.json], "1")
    assert listed.headers["Link"] == '<None>; rel="next", <None>; rel="prev"'
    one = f"{path}/{made.json['note_id']}"
    assert tenant.get(one).json == made.json
    changed = tenant.request("PATCH", one, json={"content": "Back again."})
    assert changed.json == made.json | {"content": "Back again.", "updated_at": changed.json["updated_at"]}
    gone = tenant.request("DELETE", one)
    assert (gone.status, misfits(gone.json, {"note_id": str, "deleted_at": str})) == (200, [])
    assert tenant.get(path).json == []
    assert [tenant.request(method, one, json={"content": "x"}).status for method in ("PATCH", "DELETE")] == [404, 404]


def test_a_note_needs_a_text_and_a_device(tenant: Tenant) -> None:
    path = f"{path_of(tenant, 'Mac')}/notes"
    for body in ({}, {"content": ""}, {"content": 5}):
        assert tenant.request("POST", path, json=body).status == 400
    unknown = "/devices/00000000-0000-4000-8000-000000000000/notes"
    assert tenant.get(unknown).status == tenant.request("POST", unknown, json={"content": "x"}).status == 404


@pytest.mark.parametrize("kind", SECRETS)
def test_secrets_of_a_mac_and_of_others(tenant: Tenant, kind: str) -> None:
    answer = tenant.get(f"{path_of(tenant, 'Mac')}/secrets/{kind}")
    assert (answer.status, misfits(answer.json, SECRETS[kind]), answer.headers["Allow"]) == (200, [], "GET")
    assert tenant.get(f"{path_of(tenant, 'Mac')}/secrets/{kind}").json == answer.json
    assert set(tenant.get(f"{path_of(tenant, 'Windows')}/secrets/{kind}").json.values()) == {None}


def test_each_mac_has_its_own_secrets_and_the_inventory_says_so(tenant: Tenant) -> None:
    macs = [f"/devices/{one['device_id']}" for one in tenant.get("/devices", platform="Mac").json]
    keys = [tenant.get(f"{path}/secrets/filevaultkey").json["key"] for path in macs]
    assert len(set(keys)) == len(macs)
    details = tenant.get(f"{macs[0]}/details").json
    assert details["filevault"]["filevault_prk_escrowed"] and details["recovery_information"]["recovery_lock_enabled"]
    rows = tenant.get("/prism/filevault", limit=300).json["data"]
    assert {row["key_escrowed"] for row in rows} == {True}


def test_a_mac_is_locked_once_and_its_pin_is_kept(tenant: Tenant) -> None:
    path = path_of(tenant, "Mac")
    locked = tenant.request("POST", f"{path}/action/lock", json={"Message": "Locked", "PhoneNumber": "5550100"})
    assert (locked.status, misfits(locked.json, {"PIN": str})) == (200, [])
    assert tenant.get(f"{path}/secrets/unlockpin").json == {"pin": locked.json["PIN"]}
    again = tenant.request("POST", f"{path}/action/lock")
    assert (again.status, again.json) == (400, "This device is already locked.")


def test_a_phone_is_locked_without_a_pin(tenant: Tenant) -> None:
    locked = tenant.request("POST", f"{path_of(tenant, 'iPhone')}/action/lock")
    assert (locked.status, locked.text) == (200, "")


def test_an_erased_device_is_no_longer_managed_once_it_has_checked_in(tenant: Tenant) -> None:
    from sandbox.iru import mdm  # noqa: PLC0415 - the other side of the action

    path = path_of(tenant, "Mac")
    assert (tenant.request("POST", f"{path}/action/erase", json={"PIN": "123456"}).status) == 200
    assert not tenant.get(path).json["is_removed"]
    mdm.check_in(tenant.world, path.rpartition("/")[2])
    with pytest.raises(mdm.NotEnrolled):
        mdm.check_in(tenant.world, path.rpartition("/")[2])
    assert tenant.get(path).json["is_removed"]


def test_return_to_service_names_a_profile_that_the_device_has(tenant: Tenant) -> None:
    profile = tenant.named("custom_profiles", "Firewall")["id"]
    body = {"ReturnToService": {"Enabled": True, "ProfileId": profile}}
    refused = tenant.request("POST", f"{path_of(tenant, 'iPad')}/action/erase", json=body)
    assert (refused.status, refused.json) == (400, "The specified profile is not in scope for the device")
    assert tenant.request("POST", f"{path_of(tenant, 'Mac')}/action/erase", json=body).status == 200


def test_lost_mode_of_an_ipad_from_its_beginning_to_its_end(tenant: Tenant) -> None:
    path = path_of(tenant, "iPad")
    for action in ("disablelostmode", "playlostmodesound", "updatelocation"):
        early = tenant.request("POST", f"{path}/action/{action}")
        assert (early.status, early.json) == (400, ["Device is not in lost mode."])
    assert tenant.get(f"{path}/details").json["lost_mode"] == {}
    assert tenant.request("POST", f"{path}/action/enablelostmode", json=FOUND_BY_PHONE).status == 200
    assert tenant.get(path).json["lost_mode_status"] == "ENABLED"
    for action in ("playlostmodesound", "updatelocation"):
        done = tenant.request("POST", f"{path}/action/{action}")
        assert (done.status, done.text) == (200, "")
    details = tenant.get(f"{path}/details/lostmode").json
    assert misfits(details, {"device_id": str, "lost_mode": LOST_MODE}) == []
    assert details["lost_mode"]["lock_screen_message"] == "Call us"
    assert tenant.get(f"{path}/details").json["lost_mode"] == details["lost_mode"]
    assert tenant.request("POST", f"{path}/action/disablelostmode").status == 200
    assert tenant.get(path).json["lost_mode_status"] == ""
    found = tenant.get(f"{path}/details/lostmode")
    assert (found.status, found.json) == (400, ["Device is not in lost mode."])
    assert tenant.request("DELETE", f"{path}/details/lostmode").status == 204
    assert tenant.get(f"{path}/details").json["lost_mode"] == {}


@pytest.mark.parametrize(
    ("platform", "action"),
    [("Mac", "enablelostmode"), ("Mac", "clearpasscode"), ("Windows", "unlockaccount"), ("iPhone", "remotedesktop"),
     ("AppleTV", "lock"),
     ("Mac", "togglepersonalhotspot"), ("iPad", "resetworkprofilepasscode")],
)  # fmt: skip
def test_an_action_of_another_platform_is_refused(tenant: Tenant, platform: str, action: str) -> None:
    body = {"UserName": "someone", "EnableRemoteDesktop": True, "Enabled": True}
    refused = tenant.request("POST", f"{path_of(tenant, platform)}/action/{action}", json=body)
    assert (refused.status, refused.json) == (400, "Command is not allowed for current device")


@pytest.mark.parametrize(
    ("platform", "action", "body"),
    [("Mac", "remotedesktop", {"EnableRemoteDesktop": True}), ("Mac", "unlockaccount", {"UserName": "sam"}),
     ("Mac", "deleteuser", {"DeleteAllUsers": False, "ForceDeletion": False, "UserName": "sam"}),
     ("iPhone", "clearpasscode", {}), ("iPhone", "toggledataroaming", {"Enabled": False})],
)  # fmt: skip
def test_an_action_is_accepted_without_a_body(tenant: Tenant, platform: str, action: str, body: dict[str, Any]) -> None:
    sent = tenant.request("POST", f"{path_of(tenant, platform)}/action/{action}", json=body)
    assert (sent.status, sent.text) == (200, "")


@pytest.mark.parametrize("action", ["remotedesktop", "unlockaccount"])
def test_what_an_action_needs_is_asked_for(tenant: Tenant, action: str) -> None:
    refused = tenant.request("POST", f"{path_of(tenant, 'Mac')}/action/{action}", json={})
    assert refused.status == 400 and len(refused.json) == 1
