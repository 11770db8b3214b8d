"""Groups and users that clients make: enough to replay recordings that begin by making what their rules then name.

Bodies and statuses as recorded by okta/okta-sdk-python (test_groups_it, test_users_it); refusals are constructed.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from sandbox.clock import object_time
from sandbox.okta import rate_limits
from sandbox.okta.access import needs
from sandbox.okta.answers import OktaError, invalid, json_object, limit_of, not_found, paged
from sandbox.okta.audit import audit
from sandbox.okta.groups import group_of, shown_group
from sandbox.okta.org import listed_user, shown_user, with_emails
from sandbox.okta.rule_body import block
from sandbox.web import WORLD, json_response
from sandbox.world import World

_MANAGE_GROUPS, _MANAGE_USERS = "okta.groups.manage", "okta.users.manage"


@needs(_MANAGE_GROUPS, rate_limits.GROUPS)
async def create_group(request: web.Request) -> web.Response:
    """POST /api/v1/groups: 200 and the group."""
    world, body = request.app[WORLD], await json_object(request)
    group = new_group(world, **_group_profile(world, body, None))
    audit(world, "group.lifecycle.create", "Create okta group", "UserGroup", (group["id"], group["profile"]["name"]))
    return json_response(shown_group(request, group))


@needs(_MANAGE_GROUPS, rate_limits.GROUPS)
async def replace_group(request: web.Request) -> web.Response:
    """PUT /api/v1/groups/{id}: its profile."""
    world, group = request.app[WORLD], _changeable(request)
    profile = _group_profile(world, await json_object(request), group)
    group.update(profile=profile, lastUpdated=object_time(world.clock.now()))
    return json_response(shown_group(request, group))


@needs(_MANAGE_GROUPS, rate_limits.GROUPS)
async def delete_group(request: web.Request) -> web.Response:
    """DELETE /api/v1/groups/{id}: 204."""
    world, group = request.app[WORLD], _changeable(request)
    for kind in ("groups", "group_members"):
        del world.data["okta"][kind][group["id"]]
    audit(world, "group.lifecycle.delete", "Delete okta group", "UserGroup", (group["id"], group["profile"]["name"]))
    return web.Response(status=204)


@needs("okta.groups.read", rate_limits.GROUPS)
async def list_members(request: web.Request) -> web.Response:
    """GET /api/v1/groups/{id}/users: pages of 1000."""
    okta, group = request.app[WORLD].data["okta"], group_of(request)
    members = [okta["users"][user_id] for user_id in okta["group_members"][group["id"]]]
    return paged(request, [listed_user(request, user) for user in members], limit_of(request, 1000, 1000))


@needs(_MANAGE_GROUPS, rate_limits.GROUPS)
async def change_membership(request: web.Request) -> web.Response:
    """PUT or DELETE /api/v1/groups/{id}/users/{user}: 204."""
    world, group, user = request.app[WORLD], _changeable(request), _user(request, "user")
    members = world.data["okta"]["group_members"][group["id"]]
    if user["id"] in members:
        members.remove(user["id"])
    if request.method == "PUT":
        members.append(user["id"])
    group["lastMembershipUpdated"] = object_time(world.clock.now())
    return web.Response(status=204)


@needs(_MANAGE_USERS)
async def create_user(request: web.Request) -> web.Response:
    """POST /api/v1/users: 200 and the user, ACTIVE or with ``activate=false`` STAGED."""
    world = request.app[WORLD]
    profile = block(await json_object(request), "profile")
    wanted = {name: profile.get(name) for name in ("firstName", "lastName", "email", "login")}
    for name, value in wanted.items():
        if not isinstance(value, str) or not value:
            raise invalid(name, f"{name}: The field cannot be left blank")
    okta = world.data["okta"]
    if any(user["profile"]["login"] == wanted["login"] for user in okta["users"].values()):
        raise invalid("login", "login: An object with this field already exists in the current organization")
    user_type = okta["users"][okta["administrator"]["id"]]["type"]
    user = new_user(world, user_type, str(wanted["login"]), str(wanted["firstName"]), str(wanted["lastName"]))
    user["profile"]["email"] = wanted["email"]
    if request.query.get("activate", "true").lower() == "false":
        user.update(status="STAGED", activated=None, statusChanged=None)
    everyone = next(key for key, group in okta["groups"].items() if group["type"] == "BUILT_IN")
    okta["group_members"][everyone].append(user["id"])
    audit(world, "user.lifecycle.create", "Create okta user", "User", (user["id"], _full_name(user)))
    return json_response(shown_user(request, with_emails(user)))


@needs(_MANAGE_USERS)
async def deactivate_user(request: web.Request) -> web.Response:
    """POST /api/v1/users/{id}/lifecycle/deactivate: 200 and an empty object."""
    user = _deactivated(request)
    audit(request.app[WORLD], "user.lifecycle.deactivate", "Deactivate user", "User", (user["id"], _full_name(user)))
    return json_response({})


@needs(_MANAGE_USERS)
async def delete_user(request: web.Request) -> web.Response:
    """DELETE /api/v1/users/{id}: 204; the first one of an active user deactivates it only (documented)."""
    world, user = request.app[WORLD], _user(request)
    if user["status"] != "DEPROVISIONED":
        _deactivated(request)
        return web.Response(status=204)
    del world.data["okta"]["users"][user["id"]]
    for members in world.data["okta"]["group_members"].values():
        if user["id"] in members:
            members.remove(user["id"])
    audit(world, "user.lifecycle.delete.initiated", "Delete user", "User", (user["id"], _full_name(user)))
    return web.Response(status=204)


def new_group(
    world: World, name: str, description: str | None = None, kind: str = "OKTA_GROUP", members: list[str] | None = None
) -> dict[str, Any]:
    """Adds a group to the org."""
    now = object_time(world.clock.now())
    group = {
        "id": world.new_okta_id("00g"),
        "created": now,
        "lastUpdated": now,
        "lastMembershipUpdated": now,
        "objectClass": ["okta:user_group"],
        "type": kind,
        "profile": {"name": name, "description": description},
    }
    world.data["okta"]["groups"][group["id"]] = group
    world.data["okta"]["group_members"][group["id"]] = members or []
    return group


def new_user(world: World, user_type: dict[str, str], login: str, first: str, last: str) -> dict[str, Any]:
    """Adds an active user to the org."""
    now = object_time(world.clock.now())
    user = {
        "id": world.new_okta_id("00u"),
        "status": "ACTIVE",
        "created": now,
        "activated": now,
        "statusChanged": now,
        "lastLogin": None,
        "lastUpdated": now,
        "passwordChanged": now,
        "type": user_type,
        "profile": {
            "firstName": first,
            "lastName": last,
            "mobilePhone": None,
            "secondEmail": None,
            "login": login,
            "email": login,
        },
        "credentials": {"password": {}, "provider": {"type": "OKTA", "name": "OKTA"}},
    }
    world.data["okta"]["users"][user["id"]] = user
    return user


def _group_profile(world: World, body: dict[str, Any], group: dict[str, Any] | None) -> dict[str, Any]:
    sent = block(body, "profile")
    name, description = sent.get("name"), sent.get("description")
    if not isinstance(name, str) or not name or not isinstance(description, str | None):
        raise invalid("name", "name: The field cannot be left blank")
    if any(each["profile"]["name"] == name and each is not group for each in world.data["okta"]["groups"].values()):
        raise invalid("name", "name: An object with this field already exists in the current organization")
    return {"name": name, "description": description}


def _changeable(request: web.Request) -> dict[str, Any]:
    """The group, unless it is Okta's own ("Everyone"). Raises OktaError E0000006."""
    group = group_of(request)
    if group["type"] != "OKTA_GROUP":
        raise OktaError("E0000006")
    return group


def _user(request: web.Request, part: str = "id") -> dict[str, Any]:
    okta, user_id = request.app[WORLD].data["okta"], request.match_info[part]
    found: dict[str, Any] | None = okta["users"].get(user_id)
    if found is None:
        raise not_found(user_id, "User")
    if request.path.startswith("/api/v1/users/") and user_id == okta["administrator"]["id"]:
        raise OktaError("E0000006")  # whose token all clients use
    return found


def _deactivated(request: web.Request) -> dict[str, Any]:
    user = _user(request)
    user.update(status="DEPROVISIONED", statusChanged=object_time(request.app[WORLD].clock.now()))
    return user


def _full_name(user: dict[str, Any]) -> str:
    return f"{user['profile']['firstName']} {user['profile']['lastName']}"
