"""Groups: /api/v1/groups (bodies as recorded in okta/terraform-provider-okta, TestAccDataSourceOktaGroups_read)."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from sandbox.okta import rate_limits
from sandbox.okta.access import needs
from sandbox.okta.answers import OktaError, base_url, invalid, limit_of, not_found, paged
from sandbox.okta.scim import Expression, comparisons, parse
from sandbox.web import WORLD, json_response
from sandbox.world import World

_MAXIMUM_PAGE = 10_000
_MAXIMUM_QUERY = 300  # "The default limit for a query is 300 results"
_FILTERABLE = {"id", "type", "lastUpdated", "lastMembershipUpdated"}
_CONTAINS = {"profile.name", "profile.description"}
_LOGOS = {
    "medium": "https://ok14static.oktacdn.com/assets/img/logos/groups/odyssey/okta-medium.png",
    "large": "https://ok14static.oktacdn.com/assets/img/logos/groups/odyssey/okta-large.png",
}


@needs("okta.groups.read", rate_limits.GROUPS)
async def list_groups(request: web.Request) -> web.Response:
    """GET /api/v1/groups: `search` and `filter` are SCIM; `q`, a prefix of the name, is not paged and has no Link."""
    world, query = request.app[WORLD], request.query
    if query.get("expand") not in {None, "stats", "app"}:
        raise invalid("RequestParams", "Expand query is malformed.")
    groups = _matching(world, query.get("search"), query.get("filter"))
    q = query.get("q", "").casefold()
    if q:
        limit = limit_of(request, _MAXIMUM_QUERY, _MAXIMUM_PAGE)
        named = [group for group in groups if group["profile"]["name"].casefold().startswith(q)]
        return json_response([shown_group(request, group) for group in named[:limit]])
    return paged(
        request, [shown_group(request, group) for group in groups], limit_of(request, _MAXIMUM_PAGE, _MAXIMUM_PAGE)
    )


@needs("okta.groups.read", rate_limits.GROUPS)
async def get_group(request: web.Request) -> web.Response:
    """GET /api/v1/groups/{id}."""
    return json_response(shown_group(request, group_of(request)))


def group_of(request: web.Request) -> dict[str, Any]:
    """The group that the path names. Raises OktaError E0000007."""
    group_id = request.match_info["id"]
    group: dict[str, Any] | None = request.app[WORLD].data["okta"]["groups"].get(group_id)
    if group is None:
        raise not_found(group_id, "UserGroup")
    return group


def _matching(world: World, search: str | None, filter_: str | None) -> list[dict[str, Any]]:
    groups = list(world.data["okta"]["groups"].values())
    for text, check in ((search, _check_search), (filter_, _check_filter)):
        if text:
            try:
                expression = parse(text)
            except ValueError as error:
                raise OktaError("E0000031", causes=[str(error)]) from error
            check(expression)
            groups = [group for group in groups if expression.matches(group)]
    return groups


def _check_search(expression: Expression) -> None:
    for comparison in comparisons(expression):
        if comparison.attribute.split(".")[0] in {"_embedded", "_links", "objectClass"}:
            raise OktaError("E0000031", causes=[f"Invalid property: {comparison.attribute}"])
        if comparison.operator == "co" and comparison.attribute not in _CONTAINS:
            raise OktaError("E0000031", causes=[f"The operator co is not supported for {comparison.attribute}"])


def _check_filter(expression: Expression) -> None:
    for comparison in comparisons(expression):
        if comparison.attribute not in _FILTERABLE:
            raise OktaError("E0000031", causes=[f"Invalid property: {comparison.attribute}"])


def shown_group(request: web.Request, group: dict[str, Any]) -> dict[str, Any]:
    """A group as the API shows it."""
    url = f"{base_url(request)}/api/v1/groups/{group['id']}"
    links = {
        "logo": [{"name": size, "href": href, "type": "image/png"} for size, href in _LOGOS.items()],
        "users": {"href": f"{url}/users"},
        "apps": {"href": f"{url}/apps"},
    }
    shown = {**group, "_links": links}
    if request.query.get("expand") == "stats":
        members = request.app[WORLD].data["okta"]["group_members"][group["id"]]
        # "hasAdminPrivlege": so the specification spells it.
        stats = {"usersCount": len(members), "appsCount": 0, "groupPushMappingsCount": 0, "hasAdminPrivlege": False}
        shown["_embedded"] = {"stats": {**stats, "_links": {"href": f"{url}?expand=stats"}}}
    return shown
