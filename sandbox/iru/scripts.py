"""``/library/custom-scripts``: scripts that Iru's agent runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.iru import custom_items, scope, self_service
from sandbox.iru.answers import Refused, as_bool, fields_of, invalid, numbered_page
from sandbox.iru.tenant import Record, now, setting, tenant
from sandbox.web import WORLD, json_response

if TYPE_CHECKING:
    from sandbox.world import World

KIND = "custom_scripts"
_FREQUENCIES = ("once", "every_15_min", "every_day", "no_enforcement")
_DEFAULTS: Record = {"active": True, "restart": False, "remediation_script": "", **self_service.DEFAULTS}
_PUBLIC = (
    "id", "name", "active", "execution_frequency", "restart", "script", "remediation_script", "created_at",
    "updated_at",
)  # fmt: skip


def create(world: World, fields: Record) -> Record:
    """Stores a script whose fields are known to be right."""
    script: Record = {"id": fields.pop("id", None) or world.new_uuid(), "type": "custom-script", "platforms": ["Mac"]}
    script |= _DEFAULTS | fields
    script["created_at"] = script["updated_at"] = now(world)
    tenant(world)[KIND][script["id"]] = script
    return script


def public(world: World, script: Record) -> Record:
    """The script as the API shows it. Verified live by a client: what its category is, and whether it is recommended,
    is not in any answer."""
    shown = {key: script[key] for key in _PUBLIC}
    visible = self_service.shown(script) if setting(world, "script_category_shown") else {}
    return shown | {"show_in_self_service": script["show_in_self_service"]} | visible


async def _written_fields(request: web.Request) -> Record:
    world, sent = request.app[WORLD], await fields_of(request)
    known: Record = {}
    for name, value in sent.items():
        if name in ("active", "restart", *self_service.FLAGS):
            known[name] = as_bool(world, name, value)
        elif name == "name":
            known[name] = custom_items.name_of(request, value)
        elif name in ("script", "remediation_script"):
            known[name] = self_service.trimmed(world, value)
        elif name in ("execution_frequency", self_service.CATEGORY):
            known[name] = "" if value is None else str(value)
    if known.get("execution_frequency", "once") not in _FREQUENCIES:
        raise Refused(
            json_response({"execution_frequency": [f'"{known["execution_frequency"]}" is not a valid choice.']}, 400)
        )
    return known


def _check_rules(world: World, script: Record) -> None:
    """Iru's own client refuses these; the texts are those of custom apps, since none of scripts is recorded."""
    if not script["script"]:
        raise Refused(json_response({"script": ["This field may not be blank."]}, 400))
    if script["execution_frequency"] == "no_enforcement" and not script["show_in_self_service"]:
        raise Refused(json_response({"show_in_self_service": ["Required when not enforcing execution"]}, 400))
    self_service.check(world, script)


async def list_scripts(request: web.Request) -> web.Response:
    """``GET /library/custom-scripts``."""
    world = request.app[WORLD]
    page = numbered_page(request, list(tenant(world)[KIND].values()), setting(world, "custom_scripts_page_size"))
    page["results"] = [public(world, script) for script in page["results"]]
    return json_response(page)


async def get_script(request: web.Request) -> web.Response:
    """``GET /library/custom-scripts/{id}``."""
    return json_response(public(request.app[WORLD], custom_items.found(request, KIND)))


async def create_script(request: web.Request) -> web.Response:
    """``POST /library/custom-scripts``."""
    world, fields = request.app[WORLD], await _written_fields(request)
    for required in ("name", "execution_frequency", "script"):
        if required not in fields:
            return invalid(world, required, "This field is required.")
    _check_rules(world, _DEFAULTS | fields)
    script = create(world, self_service.stripped(fields))
    custom_items.log(request, "create", script, "library_item_created")
    return json_response(public(world, script), 201)


async def update_script(request: web.Request) -> web.Response:
    """``PATCH /library/custom-scripts/{id}``."""
    world, script, fields = request.app[WORLD], custom_items.found(request, KIND), await _written_fields(request)
    _check_rules(world, script | fields)
    name, before = script["name"], (script["script"], script["remediation_script"])
    script |= self_service.stripped(fields, script) | {"updated_at": now(world)}
    scope.item_updated(world, script, afresh=(script["script"], script["remediation_script"]) != before)
    custom_items.log_edit(request, script, name)
    return json_response(public(world, script))


async def delete_script(request: web.Request) -> web.Response:
    """``DELETE /library/custom-scripts/{id}``."""
    return custom_items.remove(request, KIND)
