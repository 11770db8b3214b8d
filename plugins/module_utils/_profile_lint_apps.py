# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of managed preferences: the two domains of Okta Verify, and the domains of browsers.

A domain comes as a payload of its own (``PayloadType`` is the domain, the settings stand beside the common keys) or in
``com.apple.ManagedClient.preferences``; both are checked alike.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_finding import (
    Context,
    Finding,
    error,
    warning,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_keys_apple import (
    COMMON,
    MANAGED_PREFERENCES,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_keys_apps import (
    DEVICE_HEALTH_OPTIONS,
    DOMAINS,
    EXTENSION_ONLY,
    FIREFOX,
    LOCAL_NETWORK,
    OKTA_EXTENSION,
    OKTA_VERIFY,
    PLUGIN,
    UNLISTED_ENROLLMENT_OPTION,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_lint_keys import SLIP, check_table
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_lint_sso import texts
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_plist import KeyPath
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_variables import (
    closest,
    iru_variables_in,
    is_host,
    spelt_alike,
)

_LOGIN_HINTS = ("$EMAIL", "$USERNAME")
_PREFIX = "OktaVerify."


@dataclass(frozen=True)
class Preferences:
    """The settings of one preference domain, and where they stand in their payload."""

    domain: str
    settings: dict[str, Any]
    path: KeyPath = ()


def preferences_in(payload: dict[str, Any]) -> Iterator[Preferences]:
    """The domains of DOMAINS that a payload sets."""
    kind = payload.get("PayloadType")
    if isinstance(kind, str) and kind in DOMAINS:
        yield Preferences(kind, {key: value for key, value in payload.items() if key not in COMMON})
    content = payload.get("PayloadContent")
    if kind != MANAGED_PREFERENCES or not isinstance(content, dict):
        return
    for domain, ways in content.items():
        for way, items in ways.items() if domain in DOMAINS and isinstance(ways, dict) else ():
            for index, item in enumerate(items if isinstance(items, list) else []):
                settings = item.get("mcx_preference_settings") if isinstance(item, dict) else None
                if isinstance(settings, dict):
                    path = ("PayloadContent", domain, way, index, "mcx_preference_settings")
                    yield Preferences(domain, settings, path)


def check_preferences(context: Context) -> Iterator[Finding]:
    """What is wrong with each domain that a payload sets."""
    for found in preferences_in(context.payload):
        plugins = _plugins(found.settings)
        beside = dict.fromkeys(plugins, PLUGIN.keys["name"])
        yield from check_table(context, found.settings, DOMAINS[found.domain], found.path, beside)
        yield from _check_empty(context, found)
        for check in _OKTA_CHECKS if found.domain in (OKTA_VERIFY, OKTA_EXTENSION) else _BROWSER_CHECKS:
            yield from check(context, found)


def check_domains(context: Context) -> Iterator[Finding]:
    """A domain that is one slip of the pen from a known one is that of no app."""
    content = context.payload.get("PayloadContent")
    for domain in content if isinstance(content, dict) else ():
        meant = None if domain in DOMAINS else closest(domain, DOMAINS, SLIP)
        if meant and spelt_alike(domain, (meant,)):
            yield context.error("key-misspelt", f"No app reads {domain!r}; write {meant!r}.", "PayloadContent", domain)
        elif meant:
            message = f"{domain!r} is almost {meant!r}; if that is meant, no app reads it."
            yield context.warning("key-misspelt", message, "PayloadContent", domain)


def _check_empty(context: Context, found: Preferences) -> Iterator[Finding]:
    for key, value in found.settings.items():
        if value == "" and key in DOMAINS[found.domain].keys:
            yield context.warning("value", f"{key} is empty; leave it out.", *found.path, key)


def _check_org_url(context: Context, found: Preferences) -> Iterator[Finding]:
    url = found.settings.get("OktaVerify.OrgUrl")
    if isinstance(url, str) and url and not is_host(re.sub(r"^https://|/$", "", url)):
        message = f"OktaVerify.OrgUrl is {url!r}; expected the host of the org, or https:// and the host."
        yield context.error("okta-org-url", message, *found.path, "OktaVerify.OrgUrl")


def _check_options(context: Context, found: Preferences) -> Iterator[Finding]:
    settings = found.settings
    if settings.get("OktaVerify.EnrollmentOptions") == UNLISTED_ENROLLMENT_OPTION:
        yield context.warning(
            "okta-enrollment",
            f"{UNLISTED_ENROLLMENT_OPTION} is in Okta's example but not in its list of values; the list has Enabled.",
            *found.path,
            "OktaVerify.EnrollmentOptions",
        )
    health = settings.get("OktaVerify.DeviceHealthOptions")
    options = [option.strip() for option in health.split(";")] if isinstance(health, str) else []
    for option in options:
        if option not in DEVICE_HEALTH_OPTIONS:
            message = f"{option!r} is none of {', '.join(DEVICE_HEALTH_OPTIONS)}; separate several by semicolons."
            yield context.error("okta-health", message, *found.path, "OktaVerify.DeviceHealthOptions")
    if "Disabled" in options and len(options) > 1:
        message = "Disabled hides the whole page, so that the other options say nothing."
        yield context.warning("okta-health", message, *found.path, "OktaVerify.DeviceHealthOptions")


def _check_osquery(context: Context, found: Preferences) -> Iterator[Finding]:
    settings = found.settings
    timeout, domains = (
        settings.get(f"{_PREFIX}{key}") for key in ("OSQueryCustomChecksTimeout", "OSQueryAllowedDomains")
    )
    if isinstance(timeout, str) and not re.fullmatch(r"[1-9][0-9]*", timeout):
        message = f"{timeout!r} is no number of seconds, written as text."
        yield context.error("okta-osquery", message, *found.path, "OktaVerify.OSQueryCustomChecksTimeout")
    for domain in domains.split(";") if isinstance(domains, str) else ():
        if not is_host(domain.strip()):
            message = f"{domain!r} is no host name; separate several by semicolons."
            yield context.error("okta-osquery", message, *found.path, "OktaVerify.OSQueryAllowedDomains")
    if (timeout is not None or domains is not None) and settings.get(
        "OktaVerify.EnableOSQueryCustomChecks"
    ) is not True:
        message = "Custom osquery checks are off without it, so that the other OSQuery keys say nothing."
        yield context.warning("okta-osquery", message, *found.path, "OktaVerify.EnableOSQueryCustomChecks")


def _check_login_hint(context: Context, found: Preferences) -> Iterator[Finding]:
    hint = found.settings.get("OktaVerify.UserPrincipalName")
    if not isinstance(hint, str):
        return
    variables = iru_variables_in(hint)
    place = (*found.path, "OktaVerify.UserPrincipalName")
    if not variables:
        yield context.warning("okta-login-hint", "The same user name for every Mac; write $EMAIL.", *place)
    elif not set(variables) & set(_LOGIN_HINTS):
        yield context.warning("okta-login-hint", f"{hint} is hardly a user name in Okta; write $EMAIL.", *place)


def _check_domain(context: Context, found: Preferences) -> Iterator[Finding]:
    for key in EXTENSION_ONLY if found.domain == OKTA_VERIFY else ():
        if key in found.settings:
            message = f"{key} is documented for {OKTA_EXTENSION}, not for {OKTA_VERIFY}; there it is seen in use."
            yield context.warning("okta-domain", message, *found.path, key)


def _plugins(settings: dict[str, Any]) -> list[str]:
    named = settings.get("OktaVerify.Plugins")
    return [named] if isinstance(named, str) else texts(named)


def _check_plugins(context: Context, found: Preferences) -> Iterator[Finding]:
    settings, place = found.settings, (*found.path, "OktaVerify.Plugins")
    if isinstance(settings.get("OktaVerify.Plugins"), str):
        message = "Text is on one page of Okta; its page on EDR and all profiles seen have an array of texts."
        yield context.warning("okta-plugin", message, *place)
    for name in _plugins(settings):
        plugin = settings.get(name)
        if not isinstance(plugin, dict):
            yield context.error(
                "okta-plugin", f"The plug-in {name!r} needs a dictionary of that name.", *found.path, name
            )
            continue
        yield from check_table(context, plugin, PLUGIN, (*found.path, name))
        if isinstance(plugin.get("name"), str) and plugin["name"] != name:
            yield context.error(
                "okta-plugin", f"The plug-in {name!r} names itself otherwise.", *found.path, name, "name"
            )
        if isinstance(plugin.get("location"), str) and not plugin["location"].startswith("/"):
            yield context.error("okta-plugin", "location must be a whole path.", *found.path, name, "location")


def _check_launch(context: Context, found: Preferences) -> Iterator[Finding]:
    key = "AutoLaunchProtocolsFromOrigins"
    entries = found.settings.get(key)
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        protocol = entry.get("protocol") if isinstance(entry, dict) else None
        if isinstance(protocol, str) and not re.fullmatch(r"[a-z][a-z0-9+.-]*", protocol):
            message = f"{protocol!r} is no protocol; write it in lower case and without colon: com-okta-authenticator."
            yield context.error("browser-protocol", message, *found.path, key, index, "protocol")
        for number, origin in enumerate(texts(entry.get("allowed_origins")) if isinstance(entry, dict) else []):
            if re.search(r"[?#@\s]|(?<!/)/(?!/)", origin) or not origin:
                message = f"{origin!r} is no origin: the browser ignores one that has a path, a query or a user."
                yield context.error("browser-origin", message, *found.path, key, index, "allowed_origins", number)
            elif found.domain == FIREFOX and not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", origin):
                message = f"{origin!r} has no scheme; Firefox takes whole origins only, such as https://{origin}."
                yield context.error("browser-origin", message, *found.path, key, index, "allowed_origins", number)


def _check_patterns(context: Context, found: Preferences) -> Iterator[Finding]:
    for key in LOCAL_NETWORK:
        for index, pattern in enumerate(texts(found.settings.get(key))):
            if not pattern or re.search(r"\s", pattern):
                message = f"{pattern!r} is no pattern of URLs, such as https://example.okta.com."
                yield context.error("browser-origin", message, *found.path, key, index)


def _check_json(context: Context, found: Preferences) -> Iterator[Finding]:
    key = "AutoSelectCertificateForUrls"
    for index, text in enumerate(texts(found.settings.get(key))):
        try:
            json.loads(text)
        except ValueError:
            message = 'Each item is a JSON object written as text, such as {"pattern": …, "filter": …}.'
            yield context.error("browser-json", message, *found.path, key, index)


def _check_firefox(context: Context, found: Preferences) -> Iterator[Finding]:
    if found.domain == FIREFOX and found.settings.get("EnterprisePoliciesEnabled") is not True:
        message = "Firefox reads no policy of a profile without EnterprisePoliciesEnabled true."
        yield context.error("firefox-disabled", message, *found.path, "EnterprisePoliciesEnabled")


def check_profile(profile: dict[str, Any]) -> Iterator[Finding]:
    """One domain is set once, and both domains of Okta Verify alike."""
    content = profile.get("PayloadContent")
    payloads = [one for one in content if isinstance(one, dict)] if isinstance(content, list) else []
    found = [preferences for payload in payloads for preferences in preferences_in(payload)]
    set_in = Counter((one.domain, key) for one in found for key in one.settings)
    twice = [place for place, count in set_in.items() if count > 1]
    for domain, key in twice:
        message = f"{domain} is set twice with {key}; which of the two wins is not defined."
        yield error("preference-twice", message, payload=domain, key=key)
    kinds = Counter(one.domain for one in found if not one.path)
    for domain in sorted(kind for kind, count in kinds.items() if count > 1 and kind not in dict(twice)):
        message = f"{kinds[domain]} payloads of the type {domain}; its manifest has one a profile. Make one of them."
        yield warning("preference-twice", message, payload=domain, key="PayloadType")
    both = [_for_both(found, domain) for domain in (OKTA_VERIFY, OKTA_EXTENSION)]
    for key in sorted({key for settings in both for key in settings}):
        if any(key not in settings for settings in both) or both[0][key] != both[1][key]:
            message = f"Okta asks for the same settings in {OKTA_VERIFY} and {OKTA_EXTENSION}; {key} is not the same."
            yield warning("okta-domains", message, payload=OKTA_VERIFY, key=key)


def _for_both(found: list[Preferences], domain: str) -> dict[str, Any]:
    """The settings of a domain of Okta Verify but for those that only the extension reads."""
    settings: dict[str, Any] = {}
    for one in found:
        if one.domain == domain:
            settings |= {key: value for key, value in one.settings.items() if key not in EXTENSION_ONLY}
    return settings


_OKTA_CHECKS = (
    _check_org_url,
    _check_options,
    _check_osquery,
    _check_login_hint,
    _check_domain,
    _check_plugins,
)
_BROWSER_CHECKS = (_check_launch, _check_patterns, _check_json, _check_firefox)
