"""``/prism/export``: a whole category as CSV, made a while after it was asked for, and fetched by a signed link.

Statuses, ``columns``, the missing effect of ``sort_by`` and the 48 hours of a link are from Iru's own example
(kandji-inc/support, ``api-tools/code-examples/prism_export_example.py``).
"""

from __future__ import annotations

import csv
import io
import json
from itertools import chain
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox import uploads
from sandbox.iru import prism
from sandbox.iru.answers import Refused, fields_of, invalid, not_found
from sandbox.iru.tenant import Record, parse_time, prism_time, setting, tenant
from sandbox.web import WORLD, json_response

if TYPE_CHECKING:
    from sandbox.world import World

STORED = "/{key:visibility-export/.+}"
"""Where the files lie in object storage."""

_LINK_MINUTES = 2 * 24 * 60
_LISTS = ("columns", "blueprint_ids", "device_families")
_OF_US = ("polls", "key")


async def request_export(request: web.Request) -> web.Response:
    """``POST /prism/export``."""
    world, fields = request.app[WORLD], await fields_of(request)
    category = prism.checked_category(str(fields.get("category") or ""))
    args = _arguments(world, fields)
    prism.rows_for(world, category, _query(args))  # a filter that cannot be applied is refused at once
    moment = prism_time(world.clock.now())
    export: Record = {
        "id": world.new_uuid(),
        "status": "pending",
        "category": category,
        "args": args,
        "error_msg": None,
        "path": None,
        "signed_url": None,
        "created_at": moment,
        "updated_at": moment,
        "polls": 0,
    }
    tenant(world)["prism_exports"][export["id"]] = export
    return json_response(_shown(export))


async def get_export(request: web.Request) -> web.Response:
    """``GET /prism/export/{id}``: pending for as many looks as ``prism_export_polls`` says, then done or failed."""
    world = request.app[WORLD]
    export: Record | None = tenant(world)["prism_exports"].get(request.match_info["export_id"])
    if export is None:
        raise Refused(not_found())
    if export["status"] == "pending":
        export["polls"] += 1
        if export["polls"] > int(setting(world, "prism_export_polls")):
            _finish(world, export)
    return json_response(_shown(export))


async def download(request: web.Request) -> web.Response:
    """The CSV, in object storage, for whoever has the link: a header row, then records."""
    world, key = request.app[WORLD], request.match_info["key"]
    exports = tenant(world)["prism_exports"].values()
    export = next((each for each in exports if each.get("key") == key), None)
    try:
        uploads.check_link(world, request, key)
        if export is None:
            raise uploads.Refused(404, "NoSuchKey", "The specified key does not exist.", Key=key)
    except uploads.Refused as refusal:
        return refusal.response
    # Rendered now and not when the export was made: constructed, a large fleet's file is kept nowhere.
    rows = prism.rows_for(world, export["category"], _query(export["args"]))
    full = (prism.full_row(world, export["category"], row) for row in rows)
    first = next(full, None)
    columns = export["args"]["columns"] or list(first or ())
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_cell(row.get(column)) for column in columns] for row in chain([first] if first else [], full))
    return web.Response(text=text.getvalue(), content_type="text/csv", headers={"Server": "AmazonS3"})


def _arguments(world: World, fields: Record) -> Record:
    args: Record = {"filter": fields.get("filter") or {}}
    if not isinstance(args["filter"], dict):
        raise Refused(invalid(world, "filter", "Not a valid dictionary."))
    args["sort_by"] = fields.get("sort_by") or ""
    for name in _LISTS:
        args[name] = fields.get(name) or []
        if not isinstance(args[name], list):
            raise Refused(invalid(world, name, f'Expected a list of items but got type "{type(args[name]).__name__}".'))
    return args


def _finish(world: World, export: Record) -> None:
    moment = world.clock.now()
    export["updated_at"] = prism_time(moment)
    if error := setting(world, "prism_export_error"):
        export |= {"status": "failed", "error_msg": str(error)}
        return
    day = parse_time(export["created_at"]).date().isoformat()
    name = f"export-{day}-{export['category']}-{export['id']}.csv"
    export["key"] = f"visibility-export/{tenant(world)['tenant_id']}/{name}"
    export |= {"status": "success", "path": export["key"]}
    export["signed_url"] = uploads.link_for(world, export["key"], _LINK_MINUTES)


def _shown(export: Record) -> Record:
    return {key: value for key, value in export.items() if key not in _OF_US}


def _query(args: Record) -> dict[str, str]:
    """The arguments in the form of the category's own query. Documented: the order is not applied."""
    lists = {name: ",".join(map(str, args[name])) for name in ("blueprint_ids", "device_families") if args[name]}
    return lists | ({"filter": json.dumps(args["filter"])} if args["filter"] else {})


def _cell(value: Any) -> str:
    """Constructed: nothing is an empty field, and whatever is no text is written as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)
