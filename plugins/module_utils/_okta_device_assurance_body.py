# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of okta_device_assurance as the properties of Okta's API, and when two sets of properties mean the same.

Properties of each platform and enumerations are those of okta/okta-management-openapi-spec; the rewrites that a
comparison must see through were recorded by okta/terraform-provider-okta (test/fixtures/vcr/idaas).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import without_none
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_compare import seconds_of

PLATFORMS = ("macos", "windows", "ios", "android", "chromeos")
DISK_ENCRYPTION = ("all_internal_volumes", "full", "user")
SCREEN_LOCKS = ("biometric", "passcode", "none")
DYNAMIC_TYPES = ("minimum", "exact", "exact_any_supported", "not_allowed")

_PROVIDERS = "thirdPartySignalProviders"
_ALL_BUT_CHROMEOS = ("macos", "windows", "ios", "android")
# Option → property, and the platforms that have it.
_PROPERTIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "os_version": ("osVersion", _ALL_BUT_CHROMEOS),
    "os_version_constraints": ("osVersionConstraints", ("windows",)),
    "disk_encryption_type": ("diskEncryptionType", ("macos", "windows", "android")),
    "screen_lock_type": ("screenLockType", _ALL_BUT_CHROMEOS),
    "secure_hardware_present": ("secureHardwarePresent", ("macos", "windows", "android")),
    "jailbreak": ("jailbreak", ("ios", "android")),
    "chrome_device_trust": (_PROVIDERS, ("macos", "windows", "chromeos")),
    "android_device_trust": (_PROVIDERS, ("android",)),
    "device_posture_idp": (_PROVIDERS, PLATFORMS),
    "device_posture_checks": ("devicePostureChecks", PLATFORMS),
    "grace_period": ("gracePeriod", PLATFORMS),
    "display_remediation_mode": ("displayRemediationMode", PLATFORMS),
}

_MINIMUM = "minimum"
# Signal of a provider → its property and its kind: bool, text, a smallest version, or one of these words.
SIGNALS: dict[str, dict[str, tuple[str, Any]]] = {
    "chrome_device_trust": {
        "os_version": ("osVersion", _MINIMUM),
        "browser_version": ("browserVersion", _MINIMUM),
        "disk_encrypted": ("diskEncrypted", bool),
        "os_firewall": ("osFirewall", bool),
        "screen_lock_secured": ("screenLockSecured", bool),
        "allow_screen_lock": ("allowScreenLock", bool),
        "managed_device": ("managedDevice", bool),
        "device_enrollment_domain": ("deviceEnrollmentDomain", str),
        "built_in_dns_client_enabled": ("builtInDnsClientEnabled", bool),
        "chrome_remote_desktop_app_blocked": ("chromeRemoteDesktopAppBlocked", bool),
        "safe_browsing_protection_level": (
            "safeBrowsingProtectionLevel",
            ("no_safe_browsing", "standard_protection", "enhanced_protection"),
        ),
        "site_isolation_enabled": ("siteIsolationEnabled", bool),
        "password_protection_warning_trigger": (
            "passwordProtectionWarningTrigger",
            ("password_protection_off", "password_reuse", "phishing_reuse"),
        ),
        "realtime_url_check_mode": ("realtimeUrlCheckMode", bool),
        "secure_boot_enabled": ("secureBootEnabled", bool),
        "windows_machine_domain": ("windowsMachineDomain", str),
        "windows_user_domain": ("windowsUserDomain", str),
        "third_party_blocking_enabled": ("thirdPartyBlockingEnabled", bool),
        "crowdstrike_customer_id": ("crowdStrikeCustomerId", str),
        "crowdstrike_agent_id": ("crowdStrikeAgentId", str),
        "antivirus_enabled": ("antivirusEnabled", bool),
        "key_trust_level": (
            "keyTrustLevel",
            (
                "chrome_browser_hw_key",
                "chrome_browser_os_key",
                "chrome_os_verified_mode",
                "chrome_os_developer_mode",
            ),
        ),
    },
    "android_device_trust": {
        "play_protect_verdict": ("playProtectVerdict", ("low", "medium", "high")),
        "device_integrity_level": (
            "deviceIntegrityLevel",
            ("meets_basic_integrity", "meets_device_integrity", "meets_strong_integrity"),
        ),
        "screen_lock_complexity": ("screenLockComplexity", ("low", "medium", "high")),
        "usb_debugging_disabled": ("usbDebuggingDisabled", bool),
        "network_proxy_disabled": ("networkProxyDisabled", bool),
        "wifi_secured": ("wifiSecured", bool),
        "require_major_version_update": ("requireMajorVersionUpdate", bool),
    },
    "device_posture_idp": {"managed": ("managed", bool), "compliant": ("compliant", bool)},
}
_OBJECTS = (
    "osVersion", "diskEncryptionType", "screenLockType", "gracePeriod", "devicePostureChecks", _PROVIDERS,
)  # fmt: skip
_PROVIDER_NAMES = {
    "chrome_device_trust": "dtc",
    "android_device_trust": "androidDeviceTrust",
    "device_posture_idp": "devicePostureIdP",
}
_LONGEST_VERSION = {"macos": 3, "ios": 3, "android": 4, "windows": 4}
_DAY = 24 * 3600
_LONGEST_GRACE = 180 * _DAY


