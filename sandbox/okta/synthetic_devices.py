"""Any number of devices that nobody stores, for tests at the size of a large estate: each is made from its number.

The switch ``synthetic_devices`` says how many there are. They are listed behind the devices that the sandbox has of its
own, and cannot be changed. Of twenty one is a PC, eight of ten are managed, and the last of each hundred is an older,
deactivated record of the computer before it.
"""

from __future__ import annotations

from typing import Any

from sandbox.world import World

_PREFIX, _USER_PREFIX = "guoSYN", "00uSYN"
_DIGITS = 14


def count(world: World) -> int:
    """How many there are."""
    return int(world.data["okta"]["settings"]["synthetic_devices"])


def serial_number(number: int) -> str:
    """The serial number of the device of a number."""
    return f"SYN{number - (number % 100 == 99):09d}"


def number_of(world: World, device_id: str) -> int | None:
    """The number of the synthetic device of an id, None if there is none."""
    text = device_id.removeprefix(_PREFIX)
    if text == device_id or len(text) != _DIGITS or not (text.isascii() and text.isdigit()):
        return None
    return int(text) if int(text) < count(world) else None


def device(world: World, number: int) -> dict[str, Any]:
    """The device of a number, as the sandbox keeps devices."""
    created = world.data["okta"]["org"]["created"]
    old, windows = number % 100 == 99, number % 20 == 0
    serial = serial_number(number)
    link = {
        "created": created,
        "managementStatus": "MANAGED" if number % 10 < 8 else "NOT_MANAGED",
        "screenLockType": "BIOMETRIC",
        "user": f"{_USER_PREFIX}{number:0{_DIGITS}d}",
    }
    return {
        "id": f"{_PREFIX}{number:0{_DIGITS}d}",
        "status": "DEACTIVATED" if old else "ACTIVE",
        "created": created,
        "lastUpdated": created,
        "profile": {
            "displayName": f"Computer {number}",
            "platform": "WINDOWS" if windows else "MACOS",
            "manufacturer": "International Corp" if windows else "APPLE",
            "model": "PC7,1" if windows else "Mac15,9",
            "osVersion": "10.0.22631" if windows else "15.6.1",
            "serialNumber": serial,
            "udid": f"00000000-0000-4000-8000-{number:012d}",
            "registered": True,
            "secureHardwarePresent": True,
            "diskEncryptionType": "ALL_INTERNAL_VOLUMES",
        },
        "users": [] if old else [link],
    }


def user(world: World, user_id: str) -> dict[str, Any]:
    """The user of a synthetic device, as the sandbox keeps users."""
    okta, number = world.data["okta"], int(user_id.removeprefix(_USER_PREFIX))
    like = okta["users"][okta["administrator"]["id"]]
    names = {"firstName": "Syn", "lastName": str(number), "mobilePhone": None, "secondEmail": None}
    login = f"syn{number:06d}@attest.example"
    return {**like, "id": user_id, "profile": {**names, "login": login, "email": login}}
