"""Devices and who uses them: /api/v1/devices."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from sandbox.clock import object_time
from sandbox.okta import device_store, rate_limits, synthetic_devices
from sandbox.okta.access import needs
from sandbox.okta.answers import OktaError, base_url, invalid, limit_of, not_found, with_links
from sandbox.okta.audit import audit
from sandbox.okta.org import shown_user
from sandbox.okta.scim import Expression, comparisons, parse
from sandbox.web import WORLD, json_response
from sandbox.world import World

_MAXIMUM_PAGE = 200
_PROFILE = (
    "displayName", "platform", "manufacturer", "model", "osVersion", "serialNumber", "udid", "sid", "imei", "meid",
    "tpmPublicKeyHash", "registered", "secureHardwarePresent", "diskEncryptionType", "integrityJailbreak", "managed",
)  # fmt: skip
_SEARCHABLE = {"id", "status", "lastUpdated", *(f"profile.{name}" for name in _PROFILE)}
_FIELDS = {
    "id", "status", "created", "lastUpdated", "profile", "resourceType", "resourceDisplayName", "resourceAlternateId",
    "resourceId", "_links", "_embedded",
}  # fmt: skip
_CONTAINS = {f"profile.{name}" for name in ("displayName", "serialNumber", "imei", "meid", "udid", "sid")}
# operation → (from one of these, to that), okta/okta-management-openapi-spec; the links of a suspended one are recorded
_LIFECYCLE = {
    "activate": (("DEACTIVATED",), "ACTIVE"),
    "deactivate": (("ACTIVE", "SUSPENDED"), "DEACTIVATED"),
    "suspend": (("ACTIVE",), "SUSPENDED"),
    "unsuspend": (("SUSPENDED",), "ACTIVE"),
}
_FEATURE = "devices"


@needs("okta.devices.read", rate_limits.DEVICES, _FEATURE)
async def list_devices(request: web.Request) -> web.Response:
    """GET /api/v1/devices: `search` is SCIM, `expand` is user or userSummary; pages of at most 200."""
    world, expand = request.app[WORLD], request.query.get("expand")
    if expand not in {None, "user", "userSummary"}:
        raise invalid("expand", "expand: must be user or userSummary")
    most = world.data["okta"]["settings"]["device_expand_limit"] if expand else _MAXIMUM_PAGE
    limit = limit_of(request, min(most, _MAXIMUM_PAGE), most)
    fields = _fields(request.query.get("fields", ""))
    expression = _expression(request.query["search"]) if request.query.get("search") else None
    devices, more = device_store.page(world, expression, request.query.get("after"), limit)
    after = devices[-1]["id"] if more else None
    shown = [_only(fields, _shown(request, device, expand)) for device in devices]
    return with_links(request, json_response(shown), limit=limit, after=after)


@needs("okta.devices.read", rate_limits.DEVICES, _FEATURE)
async def get_device(request: web.Request) -> web.Response:
    """GET /api/v1/devices/{id}; adds where the record comes from (recorded)."""
    device = device_store.as_read(request.app[WORLD], _device(request))
    shown = _shown(request, device, None)
    authenticators = request.app[WORLD].data["okta"]["authenticators"].values()
    origins = [each for each in authenticators if each["key"] == "okta_verify"]
    shown["_embedded"] = {"originatedFrom": [{key: each[key] for key in ("id", "name", "key")} for each in origins]}
    return json_response(shown)


@needs("okta.devices.read", rate_limits.DEVICE_USERS, _FEATURE)
async def list_device_users(request: web.Request) -> web.Response:
    """GET /api/v1/devices/{id}/users: the management status is on the user's link, not on the device."""
    links = _device(request, "GenericUDObject")["users"]  # the kind in its 404 is recorded
    return json_response([_expanded(request, link, "user") for link in links])


@needs("okta.devices.manage", rate_limits.DEVICES, _FEATURE)
async def change_device_status(request: web.Request) -> web.Response:
    """POST /api/v1/devices/{id}/lifecycle/{operation}: 204."""
    world, device, operation = request.app[WORLD], _device(request), request.match_info["operation"]
    before, after = _LIFECYCLE[operation]
    if device["status"] not in before:
        needed = " or ".join(before)
        raise invalid("status", f"status: a device must be {needed} to {operation}, it is {device['status']}")
    device_store.changing(world, device)
    device.update(status=after, lastUpdated=object_time(world.clock.now()))
    if operation == "deactivate":
        device["users"] = []  # documented; a recorded deactivated device has no users
    _audit(world, operation, device)
    return web.Response(status=204)


