# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Audit events of a tenant: who changed what. Iru keeps them for a year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import BadAnswer
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client, Request
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru import utc_time
from ansible_collections.okta_iru.attestation.plugins.module_utils._paging import envelope_page

PATH = "/api/v1/audit/events"
PAGE = 500
"""The largest page that Iru documents for events."""

Record = dict[str, Any]


@dataclass
class EventReader:
    """Reads events page by page; ``cursor`` is where the next reader would go on, ``None`` at the end."""

    client: Client
    params: dict[str, str]
    cursor: str | None = None
    _read: set[str] = field(default_factory=set)

    def events(self, limit: int | None = None) -> Iterator[Record]:
        """The events, at most ``limit``; the pages are cut so that the cursor stands right behind the last one."""
        left = limit
        request: Request | None = Request("GET", PATH, self.params)
        while request is not None and left != 0:
            request = self._sized(request, PAGE if left is None else min(PAGE, left))
            page, following = envelope_page(self.client, request, "id")
            yield from (_normalised(event) for event in page)
            left = None if left is None else max(0, left - len(page))
            self.cursor = following.params.get("cursor") if following is not None else None
            request = following if page else None

    def _sized(self, request: Request, size: int) -> Request:
        """The request for a page of this size. Raises BadAnswer for a page that was read before."""
        place = {"cursor": self.cursor} if self.cursor else {}
        if self.cursor in self._read:
            raise BadAnswer(f"{request.title} named a page as its next page that was read before; reading stopped.")
        if self.cursor:
            self._read.add(self.cursor)
        return replace(request, path=PATH, params={**self.params, "limit": size, **place})


def _normalised(event: Record) -> Record:
    """Its time is ISO 8601 in UTC; ``new_state`` and ``metadata`` are documented to be possibly null."""
    return {
        **event,
        "occurred_at": utc_time(event.get("occurred_at")),
        "new_state": event.get("new_state") or {},
        "metadata": event.get("metadata") or {},
    }
