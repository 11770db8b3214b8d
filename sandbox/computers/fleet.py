"""The computers of the company: one for each device that Iru knows, with what only the computer itself knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.computers.payload import as_json, read_profile
from sandbox.iru import mdm, scope
from sandbox.iru.agent import auto_apps_of_pcs

if TYPE_CHECKING:
    from sandbox.world import World

SETTINGS: dict[str, Any] = {
    # The shortest interval that Iru documents, for its agent's scripts; that of MDM check-ins is not documented.
    "check_in_minutes": 15,
    # A user who signed in with FastPass does so again after this time.
    "sign_in_minutes": 1440,
    # … and one whose sign-in failed tries again after this time.
    "sign_in_retry_minutes": 60,
    # Key generation is nine tenths of an enrolment: larger fleets share a few keys, see keys.py.
    "own_key_up_to_fleet": 200,
    # Whether the certificate of an older build of a profile stays until the profile is removed.
    "replaced_certificates_stay": True,
    # Documented by Iru: a user cannot use a key of the machine's store of a PC until the key-access script ran.
    "machine_keys_readable": False,
}
"""Behaviours that can be changed while the sandbox runs (``POST /control/settings``), with their first values."""

Computer = dict[str, Any]

NEWEST = "newest"
"""The build of an Auto App, which Iru chooses."""

_WITHOUT_OKTA_VERIFY = 9
_EVERY = 20


def computers(world: World) -> dict[str, Computer]:
    """All computers by Iru's device id."""
    found: dict[str, Computer] = world.data["computers"]["fleet"]
    return found


def setting(world: World, name: str) -> Any:
    """The present value of one of SETTINGS."""
    return world.data["computers"]["settings"][name]


def seed(world: World) -> None:
    """Adds ``data["computers"]``; Iru's tenant must be there."""
    devices, users = world.data["iru"]["devices"], world.data["iru"]["users"]
    fleet = {}
    simulated = [device for device in devices.values() if device["platform"] in ("Mac", "Windows")]
    for number, device in enumerate(simulated):
        user = users.get(device["user_id"])
        computer = _computer(world, device, user["email"] if user else None)
        computer["okta_verify_registered"] = user is not None and number % _EVERY != _WITHOUT_OKTA_VERIFY
        fleet[device["device_id"]] = computer
    world.data["computers"] = {"settings": dict(SETTINGS), "fleet": fleet}


def _computer(world: World, device: dict[str, Any], login: str | None) -> Computer:
    host = device["device_name"].encode("ascii", "ignore").decode().replace(" ", "-")
    return {
        "device_id": device["device_id"],
        "platform": "MACOS" if device["platform"] == "Mac" else "WINDOWS",
        "display_name": device["device_name"],
        "host_name": f"{host}.local",
        "local_host_name": host,
        "manufacturer": "Apple" if device["platform"] == "Mac" else "Dell Inc.",
        "model": device["model"],
        "os_version": device["full_software_version"] or device["os_version"],
        "serial_number": device["serial_number"],
        "udid": device["udid"],
        "mac_address": device["mac_address"],
        "user_login": login,
        # Who has not been seen for long, or never, is switched off and stays so until a test says otherwise.
        "online": bool(device["last_check_in"]) and not device["is_missing"],
        "last_check_in": device["last_check_in"] or None,
        "sign_in_delay_minutes": 5 + int(world.random() * 60),
        "last_sign_in": None,
        "last_sign_in_failed": False,
        "signed_in_with": None,
        "profiles": {
            profile_id: {
                "identifier": profile["payload_identifier"],
                "payload_uuid": profile["payload_uuid"],
                "payloads": _payloads(world, device, profile_id),
            }
            for profile_id, profile in device["installed_profiles"].items()
        },
        "certificates": [],
        # Apps that came from Iru: the build (SHA-256, or NEWEST) by Library item.
        "apps": {item["id"]: NEWEST for item in auto_apps_of_pcs(world) if _has(world, device, item)},
    }


def _has(world: World, device: dict[str, Any], item: dict[str, Any]) -> bool:
    return (scope.row_of(world, item["id"], device["device_id"]) or {}).get("status") == "PASS"


def _payloads(world: World, device: dict[str, Any], profile_id: str) -> list[Any]:
    """What the computer got of a profile that was there before; nothing of one whose text the tenant has not."""
    text = mdm.text_for(world, device, profile_id)
    received: list[Any] = as_json(read_profile(text)["PayloadContent"]) if text else []
    return received


def mac_variables(computer: Computer) -> dict[str, str]:
    """What macOS puts in place of ``%SerialNumber%`` and the like in a SCEP payload."""
    return {
        "HardwareUUID": computer["udid"],
        "SerialNumber": computer["serial_number"],
        "ComputerName": computer["display_name"],
        "HostName": computer["host_name"],
        "LocalHostName": computer["local_host_name"],
        "MACAddress": computer["mac_address"],
    }
