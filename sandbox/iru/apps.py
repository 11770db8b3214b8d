"""``/library/custom-apps``: packages that go to object storage first, and what Iru keeps about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from sandbox import uploads
from sandbox.iru import custom_items, scope, self_service, uploading
from sandbox.iru.answers import Refused, as_bool, detail, fields_of, invalid, numbered_page
from sandbox.iru.tenant import Record, now, setting, tenant
from sandbox.web import WORLD, json_response

if TYPE_CHECKING:
    from sandbox.world import World

KIND = "custom_apps"
_FLAGS = ("active", "restart", *self_service.FLAGS)
_CHOICES = {
    "install_type": ("package", "zip", "image"),
    "install_enforcement": ("install_once", "continuously_enforce", "no_enforcement"),
}
_SCRIPTS = ("audit_script", "preinstall_script", "postinstall_script")
_TEXTS = ("file_key", "unzip_location", self_service.CATEGORY, *_CHOICES)
_DEFAULTS: Record = {
    "audit_script": "", "unzip_location": "", "active": True, "restart": False, "preinstall_script": "",
    "postinstall_script": "", **self_service.DEFAULTS,
}  # fmt: skip
_PUBLIC = (
    "id", "name", "file_key", "install_type", "install_enforcement", "audit_script", "unzip_location", "active",
    "restart", "preinstall_script", "postinstall_script", "sha256", "file_size", "file_updated", "created_at",
    "updated_at",
)  # fmt: skip


async def reserve_upload(request: web.Request) -> web.Response:
    """``POST /library/custom-apps/upload``: a signed form for one file."""
    world, name = request.app[WORLD], (await fields_of(request)).get("name")
    if not isinstance(name, str) or not name.strip():
        return invalid(world, "name", "This field is required.")
    folder = f"companies/companies/{tenant(world)['tenant_id']}/library/custom_apps"
    return json_response({"name": name, **uploading.reserve(world, folder, name)}, 201)


def create(world: World, fields: Record) -> Record:
    """Stores an app whose fields are known to be right and whose file is ``file`` in them."""
    app: Record = {"id": fields.pop("id", None) or world.new_uuid(), "type": "custom-app", "platforms": ["Mac"]}
    app |= _DEFAULTS | fields
    app["created_at"] = app["updated_at"] = now(world)
    tenant(world)[KIND][app["id"]] = app
    return app


def public(world: World, app: Record) -> Record:
    """The app as the API shows it. Recorded: category and recommendation are there only if it is shown."""
    shown = {key: app[key] for key in _PUBLIC}
    # Published as "temporary download link from S3".
    shown["file_url"] = uploads.link_for(world, app["file_key"])
    return shown | self_service.shown(app)


def _taken(request: web.Request, file_key: str) -> Record:
    """What is to be stored about an uploaded file. Raises Refused (503) while Iru still works on it.

    Published: the status; the text is that which a client's tests have. That a form nobody used is answered in the same
    way is constructed, as is an unknown key's 400.
    """
    world = request.app[WORLD]
    if file_key not in tenant(world)["reserved_uploads"]:
        raise Refused(invalid(world, "file_key", "No file was uploaded with this key."))
    if uploading.is_busy(world, file_key):
        raise Refused(detail("The upload is still being processed.", 503))
    return uploading.file_fields(world, file_key)


async def _written_fields(request: web.Request) -> Record:
    """The fields that the API knows, in its types. All others are ignored."""
    world, sent = request.app[WORLD], await fields_of(request)
    known: Record = {}
    for name, value in sent.items():
        if name in _FLAGS:
            known[name] = as_bool(world, name, value)
        elif name == "name":
            known[name] = custom_items.name_of(request, value)
        elif name in _SCRIPTS:
            known[name] = self_service.trimmed(world, value)
        elif name in _TEXTS:
            known[name] = "" if value is None else str(value)
    for name, choices in _CHOICES.items():
        if name in known and known[name] not in choices:
            raise Refused(_rule(name, f'"{known[name]}" is not a valid choice.'))
    return known


def _check_rules(world: World, app: Record) -> None:
    """Rules between fields. Recorded: which field the 400 names, and the texts of the two with "Required when"."""
    enforcement = app["install_enforcement"]
    if enforcement == "continuously_enforce" and not app["audit_script"]:
        raise Refused(_rule("audit_script", "Required when choosing continuously_enforce"))
    if enforcement != "continuously_enforce" and app["audit_script"]:
        raise Refused(_rule("audit_script", "Only allowed when choosing continuously_enforce"))
    if enforcement == "no_enforcement" and not app["show_in_self_service"]:
        raise Refused(_rule("show_in_self_service", "Required when not enforcing install"))
    if app["install_type"] == "zip" and not app["unzip_location"]:
        raise Refused(_rule("unzip_location", "Required when install_type is zip"))
    self_service.check(world, app)


def _rule(field: str, text: str) -> web.Response:
    return json_response({field: [text]}, 400)


async def list_apps(request: web.Request) -> web.Response:
    """``GET /library/custom-apps``."""
    world = request.app[WORLD]
    page = numbered_page(request, list(tenant(world)[KIND].values()), setting(world, "custom_apps_page_size"))
    page["results"] = [public(world, app) for app in page["results"]]
    return json_response(page)


async def get_app(request: web.Request) -> web.Response:
    """``GET /library/custom-apps/{id}``."""
    return json_response(public(request.app[WORLD], custom_items.found(request, KIND)))


async def create_app(request: web.Request) -> web.Response:
    """``POST /library/custom-apps``."""
    world, fields = request.app[WORLD], await _written_fields(request)
    for required in ("name", "file_key", *_CHOICES):
        if required not in fields:
            return invalid(world, required, "This field is required.")
    _check_rules(world, _DEFAULTS | fields)
    app = create(world, self_service.stripped(fields) | _taken(request, fields["file_key"]))
    custom_items.log(request, "create", app, "library_item_created")
    return json_response(public(world, app), 201)


async def update_app(request: web.Request) -> web.Response:
    """``PATCH /library/custom-apps/{id}``: the rules hold for what the app is afterwards (constructed)."""
    world, app, fields = request.app[WORLD], custom_items.found(request, KIND), await _written_fields(request)
    _check_rules(world, app | fields)
    before, name = app["sha256"], app["name"]
    if "file_key" in fields and fields["file_key"] != app["file_key"]:
        fields |= _taken(request, fields["file_key"])
    app |= self_service.stripped(fields, app) | {"updated_at": now(world)}
    scope.item_updated(world, app, afresh=app["sha256"] != before)
    custom_items.log_edit(request, app, name)
    return json_response(public(world, app))


async def delete_app(request: web.Request) -> web.Response:
    """``DELETE /library/custom-apps/{id}``."""
    return custom_items.remove(request, KIND)
