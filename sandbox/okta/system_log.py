"""The org's System Log: adding events, and reading them as bounded or polling queries."""

from __future__ import annotations

import secrets
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sandbox.clock import okta_time
from sandbox.world import World

RETENTION = timedelta(days=90)


def append(
    world: World,
    event_type: str,
    *,
    display_message: str | None = None,
    outcome: str = "SUCCESS",
    reason: str | None = None,
    severity: str = "INFO",
    actor: dict[str, Any] | None = None,
    client: dict[str, Any] | None = None,
    device: dict[str, Any] | None = None,
    target: Sequence[dict[str, Any]] = (),
    debug_data: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Adds an event at the world's time and returns it (a LogEvent of Okta's specification).

    ``outcome`` is SUCCESS, FAILURE, ALLOW, DENY, CHALLENGE, SKIPPED or UNKNOWN; ``actor`` may stay None, which some
    events of Okta's catalogue have; ``target`` entries have id, type, alternateId, displayName.
    """
    event: dict[str, Any] = {
        "actor": _entity(actor) if actor else None,
        "client": client,
        "device": device,
        "authenticationContext": {"authenticationStep": 0, "externalSessionId": "unknown"},
        "displayMessage": display_message or event_type,
        "eventType": event_type,
        "outcome": {"result": outcome, "reason": reason},
        "published": okta_time(world.clock.now()),
        "securityContext": {"asNumber": None, "asOrg": None, "isp": None, "domain": None, "isProxy": None},
        "severity": severity,
        "debugContext": {"debugData": dict(debug_data or {})},
        "legacyEventType": None,
        "transaction": {"type": "WEB", "id": secrets.token_urlsafe(18), "detail": {}},
        "uuid": world.new_uuid(),
        "version": "0",
        "request": {"ipChain": []},
        "target": [_entity(each) for each in target] or None,
    }
    world.data["okta"]["logs"].append(event)
    return event


def _entity(fields: dict[str, Any]) -> dict[str, Any]:
    return {"id": None, "type": None, "alternateId": None, "displayName": None, "detailEntry": None, **fields}


@dataclass(frozen=True)
class Query:
    """A query: ``since`` exclusive; ``until`` None means polling (ascending, in the order of persistence)."""

    since: datetime
    until: datetime | None
    descending: bool
    matches: Callable[[dict[str, Any]], bool]


@dataclass(frozen=True)
class Page:
    """Events, and the cursor of the next page; None after the last page of a bounded query."""

    events: list[dict[str, Any]]
    cursor: list[Any] | None


def read(world: World, query: Query, limit: int, cursor: list[Any] | None) -> Page:
    """One page. Raises ValueError for a cursor that this query cannot have given."""
    places = _polling_places(world, query, cursor) if query.until is None else _bounded_places(world, query, cursor)
    logs = world.data["okta"]["logs"]
    found: list[dict[str, Any]] = []
    last: int | None = None
    more = False
    oldest = okta_time(world.clock.now() - RETENTION)
    for place in places:
        event = logs[place]
        if event["published"] < oldest or not query.matches(event):
            if query.until is None:
                last = place
            continue
        if len(found) == limit:
            more = True
            break
        found.append(event)
        last = place
    if query.until is None:
        return Page(found, ["p", last + 1] if last is not None else cursor or ["p", 0])
    if not more or last is None:
        return Page(found, None)
    return Page(found, ["b", logs[last]["published"], last])


def _polling_places(world: World, query: Query, cursor: list[Any] | None) -> Iterator[int]:
    """Places in the log in the order of persistence."""
    start = _cursor_part(cursor, "p", 2, 1) if cursor else 0
    since = okta_time(query.since)
    logs = world.data["okta"]["logs"]
    return (place for place in range(start, len(logs)) if logs[place]["published"] > since)


def _bounded_places(world: World, query: Query, cursor: list[Any] | None) -> Iterator[int]:
    """Places in the log in the order of `published`, after since, before until."""
    order = _by_published(world)
    assert query.until is not None  # noqa: S101 - the caller has looked
    first = bisect_right(order, (okta_time(query.since), len(order)))
    last = bisect_left(order, (okta_time(query.until), -1))
    if cursor:
        reached = (str(cursor[1]) if len(cursor) == 3 else "", _cursor_part(cursor, "b", 3, 2))
        if query.descending:
            last = min(last, bisect_left(order, reached))
        else:
            first = max(first, bisect_right(order, reached))
    chosen = range(last - 1, first - 1, -1) if query.descending else range(first, last)
    return (order[number][1] for number in chosen)


def _cursor_part(cursor: list[Any], kind: str, length: int, index: int) -> int:
    if len(cursor) != length or cursor[0] != kind or not isinstance(cursor[index], int):
        raise ValueError("Invalid cursor.")
    return int(cursor[index])


def _by_published(world: World) -> list[tuple[str, int]]:
    """(published, place) of every event, sorted; kept between requests because a fleet's log is long."""
    logs = world.data["okta"]["logs"]
    kept: list[tuple[str, int]] = world.runtime.cache.setdefault("okta.log_order", [])
    if len(kept) != len(logs):
        kept.extend((logs[place]["published"], place) for place in range(len(kept), len(logs)))
        kept.sort()
    return kept
