"""Keys and types of the answers about devices, inventory, users, tags and events, as Iru's published collection (the
newer one of 2026, with Windows) shows them."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.iru.prism_rows import CATEGORIES
from tests.unit.sandbox_iru import Tenant
from tests.unit.shapes import MAYBE, misfits, page_of

ASSIGNED = {"email": str, "name": str, "id": str, "is_archived": bool}
DEVICE = {
    "device_id": str, "device_name": str, "model": str, "serial_number": str, "platform": str, "os_version": str,
    "supplemental_build_version": str, "supplemental_os_version_extra": str, "api_level": str,
    "security_patch_level": str, "last_check_in": str, "user": (ASSIGNED, str), "asset_tag": str, "blueprint_id": str,
    "mdm_enabled": bool, "agent_installed": bool, "is_missing": bool, "is_removed": bool, "agent_version": str,
    "first_enrollment": str, "last_enrollment": str, "blueprint_name": str, "lost_mode_status": str,
    "full_software_version": str, "tags": list,
}  # fmt: skip
INSTALLED = {
    "name": str, "uuid": str, "verified": str, "identifier": str, "organization": str, "payload_types": [str],
    "install_date": str,
}  # fmt: skip
ACCOUNT = {"username": str, "uid": str, "path": str, "admin": str}
MAC_DETAILS = {
    "general": {
        "device_id": str, "device_name": str, "last_enrollment": str, "first_enrollment": str, "model": str,
        "platform": str, "os_version": str, "supplemental_build_version": str, "supplemental_os_version_extra": str,
        "system_version": str, "boot_volume": str, "time_since_boot": str, "last_user": str, "asset_tag": str,
        "assigned_user": (ASSIGNED, str), "blueprint_name": str, "blueprint_uuid": str,
    },
    "mdm": {
        "mdm_enabled": str, "supervised": str, "install_date": str, "last_check_in": str, "mdm_enabled_user": [str],
    },
    "activation_lock": {
        "bypass_code_failed": bool, "user_activation_lock_enabled": bool, "device_activation_lock_enabled": bool,
        "activation_lock_allowed_while_supervised": bool, "activation_lock_supported": bool,
    },
    "filevault": {
        "filevault_enabled": bool, "filevault_recoverykey_type": str, "filevault_prk_escrowed": bool,
        "filevault_next_rotation": str, "filevault_regen_required": bool,
    },
    "lost_mode": {}, "automated_device_enrollment": {},
    "kandji_agent": {"agent_installed": str, "install_date": str, "last_check_in": str, "agent_version": str},
    "hardware_overview": {
        "model_name": str, "model_identifier": str, "processor_name": str, "processor_speed": str,
        "number_of_processors": str, "total_number_of_cores": str, "memory": str, "udid": str, "serial_number": str,
    },
    "volumes": [{
        "name": str, "format": str, "percent_used": str, "identifier": str, "capacity": str, "available": str,
        "encrypted": str,
    }],
    "network": {"local_hostname": str, "mac_address": str, "ip_address": str, "public_ip": str},
    "recovery_information": {
        "recovery_lock_enabled": bool, "firmware_password_exist": bool, "firmware_password_pending": bool,
        "password_rotation_scheduled": MAYBE, "password_has_been_set": bool,
    },
    "users": {"regular_users": [ACCOUNT | {"name": str}], "system_users": [ACCOUNT]},
    "installed_profiles": [INSTALLED], "apple_business_manager": {},
    "security_information": {"remote_desktop_enabled": bool}, "cellular": {}, "tags": list,
}  # fmt: skip
PC_DETAILS = {
    "general": {
        "device_id": str, "device_name": str, "platform": str, "first_enrollment": str, "last_enrollment": str,
        "assigned_user": (ASSIGNED, str), "blueprint_name": str, "blueprint_uuid": str, "asset_tag": str,
        "manufacturer": str, "device_model": str, "device_type": str, "os_name": str, "os_version": str,
        "os_build": str, "os_edition": str, "update_build_revision": str, "language": str,
    },
    "mdm": {"management_client_revision": str, "windows_device_id": str},
    "hardware_overview": {
        "bios_version": str, "commercialization_operator": str, "free_capacity": str, "processor_architecture": str,
        "radio_software_version": str, "smbios_serial_number": str, "total_ram": str, "total_capacity": str,
    },
    "network": {
        "dns_computer_name": str, "iccid": str, "volte_service_setting": str, "wifi_dns_suffix": str,
        "wifi_ipv4_address": str, "wifi_ipv6_address": str, "wifi_subnet_mask": str,
    },
    "kandji_agent": {"is_agent_installed": bool, "install_date": str, "last_check_in_datetime": str, "version": str},
    "tags": list,
}  # fmt: skip
MAC_APP = {
    "app_id": str, "app_name": str, "bundle_id": str, "bundle_size": str, "app_store_vendable": str,
    "device_based_vpp": str, "source": str, "process": str, "signature": str, "creation_date": str,
    "modification_date": str, "path": str, "version": str,
}  # fmt: skip
PC_APP = {
    "name": str, "display_name": str, "publisher": str, "publisher_display_name": str, "product_code": str,
    "version": str, "architecture": str, "installed_path": str, "application_type": str,
}  # fmt: skip
PARAMETER = {"item_id": str, "name": str, "status": str, "category": str, "subcategory": str}
NAMED = {"id": str, "name": str}
ITEM_STATUS = {
    "id": int, "item_id": str, "name": str, "type": str, "status": str, "reported_at": MAYBE, "log": MAYBE,
    "last_audit_log": MAYBE,
}  # fmt: skip
ITEM = ITEM_STATUS | {
    "last_audit_run": MAYBE, "control_log": MAYBE, "control_reported_at": MAYBE, "computer": NAMED,
    "blueprint": NAMED, "rules_present": bool,
}  # fmt: skip
COMMAND = {
    "uuid": str, "status": int, "attempts": int, "metadata": dict, "priority": int, "error_chain": list,
    "last_pushed": str, "command_type": str, "request_type": str, "date_completed": MAYBE, "date_requested": str,
    "request_requires_network_tether": bool, "user": type(None),
}  # fmt: skip
DONE = COMMAND | {
    "username": type(None), "is_silent": bool, "skip_retry": bool, "profile_name": MAYBE, "profile_uuid": MAYBE,
}  # fmt: skip
QUERY = {"csp_name": str, "csp_path": str, "policy_area": type(None)}
ENROLLED = {"blueprint_name": str, "enrollment_type": str}
ACTIVITY = {
    "id": int, "created_at": str, "action_type": str, "details": (DONE, ENROLLED, QUERY),
    "computer": NAMED | {"is_removed": bool}, "blueprint": (NAMED | {"is_removed": bool}, type(None)),
    "user": type(None), "external_token": type(None),
}  # fmt: skip
USER = {
    "id": str, "email": str, "name": str, "active": bool, "archived": bool, "department": MAYBE, "job_title": MAYBE,
    "device_count": int, "deprecated_user_id": str, "created_at": str, "updated_at": str,
    "integration": {"id": int, "name": str, "uuid": str, "type": str},
}  # fmt: skip
UNKNOWN = type(None)
COMMON = {
    "device_id": str, "device__name": str, "device__family": str, "device__user_id": str, "device__user_name": MAYBE,
    "device__user_email": MAYBE, "blueprint_id": str, "blueprint_name": str, "tags": (list, UNKNOWN), "asset_tag": str,
    "serial_number": str, "model_id": str, "count": UNKNOWN, "created_at": str, "updated_at": str,
    "last_changed_at": MAYBE, "last_collected_at": str,
}  # fmt: skip
INFORMATION = {
    "agent_installed": bool, "agent_version": str, "apple_silicon": bool, "battery_health": UNKNOWN,
    "cellular_technology": UNKNOWN, "data_roaming": UNKNOWN, "device_capacity": float, "display_os_version": str,
    "first_enrollment_date": str, "host_name": str, "hotspot": UNKNOWN, "last_checkin": str, "last_checkin_agent": str,
    "last_checkin_mdm": str, "last_enrollment_date": str, "local_hostname": str, "lost_mode_status": UNKNOWN,
    "marketing_name": str, "mdm_enabled": bool, "model": str, "model_name": str, "os_build": str, "os_version": str,
    "shared_ipad": UNKNOWN, "supplemental_build_version": str, "supplemental_os_version_extra": UNKNOWN,
}  # fmt: skip
PAYLOAD = {
    "type": str, "uuid": str, "version": int, "identifier": str, "display_name": MAYBE, "organization": MAYBE,
}  # fmt: skip
PRISM: dict[str, dict[str, Any]] = {
    "activation_lock": INFORMATION,
    "desktop_and_screensaver": INFORMATION,
    "device_information": INFORMATION,
    "application_firewall": {
        "allow_signed_applications": bool, "block_all_incoming": bool, "logging": bool, "logging_option": str,
        "status": bool, "stealth_mode": bool, "unloading": bool, "version": str,
    },
    "apps": dict.fromkeys((
        "ad_hoc_code_signed", "app_clip", "app_store_vendable", "apple_scriptable", "beta_app", "bundle_display_name",
        "bundle_size", "device_based_vpp", "download_canceled", "download_failed", "download_paused",
        "download_waiting", "dynamic_size", "environment_variables", "external_version_identifier",
        "has_update_available", "info", "installing", "validated",
    ), UNKNOWN) | dict.fromkeys((
        "bundle_id", "bundle_name", "bundle_region", "bundle_type", "category", "compiler", "copyright",
        "developer_name", "executable", "minimum_system_version", "name", "obtained_from", "path", "short_version",
        "signature", "version",
    ), str) | {"team_id": MAYBE},
    "certificates": {"common_name": str, "identity_certificate": bool},
    "filevault": {
        "key_escrowed": bool, "key_type": MAYBE, "regeneration_needed": UNKNOWN, "scheduled_key_rotation": UNKNOWN,
        "status": bool,
    },
    "gatekeeper_and_xprotect": {
        "gatekeeper_opaque_version": str, "gatekeeper_status": bool, "gatekeeper_version": str,
        "malware_removal_tool_version": str, "trusted_developers": bool, "xprotect_version": str,
    },
    "installed_profiles": {
        "encrypted": bool, "managed": bool, "organization": MAYBE, "payload_identifier": str, "payload_uuid": str,
        "profile_data": [PAYLOAD], "profile_description": MAYBE, "profile_display_name": str, "removable": bool,
        "removal_passcode": bool, "signed": bool,
    },
    "launch_agents_and_daemons": {
        "disabled": bool,
        "domain": {"system_agent": {"disabled_users": list, "loaded_users": [{"uid": float, "username": str}]}},
        "file_name": str, "group_name": UNKNOWN, "is_disabled": bool, "is_loaded": bool, "keep_alive": bool,
        "label": str, "path": str, "pid": UNKNOWN, "process_type": UNKNOWN, "program": UNKNOWN,
        "program_arguments": str, "queue_directories": UNKNOWN, "root_directory": UNKNOWN, "run_at_load": bool,
        "service_domain": str, "standard_error_path": UNKNOWN, "standard_out_path": UNKNOWN, "start_interval": int,
        "start_on_mount": UNKNOWN, "user_agent_local_user": UNKNOWN, "user_agent_local_user_id": UNKNOWN,
        "user_name": UNKNOWN, "watch_paths": UNKNOWN, "working_directory": UNKNOWN,
    },
    "local_users": {
        "directory": str, "failed_login_time": UNKNOWN, "failed_logins": UNKNOWN, "filevault_user": bool,
        "full_name": str, "generated_uid": str, "hidden_user": bool, "home_directory": str, "home_folder_secure": bool,
        "logged_in": bool, "logged_in_time": UNKNOWN, "mobile_account": bool, "password_last_set": UNKNOWN,
        "secure_token": (bool, UNKNOWN), "shell": str, "type": str, "uid": int, "user_created_at": UNKNOWN,
        "username": str, "volume_owner": bool,
    },
    "startup_settings": {
        "any_signed_os": UNKNOWN, "bootstrap_token_auth": bool, "bootstrap_token_escrowed": bool,
        "external_boot_level": str, "kext_requires_bst": bool, "mdm_manages_kext": UNKNOWN, "secure_boot_level": str,
        "sip": bool, "software_update_requires_bst": bool, "ssv": bool, "user_manages_kext": UNKNOWN,
    },
    "system_extensions": {
        "bundle_path": str, "bundle_version": str, "categories": str, "identifier": str, "is_mdm_managed": bool,
        "name": str, "path": str, "short_version": str, "state": str, "team_id": str,
    },
    "transparency_database": {
        "application": str, "client_type": str, "last_modified": str, "local_user": str, "service": str,
        "status": str, "status_reason": str,
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def tenant() -> Tenant:
    return Tenant()


@pytest.fixture(scope="module", params=["of a computer", "synthetic"])
def devices(request: pytest.FixtureRequest) -> tuple[Tenant, dict[str, str]]:
    """A tenant, and the id of a device of each platform."""
    tenant = Tenant(fleet=4, windows=1) if request.param == "synthetic" else Tenant()
    tenant.state["settings"]["synthetic_devices"] = 20 if request.param == "synthetic" else 0
    return tenant, {device["platform"]: device["device_id"] for device in tenant.get("/devices").json}


def test_devices_in_a_list_and_alone(devices: tuple[Tenant, dict[str, str]]) -> None:
    tenant, by_platform = devices
    assert misfits(tenant.get("/devices").json, [DEVICE]) == []
    for device_id in by_platform.values():
        assert misfits(tenant.get(f"/devices/{device_id}").json, DEVICE) == []


@pytest.mark.parametrize(
    ("platform", "details", "app"), [("Mac", MAC_DETAILS, MAC_APP), ("Windows", PC_DETAILS, PC_APP)]
)
def test_all_views_of_a_device(
    devices: tuple[Tenant, dict[str, str]], platform: str, details: dict[str, Any], app: dict[str, Any]
) -> None:
    tenant, by_platform = devices
    path = f"/devices/{by_platform[platform]}"
    one = {"device_id": str}
    assert misfits(tenant.get(f"{path}/details").json, details) == []
    assert misfits(tenant.get(f"{path}/apps").json, one | {"apps": [app]}) == []
    routing = {"blueprint_routing": bool} if platform == "Mac" else {}
    activity = tenant.get(f"{path}/activity").json
    assert misfits(activity, one | {"activity": page_of(ACTIVITY | routing)}) == []
    moments = [each["created_at"] for each in activity["activity"]["results"]]
    assert moments == sorted(moments)
    assert misfits(tenant.get(f"{path}/library-items").json, one | {"library_items": [ITEM]}) == []
    status = one | {"library_items": [ITEM_STATUS], "parameters": list}
    assert misfits(tenant.get(f"{path}/status").json, status) == []


def test_commands_and_parameters_of_a_mac(tenant: Tenant) -> None:
    mac = next(one for one in tenant.get("/devices", platform="Mac").json if one["last_check_in"])
    one = {"device_id": str}
    path = f"/devices/{mac['device_id']}"
    assert misfits(tenant.get(f"{path}/commands").json, one | {"commands": page_of(COMMAND)}) == []
    assert misfits(tenant.get(f"{path}/parameters").json, one | {"parameters": [PARAMETER]}) == []


@pytest.mark.parametrize("category", sorted(CATEGORIES))
def test_prism(tenant: Tenant, category: str) -> None:
    page = {"offset": int, "limit": int, "total": (int, UNKNOWN), "cursor": MAYBE}
    rows = [COMMON | PRISM[category]] if category in PRISM else list
    assert misfits(tenant.get(f"/prism/{category}").json, page | {"data": rows}) == []
    assert misfits(tenant.get("/prism/count", category=category).json, {"count": int, "approximate": bool}) == []


def test_users_and_tags(tenant: Tenant) -> None:
    users = tenant.get("/users").json
    assert misfits(users, {"next": MAYBE, "previous": MAYBE, "results": [USER]}) == []
    assert misfits(tenant.get(f"/users/{users['results'][0]['id']}").json, USER) == []
    assert misfits(tenant.get("/tags", search="").json, page_of(NAMED)) == []


def test_an_older_tenant_has_no_keys_of_other_systems(tenant: Tenant) -> None:
    tenant.state["settings"]["android_and_windows_flags"] = False
    later = ("api_level", "security_patch_level", "full_software_version")
    older = {key: shape for key, shape in DEVICE.items() if key not in later}
    assert misfits(tenant.get("/devices").json, [older]) == []
    tenant.state["settings"]["android_and_windows_flags"] = True
