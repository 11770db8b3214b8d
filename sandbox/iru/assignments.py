"""Library items on Blueprints: list, assign, remove. The 400 texts are those of the official collection."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from sandbox.iru import audit, scope
from sandbox.iru.answers import Refused, bare_string, detail, fields_of, invalid, offset_page
from sandbox.iru.blueprints import DEFAULT_LIMIT, found
from sandbox.iru.tenant import Record, library_item
from sandbox.web import WORLD, json_response

# Iru's documentation: several kinds conflict with themselves, one of a kind to a node; of those here only this one.
_ONE_PER_NODE = ("macos-release",)


async def list_items(request: web.Request) -> web.Response:
    """``GET /blueprints/{id}/list-library-items``: the whole map, so that membership of a node cannot be read."""
    world = request.app[WORLD]
    items = [library_item(world, item_id) for item_id in scope.assigned_items(found(request))]
    rows = [{"id": item["id"], "name": item["name"]} for item in items if item is not None]
    return json_response(offset_page(request, rows, DEFAULT_LIMIT))


async def assign_item(request: web.Request) -> web.Response:
    """``POST /blueprints/{id}/assign-library-item``."""
    blueprint, item, node = await _place(request)
    if item["id"] in node["items"]:
        where = "on Blueprint" if blueprint["type"] == "classic" else "in Assignment Node"
        return bare_string(f"Library Item already exists {where}")
    if _conflicts(request, item, node):
        return bare_string("Assignment node can only have one of this Library Item type.")
    node["items"].append(item["id"])
    return _changed(request, blueprint, item, added=True)


async def remove_item(request: web.Request) -> web.Response:
    """``POST /blueprints/{id}/remove-library-item``."""
    blueprint, item, node = await _place(request)
    if item["id"] not in node["items"]:
        where = "on Blueprint" if blueprint["type"] == "classic" else "in Assignment Node"
        return bare_string(f"Library Item does not exist {where}")
    node["items"].remove(item["id"])
    return _changed(request, blueprint, item, added=False)


async def _place(request: web.Request) -> tuple[Record, Record, Record]:
    """Blueprint, item and node that the request speaks of. Raises Refused."""
    world, blueprint, fields = request.app[WORLD], found(request), await fields_of(request)
    if not fields.get("library_item_id"):
        raise Refused(invalid(world, "library_item_id", "This field is required."))
    item = library_item(world, str(fields["library_item_id"]))
    if item is None:
        raise Refused(detail("No LibraryItem matches the given query", 404))
    return blueprint, item, _node(blueprint, fields)


def _node(blueprint: Record, fields: dict[str, Any]) -> Record:
    node_id, nodes = fields.get("assignment_node_id"), blueprint["nodes"]
    if blueprint["type"] == "classic" and node_id:
        raise Refused(bare_string("assignment_node_id cannot be provided for Classic Blueprint"))
    if not node_id:
        if len(nodes) > 1:
            raise Refused(bare_string("Must provide assignment_node_id for Assignment Map Blueprint"))
        only: Record = nodes[0]
        return only
    for node in nodes:
        if node["id"] == node_id:
            named: Record = node
            return named
    raise Refused(bare_string("Assignment node not found"))


def _conflicts(request: web.Request, item: Record, node: Record) -> bool:
    present = [library_item(request.app[WORLD], item_id) for item_id in node["items"]]
    return item["type"] in _ONE_PER_NODE and any(other and other["type"] == item["type"] for other in present)


def _changed(request: web.Request, blueprint: Record, item: Record, added: bool) -> web.Response:
    """Brings status rows and logs up to date; the answer is the bare array of all items now on the Blueprint."""
    world = request.app[WORLD]
    scope.refresh_item(world, item["id"])
    items = scope.assigned_items(blueprint)
    changed = [{"id": item["id"], "name": item["name"]}]
    scoped = [{"id": each["id"], "name": each["name"]} for item_id in items if (each := library_item(world, item_id))]
    new_state = {
        "name": blueprint["name"],
        "library_items_added": changed if added else [],
        "library_items_removed": [] if added else changed,
        "library_items_scoped": scoped,
    }
    audit.record(request, "update", ("blueprint", blueprint["id"]), new_state, "library_items")
    audit.record_item(world, item["id"], "library_item_assignment_changed")
    return json_response(items)
