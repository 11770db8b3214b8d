"""Profiles as careful people write them, which the lint has nothing to say about, in both forms of preferences."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._profile import mobileconfig, scep_payload
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_plist import load
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.unit.profile_strategies import CANARY

HOST = "acme.okta.example"
EXTENSION = "com.okta.mobile.auth-service-extension"


def root_certificate() -> x509.Certificate:
    """A certificate authority of nobody's."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Acme Root")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 7, start, start + timedelta(days=3650))
    return builder.sign(key, hashes.SHA256())


ROOT = root_certificate()
ROOT_DER = ROOT.public_bytes(serialization.Encoding.DER)
ROOT_PEM = ROOT.public_bytes(serialization.Encoding.PEM)

CREDENTIAL: dict[str, Any] = {
    "PayloadType": "com.apple.extensiblesso",
    "ExtensionIdentifier": EXTENSION,
    "TeamIdentifier": "B7F62B65BN",
    "Type": "Credential",
    "Realm": "Okta Device",
    "Hosts": [HOST, "login.acme.example"],
}
REDIRECT: dict[str, Any] = {
    "PayloadType": "com.apple.extensiblesso",
    "ExtensionIdentifier": EXTENSION,
    "TeamIdentifier": "B7F62B65BN",
    "Type": "Redirect",
    "Hosts": [],
    "URLs": [f"https://{HOST}/device-access/api/v1/nonce", f"https://{HOST}/oauth2/v1/token"],
    "PlatformSSO": {
        "AuthenticationMethod": "Password",
        "UseSharedDeviceKeys": True,
        "LoginFrequency": 3600,
        "EnableAuthorization": True,
        "EnableRegistrationDuringSetup": True,
        "TokenToUserMapping": {"AccountName": "preferred_username"},
        "AuthorizationGroups": {"system.preferences": "admins"},
        "UnlockPolicy": ["RequireAuthentication", "AllowOfflineGracePeriod", "AllowTouchIDOrWatchForUnlock"],
        "OfflineGracePeriod": 86400,
    },
}
DOMAINS: dict[str, Any] = {
    "PayloadType": "com.apple.associated-domains",
    "Configuration": [
        {"ApplicationIdentifier": f"B7F62B65BN.{EXTENSION}", "AssociatedDomains": [f"authsrv:{HOST}"]},
        {
            "ApplicationIdentifier": "B7F62B65BN.com.okta.mobile",
            "AssociatedDomains": [f"authsrv:{HOST}?mode=managed"],
            "EnableDirectDownloads": True,
        },
    ],
}
SETTINGS: dict[str, Any] = {
    "OktaVerify.OrgUrl": f"https://{HOST}",
    "OktaVerify.UserPrincipalName": "$EMAIL",
    "OktaVerify.EnrollmentOptions": "Enabled",
    "OktaVerify.DeviceHealthOptions": "HideOSUpdate;HidePassword",
    "OktaVerify.ReportDiagnostics": True,
    "OktaVerify.LaunchOptions": "HideMainWindow",
    "OktaVerify.EnableOSQueryCustomChecks": True,
    "OktaVerify.OSQueryCustomChecksTimeout": "3",
    "OktaVerify.OSQueryAllowedDomains": f"{HOST};beta.okta.example",
    "OktaVerify.Plugins": ["com.crowdstrike.zta"],
    "com.crowdstrike.zta": {
        "name": "com.crowdstrike.zta",
        "description": "Signals of the Falcon sensor.",
        "location": "/Library/Application Support/Crowdstrike/ZeroTrustAssessment/data.zta",
        "format": "JWT",
        "type": "file",
    },
}
APP: dict[str, Any] = {"PayloadType": "com.okta.mobile", **SETTINGS}
APP_EXTENSION: dict[str, Any] = {
    "PayloadType": EXTENSION,
    **SETTINGS,
    "OktaVerify.PasswordSyncClientID": "0oa1",
    "PlatformSSO.ProtocolVersion": "2.0",
}
LAUNCH = [{"protocol": "com-okta-authenticator", "allowed_origins": [f"https://{HOST}", "login.acme.example"]}]
CHROME: dict[str, Any] = {
    "PayloadType": "com.google.Chrome",
    "AutoLaunchProtocolsFromOrigins": LAUNCH,
    "ExternalProtocolDialogShowAlwaysOpenCheckbox": True,
    "LocalNetworkAccessAllowedForUrls": [f"https://{HOST}"],
    "AutoSelectCertificateForUrls": ['{"pattern": "https://a.example", "filter": {}}'],
    "HomepageLocation": "https://acme.example",
}
FIREFOX: dict[str, Any] = {
    "PayloadType": "org.mozilla.firefox",
    "EnterprisePoliciesEnabled": True,
    "AutoLaunchProtocolsFromOrigins": [{"protocol": "com-okta-authenticator", "allowed_origins": [f"https://{HOST}"]}],
    "Handlers": {"schemes": {"com-okta-authenticator": {"action": "useSystemDefault", "ask": False}}},
}


def forced(domain: str, settings: dict[str, Any]) -> dict[str, Any]:
    """The settings of a domain in Apple's own payload for managed preferences."""
    content = {domain: {"Forced": [{"mcx_preference_settings": settings}]}}
    return {"PayloadType": "com.apple.ManagedClient.preferences", "PayloadContent": content}


def settings_of(payload: dict[str, Any]) -> dict[str, Any]:
    """A payload without its type."""
    return {key: value for key, value in payload.items() if key != "PayloadType"}


SAMPLES: dict[str, list[dict[str, Any]]] = {
    "scep": [scep_payload(f"https://{HOST}/pki/x", CANARY, subject_alt_name={"rfc822Name": ["$EMAIL"]})],
    "credential": [CREDENTIAL],
    "redirect": [DOMAINS, REDIRECT],
    "okta": [APP, APP_EXTENSION],
    "okta forced": [
        forced("com.okta.mobile", settings_of(APP)),
        forced(EXTENSION, settings_of(APP_EXTENSION)),
    ],
    "chrome": [CHROME],
    "edge": [{**CHROME, "PayloadType": "com.microsoft.Edge"}],
    "firefox": [FIREFOX],
    "chrome forced": [forced("com.google.Chrome", settings_of(CHROME))],
    "root": [{"PayloadType": "com.apple.security.root", "PayloadContent": ROOT_DER}],
    "pkcs1": [
        {"PayloadType": "com.apple.security.pkcs1", "PayloadContent": ROOT_DER, "PayloadCertificateFileName": "a.cer"}
    ],
    "unknown": [{"PayloadType": "com.example.whatever", "Anything": [1, {"goes": True}], "PayloadEnabled": True}],
    "enabled": [{**CREDENTIAL, "PayloadEnabled": True, "PayloadDescription": "Sign in once."}],
    "unknown forced": [forced("com.example.app", {"OktaVerify.OrgUrl": 5})],
}


def profile_of(payloads: list[dict[str, Any]], **top: Any) -> dict[str, Any]:
    """The profile of payloads as a dictionary, with changed keys at the top."""
    return {**load(mobileconfig(payloads, identifier="com.example.a", name="Example")), **top}
