"""``/library/library-items/{id}/status``: one row a device, the fleet's coverage of one item."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.iru import fleet
from sandbox.iru.answers import not_found, offset_page
from sandbox.iru.device_status import status_row
from sandbox.iru.tenant import Record, library_item
from sandbox.web import WORLD, json_response

if TYPE_CHECKING:
    from sandbox.world import World


async def list_statuses(request: web.Request) -> web.Response:
    """``GET /library/library-items/{id}/status``, for one device with ``computer_id``."""
    world = request.app[WORLD]
    item = library_item(world, request.match_info["library_item_id"])
    if item is None:
        return not_found()
    wanted = request.query.get("computer_id")
    members = fleet.with_status_of(world, item) if not wanted else _only(world, wanted, item)
    page = offset_page(request, members)
    page["results"] = [_shown(world, fleet.record(world, each), item) for each in page["results"]]
    return json_response(page)


def _only(world: World, device_id: str, item: Record) -> list[fleet.Member]:
    device = fleet.find(world, device_id)
    return [device] if device is not None and fleet.status_row(world, device, item) is not None else []


def _shown(world: World, device: Record, item: Record) -> Record:
    row = fleet.status_row(world, device, item)
    return status_row(world, device, item, row) if row is not None else {}
