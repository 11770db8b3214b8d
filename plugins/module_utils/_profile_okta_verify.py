# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the managed preferences of Okta Verify: its app configuration, and the plug-in of an EDR agent.

Okta wants the same settings in the domains of the app and of its extension (pages "Managed app configurations for
macOS" and "Integrate Okta Verify with your EDR solution, macOS"). Managed preferences are merged key by key, so one
profile may hold the configuration and another the plug-in.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_keys_apps import (
    CROWDSTRIKE,
    DEVICE_HEALTH_OPTIONS,
    ENROLLMENT_OPTIONS,
    OKTA_EXTENSION,
    OKTA_VERIFY,
    PROTOCOL_VERSIONS,
    UNLISTED_ENROLLMENT_OPTION,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_options import (
    boolean,
    choice,
    count,
    okta_host,
    okta_hosts,
    text,
    texts,
)

CROWDSTRIKE_FILE = "/Library/Application Support/Crowdstrike/ZeroTrustAssessment/data.zta"
_DESCRIPTION = "File based EDR integration between Okta Verify and the Crowdstrike Falcon agent."


def managed_app_config_payloads(
    org_url: str,
    *,
    user_principal_name: str | None = "$EMAIL",
    enrollment_options: str | None = None,
    device_health_options: str | Sequence[str] | None = None,
    report_diagnostics: bool | None = None,
    hide_main_window: bool = False,
    enable_osquery_custom_checks: bool | None = None,
    osquery_custom_checks_timeout: int | None = None,
    osquery_allowed_domains: str | Sequence[str] | None = None,
    plugins: Sequence[Mapping[str, Any]] | None = None,
    password_sync_client_id: str | None = None,
    protocol_version: str | None = None,
    extension_keys_in_both: bool = False,
    display_name: str = "Okta Verify",
) -> list[dict[str, Any]]:
    """One payload for the domain of the app and one for that of its extension, with the same settings.

    ``org_url`` is the host or https URL of the org. What is None is left to the user. ``osquery_custom_checks_timeout``
    is in seconds. ``plugins`` are options of ``edr_plugin_payloads``, for one profile instead of two.
    ``password_sync_client_id`` and ``protocol_version`` (1.0 for macOS 13, 2.0 from macOS 14 on) belong to Platform SSO
    and go into the domain of the extension, with ``extension_keys_in_both`` into both. Raises InvalidInput.
    """
    osquery = (osquery_custom_checks_timeout, osquery_allowed_domains)
    if not enable_osquery_custom_checks and any(option is not None for option in osquery):
        raise InvalidInput("The other osquery options say nothing unless enable_osquery_custom_checks is true.")
    settings = {
        "OktaVerify.OrgUrl": f"https://{okta_host('org_url', org_url)}",
        "OktaVerify.UserPrincipalName": _optional(text, "user_principal_name", user_principal_name),
        "OktaVerify.EnrollmentOptions": _enrollment(enrollment_options),
        "OktaVerify.DeviceHealthOptions": _health(device_health_options),
        "OktaVerify.ReportDiagnostics": _optional(boolean, "report_diagnostics", report_diagnostics),
        "OktaVerify.LaunchOptions": "HideMainWindow" if boolean("hide_main_window", hide_main_window) else None,
        "OktaVerify.EnableOSQueryCustomChecks": _optional(
            boolean, "enable_osquery_custom_checks", enable_osquery_custom_checks
        ),
        "OktaVerify.OSQueryCustomChecksTimeout": _timeout(osquery_custom_checks_timeout),
        "OktaVerify.OSQueryAllowedDomains": _domains(osquery_allowed_domains),
        **_plugins(plugins or []),
    }
    of_extension = {
        "OktaVerify.PasswordSyncClientID": _optional(text, "password_sync_client_id", password_sync_client_id),
        "PlatformSSO.ProtocolVersion": None
        if protocol_version is None
        else choice("protocol_version", str(protocol_version), PROTOCOL_VERSIONS),
    }
    of_app = of_extension if boolean("extension_keys_in_both", extension_keys_in_both) else {}
    return _in_both_domains({**settings, **of_app}, {**settings, **of_extension}, display_name)


def edr_plugin_payloads(
    location: str = CROWDSTRIKE_FILE,
    *,
    name: str = CROWDSTRIKE,
    description: str = _DESCRIPTION,
    file_type: str = "FILE",
    file_format: str = "JWT",
    display_name: str = "Okta Verify, EDR plug-in",
) -> list[dict[str, Any]]:
    """One payload for the domain of the app and one for that of its extension, which tell where the signals are.

    ``location`` is the file that the agent writes; Okta's page names two for CrowdStrike, ``data.zta`` and
    ``OVSignals.zta``. Raises InvalidInput.
    """
    plugin = {
        "location": location,
        "name": name,
        "description": description,
        "file_type": file_type,
        "file_format": file_format,
    }
    settings = _plugins([plugin])
    return _in_both_domains(settings, settings, display_name)


def _in_both_domains(of_app: dict[str, Any], of_extension: dict[str, Any], name: str) -> list[dict[str, Any]]:
    text("display_name", name)
    domains = ((OKTA_VERIFY, name, of_app), (OKTA_EXTENSION, f"{name} (SSO extension)", of_extension))
    return [
        {
            "PayloadType": domain,
            "PayloadVersion": 1,
            "PayloadDisplayName": shown,
            **{key: value for key, value in settings.items() if value is not None},
        }
        for domain, shown, settings in domains
    ]


def _plugins(plugins: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    if isinstance(plugins, (str, Mapping)) or not all(isinstance(plugin, Mapping) for plugin in plugins):
        raise InvalidInput("plugins must be a list of dictionaries of the options of edr_plugin_payloads.")
    made = {}
    for plugin in plugins:
        unknown = set(plugin) - {"location", "name", "description", "file_type", "file_format"}
        if unknown:
            raise InvalidInput(f"A plug-in has no option {', '.join(sorted(map(str, unknown)))}.")
        name = text("name", plugin.get("name", CROWDSTRIKE))
        if not re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", name):
            raise InvalidInput(f"name is {name!r}; expected a reverse DNS name such as {CROWDSTRIKE}.")
        location = text("location", plugin.get("location", CROWDSTRIKE_FILE))
        if not posixpath.isabs(location):
            raise InvalidInput(f"location is {location!r}; expected a whole path such as {CROWDSTRIKE_FILE}.")
        made[name] = {
            "name": name,
            "description": text("description", plugin.get("description", _DESCRIPTION)),
            "location": location,
            "type": choice("file_type", plugin.get("file_type", "FILE"), ("FILE", "file")),
            "format": choice("file_format", plugin.get("file_format", "JWT"), ("JWT",)),
        }
    if len(made) != len(plugins):
        raise InvalidInput("Two plug-ins have the same name.")
    return {"OktaVerify.Plugins": list(made), **made} if made else {}


def _optional(check: Any, option: str, value: Any) -> Any:
    return None if value is None else check(option, value)


def _enrollment(value: Any) -> Any:
    allowed = (*ENROLLMENT_OPTIONS, UNLISTED_ENROLLMENT_OPTION)
    return None if value is None else choice("enrollment_options", value, allowed)


def _health(value: Any) -> str | None:
    if value is None:
        return None
    options = [
        choice("device_health_options", option, DEVICE_HEALTH_OPTIONS)
        for option in texts("device_health_options", value, separator=";")
    ]
    return ";".join(dict.fromkeys(options)) or None


def _timeout(value: Any) -> str | None:
    return None if value is None else str(count("osquery_custom_checks_timeout", value, lowest=1))


def _domains(value: Any) -> str | None:
    if value is None:
        return None
    domains = texts("osquery_allowed_domains", value, separator=";")
    return ";".join(okta_hosts("osquery_allowed_domains", domains))
