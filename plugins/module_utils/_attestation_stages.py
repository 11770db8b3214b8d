# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far each Mac has come, from both sides: Iru's status of the profile, Okta's events and Okta's devices, joined.

A join over whole listings, never a question a Mac. That a certificate was issued is evidence on the way; managed is
what Okta calls managed (okta help, managed-main).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_log_views import texts_of

Record = dict[str, Any]

ATTESTED = "attested"
AWAITING_PROFILE = "awaiting_profile"
AWAITING_SIGN_IN = "awaiting_sign_in"
FAILED = "failed"
OUT_OF_SCOPE = "out_of_scope"

_ISSUED, _BOUND = "pki.cert.issue", "pki.cert.bind"
_WORD = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
_NOT_IN_SCOPE = ("missing", "out_of_scope", "optional")
# Macs check in daily at least; compared with the newest check-in of all, not with a clock.
_OFFLINE_AFTER = timedelta(days=1)


@dataclass
class Evidence:
    """When Okta last issued and bound a certificate, by what events name: serial numbers and ids of Okta's devices."""

    issued: dict[str, str] = field(default_factory=dict)
    bound: dict[str, str] = field(default_factory=dict)

    def of(self, *names: str) -> Record:
        """The newest times of any of these names, ``None`` where no event tells."""
        return {
            f"certificate_{what}_at": max((times[name] for name in names if name in times), default=None)
            for what, times in (("issued", self.issued), ("bound", self.bound))
        }


def evidence_of(events: Iterable[Record], known: Iterable[str]) -> Evidence:
    """What events tell about these serial numbers (upper case) and ids of devices, wherever they stand in a target, the
    debug data or the device: the body of Okta's certificate events is not documented."""
    evidence, wanted = Evidence(), set(known)
    for event in events:
        times = {_ISSUED: evidence.issued, _BOUND: evidence.bound}.get(str(event.get("eventType")))
        if times is None or (event.get("outcome") or {}).get("result") == "FAILURE":
            continue
        published = str(event.get("published") or "")
        said = texts_of([event.get(part) for part in ("target", "debugContext", "device", "device.id")])
        words = {word for text in said for word in (*_WORD.findall(text), *_WORD.findall(text.upper()))}
        for name in words & wanted:
            times[name] = max(times.get(name, ""), published)
    return evidence


def stages(macs: Iterable[Record], devices: Iterable[Record], events: Iterable[Record]) -> list[Record]:
    """A row for each Mac of Iru: its ``stage``, the ``reason`` and the ``next`` step (empty where it is attested).

    ``macs`` are devices of iru_device_info with ``library_item_status``, ``devices`` those of okta_device_info,
    ``events`` those of okta_system_log_info.
    """
    listed = list(macs)
    by_serial = {str(device.get("serial_number") or "").upper(): device for device in devices}
    names = {_serial(mac) for mac in listed} | {str(device.get("id")) for device in by_serial.values()}
    evidence = evidence_of(events, names - {""})
    seen = [moment for mac in listed if (moment := _moment(mac.get("last_check_in")))]
    offline_before = max(seen) - _OFFLINE_AFTER if seen else None
    return [
        _row(mac, by_serial.get(_serial(mac)) if _serial(mac) else None, evidence, offline_before) for mac in listed
    ]


def _row(mac: Record, device: Record | None, evidence: Evidence, offline_before: datetime | None) -> Record:
    status = mac.get("library_item_status") or {}
    stage, reason, following = _judged(mac, status, device, offline_before)
    return {
        "serial_number": mac.get("serial_number"),
        "device_name": mac.get("device_name"),
        "blueprint_name": mac.get("blueprint_name"),
        "stage": stage,
        "reason": reason,
        "next": following,
        "summary": f"{mac.get('serial_number')} {mac.get('device_name')} ({mac.get('blueprint_name')}): "
        + (f"{reason}: {following}" if reason else "attested"),
        "profile": status.get("bucket"),
        "profile_reported_at": status.get("reported_at"),
        "management": device.get("management") if device else None,
        **evidence.of(_serial(mac), str((device or {}).get("id"))),
    }


def _judged(
    mac: Record, status: Mapping[str, Any], device: Record | None, offline_before: datetime | None
) -> tuple[str, str, str]:
    bucket = status.get("bucket")
    if device is not None and device.get("management") == "managed":
        return ATTESTED, "", ""
    if bucket == "failed":
        said = str(status.get("log") or "").strip().partition("\n")[0]
        step = "read the item's Status in Iru and compare the secret"
        return FAILED, f"the profile could not be installed{f' ({said:.200})' if said else ''}", step
    if bucket == "compliant":
        return AWAITING_SIGN_IN, *_sign_in(mac, device)
    reason, following = _contact(mac, offline_before)
    if bucket in _NOT_IN_SCOPE:
        blueprint = "its Blueprint does not get the profile", "see whether an Assignment Map needs a node"
        return OUT_OF_SCOPE, *((reason, following) if reason else blueprint)
    waits = "has not taken the profile yet", "wait until it checks in"
    return AWAITING_PROFILE, *((reason, following) if reason else waits)


def _sign_in(mac: Record, device: Record | None) -> tuple[str, str]:
    if not mac.get("user"):
        return "nobody is assigned to it", "assign a user in Iru, who then signs in with FastPass"
    if device is None:
        return "Okta does not know it", "register Okta Verify and sign in with FastPass once"
    if device.get("management") == "deactivated":
        return "its device is deactivated in Okta", "activate the device in Okta and sign in with FastPass once"
    return "no sign-in with FastPass since it has its certificate", "sign in with FastPass once"


def _contact(mac: Record, offline_before: datetime | None) -> tuple[str, str]:
    """Why the Mac cannot take a profile now, and what to do; nothing if it checks in."""
    last = _moment(mac.get("last_check_in"))
    if last is None:
        return "enrolled but never seen", "start it and let it check in"
    if offline_before is not None and last < offline_before:
        return f"offline since {last:%Y-%m-%d}", "find it, or remove it"
    return "", ""


def _serial(mac: Record) -> str:
    return str(mac.get("serial_number") or "").strip().upper()


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except (TypeError, ValueError):
        return None
