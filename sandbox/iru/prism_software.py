"""Software and accounts of a device, in the keys of Prism and of ``/devices/{id}/apps`` (values are constructed)."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from sandbox.iru import hardware
from sandbox.iru.tenant import Record, derived_uuid, iso_time, parse_time

if TYPE_CHECKING:
    from sandbox.world import World

# Name, bundle id, version, developer's team, signer.
_APPS = (
    ("Okta Verify", "com.okta.mobile", "9.40.1", "B7F62B65BN", "Okta, Inc."),
    ("Safari", "com.apple.Safari", "18.6", None, None),
)
_UNKNOWN_OF_APPS = (
    "ad_hoc_code_signed", "app_clip", "app_store_vendable", "apple_scriptable", "beta_app", "bundle_display_name",
    "bundle_size", "device_based_vpp", "download_canceled", "download_failed", "download_paused", "download_waiting",
    "dynamic_size", "environment_variables", "external_version_identifier", "has_update_available", "info",
    "installing", "validated",
)  # fmt: skip
_UNKNOWN_OF_AGENTS = (
    "group_name", "pid", "process_type", "program", "queue_directories", "root_directory", "standard_error_path",
    "standard_out_path", "start_on_mount", "user_agent_local_user", "user_agent_local_user_id", "user_name",
    "watch_paths", "working_directory",
)  # fmt: skip


def installed(_device: Record) -> tuple[tuple[str, str, str, str | None, str | None], ...]:
    """The apps of a Mac: name, bundle id, version, team id, developer (both None for Apple's own)."""
    return _APPS


def signature(team_id: str | None, developer: str | None) -> str:
    """The chain of certificates that signed an app, as inventory writes it."""
    if team_id is None:
        return "Software Signing, Apple Code Signing Certification Authority, Apple Root CA"
    leaf = f"Developer ID Application: {developer} ({team_id})"
    return f"{leaf}, Developer ID Certification Authority, Apple Root CA"


def apps(device: Record) -> list[Record]:
    """``apps``."""
    return [
        dict.fromkeys(_UNKNOWN_OF_APPS)
        | {
            "bundle_id": bundle_id,
            "bundle_name": name,
            "bundle_region": "en",
            "bundle_type": "APPL",
            "category": "public.app-category.productivity",
            "compiler": "com.apple.compilers.llvm.clang.1_0",
            "copyright": f"Copyright {developer or 'Apple Inc.'}",
            "developer_name": developer or "Apple",
            "executable": name,
            "minimum_system_version": "13.0",
            "name": name,
            "obtained_from": "Identified Developer" if team_id else "Apple",
            "path": f"/Applications/{name}.app",
            "short_version": version.partition(".")[0],
            "signature": signature(team_id, developer),
            "team_id": team_id,
            "version": version,
        }
        for name, bundle_id, version, team_id, developer in installed(device)
    ]


def launch_agents(device: Record) -> list[Record]:
    """``launch_agents_and_daemons``. Recorded: the user id is a number with a fraction."""
    user = {"uid": 501.0, "username": hardware.account(device)}
    return [
        dict.fromkeys(_UNKNOWN_OF_AGENTS)
        | {
            "disabled": False,
            "domain": {"system_agent": {"disabled_users": [], "loaded_users": [user]}},
            "file_name": "com.okta.mobile.agent.plist",
            "is_disabled": False,
            "is_loaded": True,
            "keep_alive": False,
            "label": "com.okta.mobile.agent",
            "path": "/Library/LaunchAgents/com.okta.mobile.agent.plist",
            "program_arguments": "/Applications/Okta Verify.app/Contents/MacOS/Okta Verify, --background",
            "run_at_load": True,
            "service_domain": "System Agent",
            "start_interval": 7200,
        }
    ]


def local_users(device: Record) -> list[Record]:
    """``local_users``: the person's account and one of the system."""
    name = hardware.account(device)
    people = [(name, name.title(), 501, f"/Users/{name}", "/bin/zsh", "Admin", True)]
    people.append(("daemon", "System Services", 1, "/var/root", "/usr/bin/false", "Standard", False))
    return [
        {
            "directory": "/Local/Default",
            "failed_login_time": None,
            "failed_logins": None,
            "filevault_user": person and bool(device["filevault_enabled"]),
            "full_name": full_name,
            "generated_uid": f"FFFFEEEE-DDDD-CCCC-BBBB-AAAA{uid:08d}",
            "hidden_user": False,
            "home_directory": home,
            "home_folder_secure": person,
            "logged_in": person,
            "logged_in_time": None,
            "mobile_account": False,
            "password_last_set": None,
            "secure_token": True if person else None,
            "shell": shell,
            "type": kind,
            "uid": uid,
            "user_created_at": None,
            "username": username,
            "volume_owner": person,
        }
        for username, full_name, uid, home, shell, kind, person in people
    ]


def system_extensions(_device: Record) -> list[Record]:
    """``system_extensions``: that of Iru's agent."""
    path = "/Applications/Utilities/.."
    return [
        {
            "bundle_path": path,
            "bundle_version": "779",
            "categories": "com.apple.system_extension.endpoint_security",
            "identifier": "io.kandji.KandjiAgent.ESF",
            "is_mdm_managed": True,
            "name": "Kandji ESF Extension",
            "path": path,
            "short_version": "1.8.24",
            "state": "activated_enabled",
            "team_id": "P3FGV63VK7",
        }
    ]


def transparency(device: Record) -> list[Record]:
    """``transparency_database``: what the person allowed to Okta Verify."""
    return [
        {
            "application": "com.okta.mobile",
            "client_type": "Bundle Identifier",
            "last_modified": "2024-06-14T00:36:21.000042+00:00",
            "local_user": hardware.account(device),
            "service": "BluetoothAlways",
            "status": "Allowed",
            "status_reason": "User Consent",
        }
    ]


def mac_apps(device: Record) -> list[Record]:
    """``/devices/{id}/apps`` of a Mac. Recorded: all values are text, also numbers and booleans."""
    seen = device["last_check_in"] or iso_time(parse_time(device["first_enrollment"]))
    return [
        {
            "app_id": str(zlib.crc32(f"{device['device_id']}{bundle_id}".encode()) % 100_000),
            "app_name": name,
            "bundle_id": bundle_id,
            "bundle_size": "1",
            "app_store_vendable": "",
            "device_based_vpp": "",
            "source": "Identified Developer" if team_id else "Apple",
            "process": name,
            "signature": signature(team_id, developer),
            "creation_date": seen,
            "modification_date": seen,
            "path": f"/Applications/{name}.app",
            "version": version,
        }
        for name, bundle_id, version, team_id, developer in installed(device)
    ]


def pc_apps(world: World, device: Record) -> list[Record]:
    """``/devices/{id}/apps`` of a PC."""
    product = "{" + derived_uuid(world, "product", "Okta Verify").upper() + "}"
    apps = (("Okta Verify", "Okta, Inc.", product, "5.8.1.0", r"C:\Program Files\Okta\Okta Verify"),)
    agent = ("Kandji Agent", "Kandji, Inc.", "", str(device["agent_version"]), r"C:\Program Files\Kandji\Agent")
    return [
        {
            "name": name,
            "display_name": name,
            "publisher": publisher,
            "publisher_display_name": publisher,
            "product_code": code,
            "version": version,
            "architecture": "x64",
            "installed_path": path,
            "application_type": "Win32",
        }
        for name, publisher, code, version, path in (*apps, agent)
    ]
