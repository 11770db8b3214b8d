"""User types: /api/v1/meta/types/user. A new org has one, the default."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from sandbox.clock import object_time
from sandbox.okta.access import needs
from sandbox.okta.answers import base_url, not_found
from sandbox.web import WORLD, json_response
from sandbox.world import World


def seed(world: World) -> None:
    """Puts the default type there, which all users of the org are of."""
    okta, now = world.data["okta"], object_time(world.clock.now())
    administrator = okta["administrator"]["id"]
    default = {
        "id": okta["users"][administrator]["type"]["id"],
        "displayName": "User",
        "name": "user",
        "description": "Okta user profile template with default permission settings",
        "createdBy": administrator,
        "lastUpdatedBy": administrator,
        "created": now,
        "lastUpdated": now,
        "default": True,
    }
    okta["user_types"] = {default["id"]: default}


@needs("okta.userTypes.read")
async def list_user_types(request: web.Request) -> web.Response:
    """GET /api/v1/meta/types/user: all of them, without pages (okta/okta-management-openapi-spec, listUserTypes)."""
    return json_response([_shown(request, each) for each in request.app[WORLD].data["okta"]["user_types"].values()])


@needs("okta.userTypes.read")
async def get_user_type(request: web.Request) -> web.Response:
    """GET /api/v1/meta/types/user/{id}; ``default`` stands for the default type."""
    wanted = request.match_info["id"]
    for each in request.app[WORLD].data["okta"]["user_types"].values():
        if wanted == each["id"] or (wanted == "default" and each["default"]):
            return json_response(_shown(request, each))
    raise not_found(wanted, "CVDType")  # so recorded


def _shown(request: web.Request, user_type: dict[str, Any]) -> dict[str, Any]:
    base, type_id = base_url(request), user_type["id"]
    links = {
        "schema": {"rel": "schema", "href": f"{base}/api/v1/meta/schemas/user/osc{type_id[3:]}", "method": "GET"},
        "self": {"rel": "self", "href": f"{base}/api/v1/meta/types/user/{type_id}", "method": "GET"},
    }
    return {**user_type, "_links": links}
