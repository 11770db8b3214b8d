# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags of a tenant, and the users that its directory integration brought."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru import as_record, utc_time
from ansible_collections.okta_iru.attestation.plugins.module_utils._paging import by_envelope

TAGS = "/api/v1/tags"
USERS = "/api/v1/users"

Record = dict[str, Any]


def list_tags(client: Client, search: str = "") -> Iterator[Record]:
    """Tags, ``id`` and ``name``; those whose name contains a text, by the API's own search."""
    return by_envelope(client, TAGS, {"search": search} if search else {}, key="id")


def list_users(client: Client, filters: dict[str, str], emails: Iterable[str] = ()) -> Iterator[Record]:
    """Users that match the API's filters and have, whole, one of the addresses; 300 a request.

    The API's own filter by address matches parts of it, so it only narrows down what is read when one is given.
    """
    wanted = {email.lower(): email for email in emails}
    narrowed = {"email": min(wanted.values())} if len(wanted) == 1 else {}
    for raw in by_envelope(client, USERS, {**filters, **narrowed}, key="id"):
        if not wanted or str(raw.get("email") or "").lower() in wanted:
            yield normalised_user(raw)


def normalised_user(raw: Record) -> Record:
    """A user as it is returned: times are ISO 8601 in UTC, ``integration`` is always a dictionary."""
    user = {"email": None, "name": None, **raw, "integration": as_record(raw.get("integration"))}
    return user | {key: utc_time(raw.get(key)) for key in ("created_at", "updated_at") if key in raw}
