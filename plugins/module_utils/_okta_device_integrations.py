# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Endpoint-security integrations of an Okta org, one object a product and platform. No API creates or removes them."""

from __future__ import annotations

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import not_found
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import Ambiguous, NotFound
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_lifecycle import transition
from ansible_collections.okta_iru.attestation.plugins.module_utils._paging import by_link_header

PATH = "/api/v1/device-integrations"
PLATFORMS = ("macos", "windows", "ios", "android", "chromeos")
ACTIVE, DEACTIVATED = "ACTIVE", "DEACTIVATED"


def list_integrations(client: Client) -> list[Record]:
    """All integrations that the org has."""
    return list(by_link_header(client, PATH, {}))


def matching(known: list[Record], options: Record) -> list[Record]:
    """The integrations of these ``id``, ``name`` (such as ``com.crowdstrike.zta``, or displayed) and ``platform``."""
    names = {str(one["id"]): {str(one.get(key)).casefold() for key in ("name", "displayName")} for one in known}
    return [
        one
        for one in known
        if options["id"] in (None, one["id"])
        and (options["name"] is None or options["name"].casefold() in names[one["id"]])
        and (options["platform"] is None or one.get("platform") == options["platform"].upper())
    ]


def choose_integration(known: list[Record], options: Record) -> Record:
    """The only one of them. Raises NotFound that says where integrations are added, Ambiguous."""
    found = matching(known, options)
    if not found:
        what = f"device integration for {options['platform']}" if options["platform"] else "device integration"
        missing = not_found(what, str(options["id"] or options["name"]), map(_title, known))
        raise NotFound(
            f"{missing.message} Integrations are added in the Admin Console, under Security, Device Integrations, "
            "Endpoint security; Okta has no API for that.",
            **missing.details,
        )
    if len(found) > 1:
        listed = ", ".join(f"{_title(one)} ({one['id']})" for one in found)
        raise Ambiguous(
            f"{len(found)} device integrations are named {options['name']!r}: {listed}. Give the platform or the id.",
            ids=[one["id"] for one in found],
        )
    return found[0]


def switch_integration(client: Client, found: Record, status: str) -> Record:
    """The integration with this status, by one POST if it has another."""
    if found.get("status") == status:
        return found
    operation = "activate" if status == ACTIVE else "deactivate"
    return transition(client, f"{PATH}/{found['id']}", operation, found, status)


def _title(integration: Record) -> str:
    return f"{integration.get('name')} for {str(integration.get('platform')).lower()}"
