# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The conditions of a rule of an app sign-in policy, from the options of a module and what is there."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import did_you_mean, without_none
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record

PLATFORMS = {
    "macos": ("DESKTOP", "MACOS"),
    "windows": ("DESKTOP", "WINDOWS"),
    "chromeos": ("DESKTOP", "CHROMEOS"),
    "linux": ("DESKTOP", "LINUX"),
    "ios": ("MOBILE", "IOS"),
    "android": ("MOBILE", "ANDROID"),
}
"""Platforms by the name that users write: kind of device and operating system as Okta names them."""
_KINDS = ("ANY", "DESKTOP", "MOBILE", "OTHER")
_SYSTEMS = ("ANY", "ANDROID", "CHROMEOS", "IOS", "LINUX", "MACOS", "OTHER", "WINDOWS")
_PLATFORM_KEYS = ("type", "os", "expression", "version")
_PLATFORM_OPTIONS = (("platforms", "include"), ("exclude_platforms", "exclude"))
_PEOPLE_OPTIONS = tuple(
    (kind, f"{prefix}{kind}", key)
    for kind in ("users", "groups")
    for prefix, key in (("", "include"), ("exclude_", "exclude"))
)
_TYPE_OPTIONS = (("user_types", "include"), ("exclude_user_types", "exclude"))


def wanted_conditions(options: Record, found: Record) -> Record:
    """``found`` with what the options set; names are ids by now.

    Raises InvalidInput for what contradicts itself, or is said twice.
    """
    raw = copy.deepcopy(options.get("conditions") or {})
    friendly = _friendly(options, {**found, **raw})
    both = sorted(set(raw) & set(friendly))
    if both:
        raise InvalidInput(
            f"conditions holds {', '.join(both)}, which other options of this task set as well; give each only once."
        )
    merged = {**found, **raw, **friendly}
    for item in _platform_items(merged):
        system = item.get("os") or {}
        # Okta reads ANY back as OTHER, and refuses OTHER without an expression.
        if system.get("type") == "OTHER" and not system.get("expression"):
            item["os"] = {"type": "ANY"}
    return {key: value for key, value in merged.items() if value}


def _friendly(options: Record, found: Record) -> Record:
    """The conditions that the user set; ``None`` where the condition is to go away."""
    set_: Record = {}
    if options.get("device") is not None:
        set_["device"] = _device(without_none(options["device"]), found.get("device") or {})
    platform = _lists(options, _PLATFORM_OPTIONS, found.get("platform"), _platforms)
    if platform is not None:
        set_["platform"] = platform
    people = _people(options, found.get("people") or {})
    if people is not None:
        set_["people"] = people
    if options.get("network") is not None:
        set_["network"] = _network(without_none(options["network"]))
    user_type = _lists(options, _TYPE_OPTIONS, found.get("userType"))
    if user_type is not None:
        set_["userType"] = user_type
    if options.get("expression") is not None:
        set_["elCondition"] = {"condition": options["expression"]} if options["expression"] else None
    risk = (options.get("risk") or "").upper()
    # An org without risk scoring refuses the condition whatever the level, so ANY is only put in place of another one.
    if risk and (risk != "ANY" or found.get("riskScore")):
        set_["riskScore"] = {"level": risk}
    return set_


def _lists(
    options: Record,
    names: tuple[tuple[str, str], ...],
    found: Record | None,
    convert: Callable[[str, list[Any]], list[Any]] = lambda _option, items: items,
) -> Record | None:
    """``include`` and ``exclude`` as two options set them, ``None`` if neither is set."""
    merged = found
    for option, key in names:
        if options.get(option) is not None:
            merged = _with(merged, key, convert(option, options[option]))
    return None if all(options.get(option) is None for option, _key in names) else merged


def _platforms(option: str, items: list[Any]) -> list[Record]:
    return [_platform(option, item) for item in items]


def _platform(option: str, item: Any) -> Record:
    """One platform: a name, or a dictionary with what the API has, in words of upper or lower case."""
    if isinstance(item, str):
        if item.lower() not in PLATFORMS:
            raise InvalidInput(
                f"{option} holds {item!r}; expected one of {', '.join(PLATFORMS)}, or a dictionary."
                f"{did_you_mean(item, PLATFORMS)}"
            )
        kind, system = PLATFORMS[item.lower()]
        return {"type": kind, "os": {"type": system}}
    if not isinstance(item, dict) or not item or set(item) - set(_PLATFORM_KEYS):
        raise InvalidInput(
            f"{option} holds {item!r}; expected a name, or a dictionary with keys of {', '.join(_PLATFORM_KEYS)}."
        )
    named = str(item.get("os") or "any").upper()
    kind = str(item.get("type") or PLATFORMS.get(named.lower(), ("ANY",))[0]).upper()
    for key, value, known in (("os", named, _SYSTEMS), ("type", kind, _KINDS)):
        if value not in known:
            raise InvalidInput(f"{option} holds {key} {item.get(key)!r}; expected one of {', '.join(known).lower()}.")
    if named == "OTHER" and not item.get("expression"):
        raise InvalidInput(
            f"{option} holds os: other without an expression, which tells what other system is meant. Add it, or take "
            "os: any."
        )
    stated = {"type": named, **{key: item[key] for key in ("expression", "version") if item.get(key) is not None}}
    return {"type": kind, "os": stated}


def _device(wanted: Record, found: Record) -> Record | None:
    registered = wanted.get("registered")
    if wanted.get("managed") is not None and registered is not True:
        raise InvalidInput(
            "device.managed needs device.registered: true beside it: Okta only knows of a registered device whether it "
            "is managed. Add it, or leave managed out."
        )
    if registered is False:
        # Okta refuses false: a rule for devices of any kind has no device condition.
        if wanted.get("assurance"):
            raise InvalidInput("device.assurance looks at registered devices only; set device.registered: true.")
        return None
    merged = {**found, **{key: value for key, value in wanted.items() if key != "assurance"}}
    if "assurance" in wanted:
        merged["assurance"] = {"include": wanted["assurance"]}
    return {key: value for key, value in merged.items() if value != {"include": []}}


def _people(options: Record, found: Record) -> Record | None:
    merged = dict(found)
    changed = False
    for kind, option, key in _PEOPLE_OPTIONS:
        if options.get(option) is not None:
            merged = _with(merged, kind, _with(merged.get(kind), key, options[option]))
            changed = True
    return merged if changed else None


def _with(parent: Record | None, key: str, value: Any) -> Record:
    """A copy with one key set, or without it if the value is empty: that restricts nothing, and Okta drops it itself
    from some places."""
    merged = {**(parent or {}), key: value}
    return merged if value else {name: item for name, item in merged.items() if name != key}


def _network(wanted: Record) -> Record:
    zones = {key: wanted[key] for key in ("include", "exclude") if wanted.get(key)}
    connection = str(wanted.get("connection") or ("zone" if zones else "anywhere")).upper()
    if (connection == "ZONE") != bool(zones):
        raise InvalidInput(
            f"network.connection {connection.lower()} {'takes no' if zones else 'needs'} zones in network.include or "
            "network.exclude."
        )
    return {"connection": connection, **zones}


def _platform_items(conditions: Record) -> list[Any]:
    platform = conditions.get("platform") or {}
    return [item for key in ("include", "exclude") for item in platform.get(key) or []]
