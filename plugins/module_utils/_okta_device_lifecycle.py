# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Devices of an Okta org from one status to another, and their deletion.

What a search finds may be stale: Okta's documentation asks to look a device up by its id before it is changed. So
serial numbers are searched for, and then every device is read by its id.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import Ambiguous, NotFound, Refused
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client, Request
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record, in_path
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_devices import PATH, read_devices
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_lifecycle import transition

ABSENT = "absent"
STATUSES = {"active": "ACTIVE", "suspended": "SUSPENDED", "deactivated": "DEACTIVATED"}
_READS_AGAIN = 2
# (from, to) → operation (okta/okta-management-openapi-spec).
_OPERATIONS = {
    ("CREATED", "ACTIVE"): "activate",
    ("DEACTIVATED", "ACTIVE"): "activate",
    ("SUSPENDED", "ACTIVE"): "unsuspend",
    ("ACTIVE", "SUSPENDED"): "suspend",
    ("ACTIVE", "DEACTIVATED"): "deactivate",
    ("SUSPENDED", "DEACTIVATED"): "deactivate",
}


def find_devices(
    client: Client, *, ids: Sequence[str], serial_numbers: Sequence[str], platform: str | None
) -> tuple[list[Record], list[str]]:
    """The devices of these ids and serial numbers, each once, and the ids and serial numbers that there are none of.

    Raises Ambiguous for a serial number that several records have, InvalidInput for what is no serial number.
    """
    found: dict[str, Record] = {}
    missing: list[str] = []
    for device_id in dict.fromkeys(ids):
        device = client.find(f"{PATH}/{in_path(device_id)}")
        if device is None:
            missing.append(device_id)
        else:
            found[device["id"]] = device
    for serial, candidates in _candidates(client, serial_numbers, platform).items():
        devices = [found.get(one) or client.find(f"{PATH}/{one}") for one in candidates]
        really = [device for device in devices if device is not None and _serial(device) == serial.upper()]
        if len(really) > 1:
            raise _ambiguous(serial, really)
        if really:
            found[really[0]["id"]] = really[0]
        else:
            missing.append(serial)
    return list(found.values()), missing


def require_found(missing: Iterable[str]) -> None:
    """Raise NotFound if any device is missing."""
    names = list(missing)
    if names:
        raise NotFound(
            f"There is no device {', '.join(names)} in the org. A device appears with its first registration in Okta "
            "Verify, and a search by serial number may find it some time later; its id is known at once.",
            missing=names,
        )


def require_possible(client: Client, devices: Iterable[Record], state: str) -> list[Record]:
    """The devices, once all of them can get this state in one step. Raises Refused before anything is written.

    What does not fit is read again first: a device that was changed a moment ago may still show its former status.
    """
    checked = [device if _fits(device, state) else _read_again(client, device, state) for device in devices]
    wrong = [_title(device) for device in checked if not _fits(device, state)]
    if wrong:
        listed, advice = ", ".join(wrong), "Okta suspends active devices only: first run with state: active."
        if state == ABSENT:
            advice = "Only deactivated devices are deleted: first run with state: deactivated."
        raise Refused(f"Nothing was changed, since this is not possible for {listed}. {advice}", devices=wrong)
    return checked


def _fits(device: Record, state: str) -> bool:
    if state == ABSENT:
        return bool(device.get("status") == STATUSES["deactivated"])
    return device.get("status") == STATUSES[state] or (device.get("status"), STATUSES[state]) in _OPERATIONS


def _read_again(client: Client, device: Record, state: str) -> Record:
    for attempt in range(_READS_AGAIN):
        client.pause(attempt)
        device = client.find(f"{PATH}/{device['id']}") or device
        if _fits(device, state):
            break
    return device


def change_device(client: Client, device: Record, state: str) -> str | None:
    """Give the device this state if it has another; its status afterwards, ``None`` if it was deleted."""
    path = f"{PATH}/{device['id']}"
    if state == ABSENT:
        client.write(Request("DELETE", path))
        return None
    status = STATUSES[state]
    if device["status"] != status:
        transition(client, path, _OPERATIONS[device["status"], status], device, status)
    return status


def _candidates(client: Client, serial_numbers: Sequence[str], platform: str | None) -> dict[str, list[str]]:
    """Serial number → ids of the records that a search finds, none of them read by id yet."""
    candidates: dict[str, list[str]] = {serial.strip(): [] for serial in serial_numbers}
    if not candidates:
        return {}
    spellings = {serial.upper(): serial for serial in candidates}
    wanted = None if platform is None else platform.upper()
    for device in read_devices(client, platform=wanted, serial_numbers=list(candidates)):
        candidates[spellings[device["serial_number"].upper()]].append(device["id"])
    return {serial: candidates[serial] for serial in spellings.values()}


def _ambiguous(serial: str, devices: list[Record]) -> Ambiguous:
    records = ", ".join(f"{one['id']} ({one.get('status')}, last updated {one.get('lastUpdated')})" for one in devices)
    return Ambiguous(
        f"{len(devices)} devices have the serial number {serial!r}: {records}. A computer that was enrolled again "
        "leaves its old record behind: give the id of the one that is meant.",
        ids=[one["id"] for one in devices],
    )


def _serial(device: Record) -> str:
    return str((device.get("profile") or {}).get("serialNumber") or "").strip().upper()


def _title(device: Record) -> str:
    name = (device.get("profile") or {}).get("displayName")
    return f"{name} ({device['id']}), which is {device.get('status')}"
