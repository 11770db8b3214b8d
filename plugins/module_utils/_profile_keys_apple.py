# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The keys of Apple's payloads that this collection builds or replaces, as tables.

Names, types, range lists and ranges are those of apple/device-management, ``mdm/profiles`` (macOS 26), and of Apple's
documentation of the Extensible Single Sign-On payload for keys that are newer. Keys that have a rule of their own say
it in ``_profile_lint_scep.py`` or ``_profile_lint_sso.py``.
"""

from __future__ import annotations

from ansible_collections.okta_iru.attestation.plugins.module_utils._profile import SCEP
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_lint_keys import (
    ANYTHING,
    DATA,
    DATE,
    FLAG,
    INTEGER,
    REAL,
    TEXT,
    TEXTS,
    Key,
    Table,
    array,
    at_least,
    dictionary,
    one_of,
)

EXTENSIBLE_SSO = "com.apple.extensiblesso"
ASSOCIATED_DOMAINS = "com.apple.associated-domains"
MANAGED_PREFERENCES = "com.apple.ManagedClient.preferences"
ROOT_CERTIFICATE = "com.apple.security.root"
CERTIFICATE = "com.apple.security.pkcs1"

# TopLevel.yaml. What is required, PayloadType and PayloadScope have checks of their own, with their own words.
TOP_LEVEL = Table(
    {
        "PayloadIdentifier": TEXT,
        "PayloadUUID": TEXT,
        "PayloadType": TEXT,
        "PayloadVersion": one_of(1),
        "PayloadContent": ANYTHING,
        "IsEncrypted": FLAG,
        "EncryptedPayloadContent": DATA,
        "PayloadDescription": TEXT,
        "PayloadDisplayName": TEXT,
        "PayloadOrganization": TEXT,
        "HasRemovalPasscode": FLAG,
        "PayloadRemovalDisallowed": FLAG,
        "PayloadScope": ANYTHING,
        "RemovalDate": DATE,
        "PayloadExpirationDate": DATE,
        "DurationUntilRemoval": REAL,
        "TargetDeviceType": one_of(0, 1, 2, 3, 4, 5, 6),
        "ConsentText": dictionary(others=TEXT),  # language to text; the schema has one level too many
        "PayloadEnabled": FLAG,
    }
)

# CommonPayloadKeys.yaml, and PayloadEnabled, which is in no schema and in many profiles.
COMMON = {
    "PayloadIdentifier": TEXT,
    "PayloadUUID": TEXT,
    "PayloadType": TEXT,
    "PayloadVersion": ANYTHING,
    "PayloadDescription": TEXT,
    "PayloadDisplayName": TEXT,
    "PayloadOrganization": TEXT,
    "PayloadEnabled": FLAG,
}

_NAMES = Key((str, list), items=TEXT)  # the schema says string, its text allows an array
# com.apple.security.scep.yaml; CertificateRenewalTimeInterval is only in ProfileManifests and harmless.
SCEP_SETTINGS = Table(
    {
        "URL": TEXT,
        "Name": TEXT,
        "Subject": Key((list,)),
        "Challenge": TEXT,
        "Keysize": INTEGER,
        "Key Type": TEXT,
        "Key Usage": INTEGER,
        "CAFingerprint": DATA,
        "Retries": at_least(0),
        "RetryDelay": at_least(0),
        "SubjectAltName": dictionary(others=_NAMES),
        "KeyIsExtractable": FLAG,
        "AllowAllAppsAccess": FLAG,
        "CertificateRenewalTimeInterval": INTEGER,
    }
)

_GRACE = ("AllowOfflineGracePeriod", "AllowAuthenticationGracePeriod")
_TOUCH = ("RequireTouchID", "RequireTouchIDOrWatch", "AllowOpenIDForTouchIDFallback")  # macOS 27
_POLICY = ("AttemptAuthentication", "RequireAuthentication", *_GRACE, *_TOUCH)
PLATFORM_SSO = Table(
    {
        "AuthenticationMethod": one_of("Password", "UserSecureEnclaveKey", "SmartCard", "OpenID"),
        "UseSharedDeviceKeys": FLAG,
        "AccountDisplayName": TEXT,
        "LoginFrequency": at_least(3600),
        "EnableCreateUserAtLogin": FLAG,
        "EnableAuthorization": FLAG,
        "TokenToUserMapping": dictionary(Table({"AccountName": TEXT, "FullName": TEXT})),
        "NewUserAuthorizationMode": one_of("Standard", "Admin", "Groups", "Temporary"),
        "UserAuthorizationMode": one_of("Standard", "Admin", "Groups"),
        "AdministratorGroups": TEXTS,
        "AdditionalGroups": TEXTS,
        "AuthorizationGroups": dictionary(others=TEXT),
        # macOS 15
        "FileVaultPolicy": array(one_of(*_POLICY)),
        "LoginPolicy": array(one_of(*_POLICY)),
        "UnlockPolicy": array(one_of(*_POLICY, "AllowTouchIDOrWatchForUnlock")),
        "OfflineGracePeriod": at_least(0),
        "AuthenticationGracePeriod": at_least(0),
        "NonPlatformSSOAccounts": TEXTS,
        "AllowDeviceIdentifiersInAttestation": FLAG,
        # macOS 26
        "EnableRegistrationDuringSetup": FLAG,
        "EnableCreateFirstUserDuringSetup": FLAG,
        "NewUserAuthenticationMethods": array(one_of("Password", "SmartCard", "AccessKey", "OpenID")),
        "AccessKeyReaderGroupIdentifier": Key((bytes, str)),  # the schema says data; macOS also reads hexadecimal text
        "AccessKeyReaderIssuerCertificateUUID": TEXT,
        "AccessKeyTerminalIdentityUUID": TEXT,
        "AllowAccessKeyExpressMode": FLAG,
        "SynchronizeProfilePicture": FLAG,
        "TemporarySessionQuickLogin": FLAG,
        # macOS 27
        "AllowWebLoginPasswordSync": FLAG,
        "WebLoginURLAllowList": TEXTS,
    }
)

_SETTINGS_OF_A_DOMAIN = array(
    dictionary(
        # The second key is what tools write beside Set-Once, and not in the schema.
        Table({"mcx_preference_settings": dictionary().needed(), "mcx_data_timestamp": DATE})
    )
)

PAYLOADS = {
    SCEP: Table({"PayloadContent": dictionary(SCEP_SETTINGS)}),
    EXTENSIBLE_SSO: Table(
        {
            "ExtensionIdentifier": TEXT.needed(),
            "TeamIdentifier": TEXT,
            "Type": one_of("Credential", "Redirect").needed(),
            "Realm": TEXT,
            "Hosts": TEXTS,
            "URLs": TEXTS,
            "ExtensionData": dictionary(),
            "ScreenLockedBehavior": one_of("Cancel", "DoNotHandle"),
            "DeniedBundleIdentifiers": TEXTS,
            "AuthenticationMethod": one_of("Password", "UserSecureEnclaveKey"),
            "RegistrationToken": TEXT,
            "PlatformSSO": dictionary(PLATFORM_SSO),
        }
    ),
    ASSOCIATED_DOMAINS: Table(
        {
            "Configuration": array(
                dictionary(
                    Table(
                        {
                            "ApplicationIdentifier": TEXT.needed(),
                            "AssociatedDomains": TEXTS.needed(),
                            "EnableDirectDownloads": FLAG,
                        }
                    )
                )
            ).needed()
        }
    ),
    MANAGED_PREFERENCES: Table(
        {
            "PayloadContent": dictionary(
                others=dictionary(Table({"Forced": _SETTINGS_OF_A_DOMAIN, "Set-Once": _SETTINGS_OF_A_DOMAIN}))
            ).needed()
        }
    ),
    ROOT_CERTIFICATE: Table({"PayloadContent": DATA.needed(), "PayloadCertificateFileName": TEXT}),
    CERTIFICATE: Table({"PayloadContent": DATA.needed(), "PayloadCertificateFileName": TEXT}),
}
"""PayloadType to the keys that are not common to all payloads."""
