"""Iru's global variables, which are stored verbatim in a profile and expanded per device at delivery."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from sandbox.iru import users
from sandbox.iru.tenant import Record, setting, tenant

if TYPE_CHECKING:
    from sandbox.world import World

# The 17 names of kandji-inc/support "Global Variables/Global Variables.mobileconfig".
_DEVICE_VARIABLES = {
    "SERIAL_NUMBER": "serial_number",
    "DEVICE_NAME": "device_name",
    "ASSET_TAG": "asset_tag",
    "UDID": "udid",
    "DEVICE_ID": "device_id",
    "MODEL_NAME": "model",
    "MODEL_IDENTIFIER": "model_identifier",
}
_USER_VARIABLES = (
    "EMAIL", "FULL_NAME", "EMAIL_PREFIX", "USERNAME", "USERNAME_PREFIX", "DEPARTMENT", "JOB_TITLE",
)  # fmt: skip
_OTHER_VARIABLES = ("PROFILE_UUID", "BLUEPRINT_NAME", "BLUEPRINT_ID")
# Longest first, so that $EMAIL does not eat the front of $EMAIL_PREFIX.
_NAMES = sorted([*_DEVICE_VARIABLES, *_USER_VARIABLES, *_OTHER_VARIABLES], key=len, reverse=True)
_VARIABLE = re.compile(r"\$(" + "|".join(_NAMES) + r")(?![A-Z0-9_])")


def values_for(world: World, device: Record, profile_uuid: str) -> dict[str, str]:
    """Every variable that has a value on this device; those of the user are absent without one."""
    blueprint = tenant(world)["blueprints"].get(device["blueprint_id"])
    values = {name: device[field] or "" for name, field in _DEVICE_VARIABLES.items()}
    values["PROFILE_UUID"] = profile_uuid
    values["BLUEPRINT_ID"] = device["blueprint_id"] or ""
    values["BLUEPRINT_NAME"] = blueprint["name"] if blueprint else ""
    user = users.of_device(world, device)
    if user is not None:
        prefix = user["email"].partition("@")[0]
        values |= {"EMAIL": user["email"], "USERNAME": user["email"]}
        values |= {"EMAIL_PREFIX": prefix, "USERNAME_PREFIX": prefix, "FULL_NAME": user["name"]}
        values |= {"DEPARTMENT": user["department"] or "", "JOB_TITLE": user["job_title"] or ""}
    return values


def expand(world: World, profile_xml: str, device: Record, profile_uuid: str) -> str:
    """The profile as this device gets it. Values are escaped for XML; unknown ``$NAMES`` stay as they are."""
    values = values_for(world, device, profile_uuid)
    keep = setting(world, "variables_without_user") == "verbatim"

    def value(match: re.Match[str]) -> str:
        missing = match[0] if keep else ""
        return escape(values[match[1]]) if match[1] in values else missing

    return _VARIABLE.sub(value, profile_xml)
