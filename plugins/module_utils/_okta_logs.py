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
from datetime import timedelta
from urllib.parse import urlencode

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import BadAnswer, InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client, Request
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record
from ansible_collections.okta_iru.attestation.plugins.module_utils._paging import next_link, read_once

PATH = "/api/v1/logs"
LARGEST_PAGE = 1000
RETENTION = timedelta(days=90)

OUTCOMES = ("SUCCESS", "FAILURE", "ALLOW", "DENY", "CHALLENGE", "SKIPPED", "UNKNOWN")

_EVENT_TYPE = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*")


@dataclass(frozen=True)
class Page:
    """Events, and the request for those that follow, ``None`` after the last page of a bounded query."""

    events: list[Record]
    following: Request | None


def query(
    *, event_types: Iterable[str] = (), targets: Iterable[str] = (), outcomes: Iterable[str] = (),
    log_filter: str | None = None, q: str | None = None,
    since: str | None = None, until: str | None = None, newest_first: bool = False, limit: int = LARGEST_PAGE,
) -> Request:  # fmt: skip
    """The first request of a query; times are texts of `_okta_log_time.moment`. Raises InvalidInput."""
    order = "DESCENDING" if newest_first else "ASCENDING"
    parts = [
        _any_of("eventType", _checked_types(event_types)),
        _any_of("target.id", _checked_targets(targets)),
        _any_of("outcome.result", outcomes),
        log_filter or "",
    ]
    parts = [part for part in parts if part]
    combined = " and ".join(f"({part})" for part in parts) if len(parts) > 1 else "".join(parts)
    optional = {"filter": combined, "q": q, "since": since, "until": until}
    set_ = {key: value for key, value in optional.items() if value}
    return Request("GET", PATH, {**set_, "sortOrder": order, "limit": limit})


def pages(client: Client, request: Request) -> Iterator[Page]:
    """Pages until an empty one, or the last of a bounded query."""
    following: Request | None = request
    read: set[int] = set()
    while following is not None:
        read_once(following, read)
        page = read_page(client, following)
        yield page
        following = page.following if page.events else None


def read_page(client: Client, request: Request) -> Page:
    """One page. What follows an empty page of a polling query can be asked for later; it may be the same request."""
    response = client.send(request)
    events = response.json()
    if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
        raise BadAnswer(f"{request.title} answered {type(events).__name__} where a list of events was expected.")
    return Page(events, client.next_page(request, next_link(response.headers)))


def cursor_of(request: Request) -> str:
    """A request as text, to go on from there in another run; without the host."""
    return f"{request.path}?{urlencode(request.params)}"


def request_of(client: Client, cursor: str) -> Request:
    """The request that a text of `cursor_of` stands for. Raises InvalidInput, BadAnswer for another host."""
    request = client.next_page(Request("GET", PATH), cursor)
    if request is None or request.path != PATH or not request.params:
        raise InvalidInput(f"cursor is {cursor!r}; expected the text that an earlier run returned as cursor.")
    return request


def _any_of(attribute: str, values: Iterable[str]) -> str:
    return " or ".join(f'{attribute} eq "{value}"' for value in values)


def _checked_types(event_types: Iterable[str]) -> Iterator[str]:
    for name in event_types:
        if not _EVENT_TYPE.fullmatch(name):
            raise InvalidInput(f"event_types holds {name!r}; expected names such as pki.cert.issue.")
        yield name


def _checked_targets(targets: Iterable[str]) -> Iterator[str]:
    for target in targets:
        if not target.strip() or '"' in target or "\\" in target or not target.isprintable():
            raise InvalidInput(f"targets holds {target!r}, which is no id.")
        yield target
