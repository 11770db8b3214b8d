"""Apps that clients make: bookmarks, which recordings map to a policy (okta/okta-sdk-python, test_application_*)."""

from __future__ import annotations

from aiohttp import web

from sandbox.clock import object_time
from sandbox.okta import rate_limits
from sandbox.okta.access import needs
from sandbox.okta.answers import OktaError, invalid, json_object
from sandbox.okta.apps import ADMIN_CONSOLE, app_of, new_app, shown_app
from sandbox.okta.audit import audit
from sandbox.okta.rule_body import block
from sandbox.web import WORLD, json_response

_MANAGE = "okta.apps.manage"


@needs(_MANAGE, rate_limits.APPS)
async def create_app(request: web.Request) -> web.Response:
    """POST /api/v1/apps: 200 and the app, on the default policy. Constructed: only bookmarks are made here."""
    world, body = request.app[WORLD], await json_object(request)
    if body.get("signOnMode", "BOOKMARK") != "BOOKMARK" or body.get("name") != "bookmark":
        raise invalid("signOnMode", "signOnMode: this org makes bookmarks only (name bookmark, signOnMode BOOKMARK)")
    settings = block(block(body, "settings"), "app")
    for name, value in (("label", body.get("label")), ("url", settings.get("url"))):
        if not isinstance(value, str) or not value:
            raise invalid(name, f"{name}: The field cannot be left blank")
    default = next(each for each in world.data["okta"]["policies"].values() if each["system"])
    app = new_app(world, "bookmark", body["label"], default["id"], "BOOKMARK")
    app["settings"]["app"] = {"requestIntegration": bool(settings.get("requestIntegration")), "url": settings["url"]}
    if request.query.get("activate", "true").lower() == "false":
        app["status"] = "INACTIVE"
    audit(world, "application.lifecycle.create", "Create application", "AppInstance", (app["id"], app["label"]))
    return json_response(shown_app(request, app))


@needs(_MANAGE, rate_limits.APP)
async def change_app_status(request: web.Request) -> web.Response:
    """POST /api/v1/apps/{id}/lifecycle/activate or deactivate: 200 and an empty object."""
    world, app, operation = request.app[WORLD], app_of(request), request.match_info["operation"]
    if app["name"] == ADMIN_CONSOLE:
        raise OktaError("E0000006")
    app.update(status="ACTIVE" if operation == "activate" else "INACTIVE", lastUpdated=object_time(world.clock.now()))
    message = f"{operation.capitalize()} application"
    audit(world, f"application.lifecycle.{operation}", message, "AppInstance", (app["id"], app["label"]))
    return json_response({})


@needs(_MANAGE, rate_limits.APP)
async def delete_app(request: web.Request) -> web.Response:
    """DELETE /api/v1/apps/{id}: 204, and 403 E0000056 for one that is active."""
    world, app = request.app[WORLD], app_of(request)
    if app["status"] == "ACTIVE":
        raise OktaError("E0000056", causes=["The application must be deactivated before deletion."])
    del world.data["okta"]["apps"][app["id"]]
    audit(world, "application.lifecycle.delete", "Delete application", "AppInstance", (app["id"], app["label"]))
    return web.Response(status=204)
