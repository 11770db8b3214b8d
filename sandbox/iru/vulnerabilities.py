"""``/vulnerability-management``: flaws in the apps that the inventory of the Macs has.

Keys, envelopes and page sizes are published, the flaws constructed. ``filter`` and ``sort_by`` are documented without
their form, so they are not applied.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.iru import users
from sandbox.iru.answers import MAXIMUM_LIMIT, Refused, not_found, page_url, whole_number
from sandbox.iru.prism_software import installed
from sandbox.iru.tenant import Record, parse_time, tenant
from sandbox.web import WORLD, json_response

if TYPE_CHECKING:
    from sandbox.world import World

_PAGE = 50
# Id, app, severity, CVSS, EPSS, known exploitation. The ids are too long to be anybody's.
_FLAWS = (
    ("CVE-2026-9900001", "Safari", "High", 8.1, 0.12, 1),
    ("CVE-2026-9900002", "Safari", "Low", 3.2, 0.0, 0),
)
_PUBLISHED, _SEEN = timedelta(days=60), timedelta(days=1)


def _time(moment: datetime) -> str:
    """Published form: a blank, microseconds, no zone."""
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")


def _dates(world: World) -> Record:
    begun = parse_time(tenant(world)["seeded_at"])
    return {"first_detection_date": _time(begun - _PUBLISHED), "latest_detection_date": _time(begun - _SEEN)}


def _link(cve_id: str) -> str:
    return f"https://nvd.nist.gov/vuln/detail/{cve_id}"


def _text(app: str) -> str:
    return f"A made-up flaw of {app}, for tests."


def _affected(world: World, app: str) -> list[tuple[Record, Record]]:
    """Macs with the app, each with what is known of the app on it. Synthetic devices are left out."""
    found = []
    for device in tenant(world)["devices"].values():
        if device["platform"] != "Mac" or not device["last_check_in"]:
            continue
        for name, bundle_id, version, _team, _developer in installed(device):
            if name == app:
                software = {
                    "name": name,
                    "bundle_id": bundle_id,
                    "version": version,
                    "path": f"/Applications/{name}.app",
                }
                found.append((device, software))
    return found


def _blueprint(world: World, device: Record) -> Record:
    blueprint = tenant(world)["blueprints"].get(device["blueprint_id"]) or {"id": "", "name": ""}
    return {"id": blueprint["id"], "name": blueprint["name"]}


async def list_detections(request: web.Request) -> web.Response:
    """``GET /vulnerability-management/detections``: at most 300 a page, then ``after``."""
    world = request.app[WORLD]
    rows = [row for flaw in _FLAWS for row in _detections(world, flaw)]
    size = min(whole_number(request, "size", MAXIMUM_LIMIT) or MAXIMUM_LIMIT, MAXIMUM_LIMIT)
    start = whole_number(request, "after", 0)
    following = page_url(request, size=size, after=start + size) if start + size < len(rows) else None
    return json_response({"results": rows[start : start + size], "next": following, "previous": None})


def _detections(world: World, flaw: tuple[str, str, str, float, float, int]) -> list[Record]:
    cve_id, app, severity, score, _epss, _kev = flaw
    return [
        {
            "device_id": device["device_id"],
            "device_name": device["device_name"],
            "device_serial_number": device["serial_number"],
            "device_model": device["model"],
            "device_os_version": device["os_version"],
            "blueprint_id": _blueprint(world, device)["id"],
            "blueprint_name": _blueprint(world, device)["name"],
            **software,
            "cve_id": cve_id,
            "cve_description": _text(app),
            "cve_link": _link(cve_id),
            "cvss_score": score,
            "cvss_severity": severity,
            **_dates(world),
        }
        for device, software in _affected(world, app)
    ]


async def list_vulnerabilities(request: web.Request) -> web.Response:
    """``GET /vulnerability-management/vulnerabilities``, one row a flaw."""
    world = request.app[WORLD]
    rows = [
        {
            "cve_id": cve_id,
            "severity": severity,
            "cvss_score": score,
            "kev_score": kev,
            "cve_link": _link(cve_id),
            "cve_description": _text(app),
            "software": [app],
            **_dates(world),
        }
        for cve_id, app, severity, score, _epss, kev in _FLAWS
        if _affected(world, app)
    ]
    return _page(request, rows)


async def get_vulnerability(request: web.Request) -> web.Response:
    """``GET /vulnerability-management/vulnerabilities/{cve_id}``."""
    world, (cve_id, app, severity, score, epss, kev) = request.app[WORLD], _found(request)
    published = _time(parse_time(tenant(world)["seeded_at"]) - _PUBLISHED)
    return json_response(
        {
            "cve_id": cve_id,
            "description": _text(app),
            "cve_link": _link(cve_id),
            "cve_published_at": published,
            "cve_modified_at": published,
            "severity": severity,
            "cvss_score": score,
            "epss_score": epss,
            "kev_score": kev,
            "device_count": len(_affected(world, app)),
            "software_count": 1,
            **_dates(world),
        }
    )


async def list_applications(request: web.Request) -> web.Response:
    """``GET …/{cve_id}/applications``."""
    world, flaw = request.app[WORLD], _found(request)
    affected, latest = _affected(world, flaw[1]), _dates(world)["latest_detection_date"]
    versions: dict[str, list[Record]] = {}
    for device, software in affected:
        versions.setdefault(software["version"], []).append(device)
    row = {
        "name": flaw[1],
        "bundle_id": affected[0][1]["bundle_id"] if affected else "",
        "type": None,
        "num_devices": len(affected),
        "num_versions": len(versions),
        "blueprints": _blueprints(world, [device for device, _software in affected]),
        "software_versions": [
            {
                "version": version,
                "devices_impacted": len(devices),
                "latest_detection_date": latest,
                "blueprints": _blueprints(world, devices),
            }
            for version, devices in versions.items()
        ],
    }
    return _page(request, [row] if affected else [])


def _blueprints(world: World, devices: list[Record]) -> list[Record]:
    found = {device["blueprint_id"]: _blueprint(world, device) for device in devices}
    return list(found.values())


async def list_devices(request: web.Request) -> web.Response:
    """``GET …/{cve_id}/devices``."""
    world, flaw = request.app[WORLD], _found(request)
    detected = _dates(world)["latest_detection_date"]
    return _page(request, [_device(world, *pair, detected) for pair in _affected(world, flaw[1])])


def _device(world: World, device: Record, software: Record, detected: str) -> Record:
    user, blueprint = users.of_device(world, device), _blueprint(world, device)
    return {
        "device_id": device["device_id"],
        "name": device["device_name"],
        "serial_number": device["serial_number"],
        "model": device["model"],
        "os_version": device["os_version"],
        "assigned_user": user["name"] if user else None,
        "blueprint_id": blueprint["id"],
        "blueprint_name": blueprint["name"],
        "no_of_installs": 1,
        "software_summary": {key: software[key] for key in ("name", "version", "path")} | {"detection_date": detected},
    }


def _found(request: web.Request) -> tuple[str, str, str, float, float, int]:
    flaw = next((each for each in _FLAWS if each[0] == request.match_info["cve_id"]), None)
    if flaw is None:
        raise Refused(not_found())
    return flaw


def _page(request: web.Request, rows: list[Record]) -> web.Response:
    """``{total,page,size,results}`` by ``page`` and ``size``; documented: at most 50."""
    size = min(whole_number(request, "size", _PAGE) or _PAGE, _PAGE)
    page = whole_number(request, "page", 1) or 1
    shown = rows[(page - 1) * size : page * size]
    return json_response({"total": len(rows), "page": page, "size": size, "results": shown})
