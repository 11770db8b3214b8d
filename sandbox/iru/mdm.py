"""The MDM channel of one computer: which commands it gets at a check-in, and what its answers change.

A command is ``{"uuid", "request_type", "profile_id", "payload_identifier"}``; ``InstallProfile`` has ``payload_uuid``
and ``payload`` (the .mobileconfig with Iru's variables expanded) as well. An outcome is ``{"error": None or text,
"certificates": [{"sha256", "common_name", "identity_certificate"}]}``: the inventory is that of the whole computer. The
commands of a PC are those of `windows_mdm`.
"""

from __future__ import annotations

import plistlib
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sandbox.iru import agent, scope, windows_mdm
from sandbox.iru.native_scep import wanted_profiles
from sandbox.iru.tenant import (
    Record,
    library_item,
    next_row_id,
    now,
    parse_time,
    prism_time,
    setting,
    tenant,
)
from sandbox.iru.variables import expand

if TYPE_CHECKING:
    from sandbox.world import World

_PENDING, _RUNNING, _COMPLETED, _FAILED = 1, 2, 3, 4
_KEPT_COMMANDS = 50
# Apple's MDM errors carry a domain and a number; 4001 of this one is a failed profile installation.
_INSTALL_ERROR = {"code": 4001, "domain": "MCInstallationErrorDomain"}


class NotEnrolled(LookupError):
    """Iru does not manage this computer, or no longer does."""


def check_in(world: World, device_id: str) -> list[Record]:
    """The commands that wait for this computer. Raises NotEnrolled when Iru no longer manages it."""
    device = tenant(world)["devices"].get(device_id)
    if device is None or device["is_removed"]:
        raise NotEnrolled(device_id)
    device |= {"last_check_in": now(world), "is_missing": False}
    _carry_out_actions(world, device)
    _settle_native_items(world, device)
    if device["platform"] != "Mac":
        return windows_mdm.commands(world, device)
    custom = tenant(world)["custom_profiles"]
    wanted = {item_id: item for item_id, item in custom.items() if scope.in_scope(world, device, item)}
    wanted |= wanted_profiles(world, device)
    commands = [
        _remove_command(world, profile_id, profile)
        for profile_id, profile in device["installed_profiles"].items()
        if profile_id not in wanted
    ]
    for profile in wanted.values():
        if _is_due(world, device, profile["id"], profile["payload_uuid"]):
            commands.append(_install_command(world, device, profile))
    for command in commands:
        _log_command(world, device, command)
    return commands


def is_called(world: World, device_id: str) -> bool:
    """Whether an action of the API waits for this computer, which therefore checks in at once."""
    device = tenant(world)["devices"].get(device_id)
    return bool(device and device.get("pending_actions"))


def is_locked(world: World, device_id: str) -> bool:
    """Whether the computer waits for the PIN of its lock, before its system has started."""
    return bool(tenant(world)["devices"].get(device_id, {}).get("is_locked"))


def acknowledge(world: World, device_id: str, command: Record, outcome: Record) -> None:
    """Takes the computer's answer to a command: status row, inventory and activity."""
    device = tenant(world)["devices"].get(device_id)
    if device is None:
        return
    if device["platform"] != "Mac":
        windows_mdm.answered(world, device, command, outcome)
        return
    error = outcome["error"]
    _end_command(world, device, command, error)
    if command["request_type"] == "InstallProfile":
        _profile_answered(world, device, command, error)
    elif error is None:
        device["installed_profiles"].pop(command["profile_id"], None)
    _take_certificates(world, device, outcome["certificates"])


def text_for(world: World, device: Record, profile_id: str) -> str | None:
    """A custom profile as this device gets it; None where there is none of this id."""
    profile = tenant(world)["custom_profiles"].get(profile_id)
    return expand(world, profile["profile"], device, profile["payload_uuid"]) if profile else None


def _is_due(world: World, device: Record, profile_id: str, uuid: str) -> bool:
    """Whether the computer lacks the present build of a profile and has not just failed to install it."""
    installed = device["installed_profiles"].get(profile_id)
    if installed is not None and installed["payload_uuid"] == uuid:
        return False
    failed = device["failed_profiles"].get(profile_id)
    if failed is None or failed["payload_uuid"] != uuid:
        return True
    minutes = setting(world, "failed_profile_retry_minutes")
    return minutes is not None and world.clock.now() - parse_time(failed["at"]) >= timedelta(minutes=minutes)


def _install_command(world: World, device: Record, profile: Record) -> Record:
    return {
        "uuid": world.new_uuid(),
        "request_type": "InstallProfile",
        "profile_id": profile["id"],
        "payload_identifier": profile["mdm_identifier"],
        "payload_uuid": profile["payload_uuid"],
        "payload": expand(world, profile["profile"], device, profile["payload_uuid"]),
    }


def _remove_command(world: World, profile_id: str, installed: Record) -> Record:
    return {
        "uuid": world.new_uuid(),
        "request_type": "RemoveProfile",
        "profile_id": profile_id,
        "payload_identifier": installed["payload_identifier"],
    }


