"""Custom profiles: what Iru stores, what it rewrites in the .mobileconfig, and ``/library/custom-profiles``."""

from __future__ import annotations

import plistlib
from typing import TYPE_CHECKING, Any
from xml.parsers.expat import ExpatError

from aiohttp import web

from sandbox.codec import signed_content
from sandbox.iru import custom_items, scope
from sandbox.iru.answers import Refused, as_bool, fields_of, invalid, numbered_page
from sandbox.iru.tenant import Record, now, setting, tenant
from sandbox.web import WORLD, json_response

if TYPE_CHECKING:
    from sandbox.world import World

KIND = "custom_profiles"
_FLAGS = {
    "runs_on_mac": "Mac",
    "runs_on_iphone": "iPhone",
    "runs_on_ipad": "iPad",
    "runs_on_tv": "AppleTV",
    "runs_on_vision": "Vision",
}
# Documented example of a create without flags: the Mac, nothing else.
_DEFAULT_FLAGS = {flag: flag == "runs_on_mac" for flag in _FLAGS}
# Returned by a serializer that other items share, never true: a .mobileconfig cannot target them (irusdk changelog).
_READ_ONLY_FLAGS = ("runs_on_android", "runs_on_windows")
_PUBLIC = ("id", "name", "active", "profile", "mdm_identifier", *_FLAGS, "created_at", "updated_at")


def create(world: World, name: str, file: bytes, active: bool = True, flags: dict[str, bool] | None = None) -> Record:
    """Stores a new profile. Raises Refused for a file that is no profile, or when no platform is left."""
    profile_id = world.new_uuid()
    profile: Record = {"id": profile_id, "name": name, "active": active, "type": "profile"}
    profile |= {"mdm_identifier": f"com.kandji.profile.custom.{profile_id}"}
    _set_flags(world, profile, _DEFAULT_FLAGS | (flags or {}))
    # Recorded: on an object that was never updated the PayloadUUID is the item's id.
    profile["payload_uuid"] = profile_id
    profile["profile"] = _rewritten(world, profile, _parsed(world, file))
    profile["created_at"] = profile["updated_at"] = now(world)
    tenant(world)["custom_profiles"][profile_id] = profile
    return profile


def update(world: World, profile: Record, changes: dict[str, Any]) -> None:
    """Applies a PATCH. Every write gives the profile a new PayloadUUID, also one that changes no file, so that Macs
    install it again (irusdk changelog 0.2.0, recorded answers). Nothing is changed when Refused is raised."""
    content = plistlib.loads(profile["profile"].encode())
    if "file" in changes:
        content = _parsed(world, changes["file"])
    changed = profile | {key: changes[key] for key in ("name", "active") if key in changes}
    _set_flags(world, changed, {flag: changes[flag] if flag in changes else profile[flag] for flag in _FLAGS})
    changed["payload_uuid"] = world.new_uuid()
    changed["profile"] = _rewritten(world, changed, content)
    changed["updated_at"] = now(world)
    profile.update(changed)


def public(world: World, profile: Record) -> Record:
    """The profile as the API shows it."""
    shown = {key: profile[key] for key in _PUBLIC}
    if setting(world, "android_and_windows_flags"):
        shown |= dict.fromkeys(_READ_ONLY_FLAGS, False)
    return shown


def _set_flags(world: World, profile: Record, flags: dict[str, bool]) -> None:
    """Raises Refused when no platform is left: Iru's CLI and irusdk refuse that, Iru's own answer is not known."""
    if not any(flags.values()):
        raise Refused(invalid(world, "runs_on_mac", "At least one platform must be selected."))
    profile |= flags
    profile["platforms"] = [platform for flag, platform in _FLAGS.items() if flags[flag]]


def _parsed(world: World, file: bytes) -> dict[str, Any]:
    """The top level of a profile. How Iru answers a file that is none, or a signed one, is not known."""
    if setting(world, "signed_profiles") == "unwrapped":
        file = signed_content(file) or file
    try:
        content = plistlib.loads(file)
    except (plistlib.InvalidFileException, ExpatError, ValueError, AttributeError) as error:
        raise Refused(invalid(world, "file", "The file is not a valid configuration profile.")) from error
    if not isinstance(content, dict) or not isinstance(content.get("PayloadContent"), list):
        raise Refused(invalid(world, "file", "The file is not a valid configuration profile."))
    return content


def _rewritten(world: World, profile: Record, content: dict[str, Any]) -> str:
    """The stored XML: three top-level keys are Iru's own, the payloads stay verbatim, keys come sorted (recorded)."""
    content = content | {
        "PayloadIdentifier": profile["mdm_identifier"],
        "PayloadDisplayName": profile["name"],
        "PayloadUUID": profile["payload_uuid"],
    }
    if setting(world, "payload_scope_added"):
        content.setdefault("PayloadScope", "System")
    return plistlib.dumps(content, sort_keys=True).decode()


async def _written_fields(request: web.Request) -> dict[str, Any]:
    """The fields of a create or update that the API knows, booleans read from text; all others are ignored."""
    world, fields = request.app[WORLD], await fields_of(request)
    known: dict[str, Any] = {}
    for name, value in fields.items():
        if name in ("active", *_FLAGS):
            known[name] = as_bool(world, name, value)
        elif name == "name":
            known[name] = custom_items.name_of(request, value)
        elif name == "file":
            known[name] = value if isinstance(value, bytes) else str(value).encode()
    return known


async def list_profiles(request: web.Request) -> web.Response:
    """``GET /library/custom-profiles``."""
    world = request.app[WORLD]
    rows = list(tenant(world)["custom_profiles"].values())
    page = numbered_page(request, rows, setting(world, "custom_profiles_page_size"))
    page["results"] = [public(world, profile) for profile in page["results"]]
    return json_response(page)


async def get_profile(request: web.Request) -> web.Response:
    """``GET /library/custom-profiles/{id}``."""
    return json_response(public(request.app[WORLD], custom_items.found(request, KIND)))


async def create_profile(request: web.Request) -> web.Response:
    """``POST /library/custom-profiles``."""
    world, fields = request.app[WORLD], await _written_fields(request)
    for required in ("name", "file"):
        if required not in fields:
            return invalid(world, required, "This field is required.")
    flags = {flag: fields[flag] for flag in _FLAGS if flag in fields}
    profile = create(world, fields["name"], fields["file"], fields.get("active", True), flags)
    custom_items.log(request, "create", profile, "library_item_created")
    return json_response(public(world, profile), 201)


async def update_profile(request: web.Request) -> web.Response:
    """``PATCH /library/custom-profiles/{id}``."""
    world, profile = request.app[WORLD], custom_items.found(request, KIND)
    name = profile["name"]
    update(world, profile, await _written_fields(request))
    scope.profile_updated(world, profile)
    custom_items.log_edit(request, profile, name)
    return json_response(public(world, profile))


async def delete_profile(request: web.Request) -> web.Response:
    """``DELETE /library/custom-profiles/{id}``; its assignments go with it."""
    return custom_items.remove(request, KIND)
