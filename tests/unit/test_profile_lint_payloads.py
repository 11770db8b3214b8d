"""Each payload that this collection knows, wrong in every way that its schema or its vendor's page tells right from."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_finding import Finding
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_lint import lint
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_plist import dump
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.profile_samples import (
    APP,
    APP_EXTENSION,
    CHROME,
    CREDENTIAL,
    DOMAINS,
    EXTENSION,
    FIREFOX,
    HOST,
    REDIRECT,
    ROOT_PEM,
    SAMPLES,
    SETTINGS,
    forced,
    profile_of,
    settings_of,
)
from tests.unit.profile_strategies import values

ABSENT = object()
PLATFORM = ("PlatformSSO",)


@pytest.mark.parametrize("name", SAMPLES)
def test_good_profiles_have_no_finding(name):
    profile = profile_of(SAMPLES[name], ConsentText={"default": "Agree?", "de": "Einverstanden?"}, PayloadEnabled=True)
    assert lint(profile) == []
    assert lint(dump(profile)) == []


def changed(payload: dict[str, Any], path: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    """The payload with the value at a path set, or taken away."""
    result = copy.deepcopy(payload)
    target: Any = result
    for key in path[:-1]:
        target = target[key]
    if value is ABSENT:
        del target[path[-1]]
    else:
        target[path[-1]] = value
    return result


def only(profile: dict[str, Any]) -> Finding:
    findings = lint(profile)
    assert len(findings) == 1, [str(finding) for finding in findings]
    return findings[0]


SCEP = SAMPLES["scep"][0]

# payload, where, what, severity and code, and the key that the finding names if that is another one
MUTATIONS = [
    # SCEP, beyond what test_profile_lint.py has
    (SCEP, ("PayloadContent", "Retries"), -1, "error out-of-range"),
    (SCEP, ("PayloadContent", "RetryDelay"), "10", "error wrong-type"),
    (SCEP, ("PayloadContent", "SubjectAltName"), ["$EMAIL"], "error wrong-type"),
    (SCEP, ("PayloadContent", "SubjectAltName"), {"rfc822Name": 5}, "error wrong-type"),
    (SCEP, ("PayloadContent", "KeyIsExtractable"), 0, "error wrong-type"),
    # SSO, schema
    (CREDENTIAL, ("ExtensionIdentifier",), ABSENT, "error key-missing"),
    (CREDENTIAL, ("Type",), ABSENT, "error key-missing"),
    (CREDENTIAL, ("Type",), "credential", "error value"),
    (CREDENTIAL, ("Hosts",), HOST, "error wrong-type"),
    (CREDENTIAL, ("Hosts", 0), 5, "error wrong-type"),
    (CREDENTIAL, ("Realms",), "x", "warning key-unknown"),
    (CREDENTIAL, ("ExtensionData",), [], "error wrong-type"),
    (CREDENTIAL, ("ScreenLockedBehavior",), "Ignore", "error value"),
    (CREDENTIAL, ("PayloadEnabled",), 1, "error wrong-type"),
    (CREDENTIAL, ("PayloadDisplayName",), 1, "error wrong-type"),
    (CREDENTIAL, ("PayloadVersion",), 2, "warning payload-version"),
    (REDIRECT, (*PLATFORM, "LoginFrequency"), 60, "error out-of-range"),
    (REDIRECT, (*PLATFORM, "LoginFrequency"), "64800", "error wrong-type"),
    (REDIRECT, (*PLATFORM, "AuthenticationMethod"), "password", "error value"),
    (REDIRECT, (*PLATFORM, "UseShareDeviceKeys"), True, "warning key-unknown"),
    (REDIRECT, (*PLATFORM, "UserAuthorizationMode"), "Temporary", "error value"),
    (REDIRECT, (*PLATFORM, "LoginPolicy"), ["AllowTouchIDOrWatchForUnlock"], "error value"),
    (REDIRECT, (*PLATFORM, "TokenToUserMapping", "Fullname"), "x", "error key-misspelt"),
    (REDIRECT, (*PLATFORM, "AuthorizationGroups", "system.preferences"), 1, "error wrong-type"),
    # SSO, what depends on other keys
    (CREDENTIAL, ("Hosts",), ABSENT, "error sso-hosts"),
    (CREDENTIAL, ("Hosts",), [], "error sso-hosts"),
    (CREDENTIAL, ("Hosts", 0), f"https://{HOST}", "error sso-hosts"),
    (CREDENTIAL, ("Hosts", 0), f"{HOST}/login", "error sso-hosts"),
    (CREDENTIAL, ("Hosts", 0), "LOGIN.acme.example", "error sso-duplicate"),
    (CREDENTIAL, ("TeamIdentifier",), ABSENT, "error sso-team"),
    (CREDENTIAL, ("TeamIdentifier",), "ABCDE12345", "error sso-team"),
    (CREDENTIAL, ("ExtensionIdentifier",), "com.okta.mobile", "error sso-extension"),
    (CREDENTIAL, ("ExtensionIdentifier",), "", "error sso-extension"),
    (CREDENTIAL, ("ExtensionIdentifier",), "com.okta.mobile.Auth-Service-Extension", "error sso-extension"),
    (CREDENTIAL, ("ExtensionIdentifier",), "com.okta.mobile.other", "warning sso-extension"),
    (CREDENTIAL, ("Realm",), ABSENT, "error sso-realm"),
    (CREDENTIAL, ("Realm",), "okta device", "error sso-realm"),
    (CREDENTIAL, ("URLs",), ["https://acme.example"], "warning sso-ignored"),
    (CREDENTIAL, ("PlatformSSO",), {}, "error sso-platform"),
    (CREDENTIAL, ("RegistrationToken",), "x", "error sso-platform"),
    (REDIRECT, ("URLs",), ABSENT, "error sso-urls"),
    (REDIRECT, ("URLs", 0), f"{HOST}/oauth2/v1/nonce", "error sso-urls"),
    (REDIRECT, ("URLs", 0), f"https://{HOST}/token?x=1", "error sso-urls"),
    (REDIRECT, ("URLs", 0), f"https://{HOST}/token#x", "error sso-urls"),
    (REDIRECT, ("Hosts",), [HOST], "warning sso-ignored"),
    (REDIRECT, ("Realm",), "Okta Device", "warning sso-ignored"),
    (REDIRECT, (*PLATFORM, "UseSharedDeviceKeys"), False, "error sso-platform"),
    (REDIRECT, (*PLATFORM, "OfflineGracePeriod"), ABSENT, "error sso-platform"),
    (REDIRECT, (*PLATFORM, "NewUserAuthenticationMethods"), ["AccessKey"], "error sso-platform"),
    (REDIRECT, (*PLATFORM, "AuthenticationMethod"), ABSENT, "warning sso-platform"),
    (REDIRECT, (*PLATFORM, "OfflineGracePeriod"), -1, "error out-of-range"),
    # Associated domains
    (DOMAINS, ("Configuration", 0, "AssociatedDomains"), [], "warning domains-form"),
    (DOMAINS, ("Configuration",), ABSENT, "error key-missing"),
    (DOMAINS, ("Configuration",), {}, "error wrong-type"),
    (DOMAINS, ("Configuration", 0, "AssociatedDomains"), ABSENT, "error key-missing"),
    (DOMAINS, ("Configuration", 0, "ApplicationIdentifier"), EXTENSION, "error domains-app"),
    (DOMAINS, ("Configuration", 0, "AssociatedDomains", 0), HOST, "error domains-form"),
    (DOMAINS, ("Configuration", 0, "AssociatedDomains", 0), f"authsrv:https://{HOST}", "error domains-form"),
    (DOMAINS, ("Configuration", 0, "EnableDirectDownloads"), True, "warning domains-download"),
    (DOMAINS, ("Configuration", 1, "EnableDirectDownloads"), "true", "error wrong-type"),
    # Certificates
    (SAMPLES["root"][0], ("PayloadContent",), ABSENT, "error key-missing"),
    (SAMPLES["root"][0], ("PayloadContent",), ROOT_PEM, "error certificate-form"),
    (SAMPLES["root"][0], ("PayloadContent",), b"\x30\x03abc", "error certificate-form"),
    (SAMPLES["root"][0], ("PayloadContent",), ROOT_PEM.decode(), "error wrong-type"),
    (SAMPLES["pkcs1"][0], ("PayloadCertificateFilename",), "a.cer", "warning key-unknown"),
    # Managed preferences in Apple's form
    (SAMPLES["chrome forced"][0], ("PayloadContent",), ABSENT, "error key-missing"),
    (SAMPLES["chrome forced"][0], ("PayloadContent", "com.google.Chrome", "forced"), [], "warning key-unknown"),
    (forced("com.example.a", {}), ("PayloadContent", "com.example.a", "Forced", 0), {}, "error key-missing"),
    (forced("com.example.a", {}), ("PayloadContent", "com.example.a", "Forced"), {}, "error wrong-type"),
    (SAMPLES["chrome forced"][0], ("PayloadContent", "com.google.chrome"), {}, "error key-misspelt"),
    # The payload itself
    (SAMPLES["pkcs1"][0], ("PayloadType",), "com.apple.Security.PKCS1", "error payload-type"),
    (SAMPLES["pkcs1"][0], ("PayloadType",), "com.apple.security.pcks1", "warning payload-type"),
    (CREDENTIAL, ("PayloadType",), "com.apple.extensible-sso", "error payload-type"),
    # Browsers
    (CHROME, ("AutoLaunchProtocolsFromOrigins",), "[]", "error wrong-type"),
    (CHROME, ("AutoLaunchProtocolsFromOrigins", 0), "{}", "error wrong-type"),
    (CHROME, ("AutoLaunchProtocolsFromOrigins", 0, "allowed_origins"), ABSENT, "error key-missing"),
    (CHROME, ("AutoLaunchProtocolsFromOrigins", 0, "protocol"), "com-okta-authenticator:", "error browser-protocol"),
    (CHROME, ("AutoLaunchProtocolsFromOrigins", 0, "protocol"), "Com-Okta-Authenticator", "error browser-protocol"),
    (FIREFOX, ("AutoLaunchProtocolsFromOrigins", 0, "allowed_origins", 0), HOST, "error browser-origin"),
    (CHROME, ("LocalNetworkAccessAllowedForUrls", 0), "", "error browser-origin"),
    (CHROME, ("LoopbackNetworkBlockedForUrls",), HOST, "error wrong-type"),
    (CHROME, ("LoopbackNetworkBlockedForUrls",), ["a b"], "error browser-origin"),
    (CHROME, ("AutoLaunchProtocolsFromOrigins", 0, "allowed_origins", 0), f"https://{HOST}/", "error browser-origin"),
    (CHROME, ("AutoLaunchProtocolsFromOrigins", 0, "allowed_origins", 0), "a.example?x", "error browser-origin"),
    (CHROME, ("ExternalProtocolDialogShowAlwaysOpenCheckbox",), 1, "error wrong-type"),
    (CHROME, ("LocalNetworkAccessAllowedForUrls",), f"https://{HOST}", "error wrong-type"),
    (CHROME, ("AutoSelectCertificateForUrls", 0), {}, "error wrong-type"),
    (CHROME, ("AutoSelectCertificateForUrls", 0), "https://a", "error browser-json"),
    (FIREFOX, ("EnterprisePoliciesEnabled",), ABSENT, "error firefox-disabled"),
    (FIREFOX, ("Handlers", "schemes", "com-okta-authenticator", "action"), "open", "error value"),
]


@pytest.mark.parametrize(("payload", "path", "value", "expected"), MUTATIONS)
def test_one_wrong_key_is_one_finding_that_names_it(payload, path, value, expected):
    finding = only(profile_of([changed(payload, path, value)]))
    assert f"{finding.severity} {finding.code}".removeprefix("warning ") in {
        expected,
        expected.removeprefix("warning "),
    }
    assert finding.payload.startswith(value if path == ("PayloadType",) else payload["PayloadType"])
    assert any(str(part) in finding.key for part in path), finding


OKTA_MUTATIONS = [
    ("OktaVerify.OrgUrl", "", "warning value"),
    ("OktaVerify.OrgUrl", "http://acme.okta.example", "error okta-org-url"),
    ("OktaVerify.OrgUrl", "https://acme.okta.example/login", "error okta-org-url"),
    ("OktaVerify.OrgUrl", ["acme.okta.example"], "error wrong-type"),
    ("OktaVerify.UserPrincipalName", "someone@acme.example", "warning okta-login-hint"),
    ("OktaVerify.UserPrincipalName", "$SERIAL_NUMBER", "warning okta-login-hint"),
    ("OktaVerify.EnrollmentOptions", "SilentEnrollmentEnabled", "warning okta-enrollment"),
    ("OktaVerify.EnrollmentOptions", "Silent", "error value"),
    ("OktaVerify.DeviceHealthOptions", "HideOsUpdate", "error okta-health"),
    ("OktaVerify.DeviceHealthOptions", "HideOSUpdate,HidePassword", "error okta-health"),
    ("OktaVerify.DeviceHealthOptions", "Disabled;HidePassword", "warning okta-health"),
    ("OktaVerify.DeviceHealthOptions", ["HidePassword"], "error wrong-type"),
    ("OktaVerify.ReportDiagnostics", "true", "error wrong-type"),
    ("OktaVerify.ReportDiagnostics", 1, "error wrong-type"),
    ("OktaVerify.LaunchOptions", "HideWindow", "error value"),
    ("OktaVerify.EnableOSQueryCustomChecks", False, "warning okta-osquery"),
    ("OktaVerify.OSQueryCustomChecksTimeout", 3, "error wrong-type"),
    ("OktaVerify.OSQueryCustomChecksTimeout", "3s", "error okta-osquery"),
    ("OktaVerify.OSQueryAllowedDomains", "https://acme.okta.example", "error okta-osquery"),
    ("OktaVerify.Plugins", "com.crowdstrike.zta", "warning okta-plugin"),
    ("OktaVerify.Plugins", ["com.crowdstrike.zta", "com.example.edr"], "error okta-plugin"),
    ("OktaVerify.OrgURI", "x", "warning key-misspelt"),
    ("OktaVerify.Colour", "x", "warning key-unknown"),
    ("com.crowdstrike.zta", {**SETTINGS["com.crowdstrike.zta"], "name": "x"}, "error okta-plugin"),
    ("com.crowdstrike.zta", {**SETTINGS["com.crowdstrike.zta"], "location": "data.zta"}, "error okta-plugin"),
    ("com.crowdstrike.zta", {**SETTINGS["com.crowdstrike.zta"], "format": "XML"}, "error value"),
]


@pytest.mark.parametrize("in_apples_form", [False, True])
@pytest.mark.parametrize(("key", "value", "expected"), OKTA_MUTATIONS)
def test_settings_of_okta_verify(key, value, expected, in_apples_form):
    payloads = [changed(APP, (key,), value), changed(APP_EXTENSION, (key,), value)]
    if key == "OktaVerify.OrgURI":
        payloads = [changed(payload, ("OktaVerify.OrgUrl",), ABSENT) for payload in payloads]
    if in_apples_form:
        payloads = [forced(payload["PayloadType"], settings_of(payload)) for payload in payloads]
    findings = lint(profile_of(payloads))
    assert [f"{finding.severity} {finding.code}" for finding in findings] == [expected, expected]
    assert all(finding.key.startswith("PayloadContent") == in_apples_form for finding in findings)


def test_keys_of_the_extension_alone_are_a_warning_in_the_domain_of_the_app():
    for key in ("OktaVerify.PasswordSyncClientID", "PlatformSSO.ProtocolVersion"):
        finding = only(profile_of([{**APP, key: "2.0"}, APP_EXTENSION]))
        assert (finding.severity, finding.code, finding.key) == ("warning", "okta-domain", key)


@pytest.mark.parametrize(
    ("payloads", "expected"),
    [
        ([CREDENTIAL, REDIRECT], "warning sso-mixed"),
        ([CREDENTIAL, {**CREDENTIAL, "Hosts": [HOST.upper()]}], "error sso-duplicate"),
        ([REDIRECT, {**REDIRECT, "URLs": REDIRECT["URLs"][:1]}], "error sso-duplicate"),
        ([APP, {**APP_EXTENSION, "OktaVerify.OrgUrl": "other.example"}], "warning okta-domains"),
        (
            [CHROME, {"PayloadType": "com.google.Chrome", "LocalNetworkAccessAllowedForUrls": []}],
            "error preference-twice",
        ),
        (
            [CHROME, forced("com.google.Chrome", {"ExternalProtocolDialogShowAlwaysOpenCheckbox": True})],
            "error preference-twice",
        ),
        ([CHROME, {"PayloadType": "com.google.Chrome", "BookmarkBarEnabled": True}], "warning preference-twice"),
    ],
)
def test_payloads_that_do_not_go_together(payloads, expected):
    finding = only(profile_of(payloads))
    assert f"{finding.severity} {finding.code}" == expected


def test_settings_for_one_domain_alone_are_named_one_by_one():
    findings = lint(profile_of([APP]))
    assert {finding.code for finding in findings} == {"okta-domains"}
    assert [finding.key for finding in findings] == sorted(SETTINGS)


def test_shared_device_keys_are_for_the_device_channel():
    finding = only(profile_of([DOMAINS, REDIRECT], PayloadScope="User"))
    assert (finding.code, finding.key) == ("sso-platform", "PlatformSSO → UseSharedDeviceKeys")


@pytest.mark.parametrize(
    ("top", "expected"),
    [
        ({"PayloadRemovalDisallowed": "true"}, "error wrong-type"),
        ({"RemovalDate": "2030-01-01"}, "error wrong-type"),
        ({"TargetDeviceType": 9}, "error value"),
        ({"PayloadVersion": 2}, "error value"),
        ({"PayloadOrganisation": "Acme"}, "error key-misspelt"),
        ({"Colour": "Acme"}, "warning key-unknown"),
    ],
)
def test_the_top_level(top, expected):
    finding = only(profile_of([CREDENTIAL], **top))
    assert f"{finding.severity} {finding.code}" == expected
    assert (finding.payload, finding.key) == ("", next(iter(top)))


KINDS = sorted({payload["PayloadType"] for payloads in SAMPLES.values() for payload in payloads})
NAMES = sorted({key for payloads in SAMPLES.values() for payload in payloads for key in payload})


@given(st.sampled_from(KINDS), st.dictionaries(st.sampled_from(NAMES), values, max_size=6))
def test_any_values_are_judged_without_falling_over(kind, content):
    lint(profile_of([{**content, "PayloadType": kind}]))


@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_the_lint_says_nothing_of_what_it_was_not_told(name, data):
    """A sample with one key less has at most findings of this key, or of what needs it."""
    payloads = copy.deepcopy(SAMPLES[name])
    payload = data.draw(st.sampled_from(payloads))
    key = data.draw(st.sampled_from(sorted(payload)))
    if key != "PayloadType":
        del payload[key]
        assert len([finding for finding in lint(profile_of(payloads)) if finding.severity == "error"]) <= 1
