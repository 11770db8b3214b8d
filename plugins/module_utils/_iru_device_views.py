# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Iru tells of one device only: details, apps, Library items, parameters, activity and commands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import BadAnswer
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru import PAGE, utc_time
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_devices import PATH
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_status import bucket_of
from ansible_collections.okta_iru.attestation.plugins.module_utils._paging import by_envelope

Record = dict[str, Any]

_TEXT_BOOLEANS = {"True": True, "False": False}


def gathered(client: Client, device_id: str, views: list[str]) -> Record:
    """The views of a device, each by a request of its own. Raises ApiError (404) for a device that is gone."""
    return {view: VIEWS[view](client, device_id) for view in views}


def _details(client: Client, device_id: str) -> Record:
    """Recorded of a Mac: booleans as text in some groups, as real ones in others; here they are real everywhere."""
    body = client.get(f"{PATH}/{device_id}/details")
    if not isinstance(body, dict):
        raise BadAnswer(f"GET {PATH}/{device_id}/details answered no object.")
    return {name: _with_booleans(group) for name, group in body.items()}


def _with_booleans(group: Any) -> Any:
    if not isinstance(group, dict):
        return group
    return {key: _TEXT_BOOLEANS.get(value, value) if isinstance(value, str) else value for key, value in group.items()}


def _listed(path: str, key: str) -> Callable[[Client, str], list[Record]]:
    def read(client: Client, device_id: str) -> list[Record]:
        body = client.get(f"{PATH}/{device_id}/{path}")
        rows = body.get(key) if isinstance(body, dict) else None
        if not isinstance(rows, list):
            raise BadAnswer(f"GET {PATH}/{device_id}/{path} answered no list of {key}.")
        return rows

    return read


def _library_items(client: Client, device_id: str) -> list[Record]:
    rows = _listed("library-items", "library_items")(client, device_id)
    return [
        {**row, "bucket": bucket_of(row.get("status")), "reported_at": utc_time(row.get("reported_at"))} for row in rows
    ]


def _paged(key: str) -> Callable[[Client, str], list[Record]]:
    """``{device_id, activity: {count, next, previous, results}}``: an envelope in an envelope."""

    def read(client: Client, device_id: str) -> list[Record]:
        return list(by_envelope(client, f"{PATH}/{device_id}/{key}", {"limit": PAGE}, inside=key))

    return read


VIEWS: dict[str, Callable[[Client, str], Any]] = {
    "details": _details,
    "apps": _listed("apps", "apps"),
    "library_items": _library_items,
    "parameters": _listed("parameters", "parameters"),
    "activity": _paged("activity"),
    "commands": _paged("commands"),
}
"""Every view by its name."""
