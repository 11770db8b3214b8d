"""App sign-in policies: /api/v1/policies with type ACCESS_POLICY."""

from __future__ import annotations

import copy
from typing import Any

from aiohttp import web

from sandbox.clock import object_time
from sandbox.okta.access import needs
from sandbox.okta.answers import (
    OktaError,
    base_url,
    id_page,
    invalid,
    json_object,
    lifecycle_link,
    limit_of,
    not_found,
    one_of,
    with_links,
)
from sandbox.okta.apps import apps_of_policy, shown_app
from sandbox.okta.audit import audit
from sandbox.okta.rules import catch_all, in_order, shown_rule
from sandbox.web import WORLD, json_response
from sandbox.world import World

ACCESS_POLICY = "ACCESS_POLICY"
# okta/okta-management-openapi-spec, PolicyType; this org holds objects of one type only.
_TYPES = {
    ACCESS_POLICY, "ENTITY_RISK", "IDP_DISCOVERY", "MFA_ENROLL", "OKTA_SIGN_ON", "PASSWORD", "POST_AUTH_SESSION",
    "PROFILE_ENROLLMENT", "DEVICE_SIGNAL_COLLECTION", "SESSION_VIOLATION_DETECTION", "CLIENT_UPDATE",
    "IDENTITY_CLAIM_SOURCING",
}  # fmt: skip
_APP_PAGE = 20
_MAXIMUM_PAGE = 200  # constructed: the specification has no bound


@needs("okta.policies.read")
async def list_policies(request: web.Request) -> web.Response:
    """GET /api/v1/policies: `type` is required; `q` is a prefix of the name.

    Without `limit` all policies come at once with only a `self` link (recorded); pages of `limit` are documented only.
    ``expand=rules`` embeds the rules (okta/terraform-provider-okta asks so).
    """
    world = request.app[WORLD]
    _check_type(world, request.query.get("type"))
    policies = [each for each in world.data["okta"]["policies"].values() if request.query["type"] == ACCESS_POLICY]
    q, status, resource = (request.query.get(name) for name in ("q", "status", "resourceId"))
    if status and not one_of(status, {"ACTIVE", "INACTIVE"}):
        raise invalid("status", "status: must be ACTIVE or INACTIVE")
    if q:
        policies = [each for each in policies if each["name"].casefold().startswith(q.casefold())]
    if status:
        policies = [each for each in policies if each["status"] == status]
    if resource:
        app = world.data["okta"]["apps"].get(resource, {})
        policies = [each for each in policies if each["id"] == app.get("access_policy")]
    if request.query.get("sortBy") == "name":
        policies.sort(key=lambda policy: str(policy["name"]).casefold())
    limit = limit_of(request, len(policies) or 1, _MAXIMUM_PAGE) if "limit" in request.query else len(policies)
    policies, after = id_page(request, policies, limit)
    shown = [shown_policy(request, each) for each in policies]
    if world.data["okta"]["settings"]["policy_resource_type"]:
        for each, policy in zip(shown, policies, strict=True):
            each["_embedded"] = {"resourceType": policy["resource_type"]}
    for each, policy in zip(shown, policies, strict=True):
        _embed_rules(request, each, policy)
    return with_links(request, json_response(shown), after=after)


@needs("okta.policies.read")
async def get_policy(request: web.Request) -> web.Response:
    """GET /api/v1/policies/{id}, with ``expand=rules`` as in the list."""
    policy = _policy(request)
    return json_response(_embed_rules(request, shown_policy(request, policy), policy))


@needs("okta.policies.manage")
async def create_policy(request: web.Request) -> web.Response:
    """POST /api/v1/policies: 200, not 201. Names need not be unique: nothing public says that they must."""
    world, body = request.app[WORLD], await json_object(request)
    _check_type(world, body.get("type"))
    if body["type"] != ACCESS_POLICY:
        raise OktaError("E0000002", "Invalid policy type specified.")
    policy = new_policy(world, _name(body), body.get("description"))
    policy["rules"].append(catch_all(world, device_bound=True))
    audit(world, "policy.lifecycle.create", "Create policy", "Policy", (policy["id"], policy["name"]))
    return json_response(shown_policy(request, policy))


