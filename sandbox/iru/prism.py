"""``/prism/<category>``: inventory of all Macs, a row for each profile, certificate or device."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.iru import prism_filter
from sandbox.iru.answers import Refused, detail, window
from sandbox.iru.device_details import profiles_on
from sandbox.iru.tenant import Record, parse_time, prism_time, setting, tenant
from sandbox.web import WORLD, json_response

if TYPE_CHECKING:
    from sandbox.world import World

DEFAULT_LIMIT = 25
"""Recorded ``limit`` of answers to a request that names none."""

_KEPT_SNAPSHOTS = 8


def _common(world: World, device: Record) -> Record:
    """The keys that every row has."""
    state = tenant(world)
    user = state["users"].get(device["user_id"])
    blueprint = state["blueprints"].get(device["blueprint_id"])
    collected = prism_time(parse_time(device["last_check_in"]))
    return {
        "device_id": device["device_id"],
        "device__name": device["device_name"],
        "device__family": device["platform"],
        "device__user_id": user["id"] if user else "",
        "device__user_name": user["name"] if user else None,
        "device__user_email": user["email"] if user else None,
        "blueprint_id": device["blueprint_id"],
        "blueprint_name": blueprint["name"] if blueprint else "",
        "tags": [state["tags"][tag_id] for tag_id in device["tag_ids"]] or None,
        "asset_tag": device["asset_tag"],
        "serial_number": device["serial_number"],
        "model_id": device["model_identifier"],
        "count": None,
        "last_collected_at": collected,
        "last_changed_at": None,
    }


def _profiles(_world: World, device: Record) -> list[Record]:
    return profiles_on(device)


def _certificates(_world: World, device: Record) -> list[Record]:
    return [device["enrollment_certificate"], *device["certificates"].values()]


def _information(_world: World, device: Record) -> list[Record]:
    enrolled = prism_time(parse_time(device["first_enrollment"]))
    seen = prism_time(parse_time(device["last_check_in"]))
    return [
        {
            "agent_installed": device["agent_installed"],
            "agent_version": device["agent_version"],
            "apple_silicon": True,
            "first_enrollment_date": enrolled,
            "last_enrollment_date": prism_time(parse_time(device["last_enrollment"])),
            "host_name": device["device_name"],
            "last_checkin": seen,
            "last_checkin_agent": seen,
            "last_checkin_mdm": seen,
            "lost_mode_status": None,
            "mdm_enabled": device["mdm_enabled"],
            "model": device["model"],
            "model_name": device["model"],
            "os_version": device["os_version"],
            "display_os_version": device["os_version"],
            "created_at": enrolled,
            "updated_at": seen,
        }
    ]


_CATEGORIES: dict[str, Callable[[World, Record], list[Record]]] = {
    "installed_profiles": _profiles,
    "certificates": _certificates,
    "device_information": _information,
}


def _rows(world: World, category: str, query: dict[str, str]) -> Iterator[tuple[Record, Record]]:
    """Device and entry of each row. Devices that never reported have none; Windows is no family of Prism."""
    blueprints = {text.strip() for text in query.get("blueprint_ids", "").split(",") if text.strip()}
    families = {text.strip() for text in query.get("device_families", "").split(",") if text.strip()}
    for device in tenant(world)["devices"].values():
        if device["platform"] != "Mac" or not device["last_check_in"] or device["is_removed"]:
            continue
        if (blueprints and device["blueprint_id"] not in blueprints) or (families and "Mac" not in families):
            continue
        for entry in _CATEGORIES[category](world, device):
            yield device, entry


def _full_row(world: World, device: Record, entry: Record) -> Record:
    return _common(world, device) | entry


async def list_rows(request: web.Request) -> web.Response:
    """``GET /prism/{category}`` by ``limit`` and ``offset``, or ``limit`` and ``cursor``."""
    world, category = request.app[WORLD], _category(request.match_info["category"])
    query = dict(request.query)
    offset, limit = window(request, DEFAULT_LIMIT)
    sort_by, cursor = query.get("sort_by", ""), query.get("cursor", "")
    if cursor:
        offset = _cursor_offset(cursor, query)
    rows = _snapshot(world, category, query)
    data = [_full_row(world, *pair) for pair in rows[offset : offset + limit]]
    # Documented: the cursor works only without a custom sort.
    following = _cursor(offset + limit, query) if offset + limit < len(rows) and not sort_by else None
    return json_response(
        {
            "offset": None if cursor else offset,
            "limit": limit,
            "total": len(rows) if setting(world, "prism_total") else None,
            "data": data,
            "cursor": following,
        }
    )


def _snapshot(world: World, category: str, query: dict[str, str]) -> list[tuple[Record, Record]]:
    """Device and entry of all rows that the query asks for, filtered and sorted.

    Whoever follows a cursor goes on in the rows of the first request: with 100,000 devices a fleet has hundreds of
    pages, and filtering for each of them anew would take minutes.
    """
    kept: dict[tuple[str, str], list[tuple[Record, Record]]] = world.runtime.cache.setdefault("iru_prism", {})
    key = (category, _fingerprint(query))
    if "cursor" not in query or key not in kept:
        rows = _filtered(world, list(_rows(world, category, query)), query.get("filter", ""))
        kept.pop(key, None)
        kept[key] = _sorted(world, rows, query.get("sort_by", ""))
        while len(kept) > _KEPT_SNAPSHOTS:
            del kept[next(iter(kept))]
    return kept[key]


async def count_rows(request: web.Request) -> web.Response:
    """``GET /prism/count?category=``."""
    category = _category(request.query.get("category", ""))
    count = sum(1 for _pair in _rows(request.app[WORLD], category, {}))
    return json_response({"count": count, "approximate": False})


def _category(name: str) -> str:
    """Documented for the export: an unknown category is a 400 with this text."""
    if name not in _CATEGORIES:
        raise Refused(detail(f"Invalid category: {name}", 400))
    return name


def _filtered(world: World, rows: list[tuple[Record, Record]], text: str) -> list[tuple[Record, Record]]:
    if not text:
        return rows
    try:
        conditions = prism_filter.parse(text)
        return [pair for pair in rows if prism_filter.matches(_full_row(world, *pair), conditions)]
    except prism_filter.BadFilter as error:
        raise Refused(detail(str(error), 400)) from error


def _sorted(world: World, rows: list[tuple[Record, Record]], sort_by: str) -> list[tuple[Record, Record]]:
    key = sort_by.lstrip("-")
    if not key:
        return rows
    return sorted(rows, key=lambda pair: str(_full_row(world, *pair).get(key) or ""), reverse=sort_by.startswith("-"))


def _fingerprint(query: dict[str, str]) -> str:
    """What must stay the same while a cursor is followed (documented: it is valid only with identical parameters)."""
    kept = {name: value for name, value in sorted(query.items()) if name not in ("cursor", "offset")}
    return hashlib.sha256(json.dumps(kept).encode()).hexdigest()[:16]


def _cursor(offset: int, query: dict[str, str]) -> str:
    return base64.urlsafe_b64encode(f"{offset}:{_fingerprint(query)}".encode()).decode()


def _cursor_offset(cursor: str, query: dict[str, str]) -> int:
    try:
        offset, _, fingerprint = base64.urlsafe_b64decode(cursor).decode().partition(":")
        if fingerprint == _fingerprint(query):
            return int(offset)
    except ValueError:
        pass
    raise Refused(detail("Invalid cursor", 400))
