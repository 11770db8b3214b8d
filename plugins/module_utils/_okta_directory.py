# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns names of groups, users, network zones and device assurance policies into the ids that rules hold."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import is_planned, not_found, only_match
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record, in_path, looks_like_id
from ansible_collections.okta_iru.attestation.plugins.module_utils._paging import by_link_header

_SUGGESTIONS = 10


def with_ids(client: Client, options: Record) -> Record:
    """The options of a rule with every name replaced by its id. Raises NotFound, Ambiguous, InvalidInput."""
    replaced = dict(options)
    for option, look_up in (("groups", group_ids), ("users", user_ids)):
        for key in (option, f"exclude_{option}"):
            if options[key] is not None:
                replaced[key] = look_up(client, options[key])
    if options["user_types"] is not None:
        replaced["user_types"] = user_type_ids(options["user_types"])
    if options["network"] is not None:
        zones = {key: zone_ids(client, options["network"][key] or []) for key in ("include", "exclude")}
        replaced["network"] = {**options["network"], **zones}
    if options["device"] is not None and options["device"]["assurance"] is not None:
        replaced["device"] = {**options["device"], "assurance": assurance_ids(client, options["device"]["assurance"])}
    return replaced


def group_ids(client: Client, references: Iterable[str]) -> list[str]:
    """Ids of groups given by name or id. Raises NotFound with the closest names, Ambiguous."""
    return [_group(client, reference) for reference in references]


def user_ids(client: Client, references: Iterable[str]) -> list[str]:
    """Ids of users given by login or id; Okta's own look-up takes both. Raises NotFound with the closest logins."""
    return [_user(client, reference) for reference in references]


def zone_ids(client: Client, references: Iterable[str]) -> list[str]:
    """Ids of network zones given by name or id. Raises NotFound, Ambiguous."""
    wanted = list(references)
    zones = list(by_link_header(client, "/api/v1/zones", {"limit": 100})) if wanted else []
    return [_listed(zones, "network zone", reference) for reference in wanted]


def assurance_ids(client: Client, references: Iterable[str]) -> list[str]:
    """Ids of device assurance policies; names are looked up, ids are left for Okta to check. Raises NotFound."""
    wanted = list(references)
    named = [
        reference
        for reference in wanted
        if not looks_like_id(reference, "dae") and not is_planned(reference, check=client.check)
    ]
    known = list(by_link_header(client, "/api/v1/device-assurances", {})) if named else []
    return [
        _listed(known, "device assurance policy", reference) if reference in named else reference
        for reference in wanted
    ]


def user_type_ids(references: Iterable[str]) -> list[str]:
    """The ids of user types, checked for their form. Raises InvalidInput for what is none."""
    for reference in references:
        if not looks_like_id(reference, "oty"):
            raise InvalidInput(
                f"user_types holds {reference!r}; expected the id of a user type, such as oty1a2b3c4d5e6f7g8h9."
            )
    return list(references)


def _group(client: Client, reference: str) -> str:
    if looks_like_id(reference, "00g"):
        found = client.find(f"/api/v1/groups/{reference}")
    else:
        # `q` is a prefix of the name.
        groups = by_link_header(client, "/api/v1/groups", {"q": reference})
        matches = (group for group in groups if _name_of_group(group) == reference)
        found = only_match(matches, "group", reference)
    if found is None:
        near = client.get("/api/v1/groups", {"q": reference[:3], "limit": _SUGGESTIONS})
        raise not_found("group", reference, map(_name_of_group, near))
    return str(found["id"])


def _name_of_group(group: Record) -> str:
    return str((group.get("profile") or {}).get("name"))


def _user(client: Client, reference: str) -> str:
    found = client.find(f"/api/v1/users/{in_path(reference)}")
    login = str((found or {}).get("profile", {}).get("login", "")).casefold()
    # Okta's look-up also knows the word "me" and shortened logins, which are refused here for being no names.
    if found is None or reference.casefold() not in (login, found["id"].casefold()):
        near = client.get("/api/v1/users", {"q": reference[:3], "limit": _SUGGESTIONS})
        raise not_found("user", reference, (str((user.get("profile") or {}).get("login")) for user in near))
    return str(found["id"])


def _listed(known: list[Record], what: str, reference: str) -> str:
    found = next((one for one in known if one.get("id") == reference), None)
    found = found or only_match((one for one in known if one.get("name") == reference), what, reference)
    if found is None:
        raise not_found(what, reference, (str(one.get("name")) for one in known))
    return str(found["id"])
