# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Apps of an Okta org and the app sign-in policy that each of them uses."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import not_found, only_match
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import Refused
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client, Request
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record, id_in_link
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_policies import (
    ADMIN_CONSOLE,
    ADMIN_CONSOLE_APP,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._paging import by_link_header

_PAGE = 200  # the largest page of this listing


def list_apps(client: Client) -> list[Record]:
    """Id, name, label, status and ``policy_id`` of every app; the rest of an app is large and not needed."""
    return [
        {
            "id": app["id"],
            "name": app.get("name"),
            "label": app.get("label"),
            "status": app.get("status"),
            "policy_id": id_in_link(app, "accessPolicy"),
        }
        for app in by_link_header(client, "/api/v1/apps", {"limit": _PAGE})
    ]


def choose_apps(apps: list[Record], references: Iterable[str]) -> list[Record]:
    """The apps that ids or labels stand for, each once, in the order given. Raises NotFound, Ambiguous."""
    chosen: dict[str, Record] = {}
    for reference in references:
        found = next((app for app in apps if app["id"] == reference), None)
        found = found or only_match((app for app in apps if app["label"] == reference), "app", reference)
        if found is None:
            raise not_found("app", reference, (str(app["label"]) for app in apps))
        chosen[found["id"]] = found
    return list(chosen.values())


def require_assignable(apps: list[Record], moved: list[Record], policy: Record) -> None:
    """Raise Refused if one of the apps, or the policy, is that of the Admin Console.

    Okta refuses both too ("re-assignment of this policy is not allowed", recorded by okta/okta-sdk-python), but only
    after the apps before it have been moved.
    """
    if not moved:
        return
    console = next((app for app in apps if app["name"] == ADMIN_CONSOLE_APP), None)
    if console is not None and any(app["id"] == console["id"] for app in moved):
        raise Refused(
            f"The {console['label']} is not given another policy: Okta refuses it, and it could lock every "
            "administrator out. Leave it out of apps; nothing was changed."
        )
    if policy["name"] == ADMIN_CONSOLE or (console is not None and console["policy_id"] == policy["id"]):
        raise Refused(
            f"No app is given the policy {policy['name']!r}, which belongs to the {ADMIN_CONSOLE}: Okta refuses it. "
            "Choose another policy; nothing was changed."
        )
    if (policy.get("_embedded") or {}).get("resourceType", "APP") != "APP":
        raise Refused(f"The policy {policy['name']!r} is not for apps. Choose another policy; nothing was changed.")


def assign_policy(client: Client, app: Record, policy_id: str) -> None:
    """Make an app use a policy. The request has no body and is answered with 204."""
    client.write(Request("PUT", f"/api/v1/apps/{app['id']}/policies/{policy_id}"))
