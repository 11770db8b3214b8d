# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prism, the inventory of Iru: rows of a category, as pages or as an export."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import BadAnswer
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru import PAGE, utc_time
from ansible_collections.okta_iru.attestation.plugins.module_utils._paging import by_cursor

PATH = "/api/v1/prism"

CATEGORIES = (
    "activation_lock", "application_firewall", "apps", "cellular", "certificates", "desktop_and_screensaver",
    "device_information", "filevault", "gatekeeper_and_xprotect", "installed_profiles", "kernel_extensions",
    "launch_agents_and_daemons", "local_users", "startup_settings", "system_extensions", "transparency_database",
)  # fmt: skip

FAMILIES = ("Mac", "iPhone", "iPad", "tvOS")

_TIMES = ("created_at", "updated_at", "last_changed_at", "last_collected_at")

Record = dict[str, Any]


def prism_options() -> dict[str, Any]:
    """Options that say which rows are meant; documented in the fragment ``iru_prism``."""
    return {
        "category": {"type": "str", "required": True, "choices": list(CATEGORIES)},
        "filter": {"type": "dict"},
        "blueprints": {"type": "list", "elements": "str"},
        "device_families": {"type": "list", "elements": "str", "choices": list(FAMILIES)},
    }


def prism_rows(
    client: Client,
    category: str,
    *,
    conditions: Mapping[str, Any] | None = None,
    blueprint_ids: Sequence[str] = (),
    families: Sequence[str] = (),
    sort_by: str | None = None,
) -> Iterator[Record]:
    """The rows of a category that fulfil all conditions (``{"key": {"operator": value}}``), 300 a request.

    ``tags`` is always a list, times are ISO 8601 in UTC.
    """
    params = {
        "filter": json.dumps(conditions) if conditions else None,
        "blueprint_ids": ",".join(blueprint_ids),
        "device_families": ",".join(families),
        "sort_by": sort_by,
    }
    given = {name: value for name, value in params.items() if value}
    for raw in by_cursor(client, f"{PATH}/{category}", given, limit=PAGE):
        yield {**raw, "tags": raw.get("tags") or [], **{key: utc_time(raw[key]) for key in _TIMES if key in raw}}


def count_rows(client: Client, category: str) -> Record:
    """``count`` of all rows of a category, and whether it is ``approximate``."""
    body = client.get(f"{PATH}/count", {"category": category})
    if not isinstance(body, dict) or not isinstance(body.get("count"), int):
        raise BadAnswer(f"GET {PATH}/count answered no count.")
    return {"count": body["count"], "approximate": bool(body.get("approximate"))}
