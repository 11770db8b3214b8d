# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of ``com.apple.extensiblesso`` and ``com.apple.associated-domains`` that depend on more than one key.

Apple's rules are in the text of its schema (apple/device-management, com.apple.extensiblesso.yaml), Okta's on its pages
"Configure a credential SSO extension for managed macOS devices" and on Desktop Password Sync.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_finding import (
    Context,
    Finding,
    error,
    warning,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_keys_apple import EXTENSIBLE_SSO
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_keys_apps import (
    OKTA_EXTENSION,
    OKTA_REALM,
    OKTA_TEAM,
    OKTA_VERIFY,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_variables import HOST, is_host, spelt_alike

_DOMAIN = re.compile(rf"[a-z]+:(\*\.)?{HOST.pattern}(:[0-9]+)?(\?mode=[a-z+]+)?")
_POLICIES = ("FileVaultPolicy", "LoginPolicy", "UnlockPolicy")
_ACCESS_KEY = (
    "AccessKeyReaderGroupIdentifier",
    "AccessKeyReaderIssuerCertificateUUID",
    "AccessKeyTerminalIdentityUUID",
)
_GRACE = {
    "AllowOfflineGracePeriod": "OfflineGracePeriod",
    "AllowAuthenticationGracePeriod": "AuthenticationGracePeriod",
}


def _check_hosts(context: Context) -> Iterator[Finding]:
    hosts, kind = texts(context.payload.get("Hosts")), context.payload.get("Type")
    if kind == "Credential" and not context.payload.get("Hosts"):
        yield context.error("sso-hosts", "A Credential payload needs Hosts: the org and its custom domain.", "Hosts")
    if kind == "Redirect" and hosts:
        yield context.warning("sso-ignored", "macOS ignores Hosts of a Redirect payload; it goes by URLs.", "Hosts")
    for index, host in enumerate(hosts):
        if not is_host(host):
            yield context.error(
                "sso-hosts", f"{host!r} is no host name; write it without scheme, port and path.", "Hosts", index
            )


def _check_urls(context: Context) -> Iterator[Finding]:
    urls, kind = texts(context.payload.get("URLs")), context.payload.get("Type")
    if kind == "Redirect" and not context.payload.get("URLs"):
        yield context.error("sso-urls", "A Redirect payload needs URLs.", "URLs")
    if kind == "Credential" and urls:
        yield context.warning("sso-ignored", "macOS ignores URLs of a Credential payload; it goes by Hosts.", "URLs")
    for index, url in enumerate(urls):
        if not re.match(r"https?://[^/?#\s]+", url, re.IGNORECASE):
            yield context.error("sso-urls", f"{url!r} does not begin with https:// and a host.", "URLs", index)
        elif "?" in url or "#" in url:
            yield context.error("sso-urls", f"{url!r} has a query or a fragment, which macOS refuses.", "URLs", index)


def _check_team(context: Context) -> Iterator[Finding]:
    payload = context.payload
    if not payload.get("TeamIdentifier"):
        yield context.error(
            "sso-team",
            "macOS needs the TeamIdentifier of the extension. Ignore this for a profile without Macs.",
            "TeamIdentifier",
        )
    elif payload.get("ExtensionIdentifier") == OKTA_EXTENSION and payload["TeamIdentifier"] != OKTA_TEAM:
        yield context.error("sso-team", f"The TeamIdentifier of Okta is {OKTA_TEAM}.", "TeamIdentifier")


def _check_extension(context: Context) -> Iterator[Finding]:
    extension, place = context.payload.get("ExtensionIdentifier"), "ExtensionIdentifier"
    wrong = (OKTA_VERIFY, f"{OKTA_TEAM}.{OKTA_EXTENSION}", f"{OKTA_TEAM}.{OKTA_VERIFY}")
    if extension == "":
        yield context.error("sso-extension", "Name the extension, such as " + OKTA_EXTENSION + ".", place)
    elif isinstance(extension, str) and extension != OKTA_EXTENSION:
        if extension in wrong or spelt_alike(extension, (OKTA_EXTENSION,)):
            message = f"Okta's extension is {OKTA_EXTENSION}, in lower case and without the team."
            yield context.error("sso-extension", message, place)
        elif context.payload.get("TeamIdentifier") == OKTA_TEAM:
            message = f"Of Okta's team {OKTA_EXTENSION} is known, not {extension!r}."
            yield context.warning("sso-extension", message, place)


def _check_realm(context: Context) -> Iterator[Finding]:
    payload, realm = context.payload, context.payload.get("Realm")
    if payload.get("Type") == "Redirect" and realm is not None:
        yield context.warning("sso-ignored", "macOS ignores Realm of a Redirect payload.", "Realm")
    elif _is_okta(payload, "Credential") and realm != OKTA_REALM:
        yield context.error("sso-realm", f"Okta's extension answers to the Realm {OKTA_REALM!r} only.", "Realm")


def _check_method(context: Context) -> Iterator[Finding]:
    payload, settings = context.payload, context.payload.get("PlatformSSO")
    methods = [one.get("AuthenticationMethod") for one in (payload, settings) if isinstance(one, dict)]
    if any(methods):
        return
    if payload.get("RegistrationToken"):
        yield context.error("sso-platform", "RegistrationToken needs an AuthenticationMethod.", "RegistrationToken")
    elif _is_okta(payload, "Redirect"):
        message = "Platform SSO needs an AuthenticationMethod, in PlatformSSO or, for macOS 13, beside it."
        yield context.warning("sso-platform", message, "PlatformSSO", "AuthenticationMethod")


def _check_platform_sso(context: Context) -> Iterator[Finding]:
    payload, settings = context.payload, context.payload.get("PlatformSSO")
    if not isinstance(settings, dict):
        return
    if payload.get("Type") == "Credential":
        yield context.error("sso-platform", "Platform SSO needs the Type Redirect.", "PlatformSSO")
    shared = settings.get("UseSharedDeviceKeys")
    if shared is True and context.scope == "User":
        yield _platform(
            context, "It works on the device channel only: set PayloadScope to System.", "UseSharedDeviceKeys"
        )
    for key in ("EnableCreateUserAtLogin", "EnableAuthorization"):
        if settings.get(key) is True and shared is not True:
            yield _platform(context, f"{key} needs UseSharedDeviceKeys true.", key)
    for policy in _POLICIES:
        for name, needed in _GRACE.items():
            if name in texts(settings.get(policy)) and needed not in settings:
                yield _platform(context, f"{name} in {policy} needs {needed}.", needed)
    if "AccessKey" in texts(settings.get("NewUserAuthenticationMethods")):
        missing = [key for key in _ACCESS_KEY if key not in settings]
        if missing:
            yield _platform(context, f"AccessKey needs {' and '.join(missing)}.", "NewUserAuthenticationMethods")


def _platform(context: Context, message: str, key: str) -> Finding:
    return context.error("sso-platform", message, "PlatformSSO", key)


def _check_associated_domains(context: Context) -> Iterator[Finding]:
    configuration = context.payload.get("Configuration")
    for index, item in enumerate(configuration if isinstance(configuration, list) else []):
        if not isinstance(item, dict):
            continue
        place = ("Configuration", index)
        app, domains = item.get("ApplicationIdentifier"), texts(item.get("AssociatedDomains"))
        # Apple's own example has neither team nor service, against the text of its schema.
        doubt = context.error if isinstance(app, str) and OKTA_VERIFY in app else context.warning
        if isinstance(app, str) and not re.match(r"[A-Z0-9]{10}\.[^.]", app):
            yield doubt(
                "domains-app",
                f"{app!r} does not begin with a team such as {OKTA_TEAM}, so that no domain would be verified.",
                *place,
                "ApplicationIdentifier",
            )
        if item.get("AssociatedDomains") == []:
            yield context.warning("domains-form", "The app has no domain.", *place, "AssociatedDomains")
        for number, domain in enumerate(domains):
            if not _DOMAIN.fullmatch(domain):
                message = f"{domain!r} is not of the form SERVICE:HOST, such as authsrv:example.okta.com."
                yield doubt("domains-form", message, *place, "AssociatedDomains", number)
        if item.get("EnableDirectDownloads") is True and not any("?mode=managed" in domain for domain in domains):
            message = "macOS ignores it for domains that do not end in ?mode=managed."
            yield context.warning("domains-download", message, *place, "EnableDirectDownloads")


def check_profile(profile: dict[str, Any]) -> Iterator[Finding]:
    """Hosts and URLs of all SSO payloads of a profile are unique, and Okta's two kinds are not mixed."""
    content = profile.get("PayloadContent")
    payloads = [one for one in content if isinstance(one, dict)] if isinstance(content, list) else []
    payloads = [payload for payload in payloads if payload.get("PayloadType") == EXTENSIBLE_SSO]
    for key in ("Hosts", "URLs"):
        names = Counter(name.casefold() for payload in payloads for name in texts(payload.get(key)))
        for name in (name for name, count in names.items() if count > 1):
            yield error(
                "sso-duplicate",
                f"{name} is set twice; hosts and URLs are unique over all SSO payloads of a Mac.",
                payload=EXTENSIBLE_SSO,
                key=key,
            )
    if all(any(_is_okta(payload, kind) for payload in payloads) for kind in ("Credential", "Redirect")):
        yield warning(
            "sso-mixed",
            "The Credential payload (FastPass) and the Redirect payload (Platform SSO) of Okta are two features: give "
            "each a profile of its own, so that one can be withdrawn without the other.",
            payload=EXTENSIBLE_SSO,
            key="Type",
        )


def texts(value: Any) -> list[str]:
    """The texts of an array; none if it is no array."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _is_okta(payload: dict[str, Any], kind: str) -> bool:
    return payload.get("ExtensionIdentifier") == OKTA_EXTENSION and payload.get("Type") == kind


SSO_CHECKS = (
    _check_hosts,
    _check_urls,
    _check_team,
    _check_extension,
    _check_realm,
    _check_method,
    _check_platform_sso,
)
ASSOCIATED_DOMAINS_CHECKS = (_check_associated_domains,)
