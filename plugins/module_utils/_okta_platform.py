# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be known of an Endpoint management platform (Okta as certificate authority for desktops).

Okta has no API that creates or shows one: the SCEP URL and the challenge come from the Admin Console. The System Log
tells when a platform was added and when its secret was reset (event catalogue of okta-developer-docs).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_log_time import okta_time
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_logs import RETENTION, pages, query

ADDED = "device.platform.add"
UPDATED = "device.platform.update"
DELETED = "device.platform.delete"
SECRET_RESET = "device.platform.secret_key.reset"  # noqa: S105 - an event type

_PRINTABLE = re.compile(r"[A-Za-z0-9 '()+,\-./:=?]*")


def platform_events(client: Client) -> list[Record]:
    """The events of the last 90 days about platforms, newest first: ``type``, ``published``, ``uuid``, ``actor``."""
    since = okta_time(datetime.now(UTC) - RETENTION)
    request = query(event_types=(ADDED, UPDATED, DELETED, SECRET_RESET), since=since, newest_first=True)
    return [
        {
            "type": event.get("eventType"),
            "published": event.get("published"),
            "uuid": event.get("uuid"),
            "actor": (event.get("actor") or {}).get("alternateId"),
        }
        for page in pages(client, request)
        for event in page.events
    ]


def latest(events: list[Record], event_type: str) -> str | None:
    """When the newest event of a type was published, ``None`` if there is none."""
    return max((str(event["published"]) for event in events if event["type"] == event_type), default=None)


def is_printable_string(challenge: str) -> bool:
    """Whether a challenge consists of the characters of ASN.1's PrintableString.

    Windows' SCEP client may refuse others, such as the underscore (fleetdm/fleet issue 49552).
    """
    return bool(_PRINTABLE.fullmatch(challenge))


def checked_challenge(challenge: str | None) -> str | None:
    """The static challenge. Raises InvalidInput, without showing it, for one that was not copied cleanly."""
    if challenge is not None and (not challenge or challenge != challenge.strip() or not challenge.isprintable()):
        raise InvalidInput(
            "challenge is empty or holds blanks at an end or line breaks; copy the secret key from the Okta console "
            "again, without them."
        )
    return challenge
