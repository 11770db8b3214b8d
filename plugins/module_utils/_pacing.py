# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Obeys the rate limits that the services announce in their headers, before they refuse a request.

Okta answers every request with ``X-Rate-Limit-Limit``, ``-Remaining`` and ``-Reset`` (epoch seconds by its own clock)
per bucket; Iru with an hour window and a second window. No local clock is compared with a server's: waiting times
are differences to the ``Date`` header, run down on our monotonic clock.
"""

from __future__ import annotations

import email.utils
import math
import time
from collections.abc import Callable, Mapping

# A 429 that announces nothing: both vendors' own SDKs start there.
_UNANNOUNCED = 2.0

_OWN_BUCKET = frozenset({"apps", "certificateAuthorities", "device-assurances", "devices", "groups", "logs", "users"})
# Recorded with limits of their own, below a collection: the users of a device, the policy of an app.
_OWN_PART = frozenset({("devices", "users"), ("apps", "policies")})


class Pacer:
    """Knows until when a bucket is empty. One per client; bucket names come from `bucket_of`."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._empty_until: dict[str, float] = {}

    def delay_before(self, path: str) -> float:
        """Seconds to wait before a request to this path."""
        return max(0.0, self._empty_until.get(self.bucket_of(path), 0.0) - self._monotonic())

    def delay_after_429(self, path: str) -> float:
        """Seconds to wait after a refusal that named no time itself."""
        return self.delay_before(path) or _UNANNOUNCED

    def limit_of(self, path: str) -> str:
        """The limit that a wait for this path is for, in words, as far as it is known."""
        return "rate limit"

    def note(self, path: str, status: int, headers: Mapping[str, str]) -> None:
        """Read the headers of an answer. A refusal that says when to come again is believed: its sender waits."""
        if status == 429 and retry_after(headers) is not None:
            self._empty_until.pop(self.bucket_of(path), None)
            return
        seconds = self.seconds_until_refill(status, headers)
        if seconds is not None:
            self._empty_until[self.bucket_of(path)] = self._monotonic() + seconds

    def bucket_of(self, path: str) -> str:
        """The rate-limit bucket that a path spends from."""
        raise NotImplementedError

    def seconds_until_refill(self, status: int, headers: Mapping[str, str]) -> float | None:
        """Seconds until requests are possible again, ``None`` if they are now."""
        raise NotImplementedError


class OktaPacer(Pacer):
    """Per-minute buckets, as Okta lists them for its own clients (okta/terraform-provider-okta, rate_limit_lines.go).

    Whatever has no bucket of its own shares one: policies, authenticators, features. A miss costs one 429.
    """

    def bucket_of(self, path: str) -> str:
        """``/api/v1/devices`` of ``/api/v1/devices/guo…``, ``/api/v1/devices/{id}/users`` of the users of a device."""
        parts = path.split("?", maxsplit=1)[0].split("/")
        if parts[1:3] != ["api", "v1"]:
            return "/".join(parts[:4])
        collection, kind = "".join(parts[3:4]), "".join(parts[5:6])
        if collection not in _OWN_BUCKET:
            return "/api/v1"
        if (collection, kind) in _OWN_PART:
            return f"/api/v1/{collection}/{{id}}/{kind}"
        return f"/api/v1/{collection}/{{id}}" if collection == "apps" and len(parts) > 4 else f"/api/v1/{collection}"

    def seconds_until_refill(self, status: int, headers: Mapping[str, str]) -> float | None:
        """Until ``X-Rate-Limit-Reset``. Limit and remaining both 0 on a 429 is the concurrency limit: a short wait."""
        remaining, limit = _number(headers, "X-Rate-Limit-Remaining"), _number(headers, "X-Rate-Limit-Limit")
        reset = _number(headers, "X-Rate-Limit-Reset")
        if remaining is None or remaining > 0:
            return None
        if limit == 0 or reset is None:
            return _UNANNOUNCED if status == 429 else None
        now = _server_time(headers)
        return max(0.0, reset - now) + 1 if now is not None else _UNANNOUNCED


class IruPacer(Pacer):
    """One bucket a tenant: 50 requests a second and 10,000 an hour, as the gateway's headers tell."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__(monotonic)
        self._hour_is_spent = False

    def limit_of(self, path: str) -> str:
        """Names the hour, whose requests the tenant's other integrations spend as well."""
        return "limit of requests an hour for the whole tenant" if self._hour_is_spent else super().limit_of(path)

    def note(self, path: str, status: int, headers: Mapping[str, str]) -> None:
        """Read the headers of an answer."""
        self._hour_is_spent = _number(headers, "X-RateLimit-Remaining-Hour") == 0
        super().note(path, status, headers)

    def bucket_of(self, path: str) -> str:
        """All paths share the limits."""
        return "tenant"

    def seconds_until_refill(self, status: int, headers: Mapping[str, str]) -> float | None:
        """The end of the second window, or of the hour when that is spent (Kong's windows follow the clock).

        ``RateLimit-*`` is about the window of which the least is left (Kong's source), so it may tell the hour's end.
        """
        if _number(headers, "X-RateLimit-Remaining-Hour") == 0:
            reset = _number(headers, "RateLimit-Reset") if _number(headers, "RateLimit-Remaining") == 0 else None
            if reset is not None and (reset > 1 or _number(headers, "X-RateLimit-Remaining-Second")):
                return max(0.0, reset)
            now = _server_time(headers)
            return 3600.0 - now % 3600 if now is not None else 60.0
        if _number(headers, "X-RateLimit-Remaining-Second") == 0 or _number(headers, "RateLimit-Remaining") == 0:
            return max(0.0, _number(headers, "RateLimit-Reset") or 1.0)
        return None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of a Retry-After header, as a number or as a date read by the server's own clock; ``None`` without one
    that makes sense."""
    seconds = _number(headers, "Retry-After")
    if seconds is not None:
        return seconds if seconds >= 0 else None
    until, now = _time(headers, "Retry-After"), _server_time(headers)
    return max(0.0, until - now) if until is not None and now is not None else None


def _number(headers: Mapping[str, str], name: str) -> float | None:
    try:
        number = float(headers[name])
    except (KeyError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _server_time(headers: Mapping[str, str]) -> float | None:
    return _time(headers, "Date")


def _time(headers: Mapping[str, str], name: str) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(headers[name]).timestamp()
    except (KeyError, TypeError, ValueError):
        return None
