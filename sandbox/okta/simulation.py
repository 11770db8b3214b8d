"""Policy simulation: POST /api/v1/policies/simulate, which reads only.

The answer has the form of the examples in the specification and in okta-developer-docs, guides/policy-simulation. A
list as body is refused with E0000003 (recorded by okta/okta-sdk-python), although the specification's schema has one.
"""

from __future__ import annotations

import ipaddress
from typing import Any

from aiohttp import web

from sandbox.okta.access import needs
from sandbox.okta.answers import OktaError, invalid, json_body, not_found, one_of
from sandbox.okta.rule_body import block
from sandbox.okta.rule_evaluation import (
    MATCH,
    NOT_MATCH,
    PLATFORMS,
    UNDEFINED,
    SignIn,
    Verdict,
    active,
    of_user,
    outcome,
    verdicts,
)
from sandbox.web import WORLD, json_response
from sandbox.world import World

# PolicyTypeSimulation, in the order of the specification's example; only the third has policies here.
_TYPES = ("OKTA_SIGN_ON", "MFA_ENROLL", "ACCESS_POLICY", "PROFILE_ENROLLMENT")
_LEVELS = {"LOW", "MEDIUM", "HIGH"}


@needs("okta.policies.read", feature="policy-simulation")
async def simulate(request: web.Request) -> web.Response:
    """POST /api/v1/policies/simulate?expand=EVALUATED&expand=RULE."""
    world, body = request.app[WORLD], await json_body(request)
    expand = {each for text in request.query.getall("expand", []) for each in text.split(",")}
    if isinstance(body, list) and world.data["okta"]["settings"]["simulation_takes_lists"]:
        found = [each for item in body for each in _evaluations(world, item, expand)]
        return json_response([{**each, "policyType": [each["policyType"]]} for each in found])
    return json_response({"evaluation": _evaluations(world, body, expand)})


def _evaluations(world: World, body: Any, expand: set[str]) -> list[dict[str, Any]]:
    if not isinstance(body, dict):
        raise OktaError("E0000003")
    types = body.get("policyTypes") or list(_TYPES)
    if not isinstance(types, list) or not all(one_of(each, _TYPES) for each in types):
        raise invalid("policyTypes", "policyTypes: must be a list of " + ", ".join(_TYPES))
    apps = world.data["okta"]["apps"]
    if not one_of(body.get("appInstance"), apps):
        raise not_found(str(body.get("appInstance")), "AppInstance")
    app = apps[body["appInstance"]]
    sign_in = _sign_in(world, app, block(body, "policyContext"))
    return [_evaluation(world, kind, app, sign_in, expand) for kind in _TYPES if kind in types]


def _evaluation(world: World, kind: str, app: dict[str, Any], sign_in: SignIn, expand: set[str]) -> dict[str, Any]:
    matched: list[dict[str, Any]] = []
    undefined: list[dict[str, Any]] = []
    evaluated: list[dict[str, Any]] = []
    policy = world.data["okta"]["policies"][app["access_policy"]] if kind == "ACCESS_POLICY" else {"rules": []}
    for rule in active(policy):
        found = verdicts(world, rule, sign_in)
        status = outcome(found)
        shown = _shown(rule, status, found, expand)
        evaluated.append(shown)
        if status == UNDEFINED:
            undefined.append(shown)
        if status == MATCH:
            matched.append(shown)
            break
    return {
        "status": None,
        "policyType": kind,
        "result": {"policies": _policies(policy, matched, MATCH)},
        "undefined": {"policies": _policies(policy, undefined, UNDEFINED)},
        "evaluated": {"policies": _policies(policy, evaluated if "EVALUATED" in expand else [], MATCH)},
    }


def _policies(policy: dict[str, Any], rules: list[dict[str, Any]], status: str) -> list[dict[str, Any]]:
    if not rules:
        return []
    return [{"id": policy["id"], "name": policy["name"], "status": status, "conditions": [], "rules": rules}]


