"""Lets time pass: computers check in and carry out commands, then users sign in."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from sandbox.computers import agent, profiles, windows
from sandbox.computers.fleet import Computer, computers, setting
from sandbox.iru import agent as iru_agent
from sandbox.iru import mdm
from sandbox.okta import fastpass

if TYPE_CHECKING:
    from sandbox.world import World

_STEPS_A_TICK = 96
"""A tick of up to a day goes by quarters of an hour; a longer one has as many, longer steps."""

_AT_ONCE = 4
"""Enrolments that run side by side."""


async def tick(world: World, minutes: float) -> dict[str, int]:
    """Moves the clock forward by ``minutes`` and lets the computers act; returns how often each thing happened.

    Keys: ``check_ins``, ``installed``, ``failed`` and ``removed`` (profiles), ``apps`` (installed), ``scripts`` (run),
    ``certificates``, ``sign_ins`` and ``failed_sign_ins``.
    """
    lock = world.runtime.cache.setdefault("tick", asyncio.Lock())
    happened: Counter[str] = Counter(dict.fromkeys(_KEYS, 0))
    async with lock:
        for step in _steps(minutes, setting(world, "check_in_minutes")):
            world.clock.advance(step)
            await _check_ins(world, happened)
            _sign_ins(world, happened)
    return dict(happened)


_KEYS = (
    "check_ins",
    "installed",
    "failed",
    "removed",
    "apps",
    "scripts",
    "certificates",
    "sign_ins",
    "failed_sign_ins",
)


def _steps(minutes: float, usual: float) -> list[float]:
    """The parts of a tick, which sum up to it; at least one, so that a tick of 0 lets those act whose turn it is."""
    length = max(usual, minutes / _STEPS_A_TICK)
    whole = int(minutes // length)
    rest = minutes - whole * length
    return [length] * whole + ([rest] if rest > 0 or whole == 0 else [])


async def _check_ins(world: World, happened: Counter[str]) -> None:
    slots = asyncio.Semaphore(_AT_ONCE)
    waiting = []
    for computer in computers(world).values():
        if not _is_on(world, computer) or not _checks_in(world, computer):
            continue
        try:
            commands = mdm.check_in(world, computer["device_id"])
        except mdm.NotEnrolled:
            _unmanage(computer)
            continue
        computer["last_check_in"] = world.clock.now().isoformat()
        happened["check_ins"] += 1
        _do_jobs(world, computer, happened)
        if commands:
            waiting.append(_carry_out(world, computer, commands, slots=slots, happened=happened))
    await asyncio.gather(*waiting)


def _is_on(world: World, computer: Computer) -> bool:
    """Whether the computer runs: it is switched on, and does not wait for the PIN of its lock."""
    return computer["online"] and not mdm.is_locked(world, computer["device_id"])


def _checks_in(world: World, computer: Computer) -> bool:
    called = mdm.is_called(world, computer["device_id"])
    return called or _is_over(world, computer["last_check_in"], setting(world, "check_in_minutes"))


def _do_jobs(world: World, computer: Computer, happened: Counter[str]) -> None:
    """The agent's part of a check-in. It runs beside MDM in reality; here it comes first."""
    for job in iru_agent.jobs(world, computer["device_id"]):
        before = computer["apps"].get(job["item"]["id"])
        outcome = agent.carry_out(computer, job)
        iru_agent.report(world, computer["device_id"], job, outcome)
        happened["apps"] += computer["apps"].get(job["item"]["id"]) != before
        happened["scripts"] += job["kind"] == "custom-script"


def _unmanage(computer: Computer) -> None:
    """When management ends, macOS takes off everything that came by it."""
    for profile_id in list(computer["profiles"]):
        profiles.remove(computer, profile_id)


async def _carry_out(
    world: World,
    computer: Computer,
    commands: list[dict[str, Any]],
    *,
    slots: asyncio.Semaphore,
    happened: Counter[str],
) -> None:
    carry_out = windows.carry_out if computer["platform"] == "WINDOWS" else profiles.carry_out
    async with slots:
        for command in commands:
            before = {each["sha256"] for each in computer["certificates"]}
            outcome = await carry_out(world, computer, command)
            mdm.acknowledge(world, computer["device_id"], command, outcome)
            happened[_outcome_name(command, outcome)] += 1
            happened["certificates"] += sum(1 for each in outcome["certificates"] if each["sha256"] not in before)


def _outcome_name(command: dict[str, Any], outcome: dict[str, Any]) -> str:
    if command["request_type"] == "RunScript":
        return "scripts"
    if outcome["error"] is not None:
        return "failed"
    return "removed" if command["request_type"].startswith("Remove") else "installed"


def _sign_ins(world: World, happened: Counter[str]) -> None:
    """Users whose time has come sign in with FastPass, with the newest certificate whose key they may use."""
    for computer in computers(world).values():
        if not computer["okta_verify_registered"] or computer["user_login"] is None or not _is_on(world, computer):
            continue
        newest = next(reversed(windows.usable(world, computer)), None)
        if _signs_in(world, computer, newest):
            result = fastpass.sign_in(world, computer, _der(newest) if newest else None)
            computer["last_sign_in"] = world.clock.now().isoformat()
            computer["last_sign_in_failed"] = not result.signed_in
            computer["signed_in_with"] = newest["sha256"] if newest else None
            happened["sign_ins" if result.signed_in else "failed_sign_ins"] += 1


def _signs_in(world: World, computer: Computer, newest: dict[str, Any] | None) -> bool:
    """Some time after a new certificate (each user has an own delay), else once a day; sooner when it failed."""
    if computer["last_sign_in_failed"]:
        return _is_over(world, computer["last_sign_in"], setting(world, "sign_in_retry_minutes"))
    if newest and newest["sha256"] != computer["signed_in_with"]:
        return _is_over(world, newest["obtained_at"], computer["sign_in_delay_minutes"])
    return _is_over(world, computer["last_sign_in"], setting(world, "sign_in_minutes"))


def _is_over(world: World, since: str | None, minutes: float) -> bool:
    return since is None or world.clock.now() - datetime.fromisoformat(since) >= timedelta(minutes=minutes)


def _der(kept: dict[str, Any]) -> bytes:
    return x509.load_pem_x509_certificate(kept["certificate"].encode()).public_bytes(Encoding.DER)
