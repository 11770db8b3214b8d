# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Self-service features of an Okta org: early access and betas that an admin may switch on."""

from __future__ import annotations

from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record
from ansible_collections.okta_iru.attestation.plugins.module_utils._paging import by_link_header

PATH = "/api/v1/features"


def read_features(client: Client) -> list[Record]:
    """Every feature that the org may switch itself, as modules return it; one request."""
    return [summary(feature) for feature in by_link_header(client, PATH, {})]


def with_relations(client: Client, feature: Record) -> Record:
    """The feature with the names of what must be on for it, and of what it must be on for; two requests."""
    related = {
        relation: [str(each.get("name")) for each in by_link_header(client, f"{PATH}/{feature['id']}/{relation}", {})]
        for relation in ("dependencies", "dependents")
    }
    return {**feature, **related}


def summary(feature: Record) -> Record:
    """A feature as a module returns it. ``stage`` is EA or BETA; ``state`` is that of a beta, OPEN or CLOSED."""
    stage = feature.get("stage") or {}
    return {
        "id": feature["id"],
        "name": feature.get("name"),
        "description": feature.get("description"),
        "enabled": feature.get("status") == "ENABLED",
        "status": feature.get("status"),
        "stage": stage.get("value"),
        "state": stage.get("state"),
    }
