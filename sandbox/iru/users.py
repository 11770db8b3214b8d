"""Who the directory integration brought, users of synthetic devices included."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from sandbox.iru import synthetic
from sandbox.iru.tenant import Record, tenant

if TYPE_CHECKING:
    from sandbox.world import World


def find(world: World, user_id: str | None) -> Record | None:
    """The user of an id."""
    found: Record | None = tenant(world)["users"].get(user_id)
    return found if found is not None else synthetic.find_user(world, user_id)


def of_device(world: World, device: Record) -> Record | None:
    """The user to whom a device is assigned."""
    return find(world, device["user_id"])


def page(world: World, start: int, size: int) -> list[Record]:
    """A part of all users, those of synthetic devices last."""
    real = list(tenant(world)["users"].values())
    numbers = range(synthetic.count(world))[max(0, start - len(real)) : max(0, start + size - len(real))]
    return [*real[start : start + size], *(synthetic.user(world, number) for number in numbers)]


def everybody(world: World) -> list[Record]:
    """All users."""
    return page(world, 0, count(world))


def count(world: World) -> int:
    """How many users there are."""
    return len(tenant(world)["users"]) + synthetic.count(world)


def device_counts(world: World) -> Callable[[Record], int]:
    """How many devices a user has; what is needed for it is counted once, as a page holds hundreds of users."""
    state = tenant(world)
    counts = Counter(device["user_id"] for device in state["devices"].values())
    without = {synthetic.user(world, number)["id"] for number in state["synthetic_taken"]}

    def of(user: Record) -> int:
        own = synthetic.find_user(world, user["id"]) is not None and user["id"] not in without
        return counts[user["id"]] + own

    return of
