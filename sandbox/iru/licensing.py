"""``/settings/licensing``: how many devices there are, and how many there may be. Keys are published."""

from __future__ import annotations

from collections import Counter

from aiohttp import web

from sandbox.iru import fleet, synthetic
from sandbox.iru.tenant import tenant
from sandbox.web import WORLD, json_response

_LIMIT = 1_000_000
_COUNTED = {"ios_count": "iPhone", "ipados_count": "iPad", "macos_count": "Mac", "tvos_count": "AppleTV"}


async def get_licensing(request: web.Request) -> web.Response:
    """``GET /settings/licensing``. No published count is of PCs; that ``computers_count`` has them is constructed."""
    world = request.app[WORLD]
    platforms = Counter(device["platform"] for device in tenant(world)["devices"].values())
    platforms["Mac"] += sum(
        1 for member in fleet.members(world) if isinstance(member, int) and not synthetic.is_pc(member)
    )
    everything = len(fleet.members(world))
    return json_response(
        {
            "counts": {"computers_count": everything} | {key: platforms[name] for key, name in _COUNTED.items()},
            "limits": {
                "plan_type": "single_limit",
                "max_devices": _LIMIT,
                "max_devices_per_platform": {"macos": 0, "ios_ipados": 0},
            },
            "tenantOverLicenseLimit": everything > _LIMIT,
        }
    )
