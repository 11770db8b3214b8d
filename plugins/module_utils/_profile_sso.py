# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the payloads that forward requests of Safari and of apps to Okta Verify.

Two features share Apple's payload type and are not mixed: the Credential extension of FastPass (Okta's page "Configure
a credential SSO extension for managed macOS devices"), and Platform SSO, which Okta calls Desktop Password Sync.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_keys_apple import (
    ASSOCIATED_DOMAINS,
    EXTENSIBLE_SSO,
    PLATFORM_SSO,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_keys_apps import (
    OKTA_EXTENSION,
    OKTA_REALM,
    OKTA_TEAM,
    OKTA_VERIFY,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_options import (
    boolean,
    choice,
    okta_host,
    okta_hosts,
    text,
    texts,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_plist import normalise
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_variables import closest

_SIGN_ON_PATHS = ("/device-access/api/v1/nonce", "/oauth2/v1/token")
_SETUP_PATH = "/v1/auth/device-sign"  # macOS 26, registration in Setup Assistant


def sso_extension_payload(
    hosts: str | Sequence[str],
    *,
    denied_bundle_identifiers: Sequence[str] | None = None,
    screen_locked_behavior: str | None = None,
    display_name: str = "Okta FastPass",
    identifier: str | None = None,
) -> dict[str, Any]:
    """The ``com.apple.extensiblesso`` payload of FastPass, Type Credential.

    ``hosts`` are the org and its custom domains, as hosts or https URLs; each may be in one SSO payload of a Mac only.
    ``denied_bundle_identifiers`` are apps that go without, ``screen_locked_behavior`` is Cancel (Apple's default) or
    DoNotHandle. Raises InvalidInput.
    """
    payload = {
        **_extension(display_name, identifier),
        "Type": "Credential",
        "Realm": OKTA_REALM,
        "Hosts": okta_hosts("hosts", hosts),
    }
    if denied_bundle_identifiers:
        payload["DeniedBundleIdentifiers"] = texts("denied_bundle_identifiers", denied_bundle_identifiers)
    if screen_locked_behavior is not None:
        payload["ScreenLockedBehavior"] = choice(
            "screen_locked_behavior", screen_locked_behavior, ("Cancel", "DoNotHandle")
        )
    return payload


def platform_sso_payloads(
    org: str,
    *,
    macos: int = 14,
    platform_sso: Mapping[str, Any] | None = None,
    register_during_setup: bool = False,
    direct_downloads: bool = False,
    display_name: str = "Okta Platform SSO",
) -> list[dict[str, Any]]:
    """The two payloads of Platform SSO: associated domains, and ``com.apple.extensiblesso`` of Type Redirect.

    ``org`` is the host or https URL of the org. ``macos`` 14 is for macOS 14 and later, 13 for macOS 13 alone, which
    has one authentication method and no other settings. ``platform_sso`` adds keys to the PlatformSSO dictionary, or
    changes AuthenticationMethod (Password) and UseSharedDeviceKeys (true). ``register_during_setup`` (macOS 26) also
    registers the Mac in Setup Assistant. ``direct_downloads`` lets Macs fetch the association from the org itself and
    not from Apple. Raises InvalidInput.
    """
    host, given = okta_host("org", org), dict(normalise(platform_sso or {}))
    choice("macos", macos, (13, 14))
    if macos == 13 and (given or register_during_setup):
        raise InvalidInput("macOS 13 has no PlatformSSO settings and no registration during setup; leave both out.")
    for key in given:
        if key not in PLATFORM_SSO.keys:
            meant = closest(key, PLATFORM_SSO.keys)
            hint = f"did you mean {meant}?" if meant else f"it has {', '.join(sorted(PLATFORM_SSO.keys))}."
            raise InvalidInput(f"PlatformSSO has no key {key}; {hint}")
    setup_paths = (_SETUP_PATH,) if boolean("register_during_setup", register_during_setup) else ()
    sign_on = {
        **_extension(display_name, None),
        "Type": "Redirect",
        "URLs": [f"https://{host}{path}" for path in (*_SIGN_ON_PATHS, *setup_paths)],
    }
    if macos == 13:
        sign_on["AuthenticationMethod"] = "Password"
    else:
        setup = {"EnableRegistrationDuringSetup": True} if register_during_setup else {}
        sign_on["PlatformSSO"] = {"AuthenticationMethod": "Password", "UseSharedDeviceKeys": True, **setup, **given}
    apps = (OKTA_EXTENSION,) if macos == 13 else (OKTA_EXTENSION, OKTA_VERIFY)
    return [_domains(host, apps, boolean("direct_downloads", direct_downloads)), sign_on]


def _extension(display_name: str, identifier: str | None) -> dict[str, Any]:
    given = {} if identifier is None else {"PayloadIdentifier": text("identifier", identifier)}
    return {
        "PayloadType": EXTENSIBLE_SSO,
        "PayloadVersion": 1,
        "PayloadDisplayName": text("display_name", display_name),
        "ExtensionIdentifier": OKTA_EXTENSION,
        "TeamIdentifier": OKTA_TEAM,
        **given,
    }


def _domains(host: str, apps: Sequence[str], direct: bool) -> dict[str, Any]:
    # Without the team in front of the bundle identifier macOS cannot verify the domain.
    domain = f"authsrv:{host}?mode=managed" if direct else f"authsrv:{host}"
    downloads = {"EnableDirectDownloads": True} if direct else {}
    return {
        "PayloadType": ASSOCIATED_DOMAINS,
        "PayloadVersion": 1,
        "PayloadDisplayName": "Okta Verify, associated domains",
        "Configuration": [
            {"ApplicationIdentifier": f"{OKTA_TEAM}.{app}", "AssociatedDomains": [domain], **downloads} for app in apps
        ],
    }
