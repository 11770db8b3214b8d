# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which devices a task is about: serial numbers, ids, or what a filter finds, with the fewest requests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import not_found
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import (
    Ambiguous,
    BadAnswer,
    InvalidInput,
    NotFound,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru import as_record, checked_id
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_devices import PATH, list_devices, normalised

Record = dict[str, Any]


def device_entries(
    serial_numbers: list[str] | None, device_ids: list[str] | None, more: list[Record] | None = None
) -> list[Record]:
    """Every device that a task names, in its order, each with ``serial_number`` or ``device_id``.

    Raises InvalidInput for an id that is none, and for a device that is named twice.
    """
    entries = [
        *({"serial_number": serial} for serial in serial_numbers or []),
        *({"device_id": device_id} for device_id in device_ids or []),
        *(more or []),
    ]
    seen: set[str] = set()
    for entry in entries:
        if entry.get("device_id"):
            entry["device_id"] = str(checked_id("device_ids", entry["device_id"], check=False))
        key = str(entry.get("device_id") or entry.get("serial_number") or "").upper()
        if not key.strip() or key in seen:
            raise InvalidInput(f"The device {key!r} is named twice or is empty; name each device once.")
        seen.add(key)
    return entries


def found_devices(client: Client, entries: list[Record], *, optional: bool = False) -> list[Record]:
    """The device of every entry, in their order: one by its address, more of them by one listing of all.

    Raises NotFound unless ``optional``, Ambiguous, and InvalidInput for a device that is named in both ways.
    """
    known, found = _Known(_read(client, entries)), list[Record]()
    for entry in entries:
        device = known.find(entry)
        if device is not None and device in found:
            raise InvalidInput(f"The device {device['serial_number']} is named twice, by serial number and by id.")
        if device is not None:
            found.append(device)
        elif not optional:
            raise known.missing(entry)
    return found


def _read(client: Client, entries: list[Record]) -> Iterable[Record]:
    serials = [entry["serial_number"] for entry in entries if not entry.get("device_id")]
    if len(entries) == 1 and not serials:
        device = _one(client, entries[0]["device_id"])
        return [device] if device else []
    return list_devices(client, {}, serials if len(serials) == len(entries) else ())


def _one(client: Client, device_id: str) -> Record | None:
    found = client.find(f"{PATH}/{device_id}")
    if found is None:
        return None
    if as_record(found).get("device_id") != device_id:
        raise BadAnswer(f"GET {PATH}/{device_id} on Iru answered something else than the device of this id.")
    return normalised(found)


class _Known:
    """The devices that were read, by id and by serial number in whatever case."""

    def __init__(self, devices: Iterable[Record]) -> None:
        self._by_id: dict[str, Record] = {}
        self._by_serial: dict[str, list[Record]] = {}
        for device in devices:
            self._by_id[str(device["device_id"])] = device
            self._by_serial.setdefault(device["serial_number"].upper(), []).append(device)

    def find(self, entry: Record) -> Record | None:
        """The device of an entry. Raises Ambiguous: a computer that enrolled twice may have two records."""
        if entry.get("device_id"):
            return self._by_id.get(entry["device_id"])
        serial = str(entry["serial_number"])
        found = self._by_serial.get(serial.upper(), [])
        if len(found) > 1:
            ids = [str(device["device_id"]) for device in found]
            raise Ambiguous(
                f"{len(found)} devices have the serial number {serial} ({', '.join(ids)}): give device_ids.", ids=ids
            )
        return found[0] if found else None

    def missing(self, entry: Record) -> NotFound:
        """The failure for one that is not there."""
        what, value = (
            ("id", entry["device_id"]) if entry.get("device_id") else ("serial number", entry["serial_number"])
        )
        return not_found(f"device with the {what}", value, (key for key in self._by_serial if key))
