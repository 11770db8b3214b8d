"""``/prism/<category>``: inventory of the fleet, a row for each profile, certificate or device."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.iru import fleet, prism_filter, users
from sandbox.iru.answers import Refused, detail, window
from sandbox.iru.prism_rows import CATEGORIES, FAMILIES, last_seen
from sandbox.iru.tenant import Record, setting, tenant
from sandbox.web import WORLD, json_response

if TYPE_CHECKING:
    from sandbox.world import World

Row = tuple[fleet.Member, Record | int]
"""A device, and what its row holds beyond the keys of every row; of a synthetic device, the place of that."""

_KEPT_SNAPSHOTS = 8


def _common(world: World, device: Record) -> Record:
    """The keys that every row has. Recorded: the user's id is the older number, as text."""
    state = tenant(world)
    user = users.of_device(world, device)
    blueprint = state["blueprints"].get(device["blueprint_id"])
    return {
        "device_id": device["device_id"],
        "device__name": device["device_name"],
        "device__family": device["platform"],
        "device__user_id": user["deprecated_user_id"] if user else "",
        "device__user_name": user["name"] if user else None,
        "device__user_email": user["email"] if user else None,
        "blueprint_id": device["blueprint_id"],
        "blueprint_name": blueprint["name"] if blueprint else "",
        "tags": [state["tags"][tag_id] for tag_id in device["tag_ids"]] or None,
        "asset_tag": device["asset_tag"],
        "serial_number": device["serial_number"],
        "model_id": device["model_identifier"],
        "count": None,
        "last_collected_at": last_seen(device),
        "last_changed_at": None,
    }


def full_row(world: World, category: str, row: Row) -> Record:
    """A row as it is answered."""
    device = fleet.record(world, row[0])
    entry = row[1] if isinstance(row[1], dict) else CATEGORIES[category](world, device)[row[1]]
    return _common(world, device) | entry


def checked_category(name: str) -> str:
    """Documented for the export: an unknown category is a 400 with this text."""
    if name not in CATEGORIES:
        raise Refused(detail(f"Invalid category: {name}", 400))
    return name


async def list_rows(request: web.Request) -> web.Response:
    """``GET /prism/{category}`` by ``limit`` and ``offset``, or ``limit`` and ``cursor``."""
    world, category = request.app[WORLD], checked_category(request.match_info["category"])
    query = dict(request.query)
    offset, limit = window(request, setting(world, "prism_default_limit"))
    sort_by, cursor = query.get("sort_by", ""), query.get("cursor", "")
    if cursor:
        offset = _cursor_offset(cursor, query)
    rows = _snapshot(world, category, query, is_first=offset == 0)
    # Documented: the cursor works only without a custom sort.
    following = _cursor(offset + limit, query) if offset + limit < len(rows) and not sort_by else None
    return json_response(
        {
            "offset": None if cursor else offset,
            "limit": limit,
            "total": len(rows) if setting(world, "prism_total") else None,
            "data": [full_row(world, category, row) for row in rows[offset : offset + limit]],
            "cursor": following,
        }
    )


async def count_rows(request: web.Request) -> web.Response:
    """``GET /prism/count?category=``."""
    category = checked_category(request.query.get("category", ""))
    count = sum(1 for _row in _rows(request.app[WORLD], category, {}))
    return json_response({"count": count, "approximate": False})


def rows_for(world: World, category: str, query: Mapping[str, str]) -> list[Row]:
    """All rows that a query asks for, filtered and sorted. Raises Refused for a filter that cannot be applied."""
    try:
        conditions = prism_filter.parse(query.get("filter", ""))
        rows = [row for row, device, entry in _rows(world, category, query) if _holds(world, device, entry, conditions)]
    except prism_filter.BadFilter as error:
        raise Refused(detail(str(error), 400)) from error
    key = query.get("sort_by", "")
    if not key:
        return rows
    name, backwards = key.lstrip("-"), key.startswith("-")
    return sorted(rows, key=lambda row: str(full_row(world, category, row).get(name) or ""), reverse=backwards)


def _snapshot(world: World, category: str, query: Mapping[str, str], *, is_first: bool) -> list[Row]:
    """The rows of a query. Whoever reads on after the first page goes on in the rows of the first request: with 100,000
    devices a fleet has hundreds of pages, and filtering for each of them anew would take minutes."""
    kept: dict[tuple[str, str], list[Row]] = world.runtime.cache.setdefault("iru_prism", {})
    key = (category, _fingerprint(query))
    if is_first or key not in kept:
        kept.pop(key, None)
        kept[key] = rows_for(world, category, query)
        while len(kept) > _KEPT_SNAPSHOTS:
            del kept[next(iter(kept))]
    return kept[key]


def _rows(world: World, category: str, query: Mapping[str, str]) -> Iterator[tuple[Row, Record, Record]]:
    """Each row, its device and its entry. Devices that never reported have none; Windows is no family of Prism."""
    blueprints = {text.strip() for text in query.get("blueprint_ids", "").split(",") if text.strip()}
    families = {text.strip() for text in query.get("device_families", "").split(",") if text.strip()}
    asked = [each for each in FAMILIES.get(category, ("Mac",)) if not families or each in families]
    if not asked:
        return
    for member in fleet.members(world):
        device = fleet.record(world, member)
        if device["platform"] not in asked or not device["last_check_in"] or device["is_removed"]:
            continue
        if not blueprints or device["blueprint_id"] in blueprints:
            for place, entry in enumerate(CATEGORIES[category](world, device)):
                yield (member, place if isinstance(member, int) else entry), device, entry


def _holds(world: World, device: Record, entry: Record, conditions: prism_filter.Conditions) -> bool:
    """Whether a row fulfils a filter. What the entry itself can say is asked first: it costs the least."""
    own = {key: each for key, each in conditions.items() if key in entry}
    if len(own) == len(conditions):
        return prism_filter.matches(entry, own)
    rest = {key: each for key, each in conditions.items() if key not in own}
    return prism_filter.matches(_common(world, device), rest) and prism_filter.matches(entry, own)


def _fingerprint(query: Mapping[str, str]) -> str:
    """What must stay the same while a cursor is followed (documented: it is valid only with identical parameters)."""
    kept = {name: value for name, value in sorted(query.items()) if name not in ("cursor", "offset")}
    return hashlib.sha256(json.dumps(kept).encode()).hexdigest()[:16]


def _cursor(offset: int, query: Mapping[str, str]) -> str:
    return base64.urlsafe_b64encode(f"{_fingerprint(query)}|{offset}".encode()).decode()


def _cursor_offset(cursor: str, query: Mapping[str, str]) -> int:
    try:
        fingerprint, _, offset = base64.urlsafe_b64decode(cursor).decode().partition("|")
        if fingerprint == _fingerprint(query):
            return int(offset)
    except ValueError:
        pass
    raise Refused(detail("Invalid cursor", 400))
