"""What each Prism category knows of a device: the keys and types of the published examples, the values constructed.

An entry holds what is special to the category; the keys that every row has are added in prism.py. The published
examples of ``activation_lock`` and ``desktop_and_screensaver`` are rows of ``device_information``, and that of
``kernel_extensions`` is empty; so they are here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sandbox.iru import hardware, mobile, prism_software
from sandbox.iru.device_details import all_profiles_on, profiles_on
from sandbox.iru.tenant import Record, parse_time, prism_time

if TYPE_CHECKING:
    from sandbox.world import World

Entries = Callable[["World", Record], list[Record]]


def _information(_world: World, device: Record) -> list[Record]:
    enrolled, seen = prism_time(parse_time(device["first_enrollment"])), last_seen(device)
    return [
        {
            "agent_installed": device["agent_installed"],
            "agent_version": device["agent_version"],
            "apple_silicon": True,
            "battery_health": None,
            "cellular_technology": None,
            "data_roaming": None,
            "device_capacity": 245.0,
            "display_os_version": device["os_version"],
            "first_enrollment_date": enrolled,
            "last_enrollment_date": prism_time(parse_time(device["last_enrollment"])),
            "host_name": device["device_name"],
            "hotspot": None,
            "last_checkin": seen,
            "last_checkin_agent": seen,
            "last_checkin_mdm": seen,
            "local_hostname": hardware.host_name(device),
            "lost_mode_status": None,
            "marketing_name": hardware.marketing_name(device),
            "mdm_enabled": device["mdm_enabled"],
            "model": hardware.model_name(device),
            "model_name": device["model"],
            "os_build": device["supplemental_build_version"],
            "os_version": device["os_version"],
            "shared_ipad": None,
            "supplemental_build_version": device["supplemental_build_version"],
            "supplemental_os_version_extra": None,
            "created_at": enrolled,
            "updated_at": seen,
        }
    ]


def _profiles(world: World, device: Record) -> list[Record]:
    return all_profiles_on(world, device)


def _certificates(_world: World, device: Record) -> list[Record]:
    return [device["enrollment_certificate"], *device["certificates"].values()]


def _state(entry: Callable[[Record], Record]) -> Entries:
    """Entries of a category with one row a device, collected when the device was last seen."""

    def entries(_world: World, device: Record) -> list[Record]:
        return [entry(device) | _dates(device)]

    return entries


def _firewall(device: Record) -> Record:
    settings = _payload(device, "com.apple.security.firewall")
    return {
        "allow_signed_applications": True,
        "block_all_incoming": False,
        "logging": True,
        "logging_option": "throttled",
        "status": settings is not None,
        "stealth_mode": settings is not None,
        "unloading": False,
        "version": "1.7",
    }


def _payload(device: Record, payload_type: str) -> Record | None:
    """The inventory of an installed payload of a type."""
    payloads = [payload for profile in profiles_on(device) for payload in profile["profile_data"]]
    return next((payload for payload in payloads if payload["type"] == payload_type), None)


def _filevault(device: Record) -> Record:
    enabled = bool(device["filevault_enabled"])
    return {
        "key_escrowed": enabled,
        "key_type": "Personal" if enabled else None,
        "regeneration_needed": None,
        "scheduled_key_rotation": None,
        "status": enabled,
    }


def _gatekeeper(_device: Record) -> Record:
    return {
        "gatekeeper_opaque_version": "94",
        "gatekeeper_status": True,
        "gatekeeper_version": "8.0",
        "malware_removal_tool_version": "1.93",
        "trusted_developers": True,
        "xprotect_version": "5283",
    }


def _startup(_device: Record) -> Record:
    return {
        "any_signed_os": None,
        "bootstrap_token_auth": False,
        "bootstrap_token_escrowed": True,
        "external_boot_level": "allowed",
        "kext_requires_bst": True,
        "mdm_manages_kext": None,
        "secure_boot_level": "full",
        "sip": True,
        "software_update_requires_bst": True,
        "ssv": True,
        "user_manages_kext": None,
    }


def _several(entries_of: Callable[[Record], list[Record]]) -> Entries:
    """Entries of a category with several rows a device."""

    def entries(_world: World, device: Record) -> list[Record]:
        return [entry | _dates(device) for entry in entries_of(device)]

    return entries


def _dates(device: Record) -> Record:
    return {"created_at": prism_time(parse_time(device["first_enrollment"])), "updated_at": last_seen(device)}


def last_seen(device: Record) -> str:
    """When the inventory was collected."""
    return prism_time(parse_time(device["last_check_in"]))


def _nothing(_world: World, _device: Record) -> list[Any]:
    """No Mac of the fleet has a kernel extension."""
    return []


CATEGORIES: dict[str, Entries] = {
    "activation_lock": _information,
    "application_firewall": _state(_firewall),
    "apps": _several(prism_software.apps),
    "cellular": _state(mobile.cellular),
    "certificates": _certificates,
    "desktop_and_screensaver": _information,
    "device_information": _information,
    "filevault": _state(_filevault),
    "gatekeeper_and_xprotect": _state(_gatekeeper),
    "installed_profiles": _profiles,
    "kernel_extensions": _nothing,
    "launch_agents_and_daemons": _several(prism_software.launch_agents),
    "local_users": _several(prism_software.local_users),
    "startup_settings": _state(_startup),
    "system_extensions": _several(prism_software.system_extensions),
    "transparency_database": _several(prism_software.transparency),
}
"""Every documented category, with what makes its entries for a device."""

FAMILIES: dict[str, tuple[str, ...]] = {"cellular": ("iPhone",)}
"""Categories that are not about Macs (published examples)."""