def wanted_properties(options: Record, platform: str) -> Record:
    """The properties that the user set, an empty list or object for what is to be taken away. Raises InvalidInput."""
    wanted: Record = {}
    for option, (name, platforms) in _PROPERTIES.items():
        if options[option] is None:
            continue
        if platform not in platforms:
            raise InvalidInput(
                f"{option} is a condition for {_listed(platforms)}; the device assurance policy is for {platform}."
            )
        value = _value(option, options[option], platform)
        wanted[name] = {**wanted.get(name, {}), **value} if name == _PROVIDERS else value
    raw = _checked_raw(options["properties"] or {})
    twice = sorted(set(raw) & set(wanted))
    if twice:
        raise InvalidInput(f"{_listed(twice)} is set by an option and in properties; set it only once.")
    return {**wanted, **raw}


def merged(found: Record, wanted: Record, *, purge: bool) -> Record:
    """What the policy shall hold: what was found with what is wanted on top, or with ``purge`` what is wanted alone.

    Signals of a provider are laid over those found; every other property is replaced as a whole.
    """
    base = {} if purge else {key: value for key, value in found.items() if key != _PROVIDERS}
    providers = {} if purge else dict(found.get(_PROVIDERS) or {})
    for provider, signals in (wanted.get(_PROVIDERS) or {}).items():
        providers[provider] = {**(providers.get(provider) or {}), **(signals or {})}
    kept = {**base, **wanted, _PROVIDERS: _filled(providers)}
    # A policy says the version in one of two ways.
    for said, otherwise in (("osVersion", "osVersionConstraints"), ("osVersionConstraints", "osVersion")):
        if wanted.get(said) and otherwise not in wanted:
            kept.pop(otherwise, None)
    return {key: value for key, value in kept.items() if not _is_empty(value)}


def meaning(properties: Record) -> Record:
    """Equal for properties that Okta takes for the same; not for sending.

    Lists are sets, a duration may be written in days or hours, and remediation is hidden unless it is shown.
    """
    plain = {"displayRemediationMode": "HIDE", **properties}
    for name in ("diskEncryptionType", "screenLockType"):
        if plain.get(name):
            plain[name] = sorted(set((plain[name].get("include")) or []))
    if plain.get("devicePostureChecks"):
        checks = plain["devicePostureChecks"].get("include") or []
        plain["devicePostureChecks"] = {str(check.get("variableName")): check.get("value") for check in checks}
    if plain.get("osVersionConstraints"):
        plain["osVersionConstraints"] = {
            str(one.get("majorVersionConstraint")): one for one in plain["osVersionConstraints"]
        }
    if plain.get(_PROVIDERS):
        plain[_PROVIDERS] = _filled(plain[_PROVIDERS])
    if plain.get("gracePeriod"):
        plain["gracePeriod"] = {**plain["gracePeriod"], "expiry": _moment(plain["gracePeriod"].get("expiry"))}
    return {key: value for key, value in plain.items() if not _is_empty(value)}


def _checked_raw(raw: Record) -> Record:
    """Properties in the spelling of the API as they are. Raises InvalidInput for one of another shape than Okta's."""
    for name, value in raw.items():
        providers = value.values() if name == _PROVIDERS and isinstance(value, dict) else ()
        checks = value.get("include") if name == "devicePostureChecks" and isinstance(value, dict) else None
        if name in _OBJECTS and not isinstance(value, dict | None):
            raise InvalidInput(f"properties.{name} is {value!r:.80}; expected an object, as in Okta's API.")
        if not all(isinstance(signals, dict | None) for signals in providers):
            raise InvalidInput(f"properties.{name} is {value!r:.80}; expected an object of signals for each provider.")
        for objects in (value if name == "osVersionConstraints" else None, checks):
            if not isinstance(objects, list | None) or not all(isinstance(one, dict) for one in objects or ()):
                raise InvalidInput(f"properties.{name} is {value!r:.80}; expected a list of objects, as in Okta's API.")
    return raw


def _value(option: str, value: Any, platform: str) -> Any:
    if option in SIGNALS:
        return {_PROVIDER_NAMES[option]: _signals(option, value)}
    read = _READERS.get(option)
    return read(option, value, platform) if read else value


