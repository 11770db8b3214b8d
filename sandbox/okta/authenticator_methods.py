"""Methods of an authenticator: /api/v1/authenticators/{id}/methods. FastPass is `signed_nonce` of Okta Verify."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from sandbox.okta.access import needs
from sandbox.okta.answers import base_url, invalid, json_object, not_found
from sandbox.okta.authenticator_settings import accepted_method_settings
from sandbox.okta.authenticator_use import refuse_if_rules_need_fastpass
from sandbox.okta.authenticators import authenticator_of, lifecycle_link, note_change
from sandbox.web import WORLD, json_response

_READ, _MANAGE = "okta.authenticators.read", "okta.authenticators.manage"
# Recorded with a lifecycle link; totp, email and password have none.
_SWITCHABLE = {"push", "signed_nonce", "sms", "voice"}


@needs(_READ)
async def list_methods(request: web.Request) -> web.Response:
    """GET /api/v1/authenticators/{id}/methods: FastPass is on when `signed_nonce` is ACTIVE."""
    authenticator = authenticator_of(request)
    return json_response([_shown(request, authenticator, each) for each in authenticator["methods"].values()])


@needs(_READ)
async def get_method(request: web.Request) -> web.Response:
    """GET /api/v1/authenticators/{id}/methods/{type} (okta/okta-management-openapi-spec)."""
    return json_response(_shown(request, authenticator_of(request), _method(request)))


@needs(_MANAGE)
async def replace_method(request: web.Request) -> web.Response:
    """PUT /api/v1/authenticators/{id}/methods/{type}: its settings; a body that is null is E0000003 (recorded)."""
    world, authenticator, method = request.app[WORLD], authenticator_of(request), _method(request)
    body = await json_object(request)
    if body.get("type", method["type"]) != method["type"]:
        raise invalid("type", f"type: must be {method['type']}")
    if "settings" in method:
        method["settings"] = accepted_method_settings(world, method, body.get("settings"))
    note_change(world, authenticator, "update")
    return json_response(_shown(request, authenticator, method))


@needs(_MANAGE)
async def change_method_status(request: web.Request) -> web.Response:
    """POST /api/v1/authenticators/{id}/methods/{type}/lifecycle/activate or deactivate: 200 and the method."""
    world, authenticator, method = request.app[WORLD], authenticator_of(request), _method(request)
    operation = request.match_info["operation"]
    if method["type"] not in _SWITCHABLE:
        raise invalid("method", "type: the method has no lifecycle")
    if operation == "deactivate" and (method["type"], method["status"]) == ("signed_nonce", "ACTIVE"):
        refuse_if_rules_need_fastpass(world)
    method["status"] = "ACTIVE" if operation == "activate" else "INACTIVE"
    note_change(world, authenticator, "update")
    return json_response(_shown(request, authenticator, method))


def _method(request: web.Request) -> dict[str, Any]:
    found: dict[str, Any] | None = authenticator_of(request)["methods"].get(request.match_info["method"])
    if found is None:
        raise not_found(request.match_info["method"], "AuthenticatorMethod")
    return found


def _shown(request: web.Request, authenticator: dict[str, Any], method: dict[str, Any]) -> dict[str, Any]:
    url = f"{base_url(request)}/api/v1/authenticators/{authenticator['id']}/methods/{method['type']}"
    links = {"self": {"href": url, "hints": {"allow": ["GET", "PUT"]}}}
    if method["type"] in _SWITCHABLE:
        links.update(lifecycle_link(url, method["status"] == "ACTIVE"))
    return {**method, "_links": links}
