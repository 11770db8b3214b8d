# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Devices of an Iru tenant, with the quirks of the API taken out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru import PAGE, utc_time
from ansible_collections.okta_iru.attestation.plugins.module_utils._paging import by_offset

PATH = "/api/v1/devices"

PLATFORMS = ("Mac", "iPad", "iPhone", "AppleTV", "Android", "Windows")

_TIMES = ("last_check_in", "first_enrollment", "last_enrollment")

Record = dict[str, Any]


def list_devices(client: Client, filters: dict[str, str], serial_numbers: Iterable[str] = ()) -> Iterator[Record]:
    """The devices that match the API's filters and, exactly, one of the serial numbers; 300 a request.

    The API's own filter by serial number matches parts of it, so it only narrows down what is read when one is given.
    """
    serials = {serial.upper(): serial for serial in serial_numbers}
    # As it was given: whether the API's filter minds the case is not documented.
    narrowed = {"serial_number": min(serials.values())} if len(serials) == 1 else {}
    seen: set[str] = set()  # while devices enrol, pages move and may show one twice
    for raw in by_offset(client, PATH, {**filters, **narrowed}, limit=PAGE, key="device_id"):
        device = normalised(raw)
        if device["device_id"] in seen or (serials and device["serial_number"].upper() not in serials):
            continue
        seen.add(device["device_id"])
        yield device


def normalised(raw: Record) -> Record:
    """A device as it is returned: ``user`` is a dictionary or ``None`` (recorded: the empty text), its id is text
    (recorded: a number on older tenants), times are ISO 8601 in UTC or ``None``."""
    device = {
        "device_name": None,
        "serial_number": "",
        "platform": None,
        "blueprint_id": None,
        "blueprint_name": None,
        "tags": [],
        **raw,
    }
    device["serial_number"] = str(device["serial_number"] or "")
    listed = device["tags"] if isinstance(device["tags"], list) else []
    device["tags"] = [tag for tag in listed if isinstance(tag, str)]
    user = raw.get("user")
    device["user"] = {**user, "id": str(user["id"])} if isinstance(user, dict) and user.get("id") else user or None
    for key in _TIMES:
        device[key] = utc_time(raw.get(key))
    return device
