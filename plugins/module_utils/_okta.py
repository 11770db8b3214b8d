# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Okta's resources share: names, ids, and the parts of an object that only the server writes."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urlsplit

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput

Record = dict[str, Any]

_ID = re.compile(r"[0-9a-z]{3}[0-9A-Za-z]{17}")
# Recorded on policies and rules; a PUT that holds them is accepted, but they are the server's.
_READ_ONLY = ("id", "created", "lastUpdated", "system", "status", "_links", "_embedded")


def looks_like_id(text: str, prefix: str = "") -> bool:
    """Whether a text has the form of Okta's ids: 20 letters and digits, the first three tell the kind (``00g``)."""
    return text.startswith(prefix) and bool(_ID.fullmatch(text))


def in_path(text: str) -> str:
    """A text as one segment of a path; a login may hold any character. Raises InvalidInput for what names nothing."""
    if not text.strip(". "):
        raise InvalidInput(f"{text!r} is no name and no id.")
    return quote(text, safe="@")


def checked_name(option: str, value: str | None) -> str | None:
    """The name that the user gave. Raises InvalidInput for one that a server may store differently.

    A name that comes back changed would not be found by the next run, which would then create a second object.
    """
    if value is not None and (not value.strip() or value != value.strip()):
        raise InvalidInput(f"{option} is {value!r}; expected text without a blank at either end, and not empty.")
    return value


def writable(item: Record) -> Record:
    """The object without what only the server writes: the body of a PUT that changes nothing."""
    return {key: value for key, value in item.items() if key not in _READ_ONLY}


def shown(item: Record) -> Record:
    """The object as a module returns it: without links, which hold nothing that the id does not tell."""
    return {key: value for key, value in item.items() if key not in ("_links", "_embedded")}


def id_in_link(item: Record, relation: str) -> str | None:
    """The last path segment of a link, ``None`` if the object has no such link. Its host is not looked at."""
    link = (item.get("_links") or {}).get(relation) or {}
    return urlsplit(str(link.get("href") or "")).path.rpartition("/")[2] or None


def allows(item: Record, method: str) -> bool:
    """Whether the object's own link says that it may be changed so; recorded: built-ins lack PUT or DELETE.

    An object whose link has no hints allows everything.
    """
    hints = ((item.get("_links") or {}).get("self") or {}).get("hints") or {}
    return method in hints.get("allow", [method])
