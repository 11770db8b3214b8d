"""``/library/library-items/{id}/status``: one row a device, the fleet's coverage of one item."""

from __future__ import annotations

from aiohttp import web

from sandbox.iru.answers import not_found, offset_page
from sandbox.iru.device_details import status_row
from sandbox.iru.tenant import library_item, tenant
from sandbox.web import WORLD, json_response


async def list_statuses(request: web.Request) -> web.Response:
    """``GET /library/library-items/{id}/status``, for one device with ``computer_id``."""
    world = request.app[WORLD]
    state, item = tenant(world), library_item(world, request.match_info["library_item_id"])
    if item is None:
        return not_found()
    rows = state["statuses"].get(item["id"], {})
    wanted = request.query.get("computer_id")
    # Newest row first, as in the documented example.
    newest = sorted(rows, key=lambda device_id: -int(rows[device_id]["id"]))
    device_ids = [device_id for device_id in newest if not wanted or device_id == wanted]
    page = offset_page(request, device_ids)
    page["results"] = [status_row(world, state["devices"][each], item, rows[each]) for each in page["results"]]
    return json_response(page)
