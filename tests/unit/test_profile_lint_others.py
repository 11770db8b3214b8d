"""Profiles as other vendors and other tools write them: warnings perhaps, but nothing that would refuse them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_lint import lint

from tests.unit.profile_samples import (
    APP,
    APP_EXTENSION,
    CREDENTIAL,
    DOMAINS,
    EXTENSION,
    HOST,
    REDIRECT,
    forced,
    profile_of,
)

SUBJECT = [[["CN", "%ComputerName% managementAttestation %HardwareUUID%"]]]


def scep(**settings: Any) -> dict[str, Any]:
    """A SCEP payload of nothing but these settings; for the rest Apple's defaults hold."""
    return {"PayloadType": "com.apple.security.scep", "PayloadContent": settings}


def sso(**settings: Any) -> dict[str, Any]:
    return {"PayloadType": "com.apple.extensiblesso", **settings}


OTHERS: dict[str, list[dict[str, Any]]] = {
    "certificate for Wi-Fi from NDES, over http": [
        scep(
            URL="http://ndes.acme.example/certsrv/mscep/mscep.dll",
            Subject=SUBJECT,
            Challenge="7C1D0B9E",
            Keysize=2048,
            **{"Key Type": "RSA", "Key Usage": 5},
        ),
        {
            "PayloadType": "com.apple.wifi.managed",
            "SSID_STR": "Acme",
            "EAPClientConfiguration": {"AcceptEAPTypes": [13]},
        },
    ],
    "CA that approves otherwise than by a challenge": [scep(URL="https://ca.acme.example/scep", **{"Key Usage": 4})],
    "nothing but a URL": [scep(URL="https://ca.acme.example/scep")],
    "Okta's CA, subject of any length, notification": [
        scep(
            URL="https://acme.okta.com/pki/x",
            Subject=SUBJECT,
            Challenge="a",
            CertificateRenewalTimeInterval=14,
            AllowAllAppsAccess=True,
            **{"Key Usage": 1},
        )
    ],
    "Apple's own example of SCEP: all of the subject in one part, no key size": [
        scep(
            URL="https://scep.acme.example/",
            Subject=[[["C", "US"], ["O", "Acme Inc."], ["CN", "foo"], ["1.2.5.3", "bar"]]],
            SubjectAltName={"dNSName": "acme.example", "ntPrincipalName": "host.acme.example"},
            Challenge="Example",
            Keysize=0,
            **{"Key Type": "RSA", "Key Usage": 5},
        )
    ],
    "Apple's own example of associated domains: neither team nor service": [
        {
            "PayloadType": "com.apple.associated-domains",
            "Configuration": [
                {"ApplicationIdentifier": "com.apple.mobilesafari", "AssociatedDomains": ["www.acme.example"]}
            ],
        }
    ],
    "Apple's own example of managed preferences": [forced("com.example.myapp", {"MySetting": False})],
    "Kerberos": [
        sso(
            ExtensionIdentifier="com.apple.AppSSOKerberos.KerberosExtension",
            TeamIdentifier="apple",
            Type="Credential",
            Realm="ACME.EXAMPLE",
            Hosts=[".acme.example", "acme.example"],
            ExtensionData={"useSiteAutoDiscovery": True, "pwNotificationDays": 7},
        )
    ],
    "Platform SSO of Microsoft, both forms of the method": [
        sso(
            ExtensionIdentifier="com.microsoft.CompanyPortalMac.ssoextension",
            TeamIdentifier="UBF8T346G9",
            Type="Redirect",
            URLs=["https://login.microsoftonline.com", "https://login.microsoft.com", "https://sts.windows.net"],
            ScreenLockedBehavior="DoNotHandle",
            AuthenticationMethod="UserSecureEnclaveKey",
            RegistrationToken="{{DEVICEREGISTRATION}}",
            ExtensionData={"browser_sso_interaction_enabled": 1, "AppPrefixAllowList": "com.apple.,com.microsoft."},
            PlatformSSO={"AuthenticationMethod": "UserSecureEnclaveKey", "UseSharedDeviceKeys": True},
        )
    ],
    "redirect extension without Platform SSO": [
        sso(
            ExtensionIdentifier="a.b.c", TeamIdentifier="8VBZ3948LU", Type="Redirect", URLs=["https://id.acme.example/"]
        )
    ],
    "services of associated domains": [
        {
            "PayloadType": "com.apple.associated-domains",
            "Configuration": [
                {
                    "ApplicationIdentifier": "8VBZ3948LU.com.acme.app",
                    "AssociatedDomains": ["applinks:acme.example", "webcredentials:*.acme.example"],
                    "EnableDirectDownloads": False,
                }
            ],
        }
    ],
    "Okta Verify as in templates": [
        {**APP, "OktaVerify.EnrollmentOptions": "SilentEnrollmentEnabled", "OktaVerify.PasswordSyncClientID": "0oa1"},
        {**APP_EXTENSION, "OktaVerify.UserPrincipalName": "someone@acme.example"},
    ],
    "Okta Verify, one domain, host without scheme": [{"PayloadType": EXTENSION, "OktaVerify.OrgUrl": HOST}],
    "management of Chrome": [
        {
            "PayloadType": "com.google.Chrome",
            "CloudManagementEnrollmentToken": "x",
            "CloudManagementEnrollmentMandatory": True,
            "URLBlocklist": ["*"],
        }
    ],
    "channel of its own": [{"PayloadType": "com.google.Chrome.beta"}, {"PayloadType": "com.microsoft.Edge.Dev"}],
    "identity": [{"PayloadType": "com.apple.security.pkcs12", "PayloadContent": b"x", "Password": "y"}],
}


