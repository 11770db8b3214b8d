"""``POST /devices/{id}/action/{name}``: commands to one device. Lost Mode has its own file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.iru import fleet, mdm, scope
from sandbox.iru.answers import Refused, as_bool, bare_string, fields_of, invalid, not_found
from sandbox.iru.device_secrets import unlock_pin
from sandbox.iru.tenant import Record, library_item
from sandbox.web import WORLD, json_response

if TYPE_CHECKING:
    from sandbox.world import World

_MOBILE = ("iPhone", "iPad")
_APPLE = ("Mac", *_MOBILE, "AppleTV")
# Action → the platforms that it is documented for, and Apple's command that it sends.
_ACTIONS: dict[str, tuple[tuple[str, ...], str | None]] = {
    "blankpush": (_APPLE, None),
    "clearpasscode": (_MOBILE, "ClearPasscode"),
    "dailycheckin": ((*_APPLE, "Windows"), "DeviceInformation"),
    "deleteuser": (("Mac", "iPad"), "DeleteUser"),
    "erase": (_APPLE, "EraseDevice"),
    "lock": (("Mac", *_MOBILE), "DeviceLock"),
    "reinstallagent": (("Mac",), "InstallEnterpriseApplication"),
    "remotedesktop": (("Mac",), "EnableRemoteDesktop"),
    "renewmdmprofile": (_APPLE, "InstallProfile"),
    "resetworkprofilepasscode": (("Android",), None),
    "restart": (_APPLE, "RestartDevice"),
    "setname": (_APPLE, "Settings"),
    "shutdown": (("Mac", *_MOBILE), "ShutDownDevice"),
    "toggledataroaming": (_MOBILE, "Settings"),
    "togglepersonalhotspot": (_MOBILE, "Settings"),
    "unlockaccount": (("Mac",), "UnlockUserAccount"),
    "updateinventory": (_APPLE, "DeviceInformation"),
}
NAMES = tuple(_ACTIONS)
"""All actions; each is an address, and so a permission, of its own."""

# What an erased device is once it has carried out the command (constructed).
_ERASED = {"is_removed": True, "mdm_enabled": False, "agent_installed": False}


async def send(request: web.Request) -> web.Response:
    """Sends the action of the address. Documented: 200 without a body (but the PIN of a locked Mac), and the texts of
    the 400s; that ``Command …`` are JSON strings is constructed after other actions."""
    world, fields = request.app[WORLD], await fields_of(request)
    name = request.path.rstrip("/").rpartition("/")[2]
    device = addressed(request, *_ACTIONS[name][0])
    changes, answer = _effect(world, device, name, fields)
    if "number" not in device:  # what happens to a synthetic device is not kept
        _queue(world, device, name, changes)
    return answer


def addressed(request: web.Request, *platforms: str) -> Record:
    """The device of the address. Raises Refused when there is none, or none of these platforms."""
    device = fleet.find(request.app[WORLD], request.match_info["device_id"])
    if device is None:
        raise Refused(not_found())
    if device["platform"] not in platforms:
        raise Refused(bare_string("Command is not allowed for current device"))
    return device


def _effect(world: World, device: Record, name: str, fields: dict[str, Any]) -> tuple[Record, web.Response]:
    """What the device does with the command, and the answer. Raises Refused for what cannot be sent."""
    changes: Record = {}
    answer = web.Response(status=200)
    if name == "setname":
        changes = {"device_name": _text(world, fields, "DeviceName")}
    elif name == "unlockaccount":
        _text(world, fields, "UserName")
    elif name == "remotedesktop":
        as_bool(world, "EnableRemoteDesktop", fields.get("EnableRemoteDesktop"))
    elif name == "erase":
        _check_return_to_service(world, device, fields)
        changes = dict(_ERASED)
    elif name == "lock" and device["platform"] == "Mac":
        if device.get("unlock_pin"):
            raise Refused(bare_string("This device is already locked."))
        device["unlock_pin"] = unlock_pin(world, device)
        changes = {"is_locked": True}
        answer = json_response({"PIN": device["unlock_pin"]})
    return changes, answer


def _text(world: World, fields: dict[str, Any], name: str) -> str:
    """A text that the action needs. That it is refused without is constructed."""
    value = fields.get(name)
    if not isinstance(value, str) or not value.strip():
        raise Refused(invalid(world, name, "This field is required."))
    return value


def _check_return_to_service(world: World, device: Record, fields: dict[str, Any]) -> None:
    """Documented: the profile that brings an erased iPhone or iPad to a network must be in scope; a Mac ignores it."""
    wanted = fields.get("ReturnToService")
    profile_id = wanted.get("ProfileId") if isinstance(wanted, dict) and wanted.get("Enabled") else None
    if not profile_id or device["platform"] not in _MOBILE:
        return
    item = library_item(world, str(profile_id))
    if item is None or not scope.in_scope(world, device, item):
        raise Refused(bare_string("The specified profile is not in scope for the device"))


def _queue(world: World, device: Record, name: str, changes: Record) -> None:
    """Notes the action for the next check-in. A blank push only wakes a device, so it may be sent at any time."""
    waiting: dict[str, Record] = device.setdefault("pending_actions", {})
    if name in waiting and name != "blankpush":
        raise Refused(bare_string("Command already running"))
    waiting[name] = changes
    command = _ACTIONS[name][1]
    if command is not None and device["platform"] != "Windows":
        mdm.log_action(world, device, name, command)
