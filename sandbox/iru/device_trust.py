"""Iru's built-in Okta Device Trust as it shows on the devices; the API neither sets it up nor tells of it otherwise.

Identifiers and payloads of its two profiles are those of the documented example of *Get Device Details*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.iru.tenant import Record, derived_uuid, setting

if TYPE_CHECKING:
    from sandbox.world import World

_PROFILES = {
    "com.kandji.profile.odt.scep": ("com.apple.security.scep",),
    "com.kandji.profile.odt.sso": (
        "com.apple.extensiblesso",
        "com.apple.loginitems.managed",
        "com.okta.mobile",
        "com.okta.mobile.auth-service-extension",
    ),
}


def profiles_on(world: World, device: Record) -> list[Record]:
    """The two profiles, where the switch ``okta_device_trust`` is on: every Mac has them since its enrolment."""
    enrolled = device["enrollment_profile"]
    if not setting(world, "okta_device_trust") or enrolled is None:
        return []
    return [
        enrolled
        | {
            "profile_display_name": "Okta Device Trust",
            "payload_identifier": identifier,
            "payload_uuid": derived_uuid(world, identifier),
            "profile_data": [_payload(world, identifier, kind) for kind in kinds],
        }
        for identifier, kinds in _PROFILES.items()
    ]


def _payload(world: World, identifier: str, kind: str) -> Record:
    return {
        "type": kind,
        "uuid": derived_uuid(world, identifier, kind),
        "version": 1,
        "identifier": f"{identifier}.{kind}",
        "display_name": None,
        "organization": None,
    }
