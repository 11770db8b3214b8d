"""okta_device_assurance against the sandbox's org: every platform, second runs, predictions, refusals and races."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils import _http
from ansible_collections.okta_iru.attestation.plugins.modules import (
    okta_access_policy,
    okta_access_policy_rule,
    okta_device_assurance,
)

from tests.integration.okta_module import run, written

NAME = "Company computers"
DYNAMIC = {"type": "exact", "distance_from_latest_major": 0, "latest_security_patch": True}
CHROME = {"os_version": "15.1.0", "os_firewall": True, "safe_browsing_protection_level": "enhanced_protection"}
POLICIES: dict[str, dict[str, Any]] = {
    "macos": {
        "platform": "macos",
        "os_version": {"minimum": "15.1"},
        "disk_encryption_type": ["all_internal_volumes"],
        "screen_lock_type": ["passcode", "biometric"],
        "secure_hardware_present": True,
        "device_posture_checks": [{"variable_name": "macOSFirewall", "value": "1"}],
        "grace_period": {"duration": "P30D"},
        "display_remediation_mode": "show",
        "chrome_device_trust": {**CHROME, "key_trust_level": "chrome_browser_hw_key"},
    },
    "windows": {
        "platform": "windows",
        "os_version_constraints": [
            {"major_version": "windows_10", "dynamic": {"type": "not_allowed"}},
            {"major_version": "windows_11", "minimum": "10.0.22631.0"},
        ],
        "disk_encryption_type": ["all_internal_volumes"],
        "chrome_device_trust": {**CHROME, "antivirus_enabled": True, "windows_user_domain": "EXAMPLE"},
        "device_posture_idp": {"managed": True, "compliant": True},
    },
    "ios": {
        "platform": "ios",
        "os_version": {"dynamic": {"type": "exact_any_supported", "latest_security_patch": True}},
        "jailbreak": False,
        "grace_period": {"until": "2027-01-31T12:00:00+01:00"},
    },
    "android": {
        "platform": "android",
        "os_version": {"dynamic": DYNAMIC},
        "disk_encryption_type": ["full", "user"],
        "screen_lock_type": ["biometric"],
        "android_device_trust": {"screen_lock_complexity": "high", "require_major_version_update": True},
    },
    "chromeos": {
        "platform": "chromeos",
        "chrome_device_trust": {"managed_device": True, "key_trust_level": "chrome_os_verified_mode"},
    },
}
MAC = POLICIES["macos"]


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(_http, "_backoff", lambda attempt: 0.0)


def assurance(sandbox, **options) -> dict[str, Any]:
    return run(sandbox, okta_device_assurance, **{"name": NAME, **options})


def stored(sandbox) -> list[dict[str, Any]]:
    return [one["content"] for one in sandbox.state()["okta"]["device_assurances"].values()]


@pytest.mark.parametrize("platform", POLICIES)
def test_every_platform_from_create_to_absent(sandbox, platform):
    options = POLICIES[platform]
    predicted = assurance(sandbox, **options, check=True)
    assert written(sandbox) == []
    made = assurance(sandbox, **options, oauth=True, token=None)
    assert made["writes"] == predicted["writes"] == written(sandbox) == [
        {"method": "POST", "path": "/api/v1/device-assurances"}
    ]  # fmt: skip
    assert (made["changed"], made["diff"], made.get("warnings")) == (True, predicted["diff"], None)
    assert made["device_assurance"]["platform"] == platform.upper()
    sandbox.clear_requests()
    for again in (assurance(sandbox, **options), assurance(sandbox, **options, purge=True)):
        assert (again["changed"], again["writes"], again["diff"]["after"]) == (False, [], {})
    assert [one["method"] for one in sandbox.requests("okta")] == ["GET", "GET"]
    predicted = assurance(sandbox, state="absent", check=True)
    gone = assurance(sandbox, state="absent")
    assert gone["writes"] == predicted["writes"] == written(sandbox)
    assert (gone["device_assurance"], gone["diff"]) == (None, predicted["diff"])
    assert not assurance(sandbox, state="absent")["changed"]
    assert stored(sandbox) == []


def test_one_put_changes_what_is_set_and_keeps_the_rest(sandbox):
    made = assurance(sandbox, **MAC)["device_assurance"]
    sandbox.clear_requests()
    changes = {"os_version": {"minimum": "15.2"}, "chrome_device_trust": {"os_firewall": False}}
    predicted = assurance(sandbox, **changes, check=True)
    changed = assurance(sandbox, **changes)
    put = {"method": "PUT", "path": f"/api/v1/device-assurances/{made['id']}"}
    assert changed["writes"] == predicted["writes"] == written(sandbox) == [put]
    assert changed["diff"] == predicted["diff"]
    assert changed["diff"]["after"] == {
        "osVersion": {"minimum": "15.2"},
        "thirdPartySignalProviders": {"dtc": {"osFirewall": False}},
    }
    after = changed["device_assurance"]
    assert set(after) == set(made)
    for kept in ("diskEncryptionType", "screenLockType", "devicePostureChecks", "gracePeriod", "createdDate"):
        assert after[kept] == made[kept]
    assert after["thirdPartySignalProviders"]["dtc"]["keyTrustLevel"] == "CHROME_BROWSER_HW_KEY"


def test_conditions_are_taken_away(sandbox):
    assurance(sandbox, **MAC)
    fewer = assurance(sandbox, screen_lock_type=[], device_posture_checks=[])["device_assurance"]
    assert not {"screenLockType", "devicePostureChecks"} & set(fewer)
    only = assurance(sandbox, os_version={"minimum": "15.1"}, purge=True)["device_assurance"]
    assert stored(sandbox) == [{"name": NAME, "platform": "MACOS", "osVersion": {"minimum": "15.1"}}]
    assert only["displayRemediationMode"] == "HIDE"
    dynamic = assurance(sandbox, os_version={"dynamic": DYNAMIC})["device_assurance"]
    assert set(dynamic["osVersion"]) == {"dynamicVersionRequirement"}


def test_windows_says_its_version_in_one_of_two_ways(sandbox):
    assurance(sandbox, **POLICIES["windows"])
    fixed = assurance(sandbox, os_version={"minimum": "10.0.19045.0"})["device_assurance"]
    assert (fixed["osVersion"], "osVersionConstraints" in fixed) == ({"minimum": "10.0.19045.0"}, False)
    assert not assurance(sandbox, os_version={"minimum": "10.0.19045.0"})["changed"]
    back = assurance(sandbox, **POLICIES["windows"])["device_assurance"]
    assert ("osVersion" in back, len(back["osVersionConstraints"])) == (False, 2)


def test_the_same_in_other_words_is_no_change(sandbox):
    assurance(sandbox, **MAC)
    same = {
        "screen_lock_type": ["biometric", "passcode", "passcode"],
        "grace_period": {"duration": "PT720H"},
        "properties": {"osVersion": {"minimum": "15.1"}},
    }
    assert not assurance(sandbox, **same)["changed"]
    assurance(sandbox, **{**POLICIES["ios"], "name": "Phones"})
    assert not assurance(sandbox, name="Phones", grace_period={"until": "2027-01-31T11:00:00Z"})["changed"]


def test_renamed_by_id_and_found_by_id(sandbox):
    made = assurance(sandbox, **MAC)["device_assurance"]
    renamed = assurance(sandbox, id=made["id"], name="Other")["device_assurance"]
    assert (renamed["name"], renamed["osVersion"]) == ("Other", made["osVersion"])
    assert not assurance(sandbox, id=made["id"], name=None, os_version={"minimum": "15.1"})["changed"]
    assert "no device assurance policy with the id" in assurance(sandbox, id="daeX", fails=True)["msg"]
    assert not assurance(sandbox, id="daeX", state="absent")["changed"]


def test_one_that_a_rule_asks_for_is_not_removed(sandbox):
    made = assurance(sandbox, **MAC)["device_assurance"]
    run(sandbox, okta_access_policy, name="Desktops")
    rule = {"policy": "Desktops", "name": "Compliant", "device": {"registered": True, "assurance": [NAME]}}
    run(sandbox, okta_access_policy_rule, **rule, access="deny")
    messages = [assurance(sandbox, state="absent", check=check, fails=True) for check in (True, False)]
    assert messages[0] == messages[1]
    assert messages[1]["failure"] == {"kind": "Refused", "rules": ["'Compliant' of the policy 'Desktops'"]}
    assert made["id"] in sandbox.state()["okta"]["device_assurances"]
    run(sandbox, okta_access_policy_rule, policy="Desktops", name="Compliant", state="absent")
    assert assurance(sandbox, state="absent")["changed"]


def test_a_rule_can_ask_for_one_that_check_mode_has_planned(sandbox):
    run(sandbox, okta_access_policy, name="Desktops")
    planned = assurance(sandbox, **MAC, check=True)["device_assurance"]["id"]
    rule = {"policy": "Desktops", "name": "Compliant", "device": {"registered": True, "assurance": [planned]}}
    assert run(sandbox, okta_access_policy_rule, **rule, access="deny", check=True)["changed"]
    again = assurance(sandbox, id=planned, name=None, check=True)
    assert (again["changed"], "only in check mode" in again["warnings"][0]) == (False, True)
    assert assurance(sandbox, id=planned, name=None, fails=True)["failure"]["kind"] == "InvalidInput"


def test_an_org_without_the_feature_is_told_of(sandbox):
    sandbox.settings(okta={"assurance_remediation": False})
    dropped = assurance(sandbox, **MAC)
    assert "did not keep displayRemediationMode, gracePeriod" in dropped["warnings"][0]
    sandbox.settings(okta={"missing_features": ["device-assurances"]})
    assert "check the licence" in assurance(sandbox, **MAC, fails=True)["msg"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"platform": None}, "needs a platform"),
        ({"name": " x"}, "blank"),
        ({"jailbreak": False}, "jailbreak is a condition for ios, android"),
        ({"os_version": {}}, "either minimum or dynamic"),
        ({"os_version": {"minimum": "15", "dynamic": DYNAMIC}}, "not both"),
        ({"os_version": {"minimum": "15.1.2.3"}}, "at most 3 numbers"),
        ({"os_version": {"dynamic": {"type": "not_allowed"}}}, "os_version_constraints only"),
        ({"disk_encryption_type": ["user"]}, "expected all_internal_volumes"),
        ({"grace_period": {"duration": "30d"}}, "such as P30D"),
        ({"grace_period": {"duration": "P181D"}}, "1 to 180 days"),
        ({"grace_period": {"until": "soon"}}, "2027-01-31T00:00:00Z"),
        ({"grace_period": {}}, "either duration or until"),
        ({"properties": {"osVersion": {"minimum": "1"}}}, "only once"),
    ],
)
def test_refused_before_anything_is_sent(sandbox, options, says):
    given = {key: value for key, value in {**MAC, **options}.items() if value is not None}
    result = assurance(sandbox, **given, fails=True)
    assert (result["failure"]["kind"], says in result["msg"]) == ("InvalidInput", True), result["msg"]
    assert written(sandbox) == []


def test_refused_for_windows_and_for_another_platform(sandbox):
    windows = {"platform": "windows", "name": "PCs"}
    dynamic = assurance(sandbox, **windows, os_version={"dynamic": DYNAMIC}, fails=True)
    assert "use os_version_constraints" in dynamic["msg"]
    twice = [{"major_version": "windows_11", "minimum": "10.0"}] * 2
    assert "twice" in assurance(sandbox, **windows, os_version_constraints=twice, fails=True)["msg"]
    assert "Please select at least one device condition" in assurance(sandbox, **windows, fails=True)["msg"]
    assurance(sandbox, **MAC)
    assert "is for macos, not windows" in assurance(sandbox, platform="windows", fails=True)["msg"]


def test_two_of_a_name_are_not_guessed_between(sandbox, monkeypatch):
    monkeypatch.setattr(_http.Client, "rest", lambda client, seconds: None)
    made = assurance(sandbox, **MAC)["device_assurance"]
    state = sandbox.state()
    twin = {**state["okta"]["device_assurances"][made["id"]], "id": "daeTwinTwinTwinTwin01"}
    state["okta"]["device_assurances"][twin["id"]] = twin
    sandbox.load_state(state)
    refused = assurance(sandbox, **MAC, fails=True)
    assert refused["failure"] == {"kind": "Ambiguous", "ids": [made["id"], twin["id"]]}


@pytest.mark.parametrize(
    "fault",
    [{"close": "before"}, {"close": "after"}, {"status": 503}, {"status": 503, "effect": True}, {"truncate": True}],
)
def test_a_write_that_breaks_off_happens_once(sandbox, fault):
    for method, options in (
        ("POST", MAC),
        ("PUT", {"os_version": {"minimum": "15.3"}}),
        ("DELETE", {"state": "absent"}),
    ):
        sandbox.faults({"match": {"service": "okta", "method": method}, "do": fault})
        assert assurance(sandbox, **options)["changed"], method
        sandbox.clear_faults()
        assert not assurance(sandbox, **options)["changed"], method
        assert len(stored(sandbox)) == (method != "DELETE")


@pytest.mark.parametrize("unique", [True, False])
def test_two_runs_that_create_the_same_leave_one(sandbox, monkeypatch, unique):
    """The other run creates its policy between this one's listing and its creation."""
    sandbox.settings(okta={"unique_assurance_names": unique})
    write = _http.Client.write

    def late(client, request, **more):
        monkeypatch.setattr(_http.Client, "write", write)
        assurance(sandbox, platform="macos", os_version={"minimum": "14.0"})
        return write(client, request, **more)

    monkeypatch.setattr(_http.Client, "write", late)
    assert assurance(sandbox, platform="macos", os_version={"minimum": "15.1"})["changed"]
    assert stored(sandbox) == [{"name": NAME, "platform": "MACOS", "osVersion": {"minimum": "15.1"}}]


