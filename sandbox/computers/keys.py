"""RSA keys of simulated computers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox.computers.fleet import computers, setting

if TYPE_CHECKING:
    from sandbox.world import World

_POOL_SIZE = 8


async def new_key(world: World, bits: int) -> rsa.RSAPrivateKey:
    """A key of ``bits`` bits, made in a thread.

    In a fleet larger than ``own_key_up_to_fleet`` computers share a pool of 8 keys: making one takes 50 to 260 ms, all
    the rest of an enrolment some 13 ms. Their certificates still differ in subject and serial number.
    """
    if len(computers(world)) <= setting(world, "own_key_up_to_fleet"):
        return await asyncio.to_thread(_generate, bits)
    pool: list[rsa.RSAPrivateKey] = world.runtime.cache.setdefault(f"computer_keys_{bits}", [])
    if len(pool) < _POOL_SIZE:
        pool.append(await asyncio.to_thread(_generate, bits))
    turns = world.runtime.cache["computer_key_turn"] = world.runtime.cache.get("computer_key_turn", -1) + 1
    return pool[turns % len(pool)]


def _generate(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)
