"""Authenticators and their methods, and endpoint-security integrations."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from sandbox.okta.access import needs
from sandbox.okta.answers import base_url, invalid, json_object, not_found
from sandbox.web import WORLD, json_response

_DEVICE_INTEGRATIONS = "device-integrations"
# The methods of Okta Verify that are recorded with a lifecycle link; totp, email and password have none.
_SWITCHABLE = {"push", "signed_nonce"}


@needs("okta.authenticators.read")
async def list_authenticators(request: web.Request) -> web.Response:
    """GET /api/v1/authenticators."""
    authenticators = request.app[WORLD].data["okta"]["authenticators"].values()
    return json_response([_shown(request, each) for each in authenticators])


@needs("okta.authenticators.read")
async def get_authenticator(request: web.Request) -> web.Response:
    """GET /api/v1/authenticators/{id}."""
    return json_response(_shown(request, _authenticator(request)))


@needs("okta.authenticators.read")
async def list_methods(request: web.Request) -> web.Response:
    """GET /api/v1/authenticators/{id}/methods: FastPass is on when `signed_nonce` is ACTIVE."""
    authenticator = _authenticator(request)
    return json_response([_shown_method(request, authenticator, each) for each in authenticator["methods"].values()])


@needs("okta.authenticators.read")
async def get_method(request: web.Request) -> web.Response:
    """GET /api/v1/authenticators/{id}/methods/{type} (okta/okta-management-openapi-spec)."""
    return json_response(_shown_method(request, _authenticator(request), _method(request)))


@needs("okta.authenticators.manage")
async def replace_method(request: web.Request) -> web.Response:
    """PUT /api/v1/authenticators/{id}/methods/{type}: its settings."""
    authenticator, method, body = _authenticator(request), _method(request), await json_object(request)
    settings = body.get("settings")
    if not isinstance(settings, dict) or "settings" not in method:
        raise invalid("settings", "settings: The field cannot be left blank")
    if settings.get("showSignInWithOV", "NEVER") not in {"ALWAYS", "NEVER"}:
        raise invalid("settings", "showSignInWithOV: must be ALWAYS or NEVER")
    if settings.get("keyProtection", "ANY") not in {"ANY", "HARDWARE"}:
        raise invalid("settings", "keyProtection: must be ANY or HARDWARE")
    method["settings"].update({key: settings[key] for key in method["settings"] if key in settings})
    return json_response(_shown_method(request, authenticator, method))


@needs("okta.authenticators.manage")
async def change_method_status(request: web.Request) -> web.Response:
    """POST /api/v1/authenticators/{id}/methods/{type}/lifecycle/activate or deactivate: 200 and the method."""
    authenticator, method = _authenticator(request), _method(request)
    if method["type"] not in _SWITCHABLE:
        raise invalid("method", "type: the method has no lifecycle")
    method["status"] = "ACTIVE" if request.match_info["operation"] == "activate" else "INACTIVE"
    return json_response(_shown_method(request, authenticator, method))


@needs("okta.deviceIntegrations.read", feature=_DEVICE_INTEGRATIONS)
async def list_integrations(request: web.Request) -> web.Response:
    """GET /api/v1/device-integrations (okta/okta-management-openapi-spec; no recording exists)."""
    integrations = request.app[WORLD].data["okta"]["device_integrations"].values()
    return json_response([_shown_integration(request, each) for each in integrations])


@needs("okta.deviceIntegrations.read", feature=_DEVICE_INTEGRATIONS)
async def get_integration(request: web.Request) -> web.Response:
    """GET /api/v1/device-integrations/{id}."""
    return json_response(_shown_integration(request, _integration(request)))


@needs("okta.deviceIntegrations.manage", feature=_DEVICE_INTEGRATIONS)
async def change_integration_status(request: web.Request) -> web.Response:
    """POST /api/v1/device-integrations/{id}/lifecycle/activate or deactivate: 200 and the integration."""
    integration = _integration(request)
    integration["status"] = "ACTIVE" if request.match_info["operation"] == "activate" else "DEACTIVATED"
    return json_response(_shown_integration(request, integration))


def _authenticator(request: web.Request) -> dict[str, Any]:
    authenticator_id = request.match_info["id"]
    found: dict[str, Any] | None = request.app[WORLD].data["okta"]["authenticators"].get(authenticator_id)
    if found is None:
        raise not_found(authenticator_id, "Authenticator")
    return found


def _method(request: web.Request) -> dict[str, Any]:
    found: dict[str, Any] | None = _authenticator(request)["methods"].get(request.match_info["method"])
    if found is None:
        raise not_found(request.match_info["method"], "AuthenticatorMethod")
    return found


def _integration(request: web.Request) -> dict[str, Any]:
    integration_id = request.match_info["id"]
    found: dict[str, Any] | None = request.app[WORLD].data["okta"]["device_integrations"].get(integration_id)
    if found is None:
        raise not_found(integration_id, "DeviceIntegration")
    return found


def _shown(request: web.Request, authenticator: dict[str, Any]) -> dict[str, Any]:
    url = f"{base_url(request)}/api/v1/authenticators/{authenticator['id']}"
    links = {
        "self": {"href": url, "hints": {"allow": ["GET", "PUT"]}},
        "methods": {"href": f"{url}/methods", "hints": {"allow": ["GET"]}},
    }
    if authenticator["key"] != "okta_password":
        links.update(_transition(url, authenticator["status"] == "ACTIVE"))
    if authenticator["key"] == "okta_verify":
        links["enroll"] = {"href": f"{base_url(request)}/idp/authenticators", "hints": {"allow": ["POST"]}}
    return {**{key: value for key, value in authenticator.items() if key != "methods"}, "_links": links}


def _shown_method(request: web.Request, authenticator: dict[str, Any], method: dict[str, Any]) -> dict[str, Any]:
    url = f"{base_url(request)}/api/v1/authenticators/{authenticator['id']}/methods/{method['type']}"
    links = {"self": {"href": url, "hints": {"allow": ["GET", "PUT"]}}}
    if method["type"] in _SWITCHABLE:
        links.update(_transition(url, method["status"] == "ACTIVE"))
    return {**method, "_links": links}


def _shown_integration(request: web.Request, integration: dict[str, Any]) -> dict[str, Any]:
    url = f"{base_url(request)}/api/v1/device-integrations/{integration['id']}"
    links = {"self": {"href": url, "hints": {"allow": ["GET"]}}, **_transition(url, integration["status"] == "ACTIVE")}
    return {**integration, "_links": links}


def _transition(url: str, active: bool) -> dict[str, Any]:
    """Only the possible transition has a link."""
    operation = "deactivate" if active else "activate"
    return {operation: {"href": f"{url}/lifecycle/{operation}", "hints": {"allow": ["POST"]}}}
