"""What a Mac does with an MDM command: install a profile, enrolling for the certificates it asks for, or remove one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sandbox.computers import certificates, payload, scep, sso
from sandbox.computers.fleet import Computer, mac_variables, setting

if TYPE_CHECKING:
    from sandbox.world import World


async def carry_out(world: World, computer: Computer, command: dict[str, Any]) -> dict[str, Any]:
    """Does what the command says; the outcome is what `sandbox.iru.mdm.acknowledge` takes."""
    error = None
    if command["request_type"] == "RemoveProfile":
        remove(computer, command["profile_id"])
    else:
        error = await _install(world, computer, command)
    return {"error": error, "certificates": inventory(computer)}


def remove(computer: Computer, profile_id: str) -> None:
    """Takes a profile off, and with it every certificate that came by it."""
    computer["profiles"].pop(profile_id, None)
    computer["certificates"] = [each for each in computer["certificates"] if each["profile_id"] != profile_id]


def inventory(computer: Computer) -> list[dict[str, Any]]:
    """The certificates as the computer reports them to its MDM server."""
    return [
        {"sha256": each["sha256"], "common_name": each["common_name"], "identity_certificate": True}
        for each in computer["certificates"]
    ]


async def _install(world: World, computer: Computer, command: dict[str, Any]) -> str | None:
    """Installs all of a profile or nothing; what goes wrong is the text of the log."""
    try:
        profile = payload.read_profile(command["payload"])
        sso.check(profile["PayloadContent"], _installed(computer, without=command["profile_id"]))
        made = [await _enroll(world, computer, settings) for settings in payload.scep_payloads(profile)]
    except (payload.BadPayload, scep.ScepFailure) as error:
        return str(error)
    profile_id, uuid = command["profile_id"], command["payload_uuid"]
    if not setting(world, "replaced_certificates_stay"):
        remove(computer, profile_id)
    computer["profiles"][profile_id] = {
        "identifier": command["payload_identifier"],
        "payload_uuid": uuid,
        "payloads": payload.as_json(profile["PayloadContent"]),
    }
    computer["certificates"] += [each | {"profile_id": profile_id, "payload_uuid": uuid} for each in made]
    return None


def _installed(computer: Computer, without: str) -> Iterator[dict[str, Any]]:
    """The payloads of all profiles but the one that is replaced."""
    for profile_id, profile in computer["profiles"].items():
        if profile_id != without:
            yield from profile["payloads"]


async def _enroll(world: World, computer: Computer, settings: dict[str, Any]) -> dict[str, Any]:
    request = payload.scep_request(settings, mac_variables(computer))
    return await certificates.obtain(world, request, payload.key_size(settings))