@pytest.mark.parametrize("name", OTHERS)
def test_they_are_not_refused(name):
    profile = profile_of(OTHERS[name], PayloadEnabled=True, TargetDeviceType=5, PayloadRemovalDisallowed=True)
    assert [str(finding) for finding in lint(profile) if finding.severity == "error"] == []


@pytest.mark.parametrize("payload", [CREDENTIAL, REDIRECT, DOMAINS, APP])
def test_what_apple_requires_and_practice_leaves_out_is_a_warning(payload):
    profile = profile_of([payload])
    for key in ("PayloadVersion", "PayloadUUID"):
        del profile[key]
    del profile["PayloadContent"][0]["PayloadVersion"]
    profile["PayloadContent"][0]["PayloadUUID"] = "1234556"
    findings = [finding for finding in lint(profile) if finding.code != "okta-domains"]
    assert {finding.severity for finding in findings} == {"warning"}
    assert sorted(finding.code for finding in findings) == [
        "payload-version",
        "top-level-missing",
        "top-level-missing",
        "uuid-form",
    ]


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"Challenge": ""}, "challenge-empty"),
        ({"Challenge": "$UDID"}, "challenge-variable"),
        ({"AllowAllAppsAccess": False}, "key-access"),
        ({"Key Usage": 4}, "key-usage"),
        ({"URL": "http://acme.okta.com/pki/x"}, "url-scheme"),
    ],
)
def test_what_okta_refuses_is_an_error_for_okta_and_a_warning_for_others(settings, code):
    good = {"Subject": SUBJECT, "Challenge": "a", "AllowAllAppsAccess": True, "Key Usage": 1}
    okta = {"URL": "https://acme.okta.com/pki/x", **good, **settings}
    other = {**okta, "URL": okta["URL"].replace("okta.com/pki", "example/scep")}
    for content, severity in ((okta, "error"), (other, "warning")):
        (finding,) = (one for one in lint(profile_of([scep(**content)])) if one.code == code)
        assert finding.severity == severity
        assert ("not Okta's" in finding.message) == (severity == "warning")