@needs("okta.devices.manage", rate_limits.DEVICES, _FEATURE)
async def delete_device(request: web.Request) -> web.Response:
    """DELETE /api/v1/devices/{id}: 204, only when deactivated. Its certificate stays bound to the deleted record."""
    world, device = request.app[WORLD], _device(request)
    if device["status"] != "DEACTIVATED":
        raise invalid("status", f"status: a device must be DEACTIVATED to be deleted, it is {device['status']}")
    device_store.remove(world, device["id"])
    _audit(world, "delete", device)
    return web.Response(status=204)


def _audit(world: World, operation: str, device: dict[str, Any]) -> None:
    message, name = f"{operation.capitalize()} device", device["profile"]["displayName"]
    audit(world, f"device.lifecycle.{operation}", message, "Device", (device["id"], name))


def _device(request: web.Request, kind: str = "Device") -> dict[str, Any]:
    device_id = request.match_info["id"]
    found = device_store.get(request.app[WORLD], device_id)
    if found is None or (request.method != "GET" and device_id not in request.app[WORLD].data["okta"]["devices"]):
        raise not_found(device_id, kind)
    return found


def _expression(text: str) -> Expression:
    """A search over what Okta lets one search. Raises OktaError E0000031."""
    try:
        expression = parse(text)
    except ValueError as error:
        raise OktaError("E0000031", causes=[str(error)]) from error
    for comparison in comparisons(expression):
        attribute = comparison.attribute
        if attribute not in _SEARCHABLE:
            raise OktaError("E0000031", causes=[f"Invalid property: {attribute}"])
        if comparison.operator == "co" and attribute not in _CONTAINS:
            raise OktaError("E0000031", causes=[f"The operator co is not supported for {attribute}"])
    return expression


def _fields(text: str) -> list[list[str]]:
    """The paths of the `fields` parameter (in Okta's release notes of 2026; what it refuses is constructed)."""
    paths = [name.strip() for name in text.split(",") if name.strip()]
    for path in paths:
        if path.partition(".")[0] not in _FIELDS:
            raise invalid("fields", f"fields: {path} is not a field of a device")
    return [path.split(".") for path in paths]


def _only(fields: list[list[str]], device: dict[str, Any]) -> dict[str, Any]:
    """The device reduced to the fields that were asked for, and its id; all of it if none were."""
    if not fields:
        return device
    kept: dict[str, Any] = {"id": device["id"]}
    for name, *inner in fields:
        value = device.get(name)
        if inner and isinstance(value, dict):
            kept.setdefault(name, {}).update({key: value[key] for key in inner[:1] if key in value})
        elif name in device:
            kept[name] = value
    return kept


def _shown(request: web.Request, device: dict[str, Any], expand: str | None) -> dict[str, Any]:
    world = request.app[WORLD]
    profile = device["profile"]
    shown = {
        **{key: value for key, value in device.items() if key != "users"},
        "resourceType": "UDDevice",
        "resourceDisplayName": {"value": profile["displayName"], "sensitive": False},
        "resourceAlternateId": None,
        "resourceId": device["id"],
        "_links": _links(f"{base_url(request)}/api/v1/devices/{device['id']}", device["status"]),
    }
    if world.data["okta"]["settings"]["device_profile_managed"]:
        managed = any(link["managementStatus"] == "MANAGED" for link in device["users"])
        shown["profile"] = {**profile, "managed": managed}
    if expand:
        shown["_embedded"] = {"users": [_expanded(request, link, expand) for link in device["users"]]}
    return shown


def _expanded(request: web.Request, link: dict[str, Any], expand: str) -> dict[str, Any]:
    world = request.app[WORLD]
    user = world.data["okta"]["users"].get(link["user"]) or synthetic_devices.user(world, link["user"])
    if expand == "user":
        return {**link, "user": shown_user(request, user)}
    summary = {
        "id": user["id"],
        "realmId": None,
        "profile": {key: user["profile"][key] for key in ("firstName", "lastName", "login", "email")},
        "status": user["status"],
    }
    return {**link, "user": summary}


def _links(url: str, status: str) -> dict[str, Any]:
    """As recorded: users and the possible transitions for ACTIVE; activate and self for DEACTIVATED."""
    operations = [name for name, (before, _) in _LIFECYCLE.items() if status in before]
    links = {name: {"href": f"{url}/lifecycle/{name}", "hints": {"allow": ["POST"]}} for name in operations}
    allowed = ["GET", "DELETE"] if status == "DEACTIVATED" else ["GET", "PATCH", "PUT"]
    links["self"] = {"href": url, "hints": {"allow": allowed}}
    if status != "DEACTIVATED":
        links["users"] = {"href": f"{url}/users", "hints": {"allow": ["GET"]}}
    return links
