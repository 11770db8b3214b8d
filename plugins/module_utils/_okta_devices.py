# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Devices of an Okta org, and whether each is managed.

The management status belongs to the link between a user and a device, not to the device: ``expand=userSummary`` brings
the links with the page, so no request a device is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record
from ansible_collections.okta_iru.attestation.plugins.module_utils._paging import by_link_header

PATH = "/api/v1/devices"
PLATFORMS = ("MACOS", "WINDOWS", "IOS", "ANDROID")
LARGEST_PAGE = 200

MANAGED = "managed"
NOT_MANAGED = "not_managed"
DEACTIVATED = "deactivated"

_SERIALS_A_SEARCH = 40  # keeps the URL below the 2,000 characters that proxies commonly take
_SERIALS_TO_SEARCH = 200  # for more, reading the whole fleet takes about as many requests


def read_devices(
    client: Client,
    *,
    platform: str | None = None,
    serial_numbers: Sequence[str] | None = None,
    search: str | None = None,
    page_size: int = LARGEST_PAGE,
) -> Iterator[Record]:
    """Devices with their users, those of all given conditions together. Raises InvalidInput.

    Serial numbers are matched without regard to case, since Iru and Okta may spell them differently.
    """
    wanted = None if serial_numbers is None else {serial.strip().upper() for serial in serial_numbers}
    for condition in _searches(platform, serial_numbers, search):
        params = {"expand": "userSummary", "limit": page_size, **({"search": condition} if condition else {})}
        for device in by_link_header(client, PATH, params):
            if wanted is None or _serial(device).upper() in wanted:
                yield summary(device)


def summary(device: Record) -> Record:
    """What a report needs of a device, with ``management``: managed, not_managed or deactivated."""
    profile = device.get("profile") or {}
    links = (device.get("_embedded") or {}).get("users") or []
    users = [
        {
            "id": (link.get("user") or {}).get("id"),
            "login": ((link.get("user") or {}).get("profile") or {}).get("login"),
            "status": (link.get("user") or {}).get("status"),
            "management_status": link.get("managementStatus"),
            "created": link.get("created"),
        }
        for link in links
    ]
    return {
        "id": device["id"],
        "status": device.get("status"),
        "management": _management(device, users),
        "serial_number": _serial(device) or None,
        "display_name": profile.get("displayName"),
        "platform": profile.get("platform"),
        "os_version": profile.get("osVersion"),
        "udid": profile.get("udid"),
        "registered": profile.get("registered"),
        "created": device.get("created"),
        "last_updated": device.get("lastUpdated"),
        "users": users,
        "superseded": [],
    }


def newest_of_each(devices: Iterable[Record]) -> list[Record]:
    """One record a computer: a Mac that was enrolled again leaves its old record behind.

    Of several with the same platform and serial number an active one counts, of these the one updated last; the ids of
    the others are in its ``superseded``. Records without a serial number are all kept.
    """
    chosen: dict[tuple[str, str], Record] = {}
    for device in devices:
        serial = (device["serial_number"] or "").upper()
        key = (str(device["platform"]), serial) if serial else ("", device["id"])
        other = chosen.get(key)
        if other is None:
            chosen[key] = device
            continue
        better, worse = (device, other) if _rank(device) > _rank(other) else (other, device)
        better["superseded"] = sorted({*better["superseded"], *worse["superseded"], worse["id"]} - {better["id"]})
        chosen[key] = better
    return list(chosen.values())


def counts_of(devices: Iterable[Record]) -> dict[str, int]:
    """How many devices are managed, not_managed and deactivated."""
    counts = {MANAGED: 0, NOT_MANAGED: 0, DEACTIVATED: 0}
    for device in devices:
        counts[device["management"]] += 1
    return counts


def _searches(platform: str | None, serials: Sequence[str] | None, search: str | None) -> Iterator[str]:
    base = [f'profile.platform eq "{platform}"'] if platform else []
    base += [f"({search})" if platform or serials is not None else search] if search else []
    if serials is None or len(serials) > _SERIALS_TO_SEARCH:
        yield " and ".join(base)
        return
    # Nothing says whether `eq` looks at case here, so both usual spellings are asked for.
    spellings = sorted({spelling for serial in serials for spelling in (_checked(serial), serial.strip().upper())})
    for start in range(0, len(spellings), _SERIALS_A_SEARCH):
        chunk = spellings[start : start + _SERIALS_A_SEARCH]
        any_of = " or ".join(f'profile.serialNumber eq "{serial}"' for serial in chunk)
        yield " and ".join([*base, f"({any_of})" if base and len(chunk) > 1 else any_of])


def _checked(serial: str) -> str:
    if not serial.strip() or any(character in serial for character in '"\\') or not serial.isprintable():
        raise InvalidInput(f"serial_numbers holds {serial!r}, which is no serial number.")
    return serial.strip()


def _serial(device: Record) -> str:
    return str((device.get("profile") or {}).get("serialNumber") or "").strip()


def _management(device: Record, users: list[Record]) -> str:
    if device.get("status") == "DEACTIVATED":
        return DEACTIVATED
    return MANAGED if any(user["management_status"] == "MANAGED" for user in users) else NOT_MANAGED


def _rank(device: Record) -> tuple[bool, str]:
    return device["status"] == "ACTIVE", str(device["last_updated"])
