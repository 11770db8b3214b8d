"""The org's device records, with indexes for fleets of 100,000, and what a search that lags behind sees of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sandbox.clock import object_time, okta_time
from sandbox.okta import synthetic_devices
from sandbox.okta.answers import OktaError
from sandbox.okta.scim import Expression
from sandbox.world import World

_ORDER, _BY_SERIAL, _OLDER = "okta.device_order", "okta.devices_by_serial", "okta.older_devices"
_STALE_READS = "okta.stale_device_reads"
_VERSIONS_KEPT = 5

_Device = dict[str, Any]


def add(world: World, profile: dict[str, Any]) -> _Device:
    """Adds an ACTIVE record without users."""
    now = object_time(world.clock.now())
    device: _Device = {
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
    _older(world, device["id"]).append((okta_time(world.clock.now()), None))
    return device


def changing(world: World, device: _Device) -> None:
    """To be called before a record is changed: a search that lags behind goes on seeing it as it is now."""
    kept = {**device, "profile": dict(device["profile"]), "users": [dict(link) for link in device["users"]]}
    versions = _older(world, device["id"])
    versions.append((okta_time(world.clock.now()), kept))
    del versions[:-_VERSIONS_KEPT]
    world.runtime.cache.setdefault(_STALE_READS, {})[device["id"]] = world.data["okta"]["settings"][
        "device_stale_reads"
    ]


def as_read(world: World, device: _Device) -> _Device:
    """The record as a read by id shows it: recorded, the first read after a lifecycle call may show it as it was."""
    left = world.runtime.cache.get(_STALE_READS, {})
    if left.get(device["id"], 0) <= 0:
        return device
    left[device["id"]] -= 1
    return _older(world, device["id"])[-1][1] or device


def remove(world: World, device_id: str) -> None:
    """Deletes a record."""
    del world.data["okta"]["devices"][device_id]
    world.runtime.cache.pop(_ORDER, None)
    world.runtime.cache.pop(_BY_SERIAL, None)


def get(world: World, device_id: str) -> _Device | None:
    """The record of an id, a synthetic one too."""
    found: _Device | None = world.data["okta"]["devices"].get(device_id)
    number = synthetic_devices.number_of(world, device_id) if found is None else None
    return found if number is None else synthetic_devices.device(world, number)


def of_computer(world: World, platform: str, serial_number: str) -> _Device | None:
    """The newest record of a computer, whatever its status."""
    ids = _by_serial(world).get((platform, serial_number.upper()), [])
    found: _Device | None = world.data["okta"]["devices"][ids[-1]] if ids else None
    return found


def page(world: World, expression: Expression | None, after: str | None, limit: int) -> tuple[list[_Device], bool]:
    """Up to ``limit`` records that match, after the record ``after``, and whether there are more.

    Raises OktaError E0000031, "Invalid cursor.", for an ``after`` that is no record.
    """
    found: list[_Device] = []
    devices = _listed(world, after) if expression is None else _indexed(world, after)
    for device in devices:
        if expression is None or expression.matches(device):
            if len(found) == limit:
                return found, True
            found.append(device)
    return found, False


def _listed(world: World, after: str | None) -> Iterator[_Device]:
    """The records behind ``after``, as they are."""
    ids, places = _order(world)
    number = synthetic_devices.number_of(world, after) if after else None
    if after and number is None and after not in places:
        raise OktaError("E0000031", causes=["Invalid cursor."])
    if number is None:
        for place in range(places[after] + 1 if after else 0, len(ids)):
            yield world.data["okta"]["devices"][ids[place]]
    for later in range(0 if number is None else number + 1, synthetic_devices.count(world)):
        yield synthetic_devices.device(world, later)


def _indexed(world: World, after: str | None) -> Iterator[_Device]:
    """The same as a search sees them: with a lag, as they were then; newer records are not there yet."""
    lag = world.data["okta"]["settings"]["device_search_lag_seconds"]
    seen_until = okta_time(world.clock.now() - timedelta(seconds=lag))
    for device in _listed(world, after):
        version: _Device | None = device
        if lag:
            versions = world.runtime.cache.get(_OLDER, {}).get(device["id"], [])
            version = next((older for changed, older in versions if changed > seen_until), device)
        if version is not None:
            yield version


def _older(world: World, device_id: str) -> list[tuple[str, _Device | None]]:
    """When a record was changed, and what it was before (None: not there), oldest first."""
    older: dict[str, list[tuple[str, _Device | None]]] = world.runtime.cache.setdefault(_OLDER, {})
    return older.setdefault(device_id, [])


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
