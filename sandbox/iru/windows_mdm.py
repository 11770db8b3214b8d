"""The MDM channel and the agent of one PC: certificate requests by CSP, and the key-access script.

A command is ``{"uuid", "request_type", "profile_id"}``, to request a certificate also ``payload`` (SyncML with Iru's
variables expanded) and ``payload_uuid`` (which tells one document from another). An outcome is ``{"error"}`` and, of a
certificate request, ``accepted``: Windows answers it at once and enrols afterwards.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from sandbox.iru import native_scep, scope
from sandbox.iru.tenant import Record, now, parse_time, setting, tenant
from sandbox.iru.variables import expand

if TYPE_CHECKING:
    from sandbox.world import World

REQUEST, REMOVE, SCRIPT = "RequestClientCertificate", "RemoveClientCertificate", "RunScript"


def commands(world: World, device: Record) -> list[Record]:
    """What waits for this PC."""
    wanted, sent = native_scep.wanted_documents(world, device), device.setdefault("certificate_requests", {})
    found = [_command(world, REMOVE, item_id) for item_id in sent if item_id not in wanted]
    for item_id, text in wanted.items():
        build = hashlib.sha256(text.encode()).hexdigest()
        if _is_due(world, sent.get(item_id), build):
            payload = expand(world, text, device, build)
            found.append(_command(world, REQUEST, item_id) | {"payload": payload, "payload_uuid": build})
    scripts = [item for item in tenant(world)["native_items"].values() if "key_access" in item]
    return found + [_command(world, SCRIPT, item["id"]) for item in scripts if scope.in_scope(world, device, item)]


def answered(world: World, device: Record, command: Record, outcome: Record) -> None:
    """Takes the PC's answer."""
    item_id, error = command["profile_id"], outcome["error"]
    row = scope.row_of(world, item_id, device["device_id"])
    sent = device["certificate_requests"]
    if command["request_type"] == REMOVE:
        sent.pop(item_id, None)
        return
    if command["request_type"] == SCRIPT:
        report = {"status": "ERROR" if error else "PASS", "log": error or "The script ended with exit code 0."}
    else:
        sent[item_id] = {"payload_uuid": command["payload_uuid"], "failed_at": now(world) if error else None}
        report = _report(world, outcome)
    if row is not None:
        row |= report | {"reported_at": now(world)}


def _report(world: World, outcome: Record) -> Record:
    """Recorded by other MDMs: Windows says 200 to the request, whatever becomes of the enrolment. Whether Iru asks the
    PC for the certificate afterwards is not known."""
    fine = outcome["accepted"] and (setting(world, "windows_scep_status") == "accepted" or not outcome["error"])
    log = "The certificate request was accepted." if fine else str(outcome["error"])
    return {"status": "success" if fine else "failed", "log": log}


def _is_due(world: World, sent: Record | None, build: str) -> bool:
    if sent is None or sent["payload_uuid"] != build:
        return True
    minutes = setting(world, "failed_profile_retry_minutes")
    if sent["failed_at"] is None or minutes is None:
        return False
    return world.clock.now() - parse_time(sent["failed_at"]) >= timedelta(minutes=minutes)


def _command(world: World, request_type: str, item_id: str) -> Record:
    return {"uuid": world.new_uuid(), "request_type": request_type, "profile_id": item_id}
