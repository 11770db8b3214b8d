# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is made of events while they are read, so that a log of any length needs no memory of its length."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record


def values_at(record: Any, path: str) -> Iterator[Any]:
    """What a dotted path leads to; through a list (``target.id``) to that of each entry. Nothing where it is absent."""
    items: list[Any] = [record]
    for key in path.split("."):
        found = [item[key] for item in items if isinstance(item, dict) and key in item]
        items = list(itertools.chain.from_iterable(one if isinstance(one, list) else [one] for one in found))
    yield from items


def reduced(record: Record, paths: Sequence[str] | None) -> Record:
    """The record as ``{path: value}`` of these paths, a list where a path leads to several; itself without any."""
    if not paths:
        return record
    found = {path: list(values_at(record, path)) for path in paths}
    return {path: values[0] if len(values) == 1 else values or None for path, values in found.items()}


class Events:
    """What the options of a task ask to be made of each event.

    ``write`` takes each one, reduced to the fields that were asked for, instead of a list.
    """

    def __init__(self, options: Mapping[str, Any], write: Callable[[Record], None] | None) -> None:
        self.mentions = Mentions((options["wait_for"] or {}).get("mentions") or ())
        self._fields = options["fields"]
        self._write = write
        self._newest = Newest(options["newest_per"]) if options["newest_per"] else None
        self._counts = Counts(options["count_by"]) if options["count_by"] else None
        self._listed: list[Record] | None = [] if not (write or self._newest or self._counts) else None

    def take(self, event: Record) -> None:
        """An event that was read."""
        self.mentions.take(event)
        if self._counts is not None:
            self._counts.take(event)
        if self._newest is not None:
            self._newest.take(event)
        if self._write is not None:
            self._write(reduced(event, self._fields))
        if self._listed is not None:
            self._listed.append(reduced(event, self._fields))

    def result(self) -> Record:
        """``events``, and ``counts`` if they were asked for."""
        events = self._listed or []
        if self._newest is not None:
            events = [reduced(event, self._fields) for event in self._newest.result()]
        return {"events": events, **({"counts": self._counts.result()} if self._counts is not None else {})}


class Counts:
    """How many events there are of each combination of values at some paths."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths = list(paths)
        self._counted: Counter[tuple[Any, ...]] = Counter()

    def take(self, event: Record) -> None:
        """Count an event; one that has several values at a path counts for each of them."""
        there = [
            sorted({_as_key(value) for value in values_at(event, path)}, key=str) or [None] for path in self._paths
        ]
        self._counted.update(itertools.product(*there))

    def result(self) -> list[Record]:
        """The combinations, the most frequent first, each with its ``count``."""
        ordered = sorted(self._counted.items(), key=lambda item: (-item[1], str(item[0])))
        return [{**dict(zip(self._paths, values, strict=True)), "count": count} for values, count in ordered]


class Newest:
    """The newest event of each value at a path, by the time of the event."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._newest: dict[Any, Record] = {}

    def take(self, event: Record) -> None:
        """Keep the event where it is the newest."""
        for value in values_at(event, self._path):
            known = self._newest.get(key := _as_key(value))
            if known is None or str(event.get("published")) >= str(known.get("published")):
                self._newest[key] = event

    def result(self) -> list[Record]:
        """The events, oldest first, each once."""
        kept = {str(event.get("uuid")): event for event in self._newest.values()}
        return sorted(kept.values(), key=lambda event: (str(event.get("published")), str(event.get("uuid"))))


class Mentions:
    """Which of some texts, serial numbers say, no event has named yet.

    The body of Okta's certificate events is not documented, so a text may stand anywhere in targets, debug data, device
    or actor; as a word of its own, and in upper or lower case.
    """

    _WHERE = ("target", "debugContext", "device", "actor")

    def __init__(self, texts: Iterable[str]) -> None:
        self._open = {text.strip().casefold(): text for text in texts}
        self._words = {key: re.compile(rf"(?<![a-z0-9]){re.escape(key)}(?![a-z0-9])") for key in self._open}

    @property
    def missing(self) -> list[str]:
        """The texts that were not named yet, as they were given."""
        return list(self._open.values())

    def take(self, event: Record) -> None:
        """Look for the texts that are still missing."""
        if not self._open:
            return
        said = "\n".join(texts_of([event.get(part) for part in self._WHERE])).casefold()
        for key in [key for key in self._open if key in said and self._words[key].search(said)]:
            del self._open[key]


def _as_key(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def texts_of(value: Any) -> Iterator[str]:
    """All texts inside a value, at any depth."""
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from texts_of(each)
    elif isinstance(value, str):
        yield value
