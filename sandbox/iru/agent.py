"""The channel of Iru's agent on one computer: which apps it is to install, which scripts to run, and what it reports.

A job is ``{"kind": "custom-app", "custom-script" or "automatic-app", "item"}``, an outcome ``{"status", "log",
"audit_log"}`` with a status in Iru's words. How often a script runs is documented; everything else about the agent is
constructed.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sandbox.iru import scope
from sandbox.iru.tenant import Record, now, parse_time, tenant

if TYPE_CHECKING:
    from sandbox.world import World

_AVAILABLE, _AUTO_APP = "AVAILABLE", "automatic-app"


def jobs(world: World, device_id: str) -> list[Record]:
    """What the agent is to do at this check-in. What only Self Service offers becomes available without it."""
    device = tenant(world)["devices"].get(device_id)
    if device is None or device["platform"] not in ("Mac", "Windows"):
        return []
    if device["platform"] == "Windows":
        rows = [(item, scope.row_of(world, item["id"], device_id)) for item in auto_apps_of_pcs(world)]
        return [
            {"kind": _AUTO_APP, "item": item} for item, row in rows if row is not None and _is_due(world, item, row)
        ]
    found = []
    for kind in ("custom_apps", "custom_scripts"):
        for item in tenant(world)[kind].values():
            row = scope.row_of(world, item["id"], device_id)
            if row is None or row["status"] == "EXCLUDED":
                continue
            if _is_left_to_users(item):
                if row["status"] != _AVAILABLE:
                    row |= {"status": _AVAILABLE, "reported_at": now(world)}
            elif _is_due(world, item, row):
                found.append({"kind": item["type"], "item": item})
    return found


def auto_apps_of_pcs(world: World) -> list[Record]:
    """The Auto Apps for Windows, which a PC has from the agent."""
    native = tenant(world)["native_items"].values()
    ours = [item for item in native if item["type"] == _AUTO_APP and "Windows" in item["platforms"]]
    return [item for item in ours if not item["self_service"]]


def report(world: World, device_id: str, job: Record, outcome: Record) -> None:
    """Takes what the agent says of a job."""
    row = scope.row_of(world, job["item"]["id"], device_id)
    if row is None:
        return
    row |= {"status": outcome["status"], "reported_at": now(world), "log": outcome["log"]}
    if outcome["audit_log"] is not None:
        row |= {"last_audit_run": now(world), "last_audit_log": outcome["audit_log"]}


def _is_left_to_users(item: Record) -> bool:
    return "no_enforcement" in (item.get("install_enforcement"), item.get("execution_frequency"))


def _is_due(world: World, item: Record, row: Record) -> bool:
    """Documented: a script runs once, at every check-in of the agent (15 minutes) or every day, and the audit script of
    an app that is enforced continuously at every check-in."""
    if row["status"] == "PENDING" or item.get("execution_frequency") == "every_15_min":
        return True
    if item.get("execution_frequency") == "every_day":
        return world.clock.now() - parse_time(row["last_audit_run"]) >= timedelta(days=1)
    return item.get("install_enforcement") == "continuously_enforce"
