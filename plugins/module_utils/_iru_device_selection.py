# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which devices a task is about: serial numbers, ids, or what a filter finds, with the fewest requests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import not_found
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import Ambiguous, BadAnswer
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru import as_record, checked_id
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_devices import PATH, list_devices, normalised

Record = dict[str, Any]


class Devices:
    """Devices that were asked for, by id and by serial number in whatever case."""

    def __init__(self, devices: Iterable[Record]) -> None:
        self._by_id: dict[str, Record] = {}
        self._by_serial: dict[str, list[Record]] = {}
        for device in devices:
            self._by_id[str(device["device_id"])] = device
            self._by_serial.setdefault(device["serial_number"].upper(), []).append(device)

    def of_id(self, device_id: str) -> Record | None:
        """The device of an id."""
        return self._by_id.get(device_id)

    def of_serial(self, serial_number: str) -> Record | None:
        """The device of a serial number. Raises Ambiguous: a computer that enrolled twice may have two records."""
        found = self._by_serial.get(serial_number.upper(), [])
        if len(found) > 1:
            ids = [str(device["device_id"]) for device in found]
            raise Ambiguous(
                f"{len(found)} devices have the serial number {serial_number} ({', '.join(ids)}): give device_ids.",
                ids=ids,
            )
        return found[0] if found else None

    def missing(self, what: str, wanted: str) -> Exception:
        """The failure for one that is not there."""
        return not_found(f"device with the {what}", wanted, (key for key in self._by_serial if key))


def read_devices(client: Client, serial_numbers: Iterable[str], device_ids: Iterable[str]) -> Devices:
    """Read the devices of these serial numbers and ids: one by its address, more of them by one listing of all."""
    serials, ids = list(serial_numbers), list(device_ids)
    if len(ids) == 1 and not serials:
        return Devices([device] if (device := _one(client, ids[0])) else [])
    return Devices(list_devices(client, {}, () if ids else serials))


def checked_ids(values: Iterable[str]) -> list[str]:
    """Ids in the API's own spelling. Raises InvalidInput for what cannot be one."""
    return [str(checked_id("device_ids", value, check=False)) for value in values]


def _one(client: Client, device_id: str) -> Record | None:
    found = client.find(f"{PATH}/{device_id}")
    if found is None:
        return None
    if as_record(found).get("device_id") != device_id:
        raise BadAnswer(f"GET {PATH}/{device_id} on Iru answered something else than the device of this id.")
    return normalised(found)
