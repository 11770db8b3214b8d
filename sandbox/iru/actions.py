"""``POST /devices/{id}/action/{name}``: commands to one device. Those that lock or erase are not here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.iru import fleet, mdm
from sandbox.iru.answers import Refused, bare_string, fields_of, invalid, not_found
from sandbox.iru.tenant import Record
from sandbox.web import WORLD

if TYPE_CHECKING:
    from sandbox.world import World

_APPLE = ("Mac", "iPhone", "iPad", "AppleTV")
# Action → the platforms that it is documented for, and Apple's command that it sends.
_ACTIONS: dict[str, tuple[tuple[str, ...], str | None]] = {
    "blankpush": (_APPLE, None),
    "dailycheckin": ((*_APPLE, "Windows"), "DeviceInformation"),
    "updateinventory": (_APPLE, "DeviceInformation"),
    "renewmdmprofile": (_APPLE, "InstallProfile"),
    "reinstallagent": (("Mac",), "InstallEnterpriseApplication"),
    "restart": (_APPLE, "RestartDevice"),
    "shutdown": (_APPLE, "ShutDownDevice"),
    "setname": (_APPLE, "Settings"),
}
NAMES = tuple(_ACTIONS)
"""All actions; each is an address, and so a permission, of its own."""


async def send(request: web.Request) -> web.Response:
    """Sends the action of the address. Documented: 200 without a body, and the texts of both 400s; that these are JSON
    strings is constructed after other actions."""
    world, fields = request.app[WORLD], await fields_of(request)
    name = request.path.rstrip("/").rpartition("/")[2]
    device = fleet.find(world, request.match_info["device_id"])
    if device is None:
        raise Refused(not_found())
    platforms, command = _ACTIONS[name]
    if device["platform"] not in platforms:
        return bare_string("Command is not allowed for current device")
    if "number" not in device:  # what happens to a synthetic device is not kept
        _queue(world, device, name, command, _settings(world, name, fields))
    return web.Response(status=200)


def _settings(world: World, name: str, fields: dict[str, Any]) -> Record:
    """What a command carries. Raises Refused for a name that is none (constructed)."""
    if name != "setname":
        return {}
    if not isinstance(fields.get("DeviceName"), str) or not fields["DeviceName"].strip():
        raise Refused(invalid(world, "DeviceName", "This field is required."))
    return {"device_name": fields["DeviceName"]}


def _queue(world: World, device: Record, name: str, command: str | None, changes: Record) -> None:
    """Notes the action for the next check-in. A blank push only wakes a device, so it may be sent at any time."""
    waiting: dict[str, Record] = device.setdefault("pending_actions", {})
    if name in waiting and name != "blankpush":
        raise Refused(bare_string("Command already running"))
    waiting[name] = changes
    if command is not None and device["platform"] != "Windows":
        mdm.log_action(world, device, name, command)
