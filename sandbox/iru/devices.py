"""``/devices``: the list and its filters, one device, updates, removal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.iru import audit, fleet, scope, users
from sandbox.iru.answers import Refused, fields_of, invalid, not_found, page_url, totals, window
from sandbox.iru.tenant import Record, setting, tenant
from sandbox.web import WORLD, json_response

if TYPE_CHECKING:
    from sandbox.world import World

_PUBLIC = (
    "device_id", "device_name", "model", "serial_number", "platform", "os_version", "supplemental_build_version",
    "supplemental_os_version_extra", "last_check_in", "asset_tag", "blueprint_id", "mdm_enabled", "agent_installed",
    "is_missing", "is_removed", "agent_version", "first_enrollment", "last_enrollment", "lost_mode_status",
)  # fmt: skip


# Documented of tenants where Windows or Android management is on: there on every device, empty where it does not apply.
_PUBLIC_LATER = ("api_level", "security_patch_level", "full_software_version")


def public(world: World, device: Record) -> Record:
    """The device as the API shows it. Recorded quirks: ``user`` and ``last_check_in`` may be the empty string."""
    later = _PUBLIC_LATER if setting(world, "android_and_windows_flags") else ()
    shown: Record = {key: device[key] for key in (*_PUBLIC, *later)}
    state = tenant(world)
    blueprint = state["blueprints"].get(device["blueprint_id"])
    shown["blueprint_name"] = blueprint["name"] if blueprint else ""
    shown["user"] = assigned_user(world, device)
    shown["tags"] = [state["tags"][tag_id] for tag_id in device["tag_ids"]]
    return shown


def assigned_user(world: World, device: Record) -> Record | str:
    """``{email,name,id,is_archived}``, or ``""`` for a device without a user."""
    user = users.of_device(world, device)
    if user is None:
        return ""
    user_id = int(user["deprecated_user_id"]) if setting(world, "numeric_user_ids") else user["id"]
    return {"email": user["email"], "name": user["name"], "id": user_id, "is_archived": user["archived"]}


_ORDER_KEYS = (
    "asset_tag", "blueprint_id", "device_id", "device_name", "last_check_in", "model", "platform", "os_version",
    "serial_number", "user",
)  # fmt: skip


def found(request: web.Request) -> Record:
    """The device of the address, to be read, or for a request that is no GET to be changed. Raises Refused (404)."""
    find = fleet.find if request.method == "GET" else fleet.find_to_change
    device = find(request.app[WORLD], request.match_info["device_id"])
    if device is None:
        raise Refused(not_found())
    return device


def _user_of(world: World, device: Record) -> Record:
    empty = {"id": "", "email": "", "name": ""}
    user: Record = users.of_device(world, device) or empty
    return user


def _contains(key: str) -> Callable[[World, Record, str], bool]:
    return lambda _world, device, text: text.lower() in str(device[key] or "").lower()


def _equals(key: str) -> Callable[[World, Record, str], bool]:
    return lambda _world, device, text: str(device[key] or "").lower() == text.lower()


def _user_contains(key: str) -> Callable[[World, Record, str], bool]:
    return lambda world, device, text: text.lower() in _user_of(world, device)[key].lower()


def _tags_of(world: World, device: Record) -> set[str]:
    return {tenant(world)["tags"][tag_id] for tag_id in device["tag_ids"]}


def _listed(text: str) -> set[str]:
    return {each.strip() for each in text.split(",")}


# Documented filters. serial_number, model, blueprint_id, user and user_email match a part, and tags mind the case. That
# names of devices match a part is constructed.
_FILTERS: Mapping[str, Callable[[World, Record, str], bool]] = {
    "asset_tag": _contains("asset_tag"),
    "blueprint_id": _contains("blueprint_id"),
    "device_id": _equals("device_id"),
    "device_name": _contains("device_name"),
    "filevault_enabled": _equals("filevault_enabled"),
    "mac_address": _equals("mac_address"),
    "model": _contains("model"),
    "os_version": _contains("os_version"),
    "platform": _equals("platform"),
    "serial_number": _contains("serial_number"),
    "tag_id": lambda _world, device, text: text in device["tag_ids"],
    "tag_id_in": lambda _world, device, text: bool(_listed(text) & set(device["tag_ids"])),
    "tag_name": lambda world, device, text: text in _tags_of(world, device),
    "tag_name_in": lambda world, device, text: bool(_listed(text) & _tags_of(world, device)),
    "user": lambda world, device, text: any(
        text.lower() in str(_user_of(world, device)[key]).lower() for key in ("name", "email")
    ),
    "user_email": _user_contains("email"),
    "user_email_exact": lambda world, device, text: _user_of(world, device)["email"].lower() == text.lower(),
    "user_id": lambda world, device, text: _user_of(world, device)["id"] == text,
    "user_name": _user_contains("name"),
}


async def list_devices(request: web.Request) -> web.Response:
    """``GET /devices``: a bare array; how many there are stands in ``X-Total-*``, the neighbours in ``Link``."""
    world = request.app[WORLD]
    wanted = [(_FILTERS[name], value) for name, value in request.query.items() if name in _FILTERS and value]
    devices = fleet.members(world)
    if wanted:
        key = tuple((name, value) for name, value in request.query.items() if name in _FILTERS and value)
        devices = fleet.matching(world, key, lambda device: all(holds(world, device, value) for holds, value in wanted))
    devices = _ordered(world, request, devices)
    offset, limit = window(request)
    page = [fleet.record(world, each) for each in devices[offset : offset + limit]]
    following = page_url(request, limit=limit, offset=offset + limit) if offset + limit < len(devices) else None
    previous = page_url(request, limit=limit, offset=max(0, offset - limit)) if offset else None
    headers = totals(len(devices), -(-len(devices) // limit), following, previous)
    return json_response([public(world, device) for device in page], headers=headers)


def _ordered(world: World, request: web.Request, devices: list[fleet.Member]) -> list[fleet.Member]:
    """Documented: several keys, separated by commas, each with a dash in front for the reverse order."""
    for name in reversed(request.query.get("ordering", "").split(",")):
        key = name.strip().lstrip("-")
        if key in _ORDER_KEYS:
            devices = sorted(devices, key=partial(_order, world, key), reverse=name.strip().startswith("-"))
    return devices


def _order(world: World, key: str, member: fleet.Member) -> str:
    device = fleet.record(world, member)
    return str(_user_of(world, device)["name"] if key == "user" else device[key] or "")


async def get_device(request: web.Request) -> web.Response:
    """``GET /devices/{id}``."""
    return json_response(public(request.app[WORLD], found(request)))


async def update_device(request: web.Request) -> web.Response:
    """``PATCH /devices/{id}``: user, asset_tag, blueprint_id, tags; null clears, ``[]`` clears tags."""
    world, device, fields = request.app[WORLD], found(request), await fields_of(request)
    changes = _device_changes(world, fields)
    device |= changes
    if {"blueprint_id", "tag_ids"} & set(changes):
        scope.refresh_device(world, device)
    audit.record(request, "update", ("device", device["device_id"]), {key: fields[key] for key in fields})
    return json_response(public(world, device))


def _device_changes(world: World, fields: dict[str, Any]) -> Record:
    state = tenant(world)
    changes: Record = {}
    if "asset_tag" in fields:
        changes["asset_tag"] = str(fields["asset_tag"] or "")
    if "user" in fields:
        changes["user_id"] = _known(world, "user", fields["user"], state["users"]) if fields["user"] else None
    if "blueprint_id" in fields:
        changes["blueprint_id"] = _known(world, "blueprint_id", fields["blueprint_id"], state["blueprints"])
    if "tags" in fields:
        names = fields["tags"] or []
        if not isinstance(names, list):
            raise Refused(invalid(world, "tags", "Expected a list of items."))
        changes["tag_ids"] = [_tag_id(world, str(name)) for name in names]
    return changes


def _known(world: World, field: str, value: Any, objects: Mapping[str, Any]) -> str:
    if str(value) not in objects:
        raise Refused(invalid(world, field, "Invalid value."))
    return str(value)


def _tag_id(world: World, name: str) -> str:
    """A tag's id; whether Iru makes a tag that does not exist yet is not known, here it does."""
    tags: dict[str, str] = tenant(world)["tags"]
    for tag_id, known in tags.items():
        if known == name:
            return tag_id
    tags[tag_id := world.new_uuid()] = name
    return tag_id


async def delete_device(request: web.Request) -> web.Response:
    """``DELETE /devices/{id}``: documented to remove it from management."""
    world, device = request.app[WORLD], found(request)
    state = tenant(world)
    del state["devices"][device["device_id"]]
    for rows in state["statuses"].values():
        rows.pop(device["device_id"], None)
    audit.record(request, "delete", ("device", device["device_id"]), {"name": device["device_name"]})
    return web.Response(status=204)
