# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which priorities to write, so that the rules of a policy stand in a wanted order with the fewest writes.

A rule that takes a priority pushes the rule that has it down by one, and that one the next, until a gap
(okta-developer-docs, guides/policy-rule-prioritization). So a rule is put behind another by one write, whatever stands
there, and those that need not be written are a longest sequence of rules that stand in the wanted order already. The
guide wants rules written from the top down.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

RELATIVE, FIRST, IGNORE = "relative", "first", "ignore"
"""Wanted rules in the given order wherever they stand; before all others; or as they come."""
LAST = 98
"""The largest priority of a rule: that of the Catch-all Rule is 99."""


@dataclass(frozen=True)
class Step:
    """A rule's turn: the priority that it has or gets, and whether it must be written for that."""

    name: str
    priority: int
    moves: bool


def steps(current: list[tuple[str, int]], wanted: list[str], order: str) -> list[Step]:
    """What to do, from the top down; one step for each wanted rule, new ones included.

    ``current`` are names and priorities of the rules that are there, in the order of evaluation, without the Catch-all
    Rule. Rules that are not wanted have steps only where there is no other way to get below the Catch-all Rule.
    """
    kept = _kept(current, wanted, order)
    try:
        return _inserted(dict(current), wanted, kept, order)
    except _TooFarDownError:
        return _renumbered(dict(current), _in_full(current, wanted, kept, order))


class _TooFarDownError(Exception):
    """A rule would be pushed to where the Catch-all Rule is."""


def _kept(current: list[tuple[str, int]], wanted: list[str], order: str) -> set[str]:
    """The rules that stay where they are."""
    place = {name: number for number, (name, _priority) in enumerate(current)}
    there = [name for name in wanted if name in place]
    if order == IGNORE:
        return set(there)
    if order == FIRST:
        others = [place[name] for name, _priority in current if name not in wanted]
        there = [name for name in there if place[name] < min(others, default=len(current))]
    return {there[index] for index in _longest_increasing([place[name] for name in there])}


def _longest_increasing(numbers: list[int]) -> list[int]:
    """Indexes of a longest increasing subsequence of distinct numbers."""
    ends: list[int] = []  # the smallest end of a sequence of each length, and the indexes of those ends
    indexes: list[int] = []
    before: list[int | None] = []
    for index, number in enumerate(numbers):
        length = bisect_left(ends, number)
        before.append(indexes[length - 1] if length else None)
        ends[length:] = [number, *ends[length + 1 :]]
        indexes[length:] = [index, *indexes[length + 1 :]]
    found: list[int] = []
    last = indexes[-1] if indexes else None
    while last is not None:
        found.append(last)
        last = before[last]
    return found


def _inserted(taken: dict[str, int], wanted: list[str], kept: set[str], order: str) -> list[Step]:
    plan: list[Step] = []
    for name in wanted:
        if name not in kept:
            place = _free_place(taken, plan, [one for one in wanted if one in kept], order)
            if _push(taken, name, place) > LAST:
                raise _TooFarDownError
        plan.append(Step(name, taken[name], name not in kept))
    return plan


def _free_place(taken: dict[str, int], plan: list[Step], kept: list[str], order: str) -> int:
    """The priority behind the rule before, or for the first one before the rest."""
    bottom = max(taken.values(), default=-1) + 1
    if order == IGNORE:
        return bottom
    if plan:
        return taken[plan[-1].name] + 1
    if order == FIRST:
        return 0
    if not kept:
        return bottom
    above = taken[kept[0]] - 1
    return above if above >= 0 and above not in taken.values() else taken[kept[0]]


def _push(taken: dict[str, int], name: str, priority: int) -> int:
    """Give a rule a priority as Okta does; returns the last one that a rule was pushed to."""
    taken.pop(name, None)
    holders = {number: holder for holder, number in taken.items()}
    taken[name], pushed = priority, priority
    while pushed in holders:
        pushed += 1
        taken[holders[pushed - 1]] = pushed
    return pushed


def _in_full(current: list[tuple[str, int]], wanted: list[str], kept: set[str], order: str) -> list[str]:
    """All rules as they are to stand: those that are not wanted stay behind the kept rule that they are behind."""
    there = [name for name, _priority in current if name in kept or name not in wanted]
    full = list(there)
    for index, name in enumerate(wanted):
        if name in kept:
            continue
        if order == IGNORE:
            full.append(name)
        elif index:
            full.insert(full.index(wanted[index - 1]) + 1, name)
        else:
            first = next((one for one in wanted if one in kept), None)
            full.insert(0 if order == FIRST else full.index(first) if first else len(full), name)
    return full


def _renumbered(taken: dict[str, int], full: Iterable[str]) -> list[Step]:
    """All rules from 0 on without gaps."""
    plan = []
    for priority, name in enumerate(full):
        moves = taken.get(name) != priority
        if moves:
            _push(taken, name, priority)
        plan.append(Step(name, priority, moves))
    return plan
