# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Okta's System Log (okta-developer-docs, reference/system-log-query).

A query without ``until``, oldest first, is polling: it is ordered by the time of arrival, misses no late event, and
always names a next page, also after an empty one. Every other query is bounded: ordered by ``published``, and its last
page names no next. Events are kept for 90 days.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import BadAnswer, InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client, Request
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record
from ansible_collections.okta_iru.attestation.plugins.module_utils._paging import next_link

PATH = "/api/v1/logs"
LARGEST_PAGE = 1000
RETENTION = timedelta(days=90)

_RELATIVE = re.compile(r"-(\d{1,6})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_EVENT_TYPE = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*")


@dataclass(frozen=True)
class Page:
    """Events, and the request for those that follow, ``None`` after the last page of a bounded query."""

    events: list[Record]
    following: Request | None


def query(
    *, event_types: Iterable[str] = (), log_filter: str | None = None, q: str | None = None,
    since: str | None = None, until: str | None = None, newest_first: bool = False, limit: int = LARGEST_PAGE,
) -> Request:  # fmt: skip
    """The first request of a query; ``since`` and ``until`` are texts of `moment`. Raises InvalidInput."""
    order = "DESCENDING" if newest_first else "ASCENDING"
    parts = [part for part in (_types_filter(list(event_types)), log_filter) if part]
    combined = " and ".join(f"({part})" for part in parts) if len(parts) > 1 else "".join(parts)
    optional = {"filter": combined, "q": q, "since": since, "until": until}
    set_ = {key: value for key, value in optional.items() if value}
    return Request("GET", PATH, {**set_, "sortOrder": order, "limit": limit})


def pages(client: Client, request: Request) -> Iterator[Page]:
    """Pages until an empty one, or the last of a bounded query."""
    following: Request | None = request
    while following is not None:
        page = read_page(client, following)
        yield page
        following = page.following if page.events else None


def read_up_to(client: Client, request: Request, most: int) -> tuple[list[Record], Request | None, bool]:
    """At most so many events, the request for those that follow, and whether some surely do.

    Only whole pages are taken, so that the next run misses none and gets none twice.
    """
    events: list[Record] = []
    following: Request | None = request
    while following is not None:
        page = read_page(client, following)
        if len(events) + len(page.events) > most:
            return events, following, True
        events += page.events
        following = page.following
        if not page.events:
            break
    return events, following, False


def read_page(client: Client, request: Request) -> Page:
    """One page. That after an empty page of a polling query may be asked again later, by the same request."""
    response = client.send(request)
    events = response.json()
    if not isinstance(events, list):
        raise BadAnswer(f"{request.title} answered {type(events).__name__} where a list of events was expected.")
    link = next_link(response.headers)
    if not events and link:
        # An empty page may name itself, since nothing has happened after it.
        return Page([], request)
    return Page(events, client.next_page(request, link))


def cursor_of(request: Request) -> str:
    """A request as text, to go on from there in another run; without the host."""
    return f"{request.path}?{urlencode(request.params)}"


def request_of(client: Client, cursor: str) -> Request:
    """The request that a text of `cursor_of` stands for. Raises InvalidInput, BadAnswer for another host."""
    request = client.next_page(Request("GET", PATH), cursor)
    if request is None or request.path != PATH or not request.params:
        raise InvalidInput(f"cursor is {cursor!r}; expected the text that an earlier run returned as cursor.")
    return request


def moment(option: str, text: str | None, now: datetime | None = None) -> str | None:
    """A time as Okta takes it, from ISO 8601 with a zone, or ``-2h`` (s, m, h, d) before now. Raises InvalidInput."""
    if text is None:
        return None
    relative = _RELATIVE.fullmatch(text)
    if relative:
        when = (now or datetime.now(UTC)) - timedelta(**{_UNITS[relative[2]]: int(relative[1])})
        return okta_time(when)
    return okta_time(parse_time(option, text))


def parse_time(option: str, text: str) -> datetime:
    """A time of ISO 8601 with a zone. Raises InvalidInput that names the option."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        when = None
    if when is None or when.tzinfo is None:
        raise InvalidInput(
            f"{option} is {text!r}; expected a time with a zone such as 2026-03-01T08:00:00Z"
            + (", or one before now such as -2h (s, m, h, d)." if option in ("since", "until") else ".")
        )
    return when.astimezone(UTC)


def okta_time(when: datetime) -> str:
    """``2026-03-01T08:00:00.000Z``."""
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _types_filter(event_types: list[str]) -> str:
    for name in event_types:
        if not _EVENT_TYPE.fullmatch(name):
            raise InvalidInput(f"event_types holds {name!r}; expected names such as pki.cert.issue.")
    return " or ".join(f'eventType eq "{name}"' for name in event_types)
