"""Okta's rate limits: requests a minute in buckets, and the headers that tell of them."""

from __future__ import annotations

import secrets

from sandbox.okta import org_clock
from sandbox.world import World

OTHER = "/api/v1"
APP = "/api/v1/apps/{id}"
APPS = "/api/v1/apps"
GROUPS = "/api/v1/groups"
LOGS = "/api/v1/logs"
DEVICES = "/api/v1/devices"
DEVICE_USERS = "/api/v1/devices/{id}/users"
DEVICE_ASSURANCES = "/api/v1/device-assurances"
CERTIFICATE_AUTHORITIES = "/api/v1/certificateAuthorities"
TOKEN = "/oauth2/v1"  # noqa: S105 - a path

# Okta's table for Workforce Identity until 2025-12 (okta/okta-developer-docs, docs/reference/rl-global-mgmt);
# device users and device assurances: recorded on test orgs. The bucket of the token endpoint has no published number.
_A_MINUTE = {
    OTHER: 1200, APP: 500, APPS: 100, GROUPS: 500, LOGS: 120, DEVICES: 100, DEVICE_USERS: 300,
    DEVICE_ASSURANCES: 50, CERTIFICATE_AUTHORITIES: 100, TOKEN: 1200,
}  # fmt: skip
_WINDOW = 60


def spend(world: World, bucket: str) -> dict[str, str]:
    """Takes one request from the bucket and returns the X-Rate-Limit headers.

    The window starts with its first request; times are real ones, as a client compares them with the Date header.
    """
    windows = world.runtime.cache.setdefault("okta.rate_windows", {})
    now, limit = org_clock.now(world), _limit(world, bucket)
    reset, used = windows.get(bucket, (0, 0))
    if now >= reset:
        reset, used = int(now) + _WINDOW, 0
    windows[bucket] = (reset, used + 1)
    return {
        "X-Rate-Limit-Limit": str(limit),
        "X-Rate-Limit-Remaining": str(max(0, limit - used - 1)),
        "X-Rate-Limit-Reset": str(reset),
    }


def refused_for_concurrency(world: World) -> bool:
    """Whether this is one of the requests that come while too many others are answered (`concurrency_refusals`)."""
    settings = world.data["okta"]["settings"]
    if settings["concurrency_refusals"] <= 0:
        return False
    settings["concurrency_refusals"] -= 1
    return True


def exceeded(world: World, bucket: str) -> bool:
    """Whether the request that was spent last was one too many."""
    used = world.runtime.cache["okta.rate_windows"][bucket][1]
    return bool(world.data["okta"]["settings"]["rate_limits_enforced"]) and used > _limit(world, bucket)


def _limit(world: World, bucket: str) -> int:
    return int(world.data["okta"]["settings"]["rate_limits"].get(bucket, _A_MINUTE[bucket]))


def new_request_id() -> str:
    """A value for X-Okta-Request-Id."""
    return secrets.token_hex(16)
