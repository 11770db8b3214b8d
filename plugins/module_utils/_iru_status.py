# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of a Library item on the devices: its status rows, put into a few buckets, and waiting for them."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import is_planned
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import TimedOut
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru import PAGE, as_record, utc_time
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_library import ITEMS
from ansible_collections.okta_iru.attestation.plugins.module_utils._paging import by_envelope

BUCKETS = ("compliant", "waiting", "failed", "out_of_scope", "optional", "missing", "unknown")

# Configuration profiles have success, failed and pending in lower case, all other items the rest in upper case.
_BUCKET_OF = {
    "PASS": "compliant",
    "SUCCESS": "compliant",
    "PENDING": "waiting",
    "INSTALLING": "waiting",
    "DOWNLOADING": "waiting",
    "CACHED": "waiting",
    "CHANGE_PENDING": "waiting",
    "ERROR": "failed",
    "FAILED": "failed",
    "EXCLUDED": "out_of_scope",
    "INCOMPATIBLE": "out_of_scope",
    "AVAILABLE": "optional",
}

Record = dict[str, Any]


class Status(NamedTuple):
    """What became of an item on a device."""

    status: str | None
    bucket: str
    reported_at: str | None
    log: str | None


MISSING = Status(None, "missing", None, None)
"""The status of an item of which Iru has none for the device."""


def bucket_of(status: Any) -> str:
    """The bucket of a status; ``unknown`` for one that Iru does not document."""
    return _BUCKET_OF.get(str(status).upper(), "unknown")


def status_rows(client: Client, item_id: str, device_id: str | None = None) -> list[Record]:
    """The newest row of each device that has this item, 300 devices a request; or of one device only.

    A row: ``device_id``, ``device_name``, ``blueprint_id``, ``blueprint_name``, ``status`` (as Iru says it),
    ``bucket``, ``reported_at`` (ISO 8601, UTC), ``log``, and the item's ``type`` (``None`` on older tenants).
    ``success`` of a profile says that it was installed, no more.
    """
    newest: dict[str, Record] = {}
    for row in _rows(client, item_id, device_id):
        known = newest.get(row["device_id"])
        if known is None or (row["reported_at"] or "") >= (known["reported_at"] or ""):
            newest[row["device_id"]] = row
    return list(newest.values())


def latest_statuses(client: Client, item_id: str, device_id: str | None = None) -> dict[str, Status]:
    """The same by device id and with the least that a join needs, for fleets of any size."""
    newest: dict[str, Status] = {}
    for row in _rows(client, item_id, device_id):
        known = newest.get(row["device_id"])
        if known is None or (row["reported_at"] or "") >= (known.reported_at or ""):
            # Of 100,000 rows most have one of a few texts, which need not be kept as often.
            status, log = (sys.intern(row[key]) if isinstance(row[key], str) else row[key] for key in ("status", "log"))
            newest[row["device_id"]] = Status(status, row["bucket"], row["reported_at"], log)
    return newest


def _rows(client: Client, item_id: str, device_id: str | None) -> Iterator[Record]:
    if is_planned(item_id, check=client.check):
        return
    params = {"limit": PAGE, **({"computer_id": device_id} if device_id is not None else {})}
    yield from (_row(raw) for raw in by_envelope(client, f"{ITEMS}/{item_id}/status", params))


def item_activity(client: Client, item_id: str) -> Iterator[Record]:
    """Who created, edited, assigned the item and when, newest as Iru orders it."""
    for entry in by_envelope(client, f"{ITEMS}/{item_id}/activity", {"limit": PAGE}):
        yield {**entry, "activity_time": utc_time(entry.get("activity_time"))}


def missing_rows(rows: list[Record], devices: Iterable[Record]) -> list[Record]:
    """A row of the bucket ``missing`` for each of the devices that has none."""
    reported = {row["device_id"] for row in rows}
    return [
        {
            "device_id": device["device_id"],
            "device_name": device["device_name"],
            "blueprint_id": device["blueprint_id"],
            "blueprint_name": device["blueprint_name"],
            "status": None,
            "bucket": "missing",
            "reported_at": None,
            "log": None,
        }
        for device in devices
        if device["device_id"] not in reported
    ]


def counts_of(rows: Iterable[Record]) -> dict[str, int]:
    """How many rows each bucket holds, all buckets named."""
    counted = Counter(row["bucket"] for row in rows)
    return {bucket: counted[bucket] for bucket in BUCKETS}


def is_reached(until: str, counts: dict[str, int], *, empty_is_settled: bool) -> bool:
    """Whether a state that can be waited for has come.

    ``settled``: no device waits for the item or misses it. ``any_compliant``: one at least has it. Without any row
    nothing is settled yet, unless the devices that should have one are known and there are none.
    """
    if until == "any_compliant":
        return counts["compliant"] > 0
    seen = empty_is_settled or sum(counts.values()) > 0
    return seen and not counts["waiting"] and not counts["missing"]


def wait_for(
    look: Callable[[], list[Record]],
    reached: Callable[[dict[str, int]], bool],
    *,
    timeout: float,
    interval: float,
    progress: Callable[[str], None],
    title: str,
    sleep: Callable[[float], None] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> list[Record]:
    """Look every ``interval`` seconds until ``reached`` or ``timeout`` seconds are over. Returns the last rows.

    Raises TimedOut with the last counts.
    """
    end = monotonic() + timeout
    while True:
        rows = look()
        counts = counts_of(rows)
        said = ", ".join(f"{number} {bucket}" for bucket, number in counts.items() if number) or "no device yet"
        progress(f"{title}: {said}")
        if reached(counts):
            return rows
        left = end - monotonic()
        if left <= 0:
            raise TimedOut(
                f"After {timeout:.0f} s the Library item {title!r} is not where it was waited for: {said}. Devices act "
                "when they check in next; look at the rows that wait or failed, then run again or raise wait.timeout.",
                counts=counts,
            )
        sleep(min(interval, left))


def _row(raw: Record) -> Record:
    computer, blueprint = as_record(raw.get("computer")), as_record(raw.get("blueprint"))
    return {
        "device_id": str(computer.get("id")),
        "device_name": computer.get("name"),
        "blueprint_id": blueprint.get("id"),
        "blueprint_name": blueprint.get("name"),
        "status": raw.get("status"),
        "bucket": bucket_of(raw.get("status")),
        "reported_at": utc_time(raw.get("reported_at")),
        "log": raw.get("log"),
        "type": raw.get("type"),
    }
