"""The System Log's API: /api/v1/logs (okta/okta-developer-docs, docs/reference/system-log-query)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from sandbox.clock import parse_okta_time
from sandbox.okta import rate_limits
from sandbox.okta.access import needs
from sandbox.okta.answers import OktaError, from_cursor, invalid, limit_of, to_cursor, with_links
from sandbox.okta.scim import comparisons, parse
from sandbox.okta.system_log import Query, read
from sandbox.web import WORLD, json_response

_DEFAULT_WINDOW = timedelta(days=7)
_OLDEST_SINCE = timedelta(days=180)
_MAXIMUM_KEYWORDS, _MAXIMUM_KEYWORD = 10, 40


@needs("okta.logs.read", rate_limits.LOGS)
async def list_logs(request: web.Request) -> web.Response:
    """GET /api/v1/logs: bounded when it has `until` or descends, else polling, which always has a `next` link."""
    world, parameters = request.app[WORLD], request.query
    limit = limit_of(request, 100, 1000, 0)
    order = parameters.get("sortOrder", "ASCENDING")
    if order not in {"ASCENDING", "DESCENDING"}:
        raise invalid("sortOrder", "sortOrder: must be ASCENDING or DESCENDING")
    now = world.clock.now()
    polling = "until" not in parameters and order == "ASCENDING"
    until = _moment(parameters.get("until"), "until") or now
    since = _moment(parameters.get("since"), "since") or until - _DEFAULT_WINDOW
    # A client reckons by its own clock, which no tick of this sandbox has moved.
    if since < min(now, datetime.now(UTC)) - _OLDEST_SINCE:
        raise OktaError("E0000053", "since: must not be more than 180 days ago")
    query = Query(since, None if polling else until, order == "DESCENDING", _filter(parameters))
    cursor = from_cursor(parameters["after"]) if "after" in parameters else None
    try:
        page = read(world, query, limit, cursor)
    except (ValueError, TypeError) as error:
        raise OktaError("E0000031", causes=["Invalid cursor."]) from error
    following = None if page.cursor is None else {"after": to_cursor(page.cursor)}
    return with_links(request, json_response(page.events), following)


def _moment(text: str | None, name: str) -> datetime | None:
    if not text:
        return None
    try:
        return parse_okta_time(text)
    except ValueError as error:
        raise OktaError("E0000001", name, [f"{name}: must be an ISO 8601 date and time"]) from error


def _filter(parameters: Any) -> Callable[[dict[str, Any]], bool]:
    """`filter` and `q` together. Raises OktaError E0000053 for a filter and E0000031 for keywords that are refused."""
    keywords = [word.casefold() for word in parameters.get("q", "").split()]
    if len(keywords) > _MAXIMUM_KEYWORDS or any(len(word) > _MAXIMUM_KEYWORD for word in keywords):
        raise OktaError(
            "E0000031", causes=[f"q: at most {_MAXIMUM_KEYWORDS} keywords of {_MAXIMUM_KEYWORD} characters"]
        )
    text = parameters.get("filter")
    if not text:
        return lambda event: _has_keywords(event, keywords)
    if "[" in text:
        raise OktaError("E0000053", "filter: brackets are not supported")
    try:
        expression = parse(text)
    except ValueError as error:
        raise OktaError("E0000053", f"filter: {error}") from error
    if any(comparison.attribute == "published" for comparison in comparisons(expression)):
        raise OktaError("E0000053", "filter: published cannot be filtered on; use since and until")
    return lambda event: expression.matches(event) and _has_keywords(event, keywords)


def _has_keywords(event: dict[str, Any], keywords: list[str]) -> bool:
    if not keywords:
        return True
    text = json.dumps(event, ensure_ascii=False).casefold()
    return all(word in text for word in keywords)
