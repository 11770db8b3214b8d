# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the body of a rule of an app sign-in policy from the options of a module.

PUT replaces a rule as a whole. So the body starts from what is there, and only what the user set is changed.
"""

from __future__ import annotations

import copy
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import without_none
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record, writable
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_compare import seconds_of

PLATFORMS = {
    "macos": ("DESKTOP", "MACOS"),
    "windows": ("DESKTOP", "WINDOWS"),
    "chromeos": ("DESKTOP", "CHROMEOS"),
    "linux": ("DESKTOP", "LINUX"),
    "ios": ("MOBILE", "IOS"),
    "android": ("MOBILE", "ANDROID"),
}
_REQUIRED = "REQUIRED"
# Properties instead of method names: orgs with the feature "Flexible Okta Verify authenticator configuration" refuse
# the key okta_verify, the others refuse okta_verify_fastpass (okta-developer-docs, authenticators-okta-verify).
_FASTPASS = {
    "required": True,
    "deviceBound": _REQUIRED,
    "phishingResistant": _REQUIRED,
    "userPresence": _REQUIRED,
}
_FASTPASS_IN_HARDWARE = {**_FASTPASS, "hardwareProtection": _REQUIRED, "userVerification": _REQUIRED}
PRESETS: dict[str, list[Record]] = {
    "managed_fastpass": [{"possession": _FASTPASS_IN_HARDWARE}],
    "fastpass": [{"possession": _FASTPASS}],
    "phishing_resistant": [{"possession": {"required": True, "phishingResistant": _REQUIRED}}],
    "two_factors": [],
}
MANAGED_PRESET = "managed_fastpass"
_TWO_FACTORS = "2FA"


def wanted_body(options: Record, found: Record | None) -> Record:
    """The body that brings a rule in line: ``found``, or a new rule, with what the options set.

    ``options`` are those of okta_access_policy_rule with every name of a group, user, zone or assurance policy already
    replaced by its id. Has no ``priority`` for a new rule: Okta then puts it at the bottom, above the Catch-all Rule.
    Raises InvalidInput for what Okta would refuse, before anything is sent.
    """
    body: Record = writable(copy.deepcopy(found)) if found else {"type": "ACCESS_POLICY"}
    if options.get("name") is not None:
        body["name"] = options["name"]
    body["conditions"] = _conditions(options, body.get("conditions") or {})
    body["actions"] = _actions(options, body.get("actions") or {})
    _check(options, body)
    return body


def _conditions(options: Record, found: Record) -> Record:
    raw = copy.deepcopy(options.get("conditions") or {})
    friendly = _friendly_conditions(options, {**found, **raw})
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


def _friendly_conditions(options: Record, found: Record) -> Record:
    """The conditions that the user set; ``None`` where the condition is to go away."""
    set_: Record = {}
    if options.get("device") is not None:
        set_["device"] = _device(without_none(options["device"]), found.get("device") or {})
    if options.get("platforms") is not None:
        kinds = [PLATFORMS[platform] for platform in options["platforms"]]
        include = [{"type": kind, "os": {"type": system}} for kind, system in kinds]
        set_["platform"] = _with(found.get("platform"), "include", include)
    people = _people(options, found.get("people") or {})
    if people is not None:
        set_["people"] = people
    if options.get("network") is not None:
        set_["network"] = _network(without_none(options["network"]))
    if options.get("user_types") is not None:
        set_["userType"] = _with(found.get("userType"), "include", options["user_types"])
    if options.get("expression") is not None:
        set_["elCondition"] = {"condition": options["expression"]} if options["expression"] else None
    risk = (options.get("risk") or "").upper()
    # An org without risk scoring refuses the condition whatever the level, so ANY is only put in place of another one.
    if risk and (risk != "ANY" or found.get("riskScore")):
        set_["riskScore"] = {"level": risk}
    return set_


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
    for kind in ("users", "groups"):
        for option, key in ((kind, "include"), (f"exclude_{kind}", "exclude")):
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


def _actions(options: Record, found: Record) -> Record:
    if options.get("actions") is not None:
        raw = options["actions"]
        return {**found, **raw, "appSignOn": {**(found.get("appSignOn") or {}), **(raw.get("appSignOn") or {})}}
    sign_on = dict(found.get("appSignOn") or {})
    access = (options.get("access") or "").upper() or sign_on.get("access") or "ALLOW"
    method = _verification(options, sign_on.get("verificationMethod"), access)
    sign_on["access"] = access
    if method is not None:
        sign_on["verificationMethod"] = method
    return {**found, "appSignOn": sign_on}


def _verification(options: Record, found: Record | None, access: str) -> Record | None:
    given = [
        key for key in ("require", "constraints", "factor_mode", "reauthenticate_in") if options.get(key) is not None
    ]
    if access == "DENY":
        if given:
            raise InvalidInput(
                f"{', '.join(given)} cannot be combined with access: deny, under which nobody is asked for a factor. "
                "Leave it out, or set access: allow."
            )
        return found
    if found is None or (found.get("type") != "ASSURANCE" and set(given) - {"reauthenticate_in"}):
        found = {"type": "ASSURANCE", "factorMode": _TWO_FACTORS}
    method = dict(found)
    if options.get("require") is not None:
        method.update(factorMode=_TWO_FACTORS, constraints=copy.deepcopy(PRESETS[options["require"]]))
    if options.get("constraints") is not None:
        method["constraints"] = options["constraints"]
    if options.get("factor_mode") is not None:
        method["factorMode"] = options["factor_mode"]
    if options.get("reauthenticate_in") is not None:
        method["reauthenticateIn"] = _duration(options["reauthenticate_in"])
    return method


def _duration(text: str) -> str:
    if seconds_of(text) is None:
        raise InvalidInput(f"reauthenticate_in is {text!r}; expected an ISO 8601 duration such as PT12H, PT30M or P7D.")
    return text


def _platform_items(conditions: Record) -> list[Any]:
    platform = conditions.get("platform") or {}
    return [item for key in ("include", "exclude") for item in platform.get(key) or []]


def _check(options: Record, body: Record) -> None:
    device = body["conditions"].get("device") or {}
    if options.get("require") == MANAGED_PRESET and device.get("managed") is not True:
        raise InvalidInput(
            "require: managed_fastpass is for managed devices, but the rule would let in others as well. Add "
            "device: {registered: true, managed: true}, or choose require: fastpass."
        )
    if not body["actions"].get("appSignOn", {}).get("access"):
        raise InvalidInput("actions must hold appSignOn with access ALLOW or DENY for a new rule.")
