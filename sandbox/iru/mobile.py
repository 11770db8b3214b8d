"""iPads, iPhones and Apple TVs beside the computers: Iru manages them too. They are in every list and take actions, but
nobody simulates them, so nothing is installed on them. Keys and types are those of the published examples."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sandbox.iru import enrolled_mac
from sandbox.iru.tenant import Record, derived_uuid, iso_time, parse_time, spaced_time, tenant

if TYPE_CHECKING:
    from sandbox.world import World

PLATFORMS = ("iPad", "iPhone", "AppleTV")
_MODELS = {
    "iPad": ("iPad (A16) (Wi-Fi)", "iPad15,7"),
    "iPhone": ("iPhone 16", "iPhone17,3"),
    "AppleTV": ("Apple TV 4K (3rd generation)", "AppleTV14,1"),
}
_VERSION, _BUILD = "18.6.2", "22G100"
_ENROLLED_DAYS_AGO = 100


def seed(world: World) -> None:
    """Adds ``--mobile`` devices, of each platform in turn. Published quirks: no user, one never reported."""
    blueprint_ids = list(tenant(world)["blueprints"])
    for number in range(world.data["sandbox"]["mobile"]):
        device = _device(world, number, PLATFORMS[number % len(PLATFORMS)])
        device["blueprint_id"] = blueprint_ids[number % len(blueprint_ids)]
        tenant(world)["devices"][device["device_id"]] = device


def _device(world: World, number: int, platform: str) -> Record:
    enrolled, name = world.clock.now() - timedelta(days=_ENROLLED_DAYS_AGO), f"mobile {number}"
    model, identifier = _MODELS[platform]
    udid = derived_uuid(world, name, "udid").upper()
    seen = "" if number == 0 else iso_time(world.clock.now() - timedelta(minutes=20))
    return {
        "device_id": derived_uuid(world, name),
        "device_name": platform,
        "model": model,
        "model_identifier": identifier,
        "serial_number": "M" + udid.replace("-", "")[:9],
        "udid": udid,
        "mac_address": f"02:00:00:00:00:{number % 256:02x}",
        "platform": platform,
        "os_version": _VERSION,
        "supplemental_build_version": _BUILD,
        "supplemental_os_version_extra": "",
        "api_level": "",
        "security_patch_level": "",
        "full_software_version": "",
        "asset_tag": "",
        "user_id": None,
        "blueprint_id": None,
        "tag_ids": [],
        "filevault_enabled": None,
        "mdm_enabled": True,
        # Published so, although there is no agent for them: their details say False.
        "agent_installed": True,
        "agent_version": "",
        "is_missing": False,
        "is_removed": False,
        "lost_mode_status": "",
        "first_enrollment": spaced_time(enrolled),
        "last_enrollment": spaced_time(enrolled),
        "last_check_in": seen,
        "parameters": [],
        "enrollment_profile": None,
        "enrollment_certificate": enrolled_mac.certificate(udid, enrolled),
        "installed_profiles": {},
        "failed_profiles": {},
        "certificates": {},
        "commands": [],
    }


_NO_FILEVAULT = {
    "filevault_enabled": None,
    "filevault_recoverykey_type": "",
    "filevault_prk_escrowed": False,
    "filevault_next_rotation": "",
    "filevault_regen_required": False,
}
_NO_AGENT = {"agent_installed": "False", "install_date": "", "last_check_in": "", "agent_version": ""}
_NO_RECOVERY_LOCK = {
    "recovery_lock_enabled": False,
    "firmware_password_exist": False,
    "firmware_password_pending": False,
    "password_rotation_scheduled": None,
}


def details(device: Record, general: Record) -> Record:
    """``/devices/{id}/details``: the keys of a Mac's, with less in them. ``general`` is that of any Apple device."""
    nothing = dict.fromkeys(("system_version", "boot_volume", "time_since_boot", "last_user"), "")
    enrolled, seen = device["first_enrollment"], device["last_check_in"]
    if device["platform"] == "AppleTV":
        return _television(device, general | nothing)
    return {
        "general": general | nothing,
        "mdm": {
            "mdm_enabled": str(device["mdm_enabled"]),
            "supervised": "True",
            "install_date": enrolled,
            "last_check_in": spaced_time(parse_time(seen)) if seen else "",
            "mdm_enabled_user": [],
        },
        "activation_lock": {
            "bypass_code_failed": False,
            "user_activation_lock_enabled": False,
            "device_activation_lock_enabled": False,
            "activation_lock_allowed_while_supervised": False,
            "activation_lock_supported": True,
        },
        "filevault": dict(_NO_FILEVAULT),
        "lost_mode": device.get("lost_mode", {}),
        "automated_device_enrollment": {"auto_enroll_eligible": True, "auto_enrolled": True},
        "kandji_agent": _NO_AGENT | {"last_check_in": seen},
        "hardware_overview": _hardware(device),
        "volumes": [_volume()],
        "network": {"local_hostname": "", "mac_address": device["mac_address"], "ip_address": "", "public_ip": ""},
        "recovery_information": _NO_RECOVERY_LOCK | {"password_has_been_set": False},
        "users": {"regular_users": [], "system_users": []},
        "installed_profiles": [],
        "apple_business_manager": _business_manager(device),
        "security_information": {"remote_desktop_enabled": None},
        "cellular": {"cellular_technology": 0, "data_roaming": False, "subscriptions": None, "voice_roaming": False},
    }


