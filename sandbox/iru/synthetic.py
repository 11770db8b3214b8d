"""A large fleet that costs nothing until somebody looks: devices and users made from their number.

The switch ``synthetic_devices`` says how many there are, behind those of the simulated computers. Each is a function of
its number; nothing of it is in the state, and it never checks in. Nineteen in twenty are Macs, on the Blueprints of the
seed in turn; each twentieth is a PC on one of the first two. Numbers, serial numbers and logins are those of Okta's
synthetic devices (sandbox/okta/synthetic_devices.py). What is installed on them: synthetic_inventory.py.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from sandbox.iru import hardware
from sandbox.iru.tenant import Record, iso_time, parse_time, setting, spaced_time, tenant

if TYPE_CHECKING:
    from sandbox.world import World

_ID = "{number:08x}-5e7d-4e7d-8e7d-{kind:012x}"
_DEVICE, _USER, _INTEGRATION = 1, 2, 3
_MODELS = (("MacBook Air (M1, 2020)", "MacBookAir10,1"), ("Mac mini (2024)", "Mac16,10"))
_VERSIONS = tuple(hardware.MAC_BUILDS)
_EVERY_PC, _EVERY_UNSEEN = 20, 500
_ENROLLED_BEFORE = timedelta(days=90)


def count(world: World) -> int:
    """How many synthetic devices there are."""
    return int(setting(world, "synthetic_devices"))


def serial_number(number: int) -> str:
    """Serial number of a device."""
    return f"SYN{number:09d}"


def login(number: int) -> str:
    """E-mail address of the device's user, who would have it as login at Okta."""
    return f"syn{number:06d}@attest.example"


def number_of_device(world: World, device_id: str) -> int | None:
    """The number of the device of this id."""
    return _number_in(device_id, _DEVICE, count(world))


def find_user(world: World, user_id: str | None) -> Record | None:
    """The user of this id, if it is one of a synthetic device."""
    number = _number_in(user_id or "", _USER, count(world))
    return None if number is None else user(world, number)


def user(world: World, number: int) -> Record:
    """The user of a device, as a directory integration brings them."""
    since = tenant(world)["seeded_at"]
    integration = {"id": 2, "name": "Synthetic", "uuid": _ID.format(number=0, kind=_INTEGRATION), "type": "scim"}
    return {
        "id": _ID.format(number=number, kind=_USER),
        "email": login(number),
        "name": f"Synthetic {number:07d}",
        "active": True,
        "archived": False,
        "department": None,
        "job_title": None,
        "deprecated_user_id": str(1_000_000 + number),
        "integration": integration,
        "created_at": since,
        "updated_at": since,
    }


def share_of(world: World, number: int) -> int:
    """The first device that is on the same Blueprint and of the same platform, and so gets the same."""
    return number % _period(world)


def shares(world: World) -> range:
    """The first device of every share."""
    return range(min(count(world), _period(world)))


def counts_by_blueprint(world: World) -> Counter[str | None]:
    """How many devices are on each Blueprint."""
    counts: Counter[str | None] = Counter()
    for share in shares(world):
        counts[blueprint_of(world, share)] += -((share - count(world)) // _period(world))
    return counts


def blueprint_of(world: World, number: int) -> str | None:
    """Id of the device's Blueprint, ``None`` once that was deleted."""
    ids = tenant(world)["seeded_blueprints"]
    blueprint_id: str = ids[number // _EVERY_PC % 2 if is_pc(number) else number % len(ids)]
    return blueprint_id if blueprint_id in tenant(world)["blueprints"] else None


def fields(world: World, number: int) -> Record:
    """The device's own data, in the form in which the state holds others."""
    pc = is_pc(number)
    since = parse_time(tenant(world)["seeded_at"])
    enrolled = spaced_time(since - _ENROLLED_BEFORE)
    model, identifier = ("Latitude 7450", "Latitude 7450") if pc else _MODELS[number % 2]
    version = hardware.WINDOWS_RELEASE if pc else _VERSIONS[number % len(_VERSIONS)]
    blueprint_id = blueprint_of(world, number)
    unseen = number % _EVERY_UNSEEN == _EVERY_UNSEEN - 1
    return {
        "number": number,
        "device_id": _ID.format(number=number, kind=_DEVICE),
        "device_name": f"Synthetic {'PC' if pc else 'Mac'} {number:07d}",
        "model": model,
        "model_identifier": identifier,
        "serial_number": serial_number(number),
        "udid": _ID.format(number=number, kind=_DEVICE).upper(),
        "mac_address": ":".join(f"{number >> shift & 255:02x}" for shift in (40, 32, 24, 16, 8, 0)),
        "platform": "Windows" if pc else "Mac",
        "os_version": version,
        "supplemental_build_version": "" if pc else hardware.MAC_BUILDS[version],
        "supplemental_os_version_extra": "",
        "api_level": "",
        "security_patch_level": "",
        "full_software_version": hardware.WINDOWS_VERSION if pc else "",
        "asset_tag": "",
        "user_id": _ID.format(number=number, kind=_USER),
        "blueprint_id": blueprint_id,
        "tag_ids": [],
        "filevault_enabled": True,
        "mdm_enabled": blueprint_id is not None,
        "agent_installed": blueprint_id is not None,
        "agent_version": hardware.WINDOWS_AGENT if pc else hardware.MAC_AGENT,
        "is_missing": False,
        "is_removed": blueprint_id is None,
        "lost_mode_status": "",
        "first_enrollment": enrolled,
        "last_enrollment": enrolled,
        "last_check_in": "" if unseen else iso_time(since - timedelta(minutes=number % 1440)),
        "parameters": [],
        "failed_profiles": {},
        "commands": [],
    }


def is_pc(number: int) -> bool:
    """Whether the device of this number is a PC."""
    return number % _EVERY_PC == 0


def _period(world: World) -> int:
    return _EVERY_PC * len(tenant(world)["seeded_blueprints"])


def _number_in(text: str, kind: int, limit: int) -> int | None:
    try:
        number = int(text[:8], 16)
    except ValueError:
        return None
    return number if number < limit and text == _ID.format(number=number, kind=kind) else None
