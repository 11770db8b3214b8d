"""``/threat-details`` and ``/behavioral-detections``, of tenants with Iru's endpoint detection and response.

Keys, envelopes and parameters are published, values constructed. Their second versions below ``/api/v2/threat`` are
published without an answer, so they are not here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.iru.answers import page_url, whole_number
from sandbox.iru.tenant import Record, derived_uuid, parse_time, prism_time, tenant
from sandbox.web import WORLD, json_response

if TYPE_CHECKING:
    from sandbox.world import World

_MAXIMUM = 1000
# Name, classification, the process that was seen with it.
_FILES = (("sample_dropper", "MALWARE", "curl"), ("sample_toolbar", "PUP", "Safari"))
_FOUND_DAYS_AGO = 40


def seed(world: World) -> None:
    """Adds a threat of each classification and a suspicious process, on Macs that were there before."""
    macs = [device for device in tenant(world)["devices"].values() if device["platform"] == "Mac"]
    found = world.clock.now() - timedelta(days=_FOUND_DAYS_AGO)
    tenant(world)["threats"] = [
        {"device_id": mac["device_id"], "file": list(file), "found": prism_time(found)}
        for mac, file in zip(macs, _FILES, strict=False)
    ]
    tenant(world)["behaviors"] = [{"device_id": mac["device_id"], "found": prism_time(found)} for mac in macs[:1]]


def _place(world: World, device_id: str) -> tuple[Record, Record]:
    """Device and Blueprint, empty where they are gone."""
    device = tenant(world)["devices"].get(device_id) or {"device_name": "", "serial_number": None, "blueprint_id": None}
    nowhere = {"id": None, "name": None}
    return device, tenant(world)["blueprints"].get(device["blueprint_id"]) or nowhere


def _threat(world: World, threat: Record) -> Record:
    """Published: times without a zone, and the empty text where there is none."""
    device, blueprint = _place(world, threat["device_id"])
    name, classification, process = threat["file"]
    found = threat["found"].removesuffix("+00:00")
    return {
        "threat_name": name,
        "classification": classification,
        "status": "QUARANTINED",
        "process_name": process,
        "process_owner": "root",
        "device_name": device["device_name"],
        "device_id": threat["device_id"],
        "detection_date": found,
        "date_of_quarantine": found,
        "date_of_release": "",
        "released_by": "",
        "release_note": "",
        "file_path": f"/Users/Shared/{name}",
        "file_hash": hashlib.sha256(name.encode()).hexdigest(),
        "bundle_path": "",
        "device_serial_number": device["serial_number"],
        "blueprint_id": blueprint["id"],
        "blueprint_name": blueprint["name"],
        # The Library has no item of the EDR.
        "library_item_name": None,
        "library_item_id": None,
        "pup_posture": None,
        "malware_posture": None,
    }


def _behavior(world: World, detection: Record) -> Record:
    device, blueprint = _place(world, detection["device_id"])
    return {
        "id": derived_uuid(world, "behavior", detection["device_id"]).upper(),
        "threat_id": "SAMPLE_BD_0001",
        "rule_version": 1,
        "description": "A shell was started that asks for a launch daemon to be unloaded.",
        "classification": "suspicious",
        "informational_tags": ["exec", "unload"],
        "malware_family": [],
        "detection_date": detection["found"],
        "threat_status": "informational",
        "device_info": {
            "id": detection["device_id"], "name": device["device_name"], "serial_number": device["serial_number"] or "",
        },
        "parent_process": _process("zsh", "/bin/zsh", 462),
        "target_process": _process("launchctl", "/bin/launchctl", 5735),
        "library_item": {"id": derived_uuid(world, "edr"), "name": "Sample detection", "mal_posture_mode": "detect"},
        "blueprint": {"id": blueprint["id"] or "", "name": blueprint["name"] or ""},
    }  # fmt: skip


def _process(name: str, path: str, pid: int) -> Record:
    digest = hashlib.sha256(path.encode()).hexdigest()
    return {"name": name, "command_line": name, "image_path": path, "pid": pid, "owner": "root", "sha256": digest}


def _same(key: str) -> Callable[[World, Record, str], bool]:
    return lambda _world, row, text: str(row[key]).lower() == text.lower()


def _recent(world: World, row: Record, text: str) -> bool:
    days = int(text) if text.isdecimal() else 0
    return not days or parse_time(row["detection_date"]) >= world.clock.now() - timedelta(days=days)


_FILTERS: Mapping[str, Callable[[World, Record, str], bool]] = {
    "classification": _same("classification"),
    "date_range": _recent,
    "device_id": lambda _world, row, text: text in (row.get("device_id"), row.get("device_info", {}).get("id")),
    "status": lambda _world, row, text: str(row.get("status", row.get("threat_status"))).lower() == text.lower(),
    "term": lambda _world, row, text: any(
        text.lower() in str(row.get(key, "")).lower() for key in ("device_name", "file_hash", "file_path")
    ),
    "threat_id": lambda _world, row, text: bool(row.get("threat_id") == text),
}


async def list_threats(request: web.Request) -> web.Response:
    """``GET /threat-details``: at most 1,000 a page, by ``limit`` and ``offset``."""
    world = request.app[WORLD]
    rows = _chosen(request, [_threat(world, each) for each in tenant(world)["threats"]])
    counts = {f"{kind}_count": _count(rows, kind) for kind in ("malware", "pup")}
    return json_response({"count": len(rows), **counts, **_page(request, rows)})


async def list_behaviors(request: web.Request) -> web.Response:
    """``GET /behavioral-detections``."""
    world = request.app[WORLD]
    rows = _chosen(request, [_behavior(world, each) for each in tenant(world)["behaviors"]])
    counts = {f"{kind}_count": _count(rows, kind) for kind in ("malicious", "suspicious")}
    return json_response({"total_count": len(rows), **counts, **_page(request, rows)})


def _count(rows: list[Record], classification: str) -> int:
    return sum(1 for row in rows if row["classification"].lower() == classification)


def _chosen(request: web.Request, rows: list[Record]) -> list[Record]:
    world, wanted = request.app[WORLD], [(name, text) for name, text in request.query.items() if name in _FILTERS]
    rows = [row for row in rows if all(not text or _FILTERS[name](world, row, text) for name, text in wanted)]
    key = request.query.get("sort_by", "")
    if key:
        rows.sort(key=lambda row: str(row.get(key.lstrip("-"), "")), reverse=key.startswith("-"))
    return rows


def _page(request: web.Request, rows: list[Record]) -> Record:
    limit = min(whole_number(request, "limit", _MAXIMUM) or _MAXIMUM, _MAXIMUM)
    offset = whole_number(request, "offset", 0)
    return {
        "next": page_url(request, limit=limit, offset=offset + limit) if offset + limit < len(rows) else None,
        "previous": page_url(request, limit=limit, offset=max(0, offset - limit)) if offset else None,
        "results": rows[offset : offset + limit],
    }