def _profile_answered(world: World, device: Record, command: Record, error: str | None) -> None:
    profile_id, uuid = command["profile_id"], command["payload_uuid"]
    if error is None:
        device["failed_profiles"].pop(profile_id, None)
        known = device["installed_profiles"].get(profile_id)
        created = known["created_at"] if known else prism_time(world.clock.now())
        device["installed_profiles"][profile_id] = inventory(world, command["payload"], created)
    else:
        device["failed_profiles"][profile_id] = {"payload_uuid": uuid, "at": now(world)}
    row, item = scope.row_of(world, profile_id, device["device_id"]), library_item(world, profile_id)
    # A profile that was changed while this one was on its way keeps waiting.
    if row is None or item is None or item["payload_uuid"] != uuid:
        return
    log = f"Profile installation was started\n{error}" if error else "Profile installation was started\nInstalled"
    row |= {"status": "failed" if error else "success", "reported_at": now(world), "log": log}


@lru_cache(maxsize=64)
def _content(payload: str) -> dict[str, Any]:
    """The profile as a structure; a profile without variables is the same text on every computer."""
    content: dict[str, Any] = plistlib.loads(payload.encode())
    return content


def inventory(world: World, payload: str, created_at: str) -> Record:
    """What the computer reports of an installed profile, in the keys of Prism."""
    content = _content(payload)
    return {
        "profile_display_name": content["PayloadDisplayName"],
        "payload_identifier": content["PayloadIdentifier"],
        "payload_uuid": content["PayloadUUID"],
        "profile_description": content.get("PayloadDescription"),
        "organization": content.get("PayloadOrganization"),
        "removal_passcode": bool(content.get("HasRemovalPasscode", False)),
        "removable": not content.get("PayloadRemovalDisallowed", False),
        "encrypted": False,
        "managed": True,
        "signed": True,
        "profile_data": [_payload_inventory(payload) for payload in content["PayloadContent"]],
        "created_at": created_at,
        "updated_at": prism_time(world.clock.now()),
    }


def _payload_inventory(payload: dict[str, Any]) -> Record:
    return {
        "type": payload.get("PayloadType"),
        "uuid": payload.get("PayloadUUID"),
        "version": payload.get("PayloadVersion"),
        "identifier": payload.get("PayloadIdentifier"),
        "display_name": payload.get("PayloadDisplayName"),
        "organization": payload.get("PayloadOrganization"),
    }


def _take_certificates(world: World, device: Record, reported: list[Record]) -> None:
    """Prism keeps no serial and no dates of a certificate, only when a row was first and last seen."""
    known, seen = device["certificates"], prism_time(world.clock.now())
    device["certificates"] = {
        each["sha256"]: {
            "common_name": each["common_name"],
            "identity_certificate": each["identity_certificate"],
            "created_at": known.get(each["sha256"], {}).get("created_at", seen),
            "updated_at": seen,
        }
        for each in reported
    }


def _settle_native_items(world: World, device: Record) -> None:
    """Apps of a Mac and the like need nothing of the simulated computer: they are in place after the check-in."""
    of_the_agent = agent.auto_apps_of_pcs(world) if device["platform"] == "Windows" else []
    for item_id, item in tenant(world)["native_items"].items():
        if "scep" in item or "key_access" in item or item in of_the_agent:
            continue
        row = scope.row_of(world, item_id, device["device_id"])
        if row is not None and row["status"] == "PENDING":
            status = "AVAILABLE" if item["self_service"] else "PASS"
            row |= {"status": status, "reported_at": now(world), "log": f"{item['name']} is installed and up to date."}


def log_action(world: World, device: Record, name: str, request_type: str) -> None:
    """Notes the command of an action, which waits for the next check-in of the device."""
    _log_command(world, device, {"uuid": world.new_uuid(), "request_type": request_type}, _PENDING)
    device["commands"][-1]["action"] = name


def _carry_out_actions(world: World, device: Record) -> None:
    """A device that checks in does all that the actions of the API asked it to."""
    for name, changes in device.pop("pending_actions", {}).items():
        device |= changes
        for row in device["commands"]:
            if row.get("action") == name and row["status"] == _PENDING:
                row |= {"status": _COMPLETED, "date_completed": now(world)}


def _log_command(world: World, device: Record, command: Record, status: int = _RUNNING) -> None:
    requested = now(world)
    profile = library_item(world, command.get("profile_id", ""))
    device["commands"].append(
        {
            "row_id": next_row_id(world),
            "uuid": command["uuid"],
            "attempts": 1,
            "command_type": command["request_type"],
            "request_type": command["request_type"],
            "date_requested": requested,
            "last_pushed": requested,
            "date_completed": None,
            "error_chain": [],
            "metadata": {},
            "priority": 0,
            "request_requires_network_tether": False,
            "status": status,
            "user": None,
            "username": None,
            "profile_name": profile["name"] if profile else None,
            "profile_uuid": command.get("payload_uuid"),
        }
    )
    del device["commands"][:-_KEPT_COMMANDS]


def _end_command(world: World, device: Record, command: Record, error: str | None) -> None:
    chain = [_INSTALL_ERROR | {"localized_description": error, "us_english_description": error}] if error else []
    for row in device["commands"]:
        if row["uuid"] == command["uuid"]:
            row |= {"status": _FAILED if error else _COMPLETED, "date_completed": now(world), "error_chain": chain}
