"""What Okta accepts and keeps of a device assurance policy.

Order of properties and of list items, defaults and rewrites as recorded by okta/terraform-provider-okta
(test/fixtures/vcr/idaas/TestAcc…DeviceAssurance…); properties of each platform and enumerations from
okta/okta-management-openapi-spec; wording of refusals constructed, except where a comment says recorded.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sandbox.clock import okta_time, parse_okta_time
from sandbox.okta.answers import OktaError, invalid, one_of

_DESKTOP_DISK, _ANDROID_DISK = ("ALL_INTERNAL_VOLUMES",), ("USER", "FULL")
# Lists come back in this order, in whatever order they were sent (recorded).
_SCREEN_LOCKS = ("BIOMETRIC", "PASSCODE", "NONE")
_DYNAMIC = ("MINIMUM", "EXACT", "EXACT_ANY_SUPPORTED")
_MAJOR_VERSIONS = ("WINDOWS_11", "WINDOWS_10")
_VERSION_PARTS = {"MACOS": 3, "IOS": 3, "ANDROID": 4, "WINDOWS": 4}
_SHORTEST_GRACE, _LONGEST_GRACE = timedelta(days=1), timedelta(days=180)
_DURATION = re.compile(r"P(?=.)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")

_TRUE_OR_FALSE, _TEXT, _VERSION = "boolean", "text", "version"
_BROWSER_KEYS = ("CHROME_BROWSER_HW_KEY", "CHROME_BROWSER_OS_KEY")
_OS_MODES = ("CHROME_OS_VERIFIED_MODE", "CHROME_OS_DEVELOPER_MODE")
_CHROMEOS_ONLY = ("allowScreenLock", "managedDevice")
_WINDOWS_ONLY = (
    "secureBootEnabled", "windowsMachineDomain", "windowsUserDomain", "thirdPartyBlockingEnabled",
    "crowdStrikeCustomerId", "crowdStrikeAgentId", "antivirusEnabled",
)  # fmt: skip
# In the recorded order; those that no recording has (managedDevice, antivirusEnabled) stand where they make no change.
_DTC: dict[str, Any] = {
    "osVersion": _VERSION,
    "diskEncrypted": _TRUE_OR_FALSE,
    "osFirewall": _TRUE_OR_FALSE,
    "screenLockSecured": _TRUE_OR_FALSE,
    "allowScreenLock": _TRUE_OR_FALSE,
    "browserVersion": _VERSION,
    "deviceEnrollmentDomain": _TEXT,
    "builtInDnsClientEnabled": _TRUE_OR_FALSE,
    "chromeRemoteDesktopAppBlocked": _TRUE_OR_FALSE,
    "safeBrowsingProtectionLevel": ("NO_SAFE_BROWSING", "STANDARD_PROTECTION", "ENHANCED_PROTECTION"),
    "siteIsolationEnabled": _TRUE_OR_FALSE,
    "passwordProtectionWarningTrigger": ("PASSWORD_PROTECTION_OFF", "PASSWORD_REUSE", "PHISHING_REUSE"),
    "realtimeUrlCheckMode": _TRUE_OR_FALSE,
    "secureBootEnabled": _TRUE_OR_FALSE,
    "windowsMachineDomain": _TEXT,
    "windowsUserDomain": _TEXT,
    "thirdPartyBlockingEnabled": _TRUE_OR_FALSE,
    "crowdStrikeCustomerId": _TEXT,
    "crowdStrikeAgentId": _TEXT,
    "antivirusEnabled": _TRUE_OR_FALSE,
    "managedDevice": _TRUE_OR_FALSE,
    "keyTrustLevel": _TEXT,
}
_POSTURE_IDP = {"managed": _TRUE_OR_FALSE, "compliant": _TRUE_OR_FALSE}
_ANDROID_TRUST = {
    "playProtectVerdict": ("LOW", "MEDIUM", "HIGH"),
    "deviceIntegrityLevel": ("MEETS_BASIC_INTEGRITY", "MEETS_DEVICE_INTEGRITY", "MEETS_STRONG_INTEGRITY"),
    "screenLockComplexity": ("LOW", "MEDIUM", "HIGH"),
    "usbDebuggingDisabled": _TRUE_OR_FALSE,
    "networkProxyDisabled": _TRUE_OR_FALSE,
    "wifiSecured": _TRUE_OR_FALSE,
    "requireMajorVersionUpdate": _TRUE_OR_FALSE,
}


def _dtc(platform: str) -> dict[str, Any]:
    others = {"MACOS": (*_CHROMEOS_ONLY, *_WINDOWS_ONLY), "WINDOWS": _CHROMEOS_ONLY, "CHROMEOS": _WINDOWS_ONLY}
    known = {key: kind for key, kind in _DTC.items() if key not in others[platform]}
    return {**known, "keyTrustLevel": _OS_MODES if platform == "CHROMEOS" else _BROWSER_KEYS}


_PROVIDERS: dict[str, dict[str, dict[str, Any]]] = {
    "MACOS": {"dtc": _dtc("MACOS"), "devicePostureIdP": _POSTURE_IDP},
    "WINDOWS": {"dtc": _dtc("WINDOWS"), "devicePostureIdP": _POSTURE_IDP},
    "CHROMEOS": {"dtc": _dtc("CHROMEOS"), "devicePostureIdP": _POSTURE_IDP},
    "IOS": {"devicePostureIdP": _POSTURE_IDP},
    "ANDROID": {"androidDeviceTrust": _ANDROID_TRUST, "devicePostureIdP": _POSTURE_IDP},
}
PLATFORMS = tuple(_PROVIDERS)


def accepted(body: dict[str, Any]) -> dict[str, Any]:
    """Name, platform and conditions as Okta keeps them. Raises OktaError (400) for what it refuses.

    What only the server writes and what nobody knows is dropped.
    """
    name, platform = body.get("name"), body.get("platform")
    if not isinstance(name, str) or not name.strip():
        raise invalid("name", "name: The field cannot be left blank")
    if not isinstance(platform, str) or platform not in PLATFORMS:
        raise invalid("platform", f"platform: must be one of {', '.join(PLATFORMS)}")
    kept = {key: read(platform, body[key]) for key, read in _readers(platform).items() if body.get(key) is not None}
    conditions = {key: value for key, value in kept.items() if value not in ({}, [])}
    if not set(conditions) - {"displayRemediationMode", "gracePeriod"}:
        # Recorded, with this summary.
        raise OktaError(
            "E0000001", "deviceAssuranceMediated", ["Please select at least one device condition before saving"]
        )
    if "osVersion" in conditions and "osVersionConstraints" in conditions:
        raise invalid("osVersion", "osVersion: must not be given together with osVersionConstraints")
    return {"name": name, "platform": platform, **conditions}


def _readers(platform: str) -> dict[str, Callable[[str, Any], Any]]:
    """What a policy for this platform may hold, in the order in which it comes back."""
    readers: dict[str, Callable[[str, Any], Any]] = {
        "osVersion": _os_version,
        "osVersionConstraints": _os_version_constraints,
        "secureHardwarePresent": _boolean("secureHardwarePresent"),
        "jailbreak": _boolean("jailbreak"),
        "diskEncryptionType": _included("diskEncryptionType"),
        "screenLockType": _included("screenLockType"),
        "thirdPartySignalProviders": _third_parties,
        "devicePostureChecks": _posture_checks,
        "displayRemediationMode": _remediation_mode,
        "gracePeriod": _grace_period,
    }
    without = {
        "MACOS": {"osVersionConstraints", "jailbreak"},
        "WINDOWS": {"jailbreak"},
        "IOS": {"osVersionConstraints", "secureHardwarePresent", "diskEncryptionType"},
        "ANDROID": {"osVersionConstraints"},
        "CHROMEOS": set(readers)
        - {"thirdPartySignalProviders", "devicePostureChecks", "displayRemediationMode", "gracePeriod"},
    }
    return {key: reader for key, reader in readers.items() if key not in without[platform]}


def _boolean(name: str) -> Callable[[str, Any], bool]:
    def read(platform: str, value: Any) -> bool:
        if not isinstance(value, bool):
            raise invalid(name, f"{name}: must be true or false")
        return value

    return read


def _included(name: str) -> Callable[[str, Any], dict[str, Any]]:
    def read(platform: str, value: Any) -> dict[str, Any]:
        disk = _ANDROID_DISK if platform == "ANDROID" else _DESKTOP_DISK
        choices: tuple[str, ...] = disk if name == "diskEncryptionType" else _SCREEN_LOCKS
        items = _object(name, value).get("include") or []
        if not isinstance(items, list) or not all(one_of(item, choices) for item in items):
            raise invalid(name, f"{name}: include must be a list of {', '.join(choices)}")
        return {"include": [choice for choice in choices if choice in items]} if items else {}

    return read


def _os_version(platform: str, value: Any) -> dict[str, Any]:
    sent = _object("osVersion", value)
    if sent.get("minimum") is not None and sent.get("dynamicVersionRequirement") is not None:
        raise invalid("osVersion", "osVersion: must have minimum or dynamicVersionRequirement, not both")
    if sent.get("dynamicVersionRequirement") is not None and platform != "WINDOWS":
        return {"dynamicVersionRequirement": _dynamic(sent["dynamicVersionRequirement"], _DYNAMIC)}
    return _minimum("osVersion", sent, _VERSION_PARTS[platform])


def _os_version_constraints(platform: str, value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise invalid("osVersionConstraints", "osVersionConstraints: must be a list of objects")
    majors = [item.get("majorVersionConstraint") for item in value]
    if not all(one_of(major, _MAJOR_VERSIONS) for major in majors) or len(set(majors)) != len(majors):
        text = "majorVersionConstraint must be WINDOWS_11 or WINDOWS_10, each at most once"
        raise invalid("osVersionConstraints", f"osVersionConstraints: {text}")
    return [_constraint(item) for item in value]


def _constraint(sent: dict[str, Any]) -> dict[str, Any]:
    kept = {"majorVersionConstraint": sent["majorVersionConstraint"]}
    if sent.get("dynamicVersionRequirement") is not None:
        dynamic = _dynamic(sent["dynamicVersionRequirement"], (*_DYNAMIC, "NOT_ALLOWED"))
        return {**kept, "dynamicVersionRequirement": dynamic}
    return {**kept, **_minimum("osVersionConstraints", sent, _VERSION_PARTS["WINDOWS"])}


def _dynamic(value: Any, kinds: tuple[str, ...]) -> dict[str, Any]:
    sent = _object("dynamicVersionRequirement", value)
    distance = sent.get("distanceFromLatestMajor")
    if not one_of(sent.get("type"), kinds):
        raise invalid("dynamicVersionRequirement", f"type: must be one of {', '.join(kinds)}")
    if distance is not None and (isinstance(distance, bool) or distance not in (0, 1)):
        raise invalid("dynamicVersionRequirement", "distanceFromLatestMajor: must be 0 or 1")
    if not isinstance(sent.get("latestSecurityPatch", False), bool):
        raise invalid("dynamicVersionRequirement", "latestSecurityPatch: must be true or false")
    keys = ("type", "distanceFromLatestMajor", "latestSecurityPatch")
    return {key: sent[key] for key in keys if sent.get(key) is not None}


def _minimum(name: str, sent: dict[str, Any], parts: int) -> dict[str, Any]:
    minimum = sent.get("minimum")
    if not isinstance(minimum, str) or not re.fullmatch(rf"\d+(\.\d+){{0,{parts - 1}}}", minimum):
        raise invalid(name, f"{name}: minimum must be a version of at most {parts} numbers")
    return {"minimum": minimum}


def _third_parties(platform: str, value: Any) -> dict[str, Any]:
    sent = _object("thirdPartySignalProviders", value)
    kept = {
        provider: _signals(provider, signals, sent[provider])
        for provider, signals in _PROVIDERS[platform].items()
        if sent.get(provider) is not None
    }
    return {provider: signals for provider, signals in kept.items() if signals}


def _signals(provider: str, signals: dict[str, Any], value: Any) -> dict[str, Any]:
    sent = _object(provider, value)
    return {key: _signal(key, kind, sent[key]) for key, kind in signals.items() if sent.get(key) is not None}


def _signal(name: str, kind: Any, value: Any) -> Any:
    if kind == _VERSION:
        return _minimum(name, _object(name, value), 4)
    fits = {_TRUE_OR_FALSE: isinstance(value, bool), _TEXT: isinstance(value, str)}
    if not (fits[kind] if kind in fits else one_of(value, kind)):
        expected = kind if isinstance(kind, str) else f"one of {', '.join(kind)}"
        raise invalid(name, f"{name}: must be {expected}")
    return value


def _posture_checks(platform: str, value: Any) -> dict[str, Any]:
    items = _object("devicePostureChecks", value).get("include") or []
    if not isinstance(items, list) or not all(
        isinstance(item, dict) and isinstance(item.get("variableName"), str) and isinstance(item.get("value"), str)
        for item in items
    ):
        raise invalid("devicePostureChecks", "devicePostureChecks: include must list variableName and value")
    return {"include": [{key: item[key] for key in ("variableName", "value")} for item in items]} if items else {}


def _remediation_mode(platform: str, value: Any) -> str:
    if not one_of(value, ("HIDE", "SHOW")):
        raise invalid("displayRemediationMode", "displayRemediationMode: must be HIDE or SHOW")
    return str(value)


def _grace_period(platform: str, value: Any) -> dict[str, str]:
    """A duration comes back in hours (recorded: P30D as PT720H); a time with milliseconds, as all of Okta's."""
    sent = _object("gracePeriod", value)
    expiry = sent.get("expiry")
    if not one_of(sent.get("type"), ("BY_DURATION", "BY_DATE_TIME")) or not isinstance(expiry, str):
        raise invalid("gracePeriod", "gracePeriod: type must be BY_DURATION or BY_DATE_TIME, with an expiry")
    if sent["type"] == "BY_DURATION":
        match = _DURATION.fullmatch(expiry)
        weeks, days, hours, minutes, seconds = (int(part or 0) for part in (match.groups() if match else (0,) * 5))
        duration = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
        if not _SHORTEST_GRACE <= duration <= _LONGEST_GRACE:
            raise invalid("gracePeriod", "expiry: must be an ISO 8601 duration of 1 to 180 days")
        return {"type": "BY_DURATION", "expiry": f"PT{int(duration.total_seconds()) // 3600}H"}
    try:
        return {"type": "BY_DATE_TIME", "expiry": okta_time(parse_okta_time(expiry))}
    except ValueError as error:
        raise invalid("gracePeriod", "expiry: must be an ISO 8601 date and time") from error


def _object(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise invalid(name, f"{name}: must be an object")
    return value
