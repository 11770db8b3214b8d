"""The org's device records, with indexes for fleets of 100,000."""

from __future__ import annotations

from itertools import islice
from typing import Any

from sandbox.clock import okta_time
from sandbox.okta.answers import OktaError
from sandbox.okta.scim import Expression
from sandbox.world import World

_ORDER, _BY_SERIAL = "okta.device_order", "okta.devices_by_serial"


def add(world: World, profile: dict[str, Any]) -> dict[str, Any]:
    """Adds an ACTIVE record without users."""
    now = okta_time(world.clock.now())
    device: dict[str, Any] = {
        "id": world.new_okta_id("guo"),
        "status": "ACTIVE",
        "created": now,
        "lastUpdated": now,
        "profile": profile,
        "users": [],
    }
    by_serial = _by_serial(world)
    world.data["okta"]["devices"][device["id"]] = device
    by_serial.setdefault(_key(profile), []).append(device["id"])
    world.runtime.cache.pop(_ORDER, None)
    return device


def remove(world: World, device_id: str) -> None:
    """Deletes a record."""
    del world.data["okta"]["devices"][device_id]
    world.runtime.cache.pop(_ORDER, None)
    world.runtime.cache.pop(_BY_SERIAL, None)


def of_computer(world: World, platform: str, serial_number: str) -> dict[str, Any] | None:
    """The newest record of a computer, whatever its status."""
    ids = _by_serial(world).get((platform, serial_number.upper()), [])
    found: dict[str, Any] | None = world.data["okta"]["devices"][ids[-1]] if ids else None
    return found


def page(world: World, expression: Expression | None, after: str | None, limit: int) -> tuple[list[Any], bool]:
    """Up to ``limit`` records that match, after the record ``after``, and whether there are more.

    Raises OktaError E0000031, "Invalid cursor.", for an ``after`` that is no record.
    """
    ids, places = _order(world)
    if after is not None and after not in places:
        raise OktaError("E0000031", causes=["Invalid cursor."])
    devices = world.data["okta"]["devices"]
    found: list[Any] = []
    for device_id in islice(ids, 0 if after is None else places[after] + 1, None):
        if expression is None or expression.matches(devices[device_id]):
            if len(found) == limit:
                return found, True
            found.append(devices[device_id])
    return found, False


def _key(profile: dict[str, Any]) -> tuple[str, str]:
    return profile["platform"], profile["serialNumber"].upper()


def _by_serial(world: World) -> dict[tuple[str, str], list[str]]:
    index: dict[tuple[str, str], list[str]] | None = world.runtime.cache.get(_BY_SERIAL)
    if index is None:
        index = world.runtime.cache[_BY_SERIAL] = {}
        for device in world.data["okta"]["devices"].values():
            index.setdefault(_key(device["profile"]), []).append(device["id"])
    return index


def _order(world: World) -> tuple[list[str], dict[str, int]]:
    order: tuple[list[str], dict[str, int]] | None = world.runtime.cache.get(_ORDER)
    if order is None:
        ids = list(world.data["okta"]["devices"])
        order = world.runtime.cache[_ORDER] = (ids, {device_id: place for place, device_id in enumerate(ids)})
    return order
