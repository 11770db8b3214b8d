"""Lost Mode of an iPhone or iPad: its actions, and what is known of it. Keys, words and refusals are published."""

from __future__ import annotations

from aiohttp import web

from sandbox.iru.actions import addressed
from sandbox.iru.answers import Refused, fields_of
from sandbox.iru.devices import found
from sandbox.iru.tenant import Record, now, tenant
from sandbox.web import WORLD, json_response

_PLATFORMS = ("iPhone", "iPad")
# A place in the middle of an ocean; no device is anywhere.
_PLACE = {"latitude": "0.0", "longitude": "-140.0"}
_KEYS = (
    "disable_status", "disable_status_at", "disabled_by", "enable_status_at", "enabled_by", "last_location_at",
    "last_location_status", "last_location_status_at", "lock_screen_footnote", "lock_screen_message",
    "lock_screen_phone_number", "lost_mode_status", "sound_status", "sound_status_at",
)  # fmt: skip


async def enable(request: web.Request) -> web.Response:
    """``POST …/action/enablelostmode`` with Message, PhoneNumber, Footnote. It takes effect at once (constructed)."""
    world, device, fields = request.app[WORLD], addressed(request, *_PLATFORMS), await fields_of(request)
    device["lost_mode"] = dict.fromkeys(_KEYS, "") | {
        "last_location": dict(_PLACE),
        "lost_mode_status": "ENABLED",
        "enable_status_at": now(world),
        "enabled_by": tenant(world)["admin"]["email"],
        "lock_screen_message": str(fields.get("Message", "")),
        "lock_screen_phone_number": str(fields.get("PhoneNumber", "")),
        "lock_screen_footnote": str(fields.get("Footnote", "")),
    }
    device["lost_mode_status"] = "ENABLED"
    return web.Response(status=200)


async def disable(request: web.Request) -> web.Response:
    """``POST …/action/disablelostmode``."""
    world, device = request.app[WORLD], _lost(request)
    ended = {
        "disable_status": "SUCCESS",
        "disable_status_at": now(world),
        "disabled_by": tenant(world)["admin"]["email"],
    }
    device["lost_mode"] |= ended | {"lost_mode_status": ""}
    device["lost_mode_status"] = ""
    return web.Response(status=200)


async def play_sound(request: web.Request) -> web.Response:
    """``POST …/action/playlostmodesound``."""
    _lost(request)["lost_mode"] |= {"sound_status": "SUCCESS", "sound_status_at": now(request.app[WORLD])}
    return web.Response(status=200)


async def update_location(request: web.Request) -> web.Response:
    """``POST …/action/updatelocation``."""
    moment = now(request.app[WORLD])
    dates = {"last_location_at": moment, "last_location_status_at": moment}
    _lost(request)["lost_mode"] |= dates | {"last_location_status": "SUCCESS"}
    return web.Response(status=200)


async def get_details(request: web.Request) -> web.Response:
    """``GET /devices/{id}/details/lostmode``: published, with the 400. That a Mac gets that too is constructed."""
    device = found(request)
    if device["lost_mode_status"] != "ENABLED":
        return _not_lost()
    return json_response({"device_id": device["device_id"], "lost_mode": device["lost_mode"]})


async def cancel(request: web.Request) -> web.Response:
    """``DELETE /devices/{id}/details/lostmode``: for Lost Mode that is in an error state; here in any state."""
    device = found(request)
    device.pop("lost_mode", None)
    device["lost_mode_status"] = ""
    return web.Response(status=204)


def _lost(request: web.Request) -> Record:
    """The device of the address. Raises Refused unless it is lost."""
    device = addressed(request, *_PLATFORMS)
    if device["lost_mode_status"] != "ENABLED":
        raise Refused(_not_lost())
    return device


def _not_lost() -> web.Response:
    return json_response(["Device is not in lost mode."], 400)
