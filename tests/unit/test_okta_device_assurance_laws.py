"""Laws of device assurance, for every combination of options that Okta accepts, and what raw properties may not be."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_device_assurance import properties
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_device_assurance_body import (
    SIGNALS,
    meaning,
    merged,
    wanted_properties,
)
from ansible_collections.okta_iru.attestation.plugins.modules.okta_device_assurance import SPEC
from hypothesis import assume, given
from hypothesis import strategies as st

from sandbox.okta.answers import OktaError
from sandbox.okta.device_assurance_body import accepted

WINDOWS_ONLY = {"secure_boot_enabled", "windows_machine_domain", "windows_user_domain", "third_party_blocking_enabled",
                "crowdstrike_customer_id", "crowdstrike_agent_id", "antivirus_enabled"}  # fmt: skip
CHROMEOS_ONLY = {"allow_screen_lock", "managed_device"}
NOT_THERE = {"macos": WINDOWS_ONLY | CHROMEOS_ONLY, "windows": CHROMEOS_ONLY, "chromeos": WINDOWS_ONLY}
SERVERS_OWN = {
    "id": "dae1", "createdDate": "2026", "createdBy": "00u1", "lastUpdate": "2026", "lastUpdatedBy": "00u1",
    "_links": {"self": {}}, "resourceType": "x", "resourceId": "y", "resourceDisplayName": {},
}  # fmt: skip


def options(**set_: Any) -> dict[str, Any]:
    """All options of the module, unset but for these."""
    return {**dict.fromkeys(SPEC.options), **set_}


def stored(platform: str, body: dict[str, Any], *, remediation: bool = True) -> dict[str, Any]:
    """What the model of Okta makes of a body, with what it adds; raises OktaError for what Okta refuses."""
    kept = accepted({**body, "name": "Company", "platform": platform.upper()})
    if not remediation:
        kept = {key: value for key, value in kept.items() if key not in ("displayRemediationMode", "gracePeriod")}
    added = {"displayRemediationMode": "HIDE"} if remediation else {}
    return {**SERVERS_OWN, **added, **kept}


def _dynamic(*kinds: str) -> st.SearchStrategy[dict[str, Any]]:
    distance, patch = st.sampled_from([None, 0, 1]), st.sampled_from([None, True, False])
    return st.fixed_dictionaries(
        {"type": st.sampled_from(kinds), "distance_from_latest_major": distance, "latest_security_patch": patch}
    )


def _signals(provider: str, platform: str) -> st.SearchStrategy[dict[str, Any]]:
    kinds = {
        name: st.sampled_from([word for word in kind if (platform == "chromeos") is word.startswith("chrome_os")]
                              if name == "key_trust_level" else kind) if isinstance(kind, tuple)
        else st.booleans() if kind is bool
        else st.sampled_from(["15.1", "130.0.6723.1"])
        for name, (_key, kind) in SIGNALS[provider].items() if name not in NOT_THERE.get(platform, ())
    }  # fmt: skip
    unset = dict.fromkeys(SIGNALS[provider])
    return st.fixed_dictionaries({}, optional=kinds).map(lambda signals: {**unset, **signals})


def _version(text: str, *kinds: str) -> st.SearchStrategy[dict[str, Any]]:
    minimum = st.just({"minimum": text, "dynamic": None})
    return minimum | _dynamic(*kinds).map(lambda one: {"minimum": None, "dynamic": one}) if kinds else minimum


def _wishes(platform: str) -> st.SearchStrategy[dict[str, Any]]:
    dynamic = ("minimum", "exact", "exact_any_supported")
    disk = ["full", "user"] if platform == "android" else ["all_internal_volumes"]
    locks = st.lists(st.sampled_from(["biometric", "passcode", "none"]), max_size=3)
    check = st.fixed_dictionaries({"variable_name": st.sampled_from("abc"), "value": st.sampled_from(["true", "1"])})
    wishes: dict[str, Any] = {
        "device_posture_idp": _signals("device_posture_idp", platform),
        "device_posture_checks": st.lists(check, max_size=3, unique_by=lambda one: one["variable_name"]),
        "grace_period": st.sampled_from(
            [{"duration": "P30D", "until": None}, {"duration": "PT48H", "until": None},
             {"duration": None, "until": "2027-01-31T00:00:00Z"}]
        ),
        "display_remediation_mode": st.sampled_from(["hide", "show"]),
    }  # fmt: skip
    if platform != "chromeos":
        kinds = () if platform == "windows" else dynamic
        wishes |= {"os_version": _version("15.1", *kinds), "screen_lock_type": locks}
    if platform in ("macos", "windows", "android"):
        wishes["disk_encryption_type"] = st.lists(st.sampled_from(disk), max_size=3)
        wishes["secure_hardware_present"] = st.booleans()
    if platform in ("ios", "android"):
        wishes["jailbreak"] = st.booleans()
    if platform in ("macos", "windows", "chromeos"):
        wishes["chrome_device_trust"] = _signals("chrome_device_trust", platform)
    if platform == "android":
        wishes["android_device_trust"] = _signals("android_device_trust", platform)
    if platform == "windows":
        major = st.sampled_from(["windows_11", "windows_10"])
        constraint = st.tuples(major, _version("10.0.1", *dynamic, "not_allowed"))
        wishes["os_version_constraints"] = st.lists(
            constraint.map(lambda one: {"major_version": one[0], **one[1]}),
            max_size=2,
            unique_by=lambda one: one["major_version"],
        )
    return st.fixed_dictionaries({}, optional=wishes).map(lambda wish: options(**wish))


PLATFORMS = st.sampled_from(["macos", "windows", "ios", "android", "chromeos"])
WISHES = PLATFORMS.flatmap(lambda platform: st.tuples(st.just(platform), _wishes(platform)))
TWO_WISHES = PLATFORMS.flatmap(lambda platform: st.tuples(st.just(platform), _wishes(platform), _wishes(platform)))


def accepted_or_assumed_away(platform: str, body: dict[str, Any]) -> dict[str, Any]:
    """Stored, unless it is no policy: without a condition, or with a version in both of two ways."""
    try:
        return stored(platform, body)
    except OktaError as error:
        assert "deviceAssuranceMediated" in str(error.summary) or "osVersionConstraints" in str(error.causes)
        assume(False)
        raise


@given(wish=WISHES, purge=st.booleans())
def test_a_second_run_sees_no_difference(wish: tuple[str, dict[str, Any]], purge: bool) -> None:
    platform, wanted = wish[0], wanted_properties(wish[1], wish[0])
    found = properties(accepted_or_assumed_away(platform, merged({}, wanted, purge=purge)))
    again = merged(found, {"name": "Company", "platform": platform.upper(), **wanted}, purge=purge)
    assert meaning(again) == meaning(found)


@given(wishes=TWO_WISHES)
def test_what_the_second_task_does_not_set_stays(wishes: tuple[str, dict[str, Any], dict[str, Any]]) -> None:
    platform, first, second = wishes[0], *(wanted_properties(one, wishes[0]) for one in wishes[1:])
    found = properties(accepted_or_assumed_away(platform, merged({}, first, purge=False)))
    body = merged(found, second, purge=False)
    changed = properties(accepted_or_assumed_away(platform, body))
    assert meaning(merged(changed, second, purge=False)) == meaning(changed) == meaning(body)
    versions = {"osVersion", "osVersionConstraints"}
    untouched = set(found) - set(second) - (versions if versions & set(second) else set())
    assert {key: changed.get(key) for key in untouched} == {key: found[key] for key in untouched}


@given(wishes=TWO_WISHES)
def test_purge_leaves_only_what_the_task_sets(wishes: tuple[str, dict[str, Any], dict[str, Any]]) -> None:
    platform, first, second = wishes[0], *(wanted_properties(one, wishes[0]) for one in wishes[1:])
    found = properties(accepted_or_assumed_away(platform, merged({}, first, purge=False)))
    assert meaning(merged(found, second, purge=True)) == meaning(merged({}, second, purge=True))


@given(wish=WISHES)
def test_an_org_without_remediation_is_no_difference(wish: tuple[str, dict[str, Any]]) -> None:
    platform, wished = wish[0], {**wish[1], "grace_period": None, "display_remediation_mode": None}
    wanted = wanted_properties(wished, platform)
    body = merged({}, wanted, purge=False)
    accepted_or_assumed_away(platform, body)
    with_, without = (properties(stored(platform, body, remediation=one)) for one in (True, False))
    assert with_ != without
    assert meaning(with_) == meaning(without)


@pytest.mark.parametrize(
    "raw",
    [
        {"diskEncryptionType": "FULL"},
        {"screenLockType": ["PASSCODE"]},
        {"osVersion": "15.1"},
        {"osVersionConstraints": {"minimum": "1"}},
        {"osVersionConstraints": ["WINDOWS_11"]},
        {"devicePostureChecks": ["variable"]},
        {"devicePostureChecks": {"include": "x"}},
        {"gracePeriod": "P30D"},
        {"thirdPartySignalProviders": ["dtc"]},
        {"thirdPartySignalProviders": {"dtc": True}},
    ],
)
def test_raw_properties_of_another_shape_are_refused(raw: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match="properties"):
        wanted_properties(options(properties=raw), "windows")