def _shown(rule: dict[str, Any], status: str, found: list[Verdict], expand: set[str]) -> dict[str, Any]:
    """A rule of the answer. Why a condition was not met is told with ``expand=RULE`` only (constructed beyond the
    description of that parameter)."""
    conditions = [{"type": name, "status": each} for name, each in found if each != NOT_MATCH or "RULE" in expand]
    return {"id": rule["id"], "name": rule["name"], "status": status, "conditions": conditions}


def _sign_in(world: World, app: dict[str, Any], context: dict[str, Any]) -> SignIn:
    """What is given of a sign-in. Raises OktaError; the wording of all but "Groups" is constructed."""
    if bool(context.get("user")) == bool(context.get("groups")):
        raise invalid("policyContext", "policyContext: either user or groups must be given, not both")
    device, risk = block(context, "device"), block(context, "risk").get("level")
    platform = device.get("platform")
    if platform is not None and not one_of(platform, PLATFORMS):
        raise invalid("device", "platform: must be one of " + ", ".join(PLATFORMS))
    for name in ("registered", "managed"):
        if device.get(name) is not None and not isinstance(device[name], bool):
            raise invalid("device", f"{name}: must be true or false")
    if risk is not None and not one_of(risk, _LEVELS):
        raise invalid("risk", "level: must be one of " + ", ".join(sorted(_LEVELS)))
    known: dict[str, Any] = {
        "platform": platform,
        "registered": device.get("registered"),
        "managed": device.get("managed"),
        "assurance": device.get("assuranceId"),
        "risk": risk,
        "zones": _zones(world, context),
    }
    if context.get("user"):
        user_id = str(block(context, "user").get("id"))
        if user_id not in world.data["okta"]["users"]:
            raise not_found(user_id, "User")
        sign_in = of_user(world, user_id, **known)
    else:
        sign_in = SignIn(None, groups=_groups(world, block(context, "groups").get("ids")), **known)
    _check_assigned(world, app, sign_in)
    return sign_in


def _groups(world: World, ids: Any) -> frozenset[str]:
    if not isinstance(ids, list) or not ids:
        raise invalid("groups", "ids: The field cannot be left blank")
    for each in ids:
        if not one_of(each, world.data["okta"]["groups"]):
            raise not_found(str(each), "UserGroup")
    return frozenset(ids)


def _zones(world: World, context: dict[str, Any]) -> frozenset[str] | None:
    """The zones given, or those whose gateways hold the address; None when nothing is given."""
    if context.get("ip") is not None and context.get("zones"):
        raise invalid("policyContext", "policyContext: either ip or zones can be given, not both")
    zones = world.data["okta"]["zones"]
    if context.get("zones"):
        ids = block(context, "zones").get("ids") or []
        for each in ids:
            if not one_of(each, zones):
                raise not_found(str(each), "NetworkZone")
        return frozenset(ids)
    if context.get("ip") is None:
        return None
    try:
        address = ipaddress.ip_address(str(context["ip"]))
    except ValueError as error:
        raise invalid("ip", "ip: must be an IP address") from error
    return frozenset(
        zone["id"] for zone in zones.values() if any(_holds(each, address) for each in zone["gateways"] or [])
    )


def _holds(gateway: dict[str, str], address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if gateway["type"] == "CIDR":
        return address in ipaddress.ip_network(gateway["value"], strict=False)
    first, _dash, last = gateway["value"].partition("-")
    return ipaddress.ip_address(first) <= address <= ipaddress.ip_address(last or first)  # type: ignore[operator]


def _check_assigned(world: World, app: dict[str, Any], sign_in: SignIn) -> None:
    """Refuses groups that the app is not assigned to, in the words of the guide; `app_groups` says which are."""
    assigned = world.data["okta"]["settings"]["app_groups"].get(app["id"])
    if assigned is None:
        return
    groups = world.data["okta"]["groups"]
    strangers = sorted(groups[each]["profile"]["name"] for each in sign_in.groups - set(assigned))
    if sign_in.user_id is None and strangers:
        names = ", ".join(strangers)
        cause = f"Access to {app['label']} is not allowed. {names} is not assigned to this application."
        raise invalid("Groups", cause)
