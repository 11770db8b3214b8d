"""Device assurance policies of the sandbox's Okta org, as recorded and as the specification has them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.okta_org import Org, in_org

PATH = "device-assurances"
MAC = {
    "name": "Company Macs",
    "platform": "MACOS",
    "osVersion": {"minimum": "15.1"},
    "diskEncryptionType": {"include": ["ALL_INTERNAL_VOLUMES"]},
    "screenLockType": {"include": ["PASSCODE", "BIOMETRIC"]},
    "secureHardwarePresent": True,
}
CHROME_SIGNALS = {"keyTrustLevel": "CHROME_BROWSER_HW_KEY", "osFirewall": True, "osVersion": {"minimum": "15.1.0"}}
DYNAMIC = {"type": "EXACT", "distanceFromLatestMajor": 0, "latestSecurityPatch": True}


def test_from_create_to_delete() -> None:
    async def scenario(org: Org) -> None:
        status, made = await org.call("POST", PATH, {**MAC, "nonsense": 1})
        assert status == 200
        assert list(made) == [
            "name", "platform", "id", "osVersion", "secureHardwarePresent", "diskEncryptionType", "screenLockType",
            "displayRemediationMode", "createdDate", "createdBy", "lastUpdate", "lastUpdatedBy", "resourceType",
            "resourceDisplayName", "resourceId", "_links",
        ]  # fmt: skip
        assert made["id"].startswith("dae") and len(made["id"]) == 20
        assert made["screenLockType"] == {"include": ["BIOMETRIC", "PASSCODE"]}
        assert made["displayRemediationMode"] == "HIDE"
        assert made["resourceDisplayName"] == {"value": "Company Macs", "sensitive": False}
        assert made["_links"]["self"]["hints"] == {"allow": ["GET", "PUT", "DELETE"]}
        assert await org.call("GET", f"{PATH}/{made['id']}") == (200, made)
        grace = {"type": "BY_DURATION", "expiry": "P30D"}
        status, replaced = await org.call("PUT", f"{PATH}/{made['id']}", {**MAC, "name": "Macs", "gracePeriod": grace})
        assert (status, replaced["gracePeriod"]) == (200, {"type": "BY_DURATION", "expiry": "PT720H"})
        assert not {"createdDate", "createdBy"} & set(replaced)
        _, other = await org.call("POST", PATH, {**MAC, "name": "A first"})
        _, listed = await org.call("GET", PATH)
        assert [each["name"] for each in listed] == ["A first", "Macs"]
        assert listed[1] == {**replaced, "createdDate": made["createdDate"], "createdBy": made["createdBy"]}
        assert (await org.call("DELETE", f"{PATH}/{other['id']}")) == (204, None)
        events = [event["eventType"] for event in org.data["logs"]]
        assert events == [f"device.assurance.policy.{verb}" for verb in ("add", "update", "add", "delete")]

    in_org(scenario)


def test_missing_ones_are_told_as_recorded() -> None:
    async def scenario(org: Org) -> None:
        for method, kind in (("GET", "DeviceAssuranceRuleManagerImpl"), ("DELETE", "DeviceAssuranceEntity")):
            status, body = await org.call(method, f"{PATH}/fake-id")
            assert (status, body["errorCode"]) == (404, "E0000007")
            assert body["errorSummary"] == f"Not found: Resource not found: fake-id ({kind})"
        org.data["settings"]["missing_features"] = ["device-assurances"]
        status, body = await org.call("GET", PATH)
        assert (status, body["errorCode"]) == (401, "E0000015")

    in_org(scenario)


def test_not_deleted_while_a_rule_asks_for_it() -> None:
    async def scenario(org: Org) -> None:
        _, made = await org.call("POST", PATH, MAC)
        _, policy = await org.call("POST", "policies", {"type": "ACCESS_POLICY", "name": "Desktops"})
        rule = {
            "type": "ACCESS_POLICY",
            "name": "Compliant",
            "conditions": {"device": {"registered": True, "assurance": {"include": [made["id"]]}}},
            "actions": {"appSignOn": {"access": "DENY"}},
        }
        _, rule = await org.call("POST", f"policies/{policy['id']}/rules", rule)
        status, body = await org.call("DELETE", f"{PATH}/{made['id']}")
        assert (status, set(body)) == (409, {"errorSummary", "errorId", "errorCauses"})
        assert body["errorSummary"] == "Device assurance is in use and cannot be deleted."
        await org.call("DELETE", f"policies/{policy['id']}/rules/{rule['id']}")
        assert (await org.call("DELETE", f"{PATH}/{made['id']}"))[0] == 204

    in_org(scenario)


@pytest.mark.parametrize(
    ("platform", "conditions"),
    [
        ("MACOS", {"osVersion": {"dynamicVersionRequirement": DYNAMIC}}),
        ("MACOS", {"thirdPartySignalProviders": {"dtc": CHROME_SIGNALS}}),
        ("MACOS", {"devicePostureChecks": {"include": [{"variableName": "macOSFirewall", "value": "1"}]}}),
        ("WINDOWS", {"osVersion": {"minimum": "10.0.19045.0"}, "secureHardwarePresent": False}),
        (
            "WINDOWS",
            {
                "osVersionConstraints": [
                    {"majorVersionConstraint": "WINDOWS_11", "minimum": "10.0.22000.0"},
                    {"majorVersionConstraint": "WINDOWS_10", "dynamicVersionRequirement": {"type": "NOT_ALLOWED"}},
                ]
            },
        ),
        ("WINDOWS", {"thirdPartySignalProviders": {"dtc": {**CHROME_SIGNALS, "antivirusEnabled": True}}}),
        ("IOS", {"jailbreak": False, "screenLockType": {"include": ["BIOMETRIC"]}}),
        ("IOS", {"thirdPartySignalProviders": {"devicePostureIdP": {"managed": True, "compliant": True}}}),
        ("ANDROID", {"diskEncryptionType": {"include": ["USER", "FULL"]}, "osVersion": {"minimum": "12"}}),
        ("ANDROID", {"thirdPartySignalProviders": {"androidDeviceTrust": {"screenLockComplexity": "HIGH"}}}),
        ("CHROMEOS", {"thirdPartySignalProviders": {"dtc": {"keyTrustLevel": "CHROME_OS_VERIFIED_MODE"}}}),
        ("CHROMEOS", {"thirdPartySignalProviders": {"dtc": {"allowScreenLock": True, "managedDevice": True}}}),
    ],
)
def test_every_platform_keeps_its_conditions(platform: str, conditions: dict[str, Any]) -> None:
    async def scenario(org: Org) -> None:
        status, made = await org.call("POST", PATH, {"name": "P", "platform": platform, **conditions})
        assert status == 200, made
        assert {key: made[key] for key in conditions} == conditions

    in_org(scenario)


@pytest.mark.parametrize(
    ("changes", "subject"),
    [
        ({"name": " "}, "name"),
        ({"platform": "AMIGA"}, "platform"),
        ({"osVersion": {"minimum": 15}}, "osVersion"),
        ({"osVersion": {"minimum": "15.1.2.3"}}, "osVersion"),
        ({"osVersion": {"minimum": "15", "dynamicVersionRequirement": DYNAMIC}}, "osVersion"),
        ({"osVersion": {"dynamicVersionRequirement": {"type": "NOT_ALLOWED"}}}, "dynamicVersionRequirement"),
        ({"diskEncryptionType": {"include": ["USER"]}}, "diskEncryptionType"),
        ({"screenLockType": ["BIOMETRIC"]}, "screenLockType"),
        ({"secureHardwarePresent": "yes"}, "secureHardwarePresent"),
        ({"displayRemediationMode": "MAYBE"}, "displayRemediationMode"),
        ({"gracePeriod": {"type": "BY_DURATION", "expiry": "P181D"}}, "gracePeriod"),
        ({"gracePeriod": {"type": "BY_DATE_TIME", "expiry": "soon"}}, "gracePeriod"),
        ({"devicePostureChecks": {"include": ["macOSFirewall"]}}, "devicePostureChecks"),
        ({"thirdPartySignalProviders": {"dtc": {"osFirewall": "on"}}}, "osFirewall"),
        ({"thirdPartySignalProviders": {"dtc": {"keyTrustLevel": "CHROME_OS_VERIFIED_MODE"}}}, "keyTrustLevel"),
    ],
)
def test_what_is_refused(changes: dict[str, Any], subject: str) -> None:
    async def scenario(org: Org) -> None:
        status, body = await org.call("POST", PATH, {**MAC, **changes})
        assert (status, body["errorSummary"]) == (400, f"Api validation failed: {subject}")

    in_org(scenario)


def test_at_least_one_condition_as_recorded() -> None:
    async def scenario(org: Org) -> None:
        # What only other platforms have is dropped, and is no condition either.
        for extra in (
            {},
            {"jailbreak": False},
            {"displayRemediationMode": "SHOW"},
            {"screenLockType": {"include": []}},
        ):
            status, body = await org.call("POST", PATH, {"name": "Empty", "platform": "CHROMEOS", **extra})
            assert (status, body["errorCode"]) == (400, "E0000001")
            assert body["errorSummary"] == "Api validation failed: deviceAssuranceMediated"
            assert body["errorCauses"] == [
                {"errorSummary": "Please select at least one device condition before saving"}
            ]

    in_org(scenario)


def test_switches() -> None:
    async def scenario(org: Org) -> None:
        org.data["settings"].update(assurance_remediation=False, unique_assurance_names=True)
        _, made = await org.call("POST", PATH, {**MAC, "displayRemediationMode": "SHOW"})
        assert "displayRemediationMode" not in made
        assert (await org.call("PUT", f"{PATH}/{made['id']}", MAC))[0] == 200
        status, body = await org.call("POST", PATH, MAC)
        assert (status, body["errorSummary"]) == (400, "Api validation failed: name")

    in_org(scenario)
