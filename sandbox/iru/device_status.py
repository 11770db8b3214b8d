"""What became of the Library items and parameters on one device, and which apps it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.iru import fleet, prism_software
from sandbox.iru.answers import totals
from sandbox.iru.devices import found
from sandbox.iru.tenant import Record, library_items, setting, tenant
from sandbox.web import WORLD, json_response

if TYPE_CHECKING:
    from sandbox.world import World

_REPORT = ("reported_at", "log", "last_audit_run", "last_audit_log", "control_log", "control_reported_at")
EDR_ITEM = "threat-security-policy"
"""Type of the items of Iru's endpoint detection and response. The sandbox has none until a test puts one in."""

_STATUS_KEYS = ("id", "item_id", "name", "type", "status", "reported_at", "log", "last_audit_log")


def library_rows(world: World, device: Record) -> list[Record]:
    """The device's status rows as ``/devices/{id}/library-items`` shows them."""
    rows = []
    for item in library_items(world):
        row = fleet.status_row(world, device, item)
        if row is not None:
            rows.append(_library_row(world, device, item, row))
    return rows


def _library_row(world: World, device: Record, item: Record, row: Record) -> Record:
    named = {"item_id": item["id"], "name": item["name"], "type": item["type"]}
    return status_row(world, device, item, row) | named | {"rules_present": row["status"] == "EXCLUDED"}


def status_row(world: World, device: Record, item: Record, row: Record) -> Record:
    """The row as ``/library/library-items/{id}/status`` shows it."""
    blueprint = tenant(world)["blueprints"][device["blueprint_id"]]
    return {
        "id": row["id"],
        "blueprint": {"id": blueprint["id"], "name": blueprint["name"]},
        "computer": {"id": device["device_id"], "name": device["device_name"]},
        "status": row["status"],
        **{key: row[key] for key in _REPORT},
        **_later_keys(world, item),
    }


def _later_keys(world: World, item: Record) -> Record:
    """Published: only rows of an item of the endpoint detection and response have these, null before its first scan.
    Whether rows of other items have them by now is not known."""
    if item["type"] == EDR_ITEM or setting(world, "status_rows_have_type"):
        return {"type": item["type"], "edr_status": None}
    return {}


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


async def get_apps(request: web.Request) -> web.Response:
    """``GET /devices/{id}/apps``: documented in one form for Apple's devices and another for Windows."""
    world, device = request.app[WORLD], found(request)
    apps: list[Record] = []
    if device["platform"] == "Mac":
        apps = prism_software.mac_apps(device)
    elif device["platform"] == "Windows":
        apps = prism_software.pc_apps(world, device)
    return json_response({"device_id": device["device_id"], "apps": apps}, headers=totals(len(apps)))
