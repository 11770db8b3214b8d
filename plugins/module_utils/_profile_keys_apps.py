# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The managed preferences that this collection sets in Okta Verify and in browsers, as tables.

Okta Verify: Okta's page "Managed app configurations for macOS" and ProfileManifests (manifests of ``com.okta.mobile``
and ``com.okta.mobile.auth-service-extension``). Browsers: the vendors' policy lists; only the policies that bear on the
prompt "Open Okta Verify", so these tables are not closed.
"""

from __future__ import annotations

from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_lint_keys import (
    ANYTHING,
    FLAG,
    TEXT,
    TEXTS,
    Key,
    Table,
    array,
    dictionary,
    one_of,
)

OKTA_VERIFY = "com.okta.mobile"
OKTA_EXTENSION = "com.okta.mobile.auth-service-extension"
OKTA_TEAM = "B7F62B65BN"
OKTA_REALM = "Okta Device"
CHROME = "com.google.Chrome"
EDGE = "com.microsoft.Edge"
FIREFOX = "org.mozilla.firefox"

CROWDSTRIKE = "com.crowdstrike.zta"

ENROLLMENT_OPTIONS = ("SilentEnrollmentDisabled", "Enabled", "Disabled")
# In Okta's example and in Iru's template, but not in the list of values on the same page.
UNLISTED_ENROLLMENT_OPTION = "SilentEnrollmentEnabled"
DEVICE_HEALTH_OPTIONS = ("Disabled", "HideOSUpdate", "HideDiskEncryption", "HideBiometrics", "HidePassword")
PROTOCOL_VERSIONS = ("1.0", "2.0")  # macOS 13; macOS 14 and later

EXTENSION_ONLY = ("OktaVerify.PasswordSyncClientID", "PlatformSSO.ProtocolVersion")
"""Keys that are read from the domain of the extension only; all others belong into both."""

# Okta's page says text for OktaVerify.Plugins, its page on EDR and every profile that was seen an array.
_OKTA_KEYS = {
    "OktaVerify.OrgUrl": TEXT,
    "OktaVerify.UserPrincipalName": TEXT,
    "OktaVerify.EnrollmentOptions": one_of(*ENROLLMENT_OPTIONS, UNLISTED_ENROLLMENT_OPTION),
    "OktaVerify.DeviceHealthOptions": TEXT,
    "OktaVerify.ReportDiagnostics": FLAG,
    "OktaVerify.LaunchOptions": one_of("HideMainWindow"),
    "OktaVerify.Plugins": Key((list, str), items=TEXT),
    "OktaVerify.EnableOSQueryCustomChecks": FLAG,
    "OktaVerify.OSQueryCustomChecksTimeout": TEXT,
    "OktaVerify.OSQueryAllowedDomains": TEXT,
    "OktaVerify.PasswordSyncClientID": TEXT,
    "PlatformSSO.ProtocolVersion": one_of(*PROTOCOL_VERSIONS),
}
# The names begin alike, so that nothing but a slip of the pen is more alike than this.
_OKTA = Table(_OKTA_KEYS, reader="Okta Verify", alike=0.88, new_keys=True)

PLUGIN = Table(
    {
        "name": TEXT.needed(),
        "description": TEXT,
        "location": TEXT.needed(),
        "format": one_of("JWT").needed(),
        "type": one_of("FILE", "file").needed(),  # Okta's page and Iru's template
    },
    reader="Okta Verify",
    new_keys=True,
)

# Of the loopback interface the browser asks the first of these that names an origin (Chrome and Edge 146; before, the
# last two alone), of the rest of the local network those without Loopback.
LOCAL_NETWORK = (
    "LoopbackNetworkBlockedForUrls",
    "LoopbackNetworkAllowedForUrls",
    "LocalNetworkBlockedForUrls",
    "LocalNetworkAllowedForUrls",
    "LocalNetworkAccessBlockedForUrls",
    "LocalNetworkAccessAllowedForUrls",
)

_LAUNCH = array(dictionary(Table({"protocol": TEXT.needed(), "allowed_origins": TEXTS.needed()}, reader="The browser")))
_CHROMIUM = {
    "AutoLaunchProtocolsFromOrigins": _LAUNCH,
    "ExternalProtocolDialogShowAlwaysOpenCheckbox": FLAG,
    **dict.fromkeys(LOCAL_NETWORK, TEXTS),
    "AutoSelectCertificateForUrls": TEXTS,  # each is JSON written as text
}
_HANDLER = Table(
    {
        "action": one_of("saveToDisk", "useHelperApp", "useSystemDefault"),
        "ask": FLAG,
        "handlers": array(ANYTHING),
    },
    reader="Firefox",
)

DOMAINS = {
    OKTA_VERIFY: _OKTA,
    OKTA_EXTENSION: _OKTA,
    CHROME: Table(_CHROMIUM, reader="Chrome", closed=False, new_keys=True),
    EDGE: Table(_CHROMIUM, reader="Edge", closed=False, new_keys=True),
    FIREFOX: Table(
        {
            "EnterprisePoliciesEnabled": FLAG,
            "AutoLaunchProtocolsFromOrigins": _LAUNCH,
            "Handlers": dictionary(
                Table({"schemes": dictionary(others=dictionary(_HANDLER))}, reader="Firefox", closed=False)
            ),
        },
        reader="Firefox",
        closed=False,
        new_keys=True,
    ),
}
"""Preference domain to the keys that are known; a payload of this type holds them beside the common keys."""
