"""The world's clock: real time plus what ticks have added, and the timestamp formats that Okta uses."""

from __future__ import annotations

from collections.abc import MutableMapping
from datetime import UTC, datetime, timedelta
from typing import Any


class Clock:
    """Real UTC time plus an offset that lives in the state, so that a loaded state keeps its own time."""

    def __init__(self, state: MutableMapping[str, Any]) -> None:
        self._state = state

    def now(self) -> datetime:
        """The world's time, an aware UTC datetime."""
        return datetime.now(UTC) + timedelta(minutes=self._state["clock_offset_minutes"])

    def advance(self, minutes: float) -> None:
        """Moves the clock forward; a negative number raises ValueError, because nothing real goes back in time."""
        if minutes < 0:
            raise ValueError(f"the clock cannot go back: minutes must be 0 or more, got {minutes}")
        self._state["clock_offset_minutes"] += minutes


def okta_time(moment: datetime) -> str:
    """Okta's form of a timestamp, milliseconds and Z: ``2026-05-17T13:26:47.000Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def object_time(moment: datetime) -> str:
    """When one of Okta's objects was made or changed: in whole seconds, as every recorded one is (over 2000 times in
    okta/okta-sdk-python 3.4.6). Events of the System Log have milliseconds (okta-developer-docs, system-log-query)."""
    return okta_time(moment.replace(microsecond=0))


def parse_okta_time(text: str) -> datetime:
    """An aware UTC datetime of an ISO 8601 text, with or without a zone. Raises ValueError when it is neither."""
    moment = datetime.fromisoformat(text)
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"out of the range of dates: {text}") from error
