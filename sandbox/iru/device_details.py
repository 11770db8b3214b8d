"""``/devices/{id}/details``: all that is known of one Mac or PC. Keys and types are those of the published examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.iru import device_trust, hardware, mobile
from sandbox.iru.devices import assigned_user, found
from sandbox.iru.tenant import Record, parse_time, spaced_time, tenant
from sandbox.web import WORLD, json_response

if TYPE_CHECKING:
    from sandbox.world import World

_GENERAL = (
    "device_id", "device_name", "last_enrollment", "first_enrollment", "model", "platform", "os_version",
    "supplemental_build_version", "supplemental_os_version_extra", "asset_tag",
)  # fmt: skip
_PC_GENERAL = ("device_id", "device_name", "platform", "first_enrollment", "last_enrollment", "asset_tag")


async def get_details(request: web.Request) -> web.Response:
    """``GET /devices/{id}/details``."""
    world, device = request.app[WORLD], found(request)
    details = _DETAILS.get(device["platform"], _pc)(world, device)
    return json_response(details | {"tags": [tenant(world)["tags"][tag_id] for tag_id in device["tag_ids"]]})


def _belongs_to(world: World, device: Record) -> Record:
    blueprint = tenant(world)["blueprints"].get(device["blueprint_id"]) or {"id": "", "name": ""}
    user = assigned_user(world, device)
    return {"assigned_user": user, "blueprint_name": blueprint["name"], "blueprint_uuid": blueprint["id"]}


def _mac(world: World, device: Record) -> Record:
    """Recorded: several booleans of ``mdm`` and ``kandji_agent`` are text."""
    account, version = hardware.account(device), device["os_version"]
    user = {"username": account, "uid": "501", "path": f"/Users/{account}", "admin": "Yes", "name": ""}
    general = {
        "system_version": f"{version} ({device['supplemental_build_version']})",
        "boot_volume": "Macintosh HD",
        "time_since_boot": "3 days ago",
        "last_user": account,
    }
    return {
        "general": {key: device[key] for key in _GENERAL} | general | _belongs_to(world, device),
        "mdm": {
            "mdm_enabled": str(device["mdm_enabled"]),
            "supervised": "True",
            "install_date": device["first_enrollment"],
            "last_check_in": _spaced(device["last_check_in"]),
            "mdm_enabled_user": [account],
        },
        "activation_lock": {
            "bypass_code_failed": False,
            "user_activation_lock_enabled": False,
            "device_activation_lock_enabled": False,
            "activation_lock_allowed_while_supervised": False,
            "activation_lock_supported": True,
        },
        "filevault": {
            "filevault_enabled": bool(device["filevault_enabled"]),
            "filevault_recoverykey_type": "Personal" if device["filevault_enabled"] else "",
            "filevault_prk_escrowed": bool(device["filevault_enabled"]),
            "filevault_next_rotation": "",
            "filevault_regen_required": False,
        },
        "lost_mode": {},
        "automated_device_enrollment": {},
        "kandji_agent": {
            "agent_installed": str(device["agent_installed"]),
            "install_date": device["first_enrollment"][:19] + "+00:00",
            "last_check_in": device["last_check_in"],
            "agent_version": device["agent_version"],
        },
        "hardware_overview": {
            "model_name": hardware.model_name(device),
            "model_identifier": device["model_identifier"],
            "processor_name": hardware.processor(device),
            "processor_speed": "",
            "number_of_processors": str(hardware.CORES),
            "total_number_of_cores": str(hardware.CORES),
            "memory": "16 GB LPDDR5",
            "udid": device["udid"],
            "serial_number": device["serial_number"],
        },
        "volumes": [_volume("Macintosh HD", "disk3s3s1", "No"), _volume("Macintosh HD - Data", "disk3s1", "Yes")],
        "network": {
            "local_hostname": hardware.host_name(device),
            "mac_address": device["mac_address"],
            "ip_address": "192.0.2.10",
            "public_ip": "",
        },
        "recovery_information": {
            "recovery_lock_enabled": True,
            "firmware_password_exist": False,
            "firmware_password_pending": False,
            "password_rotation_scheduled": None,
            "password_has_been_set": True,
        },
        "users": {
            "regular_users": [user],
            "system_users": [{"username": "_lp", "uid": "26", "path": "/var/spool/cups", "admin": "No"}],
        },
        "installed_profiles": [_installed_profile(profile) for profile in all_profiles_on(world, device)],
        "apple_business_manager": {},
        "security_information": {"remote_desktop_enabled": False},
        "cellular": {},
    }


def _phone(world: World, device: Record) -> Record:
    return mobile.details(device, {key: device[key] for key in _GENERAL} | _belongs_to(world, device))


def _spaced(moment: str) -> str:
    return spaced_time(parse_time(moment)) if moment else ""


def _volume(name: str, identifier: str, encrypted: str) -> Record:
    return {
        "name": name,
        "format": "APFS",
        "percent_used": "19%",
        "identifier": identifier,
        "capacity": "245.11 GB",
        "available": "198.54 GB",
        "encrypted": encrypted,
    }


def _pc(world: World, device: Record) -> Record:
    """Documented: other keys than a Mac, and no ``installed_profiles``."""
    version = device["full_software_version"]
    build = ".".join(version.split(".")[2:])
    general = {
        "manufacturer": "Dell Inc.",
        "device_model": device["model"],
        "device_type": device["model"],
        "os_name": "Windows 11",
        "os_version": version,
        "os_build": build,
        "os_edition": "Professional",
        "update_build_revision": build.rpartition(".")[2],
        "language": "en-US",
    }
    return {
        "general": {key: device[key] for key in _PC_GENERAL} | _belongs_to(world, device) | general,
        "mdm": {
            "management_client_revision": "1.3",
            "windows_device_id": device["udid"].replace("-", ""),
        },
        "hardware_overview": {
            "bios_version": "1.14.1",
            "commercialization_operator": "Not Present",
            "free_capacity": "391840",
            "processor_architecture": "X64",
            "radio_software_version": "Not Present",
            "smbios_serial_number": device["serial_number"],
            "total_ram": "16384",
            "total_capacity": "512110",
        },
        "network": {
            "dns_computer_name": hardware.host_name(device),
            "iccid": "",
            "volte_service_setting": "False",
            "wifi_dns_suffix": "attest.example",
            "wifi_ipv4_address": "192.0.2.11",
            "wifi_ipv6_address": "2001:db8::11/64",
            "wifi_subnet_mask": "255.255.255.0",
        },
        "kandji_agent": {
            "is_agent_installed": device["agent_installed"],
            "install_date": device["first_enrollment"].replace(" ", "T").replace("+00:00", "Z"),
            "last_check_in_datetime": device["last_check_in"],
            "version": device["agent_version"],
        },
    }


_DETAILS = {"Mac": _mac, **dict.fromkeys(mobile.PLATFORMS, _phone)}


def profiles_on(device: Record) -> list[Record]:
    """Inventory of the profiles on a device: that of its enrolment first, then those that Iru delivered."""
    enrollment = [device["enrollment_profile"]] if device["enrollment_profile"] else []
    return [*enrollment, *device["installed_profiles"].values()]


def all_profiles_on(world: World, device: Record) -> list[Record]:
    """The same with those of Okta Device Trust, which Iru brings without a Library item."""
    return [*profiles_on(device), *device_trust.profiles_on(world, device)]


def _installed_profile(profile: Record) -> Record:
    return {
        "name": profile["profile_display_name"],
        "uuid": profile["payload_uuid"],
        "verified": "verified",
        "identifier": profile["payload_identifier"],
        "organization": profile["organization"] or "",
        "payload_types": [payload["type"] for payload in profile["profile_data"]],
        "install_date": parse_time(profile["created_at"]).strftime("%Y-%m-%d %H:%M:%S %z"),
    }
