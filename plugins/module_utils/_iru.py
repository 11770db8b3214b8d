# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Iru's resources share: ids, names, times."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import is_planned, not_found
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import Task

PAGE = 300
"""The largest page that Iru documents for devices, status rows and the Library."""

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def is_id(text: str, *, check: bool) -> bool:
    """Whether a text is an id of Iru (a UUID) or, in check mode, of an object that would have been created.

    Raises InvalidInput for an id of check mode in a real run.
    """
    return bool(_UUID.fullmatch(text)) or is_planned(text, check=check)


def checked_id(option: str, value: str | None, *, check: bool) -> str | None:
    """The id that the user gave for ``option``. Raises InvalidInput for what cannot be one."""
    if value is None:
        return None
    if is_id(value, check=check):
        return value if is_planned(value, check=check) else value.lower()
    raise InvalidInput(
        f"{option} is {value!r}; expected an id such as 3427ebbc-7f59-4d8c-8a57-bd36f8c2ad6b, as the API and the "
        "address bar of the Iru console show it. Give a name as name instead."
    )


def checked_name(option: str, value: str | None) -> str | None:
    """The name that the user gave. Raises InvalidInput for one that a server may store differently.

    A name that comes back changed would not be found by the next run, which would then create a second object.
    """
    if value is not None and (not value.strip() or value != value.strip()):
        raise InvalidInput(f"{option} is {value!r}; expected text without a blank at either end, and not empty.")
    return value


def as_record(value: object) -> dict[str, Any]:
    """An object inside an answer; an empty one for ``null`` and whatever else stands in its place."""
    return value if isinstance(value, dict) else {}


def projected(rows: Iterable[dict[str, Any]], fields: Iterable[str] | None) -> Iterator[dict[str, Any]]:
    """The rows with these fields only, all fields without any. Raises InvalidInput for a field that no row has.

    A list of 100,000 objects is as large as what is kept of each.
    """
    if fields is None:
        yield from rows
        return
    wanted = dict.fromkeys(fields)
    unseen, known = set(wanted), dict.fromkeys("")
    for row in rows:
        if unseen:
            unseen -= row.keys()
            known |= dict.fromkeys(row)
        yield {key: row[key] for key in wanted if key in row}
    if unseen and known:
        raise not_found("field", min(unseen), known)


def as_records(value: object) -> list[dict[str, Any]]:
    """The objects of a list inside an answer; none for whatever else stands in its place."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def utc_time(value: object) -> str | None:
    """A time of Iru as ISO 8601 in UTC, ``None`` for the empty text that stands for "never".

    Iru writes ``2024-01-02T03:04:05.678901Z``, for enrolments ``2022-06-24 14:20:19.961496+00:00`` (recorded). What is
    no time stays as it is.
    """
    if not isinstance(value, str) or not value:
        return None
    try:
        moment = datetime.fromisoformat(value)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return value
    return moment.isoformat().replace("+00:00", "Z")


def result_of_planned(task: Task, kind: str, identifier: str) -> dict[str, Any]:
    """The result for an object that an earlier task of the same check-mode run would have created.

    Nothing can be read or compared for it; a real run compares it with what that task has just written.
    """
    task.warn(f"{identifier} exists only in check mode: what this task would change on it cannot be told.")
    return {"changed": False, "writes": [], kind: {"id": identifier, "name": identifier.rpartition(":")[2]}}