def _hardware(device: Record) -> Record:
    """Published: ``uuid`` here is what a Mac has as ``udid``."""
    keys = ("model_identifier", "serial_number")
    return {key: device[key] for key in keys} | {"uuid": device["udid"].lower()}


def _television(device: Record, general: Record) -> Record:
    """Published of an Apple TV: no Lost Mode, no modem, nothing of supervision."""
    enrolled, seen = device["first_enrollment"], device["last_check_in"]
    return {
        "general": general,
        "mdm": {
            "mdm_enabled": str(device["mdm_enabled"]),
            "install_date": enrolled,
            "last_check_in": spaced_time(parse_time(seen)) if seen else "",
            "mdm_enabled_user": [],
        },
        "activation_lock": {
            "bypass_code_failed": False,
            "user_activation_lock_enabled": None,
            "device_activation_lock_enabled": False,
            "activation_lock_allowed_while_supervised": None,
            "activation_lock_supported": False,
        },
        "filevault": dict(_NO_FILEVAULT),
        "automated_device_enrollment": {},
        "kandji_agent": _NO_AGENT | {"last_check_in": seen},
        "hardware_overview": _hardware(device),
        "volumes": [],
        "network": {},
        "recovery_information": dict(_NO_RECOVERY_LOCK),
        "users": {"regular_users": [], "system_users": []},
        "installed_profiles": [],
        "apple_business_manager": {},
        "security_information": {"remote_desktop_enabled": None},
    }


def _volume() -> Record:
    empty = dict.fromkeys(("name", "format", "identifier", "encrypted"), "")
    return empty | {"percent_used": "8%", "capacity": "128.0 GB", "available": "117.35 GB"}


def _business_manager(device: Record) -> Record:
    return {
        "serial_number": device["serial_number"],
        "model": device["model"].partition(" (")[0],
        "description": device["model"].upper(),
        "color": "SILVER",
        "os": "iPadOS" if device["platform"] == "iPad" else "iOS",
        "device_family": device["platform"],
        "device_assigned_by": "it@attest.example",
        "device_assigned_date": f"{device['first_enrollment'][:19]}+00:00",
    }


_SLOT = (
    "carrier_settings_version", "current_carrier_network", "current_mcc", "current_mnc", "eid", "iccid", "imei",
    "is_data_preferred", "is_roaming", "is_voice_preferred", "label", "label_id", "phone_number",
    "subscriber_carrier_network",
)  # fmt: skip


def cellular(device: Record) -> Record:
    """The row of Prism's ``cellular``."""
    digits = "".join(filter(str.isdigit, device["udid"])).ljust(14, "0")[:14]
    return {f"{key}_slot_{slot}": None for key in _SLOT for slot in (1, 2)} | {
        "slot_1": "CTSubscriptionSlotOne",
        "slot_2": None,
        "imei_slot_1": f"{digits[:2]} {digits[2:8]} {digits[8:]} 0",
        "meid": digits,
        "cellular_technology": "GSM and CDMA",
        "modem_firmware_version": "2.60.03",
        "data_roaming_enabled": False,
        "personal_hotspot_enabled": False,
        "voice_roaming_enabled": False,
    }
