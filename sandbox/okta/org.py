"""The org itself: what it is, its domains, and the directory objects that policies name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from sandbox.okta.access import needs
from sandbox.okta.answers import OktaError, base_url, lifecycle_link, limit_of, not_found, paged
from sandbox.okta.scim import parse
from sandbox.web import WORLD, json_response

# The links of an active user in the order that is recorded; those with a path are operations.
_USER_LINKS = {
    "suspend": "lifecycle/suspend",
    "schema": None,
    "resetPassword": "lifecycle/reset_password",
    "forgotPassword": "credentials/forgot_password",
    "expirePassword": "lifecycle/expire_password",
    "changeRecoveryQuestion": "credentials/change_recovery_question",
    "self": None,
    "resetFactors": "lifecycle/reset_factors",
    "type": None,
    "changePassword": "credentials/change_password",
    "deactivate": "lifecycle/deactivate",
}


@needs(None)
async def well_known(request: web.Request) -> web.Response:
    """GET /.well-known/okta-organization: needs no token; `pipeline` tells Identity Engine (idx) from Classic (v1)."""
    okta = request.app[WORLD].data["okta"]
    return json_response(
        {
            "id": okta["org"]["id"],
            "cell": okta["org"]["cell"],
            "_links": {"organization": {"href": base_url(request)}},
            "pipeline": okta["settings"]["pipeline"],
            "settings": {
                "analyticsCollectionEnabled": True,
                "bugReportingEnabled": True,
                "omEnabled": False,
                "pssoEnabled": False,
                "desktopMFAEnabled": False,
                "itpEnabled": True,
            },
        }
    )


@needs("okta.orgs.read")
async def get_org(request: web.Request) -> web.Response:
    """GET /api/v1/org."""
    org, base = request.app[WORLD].data["okta"]["org"], f"{base_url(request)}/api/v1/org"
    links = {
        "preferences": {"href": f"{base}/preferences"},
        "uploadLogo": {"href": f"{base}/logo", "hints": {"allow": ["POST"]}},
        "oktaCommunication": {"href": f"{base}/privacy/oktaCommunication"},
        "logo": {"href": f"https://{org['cell']}static.oktacdn.com/assets/img/logos/okta-logo.png"},
        "oktaSupport": {"href": f"{base}/privacy/oktaSupport"},
        "contacts": {"href": f"{base}/contacts"},
    }
    return json_response({**{key: value for key, value in org.items() if key != "cell"}, "_links": links})


@needs("okta.domains.read")
async def list_domains(request: web.Request) -> web.Response:
    """GET /api/v1/domains: the org's own one has the id `default` (recorded), custom ones come after it."""
    domains = request.app[WORLD].data["okta"]["domains"].values()
    return json_response({"domains": [_shown_domain(request, domain) for domain in domains]})


@needs("okta.domains.read")
async def get_domain(request: web.Request) -> web.Response:
    """GET /api/v1/domains/{id}."""
    return json_response(_shown_domain(request, _found(request, "domains", "Domain")))


def _shown_domain(request: web.Request, domain: dict[str, Any]) -> dict[str, Any]:
    base = base_url(request)
    allowed = ["GET"] if domain["id"] == "default" else ["GET", "PUT", "DELETE"]
    links = {
        "self": {"href": f"{base}/api/v1/domains/{domain['id']}", "hints": {"allow": allowed}},
        "brand": {
            "href": f"{base}/api/v1/brands/{domain['brandId']}",
            "hints": {"allow": ["GET", "PUT", "DELETE"]},
        },
    }
    return {**domain, "_links": links}


@needs("okta.users.read")
async def list_users(request: web.Request) -> web.Response:
    """GET /api/v1/users: `q` is a prefix of first name, last name or e-mail, `search` and `filter` are SCIM."""
    names = ("firstName", "lastName", "email")
    users = _matching(
        request, "users", lambda user, q: any(user["profile"][name].casefold().startswith(q) for name in names)
    )
    return paged(request, [listed_user(request, user) for user in users], limit_of(request, 200, 200))


def listed_user(request: web.Request, user: dict[str, Any]) -> dict[str, Any]:
    """A user as lists show it, with one link."""
    return {**with_emails(user), "_links": {"self": {"href": f"{base_url(request)}/api/v1/users/{user['id']}"}}}


@needs("okta.users.read")
async def get_user(request: web.Request) -> web.Response:
    """GET /api/v1/users/{id or login}."""
    wanted = request.match_info["id"]
    for user in request.app[WORLD].data["okta"]["users"].values():
        if wanted in {user["id"], user["profile"]["login"]}:
            return json_response(shown_user(request, with_emails(user)))
    raise not_found(wanted, "User")


def with_emails(user: dict[str, Any]) -> dict[str, Any]:
    """The users API tells the address of a user once more; the users of a device have no such key (recorded)."""
    credentials = user["credentials"]
    primary = {"value": user["profile"]["email"], "status": "VERIFIED", "type": "PRIMARY"}
    emails = {"password": credentials["password"], "emails": [primary], "provider": credentials["provider"]}
    return {**user, "credentials": emails}


def shown_user(request: web.Request, user: dict[str, Any]) -> dict[str, Any]:
    """A user as the API shows one user, with the links that are recorded in the users of a device."""
    base = base_url(request)
    url, type_id = f"{base}/api/v1/users/{user['id']}", user["type"]["id"]
    plain = {
        "self": url,
        "schema": f"{base}/api/v1/meta/schemas/user/osc{type_id[3:]}",
        "type": f"{base}/api/v1/meta/types/user/{type_id}",
    }
    links = {
        name: {"href": f"{url}/{path}", "method": "POST"} if path else {"href": plain[name]}
        for name, path in _USER_LINKS.items()
    }
    return {**user, "_links": links}


@needs("okta.networkZones.read")
async def list_zones(request: web.Request) -> web.Response:
    """GET /api/v1/zones."""
    zones = _matching(request, "zones", lambda zone, q: q in zone["name"].casefold())
    return paged(request, [_shown_zone(request, zone) for zone in zones], limit_of(request, 20, 200))


@needs("okta.networkZones.read")
async def get_zone(request: web.Request) -> web.Response:
    """GET /api/v1/zones/{id}."""
    return json_response(_shown_zone(request, _found(request, "zones", "NetworkZone")))


def _shown_zone(request: web.Request, zone: dict[str, Any]) -> dict[str, Any]:
    url = f"{base_url(request)}/api/v1/zones/{zone['id']}"
    own = {"self": {"href": url, "hints": {"allow": ["GET", "PUT", "DELETE"]}}}
    return {**zone, "_links": {**own, **lifecycle_link(url, zone["status"] == "ACTIVE")}}


def _found(request: web.Request, kind: str, title: str) -> dict[str, Any]:
    """What the path names by its id; a 404 that names it otherwise."""
    wanted = request.match_info["id"]
    found: dict[str, Any] | None = request.app[WORLD].data["okta"][kind].get(wanted)
    if found is None:
        raise not_found(wanted, title)
    return found


def _matching(request: web.Request, kind: str, matches: Callable[[dict[str, Any], str], bool]) -> list[dict[str, Any]]:
    objects = list(request.app[WORLD].data["okta"][kind].values())
    q = request.query.get("q")
    if q:
        objects = [each for each in objects if matches(each, q.casefold())]
    for parameter in ("search", "filter"):
        text = request.query.get(parameter)
        if text:
            objects = [each for each in objects if _expression(text).matches(each)]
    return objects


def _expression(text: str) -> Any:
    try:
        return parse(text)
    except ValueError as error:
        raise OktaError("E0000031", causes=[str(error)]) from error
