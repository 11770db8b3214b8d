"""Self-service features: /api/v1/features (bodies as recorded in okta/okta-sdk-python, test_features_it)."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from sandbox.okta.access import needs
from sandbox.okta.answers import OktaError, base_url, error_body, not_found
from sandbox.web import WORLD, json_response
from sandbox.world import World

FLEXIBLE_OKTA_VERIFY = "Flexible Okta Verify authenticator configuration"
_EARLY_ACCESS = {"value": "EA"}
_BETA = {"value": "BETA", "state": "OPEN"}
# Besides the feature that the seed draws an id for: name, description, stage, names of what it depends on.
_MORE: tuple[tuple[str, str, dict[str, str], tuple[str, ...]], ...] = (
    ("Device posture provider", "Device signals of a third party in device assurance policies.", _EARLY_ACCESS, ()),
    (
        "Custom remediation for device assurance",
        "Own instructions for users whose device does not comply.",
        _EARLY_ACCESS,
        ("Device posture provider",),
    ),
    ("Sign-in reports in the Admin Console", "Charts of sign-ins.", _BETA, ()),
)


def seed_features(world: World, first_id: str) -> None:
    """Puts the features into the org, all off."""
    flexible = (FLEXIBLE_OKTA_VERIFY, "Configure the methods of Okta Verify on their own.", _EARLY_ACCESS, ())
    for name, description, stage, dependencies in (flexible, *_MORE):
        feature_id = first_id if name == FLEXIBLE_OKTA_VERIFY else world.derived_okta_id("ftr", name)
        world.data["okta"]["features"][feature_id] = {
            "id": feature_id,
            "type": "self-service",
            "status": "DISABLED",
            "name": name,
            "description": description,
            "stage": dict(stage),
            "dependencies": list(dependencies),
        }


@needs("okta.features.read")
async def list_features(request: web.Request) -> web.Response:
    """GET /api/v1/features: not paged."""
    return json_response([_shown(request, feature) for feature in _all(request)])


@needs("okta.features.read")
async def get_feature(request: web.Request) -> web.Response:
    """GET /api/v1/features/{id}."""
    return json_response(_shown(request, _feature(request)))


@needs("okta.features.read")
async def list_dependencies(request: web.Request) -> web.Response:
    """GET /api/v1/features/{id}/dependencies: what must be enabled for it."""
    return json_response([_shown(request, each) for each in _dependencies(request, _feature(request))])


@needs("okta.features.read")
async def list_dependents(request: web.Request) -> web.Response:
    """GET /api/v1/features/{id}/dependents: what it must be enabled for."""
    return json_response([_shown(request, each) for each in _dependents(request, _feature(request))])


@needs("okta.features.manage")
async def change_feature(request: web.Request) -> web.Response:
    """POST /api/v1/features/{id}/{enable or disable}: refused for a beta, and when it is so already (documented)."""
    feature, status = _feature(request), f"{request.match_info['lifecycle'].upper()}D"
    if feature["status"] == status or feature["stage"]["value"] == "BETA":
        raise OktaError("E0000022")
    wrong = [each for each in _related(request, feature, status) if each["status"] != status]
    if wrong and request.query.get("mode") != "force":
        return _conflict(request, wrong, status)
    for each in (*wrong, feature):
        each["status"] = status
        if each["name"] == FLEXIBLE_OKTA_VERIFY:
            request.app[WORLD].data["okta"]["settings"]["flexible_okta_verify"] = status == "ENABLED"
    return json_response(_shown(request, feature))


def _related(request: web.Request, feature: dict[str, Any], status: str) -> list[dict[str, Any]]:
    return _dependencies(request, feature) if status == "ENABLED" else _dependents(request, feature)


def _conflict(request: web.Request, wrong: list[dict[str, Any]], status: str) -> web.Response:
    """The body of the documentation; the text and reason for a dependent are constructed after the other."""
    kind, state = ("DEPENDENCY", "enabled") if status == "ENABLED" else ("DEPENDENT", "disabled")
    summary = "Feature cannot be enabled or disabled due to dependencies/dependents conflicts."
    causes = [
        {
            "errorSummary": f"Self-Service feature {each['name']} is not {state}",
            "reason": f"{kind}_NOT_{state.upper()}",
            "location": f"{base_url(request)}/api/v1/features/{each['id']}",
            "locationType": "url",
        }
        for each in wrong
    ]
    return json_response({**error_body("E0000141", summary, ()), "errorCauses": causes}, 400)


def _all(request: web.Request) -> list[dict[str, Any]]:
    """The features; the one that is a switch of the sandbox as well is what the switch says."""
    okta = request.app[WORLD].data["okta"]
    for feature in okta["features"].values():
        if feature["name"] == FLEXIBLE_OKTA_VERIFY:
            feature["status"] = "ENABLED" if okta["settings"]["flexible_okta_verify"] else "DISABLED"
    return list(okta["features"].values())


def _feature(request: web.Request) -> dict[str, Any]:
    feature_id = request.match_info["id"]
    found = next((each for each in _all(request) if each["id"] == feature_id), None)
    if found is None:
        raise not_found(feature_id, "Feature")
    return found


def _dependencies(request: web.Request, feature: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in _all(request) if each["name"] in feature["dependencies"]]


def _dependents(request: web.Request, feature: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in _all(request) if feature["name"] in each["dependencies"]]


def _shown(request: web.Request, feature: dict[str, Any]) -> dict[str, Any]:
    """The possible transition has a link, but never that of a beta, which an API cannot change (recorded)."""
    url = f"{base_url(request)}/api/v1/features/{feature['id']}"
    links: dict[str, Any] = {}
    if feature["stage"]["value"] == "EA":
        lifecycle = "disable" if feature["status"] == "ENABLED" else "enable"
        links[lifecycle] = {"href": f"{url}/{lifecycle}", "hints": {"allow": ["POST"]}}
    links |= {
        "self": {"href": url},
        "dependents": {"href": f"{url}/dependents"},
        "dependencies": {"href": f"{url}/dependencies"},
    }
    return {**{key: value for key, value in feature.items() if key != "dependencies"}, "_links": links}