def _included(option: str, value: list[str], platform: str) -> Record:
    android = platform == "android"
    disk = ("full", "user") if android else ("all_internal_volumes",)
    allowed = disk if option == "disk_encryption_type" else SCREEN_LOCKS
    wrong = sorted(set(value) - set(allowed))
    if wrong:
        raise InvalidInput(f"{option} {_listed(wrong)} is not for {platform}; expected {_listed(allowed)}.")
    return {"include": [item.upper() for item in value]}


def _constraints(option: str, value: list[Record], platform: str) -> list[Record]:
    majors = [one["major_version"] for one in value]
    if len(set(majors)) < len(majors):
        raise InvalidInput(f"{option} names a major version twice; give each once.")
    versions = (_os_version(option, one, platform) for one in value)
    return [{"majorVersionConstraint": major.upper(), **one} for major, one in zip(majors, versions, strict=True)]


def _posture_checks(option: str, value: list[Record], platform: str) -> Record:
    return {"include": [{"variableName": one["variable_name"], "value": one["value"]} for one in value]}


def _os_version(option: str, value: Record, platform: str) -> Record:
    minimum, dynamic = value["minimum"], value["dynamic"]
    if (minimum is None) == (dynamic is None):
        raise InvalidInput(f"{option} must say either minimum or dynamic, and not both.")
    if minimum is not None:
        parts = _LONGEST_VERSION[platform]
        if not re.fullmatch(rf"\d+(\.\d+){{0,{parts - 1}}}", minimum):
            raise InvalidInput(
                f"{option}.minimum is {minimum!r}; expected a version of at most {parts} numbers for {platform}, such "
                "as '15.1'. Quote it, or YAML takes 15.10 for the number 15.1."
            )
        return {"minimum": minimum}
    if platform == "windows" and option == "os_version":
        raise InvalidInput("os_version.dynamic is not for windows; use os_version_constraints.")
    if dynamic["type"] == "not_allowed" and option == "os_version":
        raise InvalidInput("os_version.dynamic.type not_allowed is for os_version_constraints only.")
    requirement = {
        "type": dynamic["type"].upper(),
        "distanceFromLatestMajor": dynamic["distance_from_latest_major"],
        "latestSecurityPatch": dynamic["latest_security_patch"],
    }
    return {"dynamicVersionRequirement": without_none(requirement)}


def _signals(option: str, value: Record) -> Record:
    signals: Record = {}
    for name, (key, kind) in SIGNALS[option].items():
        if value[name] is not None:
            upper = value[name].upper() if isinstance(kind, tuple) else value[name]
            signals[key] = {"minimum": value[name]} if kind == _MINIMUM else upper
    return signals


def _remediation_mode(option: str, value: str, platform: str) -> str:
    return value.upper()


def _grace_period(option: str, value: Record, platform: str) -> Record:
    duration, until = value["duration"], value["until"]
    if (duration is None) == (until is None):
        raise InvalidInput("grace_period must say either duration or until, and not both.")
    if duration is not None:
        if not _DAY <= (seconds_of(duration) or 0) <= _LONGEST_GRACE:
            raise InvalidInput(f"grace_period.duration is {duration!r}; expected 1 to 180 days, such as P30D.")
        return {"type": "BY_DURATION", "expiry": duration}
    if _utc(until) is None:
        raise InvalidInput(f"grace_period.until is {until!r}; expected a time such as 2027-01-31T00:00:00Z.")
    return {"type": "BY_DATE_TIME", "expiry": until}


def _moment(expiry: Any) -> Any:
    """An expiry in one spelling: seconds of a duration, a time in UTC; as it is when it is neither."""
    if not isinstance(expiry, str):
        return expiry
    seconds = seconds_of(expiry)
    return f"{seconds} s" if seconds is not None else _utc(expiry) or expiry


def _utc(text: str) -> str | None:
    try:
        moment = datetime.fromisoformat(text)
        return (moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)).isoformat()
    except (ValueError, OverflowError):
        return None


def _filled(providers: Record) -> Record:
    return {provider: signals for provider, signals in providers.items() if signals}


def _is_empty(value: Any) -> bool:
    return value is None or value in ({}, []) or value == {"include": []}


def _listed(words: Any) -> str:
    return ", ".join(words)


_READERS: dict[str, Callable[[str, Any, str], Any]] = {
    "os_version": _os_version,
    "os_version_constraints": _constraints,
    "disk_encryption_type": _included,
    "screen_lock_type": _included,
    "device_posture_checks": _posture_checks,
    "grace_period": _grace_period,
    "display_remediation_mode": _remediation_mode,
}
