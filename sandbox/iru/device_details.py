"""What the API knows of one device: details, Library items, status, parameters, activity and commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.iru import device_trust, fleet
from sandbox.iru.answers import offset_page
from sandbox.iru.devices import assigned_user, found
from sandbox.iru.tenant import Record, library_items, tenant
from sandbox.web import WORLD, json_response

if TYPE_CHECKING:
    from sandbox.world import World

_REPORT = ("reported_at", "log", "last_audit_run", "last_audit_log", "control_log", "control_reported_at")
_STATUS_KEYS = ("id", "item_id", "name", "type", "status", "reported_at", "log", "last_audit_log")
_GENERAL = (
    "asset_tag", "device_id", "device_name", "first_enrollment", "last_enrollment", "model", "os_version", "platform",
    "supplemental_build_version", "supplemental_os_version_extra",
)  # fmt: skip


def library_rows(world: World, device: Record) -> list[Record]:
    """The device's status rows as ``/devices/{id}/library-items`` shows them."""
    rows = []
    for item in library_items(world):
        row = fleet.status_row(world, device, item)
        if row is not None:
            rows.append(_library_row(world, device, item, row))
    return rows


def _library_row(world: World, device: Record, item: Record, row: Record) -> Record:
    shown = status_row(world, device, item, row)
    return shown | {"item_id": item["id"], "name": item["name"], "rules_present": row["status"] == "EXCLUDED"}


def status_row(world: World, device: Record, item: Record, row: Record) -> Record:
    """The row as ``/library/library-items/{id}/status`` shows it."""
    blueprint = tenant(world)["blueprints"][device["blueprint_id"]]
    return {
        "id": row["id"],
        "blueprint": {"id": blueprint["id"], "name": blueprint["name"]},
        "computer": {"id": device["device_id"], "name": device["device_name"]},
        "status": row["status"],
        "type": item["type"],
        **{key: row[key] for key in _REPORT},
    }


async def get_library_items(request: web.Request) -> web.Response:
    """``GET /devices/{id}/library-items``."""
    device = found(request)
    return json_response({"device_id": device["device_id"], "library_items": library_rows(request.app[WORLD], device)})


async def get_status(request: web.Request) -> web.Response:
    """``GET /devices/{id}/status``: the same rows with fewer keys, and the parameters."""
    world, device = request.app[WORLD], found(request)
    rows = [{key: row[key] for key in _STATUS_KEYS} for row in library_rows(world, device)]
    return json_response({"device_id": device["device_id"], "library_items": rows, "parameters": device["parameters"]})


async def get_parameters(request: web.Request) -> web.Response:
    """``GET /devices/{id}/parameters``: documented for the Mac only; elsewhere the list is empty (constructed)."""
    device = found(request)
    return json_response({"device_id": device["device_id"], "parameters": device["parameters"]})


async def get_activity(request: web.Request) -> web.Response:
    """``GET /devices/{id}/activity``: commands that ended, newest first."""
    world, device = request.app[WORLD], found(request)
    rows = [_activity(world, device, row) for row in reversed(device["commands"]) if row["status"] in (3, 4)]
    return json_response({"device_id": device["device_id"], "activity": offset_page(request, rows)})


def _activity(world: World, device: Record, command: Record) -> Record:
    blueprint = tenant(world)["blueprints"].get(device["blueprint_id"])
    return {
        "id": command["row_id"],
        "action_type": "mdm_command_completed" if command["status"] == 3 else "mdm_command_failed",
        "blueprint": {"id": blueprint["id"], "is_removed": False, "name": blueprint["name"]} if blueprint else None,
        "computer": {"id": device["device_id"], "is_removed": device["is_removed"], "name": device["device_name"]},
        "created_at": command["date_completed"],
        "details": {key: value for key, value in command.items() if key != "row_id"} | {"is_silent": False},
        "user": None,
    }


async def get_commands(request: web.Request) -> web.Response:
    """``GET /devices/{id}/commands``: recorded without the profile's name, which only the activity shows."""
    device = found(request)
    hidden = ("row_id", "profile_name", "profile_uuid", "username")
    rows = [{key: value for key, value in row.items() if key not in hidden} for row in device["commands"]]
    return json_response({"device_id": device["device_id"], "commands": offset_page(request, rows)})


async def get_details(request: web.Request) -> web.Response:
    """``GET /devices/{id}/details``. Recorded: several booleans of ``mdm`` and ``kandji_agent`` are text."""
    world, device = request.app[WORLD], found(request)
    blueprint = tenant(world)["blueprints"].get(device["blueprint_id"]) or {"id": "", "name": ""}
    general: dict[str, Any] = {key: device[key] for key in _GENERAL}
    general |= {"assigned_user": assigned_user(world, device), "last_user": ""}
    general |= {"blueprint_name": blueprint["name"], "blueprint_uuid": blueprint["id"]}
    details: Record = {
        "general": general,
        "mdm": {
            "mdm_enabled": str(device["mdm_enabled"]),
            "install_date": device["first_enrollment"],
            "last_check_in": device["last_check_in"].replace("T", " ").replace("Z", "+00:00"),
            "mdm_enabled_user": [],
            "supervised": "True",
        },
        "hardware_overview": {
            "model_identifier": device["model_identifier"],
            "serial_number": device["serial_number"],
            "udid": device["udid"],
        },
        "kandji_agent": {
            "agent_installed": str(device["agent_installed"]),
            "agent_version": device["agent_version"],
            "install_date": device["first_enrollment"],
            "last_check_in": device["last_check_in"],
        },
        "tags": [tenant(world)["tags"][tag_id] for tag_id in device["tag_ids"]],
        "users": {"regular_users": [], "system_users": []},
        "volumes": [],
    }
    # Documented: the Windows form differs and has no installed_profiles.
    if device["platform"] == "Mac":
        details["installed_profiles"] = [_installed_profile(profile) for profile in all_profiles_on(world, device)]
    return json_response(details)


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
        "install_date": profile["created_at"],
    }
