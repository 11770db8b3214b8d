"""The System Log's API: /api/v1/logs (okta/okta-developer-docs, docs/reference/system-log-query)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from sandbox.clock import parse_okta_time
from sandbox.okta import rate_limits
from sandbox.okta.access import needs
from sandbox.okta.answers import OktaError, from_cursor, invalid, limit_of, to_cursor, with_links
from sandbox.okta.log_event import log_event
from sandbox.okta.scim import Comparison, Expression, SyntaxProblem, comparisons, parse
from sandbox.okta.system_log import Query, read
from sandbox.web import WORLD, json_response

_DEFAULT_WINDOW = timedelta(days=7)
_OLDEST_SINCE = timedelta(days=180)
_MAXIMUM_KEYWORDS, _MAXIMUM_KEYWORD = 10, 40
_TOO_LONG = "Freeform search cannot contain items longer than 40 characters."
_SHORTEN = "Please shorten the items in your search or use an advanced filter to query by specific fields."
_NO_DATE = "The date format in your query is not recognized. Please enter dates using ISO8601 string format."
_FIELDS = frozenset(log_event("", uuid="", published="", display_message="")) - {"published"}
_NOT_CONTAINED = frozenset({"debugContext.debugData.url", "debugContext.debugData.requestUri"})


class LogError(OktaError):
    """An error of this API, whose documented bodies have a UUID as errorId, no errorLink, and causes where listed."""

    def __init__(self, code: str, summary: str, causes: Sequence[str] = ()) -> None:
        super().__init__(code, causes=causes, status=400)
        self.summary = summary

    def response(self) -> web.Response:
        """The answer with the body as documented."""
        body: dict[str, Any] = {"errorCode": self.code, "errorSummary": self.summary, "errorId": str(uuid.uuid4())}
        if self.causes:
            body["errorCauses"] = [{"errorSummary": cause} for cause in self.causes]
        return json_response(body, self.status)


@needs("okta.logs.read", rate_limits.LOGS)
async def list_logs(request: web.Request) -> web.Response:
    """GET /api/v1/logs: bounded when it has `until` or descends, else polling, which always has a `next` link."""
    world, parameters = request.app[WORLD], request.query
    limit = limit_of(request, 100, 1000, 0)
    order = parameters.get("sortOrder", "ASCENDING")
    if order not in {"ASCENDING", "DESCENDING"}:
        raise invalid("sortOrder", "sortOrder: must be ASCENDING or DESCENDING")
    now = world.clock.now()
    polling = not parameters.get("until") and order == "ASCENDING"
    until = _moment(parameters, "until") or now
    since = _moment(parameters, "since") or until - _DEFAULT_WINDOW
    # A client reckons by its own clock, which no tick of this sandbox has moved.
    if since < min(now, datetime.now(UTC)) - _OLDEST_SINCE:
        too_old = "Invalid parameter: The since parameter is over 180 days prior to the current day."
        raise LogError("E0000053", too_old)
    query = Query(since, None if polling else until, order == "DESCENDING", _condition(parameters))
    cursor = from_cursor(parameters["after"]) if "after" in parameters else None
    try:
        page = read(world, query, limit, cursor)
    except ValueError as error:
        raise OktaError("E0000031", causes=["Invalid cursor."]) from error
    after = None if page.cursor is None else to_cursor(page.cursor)
    return with_links(request, json_response(page.events), after=after)


def _moment(parameters: Mapping[str, str], name: str) -> datetime | None:
    text = parameters.get(name)
    if not text:
        return None
    try:
        return parse_okta_time(text)
    except ValueError as error:
        causes = (_NO_DATE, "must be a valid date-time or empty.")
        summary = " ".join(f"'{name}': {cause}" for cause in causes)
        raise LogError(
            "E0000001", f"Api validation failed: {summary}", [f"{name}: {cause}" for cause in causes]
        ) from error


def _condition(parameters: Mapping[str, str]) -> Callable[[dict[str, Any]], bool]:
    """`filter` and `q` together. Raises LogError for what Okta refuses."""
    keywords = [word.casefold() for word in parameters.get("q", "").split()]
    if any(len(word) > _MAXIMUM_KEYWORD for word in keywords):
        raise LogError("E0000001", f"Api validation failed: 'q': {_TOO_LONG} {_SHORTEN}")
    if len(keywords) > _MAXIMUM_KEYWORDS:
        too_many = f"Freeform search cannot contain more than {_MAXIMUM_KEYWORDS} items."
        raise LogError("E0000001", f"Api validation failed: 'q': {too_many}")
    text = parameters.get("filter")
    if not text:
        return lambda event: _has_keywords(event, keywords)
    try:
        expression = parse(text)
    except SyntaxProblem as error:
        raise LogError("E0000053", f"Invalid filter '{text}': {error}") from error
    for comparison in comparisons(expression):
        _check(comparison)
    condition = _in_camel_case(expression)
    return lambda event: condition.matches(event) and _has_keywords(event, keywords)


def _in_camel_case(expression: Expression) -> Expression:
    if isinstance(expression, Comparison):
        return replace(expression, attribute=_camel_case(expression.attribute))
    return replace(expression, parts=tuple(_in_camel_case(part) for part in expression.parts))


def _camel_case(name: str) -> str:
    """`eventType` of `event_type`, which Okta's page still has in its examples."""
    attribute, dot, inner = name.partition(".")
    first, *others = attribute.split("_")
    return first + "".join(each[:1].upper() + each[1:] for each in others) + dot + inner


def _check(comparison: Comparison) -> None:
    """Refuses fields that events lack, `published`, and the documented combination of operator and field."""
    field = comparison.attribute
    if _camel_case(field).partition(".")[0] not in _FIELDS:
        raise LogError("E0000053", f"field is not valid: {field}")
    if comparison.operator == "co" and field in _NOT_CONTAINED:
        combination = f"Operator: {comparison.operator}, Field: {field}"
        summary = f"The supplied combination of operator and field is not currently supported. {combination}"
        raise LogError("E0000031", summary)


def _has_keywords(event: dict[str, Any], keywords: list[str]) -> bool:
    """Whether each keyword is a value of the event, a word of one, or a part of a word between hyphens."""
    if not keywords:
        return True
    there: set[str] = set()
    for value in _texts(event):
        words = value.casefold().split()
        there.update((value.casefold(), *words), *(word.split("-") for word in words))
    return all(keyword in there for keyword in keywords)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)
    elif isinstance(value, str):
        yield value