@pytest.mark.parametrize("fault", [{"delay": 0.2}, {"close": "after"}, {"status": 503, "effect": True}])
def test_two_runs_at_once_leave_one(sandbox, fault):
    sandbox.faults({"match": {"service": "okta", "method": "POST", "path": "/api/v1/device-assurances"}, "do": fault})
    with ThreadPoolExecutor(2) as pool:
        results = [each.result() for each in [pool.submit(assurance, sandbox, **MAC) for _run in range(2)]]
    assert len(stored(sandbox)) == 1
    assert len({one["device_assurance"]["id"] for one in results}) == 1
    assert not assurance(sandbox, **MAC)["changed"]


@pytest.mark.parametrize("fault", [{"close": "after"}, {"status": 503, "effect": True}])
def test_a_run_without_an_answer_leaves_nothing_beside_anothers(sandbox, monkeypatch, fault):
    """It listed before the other created, and never learnt the id of its own."""
    first = assurance(sandbox, **MAC)["device_assurance"]
    state = sandbox.state()
    state["okta"]["device_assurances"][first["id"]]["createdDate"] = "2026-01-01T00:00:00.000Z"
    sandbox.load_state(state)
    monkeypatch.setattr(okta_device_assurance, "settled_assurances", lambda client, name: [])
    sandbox.faults({"match": {"service": "okta", "method": "POST", "path": "/api/v1/device-assurances"}, "do": fault})
    assert assurance(sandbox, **MAC)["device_assurance"]["id"] == first["id"]
    assert len(stored(sandbox)) == 1
