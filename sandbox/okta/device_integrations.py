"""Endpoint-security integrations: /api/v1/device-integrations (okta/okta-management-openapi-spec; nothing recorded)."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from sandbox.okta.access import needs
from sandbox.okta.answers import base_url, lifecycle_link, not_found
from sandbox.okta.audit import audit
from sandbox.web import WORLD, json_response

_FEATURE = "device-integrations"
_READ, _MANAGE = "okta.deviceIntegrations.read", "okta.deviceIntegrations.manage"


@needs(_READ, feature=_FEATURE)
async def list_integrations(request: web.Request) -> web.Response:
    """GET /api/v1/device-integrations."""
    integrations = request.app[WORLD].data["okta"]["device_integrations"].values()
    return json_response([_shown(request, each) for each in integrations])


@needs(_READ, feature=_FEATURE)
async def get_integration(request: web.Request) -> web.Response:
    """GET /api/v1/device-integrations/{id}."""
    return json_response(_shown(request, _integration(request)))


@needs(_MANAGE, feature=_FEATURE)
async def change_integration_status(request: web.Request) -> web.Response:
    """POST /api/v1/device-integrations/{id}/lifecycle/activate or deactivate: 200 and the integration."""
    integration, operation = _integration(request), request.match_info["operation"]
    integration["status"] = "ACTIVE" if operation == "activate" else "DEACTIVATED"
    event, target = f"device.integration.endpoint_security.{operation}", (integration["id"], integration["displayName"])
    message = f"{operation.capitalize()} endpoint security integration"
    audit(request.app[WORLD], event, message, "DeviceIntegration", target)
    return json_response(_shown(request, integration))


def _integration(request: web.Request) -> dict[str, Any]:
    integration_id = request.match_info["id"]
    found: dict[str, Any] | None = request.app[WORLD].data["okta"]["device_integrations"].get(integration_id)
    if found is None:
        raise not_found(integration_id, "DeviceIntegration")
    return found


def _shown(request: web.Request, integration: dict[str, Any]) -> dict[str, Any]:
    url = f"{base_url(request)}/api/v1/device-integrations/{integration['id']}"
    own = {"self": {"href": url, "hints": {"allow": ["GET"]}}}
    return {**integration, "_links": {**own, **lifecycle_link(url, integration["status"] == "ACTIVE")}}
