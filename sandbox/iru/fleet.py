"""All devices of the tenant in one list: those of the simulated computers, then the synthetic ones."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any

from sandbox.iru import synthetic, synthetic_inventory
from sandbox.iru.tenant import Record, library_items, tenant

if TYPE_CHECKING:
    from sandbox.world import World

Member = Record | int
"""A device of the state, or the number of a synthetic one."""

_KEPT_ANSWERS = 8


def record(world: World, member: Member) -> Record:
    """The device that a member of the fleet stands for."""
    return synthetic_inventory.device(world, member) if isinstance(member, int) else member


def members(world: World) -> list[Member]:
    """The whole fleet."""
    return [*tenant(world)["devices"].values(), *_numbers(world)]


def matching(world: World, key: Hashable, matches: Callable[[Record], bool]) -> list[Member]:
    """The members that match. Synthetic devices never change, so what was found of them is kept under ``key``."""
    state = tenant(world)
    kept: dict[Any, list[int]] = world.runtime.cache.setdefault("iru_fleet", {})
    place = (key, synthetic.count(world), len(state["synthetic_taken"]), tuple(state["blueprints"]))
    if place not in kept:
        while len(kept) >= _KEPT_ANSWERS:
            del kept[next(iter(kept))]
        kept[place] = [each for each in _numbers(world) if matches(synthetic_inventory.device(world, each))]
    return [*(each for each in state["devices"].values() if matches(each)), *kept[place]]


def with_status_of(world: World, item: Record) -> list[Member]:
    """The members that have a status row of a Library item, the newest row first, as in the documented example."""
    devices, taken = tenant(world)["devices"], set(tenant(world)["synthetic_taken"])
    rows = tenant(world)["statuses"].get(item["id"], {})
    real = [devices[each] for each in sorted(rows, key=lambda device_id: -int(rows[device_id]["id"]))]
    return [*real, *(each for each in synthetic_inventory.numbers_with(world, item) if each not in taken)]


def status_row(world: World, device: Record, item: Record) -> Record | None:
    """The status row of a Library item on a device."""
    if "number" in device:
        return synthetic_inventory.status_row(world, device, item)
    row: Record | None = tenant(world)["statuses"].get(item["id"], {}).get(device["device_id"])
    return row


def find(world: World, device_id: str) -> Record | None:
    """The device of an id, to be read."""
    found: Record | None = tenant(world)["devices"].get(device_id)
    number = synthetic.number_of_device(world, device_id)
    if found is not None or number is None or number in tenant(world)["synthetic_taken"]:
        return found
    return synthetic_inventory.device(world, number)


def find_to_change(world: World, device_id: str) -> Record | None:
    """The device of an id, with its status rows in the state from now on, so that changes of it last."""
    found = find(world, device_id)
    if found is None or "number" not in found:
        return found
    state = tenant(world)
    for item in library_items(world):
        row = status_row(world, found, item)
        if row is not None:
            state["statuses"].setdefault(item["id"], {})[device_id] = row
    state["synthetic_taken"].append(found["number"])
    keys = [*synthetic_inventory.INVENTORY, *(key for key in found if key != "number")]
    state["devices"][device_id] = {key: found[key] for key in keys}
    changed: Record = state["devices"][device_id]
    return changed


def count_on(world: World, blueprint_id: str) -> int:
    """How many devices are on a Blueprint."""
    state = tenant(world)
    real = sum(1 for device in state["devices"].values() if device["blueprint_id"] == blueprint_id)
    taken = sum(1 for number in state["synthetic_taken"] if synthetic.blueprint_of(world, number) == blueprint_id)
    return real + synthetic.counts_by_blueprint(world)[blueprint_id] - taken


def _numbers(world: World) -> list[int]:
    taken = set(tenant(world)["synthetic_taken"])
    return [each for each in range(synthetic.count(world)) if each not in taken]
