"""Manual enrolment: the profile of a Blueprint, and Blueprint Routing with its code and activity."""

from __future__ import annotations

import base64
import json
import plistlib
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from aiohttp import web

from sandbox.iru.answers import Refused, as_bool, fields_of, invalid, offset_page
from sandbox.iru.blueprints import found
from sandbox.iru.tenant import Record, derived_uuid, next_row_id, now, setting, tenant
from sandbox.web import WORLD, json_response

if TYPE_CHECKING:
    from sandbox.world import World

# Documented. The profile itself is constructed: no source shows one.
_PROFILE_HEADERS = {
    "Content-Disposition": "attachment;filename=kandji-enroll.mobileconfig",
    "Content-Language": "en",
}


def seed_routing(world: World) -> Record:
    """Blueprint Routing as it was switched on."""
    code = f"{int(derived_uuid(world, 'routing')[:5], 16) % 1_000_000:06d}"
    return {"enrollment_code": {"code": code, "is_active": True}, "activity": []}


async def get_enrollment_profile(request: web.Request) -> web.Response:
    """``GET /blueprints/{id}/ota-enrollment-profile``; ``sso=true`` gives a URL where people have to sign in."""
    world, blueprint = request.app[WORLD], found(request)
    if request.query.get("sso") == "true" and setting(world, "manual_enrollment_requires_authentication"):
        return json_response({"url": _authentication_url(world, blueprint)})
    content = {
        "PayloadType": "Profile Service",
        "PayloadVersion": 1,
        "PayloadIdentifier": "com.kandji.profile.enroll",
        "PayloadUUID": derived_uuid(world, "enroll", blueprint["id"]),
        "PayloadDisplayName": blueprint["name"],
        "PayloadContent": {
            "URL": f"{request.url.origin()}/app/v1/mdm/enroll-ota/{blueprint['id']}",
            "DeviceAttributes": ["UDID", "VERSION", "PRODUCT", "SERIAL"],
        },
    }
    kind = "application/x-apple-aspen-config"
    return web.Response(body=plistlib.dumps(content), content_type=kind, headers=_PROFILE_HEADERS)


def _authentication_url(world: World, blueprint: Record) -> str:
    told = {"blueprint_id": blueprint["id"], "enrollment_code": blueprint["enrollment_code"]["code"]}
    metadata = base64.b64encode(json.dumps(told).encode()).decode()
    host = f"https://{tenant(world)['subdomain']}.kandji.io"
    return f"{host}/enrollment/authentication?{urlencode({'metadata': metadata}, safe='=')}"


async def get_routing(request: web.Request) -> web.Response:
    """``GET /blueprint-routing/``."""
    return json_response({"enrollment_code": tenant(request.app[WORLD])["blueprint_routing"]["enrollment_code"]})


async def update_routing(request: web.Request) -> web.Response:
    """``PATCH /blueprint-routing/``."""
    world, fields = request.app[WORLD], await fields_of(request)
    routing = tenant(world)["blueprint_routing"]
    given = fields.get("enrollment_code", {})
    if not isinstance(given, dict):
        raise Refused(invalid(world, "enrollment_code", "Invalid data. Expected a dictionary."))
    wanted: Record = {"code": str(given["code"])} if "code" in given else {}
    if "is_active" in given:
        wanted["is_active"] = as_bool(world, "enrollment_code.is_active", given["is_active"])
    before = routing["enrollment_code"]
    details = {key: {"new": value, "old": before[key]} for key, value in wanted.items() if value != before[key]}
    if details:
        _record(world, "enrollment_settings_changed", details)
    routing["enrollment_code"] = before | wanted
    return json_response({"enrollment_code": routing["enrollment_code"]})


def _record(world: World, activity_type: str, details: Record) -> None:
    """Appends to the routing's activity. Who did it is the administrator who made the token: what Iru writes for a
    token is not known."""
    admin = dict(tenant(world)["admin"])
    row = {"id": next_row_id(world), "activity_time": now(world), "activity_type": activity_type}
    tenant(world)["blueprint_routing"]["activity"].append(row | {"user": admin, "device_id": None, "details": details})


async def list_routing_activity(request: web.Request) -> web.Response:
    """``GET /blueprint-routing/activity``, newest first (documented example)."""
    rows = tenant(request.app[WORLD])["blueprint_routing"]["activity"]
    return json_response(offset_page(request, rows[::-1]))
