"""What happened on one device: its enrolment, and the commands that it got."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.iru.answers import offset_page
from sandbox.iru.devices import found
from sandbox.iru.tenant import Record, iso_time, parse_time, prism_time, setting, tenant
from sandbox.web import WORLD, json_response

if TYPE_CHECKING:
    from sandbox.world import World

_TIMES = ("last_pushed", "date_requested", "date_completed")
_CSP_PATHS = ("./DevInfo", "./DevDetail", "./Device/Vendor/MSFT/DMClient", "./Device/Vendor/MSFT/CertificateStore")
# What the state notes of a command and the API does not show.
_OWN_KEYS = ("row_id", "action")


async def get_activity(request: web.Request) -> web.Response:
    """``GET /devices/{id}/activity``: the enrolment, then what ended, the oldest first (published since 2025)."""
    world, device = request.app[WORLD], found(request)
    ended = [row for row in device["commands"] if row["status"] in (3, 4)]
    rows = [_enrolment(world, device), *_queries(world, device), *(_command(world, device, row) for row in ended)]
    return json_response({"device_id": device["device_id"], "activity": offset_page(request, rows)})


def _command(world: World, device: Record, command: Record) -> Record:
    kind = "mdm_command_completed" if command["status"] == 3 else "mdm_command_failed"
    details = {key: value for key, value in command.items() if key not in _OWN_KEYS} | {"is_silent": False}
    if setting(world, "android_and_windows_flags"):
        # Published in 2026: one key more, and times with an offset.
        details |= {"skip_retry": False, **{key: prism_time(parse_time(command[key])) for key in _TIMES}}
    return _entry(world, device, command["row_id"], command["date_completed"]) | {
        "action_type": kind,
        "details": details,
    }


def _enrolment(world: World, device: Record) -> Record:
    """Documented: DEP for automated enrolment of Apple's devices; MDM for others."""
    row_id = zlib.crc32(device["device_id"].encode()) % 10_000
    at = iso_time(parse_time(device["last_enrollment"]))
    entry = _entry(world, device, row_id, at) | {"action_type": "enrollment"}
    kind = "MDM" if device["platform"] == "Windows" else "DEP"
    return entry | {"details": {"blueprint_name": _blueprint(world, device)["name"], "enrollment_type": kind}}


def _queries(world: World, device: Record) -> list[Record]:
    """What Iru asked a PC after its enrolment. Names and keys are published, when it asks is constructed."""
    if device["platform"] != "Windows" or not device["last_check_in"]:
        return []
    first, at = zlib.crc32(device["device_id"].encode()) % 10_000, iso_time(parse_time(device["last_enrollment"]))
    return [
        _entry(world, device, first + number, at)
        | {
            "action_type": "device_csp_query",
            "details": {"csp_name": path.rpartition("/")[2], "csp_path": path, "policy_area": None},
        }
        for number, path in enumerate(_CSP_PATHS, 1)
    ]


def _later_keys(world: World, device: Record) -> Record:
    """Published: no such key in 2021, one on PCs in 2025, two on Apple's devices in 2026."""
    if not setting(world, "android_and_windows_flags"):
        return {}
    routing = {} if device["platform"] == "Windows" else {"blueprint_routing": False}
    return {"external_token": None, **routing}


def _entry(world: World, device: Record, row_id: int, created_at: str) -> Record:
    blueprint = _blueprint(world, device)
    return {
        "id": row_id,
        "created_at": created_at,
        "computer": {"id": device["device_id"], "name": device["device_name"], "is_removed": device["is_removed"]},
        "blueprint": blueprint | {"is_removed": False} if blueprint["id"] else None,
        "user": None,
        **_later_keys(world, device),
    }


def _blueprint(world: World, device: Record) -> Record:
    blueprint = tenant(world)["blueprints"].get(device["blueprint_id"]) or {"id": None, "name": ""}
    return {"id": blueprint["id"], "name": blueprint["name"]}


async def get_commands(request: web.Request) -> web.Response:
    """``GET /devices/{id}/commands``: recorded without the profile's name, which only the activity shows."""
    device = found(request)
    hidden = (*_OWN_KEYS, "profile_name", "profile_uuid", "username")
    rows = [{key: value for key, value in row.items() if key not in hidden} for row in device["commands"]]
    return json_response({"device_id": device["device_id"], "commands": offset_page(request, rows)})
