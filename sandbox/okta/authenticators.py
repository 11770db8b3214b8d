"""Authenticators of the org: /api/v1/authenticators. Their methods are in `authenticator_methods`."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from sandbox.clock import object_time
from sandbox.okta.access import needs
from sandbox.okta.answers import OktaError, base_url, invalid, json_object, lifecycle_link, not_found
from sandbox.okta.audit import audit
from sandbox.okta.authenticator_settings import accepted_settings
from sandbox.okta.authenticator_use import refuse_if_policies_need_it
from sandbox.web import WORLD, json_response
from sandbox.world import World

FLEXIBLE_KEYS = ("okta_verify_totp", "okta_verify_push", "okta_verify_fastpass")
_READ, _MANAGE = "okta.authenticators.read", "okta.authenticators.manage"
_SHOWN = ("type", "id", "key", "status", "name", "created", "lastUpdated", "settings")


@needs(_READ)
async def list_authenticators(request: web.Request) -> web.Response:
    """GET /api/v1/authenticators: all, by name (recorded)."""
    authenticators = request.app[WORLD].data["okta"]["authenticators"].values()
    return json_response([_shown(request, each) for each in sorted(authenticators, key=lambda each: each["name"])])


@needs(_READ)
async def get_authenticator(request: web.Request) -> web.Response:
    """GET /api/v1/authenticators/{id}."""
    return json_response(_shown(request, authenticator_of(request)))


@needs(_MANAGE)
async def replace_authenticator(request: web.Request) -> web.Response:
    """PUT /api/v1/authenticators/{id}: its settings; the status stays as it is (recorded), and so does the name."""
    world, authenticator, body = request.app[WORLD], authenticator_of(request), await json_object(request)
    _check_key(world, authenticator, body)
    if body.get("type", authenticator["type"]) != authenticator["type"]:
        raise invalid("type", "type: The type of an authenticator cannot be changed")
    if "settings" in authenticator:
        authenticator["settings"] = accepted_settings(world, authenticator, body.get("settings"))
    note_change(world, authenticator, "update")
    return json_response(_shown(request, authenticator))


@needs(_MANAGE)
async def change_authenticator_status(request: web.Request) -> web.Response:
    """POST /api/v1/authenticators/{id}/lifecycle/activate or deactivate: 200 and the authenticator, or a refusal."""
    world, authenticator, operation = request.app[WORLD], authenticator_of(request), request.match_info["operation"]
    if authenticator["key"] == "okta_password":
        raise OktaError("E0000022")  # no such link is recorded of it
    if operation == "deactivate" and authenticator["status"] == "ACTIVE":
        refuse_if_policies_need_it(world, authenticator)
    authenticator["status"] = "ACTIVE" if operation == "activate" else "INACTIVE"
    note_change(world, authenticator, operation)
    return json_response(_shown(request, authenticator))


def authenticator_of(request: web.Request) -> dict[str, Any]:
    """The authenticator that the path names. Raises OktaError E0000007."""
    authenticator_id = request.match_info["id"]
    found: dict[str, Any] | None = request.app[WORLD].data["okta"]["authenticators"].get(authenticator_id)
    if found is None:
        raise not_found(authenticator_id, "Authenticator")
    return found


def note_change(world: World, authenticator: dict[str, Any], operation: str) -> None:
    """Sets the time of the last change and writes a System Log event of Okta's catalogue."""
    authenticator["lastUpdated"] = object_time(world.clock.now())
    event, target = f"security.authenticator.lifecycle.{operation}", (authenticator["id"], authenticator["name"])
    audit(world, event, f"{operation.capitalize()} authenticator", "AuthenticatorConfiguration", target)


def _check_key(world: World, authenticator: dict[str, Any], body: dict[str, Any]) -> None:
    """With "Flexible Okta Verify" a PUT must use a method's key (okta-developer-docs, authenticators-okta-verify)."""
    flexible = world.data["okta"]["settings"]["flexible_okta_verify"] and authenticator["key"] == "okta_verify"
    keys = FLEXIBLE_KEYS if flexible else (authenticator["key"],)
    if body.get("key") not in keys:
        raise invalid("key", f"key: must be {' or '.join(keys)}")


def _shown(request: web.Request, authenticator: dict[str, Any]) -> dict[str, Any]:
    url = f"{base_url(request)}/api/v1/authenticators/{authenticator['id']}"
    links = {"self": {"href": url, "hints": {"allow": ["GET", "PUT"]}}}
    if authenticator["key"] != "okta_password":
        links.update(lifecycle_link(url, authenticator["status"] == "ACTIVE"))
    links["methods"] = {"href": f"{url}/methods", "hints": {"allow": ["GET"]}}
    if authenticator["key"] == "okta_verify":
        links["enroll"] = {"href": f"{base_url(request)}/idp/authenticators", "hints": {"allow": ["POST"]}}
    return {**{key: authenticator[key] for key in _SHOWN if key in authenticator}, "_links": links}
