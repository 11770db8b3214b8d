"""What is installed on synthetic devices: a function of their number and of what is assigned at the moment.

Of a hundred Macs in scope of an item one still waits for it, one failed, and one has an older build of the profile.
"""

from __future__ import annotations

import plistlib
import uuid
import zlib
from typing import TYPE_CHECKING, Any

from sandbox.iru import enrolled_mac, mdm, scope, synthetic
from sandbox.iru.tenant import Record, parse_time, prism_time, tenant
from sandbox.iru.variables import expand

if TYPE_CHECKING:
    from sandbox.world import World

_STALE, _WAITING, _FAILED = 96, 97, 98
INVENTORY = ("installed_profiles", "certificates", "enrollment_profile", "enrollment_certificate")
"""Keys of a device that are made only when they are looked at."""


def device(world: World, number: int) -> Record:
    """The device of this number, in the form in which the state holds others."""
    return _Device(world, number)


class _Device(dict[str, Any]):
    """A device whose inventory is made when it is looked at: a list of devices shows nothing of it."""

    def __init__(self, world: World, number: int) -> None:
        self._world = world
        super().__init__(synthetic.fields(world, number))

    def __missing__(self, key: str) -> Any:
        makers = dict(zip(INVENTORY, (_profiles, _certificates, _enrollment_profile, _identity), strict=True))
        if key not in makers:
            raise KeyError(key)
        self[key] = makers[key](self._world, self)
        return self[key]


def numbers_with(world: World, item: Record) -> list[int]:
    """The numbers of all devices that have a status of this Library item; kept, as each page asks for them."""
    shares = {each: scope.wanted_status(world, synthetic.fields(world, each), item) for each in synthetic.shares(world)}
    key = (item["id"], synthetic.count(world), tuple(shares.items()))
    kept: dict[Any, list[int]] = world.runtime.cache.setdefault("iru_synthetic_rows", {})
    if key not in kept:
        kept.clear()
        everybody = range(synthetic.count(world))
        kept[key] = [each for each in everybody if shares[synthetic.share_of(world, each)] is not None]
    return kept[key]


def status_row(world: World, found: Record, item: Record) -> Record | None:
    """The device's status row of a Library item, in the form in which the state holds others."""
    status = scope.wanted_status(world, found, item)
    if status is None:
        return None
    fate, profile = found["number"] % 100, item["type"] == "profile"
    row_id = 1_000_000 + zlib.crc32(f"{item['id']}{found['number']}".encode())
    row: Record = scope.no_report() | {"id": row_id, "status": status}
    if status == "EXCLUDED" or fate == _WAITING or not found["last_check_in"]:
        return row
    if fate == _FAILED:
        status, log = "failed" if profile else "ERROR", "Installation was started\nThe device refused it."
    else:
        status = "success" if profile else "AVAILABLE" if item.get("self_service") else "PASS"
        log = "Installation was started\nInstalled"
    return row | {"status": status, "reported_at": found["last_check_in"], "log": log}


def _profiles(world: World, found: Record) -> dict[str, Record]:
    """What an inventory of installed profiles shows: all that are in scope and neither wait nor failed."""
    installed = {}
    for item in tenant(world)["custom_profiles"].values():
        row = status_row(world, found, item)
        if row is not None and row["status"] == "success":
            installed[item["id"]] = _inventory(world, item, found["number"] % 100 == _STALE)
    return installed


def _inventory(world: World, item: Record, stale: bool) -> Record:
    kept: dict[Any, Record] = world.runtime.cache.setdefault("iru_synthetic_profiles", {})
    key = (item["id"], item["payload_uuid"], stale)
    if key not in kept:
        inventory = mdm.inventory(world, item["profile"], prism_time(parse_time(tenant(world)["seeded_at"])))
        older = {"payload_uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, inventory["payload_uuid"]))}
        kept[key] = inventory | (older if stale else {})
    return kept[key]


def _certificates(world: World, found: Record) -> dict[str, Record]:
    """One for each installed SCEP payload, named as its subject says."""
    moment = prism_time(parse_time(tenant(world)["seeded_at"]))
    made = {}
    for profile_id in found["installed_profiles"]:
        item = tenant(world)["custom_profiles"][profile_id]
        for place, name in enumerate(_common_names(world, item)):
            expanded = expand(world, name, found, item["payload_uuid"])
            row = {"common_name": expanded, "identity_certificate": True, "created_at": moment, "updated_at": moment}
            made[f"{profile_id}:{place}"] = row
    return made


def _common_names(world: World, item: Record) -> list[str]:
    kept: dict[Any, list[str]] = world.runtime.cache.setdefault("iru_synthetic_subjects", {})
    key = (item["id"], item["payload_uuid"])
    if key not in kept:
        payloads = plistlib.loads(item["profile"].encode())["PayloadContent"]
        scep = [each["PayloadContent"] for each in payloads if each.get("PayloadType") == "com.apple.security.scep"]
        pairs = [pair for each in scep for rdn in each.get("Subject", []) for pair in rdn]
        kept[key] = [value for name, value in pairs if name == "CN"]
    return kept[key]


def _enrollment_profile(_world: World, found: Record) -> Record | None:
    enrolled = parse_time(found["first_enrollment"])
    return enrolled_mac.profile(found["udid"].lower(), enrolled) if found["platform"] == "Mac" else None


def _identity(_world: World, found: Record) -> Record | None:
    enrolled = parse_time(found["first_enrollment"])
    return enrolled_mac.certificate(found["udid"], enrolled) if found["platform"] == "Mac" else None
