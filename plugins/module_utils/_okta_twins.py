# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Creates an object of a name that Okta does not keep unique, though another run may do the same at this moment.

Whoever has created looks for twins. The oldest stays, and a run removes its own if it is a later one. Okta tells the
time of creation in whole seconds (all recordings), so twins may be of the same age: then the run that has the lower id
waits until the other has removed its own, and gives way if it does not, since that run has ended before it could see
both. A run that got no answer does not know which one is its own: it lets the other go first, then leaves one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import TimedOut
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client, Request
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record

_LOOKS = 5
_SECONDS_BETWEEN = 0.5
_ATTEMPTS = 5


@dataclass(frozen=True)
class Twins:
    """The objects of one name: how they are found, and removed by a run that must not harm what others have done."""

    listed: Callable[[], list[Record]]
    created: str
    """The key that tells when one was created."""
    is_untouched: Callable[[Record], bool]
    """Whether one is as this run would have made it, so that nobody has begun to use it."""
    remove: Callable[[Record], None]

    def oldest_first(self) -> list[Record]:
        """Those that are there, with the lower id first among those of the same age."""
        return sorted(self.listed(), key=lambda one: (str(one.get(self.created)), str(one["id"])))

    def age(self, one: Record) -> str:
        """When one was created, by Okta's clock."""
        return str(one.get(self.created))


def create_alone(client: Client, request: Request, predicted: Record, twins: Twins) -> tuple[Record, bool]:
    """Create an object unless another run was first; returns the one that stays, and whether it is the one that Okta
    answered this run's request with. Raises ApiError, OutcomeUnknown, TimedOut."""
    for _attempt in range(_ATTEMPTS):
        created, is_own = _create(client, request, predicted, twins)
        if client.check:
            return created, True
        left = _own_or_older(client, twins, created) if is_own else _only_one(client, twins)
        if left is not None:
            return left, left is created
    raise TimedOut(
        f"{request.title} was sent {_ATTEMPTS} times, and each time other runs and this one removed what they had made "
        "in favour of each other. Let one run end before the next begins."
    )


def settled(client: Client, listed: Callable[[], list[Record]], name: str | None) -> list[Record]:
    """All objects of a kind, looked at again for a while as long as several have this name: another run may have
    created one at this moment and be about to remove it."""
    return _once(
        client, listed, 3 * _LOOKS, lambda now: name is None or sum(one.get("name") == name for one in now) < 2
    )


def _create(client: Client, request: Request, predicted: Record, twins: Twins) -> tuple[Record, bool]:
    """What was created, and whether Okta said so: without an answer it is the oldest of that name, whosever it is."""
    unanswered: list[Record] = []

    def read_back() -> Record | None:
        unanswered.extend(twins.oldest_first())
        return unanswered[0] if unanswered else None

    created: Record = client.write(request, predicted=predicted, read_back=read_back, returns_object=True)
    return created, not unanswered


def _own_or_older(client: Client, twins: Twins, own: Record) -> Record | None:
    """What stays, when this run knows its own; None when the others are gone as well."""
    found = twins.oldest_first()
    if not found or found[0]["id"] == own["id"]:
        found = _once(client, twins.oldest_first, _LOOKS, lambda now: not _are_of_an_age(twins, now))
        if not _are_of_an_age(twins, found):
            return own
    if any(one["id"] == own["id"] for one in found):
        twins.remove(own)
    return next((one for one in twins.oldest_first() if one["id"] != own["id"]), None)


def _only_one(client: Client, twins: Twins) -> Record | None:
    """What stays, when this run does not know its own: one that is in use, or else the oldest."""
    found = _once(client, twins.oldest_first, 2 * _LOOKS, lambda now: not _are_of_an_age(twins, now))
    untouched = [one for one in found if len(found) > 1 and twins.is_untouched(one)]
    left = next((one for one in found if one not in untouched), found[0] if found else None)
    for one in untouched:
        if one is not left:
            twins.remove(one)
    return left


def _are_of_an_age(twins: Twins, found: list[Record]) -> bool:
    """Whether it is not settled which of them is the oldest."""
    return len(found) > 1 and twins.age(found[0]) == twins.age(found[1])


def _once(
    client: Client, listed: Callable[[], list[Record]], looks: int, is_settled: Callable[[list[Record]], bool]
) -> list[Record]:
    """What is there once it is settled, or after so many more looks."""
    found = listed()
    for _look in range(looks):
        if is_settled(found):
            break
        client.rest(_SECONDS_BETWEEN)
        found = listed()
    return found
