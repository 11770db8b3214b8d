# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times as users write them and as Okta takes them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput

_SPAN = re.compile(r"(\d{1,6})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def moment(option: str, text: str | None, now: datetime | None = None) -> str | None:
    """A time as Okta takes it, from ISO 8601 with a zone, or ``-2h`` (s, m, h, d) before now. Raises InvalidInput."""
    if text is None:
        return None
    span = _SPAN.fullmatch(text.removeprefix("-")) if text.startswith("-") else None
    return okta_time((now or datetime.now(UTC)) - _delta(span) if span else parse_time(option, text))


def span_of(option: str, text: str) -> timedelta:
    """A length of time such as ``10m`` (s, m, h, d). Raises InvalidInput."""
    span = _SPAN.fullmatch(text)
    if span is None:
        raise InvalidInput(f"{option} is {text!r}; expected a number and a unit such as 10m (s, m, h, d).")
    return _delta(span)


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


def _delta(span: re.Match[str]) -> timedelta:
    return timedelta(**{_UNITS[span[2]]: int(span[1])})
