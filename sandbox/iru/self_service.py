"""What custom apps and custom scripts have in common: their place in Self Service, and texts of scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.iru.answers import Refused
from sandbox.iru.tenant import Record, setting, tenant
from sandbox.web import WORLD, json_response

if TYPE_CHECKING:
    from sandbox.world import World

CATEGORY = "self_service_category_id"
FLAGS = ("show_in_self_service", "self_service_recommended")
DEFAULTS: Record = {"show_in_self_service": False, CATEGORY: "", "self_service_recommended": False}


def check(world: World, item: Record) -> None:
    """Recorded: an item that is shown needs a category, and the 400 names that field; the texts are constructed."""
    if not item["show_in_self_service"]:
        return
    if not item[CATEGORY]:
        raise Refused(json_response({CATEGORY: ["Required when show_in_self_service is true"]}, 400))
    if not any(item[CATEGORY] == each["id"] for each in tenant(world)["self_service_categories"]):
        raise Refused(json_response({CATEGORY: ["Invalid value."]}, 400))


def stripped(fields: Record, item: Record = DEFAULTS) -> Record:
    """The fields, without a category and a recommendation for an item that is not shown (recorded: refused or
    dropped; here dropped)."""
    if fields.get("show_in_self_service", item["show_in_self_service"]):
        return fields
    return fields | {CATEGORY: "", "self_service_recommended": False}


def shown(item: Record) -> Record:
    """The self-service keys of an answer: recorded, two of the three are absent unless the item is shown."""
    keys = (*FLAGS, CATEGORY) if item["show_in_self_service"] else FLAGS[:1]
    return {key: item[key] for key in keys}


def trimmed(world: World, value: Any) -> str:
    """A script as Iru stores it. Recorded by two clients: white space at the end is gone."""
    text = "" if value is None else str(value)
    return {"end": text.rstrip(), "both": text.strip(), "none": text}[setting(world, "scripts_trimmed")]


async def list_categories(request: web.Request) -> web.Response:
    """``GET /self-service/categories``: a bare array."""
    return json_response(tenant(request.app[WORLD])["self_service_categories"])
