# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Devices as an inventory: which of them, under which names, and what became of Library items on each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_blueprints import existing_blueprints
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_devices import list_devices
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_library import Library
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_status import MISSING, latest_statuses

Record = dict[str, Any]

NAMED_BY = ("serial_number", "device_name", "device_id")
"""What a host can be named by."""

# What a host pattern gives a meaning to, and blanks.
_NOT_IN_A_NAME = re.compile(r"[^\w.-]+")


def read_devices(
    client: Client,
    *,
    blueprints: Sequence[str] = (),
    platforms: Sequence[str] = (),
    tags: Sequence[str] = (),
    status_of: Sequence[str] = (),
) -> list[Record]:
    """The devices that are on one of the Blueprints (names or ids), of one of the platforms and have one of the tags.

    Iru chooses as far as it can: each Blueprint is a listing of its own, since a wave is small in a large fleet; of
    several platforms it can name one only, and then all are read. ``status_of``: Library items (ids or names) whose
    status is added as ``library_items``, by that id or name. Devices that Iru no longer manages are left out.
    """
    ids = [one["id"] for one in existing_blueprints(client, blueprints)]
    narrowed = {**_of_platforms(platforms), **_with_tags(tags)}
    listings = [{**narrowed, "blueprint_id": one} for one in dict.fromkeys(ids)] or [narrowed]
    found = {device["device_id"]: device for filters in listings for device in list_devices(client, filters)}
    devices = [
        device
        for device in found.values()
        if not device.get("is_removed")
        and (not ids or device["blueprint_id"] in ids)
        and (not platforms or device["platform"] in platforms)
        and (not tags or set(tags) & set(device["tags"]))
    ]
    return _with_status(client, devices, status_of) if status_of and devices else devices


def _of_platforms(platforms: Sequence[str]) -> dict[str, str]:
    return {"platform": platforms[0]} if len(platforms) == 1 else {}


def _with_tags(tags: Sequence[str]) -> dict[str, str]:
    """Documented: several names are separated by commas, so one that has a comma itself can only be asked for alone."""
    if len(tags) == 1:
        return {"tag_name": tags[0]}
    return {"tag_name_in": ",".join(tags)} if tags and not any("," in tag for tag in tags) else {}


def _with_status(client: Client, devices: list[Record], references: Sequence[str]) -> list[Record]:
    library = Library(client)
    for reference in references:
        rows = latest_statuses(client, library.find(reference)["id"])
        for device in devices:
            row = rows.get(device["device_id"], MISSING)
            shown = {"status": row.status, "bucket": row.bucket, "reported_at": row.reported_at}
            device.setdefault("library_items", {})[reference] = shown
    return devices


def named(devices: Iterable[Record], named_by: str) -> dict[str, Record]:
    """The devices by the name of their host, which depends on nothing but the devices.

    A device without a value there is named by its id. Where several have the same name, all of them get their serial
    number, or else their id, behind it.
    """
    listed = list(devices)
    names = [_host_name(str(device.get(named_by) or "")) or device["device_id"] for device in listed]
    often = Counter(name.lower() for name in names)
    hosts: dict[str, Record] = {}
    for name, device in zip(names, listed, strict=True):
        own = _host_name(device["serial_number"]) or device["device_id"]
        unique = f"{name}-{own}" if often[name.lower()] > 1 else name
        hosts[unique if unique not in hosts else f"{name}-{device['device_id']}"] = device
    return hosts


def _host_name(text: str) -> str:
    return _NOT_IN_A_NAME.sub("-", text.strip()).strip("-")
