"""The rules of access policies: /api/v1/policies/{id}/rules."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from sandbox.clock import object_time
from sandbox.okta import rule_body
from sandbox.okta.access import needs
from sandbox.okta.answers import OktaError, base_url, invalid, json_object, lifecycle_link, not_found
from sandbox.okta.audit import audit
from sandbox.web import WORLD, json_response
from sandbox.world import World

CATCH_ALL_NAME = "Catch-all Rule"
CATCH_ALL_PRIORITY = 99


@needs("okta.policies.read")
async def list_rules(request: web.Request) -> web.Response:
    """GET …/rules, in the order of evaluation."""
    return json_response([_shown(request, rule) for rule in in_order(_policy(request))])


@needs("okta.policies.read")
async def get_rule(request: web.Request) -> web.Response:
    """GET …/rules/{id}."""
    return json_response(_shown(request, _rule(request)))


@needs("okta.policies.manage")
async def create_rule(request: web.Request) -> web.Response:
    """POST …/rules: 200 and the rule; ``?activate=false`` creates it inactive."""
    world, policy, body = request.app[WORLD], _policy(request), await json_object(request)
    _check_reconciled(world, policy)
    wanted = _accepted(world, policy, body, None)
    activate = request.query.get("activate", "true").lower() != "false"
    rule = new_rule(world, wanted.pop("name"), wanted, active=activate)
    _move(world, policy, rule, rule_body.rule_priority(body))
    policy["rules"].append(rule)
    audit(world, "policy.rule.add", "Add policy rule", "PolicyRule", (rule["id"], rule["name"]))
    return json_response(_shown(request, rule))


@needs("okta.policies.manage")
async def replace_rule(request: web.Request) -> web.Response:
    """PUT …/rules/{id}: replaces everything; a `status` in the body is ignored."""
    world, policy, rule, body = request.app[WORLD], _policy(request), _rule(request), await json_object(request)
    _check_reconciled(world, policy)
    if rule["system"]:
        _check_catch_all(body)
        wanted = {"actions": rule_body.actions(world, body)}
    else:
        wanted = _accepted(world, policy, body, rule)
        _move(world, policy, rule, rule_body.rule_priority(body))
    rule.update(wanted, lastUpdated=object_time(world.clock.now()))
    audit(world, "policy.rule.update", "Update policy rule", "PolicyRule", (rule["id"], rule["name"]))
    return json_response(_shown(request, rule))


@needs("okta.policies.manage")
async def delete_rule(request: web.Request) -> web.Response:
    """DELETE …/rules/{id}: 204; the priorities of the others stay, so a gap is left."""
    policy, rule = _policy(request), _rule(request)
    _refuse_catch_all(rule)
    _check_reconciled(request.app[WORLD], policy)
    policy["rules"].remove(rule)
    audit(request.app[WORLD], "policy.rule.delete", "Delete policy rule", "PolicyRule", (rule["id"], rule["name"]))
    return web.Response(status=204)


@needs("okta.policies.manage")
async def change_rule_status(request: web.Request) -> web.Response:
    """POST …/rules/{id}/lifecycle/activate or deactivate: 204 without a body."""
    world, rule, operation = request.app[WORLD], _rule(request), request.match_info["operation"]
    _refuse_catch_all(rule)
    _check_reconciled(world, _policy(request))
    rule.update(status="ACTIVE" if operation == "activate" else "INACTIVE", lastUpdated=object_time(world.clock.now()))
    message = f"{operation.capitalize()} policy rule"
    audit(world, f"policy.rule.{operation}", message, "PolicyRule", (rule["id"], rule["name"]))
    return web.Response(status=204)


def new_rule(world: World, name: str, content: dict[str, Any], *, active: bool = True) -> dict[str, Any]:
    """A rule as the state keeps it, at the top until it is placed."""
    now = object_time(world.clock.now())
    return {
        "id": world.new_okta_id("rul"),
        "status": "ACTIVE" if active else "INACTIVE",
        "name": name,
        "priority": 0,
        "created": now,
        "lastUpdated": now,
        "system": False,
        **content,
    }


def catch_all(world: World, *, device_bound: bool) -> dict[str, Any]:
    """The rule every policy has. That of a policy made by the API asks for a device-bound factor (recorded)."""
    method: dict[str, Any] = {"factorMode": "2FA", "type": "ASSURANCE", "reauthenticateIn": "PT12H"}
    if device_bound:
        method["constraints"] = [{"possession": {"required": True, "deviceBound": "REQUIRED"}}]
    sign_on = {"access": "ALLOW", "verificationMethod": method, "keepMeSignedIn": {"postAuth": "NOT_ALLOWED"}}
    actions = {"appSignOn": sign_on}
    rule = new_rule(world, CATCH_ALL_NAME, {"conditions": None, "actions": actions})
    return {**rule, "priority": CATCH_ALL_PRIORITY, "system": True}


def in_order(policy: dict[str, Any]) -> list[dict[str, Any]]:
    """The rules as they are evaluated: by priority, the catch-all last."""
    return sorted(policy["rules"], key=lambda rule: (rule["system"], rule["priority"]))


def _accepted(
    world: World, policy: dict[str, Any], body: dict[str, Any], rule: dict[str, Any] | None
) -> dict[str, Any]:
    """Name, conditions and actions as Okta keeps them. Raises OktaError (400) for what it refuses."""
    if body.get("type") != "ACCESS_POLICY":
        raise invalid("type", "type: must be ACCESS_POLICY")
    name = rule_body.rule_name(body)
    rule_body.rule_priority(body)
    if any(other["name"] == name and other is not rule for other in policy["rules"]):
        # Names are unique in a policy; the Terraform provider meets 400 and 409, so the status is a switch.
        status = world.data["okta"]["settings"]["duplicate_rule_name_status"]
        cause = "name: An object with this field already exists in the current organization"
        raise OktaError("E0000001", "name", [cause], status=status)
    return {
        "name": name,
        "conditions": rule_body.conditions(world, body),
        "actions": rule_body.actions(world, body),
    }


def place(policy: dict[str, Any], rule: dict[str, Any], wanted: int | None) -> bool:
    """Gives the rule its priority and pushes others down until a gap ("v2" of okta-developer-docs,
    guides/policy-rule-prioritization); without a wish it goes to the bottom, above the catch-all. Returns whether
    others were pushed."""
    others = [other for other in in_order(policy) if not other["system"] and other is not rule]
    if wanted is None:
        rule["priority"] = max((other["priority"] for other in others), default=-1) + 1
        return False
    rule["priority"] = taken = wanted
    for other in others:
        if other["priority"] == taken:
            taken += 1
            other["priority"] = taken
    return taken > wanted


def _move(world: World, policy: dict[str, Any], rule: dict[str, Any], wanted: int | None) -> None:
    """Places a rule as the switches say, and notes for `_check_reconciled` that priorities were shifted."""
    settings = world.data["okta"]["settings"]
    if settings["same_priority_shifts"] and rule in policy["rules"] and wanted == rule["priority"]:
        for other in policy["rules"]:
            if not other["system"] and other["priority"] > wanted:
                other["priority"] += 1
    if place(policy, rule, wanted) and settings["reconciling_refusals"]:
        world.runtime.cache.setdefault("okta.reconciling", {})[policy["id"]] = settings["reconciling_refusals"]


def _check_reconciled(world: World, policy: dict[str, Any]) -> None:
    """Refuses a write while priorities are reconciled: 423 E0000239, recorded on group rules only."""
    waiting = world.runtime.cache.get("okta.reconciling", {})
    if waiting.get(policy["id"], 0) > 0:
        waiting[policy["id"]] -= 1
        raise OktaError("E0000239")


def _check_catch_all(body: dict[str, Any]) -> None:
    """Only the actions of a catch-all may change. Constructed: how Okta words the refusal is not recorded."""
    if body.get("name") != CATCH_ALL_NAME or body.get("priority", CATCH_ALL_PRIORITY) != CATCH_ALL_PRIORITY:
        raise invalid("policyRule", "name, priority: cannot be changed on the catch-all rule")
    if any(body.get("conditions") or {}):
        raise invalid("policyRule", "conditions: cannot be set on the catch-all rule")


def _refuse_catch_all(rule: dict[str, Any]) -> None:
    if rule["system"]:
        raise OktaError("E0000006")


def _policy(request: web.Request) -> dict[str, Any]:
    policy_id = request.match_info["policy"]
    found: dict[str, Any] | None = request.app[WORLD].data["okta"]["policies"].get(policy_id)
    if found is None:
        raise not_found(policy_id, "Policy")
    return found


def _rule(request: web.Request) -> dict[str, Any]:
    rule_id = request.match_info["rule"]
    rules: list[dict[str, Any]] = _policy(request)["rules"]
    for rule in rules:
        if rule["id"] == rule_id:
            return rule
    raise not_found(rule_id, "PolicyRule")


def _shown(request: web.Request, rule: dict[str, Any]) -> dict[str, Any]:
    return shown_rule(request, request.match_info["policy"], rule)


def shown_rule(request: web.Request, policy_id: str, rule: dict[str, Any]) -> dict[str, Any]:
    """A rule as the API shows it; the catch-all has fewer links (recorded)."""
    url = f"{base_url(request)}/api/v1/policies/{policy_id}/rules/{rule['id']}"
    allowed = ["GET", "PUT"] if rule["system"] else ["GET", "PUT", "DELETE"]
    links = {"self": {"href": url, "hints": {"allow": allowed}}}
    if not rule["system"]:
        links |= lifecycle_link(url, rule["status"] == "ACTIVE")
    return {**rule, "_links": links, "type": "ACCESS_POLICY"}
