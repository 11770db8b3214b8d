"""Okta's own Python SDK and the sandbox's authenticators, device assurance, device integrations and devices.

What is recorded of real orgs and the SDK refuses is left out: `encoding: Base32` among the methods of Okta Verify, and
the end of a grace period, of which it wants an object where recordings have text. The specification's example of
posture checks has objects where the SDK wants text.
"""

from __future__ import annotations

from typing import Any

import pytest
from okta import models
from okta.client import Client

from tests.contract.okta_sdk import ask, pages, refusal
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.filterwarnings("ignore:ssl_context is deprecated:DeprecationWarning")

LATEST = {"type": "MINIMUM", "distanceFromLatestMajor": 0}
ASSURANCES: list[dict[str, Any]] = [
    {
        "platform": "MACOS",
        "osVersion": {"minimum": "15.1"},
        "diskEncryptionType": {"include": ["ALL_INTERNAL_VOLUMES"]},
        "screenLockType": {"include": ["BIOMETRIC", "PASSCODE"]},
        "secureHardwarePresent": True,
        "displayRemediationMode": "SHOW",
    },
    {
        "platform": "MACOS",
        "osVersion": {"dynamicVersionRequirement": LATEST},
        "thirdPartySignalProviders": {
            "dtc": {"osVersion": {"minimum": "15.1.0"}, "keyTrustLevel": "CHROME_BROWSER_HW_KEY", "osFirewall": True},
            "devicePostureIdP": {"managed": True, "compliant": True},
        },
    },
    {
        "platform": "WINDOWS",
        "osVersion": {"minimum": "10.0.19045.1"},
        "diskEncryptionType": {"include": ["ALL_INTERNAL_VOLUMES"]},
        "secureHardwarePresent": True,
    },
    {
        "platform": "WINDOWS",
        "osVersionConstraints": [
            {"majorVersionConstraint": "WINDOWS_11", "minimum": "10.0.22631.0"},
            {"majorVersionConstraint": "WINDOWS_10", "dynamicVersionRequirement": {"type": "NOT_ALLOWED"}},
        ],
    },
    {"platform": "IOS", "osVersion": {"minimum": "18.1"}, "jailbreak": False},
    {
        "platform": "ANDROID",
        "osVersion": {"minimum": "14"},
        "diskEncryptionType": {"include": ["USER", "FULL"]},
        "screenLockType": {"include": ["BIOMETRIC"]},
        "jailbreak": False,
    },
    {
        "platform": "CHROMEOS",
        "thirdPartySignalProviders": {
            "dtc": {"managedDevice": True, "allowScreenLock": True, "osVersion": {"minimum": "130.0.6723"}}
        },
    },
]


def facts(policy: Any) -> dict[str, Any]:
    """What a policy of device assurance demands, without what the server adds to it."""
    body = dict(policy.to_dict())
    added = {"createdBy", "createdDate", "id", "lastUpdate", "lastUpdatedBy", "_links"}
    return {key: value for key, value in body.items() if key not in added and value is not None}


def code(error: Any) -> tuple[int, str]:
    return (error.status, error.error_code)


def fastpass(client: Client) -> tuple[Any, Any]:
    """Okta Verify and its method FastPass."""
    (verify,) = [one for one in ask(client.list_authenticators()) if one.key == "okta_verify"]
    return verify, ask(client.get_authenticator_method(verify.id, "signed_nonce"))


def test_okta_verify_keeps_what_it_is_given(client: Client) -> None:
    verify, _ = fastpass(client)
    assert isinstance(verify, models.AuthenticatorKeyOktaVerify)
    changed = verify.model_copy(deep=True)
    changed.settings.user_verification = models.UserVerificationEnum("REQUIRED")
    replaced = ask(client.replace_authenticator(verify.id, changed))
    assert replaced.settings.user_verification.value == "REQUIRED"
    assert replaced.settings.channel_binding.to_dict() == verify.settings.channel_binding.to_dict()
    read = ask(client.get_authenticator(verify.id))
    assert (read.status, read.name, read.settings.user_verification.value) == (verify.status, verify.name, "REQUIRED")
    assert code(refusal(client.get_authenticator("autNoSuchOne12345678"))) == (404, "E0000007")


