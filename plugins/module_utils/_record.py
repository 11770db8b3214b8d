# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of a tenant: which objects the collection made, and how those were that it changed.

Neither vendor can tell later who made an object, or which policy an app had before. So what is to be taken away again
must be written down when it is made. The record is a JSON file on the controller, without secrets, that may be kept in
version control; it holds for each object its state before the first change and after the last, and nothing for one
that is as it was (docs/record.md).
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput

VERSION = 1
NOT_KEPT = "not kept"
"""Stands in ``was`` for what a record must not hold, since it may be a secret, or cannot, such as a package."""
REPLACED = "replaced"
"""Stands in ``now`` for the same."""
Change = dict[str, Any]
"""``{kind, at, id, name, was, now, stamp}``; ``was`` is None for an object that was made, ``now`` for one that is
gone. Both may hold only the fields that were changed. ``stamp`` is None where nothing is known."""

_FIELDS = ("kind", "at", "id", "name", "was", "now")
_KEPT = (*_FIELDS, "stamp")


def change(
    kind: str, at: str, identifier: str, name: str | None, *, was: Any, now: Any, stamp: str | None = None
) -> Change:
    """What happened to one object. ``at`` is the base URL of its service; ``was`` and ``now`` hold what it takes to
    bring the object back (never a secret), not the whole object. ``stamp`` is what its service changes with every write
    (a time, an id): by it one can tell later whether others have written since."""
    return {"kind": kind, "at": at, "id": identifier, "name": name, "was": was, "now": now, "stamp": stamp}


def merged(objects: Iterable[dict[str, Any]], changes: Iterable[Change]) -> list[dict[str, Any]]:
    """The record after these changes, in the order in which objects first changed.

    The first ``was`` of an object, and of each of its fields, stays, whatever happens to it later; an object that is
    again as it was is forgotten.
    """
    known = {_key(one): one for one in objects}
    for one in changes:
        before = known.get(_key(one))
        was, now = (one["was"], one["now"]) if before is None else (_first(before, one), _last(before, one))
        if was == now:
            known.pop(_key(one), None)
        else:
            known[_key(one)] = {**{field: one.get(field) for field in _KEPT}, "was": was, "now": now}
    return list(known.values())


def _first(before: Any, one: Any) -> Any:
    """How it was at first: what is known of that, and the fields that were not touched until now."""
    was, touched, later = before["was"], before["now"], one["was"]
    if not all(isinstance(side, dict) for side in (was, touched, later)):
        return was  # it was replaced as a whole
    both = {key: _first({"was": was[key], "now": touched.get(key)}, {"was": later[key]}) for key in was if key in later}
    return {**was, **both, **{key: value for key, value in later.items() if key not in was and key not in touched}}


def _last(before: Any, one: Any) -> Any:
    """How it is now: what was said last, and of what was said before those fields that this was not about."""
    earlier, was, now = before["now"], one["was"], one["now"]
    if not (isinstance(earlier, dict) and isinstance(now, dict)):
        return now
    was = was if isinstance(was, dict) else {}
    untouched = {key: value for key, value in earlier.items() if key not in now and key not in was}
    return {
        **untouched,
        **{key: _last({"now": earlier.get(key)}, {"was": was.get(key), "now": now[key]}) for key in now},
    }


def read(path: str) -> list[dict[str, Any]]:
    """The objects of a record; none where there is no file. Raises InvalidInput for a file that is no record."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"The record {path} cannot be read: {error}.") from None
    try:
        record = json.loads(text)
        if record["version"] != VERSION:
            raise InvalidInput(f"The record {path} has version {record['version']}; expected {VERSION}.")
        return [{**{field: one[field] for field in _FIELDS}, "stamp": one.get("stamp")} for one in record["objects"]]
    except (ValueError, TypeError, KeyError):
        raise InvalidInput(
            f"The file {path} is no record of this collection (JSON with 'version' and 'objects'). Name another in "
            "okta_iru_attestation_record, or take the file from a backup; without it nobody knows what was made."
        ) from None


def update(path: str, changes: Iterable[Change]) -> None:
    """Write down changes; the file is replaced as a whole, and removed when nothing is left. Raises InvalidInput."""
    try:
        with _locked(path):
            objects = merged(read(path), changes)
            if objects:
                _replace(path, objects)
            else:
                Path(path).unlink(missing_ok=True)
    except OSError as error:
        raise InvalidInput(f"The record {path} cannot be written: {error.strerror}.") from None


def not_kept(path: str, changes: Iterable[Change]) -> list[Change]:
    """Changes of objects that were there before the record began, and of which it does not keep all that they were."""
    known = {_key(one) for one in read(path)}
    return [one for one in changes if _key(one) not in known and _lacks(one["was"])]


def _lacks(was: Any) -> bool:
    return any(map(_lacks, was.values())) if isinstance(was, dict) else was == NOT_KEPT


def _key(one: dict[str, Any]) -> tuple[str, str, str]:
    return str(one["at"]), str(one["kind"]), str(one["id"])


@contextmanager
def _locked(path: str) -> Iterator[None]:
    """Alone with the record: two runs for one tenant may end a task at the same time."""
    folder = Path(path).parent
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _replace(path: str, objects: list[dict[str, Any]]) -> None:
    text = json.dumps({"version": VERSION, "objects": objects}, indent=2, ensure_ascii=False) + "\n"
    fresh = Path(f"{path}.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
