"""The builders of payloads: what they write, that the lint has nothing to say about it, and what they refuse."""

from __future__ import annotations

import plistlib
from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile import mobileconfig
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_browsers import browser_policy_payloads
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_keys_apps import (
    DEVICE_HEALTH_OPTIONS,
    ENROLLMENT_OPTIONS,
    EXTENSION_ONLY,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_lint import lint
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_okta_verify import (
    CROWDSTRIKE_FILE,
    edr_plugin_payloads,
    managed_app_config_payloads,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_sso import (
    platform_sso_payloads,
    sso_extension_payload,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.profile_samples import EXTENSION, HOST

APP = "com.okta.mobile"
COMMON = ("PayloadType", "PayloadVersion", "PayloadDisplayName")


def built(payloads: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The payloads as they come out of the text of a profile, without common keys, after the lint found nothing."""
    text = mobileconfig(payloads, identifier="com.example.a", name="Example")
    assert text == mobileconfig(payloads, identifier="com.example.a", name="Example")
    assert lint(text) == []
    found = plistlib.loads(text)["PayloadContent"]
    assert all(payload["PayloadDisplayName"] for payload in found)
    return [
        {key: value for key, value in payload.items() if key not in (*COMMON, "PayloadIdentifier", "PayloadUUID")}
        for payload in found
    ]


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        (HOST, [HOST]),
        ([f"https://{HOST.upper()}/", "Login.Acme.example"], [HOST, "login.acme.example"]),
        ([HOST, f"https://{HOST}"], [HOST]),
        (["https://127.0.0.1:8443"], ["127.0.0.1"]),
    ],
)
def test_fastpass_is_a_credential_extension_without_extension_data(hosts, expected):
    payload = sso_extension_payload(hosts)
    assert built([payload]) == [
        {
            "ExtensionIdentifier": EXTENSION,
            "TeamIdentifier": "B7F62B65BN",
            "Type": "Credential",
            "Realm": "Okta Device",
            "Hosts": expected,
        }
    ]
    more = {"denied_bundle_identifiers": ["com.example.a"], "screen_locked_behavior": "DoNotHandle"}
    (full,) = built([sso_extension_payload(hosts, **more, identifier="com.example.sso")])
    assert (full["DeniedBundleIdentifiers"], full["ScreenLockedBehavior"]) == (["com.example.a"], "DoNotHandle")


@pytest.mark.parametrize(
    ("hosts", "words"),
    [
        ([], "custom domains"),
        ("", "not empty"),
        (5, "list of texts"),
        ("http://acme.okta.example", "https://"),
        ("https://acme.okta.example/login", "https://"),
        ("acme okta.example", "expected a host"),
        ("https://acme-admin.okta.com", "without -admin"),
        ("https://a@acme.okta.com", "expected a host"),
        ("https://acme.okta.com:x", "expected a host"),
    ],
)
def test_hosts_that_no_extension_could_use(hosts, words):
    with pytest.raises(InvalidInput, match=words):
        sso_extension_payload(hosts)


def test_platform_sso_of_macos_14():
    domains, sign_on = built(platform_sso_payloads(f"https://{HOST}"))
    assert domains["Configuration"] == [
        {"ApplicationIdentifier": f"B7F62B65BN.{app}", "AssociatedDomains": [f"authsrv:{HOST}"]}
        for app in (EXTENSION, APP)
    ]
    assert sign_on == {
        "ExtensionIdentifier": EXTENSION,
        "TeamIdentifier": "B7F62B65BN",
        "Type": "Redirect",
        "URLs": [f"https://{HOST}/device-access/api/v1/nonce", f"https://{HOST}/oauth2/v1/token"],
        "PlatformSSO": {"AuthenticationMethod": "Password", "UseSharedDeviceKeys": True},
    }


def test_platform_sso_of_macos_13_and_of_setup_assistant():
    domains, sign_on = built(platform_sso_payloads(HOST, macos=13))
    assert [one["ApplicationIdentifier"] for one in domains["Configuration"]] == [f"B7F62B65BN.{EXTENSION}"]
    assert (sign_on["AuthenticationMethod"], "PlatformSSO" in sign_on) == ("Password", False)
    domains, sign_on = built(
        platform_sso_payloads(
            HOST, register_during_setup=True, direct_downloads=True, platform_sso={"LoginFrequency": 7200}
        )
    )
    assert domains["Configuration"][0]["AssociatedDomains"] == [f"authsrv:{HOST}?mode=managed"]
    assert sign_on["URLs"][2] == f"https://{HOST}/v1/auth/device-sign"
    assert sign_on["PlatformSSO"] == {
        "AuthenticationMethod": "Password",
        "UseSharedDeviceKeys": True,
        "EnableRegistrationDuringSetup": True,
        "LoginFrequency": 7200,
    }


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"macos": 15}, "13, 14"),
        ({"macos": 13, "platform_sso": {"LoginFrequency": 7200}}, "macOS 13 has no"),
        ({"macos": 13, "register_during_setup": True}, "macOS 13 has no"),
        ({"platform_sso": {"LoginFrequence": 7200}}, "did you mean LoginFrequency"),
        ({"direct_downloads": "yes"}, "true or false"),
    ],
)
def test_what_platform_sso_refuses(options, words):
    with pytest.raises(InvalidInput, match=words):
        platform_sso_payloads(HOST, **options)


def test_the_app_configuration_is_the_same_in_both_domains():
    app, extension = built(
        managed_app_config_payloads(
            HOST,
            enrollment_options="Enabled",
            device_health_options=["HideOSUpdate", "HidePassword"],
            report_diagnostics=False,
            hide_main_window=True,
            enable_osquery_custom_checks=True,
            osquery_custom_checks_timeout=3,
            osquery_allowed_domains=[HOST, "https://beta.okta.example"],
            plugins=[{}],
            password_sync_client_id="0oa1",
            protocol_version="2.0",
        )
    )
    assert app == {
        "OktaVerify.OrgUrl": f"https://{HOST}",
        "OktaVerify.UserPrincipalName": "$EMAIL",
        "OktaVerify.EnrollmentOptions": "Enabled",
        "OktaVerify.DeviceHealthOptions": "HideOSUpdate;HidePassword",
        "OktaVerify.ReportDiagnostics": False,
        "OktaVerify.LaunchOptions": "HideMainWindow",
        "OktaVerify.EnableOSQueryCustomChecks": True,
        "OktaVerify.OSQueryCustomChecksTimeout": "3",
        "OktaVerify.OSQueryAllowedDomains": f"{HOST};beta.okta.example",
        "OktaVerify.Plugins": ["com.crowdstrike.zta"],
        "com.crowdstrike.zta": built(edr_plugin_payloads())[0]["com.crowdstrike.zta"],
    }
    assert extension == {
        **app,
        "OktaVerify.PasswordSyncClientID": "0oa1",
        "PlatformSSO.ProtocolVersion": "2.0",
    }


def test_contradictions_of_oktas_pages_are_written_if_asked_for_and_then_warned_of():
    payloads = managed_app_config_payloads(
        HOST,
        enrollment_options="SilentEnrollmentEnabled",
        device_health_options="Disabled;HidePassword",
        password_sync_client_id="0oa1",
        extension_keys_in_both=True,
    )
    findings = lint(mobileconfig(payloads, identifier="com.example.a", name="Example"))
    assert {finding.severity for finding in findings} == {"warning"}
    assert {finding.code for finding in findings} == {"okta-enrollment", "okta-health", "okta-domain"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"enrollment_options": "Silent"}, "SilentEnrollmentDisabled"),
        ({"device_health_options": "HideAll"}, "HideBiometrics"),
        ({"report_diagnostics": "yes"}, "true or false"),
        ({"osquery_custom_checks_timeout": 3}, "enable_osquery_custom_checks"),
        ({"enable_osquery_custom_checks": True, "osquery_custom_checks_timeout": 0}, "1 or more"),
        ({"enable_osquery_custom_checks": True, "osquery_allowed_domains": "https://a b"}, "expected a host"),
        ({"protocol_version": "3.0"}, "1.0, 2.0"),
        ({"plugins": {"name": "x"}}, "list of dictionaries"),
        ({"plugins": [{"path": "/x"}]}, "no option path"),
        ({"plugins": [{}, {}]}, "same name"),
        ({"plugins": [{"name": "crowdstrike"}]}, "reverse DNS"),
        ({"plugins": [{"location": "data.zta"}]}, "whole path"),
        ({"plugins": [{"file_format": "XML"}]}, "JWT"),
        ({"user_principal_name": ""}, "user_principal_name"),
    ],
)
def test_what_the_app_configuration_refuses(options, words):
    with pytest.raises(InvalidInput, match=words):
        managed_app_config_payloads(HOST, **options)


def test_the_plug_in_is_in_both_domains():
    location = "/Library/Application Support/Crowdstrike/ZeroTrustAssessment/OVSignals.zta"
    app, extension = built(edr_plugin_payloads(location, file_type="file"))
    assert app == extension
    assert app["OktaVerify.Plugins"] == ["com.crowdstrike.zta"]
    plugin = app["com.crowdstrike.zta"]
    assert {key: plugin[key] for key in ("name", "location", "type", "format")} == {
        "name": "com.crowdstrike.zta",
        "location": location,
        "type": "file",
        "format": "JWT",
    }
    assert built(edr_plugin_payloads())[0]["com.crowdstrike.zta"]["location"] == CROWDSTRIKE_FILE


def test_the_documented_browser_policy_and_the_silent_ones():
    assert (
        built(browser_policy_payloads(["chrome", "edge"]))
        == [{"ExternalProtocolDialogShowAlwaysOpenCheckbox": True}] * 2
    )
    launch = [{"protocol": "com-okta-authenticator", "allowed_origins": [f"https://{HOST}"]}]
    chrome, firefox = built(
        browser_policy_payloads(["chrome", "firefox"], hosts=HOST, auto_launch=True, local_network_access=True)
    )
    assert chrome == {
        "AutoLaunchProtocolsFromOrigins": launch,
        "ExternalProtocolDialogShowAlwaysOpenCheckbox": True,
        "LocalNetworkAccessAllowedForUrls": [f"https://{HOST}"],
    }
    assert firefox == {"EnterprisePoliciesEnabled": True, "AutoLaunchProtocolsFromOrigins": launch}


@pytest.mark.parametrize(
    ("browsers", "options", "words"),
    [
        ([], {}, "chrome, edge, firefox"),
        (["safari"], {}, "chrome, edge, firefox"),
        (["firefox"], {}, "Firefox has no checkbox policy"),
        (["chrome"], {"checkbox": False}, "no policy to set"),
        (["chrome"], {"auto_launch": True}, "custom domains"),
        (["chrome"], {"checkbox": "yes"}, "true or false"),
    ],
)
def test_what_browser_policies_refuse(browsers, options, words):
    with pytest.raises(InvalidInput, match=words):
        browser_policy_payloads(browsers, **options)


hosts = st.from_regex(r"[a-z]{1,8}(-[a-z]{1,4})?\.(okta|acme)\.(com|example)", fullmatch=True).filter(
    lambda host: "-admin." not in host
)
flags = st.booleans()


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


@given(
    hosts,
    st.fixed_dictionaries(
        {
            "user_principal_name": maybe(st.sampled_from(["$EMAIL", "$USERNAME", "$EMAIL_PREFIX@acme.example $EMAIL"])),
            "enrollment_options": maybe(st.sampled_from(ENROLLMENT_OPTIONS)),
            "device_health_options": maybe(
                st.sets(st.sampled_from(DEVICE_HEALTH_OPTIONS[1:])).map(sorted) | st.just("Disabled")
            ),
            "report_diagnostics": maybe(flags),
            "hide_main_window": flags,
            "plugins": st.lists(
                st.fixed_dictionaries({"name": hosts, "file_type": st.sampled_from(["FILE", "file"])}),
                max_size=2,
                unique_by=lambda plugin: plugin["name"],
            ),
            "password_sync_client_id": maybe(st.just("0oa1")),
            "protocol_version": maybe(st.sampled_from(["1.0", "2.0"])),
        }
    ),
    maybe(
        st.fixed_dictionaries(
            {
                "osquery_custom_checks_timeout": maybe(st.integers(1, 600)),
                "osquery_allowed_domains": maybe(st.lists(hosts, min_size=1, max_size=3)),
            }
        )
    ),
)
def test_any_app_configuration_passes_the_lint_and_differs_in_the_keys_of_the_extension_only(host, options, osquery):
    if osquery is not None:
        options = {**options, **osquery, "enable_osquery_custom_checks": True}
    app, extension = built(managed_app_config_payloads(host, **options))
    assert app == {key: value for key, value in extension.items() if key not in EXTENSION_ONLY}


@given(st.lists(hosts, min_size=1, max_size=4), st.sampled_from([None, "Cancel", "DoNotHandle"]), flags, flags)
def test_any_sso_payload_passes_the_lint(names, behavior, setup, direct):
    built([sso_extension_payload(names, screen_locked_behavior=behavior)])
    built(platform_sso_payloads(names[0], register_during_setup=setup, direct_downloads=direct))


@given(st.sets(st.sampled_from(["chrome", "edge", "firefox"]), min_size=1), st.lists(hosts, min_size=1), flags, flags)
def test_any_browser_policy_passes_the_lint(browsers, names, checkbox, local):
    options = {"hosts": names, "checkbox": checkbox, "auto_launch": True, "local_network_access": local}
    assert len(built(browser_policy_payloads(sorted(browsers), **options))) == len(browsers)
