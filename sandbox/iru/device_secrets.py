"""``/devices/{id}/secrets/…``: what unlocks one Mac. Keys are published; documented: null where there is no secret."""

from __future__ import annotations

import hashlib
from itertools import islice
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.iru.devices import found
from sandbox.iru.tenant import Record, derived_uuid
from sandbox.web import WORLD, json_response

if TYPE_CHECKING:
    from sandbox.world import World

_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_KEY = (4, 4, 4, 4, 4, 4)
_CODE = (5, 5, 4, 4, 4, 4)


def unlock_pin(world: World, device: Record) -> str:
    """The PIN of six digits that a Mac gets when it is locked."""
    return f"{int(_digest(world, device, 'pin')[:12], 16) % 1_000_000:06d}"


async def get_bypass_code(request: web.Request) -> web.Response:
    """``GET …/secrets/bypasscode``: of a person's Activation Lock, and of the management's."""
    return json_response({f"{of}_based_albc": _secret(request, of, _CODE) for of in ("user", "device")})


async def get_filevault_key(request: web.Request) -> web.Response:
    """``GET …/secrets/filevaultkey``: as long as FileVault is on."""
    key = _secret(request, "filevault", _KEY) if found(request)["filevault_enabled"] else None
    return json_response({"key": key})


async def get_unlock_pin(request: web.Request) -> web.Response:
    """``GET …/secrets/unlockpin``: of a Mac that was locked."""
    return json_response({"pin": found(request).get("unlock_pin")})


async def get_recovery_password(request: web.Request) -> web.Response:
    """``GET …/secrets/recoverypassword``: of Recovery Lock."""
    return json_response({"recovery_password": _secret(request, "recovery", _CODE)})


def _secret(request: web.Request, kind: str, groups: tuple[int, ...]) -> str | None:
    """Groups of letters and digits that follow from the seed and the device; None for what is no Mac."""
    device = found(request)
    if device["platform"] != "Mac":
        return None
    digest = bytes.fromhex(_digest(request.app[WORLD], device, kind))
    letters = iter(_ALPHABET[byte % len(_ALPHABET)] for byte in digest)
    return "-".join("".join(islice(letters, size)) for size in groups)


def _digest(world: World, device: Record, kind: str) -> str:
    return hashlib.sha256(derived_uuid(world, kind, device["device_id"]).encode()).hexdigest()
