"""``/integrations/apple/ade/devices``: what Apple told Iru of, enrolled already or not yet. Keys are published."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.iru import users
from sandbox.iru.answers import Refused, fields_of, invalid, not_found, numbered_page
from sandbox.iru.tenant import Record, derived_uuid, iso_time, parse_time, setting, tenant
from sandbox.web import WORLD, json_response

if TYPE_CHECKING:
    from sandbox.world import World

BLUEPRINT_KEYS = ("id", "name", "icon", "color")
_SYSTEMS = {"Mac": "OSX", "iPad": "iPadOS", "iPhone": "iOS", "AppleTV": "tvOS"}
_ENROLLED = 4
"""Published ``enrollment_status`` of an enrolled device; other numbers are not known."""


def seed(world: World, integration: Record, begun: datetime) -> None:
    """Adds all Apple devices of the fleet, and a Mac that has not been unpacked."""
    apple = [device for device in tenant(world)["devices"].values() if device["platform"] in _SYSTEMS]
    for device in [*apple, None]:
        ade_id = derived_uuid(world, "ade", device["device_id"] if device else "waiting")
        serial = device["serial_number"] if device else "W" + ade_id.replace("-", "").upper()[:9]
        tenant(world)["ade"]["devices"][ade_id] = {
            "id": ade_id,
            "integration_id": integration["id"],
            "device_id": device["device_id"] if device else None,
            "device_family": device["platform"] if device else "Mac",
            "model": str(device["model"]).partition(" (")[0] if device else "MacBook Air",
            "serial_number": serial,
            "asset_tag": None,
            "blueprint_id": device["blueprint_id"] if device else integration["blueprint_id"],
            "user_id": device["user_id"] if device else None,
            "assigned_at": iso_time(begun),
        }


def _common(world: World, device: Record) -> Record:
    state = tenant(world)
    integration = state["ade"]["integrations"][device["integration_id"]]
    enrolled = state["devices"].get(device["device_id"])
    assigned = f"{device['assigned_at'][:19]}Z"
    return {
        "id": device["id"],
        "asset_tag": device["asset_tag"],
        "assignment_status_received_at": device["assigned_at"],
        "color": "SILVER",
        "dep_account": {"id": integration["id"], "server_name": integration["server_name"]},
        "description": f"{device['model'].upper()} SLV",
        "device_assigned_by": state["admin"]["email"],
        "device_assigned_date": assigned,
        "device_family": device["device_family"],
        "failed_assignment_attempts": 0,
        "last_assignment_status": "SUCCESS",
        "mdm_device": _mdm_device(enrolled) if enrolled else None,
        "model": device["model"],
        "os": _SYSTEMS[device["device_family"]],
        "profile_assign_time": assigned,
        "profile_push_time": assigned if enrolled else None,
        "profile_status": "pushed" if enrolled else "assigned",
        "serial_number": device["serial_number"],
        "user": device["user_id"],
    }


def _mdm_device(device: Record) -> Record:
    return {
        "id": device["device_id"],
        "name": device["device_name"],
        "enrolled_at": iso_time(parse_time(device["last_enrollment"])),
        "enrollment_status": _ENROLLED,
        "deferred_install": False,
        "is_missing": device["is_missing"],
        "is_removed": device["is_removed"],
    }


def _public(world: World, device: Record) -> Record:
    blueprint_id = device["blueprint_id"]
    ids = {"blueprint": blueprint_id, "blueprint_id": blueprint_id, "user_id": device["user_id"]}
    return _common(world, device) | ids


def _in_integration(world: World, device: Record) -> Record:
    """Published: here the Blueprint is an object, and there are no ids beside it."""
    blueprint = tenant(world)["blueprints"].get(device["blueprint_id"])
    return _common(world, device) | {"blueprint": blueprint and {key: blueprint[key] for key in BLUEPRINT_KEYS}}


def page_of_integration(request: web.Request, integration: Record) -> web.Response:
    """A page of the devices of one integration."""
    world = request.app[WORLD]
    own = [each for each in _devices(world).values() if each["integration_id"] == integration["id"]]
    return _page(request, own, _in_integration)


def _contains(key: str) -> Callable[[Record, str], bool]:
    return lambda device, text: text.lower() in str(device[key] or "").lower()


_FILTERS: Mapping[str, Callable[[Record, str], bool]] = {
    "blueprint_id": _contains("blueprint_id"),
    "user_id": lambda device, text: device["user_id"] == text,
    "dep_account": lambda device, text: bool(device["integration_id"] == text.lower()),
    "device_family": lambda device, text: bool(device["device_family"] == text),
    "model": _contains("model"),
    "os": lambda device, text: _SYSTEMS[device["device_family"]] == text,
    "profile_status": lambda device, text: text == ("pushed" if device["device_id"] else "assigned"),
    "serial_number": _contains("serial_number"),
}


async def list_devices(request: web.Request) -> web.Response:
    """``GET /integrations/apple/ade/devices`` with its documented filters."""
    _check_uuid(request.query.get("dep_account", ""))
    wanted = [(_FILTERS[name], value) for name, value in request.query.items() if name in _FILTERS and value]
    devices = _devices(request.app[WORLD]).values()
    return _page(request, [each for each in devices if all(holds(each, text) for holds, text in wanted)], _public)


def _check_uuid(text: str) -> None:
    """Published: the text of this refusal, with the field as key whatever ``validation_error_shape`` says."""
    try:
        uuid.UUID(text or str(uuid.UUID(int=0)))
    except ValueError:
        raise Refused(json_response({"dep_account": ["Enter a valid UUID."]}, 400)) from None


async def get_device(request: web.Request) -> web.Response:
    """``GET /integrations/apple/ade/devices/{id}``."""
    return json_response(_public(request.app[WORLD], _found(request)))


async def update_device(request: web.Request) -> web.Response:
    """``PATCH /integrations/apple/ade/devices/{id}``: asset_tag, blueprint_id, user_id."""
    world, device, fields = request.app[WORLD], _found(request), await fields_of(request)
    _check(world, fields)
    device |= {key: fields[key] for key in ("asset_tag", "blueprint_id", "user_id") if key in fields}
    return json_response(_public(world, device))


def _check(world: World, fields: dict[str, Any]) -> None:
    if "blueprint_id" in fields and fields["blueprint_id"] not in tenant(world)["blueprints"]:
        raise Refused(invalid(world, "blueprint_id", "Invalid value."))
    if fields.get("user_id") and users.find(world, str(fields["user_id"])) is None:
        raise Refused(invalid(world, "user_id", "Invalid value."))


def _devices(world: World) -> dict[str, Record]:
    devices: dict[str, Record] = tenant(world)["ade"]["devices"]
    return devices


def _found(request: web.Request) -> Record:
    device = _devices(request.app[WORLD]).get(request.match_info["device_id"])
    if device is None:
        raise Refused(not_found())
    return device


def _page(request: web.Request, devices: list[Record], shown: Callable[[World, Record], Record]) -> web.Response:
    """Documented: 300 a page by ``page``. Published: ``next`` is on the console's host, as that of /users."""
    world = request.app[WORLD]
    base = f"https://{tenant(world)['subdomain']}.kandji.io" if setting(world, "users_next_on_console_host") else None
    page = numbered_page(request, devices, setting(world, "ade_devices_page_size"), base)
    return json_response(page | {"results": [shown(world, each) for each in page["results"]]})
