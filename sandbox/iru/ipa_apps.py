"""``/library/ipa-apps``: in-house apps for iPhones, iPads and Apple TVs; a package is read before it is taken."""

from __future__ import annotations

import io
import plistlib
import zipfile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from xml.parsers.expat import ExpatError

from aiohttp import web

from sandbox import uploads
from sandbox.iru import custom_items, scope, uploading
from sandbox.iru.answers import Refused, as_bool, fields_of, invalid, not_found, numbered_page
from sandbox.iru.tenant import Record, now, setting, tenant
from sandbox.web import WORLD, json_response

if TYPE_CHECKING:
    from sandbox.world import World

KIND = "ipa_apps"
_FLAGS = {"runs_on_iphone": "iPhone", "runs_on_ipad": "iPad", "runs_on_tv": "AppleTV"}
_NEVER = ("runs_on_mac", "runs_on_ipod", "runs_on_watch")
# Apple's UIDeviceFamily.
_FAMILIES = {1: "iPhone", 2: "iPad", 3: "AppleTV"}
_METADATA = ("app_identifier", "app_name", "app_version", "supported_device_families", "minimum_os_version")
_PUBLIC = (
    "id", "name", "file_key", "active", *_METADATA, "sha256", "file_size", "file_updated", "created_at", "updated_at",
)  # fmt: skip


async def reserve_upload(request: web.Request) -> web.Response:
    """``POST /library/ipa-apps/upload``: a signed form, and the id by which its state can be asked."""
    world, name = request.app[WORLD], (await fields_of(request)).get("filename")
    if not isinstance(name, str) or not name.strip():
        return invalid(world, "filename", "This field is required.")
    form = uploading.reserve(world, f"tenants/{tenant(world)['tenant_id']}/library/ipa_apps", name)
    pending_id = world.new_uuid()
    tenant(world)["pending_uploads"][pending_id] = form["file_key"]
    return json_response({"id": pending_id, "filename": name, "sha256": None, **form}, 201)


async def get_upload_status(request: web.Request) -> web.Response:
    """``GET /library/ipa-apps/upload/{pending_upload_id}/status``: states and reasons as published; that of a file that
    is no app is constructed, and so is the order in which a busy tenant names the two waiting states."""
    world = request.app[WORLD]
    key = tenant(world)["pending_uploads"].get(request.match_info["pending_upload_id"])
    if key is None:
        return not_found()
    file = uploads.stored(world, key)
    if file is None:
        reason = "The checksum for the IPA file is still being calculated"
        return json_response({"reason": reason, "status": "UPLOADING"})
    if uploading.is_busy(world, key):
        return json_response({"reason": "The IPA file is still being validated", "status": "UPLOADED"})
    metadata = _metadata(world, key)
    if metadata is None:
        reason = "The IPA file could not be read"
        return json_response({"reason": reason, "status": "VALIDATE_FAILED", "sha256": file["sha256"]})
    shown = {**metadata, **_icons(key), "file_key": key, "file_size": file["size"], "app_icon": _icon_link(world, key)}
    shown |= {"icon_path": "AppIcon60x60", "ipad_icon_path": "AppIcon76x76"}
    return json_response({"metadata": shown, "sha256": file["sha256"], "status": "VALIDATED"})


def _metadata(world: World, key: str) -> Record | None:
    """What the package says of itself; None for one that is no app. Of one whose bytes are not kept, its name."""
    content = uploads.kept(world, key)
    info = {} if content is None else _info(content)
    if info is None:
        return None
    families = [_FAMILIES[each] for each in info.get("UIDeviceFamily", [1, 2]) if each in _FAMILIES]
    stem = PurePosixPath(key).stem.rpartition("_")[0]
    return {
        "app_identifier": info.get("CFBundleIdentifier", f"example.{stem.lower()}"),
        "app_name": info.get("CFBundleDisplayName") or info.get("CFBundleName") or stem,
        "app_version": info.get("CFBundleShortVersionString", "1.0"),
        "supported_device_families": families,
        "minimum_os_version": info.get("MinimumOSVersion", "17.0"),
    }


