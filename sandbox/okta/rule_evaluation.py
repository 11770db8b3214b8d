"""Which rule of a policy decides a sign-in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.okta.rules import in_order
from sandbox.world import World

MATCH, NOT_MATCH, UNDEFINED = "MATCH", "NOT_MATCH", "UNDEFINED"
"""What a condition or a rule comes to (SimulateResultStatus of okta/okta-management-openapi-spec)."""
_KIND_OF_PLATFORM = {
    "MACOS": "DESKTOP", "WINDOWS": "DESKTOP", "CHROMEOS": "DESKTOP", "DESKTOP_OTHER": "DESKTOP",
    "IOS": "MOBILE", "ANDROID": "MOBILE", "MOBILE_OTHER": "MOBILE",
}  # fmt: skip
PLATFORMS = tuple(_KIND_OF_PLATFORM)
Verdict = tuple[str, str]
"""A condition's name (``people.groups.include``) and what it comes to."""


@dataclass(frozen=True)
class SignIn:
    """What the rules look at; None is what is not known, so that conditions on it are undefined.

    ``platform`` is one of `PLATFORMS`, ``groups`` are those of the user, or stand for any of their members if
    ``user_id`` is None; ``zones`` are the network zones that the user is in.
    """

    user_id: str | None
    platform: str | None
    registered: bool | None
    managed: bool | None
    groups: frozenset[str] = frozenset()
    zones: frozenset[str] | None = frozenset()
    risk: str | None = None
    assurance: str | None = None


def of_user(world: World, user_id: str, **known: Any) -> SignIn:
    """A sign-in of a user, with the groups that the user is in."""
    members = world.data["okta"]["group_members"]
    return SignIn(user_id, groups=frozenset(group for group, ids in members.items() if user_id in ids), **known)


def deciding_rule(world: World, policy: dict[str, Any], sign_in: SignIn) -> dict[str, Any]:
    """The first active rule whose conditions all hold; the catch-all always does.

    A rule with a condition on what is not known does not hold. Expressions are never evaluated.
    """
    return next(rule for rule in active(policy) if outcome(verdicts(world, rule, sign_in)) == MATCH)


def active(policy: dict[str, Any]) -> list[dict[str, Any]]:
    """The rules that are evaluated, in their order."""
    return [rule for rule in in_order(policy) if rule["status"] == "ACTIVE"]


def outcome(found: list[Verdict]) -> str:
    """What a rule with these conditions comes to."""
    statuses = {status for _name, status in found}
    return NOT_MATCH if NOT_MATCH in statuses else UNDEFINED if UNDEFINED in statuses else MATCH


def verdicts(world: World, rule: dict[str, Any], sign_in: SignIn) -> list[Verdict]:
    """Every condition that restricts a rule, and whether it holds."""
    conditions = rule["conditions"] or {}
    return [
        *_people(conditions.get("people") or {}, sign_in),
        *_user_type(world, conditions.get("userType") or {}, sign_in),
        *_device(conditions.get("device") or {}, sign_in),
        *_platform(conditions.get("platform") or {}, sign_in),
        *_network(conditions.get("network") or {}, sign_in),
        *_risk(conditions.get("riskScore") or {}, sign_in),
        *([("elCondition.condition", UNDEFINED)] if conditions.get("elCondition") else []),
    ]


def _status(holds: bool | None) -> str:
    return UNDEFINED if holds is None else MATCH if holds else NOT_MATCH


def _people(people: dict[str, Any], sign_in: SignIn) -> Iterator[Verdict]:
    """Users and groups that are included are alternatives: who is one of them is meant."""
    known = frozenset() if sign_in.user_id is None else frozenset({sign_in.user_id})
    sides = {"users": known, "groups": sign_in.groups}
    wanted = {kind: set((people.get(kind) or {}).get("include") or []) for kind in sides}
    included = any(sides[kind] & wanted[kind] for kind in sides)
    for kind, ids in sides.items():
        if wanted[kind]:
            by_name = kind == "users" and sign_in.user_id is None and not included
            yield f"people.{kind}.include", _status(None if by_name else included)
        excluded = set((people.get(kind) or {}).get("exclude") or [])
        if excluded:
            yield f"people.{kind}.exclude", _status(None if kind == "users" and not known else not excluded & ids)


def _user_type(world: World, condition: dict[str, Any], sign_in: SignIn) -> Iterator[Verdict]:
    user = world.data["okta"]["users"].get(sign_in.user_id)
    kind = user["type"]["id"] if user else None
    if condition.get("include"):
        yield "userType.include", _status(None if kind is None else kind in condition["include"])
    if condition.get("exclude"):
        yield "userType.exclude", _status(None if kind is None else kind not in condition["exclude"])


def _device(device: dict[str, Any], sign_in: SignIn) -> Iterator[Verdict]:
    if device.get("registered"):
        yield "device.registered", _status(sign_in.registered)
    if "managed" in device:
        managed = False if sign_in.registered is False else sign_in.managed
        yield "device.managed", _status(None if managed is None else managed == device["managed"])
    wanted = (device.get("assurance") or {}).get("include")
    if wanted:
        yield "device.assurance.include", _status(None if sign_in.assurance is None else sign_in.assurance in wanted)


def _platform(platform: dict[str, Any], sign_in: SignIn) -> Iterator[Verdict]:
    known = sign_in.platform
    for side, wanted in (("include", True), ("exclude", False)):
        if platform.get(side):
            is_one = None if known is None else any(_is_platform(item, known) for item in platform[side])
            yield f"platform.{side}", _status(None if is_one is None else is_one is wanted)


def _is_platform(item: dict[str, Any], platform: str) -> bool:
    system = item["os"]
    is_any = system["type"] == "OTHER" and not system.get("expression")
    is_other = system["type"] == "OTHER" and bool(system.get("expression")) and platform.endswith("OTHER")
    return item["type"] in {"ANY", _KIND_OF_PLATFORM[platform]} and (is_any or is_other or system["type"] == platform)


def _network(network: dict[str, Any], sign_in: SignIn) -> Iterator[Verdict]:
    connection, zones = network.get("connection", "ANYWHERE"), sign_in.zones
    if connection in {"ON_NETWORK", "OFF_NETWORK"}:
        yield "network.connection", UNDEFINED
    if network.get("include"):
        yield "network.include", _status(None if zones is None else bool(zones & set(network["include"])))
    if network.get("exclude"):
        yield "network.exclude", _status(None if zones is None else not zones & set(network["exclude"]))


def _risk(condition: dict[str, Any], sign_in: SignIn) -> Iterator[Verdict]:
    if condition.get("level", "ANY") != "ANY":
        yield "riskScore.level", _status(None if sign_in.risk is None else sign_in.risk == condition["level"])
