# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be done with one recorded object, judged by what the record says of it and by what is there now.

Others may have worked on it since: what was made may hold their work, and what was changed may be theirs by now. So
nothing is taken away or brought back before both have been compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._record import NOT_KEPT, REPLACED

Object = Mapping[str, Any]
Step = dict[str, Any]

REMOVE, RESTORE, KEEP, NOTHING = "remove", "restore", "keep", "nothing"
ASK, DISCARD, LEAVE = "ask", "discard", "keep"
"""What to do with the work of others: list it and ask, go on as if it were not there, or leave the object to them."""

NO_WAY_BACK = "it was there before and was changed; the record does not hold all that it was"
_TAKEN_AWAY = "it was there before and was removed; the record does not hold all that it was"
_CONTENT = "its content"


@dataclass(frozen=True)
class Verdict:
    """What is to be done with ``one``, and why; ``back`` are the fields that come back, ``since`` those that others
    have changed since."""

    one: Object
    verb: str
    why: str = ""
    since: tuple[str, ...] = ()
    back: dict[str, Any] = field(default_factory=dict)


def judge(
    one: Object, present: Object | None, *, stamp: str | None = None, form: Callable[[Any], Object] = dict
) -> Verdict:
    """The verdict on an object. ``present`` is how it is now, None if it is not there, in the form of the record or in
    one that ``form`` gives for both; ``stamp`` is what its service tells of its last write."""
    if one["now"] is None:
        return Verdict(one, KEEP, _TAKEN_AWAY)
    if present is None:
        return Verdict(one, NOTHING, "it is no longer there")
    told, found = form(one["now"]), form(present)
    since = tuple(key for key, value in told.items() if value != REPLACED and not _same(value, found.get(key)))
    is_written = bool(one.get("stamp") and stamp and one["stamp"] != stamp)
    if one["was"] is None:
        return Verdict(one, REMOVE, since=since or ((_CONTENT,) if is_written else ()))
    was = form(one["was"])
    back = {key: value for key, value in was.items() if value == NOT_KEPT or not _same(value, found.get(key))}
    if not back:
        return Verdict(one, NOTHING, "it is as it was already")
    if NOT_KEPT in back.values():
        return Verdict(one, KEEP, NO_WAY_BACK)
    theirs = (
        *(key for key in since if key in back),
        *((_CONTENT,) if is_written and REPLACED in told.values() else ()),
    )
    return Verdict(one, RESTORE, since=theirs, back=back)


def settled(verdicts: Iterable[Verdict], changed_since: str) -> list[Verdict]:
    """The verdicts after the user's word on what others have changed since."""
    if changed_since != LEAVE:
        return list(verdicts)
    return [
        Verdict(one.one, KEEP, f"others have changed {', '.join(one.since)} since") if one.since else one
        for one in verdicts
    ]


def named(one: Object) -> Step:
    """Id and name."""
    return {"id": one["id"], "name": one["name"]}


def said(verdict: Verdict) -> Step:
    """A verdict for people."""
    what = {"kind": verdict.one["kind"], **named(verdict.one), "why": verdict.why}
    return what | ({"was": verdict.one["was"]} if verdict.verb == KEEP and verdict.one["was"] else {})


def _same(one: Any, other: Any) -> bool:
    """Whether two values of a field mean the same; nothing set and an empty text do."""
    return (one or None) == (other or None) if isinstance(one, str) or isinstance(other, str) else one == other