@needs("okta.policies.manage")
async def clone_policy(request: web.Request) -> web.Response:
    """POST /api/v1/policies/{id}/clone: the answer has no times (recorded). Constructed: the rules are copied too."""
    world, policy = request.app[WORLD], _policy(request)
    copied = new_policy(world, f"[cloned] {policy['name']}", policy["description"])
    for rule in policy["rules"]:
        copied["rules"].append({**copy.deepcopy(rule), "id": world.new_okta_id("rul")})
    audit(world, "policy.lifecycle.create", "Create policy", "Policy", (copied["id"], copied["name"]))
    return json_response({**shown_policy(request, copied), "created": None, "lastUpdated": None})


@needs("okta.policies.manage")
async def replace_policy(request: web.Request) -> web.Response:
    """PUT /api/v1/policies/{id}: name and description."""
    world, policy, body = request.app[WORLD], _policy(request), await json_object(request)
    _check_allowed(policy, "PUT")
    _check_type(world, body.get("type"))
    kept = policy["description"] if world.data["okta"]["settings"]["policy_put_keeps_description"] else None
    description = body.get("description", kept)
    policy.update(name=_name(body), description=description, lastUpdated=object_time(world.clock.now()))
    audit(world, "policy.lifecycle.update", "Update policy", "Policy", (policy["id"], policy["name"]))
    return json_response(shown_policy(request, policy))


@needs("okta.policies.manage")
async def delete_policy(request: web.Request) -> web.Response:
    """DELETE /api/v1/policies/{id}: 204.

    Constructed: a policy that apps use is refused. The Terraform provider moves the apps away first; what happens
    otherwise is not recorded, and a client that relies on it would lock people out or let them in.
    """
    world, policy = request.app[WORLD], _policy(request)
    _check_allowed(policy, "DELETE")
    apps = apps_of_policy(world, policy["id"])
    if apps:
        raise invalid("policy", f"policy: is still assigned to {len(apps)} app(s)")
    del world.data["okta"]["policies"][policy["id"]]
    audit(world, "policy.lifecycle.delete", "Delete policy", "Policy", (policy["id"], policy["name"]))
    return web.Response(status=204)


@needs("okta.policies.manage")
async def change_policy_status(request: web.Request) -> web.Response:
    """POST /api/v1/policies/{id}/lifecycle/activate or deactivate: 204."""
    policy = _policy(request)
    _check_allowed(policy, "DELETE")  # those that cannot be deleted have no deactivate link either
    policy["status"] = "ACTIVE" if request.match_info["operation"] == "activate" else "INACTIVE"
    return web.Response(status=204)


@needs("okta.policies.read")
async def list_mappings(request: web.Request) -> web.Response:
    """GET /api/v1/policies/{id}/mappings (PolicyMapping of the specification; the ids are constructed)."""
    return json_response(_mappings(request))


@needs("okta.policies.read")
async def get_mapping(request: web.Request) -> web.Response:
    """GET /api/v1/policies/{id}/mappings/{mappingId}."""
    wanted = request.match_info["mapping"]
    for mapping in _mappings(request):
        if mapping["id"] == wanted:
            return json_response(mapping)
    raise not_found(wanted, "PolicyMapping")


def _mappings(request: web.Request) -> list[dict[str, Any]]:
    policy, base = _policy(request), base_url(request)
    url = f"{base}/api/v1/policies/{policy['id']}"
    return [
        {
            "id": f"{policy['id'][:8]}{app['id'][8:]}",
            "_links": {
                "self": {"href": f"{url}/mappings/{policy['id'][:8]}{app['id'][8:]}"},
                "application": {"href": f"{base}/api/v1/apps/{app['id']}"},
                "policy": {"href": url},
            },
        }
        for app in apps_of_policy(request.app[WORLD], policy["id"])
    ]


