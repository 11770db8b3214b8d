# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups of an Okta org, by name, by id, or by Okta's search."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import choose, closest, not_found
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record, looks_like_id
from ansible_collections.okta_iru.attestation.plugins.module_utils._paging import by_link_header

PATH = "/api/v1/groups"
TYPES = ("OKTA_GROUP", "APP_GROUP", "BUILT_IN")

_PAGE = 200  # "We recommend using a limit less than or equal to 200"
_REFERENCES_A_SEARCH = 20  # keeps the URL below the 2,000 characters that proxies commonly take
_SUGGESTIONS = 10


def read_groups(client: Client, *, search: str | None = None, stats: bool = False) -> Iterator[Record]:
    """Every group, or those that a search expression finds, as the service shows them."""
    params: dict[str, Any] = {"limit": _PAGE}
    params |= {"search": search} if search else {}
    params |= {"expand": "stats"} if stats else {}
    return by_link_header(client, PATH, params)


def find_groups(client: Client, references: Sequence[str], *, stats: bool = False) -> tuple[list[Record], list[str]]:
    """The groups of these names and ids, each once and in the order given, and the references that no group has.

    One search for 20 of them. Okta's search runs some seconds behind, so what it does not find is looked up by itself.
    Raises Ambiguous.
    """
    wanted = list(dict.fromkeys(references))
    found: list[Record] = []
    for start in range(0, len(wanted), _REFERENCES_A_SEARCH):
        some = wanted[start : start + _REFERENCES_A_SEARCH]
        found += read_groups(client, search=" or ".join(map(_condition, some)), stats=stats)
    _chosen, missing = choose(found, wanted, "group", name_of)
    for reference in missing:
        found += _look_up(client, reference, stats)
    return choose(found, wanted, "group", name_of)


def ids_of_groups(client: Client, references: Sequence[str]) -> dict[str, str]:
    """The id for each name or id of a group. Raises NotFound with the closest names, Ambiguous."""
    groups, missing = find_groups(client, references)
    for reference in missing:
        raise not_found("group", reference, _similar(client, reference))
    ids = {text: str(group["id"]) for group in groups for text in (name_of(group), group["id"])}
    return {reference: ids[reference] for reference in references}


def suggestions(client: Client, reference: str) -> list[str]:
    """Names of groups that resemble one that no group has."""
    return closest(reference, _similar(client, reference))


def name_of(group: Record) -> str:
    """The name, which stands in the profile."""
    return str((group.get("profile") or {}).get("name"))


def summary(group: Record) -> Record:
    """A group as a module returns it; the counts only where they were asked for."""
    stats = (group.get("_embedded") or {}).get("stats")
    counts = {"users": stats.get("usersCount"), "apps": stats.get("appsCount")} if stats else {}
    return {
        "id": group["id"],
        "name": name_of(group),
        "description": (group.get("profile") or {}).get("description"),
        "type": group.get("type"),
        "created": group.get("created"),
        "last_updated": group.get("lastUpdated"),
        "last_membership_updated": group.get("lastMembershipUpdated"),
        **counts,
    }


def _condition(reference: str) -> str:
    attribute = "id" if looks_like_id(reference, "00g") else "profile.name"
    return f"{attribute} eq {json.dumps(reference, ensure_ascii=False)}"


def _look_up(client: Client, reference: str, stats: bool) -> list[Record]:
    params = {"expand": "stats"} if stats else {}
    if looks_like_id(reference, "00g"):
        found = client.find(f"{PATH}/{reference}", params)
        return [found] if isinstance(found, dict) else []
    # `q` is a prefix of the name; it is answered at once and cannot be paged.
    return list(by_link_header(client, PATH, {"q": reference, **params}))


def _similar(client: Client, reference: str) -> list[str]:
    near = by_link_header(client, PATH, {"q": reference[:3], "limit": _SUGGESTIONS})
    return [name_of(group) for group in near]
