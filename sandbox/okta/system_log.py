"""The org's System Log: adding events, and reading them as bounded or polling queries.

A log has two orders: that of `published`, and that of arrival, which is later for events that Okta stores late. A
bounded query reads by the first, a polling one by the second; otherwise they are the same.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sandbox.clock import okta_time
from sandbox.okta.log_event import log_event
from sandbox.okta.synthetic_log import SyntheticLog
from sandbox.world import World

RETENTION = timedelta(days=90)
_BEHIND_ALL = 1 << 62  # a place in the log that no event has
# When, and the place in the log; negative places are of synthetic events.
_Key = tuple[str, int]


def append(world: World, event_type: str, *, display_message: str | None = None, **fields: Any) -> dict[str, Any]:
    """Adds an event at the world's time and returns it; ``fields`` are those of `log_event`.

    With the switches ``log_delay_seconds`` and ``log_delay_every`` each n-th event arrives that much later.
    """
    okta, now = world.data["okta"], world.clock.now()
    event = log_event(
        event_type,
        uuid=world.new_uuid(),
        published=okta_time(now),
        display_message=display_message or event_type,
        **fields,
    )
    okta["logs"].append(event)
    settings = okta["settings"]
    if settings["log_delay_seconds"] and len(okta["logs"]) % max(1, settings["log_delay_every"]) == 0:
        arrival = now + timedelta(seconds=settings["log_delay_seconds"])
        okta["log_arrivals"][event["uuid"]] = okta_time(arrival)
    return event


@dataclass(frozen=True)
class Query:
    """A query: ``since`` and ``until`` are exclusive; ``until`` None means polling (ascending, by arrival)."""

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
    polling = query.until is None
    kind = "polling" if polling else "bounded"
    reached = _reached(cursor, kind)
    log = _Log(world)
    keys = log.by_arrival() if polling else log.by_published()
    found: list[dict[str, Any]] = []
    numbers = _numbers(keys, query, reached, okta_time(world.clock.now()))
    last = reached or _just_before(keys, numbers)
    for number in numbers:
        event = log.event(keys[number][1])
        if not log.is_there(event) or not query.matches(event):
            last = keys[number] if polling else last
            continue
        if len(found) == limit:
            return Page(found, [kind, *last])
        found.append(event)
        last = keys[number]
    return Page(found, [kind, *last] if polling else None)


def _just_before(keys: Sequence[_Key], numbers: range) -> _Key:
    """The key that a query without a cursor has reached, though it gave nothing yet."""
    number = numbers.start - numbers.step
    if 0 <= number < len(keys):
        return keys[number]
    return ("", -_BEHIND_ALL) if numbers.step > 0 else ("~", _BEHIND_ALL)  # before and behind any time


def _numbers(keys: Sequence[_Key], query: Query, reached: _Key | None, now: str) -> range:
    """Numbers of the keys of a query that are not read yet, in its order."""
    first = bisect_right(keys, (okta_time(query.since), _BEHIND_ALL))
    # Nothing that arrives later is there yet; with the order of `published`, `is_there` sees to that.
    last = bisect_right(keys, (now, _BEHIND_ALL)) if query.until is None else bisect_left(keys, _before(query.until))
    if reached is not None:
        if query.descending:
            last = min(last, bisect_left(keys, reached))
        else:
            first = max(first, bisect_right(keys, reached)) if query.until is not None else bisect_right(keys, reached)
    return range(last - 1, first - 1, -1) if query.descending else range(first, last)


def _before(moment: datetime) -> _Key:
    return okta_time(moment), -_BEHIND_ALL


def _reached(cursor: list[Any] | None, kind: str) -> _Key | None:
    if cursor is None:
        return None
    if not isinstance(cursor, list) or len(cursor) != 3 or cursor[0] != kind:
        raise ValueError("Invalid cursor.")
    if not isinstance(cursor[1], str) or not isinstance(cursor[2], int):
        raise ValueError("Invalid cursor.")
    return cursor[1], cursor[2]


class _Log:
    """All events: synthetic ones, which are made when they are looked at, and behind them those that happened."""

    def __init__(self, world: World) -> None:
        okta = world.data["okta"]
        self._events: list[dict[str, Any]] = okta["logs"]
        self._arrivals: dict[str, str] = okta["log_arrivals"]
        self._synthetic = SyntheticLog(world)
        self._now = okta_time(world.clock.now())
        self._oldest = okta_time(world.clock.now() - RETENTION)
        self._orders: dict[str, list[_Key]] = world.runtime.cache.setdefault("okta.log_orders", {})

    def event(self, place: int) -> dict[str, Any]:
        """The event at a place."""
        return self._events[place] if place >= 0 else self._synthetic.event(place)

    def is_there(self, event: dict[str, Any]) -> bool:
        """Whether the event has arrived and is not older than 90 days."""
        return self._oldest <= event["published"] and self._arrivals.get(event["uuid"], "") <= self._now

    def by_published(self) -> Sequence[_Key]:
        """Keys in the order of `published`."""
        return self._synthetic.before(self._order("published", lambda event: str(event["published"])))

    def by_arrival(self) -> Sequence[_Key]:
        """Keys in the order of arrival."""
        arrival = self._arrivals
        order = self._order("arrival", lambda event: arrival.get(event["uuid"]) or str(event["published"]))
        return self._synthetic.before(order)

    def _order(self, name: str, time_of: Callable[[dict[str, Any]], str]) -> list[_Key]:
        """Sorted keys of what happened, kept between requests because a fleet's log is long."""
        kept = self._orders.setdefault(name, [])
        for place in range(len(kept), len(self._events)):
            insort(kept, (time_of(self._events[place]), place))
        return kept