@needs("okta.policies.manage")
async def create_mapping(request: web.Request) -> web.Response:
    """POST /api/v1/policies/{id}/mappings: refused for this type (recorded by okta/okta-sdk-python)."""
    _policy(request)
    raise OktaError("E0000001", "Policy mappings are no longer supported on this endpoint.")


@needs("okta.policies.read")
async def list_policy_apps(request: web.Request) -> web.Response:
    """GET /api/v1/policies/{id}/app: deprecated in the specification, still answered; pages of 20 in recordings."""
    limit = limit_of(request, _APP_PAGE, 200)
    page, after = id_page(request, apps_of_policy(request.app[WORLD], _policy(request)["id"]), limit)
    return with_links(request, json_response([shown_app(request, app) for app in page]), limit=limit, after=after)


def new_policy(
    world: World, name: str, description: str | None, *, system: bool = False, allowed: tuple[str, ...] | None = None
) -> dict[str, Any]:
    """Adds a policy without rules. Every ACCESS_POLICY reports priority 1: the app mapping decides."""
    now = object_time(world.clock.now())
    policy = {
        "id": world.new_okta_id("rst"),
        "status": "ACTIVE",
        "name": name,
        "description": description,
        "priority": 1,
        "system": system,
        "conditions": None,
        "created": now,
        "lastUpdated": now,
        "resource_type": "APP",
        "allowed": list(allowed or ("GET", "PUT", "DELETE")),
        "rules": [],
    }
    world.data["okta"]["policies"][policy["id"]] = policy
    return policy


def shown_policy(request: web.Request, policy: dict[str, Any]) -> dict[str, Any]:
    """A policy as the API shows it; built-ins have fewer links (recorded)."""
    url = f"{base_url(request)}/api/v1/policies/{policy['id']}"
    is_free = "DELETE" in policy["allowed"]
    links = {"mappings": {"href": f"{url}/mappings", "hints": {"allow": ["GET", "POST"]}}} if is_free else {}
    links["self"] = {"href": url, "hints": {"allow": policy["allowed"]}}
    links["rules"] = {"href": f"{url}/rules", "hints": {"allow": ["GET", "POST"]}}
    if is_free:
        links |= lifecycle_link(url, policy["status"] == "ACTIVE")
    kept = {key: value for key, value in policy.items() if key not in {"rules", "resource_type", "allowed"}}
    if kept["description"] is None:
        del kept["description"]  # recorded: policies without one have no such key
    return {**kept, "_links": links, "type": ACCESS_POLICY}


def _embed_rules(request: web.Request, shown: dict[str, Any], policy: dict[str, Any]) -> dict[str, Any]:
    if "rules" in request.query.get("expand", "").split(","):
        rules = [shown_rule(request, policy["id"], rule) for rule in in_order(policy)]
        shown["_embedded"] = {**shown.get("_embedded", {}), "rules": rules}
    return shown


def _check_type(world: World, policy_type: Any) -> None:
    if not policy_type:
        raise invalid("type", "type: The field cannot be left blank")
    classic = world.data["okta"]["settings"]["pipeline"] == "v1"
    # The summary that a Classic org gives (okta/terraform-provider-okta issue 1311).
    if not one_of(policy_type, _TYPES) or (classic and policy_type == ACCESS_POLICY):
        raise OktaError("E0000002", "Invalid policy type specified.")


def _check_allowed(policy: dict[str, Any], method: str) -> None:
    if method not in policy["allowed"]:
        raise OktaError("E0000006")


def _name(body: dict[str, Any]) -> str:
    name = body.get("name")
    if not isinstance(name, str) or not name.strip():
        raise invalid("name", "name: The field cannot be left blank")
    return name


def _policy(request: web.Request) -> dict[str, Any]:
    policy_id = request.match_info["policy"]
    found: dict[str, Any] | None = request.app[WORLD].data["okta"]["policies"].get(policy_id)
    if found is None:
        raise not_found(policy_id, "Policy")
    return found
