"""Tags, and users from the directory."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.iru import users
from sandbox.iru.answers import Refused, detail, fields_of, invalid, not_found, offset_page, page_url
from sandbox.iru.tenant import Record, setting, tenant
from sandbox.web import WORLD, json_response

if TYPE_CHECKING:
    pass


async def list_tags(request: web.Request) -> web.Response:
    """``GET /tags``; ``search`` is part of a name."""
    search = request.query.get("search", "").lower()
    tags = tenant(request.app[WORLD])["tags"]
    rows = [{"id": tag_id, "name": name} for tag_id, name in tags.items() if search in name.lower()]
    return json_response(offset_page(request, rows))


async def create_tag(request: web.Request) -> web.Response:
    """``POST /tags``."""
    world = request.app[WORLD]
    name = await _tag_name(request)
    tag_id = world.new_uuid()
    tenant(world)["tags"][tag_id] = name
    return json_response({"id": tag_id, "name": name}, 201)


async def update_tag(request: web.Request) -> web.Response:
    """``PATCH /tags/{id}``."""
    tag_id, name = _tag_id(request), await _tag_name(request)
    tenant(request.app[WORLD])["tags"][tag_id] = name
    return json_response({"id": tag_id, "name": name})


async def delete_tag(request: web.Request) -> web.Response:
    """``DELETE /tags/{id}``; devices lose it."""
    state, tag_id = tenant(request.app[WORLD]), _tag_id(request)
    del state["tags"][tag_id]
    for device in state["devices"].values():
        device["tag_ids"] = [each for each in device["tag_ids"] if each != tag_id]
    return web.Response(status=204)


def _tag_id(request: web.Request) -> str:
    tag_id = request.match_info["tag_id"]
    if tag_id not in tenant(request.app[WORLD])["tags"]:
        raise Refused(not_found())
    return tag_id


async def _tag_name(request: web.Request) -> str:
    name = (await fields_of(request)).get("name")
    if not isinstance(name, str) or not name.strip():
        raise Refused(invalid(request.app[WORLD], "name", "This field is required."))
    return name


async def list_users(request: web.Request) -> web.Response:
    """``GET /users``: pages by cursor. Recorded: ``next`` is on the console's host, ``<sub>.kandji.io``."""
    world = request.app[WORLD]
    size, start = setting(world, "users_page_size"), _cursor_offset(request)
    wanted = {name: request.query[name] for name in _FILTERS if request.query.get(name)}
    if wanted:
        everybody = [user for user in users.everybody(world) if _matches(user, wanted)]
        shown, total = everybody[start : start + size], len(everybody)
    else:
        shown, total = users.page(world, start, size), users.count(world)
    base = f"https://{tenant(world)['subdomain']}.kandji.io" if setting(world, "users_next_on_console_host") else None
    following = page_url(request, base, cursor=_cursor(start + size)) if start + size < total else None
    previous = page_url(request, base, cursor=_cursor(max(0, start - size))) if start else None
    devices_of = users.device_counts(world)
    results = [user | {"device_count": devices_of(user)} for user in shown]
    return json_response({"next": following, "previous": previous, "results": results})


_FILTERS = ("email", "id", "integration_id", "archived")


def _matches(user: Record, wanted: Mapping[str, str]) -> bool:
    """Documented: an address that contains the text; an integration's UUID. Its number is taken as well."""
    integration = user["integration"] or {"id": None, "uuid": None}
    return (
        wanted.get("email", "").lower() in user["email"].lower()
        and wanted.get("id", user["id"]) == user["id"]
        and wanted.get("integration_id", integration["uuid"]) in (integration["uuid"], str(integration["id"]))
        and wanted.get("archived", str(user["archived"])).lower() == str(user["archived"]).lower()
    )


def _cursor(offset: int) -> str:
    return base64.urlsafe_b64encode(f"p={offset}".encode()).decode()


def _cursor_offset(request: web.Request) -> int:
    text = request.query.get("cursor", "")
    try:
        return int(base64.urlsafe_b64decode(text).decode().removeprefix("p=")) if text else 0
    except ValueError as error:
        raise Refused(detail("Invalid cursor", 404)) from error


def _user(request: web.Request) -> Record:
    user = users.find(request.app[WORLD], request.match_info["user_id"])
    if user is None:
        raise Refused(not_found())
    return user


async def get_user(request: web.Request) -> web.Response:
    """``GET /users/{id}``."""
    user = _user(request)
    return json_response(user | {"device_count": users.device_counts(request.app[WORLD])(user)})


async def delete_user(request: web.Request) -> web.Response:
    """``DELETE /users/{id}``."""
    world, user = request.app[WORLD], _user(request)
    if users.device_counts(world)(user):
        return detail("User still assigned to one or more devices.", 400)
    tenant(world)["users"].pop(user["id"], None)
    return web.Response(status=204)
