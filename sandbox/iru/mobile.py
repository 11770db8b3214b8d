"""iPads and iPhones beside the computers: Iru manages them too. They are in every list and take actions, but nobody
simulates them: nothing is installed on them. Keys and types of their views are those of the published examples."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sandbox.iru import enrolled_mac
from sandbox.iru.tenant import Record, derived_uuid, iso_time, spaced_time, tenant

if TYPE_CHECKING:
    from sandbox.world import World

PLATFORMS = ("iPad", "iPhone")
_MODELS = {"iPad": ("iPad (A16) (Wi-Fi)", "iPad15,7"), "iPhone": ("iPhone 16", "iPhone17,3")}
_VERSION, _BUILD = "18.6.2", "22G100"
_ENROLLED_DAYS_AGO = 100


def seed(world: World) -> None:
    """Adds ``--mobile`` devices, an iPad and an iPhone in turn. Published quirks: no user, one never reported."""
    blueprint_ids = list(tenant(world)["blueprints"])
    for number in range(world.data["sandbox"]["mobile"]):
        device = _device(world, number, PLATFORMS[number % 2])
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


def details(device: Record, general: Record) -> Record:
    """``/devices/{id}/details``: the keys of a Mac's, with less in them. ``general`` is that of any Apple device."""
    nothing = dict.fromkeys(("system_version", "boot_volume", "time_since_boot", "last_user"), "")
    enrolled = device["first_enrollment"]
    return {
        "general": general | nothing,
        "mdm": {
            "mdm_enabled": str(device["mdm_enabled"]),
            "supervised": "True",
            "install_date": enrolled,
            "last_check_in": enrolled,
            "mdm_enabled_user": [],
        },
        "activation_lock": {
            "bypass_code_failed": False,
            "user_activation_lock_enabled": False,
            "device_activation_lock_enabled": False,
            "activation_lock_allowed_while_supervised": False,
            "activation_lock_supported": True,
        },
        "filevault": {
            "filevault_enabled": None,
            "filevault_recoverykey_type": "",
            "filevault_prk_escrowed": False,
            "filevault_next_rotation": "",
            "filevault_regen_required": False,
        },
        "lost_mode": device.get("lost_mode", {}),
        "automated_device_enrollment": {"auto_enroll_eligible": True, "auto_enrolled": True},
        "kandji_agent": {"agent_installed": "False", "install_date": "", "last_check_in": "", "agent_version": ""},
        "hardware_overview": {
            "model_identifier": device["model_identifier"],
            "serial_number": device["serial_number"],
            # Published under this key, while a Mac's is udid.
            "uuid": device["udid"].lower(),
        },
        "volumes": [_volume()],
        "network": {},
        "recovery_information": {
            "recovery_lock_enabled": False,
            "firmware_password_exist": False,
            "firmware_password_pending": False,
            "password_rotation_scheduled": None,
        },
        "users": {"regular_users": [], "system_users": []},
        "installed_profiles": [],
        "apple_business_manager": _business_manager(device),
        "security_information": {"remote_desktop_enabled": None},
        "cellular": {"cellular_technology": 0, "data_roaming": False, "subscriptions": None, "voice_roaming": False},
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
        "os": "iOS",
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
