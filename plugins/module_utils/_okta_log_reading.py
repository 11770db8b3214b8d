# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the System Log page by page into whatever takes the events, and waits for more.

No event is kept here: what is needed of a log of any length is one page at a time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import ApiError, TimedOut
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client, Request
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_log_cursor import LogCursor
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_log_time import okta_time
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_log_views import Mentions
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_logs import read_page
from ansible_collections.okta_iru.attestation.plugins.module_utils._paging import read_once

# Okta no longer takes a link: the place in the log is gone, or its query begins more than 180 days ago.
_LINK_REFUSED = frozenset({"E0000031", "E0000053"})
_PAGES_BETWEEN_REPORTS = 50
_NAMED = 5  # of what is missing, in messages
_SHORTEST_INTERVAL = 0.05  # seconds; Okta's rate limit sets the real one


@dataclass
class Reading:
    """One run's way through the log. ``take`` gets each event that was not given out before; ``most`` stops before the
    page that would exceed it, so that the next run misses none and gets none twice."""

    client: Client
    following: Request | None
    take: Callable[[Record], None]
    most: int | None = None
    cursor: LogCursor | None = None
    progress: Callable[[str], None] = lambda text: None
    count: int = 0
    truncated: bool = False
    pages: int = field(default=0, repr=False)
    _read: set[int] = field(default_factory=set, repr=False)

    def to_the_end(self) -> None:
        """Read until an empty page, the last one of a bounded query, or ``most``."""
        while self.following is not None and self._page(self.following):
            pass

    def _page(self, request: Request) -> bool:
        """Read one page, of which nothing is kept here; whether the next can be read at once."""
        page = read_page(self.client, request)
        if page.events:  # an empty one may name itself, since nothing has happened after it
            read_once(request, self._read)
        events = [event for event in page.events if self.cursor is None or self.cursor.is_new(event)]
        if self.most is not None and self.count + len(events) > self.most:
            self.truncated = True
            return False
        self._give(events)
        self.following = page.following
        return bool(page.events)

    def _give(self, events: list[Record]) -> None:
        for event in events:
            self.take(event)
        if self.cursor is not None:
            self.cursor.note(events)
        self.count += len(events)
        self.pages += 1
        if self.pages % _PAGES_BETWEEN_REPORTS == 0:
            self.progress(f"{self.count} events read")


def begin(reading: Reading, first: Request, link: Request | None, warn: Callable[[str], None]) -> None:
    """Read from the stored link of the cursor to the end; without one, or where Okta refuses it, from a little before
    the newest event that was read; with a new cursor as ``first`` says."""
    cursor = reading.cursor
    start = None if cursor is None else cursor.begin
    again = first if start is None else replace(first, params={**first.params, "since": okta_time(start)})
    if link is None:
        reading.following = again
        reading.to_the_end()
        return
    reading.following = link
    try:
        reading.to_the_end()
    except ApiError as error:
        if reading.pages or error.status != 400 or error.code not in _LINK_REFUSED:
            raise
        warn(
            f"Okta no longer takes the link in cursor_file ({error.code}), so the log is read again from "
            f"{again.params.get('since', '7 days ago')} on. Events older than 90 days are gone."
        )
        reading.following = again
        reading.to_the_end()


def wait(
    reading: Reading,
    mentions: Mentions,
    *,
    count: int,
    timeout: float,
    interval: float,
    sleep: Callable[[float], None] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> None:
    """Ask again until so many events are there and all that must be mentioned was. Raises TimedOut."""
    deadline = monotonic() + timeout
    reading.most = None
    while text := still_missing(reading, mentions, count):
        left = deadline - monotonic()
        if left <= 0 or reading.following is None:
            raise TimedOut(
                f"Not all came within {timeout:.0f} s: {text}. Look in the System Log of the Okta console what "
                "happened instead, or raise wait_for.timeout.",
                count=reading.count,
                not_mentioned=mentions.missing or None,
            )
        reading.progress(f"Waiting for the System Log: {text}; {left:.0f} s left")
        sleep(max(_SHORTEST_INTERVAL, min(interval, left)))
        reading.to_the_end()


def still_missing(reading: Reading, mentions: Mentions, count: int) -> str:
    """What is still waited for, in words; nothing when all is there."""
    parts = [f"{reading.count} of {count} events are there"] if reading.count < count else []
    missing = mentions.missing
    if missing:
        more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        parts.append(f"no event yet about {', '.join(missing[:_NAMED])}{more}")
    return ", ".join(parts)
