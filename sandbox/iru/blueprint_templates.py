"""Templates for new Blueprints: ``/blueprints/templates/``, categories that hold templates (documented example)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.iru.answers import offset_page
from sandbox.iru.tenant import Record, derived_uuid, tenant
from sandbox.web import WORLD, json_response

if TYPE_CHECKING:
    from sandbox.world import World

DEFAULT_LIMIT = 100
_LOOKS = {"icon": "ss-files", "color": "aqua-800"}
_MUTED = {"mute": True, "daily": False}
_ENFORCED = {"mute": False, "daily": False}
# Details of a parameter are documented as a number, text, a boolean, a list or a dictionary.
_DETAILS: tuple[Any, ...] = (365, "0", False, ["/Library/Application Support/"], {"days": 60, "size": 1, "unit": "GB"})
# Category id, its name and weight → template id, its name, rating and number of parameters.
_CATEGORIES: dict[tuple[int, str, int], tuple[tuple[int, str, int, int], ...]] = {
    (2, "CIS", 20): ((16, "CIS Level 2 Scored", 80, 12), (15, "CIS Level 1 Scored", 60, 9)),
    (1, "Kandji", 10): (
        (11, "Kandji Level III", 70, 11), (10, "Kandji Level II", 50, 8), (9, "Kandji Level I", 30, 5),
    ),
}  # fmt: skip


def categories(world: World) -> list[Record]:
    """All categories, heaviest first, with their templates, best rated first."""
    return [
        {"id": number, "name": name, "weight": weight, "templates": [_template(world, number, one) for one in inside]}
        for (number, name, weight), inside in _CATEGORIES.items()
    ]


def template(world: World, template_id: str) -> Record | None:
    """The template of an id, which is a whole number or its text."""
    inside = [one for category in tenant(world)["blueprint_templates"] for one in category["templates"]]
    return next((one for one in inside if str(one["id"]) == template_id), None)


def _template(world: World, category: int, fields: tuple[int, str, int, int]) -> Record:
    number, name, rating, parameters = fields
    identifiers = [derived_uuid(world, "parameter", str(index)) for index in range(parameters)]
    details = {one: {"details": value} for one, value in zip(identifiers, _DETAILS, strict=False)}
    settings = {one: _ENFORCED | details.get(one, {}) for one in identifiers[:-1]}
    return {
        "id": number,
        "name": name,
        "description": f"A starting point of {parameters} parameters. Review it, and test it before deployment.",
        "category": category,
        **_LOOKS,
        "params": settings | {identifiers[-1]: dict(_MUTED)},
        "rating": rating,
    }


async def list_templates(request: web.Request) -> web.Response:
    """``GET /blueprints/templates/``."""
    found: list[Record] = tenant(request.app[WORLD])["blueprint_templates"]
    return json_response(offset_page(request, found, DEFAULT_LIMIT))
