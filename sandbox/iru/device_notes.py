"""``/devices/{id}/notes``: what administrators wrote about a device. Statuses, keys and headers are published."""

from __future__ import annotations

from aiohttp import web

from sandbox.iru.answers import Refused, fields_of, invalid, not_found, totals
from sandbox.iru.devices import found
from sandbox.iru.tenant import Record, now, tenant
from sandbox.web import WORLD, json_response


async def list_notes(request: web.Request) -> web.Response:
    """``GET /devices/{id}/notes``: a bare array, the newest note last (the order is constructed)."""
    notes = list(found(request).get("notes", {}).values())
    return json_response(notes, headers=totals(len(notes)))


async def create_note(request: web.Request) -> web.Response:
    """``POST /devices/{id}/notes``. The author is the administrator who made the token (constructed)."""
    world, device, content = request.app[WORLD], found(request), await _content(request)
    moment = now(world)
    note = {
        "note_id": world.new_uuid(),
        "created_at": moment,
        "updated_at": moment,
        "author": tenant(world)["admin"]["email"],
        "content": content,
    }
    device.setdefault("notes", {})[note["note_id"]] = note
    return json_response(note, 201)


async def get_note(request: web.Request) -> web.Response:
    """``GET /devices/{id}/notes/{note_id}``."""
    return json_response(_note(found(request), request))


async def update_note(request: web.Request) -> web.Response:
    """``PATCH /devices/{id}/notes/{note_id}``."""
    note = _note(found(request), request)
    note |= {"content": await _content(request), "updated_at": now(request.app[WORLD])}
    return json_response(note)


async def delete_note(request: web.Request) -> web.Response:
    """``DELETE /devices/{id}/notes/{note_id}``: published with 200 and a body, unlike every other deletion."""
    device = found(request)
    note = _note(device, request)
    del device["notes"][note["note_id"]]
    return json_response({"note_id": note["note_id"], "deleted_at": now(request.app[WORLD])})


def _note(device: Record, request: web.Request) -> Record:
    note: Record | None = device.get("notes", {}).get(request.match_info["note_id"])
    if note is None:
        raise Refused(not_found())
    return note


async def _content(request: web.Request) -> str:
    content = (await fields_of(request)).get("content")
    if not isinstance(content, str) or not content:
        raise Refused(invalid(request.app[WORLD], "content", "This field is required."))
    return content