def test_fastpass_is_shown_and_hardware_bound(client: Client) -> None:
    verify, method = fastpass(client)
    assert isinstance(method, models.AuthenticatorMethodSignedNonce)
    changed = method.model_copy(deep=True)
    changed.settings.key_protection = models.PushMethodKeyProtection("HARDWARE")
    changed.settings.show_sign_in_with_ov = models.ShowSignInWithOV("ALWAYS")
    settings = ask(client.replace_authenticator_method(verify.id, "signed_nonce", changed)).settings
    assert (settings.key_protection.value, settings.show_sign_in_with_ov.value) == ("HARDWARE", "ALWAYS")
    assert ask(client.deactivate_authenticator_method(verify.id, "signed_nonce")).status.value == "INACTIVE"
    assert ask(client.activate_authenticator_method(verify.id, "signed_nonce")).status.value == "ACTIVE"


def test_authenticators_are_switched_where_nothing_needs_them(client: Client) -> None:
    by_key = {one.key: one for one in ask(client.list_authenticators())}
    assert {type(one).__name__ for one in by_key.values()} >= {"AuthenticatorKeyOktaVerify", "AuthenticatorKeyPassword"}
    assert code(refusal(client.deactivate_authenticator(by_key["okta_email"].id))) == (403, "E0000148")
    phone = by_key["phone_number"]
    for call, status in ((client.deactivate_authenticator, "INACTIVE"), (client.activate_authenticator, "ACTIVE")):
        assert ask(call(phone.id)).status.value == status


@pytest.mark.parametrize("demand", ASSURANCES, ids=lambda demand: str(demand["platform"]))
def test_device_assurance_of_every_platform(client: Client, demand: dict[str, Any]) -> None:
    wanted = models.DeviceAssurance.from_dict({"name": "Company", **demand})
    made = ask(client.create_device_assurance_policy(wanted))
    assert type(made) is type(wanted)
    mode = demand.get("displayRemediationMode", "HIDE")
    assert facts(made) == {**facts(wanted), "displayRemediationMode": mode}
    assert (made.id[:3], made.created_by, made.created_date) == ("dae", made.last_updated_by, made.last_update)
    read = ask(client.get_device_assurance_policy(made.id))
    assert read == made
    replaced = ask(client.replace_device_assurance_policy(made.id, read.model_copy(update={"name": "Renamed"})))
    assert (replaced.name, replaced.created_date) == ("Renamed", None)
    (listed,) = ask(client.list_device_assurance_policies())
    assert facts(listed) == {**facts(made), "name": "Renamed"}
    ask(client.delete_device_assurance_policy(made.id))
    missing = refusal(client.get_device_assurance_policy(made.id))
    assert code(missing) == (404, "E0000007")


def test_device_assurance_is_refused_without_a_condition(client: Client) -> None:
    nothing = models.DeviceAssurance.from_dict({"name": "Company", "platform": "MACOS"})
    refused = refusal(client.create_device_assurance_policy(nothing))
    assert code(refused) == (400, "E0000001")
    assert refused.error_summary.endswith("deviceAssuranceMediated")


def test_device_integrations(client: Client, sandbox: SandboxProcess) -> None:
    listed = ask(client.list_device_integrations())
    assert [one.id for one in listed] == list(sandbox.state()["okta"]["device_integrations"])
    assert {type(one.metadata.actual_instance).__name__ for one in listed if one.metadata} >= {
        "DeviceIntegrationsMetadataOneOf"
    }
    chosen = next(one for one in listed if one.name.value == "com.crowdstrike.zta")
    for call, status in (
        (client.activate_device_integration, "ACTIVE"),
        (client.deactivate_device_integration, "DEACTIVATED"),
    ):
        assert ask(call(chosen.id)).status.value == status
        assert ask(client.get_device_integration(chosen.id)).status.value == status
    assert code(refusal(client.get_device_integration("dinNoSuchOne12345678"))) == (404, "E0000007")


def test_a_device_from_active_to_deleted(client: Client, sandbox: SandboxProcess) -> None:
    sandbox.tick(24 * 60)
    device = next(one for page in pages(client.list_devices, limit=3) for one in page)
    for call, status in (
        (client.suspend_device, "SUSPENDED"),
        (client.unsuspend_device, "ACTIVE"),
        (client.deactivate_device, "DEACTIVATED"),
        (client.activate_device, "ACTIVE"),
    ):
        assert ask(call(device.id)) is None
        assert ask(client.get_device(device.id)).status.value == status
    assert code(refusal(client.activate_device(device.id))) == (400, "E0000001")
    assert code(refusal(client.delete_device(device.id))) == (400, "E0000001")
    ask(client.deactivate_device(device.id))
    assert ask(client.list_device_users(device.id)) == []
    ask(client.delete_device(device.id))
    assert code(refusal(client.get_device(device.id))) == (404, "E0000007")
    assert device.id not in sandbox.state()["okta"]["devices"]
