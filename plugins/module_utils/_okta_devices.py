# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Devices of an Okta org, and whether each is managed.

The management status belongs to the link between a user and a device, not to the device: ``expand=userSummary`` brings
the links with the page, so no request a device is needed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import ApiError, BadAnswer, InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record
from ansible_collections.okta_iru.attestation.plugins.module_utils._paging import by_link_header

PATH = "/api/v1/devices"
PLATFORMS = ("MACOS", "WINDOWS", "IOS", "ANDROID")
STATUSES = ("ACTIVE", "SUSPENDED", "DEACTIVATED")
LARGEST_PAGE = 200
RECOMMENDED_PAGE = 20  # where users are read as well, by Okta's specification

MANAGED = "managed"
NOT_MANAGED = "not_managed"
DEACTIVATED = "deactivated"
FIELDS = (
    "id", "status", "management", "serial_number", "display_name", "platform", "os_version", "udid", "registered",
    "created", "last_updated", "users", "superseded",
)  # fmt: skip

_SERIALS_A_SEARCH = 40  # keeps the URL below the 2,000 characters that proxies commonly take
_SERIALS_TO_SEARCH = 200  # for more, reading the whole fleet takes about as many requests
_TOO_MUCH = frozenset({500, 504})  # a page that took the org too long


def read_devices(
    client: Client,
    *,
    platform: str | None = None,
    statuses: Sequence[str] = (),
    serial_numbers: Sequence[str] | None = None,
    search: str | None = None,
    page_size: int | None = None,
    warn: Callable[[str], None] = lambda text: None,
) -> Iterator[Record]:
    """Devices with their users, those of all given conditions together, page by page. Raises InvalidInput.

    Serial numbers are matched without regard to case, since Iru and Okta may spell them differently.
    """
    wanted = None if serial_numbers is None else {serial.strip().upper() for serial in serial_numbers}
    size = page_size
    for condition in _searches(platform, statuses, serial_numbers, search):
        params = {"expand": "userSummary", **({"search": condition} if condition else {})}
        pages = by_link_header(client, PATH, {**params, "limit": size or LARGEST_PAGE})
        try:
            first = next(pages, None)
        except ApiError as error:
            if size is not None or not _is_about_the_size(error):
                raise
            warn(
                f"Okta did not give {LARGEST_PAGE} devices with their users at once ({error.status} {error.code}), so "
                f"they are read {RECOMMENDED_PAGE} a request. Set page_size to say how many."
            )
            size = RECOMMENDED_PAGE
            pages = by_link_header(client, PATH, {**params, "limit": size})
            first = next(pages, None)
        for device in _behind(first, pages):
            if wanted is None or _serial(device).upper() in wanted:
                yield summary(device)


def summary(device: Record) -> Record:
    """What a report needs of a device, with ``management``: managed, not_managed or deactivated. Raises BadAnswer."""
    if not isinstance(device.get("id"), str):
        raise BadAnswer(f"GET {PATH} listed a device without an id; check that the url is the org's own.")
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


def newest_of_each(devices: Iterable[Record]) -> Iterator[Record]:
    """One record a computer: a Mac that was enrolled again leaves its old record behind.

    Of several with the same platform and serial number an active one counts, of these the one updated last; the ids of
    the others are in its ``superseded``. Records without a serial number are all kept. Which one it is shows only when
    all are read, so till then they are in a temporary database on disk, and memory does not grow with the fleet.
    """
    with closing(sqlite3.connect("")) as spool:
        for pragma in ("cache_size=-4096", "journal_mode=off", "synchronous=off"):
            spool.execute(f"pragma {pragma}")
        spool.execute("create table devices (key text unique, record text)")
        for device in devices:
            key = _key(device)
            added = spool.execute("insert or ignore into devices values (?, ?)", (key, json.dumps(device)))
            if not added.rowcount:
                ((text,),) = spool.execute("select record from devices where key = ?", (key,))
                better = _better(device, json.loads(text))
                spool.execute("update devices set record = ? where key = ?", (json.dumps(better), key))
        for (text,) in spool.execute("select record from devices order by rowid"):
            yield json.loads(text)


def _searches(
    platform: str | None, statuses: Sequence[str], serials: Sequence[str] | None, search: str | None
) -> Iterator[str]:
    base = [f'profile.platform eq "{platform}"'] if platform else []
    if statuses:
        any_of = " or ".join(f'status eq "{status}"' for status in statuses)
        base.append(f"({any_of})" if len(statuses) > 1 else any_of)
    base += [f"({search})" if base or serials is not None else search] if search else []
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


def _key(device: Record) -> str:
    serial = (device["serial_number"] or "").upper()
    return f"{device['platform']} {serial}" if serial else f" {device['id']}"


def _better(one: Record, other: Record) -> Record:
    better, worse = (one, other) if _rank(one) > _rank(other) else (other, one)
    older = {*better["superseded"], *worse["superseded"], worse["id"]} - {better["id"]}
    return {**better, "superseded": sorted(older)}


def _rank(device: Record) -> tuple[bool, str]:
    return device["status"] == "ACTIVE", str(device["last_updated"])


def _behind(first: Any, others: Iterator[Any]) -> Iterator[Any]:
    if first is not None:
        yield first
        yield from others


def _is_about_the_size(error: ApiError) -> bool:
    return error.status in _TOO_MUCH or (error.code == "E0000001" and "limit" in error.message)
