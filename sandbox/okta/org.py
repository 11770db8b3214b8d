"""The org itself: what it is, its domains, and the directory objects that policies name."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from sandbox.okta.access import needs
from sandbox.okta.answers import OktaError, base_url, limit_of, not_found, paged
from sandbox.okta.scim import parse
from sandbox.web import WORLD, json_response

_USER_OPERATIONS = {
    "suspend": "lifecycle/suspend",
    "deactivate": "lifecycle/deactivate",
    "resetPassword": "lifecycle/reset_password",
    "resetFactors": "lifecycle/reset_factors",
    "expirePassword": "lifecycle/expire_password",
    "forgotPassword": "credentials/forgot_password",
    "changePassword": "credentials/change_password",
    "changeRecoveryQuestion": "credentials/change_recovery_question",
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
    org = request.app[WORLD].data["okta"]["org"]
    links = {"preferences": {"href": f"{base_url(request)}/api/v1/org/preferences"}}
    return json_response({**{key: value for key, value in org.items() if key != "cell"}, "_links": links})


@needs("okta.domains.read")
async def list_domains(request: web.Request) -> web.Response:
    """GET /api/v1/domains: the org's own one has the id `default` (recorded), custom ones come after it."""
    domains = request.app[WORLD].data["okta"]["domains"].values()
    return json_response({"domains": [_shown_domain(request, domain) for domain in domains]})


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
    return _listing(
        request, "users", lambda user, q: any(user["profile"][name].casefold().startswith(q) for name in names), 200
    )


@needs("okta.users.read")
async def get_user(request: web.Request) -> web.Response:
    """GET /api/v1/users/{id or login}."""
    wanted = request.match_info["id"]
    for user in request.app[WORLD].data["okta"]["users"].values():
        if wanted in {user["id"], user["profile"]["login"]}:
            return json_response(shown_user(request, user))
    raise not_found(wanted, "User")


def shown_user(request: web.Request, user: dict[str, Any]) -> dict[str, Any]:
    """A user as the API shows one user, with the links that are recorded in the users of a device."""
    base = base_url(request)
    url, type_id = f"{base}/api/v1/users/{user['id']}", user["type"]["id"]
    links: dict[str, dict[str, str]] = {
        "self": {"href": url},
        "schema": {"href": f"{base}/api/v1/meta/schemas/user/osc{type_id[3:]}"},
        "type": {"href": f"{base}/api/v1/meta/types/user/{type_id}"},
    }
    links |= {name: {"href": f"{url}/{path}", "method": "POST"} for name, path in _USER_OPERATIONS.items()}
    return {**user, "_links": links}


@needs("okta.networkZones.read")
async def list_zones(request: web.Request) -> web.Response:
    """GET /api/v1/zones."""
    return _listing(request, "zones", lambda zone, q: q in zone["name"].casefold(), 100)


def _listing(request: web.Request, kind: str, prefix_matches: Any, maximum: int) -> web.Response:
    objects = list(request.app[WORLD].data["okta"][kind].values())
    limit = limit_of(request, min(200, maximum), maximum)
    q = request.query.get("q")
    if q:
        objects = [each for each in objects if prefix_matches(each, q.casefold())]
    for parameter in ("search", "filter"):
        text = request.query.get(parameter)
        if text:
            objects = [each for each in objects if _expression(text).matches(each)]
    return paged(request, objects, limit)


def _expression(text: str) -> Any:
    try:
        return parse(text)
    except ValueError as error:
        raise OktaError("E0000031", causes=[str(error)]) from error
