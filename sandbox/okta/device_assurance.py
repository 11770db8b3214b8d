"""Device assurance policies: /api/v1/device-assurances."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from sandbox.clock import object_time
from sandbox.okta import rate_limits
from sandbox.okta.access import needs
from sandbox.okta.answers import base_url, error_body, invalid, json_object, not_found
from sandbox.okta.audit import audit
from sandbox.okta.device_assurance_body import accepted
from sandbox.web import WORLD, json_response
from sandbox.world import World

_FEATURE = "device-assurances"
_READ, _MANAGE = "okta.deviceAssurance.read", "okta.deviceAssurance.manage"
# Recorded: a missing policy is told under another name by each operation; that of PUT is constructed.
_READER, _ENTITY = "DeviceAssuranceRuleManagerImpl", "DeviceAssuranceEntity"


@needs(_READ, rate_limits.DEVICE_ASSURANCES, _FEATURE)
async def list_assurances(request: web.Request) -> web.Response:
    """GET /api/v1/device-assurances: all of them, by name, without Link headers (recorded)."""
    assurances = request.app[WORLD].data["okta"]["device_assurances"].values()
    by_name = sorted(assurances, key=lambda each: str(each["content"]["name"]))
    return json_response([_shown(request, each) for each in by_name])


@needs(_READ, rate_limits.DEVICE_ASSURANCES, _FEATURE)
async def get_assurance(request: web.Request) -> web.Response:
    """GET /api/v1/device-assurances/{id}."""
    return json_response(_shown(request, _assurance(request, _READER)))


@needs(_MANAGE, rate_limits.DEVICE_ASSURANCES, _FEATURE)
async def create_assurance(request: web.Request) -> web.Response:
    """POST /api/v1/device-assurances: 200 and the policy."""
    world, wanted = request.app[WORLD], accepted(await json_object(request))
    _check_name(world, wanted["name"], None)
    now, author = object_time(world.clock.now()), world.data["okta"]["administrator"]["id"]
    assurance = {
        "id": world.new_okta_id("dae"),
        "content": wanted,
        "createdDate": now,
        "createdBy": author,
        "lastUpdate": now,
        "lastUpdatedBy": author,
    }
    world.data["okta"]["device_assurances"][assurance["id"]] = assurance
    _audit(world, "add", assurance)
    return json_response(_shown(request, assurance))


@needs(_MANAGE, rate_limits.DEVICE_ASSURANCES, _FEATURE)
async def replace_assurance(request: web.Request) -> web.Response:
    """PUT /api/v1/device-assurances/{id}: replaces all; the answer has no createdDate and createdBy (recorded)."""
    world, assurance = request.app[WORLD], _assurance(request, _READER)
    wanted = accepted(await json_object(request))
    if wanted["platform"] != assurance["content"]["platform"]:
        raise invalid("platform", "platform: The platform of a device assurance policy cannot be changed")
    _check_name(world, wanted["name"], assurance)
    author = world.data["okta"]["administrator"]["id"]
    assurance.update(content=wanted, lastUpdate=object_time(world.clock.now()), lastUpdatedBy=author)
    _audit(world, "update", assurance)
    shown = _shown(request, assurance)
    return json_response({key: value for key, value in shown.items() if key not in ("createdDate", "createdBy")})


@needs(_MANAGE, rate_limits.DEVICE_ASSURANCES, _FEATURE)
async def delete_assurance(request: web.Request) -> web.Response:
    """DELETE /api/v1/device-assurances/{id}: 204, or 409 while a rule asks for the policy.

    The specification's example of the 409 has neither errorCode nor errorLink.
    """
    world, assurance = request.app[WORLD], _assurance(request, _ENTITY)
    if _is_in_use(world, assurance["id"]):
        body = error_body("", "Device assurance is in use and cannot be deleted.", ())
        return json_response({key: value for key, value in body.items() if value != ""}, 409)
    del world.data["okta"]["device_assurances"][assurance["id"]]
    _audit(world, "delete", assurance)
    return web.Response(status=204)


def _assurance(request: web.Request, kind: str) -> dict[str, Any]:
    assurance_id = request.match_info["id"]
    found: dict[str, Any] | None = request.app[WORLD].data["okta"]["device_assurances"].get(assurance_id)
    if found is None:
        raise not_found(assurance_id, kind)
    return found


def _check_name(world: World, name: str, own: dict[str, Any] | None) -> None:
    """No source tells whether names are unique, so that is a switch."""
    others = (each for each in world.data["okta"]["device_assurances"].values() if each is not own)
    if world.data["okta"]["settings"]["unique_assurance_names"] and any(
        each["content"]["name"] == name for each in others
    ):
        raise invalid("name", "name: A device assurance policy with this name already exists")


def _is_in_use(world: World, assurance_id: str) -> bool:
    rules = (rule for policy in world.data["okta"]["policies"].values() for rule in policy["rules"])
    devices = ((rule["conditions"] or {}).get("device") or {} for rule in rules)
    return any(assurance_id in ((device.get("assurance") or {}).get("include") or []) for device in devices)


def _shown(request: web.Request, assurance: dict[str, Any]) -> dict[str, Any]:
    settings = request.app[WORLD].data["okta"]["settings"]
    content = dict(assurance["content"])
    name, last = content["name"], {key: content.pop(key, None) for key in ("displayRemediationMode", "gracePeriod")}
    if not settings["assurance_remediation"]:
        last = {}  # recorded of an org without the feature
    elif last["displayRemediationMode"] is None:
        last["displayRemediationMode"] = "HIDE"
    url = f"{base_url(request)}/api/v1/device-assurances/{assurance['id']}"
    return {
        "name": content.pop("name"),
        "platform": content.pop("platform"),
        "id": assurance["id"],
        **content,
        **{key: value for key, value in last.items() if value is not None},
        **{key: assurance[key] for key in ("createdDate", "createdBy", "lastUpdate", "lastUpdatedBy")},
        "resourceType": "DeviceAssurancePolicyEntity",
        "resourceDisplayName": {"value": name, "sensitive": False},
        "resourceId": assurance["id"],
        "_links": {"self": {"href": url, "hints": {"allow": ["GET", "PUT", "DELETE"]}}},
    }


def _audit(world: World, operation: str, assurance: dict[str, Any]) -> None:
    message = f"{operation.capitalize()} device assurance policy"
    target = (assurance["id"], assurance["content"]["name"])
    audit(world, f"device.assurance.policy.{operation}", message, "DeviceAssurancePolicy", target)
