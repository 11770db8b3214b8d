"""Which rule of a policy decides a sign-in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.okta.rules import in_order
from sandbox.world import World


@dataclass(frozen=True)
class SignIn:
    """What the rules look at: user id, MACOS or WINDOWS, and what is known of the device."""

    user_id: str
    platform: str
    registered: bool
    managed: bool


def deciding_rule(world: World, policy: dict[str, Any], sign_in: SignIn) -> dict[str, Any]:
    """The first active rule whose conditions hold; the catch-all always does.

    Sandbox computers are in no network zone, and expressions, risk levels and device assurance are not evaluated:
    a rule that has one of these conditions does not hold for them.
    """
    active = [rule for rule in in_order(policy) if rule["status"] == "ACTIVE"]
    return next(rule for rule in active if _holds(world, rule["conditions"] or {}, sign_in))


def _holds(world: World, conditions: dict[str, Any], sign_in: SignIn) -> bool:
    return (
        _device_holds(conditions.get("device", {}), sign_in)
        and _platform_holds(conditions.get("platform", {}), sign_in)
        and _people_hold(world, conditions.get("people", {}), sign_in)
        and conditions.get("network", {}).get("connection", "ANYWHERE") == "ANYWHERE"
        and conditions.get("riskScore", {}).get("level", "ANY") == "ANY"
        and not conditions.get("userType", {}).get("include")
        and "elCondition" not in conditions
    )


def _device_holds(device: dict[str, Any], sign_in: SignIn) -> bool:
    if device.get("assurance", {}).get("include"):
        return False
    if device.get("registered") and not sign_in.registered:
        return False
    return "managed" not in device or device["managed"] == sign_in.managed


def _platform_holds(platform: dict[str, Any], sign_in: SignIn) -> bool:
    def matches(item: dict[str, Any]) -> bool:
        any_system = item["os"]["type"] == "OTHER" and "expression" not in item["os"]
        return item["type"] in {"ANY", "DESKTOP"} and (any_system or item["os"]["type"] == sign_in.platform)

    included = platform.get("include") or []
    if any(matches(item) for item in platform.get("exclude") or []):
        return False
    return not included or any(matches(item) for item in included)


def _people_hold(world: World, people: dict[str, Any], sign_in: SignIn) -> bool:
    members = world.data["okta"]["group_members"]
    groups = {group for group, users in members.items() if sign_in.user_id in users}
    users, named_groups = people.get("users", {}), people.get("groups", {})
    if sign_in.user_id in (users.get("exclude") or []) or groups & set(named_groups.get("exclude") or []):
        return False
    wanted_users, wanted_groups = users.get("include") or [], named_groups.get("include") or []
    if not wanted_users and not wanted_groups:
        return True
    return sign_in.user_id in wanted_users or bool(groups & set(wanted_groups))
