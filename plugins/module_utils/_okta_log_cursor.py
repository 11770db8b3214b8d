# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remembers in a file where reading the System Log ended, so that the next run goes on there.

A polling query goes on at the ``next`` link that Okta gave, which misses nothing. Where there is none (a bounded query)
or Okta no longer takes it, reading begins a little before the newest event that was read, since events may arrive late,
and leaves out what was given out before.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_log_time import okta_time, parse_time

_FORMAT = 1


@dataclass
class LogCursor:
    """The content of a cursor file. ``query`` is what the log was asked for, ``recent`` maps uuids to times."""

    org: str
    query: dict[str, Any]
    overlap: timedelta
    following: str | None = None
    read_until: str | None = None
    recent: dict[str, str] = field(default_factory=dict)

    @property
    def begin(self) -> datetime | None:
        """Where reading begins without a link: so much before the newest event that was read."""
        return None if self.read_until is None else parse_time("cursor_file", self.read_until) - self.overlap

    def is_new(self, event: Record) -> bool:
        """Whether this event was not given out before."""
        return event.get("uuid") not in self.recent

    def note(self, events: Iterable[Record]) -> None:
        """Remember events that are given out now, as long as they may be read again."""
        for event in events:
            published = str(event.get("published") or "")
            self.recent[str(event.get("uuid"))] = published
            self.read_until = max(self.read_until or "", published) or None
        begin = self.begin
        if begin is not None:
            oldest = okta_time(begin)
            self.recent = {uuid: published for uuid, published in self.recent.items() if published >= oldest}


def load(path: str, org: str, query: dict[str, Any], overlap: timedelta) -> LogCursor:
    """The cursor of a file, a new one if there is no such file. Raises InvalidInput for the file of something else."""
    fresh = LogCursor(org, query, overlap)
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        if content["format"] != _FORMAT:
            raise ValueError("of another version")
        kept = LogCursor(
            str(content["org"]), dict(content["query"]), overlap, _text(content["following"]),
            _text(content["read_until"]), {str(uuid): str(at) for uuid, at in content["recent"].items()},
        )  # fmt: skip
        _begin = kept.begin
    except FileNotFoundError:
        return fresh
    except OSError as error:
        raise InvalidInput(f"cursor_file {path} cannot be read: {error.strerror}.") from None
    except (ValueError, KeyError, TypeError, AttributeError, InvalidInput):
        raise InvalidInput(
            f"cursor_file {path} holds no cursor that an earlier run wrote; remove it to read from the beginning, or "
            "give another file."
        ) from None
    for what, is_, was in (("org", org, kept.org), ("query", query, kept.query)):
        if is_ != was:
            raise InvalidInput(
                f"cursor_file {path} belongs to another {what} ({was}, here {is_}); give each query a file of its own, "
                "or remove this one to read from the beginning."
            )
    return kept


def save(path: str, cursor: LogCursor) -> None:
    """Write the file anew, readable by its owner only. Raises InvalidInput."""
    content = {
        "format": _FORMAT, "org": cursor.org, "query": cursor.query, "following": cursor.following,
        "read_until": cursor.read_until, "recent": cursor.recent,
    }  # fmt: skip
    target = Path(path)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(content, file)
            Path(name).replace(target)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise InvalidInput(f"cursor_file {path} cannot be written: {error.strerror}.") from None


def _text(value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TypeError("no text")
    return value
