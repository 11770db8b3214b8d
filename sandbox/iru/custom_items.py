"""What custom profiles, apps and scripts of the Library have in common: how they are found, removed and logged."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from sandbox.iru import audit, scope
from sandbox.iru.answers import Refused, invalid, not_found_page
from sandbox.iru.tenant import Record, tenant
from sandbox.web import WORLD


def found(request: web.Request, kind: str) -> Record:
    """The item of the address, of ``custom_profiles``, ``custom_apps`` or ``custom_scripts``. Raises Refused: Iru
    answers an unknown one with a web page."""
    item: Record | None = tenant(request.app[WORLD])[kind].get(request.match_info["library_item_id"])
    if item is None:
        raise Refused(not_found_page())
    return item


def name_of(request: web.Request, value: Any) -> str:
    """A name as it was sent. Raises Refused for none; that names need not be unique is an assumption."""
    if not isinstance(value, str) or not value.strip():
        raise Refused(invalid(request.app[WORLD], "name", "This field may not be blank."))
    return value


def remove(request: web.Request, kind: str) -> web.Response:
    """Removes the item of the address; its assignments go with it."""
    world, item = request.app[WORLD], found(request, kind)
    state = tenant(world)
    del state[kind][item["id"]]
    for blueprint in state["blueprints"].values():
        for node in blueprint["nodes"]:
            node["items"] = [item_id for item_id in node["items"] if item_id != item["id"]]
    scope.refresh_item(world, item["id"])
    log(request, "delete", item, "library_item_deleted")
    return web.Response(status=204)


def log(request: web.Request, action: str, item: Record, activity: str, details: list[str] | None = None) -> None:
    """Notes what was done to an item, for the whole tenant and for the item itself."""
    new_state = {"name": item["name"], "active": item["active"], "label": None, "type": item["type"]}
    audit.record(request, action, ("library_item", item["id"]), new_state)
    audit.record_item(request.app[WORLD], item["id"], activity, details)


def log_edit(request: web.Request, item: Record, name_before: str) -> None:
    """Notes an edit. Published: a new name stands in the item's activity as ``Name: old → new``."""
    details = [f"Name: {name_before} → {item['name']}"] if name_before != item["name"] else None
    log(request, "update", item, "library_item_edited", details)
