"""The ordered log of API requests, as `GET /control/requests` shows it."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime
from typing import Any

from sandbox.clock import okta_time

MAXIMUM = 100_000
"""Entries kept; older ones are dropped and counted."""


class RequestLog:
    """Requests in the order of arrival. Bodies and headers are never kept, so no secret can be in it."""

    def __init__(self, maximum: int = MAXIMUM) -> None:
        self._entries: deque[dict[str, Any]] = deque(maxlen=maximum)
        self._count = 0

    def arrived(self, service: str, method: str, path: str, query: str) -> dict[str, Any]:
        """Adds a request; the caller sets its ``status`` once known (it stays None when nothing was answered)."""
        self._count += 1
        entry = {
            "n": self._count, "service": service, "method": method, "path": path, "query": query,
            "status": None, "at": okta_time(datetime.now(UTC)),
        }  # fmt: skip
        self._entries.append(entry)
        return entry

    def clear(self) -> None:
        """Forgets everything; numbering starts at 1 again."""
        self._entries.clear()
        self._count = 0

    def as_json(self) -> dict[str, Any]:
        """``requests`` (oldest first) and ``dropped``, the number of older ones that were not kept."""
        return {"requests": list(self._entries), "dropped": self._count - len(self._entries)}
