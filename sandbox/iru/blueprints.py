"""Blueprints: ``/blueprints``. Items on them are in assignments.py, templates for them in blueprint_templates.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.iru import audit, fleet, scope
from sandbox.iru.answers import Refused, as_bool, fields_of, invalid, not_found, offset_page
from sandbox.iru.blueprint_templates import template
from sandbox.iru.tenant import Record, setting, tenant
from sandbox.web import WORLD, json_response

if TYPE_CHECKING:
    from sandbox.world import World

DEFAULT_LIMIT = 100
"""Page size without ``limit`` (constructed: the documented example asks for 100)."""

_PUBLIC = ("id", "name", "icon", "color", "description", "params", "enrollment_code", "type")
_TEXTS = ("name", "icon", "color", "description")
# Recorded icon and colour of a map; for a map the request's own are ignored.
_MAP_LOOKS = {"icon": "ss-files", "color": "aqua-800"}
_CLASSIC_LOOKS = {"icon": "ss-paintdisabled", "color": "aqua-500"}


def create(world: World, name: str, kind: str, **fields: Any) -> Record:
    """Stores a Blueprint with one node that takes every device: a classic one's list, or a map's root."""
    blueprint: Record = {"id": world.new_uuid(), "name": name, "description": "", "params": {}, "type": kind}
    blueprint |= (_MAP_LOOKS if kind == "map" else _CLASSIC_LOOKS) | fields
    code = {"code": f"{int(world.random() * 1_000_000):06d}", "is_active": True}
    blueprint["enrollment_code"] = code | fields.get("enrollment_code", {})
    blueprint["nodes"] = [{"id": world.new_uuid(), "rule": None, "items": []}]
    tenant(world)["blueprints"][blueprint["id"]] = blueprint
    return blueprint


def public(world: World, blueprint: Record, counted: bool = True) -> Record:
    """The Blueprint as the API shows it; the answer to a create has no ``computers_count`` (recorded)."""
    shown = {key: blueprint[key] for key in _PUBLIC}
    if counted:
        shown["computers_count"] = fleet.count_on(world, blueprint["id"])
    return shown


def _missing(world: World, blueprint: Record) -> Record:
    """How many of the devices are missing, which only the documented answer to a PATCH tells."""
    if not setting(world, "missing_computers_count"):
        return {}
    devices = tenant(world)["devices"].values()
    on_it = [device for device in devices if device["blueprint_id"] == blueprint["id"]]
    return {"missing_computers_count": sum(1 for device in on_it if device["is_missing"])}


def found(request: web.Request) -> Record:
    """The Blueprint of the address. Raises Refused (404)."""
    blueprint: Record | None = tenant(request.app[WORLD])["blueprints"].get(request.match_info["blueprint_id"])
    if blueprint is None:
        raise Refused(not_found())
    return blueprint


def _name_is_taken(world: World, name: str, except_id: str = "") -> bool:
    return any(
        blueprint["name"] == name and blueprint["id"] != except_id for blueprint in tenant(world)["blueprints"].values()
    )


def _checked_name(world: World, fields: dict[str, Any], except_id: str = "") -> str:
    """Names are documented to be unique; the answer to a duplicate is not known."""
    name = fields.get("name")
    if not isinstance(name, str) or not name.strip():
        raise Refused(invalid(world, "name", "This field is required."))
    if _name_is_taken(world, name, except_id):
        raise Refused(invalid(world, "name", "Blueprint with this name already exists."))
    return name


def _enrollment_code(world: World, fields: dict[str, Any]) -> dict[str, Any]:
    given = fields.get("enrollment_code") or {}
    if not isinstance(given, dict):
        raise Refused(invalid(world, "enrollment_code", "Invalid data. Expected a dictionary."))
    code: dict[str, Any] = {}
    if "code" in given:
        code["code"] = str(given["code"])
    if "is_active" in given:
        code["is_active"] = as_bool(world, "enrollment_code.is_active", given["is_active"])
    return code


async def list_blueprints(request: web.Request) -> web.Response:
    """``GET /blueprints``; ``name`` matches names that contain it (documented)."""
    world, query = request.app[WORLD], request.query
    rows = list(tenant(world)["blueprints"].values())
    if query.get("id"):
        rows = [blueprint for blueprint in rows if blueprint["id"] == query["id"]]
    if query.get("id__in"):
        wanted = {text.strip() for text in query["id__in"].split(",")}
        rows = [blueprint for blueprint in rows if blueprint["id"] in wanted]
    if query.get("name"):
        rows = [blueprint for blueprint in rows if query["name"].lower() in blueprint["name"].lower()]
    page = offset_page(request, rows, DEFAULT_LIMIT)
    page["results"] = [public(world, blueprint) for blueprint in page["results"]]
    return json_response(page)


async def get_blueprint(request: web.Request) -> web.Response:
    """``GET /blueprints/{id}``."""
    return json_response(public(request.app[WORLD], found(request)))


async def create_blueprint(request: web.Request) -> web.Response:
    """``POST /blueprints``, urlencoded with dotted keys or JSON."""
    world, fields = request.app[WORLD], await fields_of(request)
    name, code = _checked_name(world, fields), _enrollment_code(world, fields)
    if "is_active" not in code:
        return invalid(world, "enrollment_code.is_active", "This field is required.")
    kind = fields.get("type", "classic")
    if kind not in ("classic", "map"):
        return invalid(world, "type", f'"{kind}" is not a valid choice.')
    source = _source(world, fields)
    if source is not None and source.get("type", kind) != kind:
        return json_response(["Blueprint type does not match the source blueprint type"], 400)
    looks = {key: str(fields[key]) for key in ("icon", "color") if key in fields and kind == "classic"}
    inherited = {key: source[key] for key in ("icon", "color", "params") if source and kind == "classic"}
    description = str(fields.get("description", ""))
    blueprint = create(world, name, kind, enrollment_code=code, description=description, **inherited | looks)
    if source is not None and "nodes" in source:
        blueprint["nodes"] = [node | {"id": world.new_uuid(), "items": list(node["items"])} for node in source["nodes"]]
    new_state = {"name": name, "description": description, "type": kind}
    made_from = {"source_id": str(source["id"]) if source else None, "source": source["name"] if source else None}
    audit.record(request, "create", ("blueprint", blueprint["id"]), new_state, metadata=made_from)
    return json_response(public(world, blueprint, counted=False), 201)


def _source(world: World, fields: dict[str, Any]) -> Record | None:
    """The Blueprint or template that a new one is made from: its looks and parameters; a Blueprint's items as well.

    What Iru answers to a source that does not exist, and what a template brings, is not known.
    """
    source = fields.get("source") or {}
    if not isinstance(source, dict):
        raise Refused(invalid(world, "source", "Invalid data. Expected a dictionary."))
    kind, source_id = source.get("type"), str(source.get("id"))
    if not source:
        return None
    if kind not in ("blueprint", "template"):
        raise Refused(invalid(world, "source.type", f'"{kind}" is not a valid choice.'))
    origin: Record | None = (
        tenant(world)["blueprints"].get(source_id) if kind == "blueprint" else template(world, source_id)
    )
    if origin is None:
        raise Refused(invalid(world, "source.id", "Source not found."))
    return origin


async def update_blueprint(request: web.Request) -> web.Response:
    """``PATCH /blueprints/{id}``."""
    world, blueprint, fields = request.app[WORLD], found(request), await fields_of(request)
    if "name" in fields:
        _checked_name(world, fields, blueprint["id"])
    code = _enrollment_code(world, fields)
    # Documented: icon and color are ignored for maps.
    ignored = ("icon", "color") if blueprint["type"] == "map" else ()
    blueprint |= {key: str(fields[key]) for key in _TEXTS if key in fields and key not in ignored}
    blueprint["enrollment_code"] |= code
    new_state = {"name": blueprint["name"], "description": blueprint["description"], "type": blueprint["type"]}
    audit.record(request, "update", ("blueprint", blueprint["id"]), new_state)
    return json_response(public(world, blueprint) | _missing(world, blueprint))


async def delete_blueprint(request: web.Request) -> web.Response:
    """``DELETE /blueprints/{id}``: documented to un-manage every device on it."""
    world, blueprint = request.app[WORLD], found(request)
    for device in tenant(world)["devices"].values():
        if device["blueprint_id"] == blueprint["id"]:
            device |= {"blueprint_id": None, "is_removed": True, "mdm_enabled": False, "agent_installed": False}
            scope.refresh_device(world, device)
    del tenant(world)["blueprints"][blueprint["id"]]
    audit.record(request, "delete", ("blueprint", blueprint["id"]), {"name": blueprint["name"]})
    # The collection documents no answer beyond "200 OK"; a deletion elsewhere is 204.
    return web.Response(status=204)