def _info(content: bytes) -> dict[str, Any] | None:
    """The Info.plist of an app in its archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            path = next(name for name in archive.namelist() if PurePosixPath(name).match("Payload/*.app/Info.plist"))
            info = plistlib.loads(archive.read(path))
    except (zipfile.BadZipFile, StopIteration, plistlib.InvalidFileException, ExpatError, ValueError, KeyError):
        return None
    return info if isinstance(info, dict) else None


def _icons(key: str) -> Record:
    stem = key.removesuffix(PurePosixPath(key).suffix)
    return {"icon": f"{stem}-Icon.png", "ipad_icon": f"{stem}-IpadIcon.png"}


def _icon_link(world: World, key: str) -> str:
    return uploads.link_for(world, _icons(key)["icon"])


def public(world: World, app: Record) -> Record:
    """The app as the API shows it."""
    shown = {key: app[key] for key in (*_PUBLIC, *_FLAGS)} | _icons(app["file_key"]) | dict.fromkeys(_NEVER, False)
    return shown | {"identifier": app["app_identifier"], "file_url": uploads.link_for(world, app["file_key"])}


async def _written_fields(request: web.Request) -> Record:
    world, known = request.app[WORLD], dict[str, Any]()
    for name, value in (await fields_of(request)).items():
        if name in ("active", *_FLAGS):
            known[name] = as_bool(world, name, value)
        elif name == "name":
            known[name] = custom_items.name_of(request, value)
        elif name == "file_key":
            known[name] = str(value)
    return known


def _apply(world: World, app: Record, fields: Record) -> None:
    """Takes over fields. Raises Refused (constructed) for a file that is not validated, and if no platform is left."""
    key = str(fields.get("file_key", app.get("file_key")))
    if key != app.get("file_key"):
        metadata = _metadata(world, key) if key in tenant(world)["pending_uploads"].values() else None
        if metadata is None or uploads.stored(world, key) is None:
            raise Refused(invalid(world, "file_key", "The file was not uploaded and validated."))
        fields |= metadata | uploading.file_fields(world, key)
    changed = app | fields
    changed["platforms"] = [platform for flag, platform in _FLAGS.items() if changed[flag]]
    if not changed["platforms"]:
        raise Refused(invalid(world, "runs_on_iphone", "At least one platform must be selected."))
    app |= changed | {"updated_at": now(world)}


async def list_apps(request: web.Request) -> web.Response:
    """``GET /library/ipa-apps``."""
    world = request.app[WORLD]
    page = numbered_page(request, list(tenant(world)[KIND].values()), setting(world, "custom_apps_page_size"))
    page["results"] = [public(world, app) for app in page["results"]]
    return json_response(page)


async def get_app(request: web.Request) -> web.Response:
    """``GET /library/ipa-apps/{id}``."""
    return json_response(public(request.app[WORLD], custom_items.found(request, KIND)))


async def create_app(request: web.Request) -> web.Response:
    """``POST /library/ipa-apps``. Without flags it is for the platforms that the package names (constructed)."""
    world, fields = request.app[WORLD], await _written_fields(request)
    for required in ("name", "file_key"):
        if required not in fields:
            return invalid(world, required, "This field is required.")
    families = (_metadata(world, fields["file_key"]) or {}).get("supported_device_families", [])
    app = {"id": world.new_uuid(), "type": "ipa-app", "active": True, "created_at": now(world)}
    app |= {flag: family in families for flag, family in _FLAGS.items()}
    _apply(world, app, fields)
    tenant(world)[KIND][app["id"]] = app
    custom_items.log(request, "create", app, "library_item_created")
    return json_response(public(world, app), 201)


async def update_app(request: web.Request) -> web.Response:
    """``PATCH /library/ipa-apps/{id}``."""
    world, app, fields = request.app[WORLD], custom_items.found(request, KIND), await _written_fields(request)
    name, before = app["name"], app["sha256"]
    _apply(world, app, fields)
    scope.item_updated(world, app, afresh=app["sha256"] != before)
    custom_items.log_edit(request, app, name)
    return json_response(public(world, app))


async def delete_app(request: web.Request) -> web.Response:
    """``DELETE /library/ipa-apps/{id}``."""
    return custom_items.remove(request, KIND)
