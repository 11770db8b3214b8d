# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns names of groups, users, user types, zones and device assurance policies into the ids that rules hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import is_planned, not_found, only_match
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record, in_path, looks_like_id
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_groups import ids_of_groups
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_twins import settled
from ansible_collections.okta_iru.attestation.plugins.module_utils._paging import by_link_header

_SUGGESTIONS = 10


class Directory:
    """Looks names up, each once, and short listings as a whole. Raises NotFound, Ambiguous, InvalidInput."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._ids: dict[tuple[str, str], str] = {}
        self._listings: dict[str, list[Record]] = {}

    def with_ids(self, options: Record) -> Record:
        """The options of a rule with every name replaced by its id."""
        replaced = dict(options)
        for option, look_up in (("groups", self.groups), ("users", self.users), ("user_types", self.user_types)):
            for key in (option, f"exclude_{option}"):
                if options[key] is not None:
                    replaced[key] = look_up(options[key])
        if options["network"] is not None:
            zones = {key: self.zones(options["network"][key] or []) for key in ("include", "exclude")}
            replaced["network"] = {**options["network"], **zones}
        if options["device"] is not None and options["device"]["assurance"] is not None:
            assurance = self.assurance_policies(options["device"]["assurance"])
            replaced["device"] = {**options["device"], "assurance": assurance}
        return replaced

    def groups(self, references: Iterable[str]) -> list[str]:
        """Ids of groups given by name or id; one request for 20 that were not looked up before."""
        wanted = list(references)
        new = [reference for reference in wanted if ("group", reference) not in self._ids]
        self._ids |= {("group", reference): one for reference, one in ids_of_groups(self._client, new).items()}
        return [self._ids["group", reference] for reference in wanted]

    def users(self, references: Iterable[str]) -> list[str]:
        """Ids of users given by login or id; Okta's own look-up takes both."""
        return [self._once("user", reference, self._user) for reference in references]

    def user_types(self, references: Iterable[str]) -> list[str]:
        """Ids of user types given by name (``user``) or by the name in the console; ids are left as they are."""
        path, names = "/api/v1/meta/types/user", ("name", "displayName")
        return [one if looks_like_id(one, "oty") else self._listed("user type", path, one, names) for one in references]

    def zones(self, references: Iterable[str]) -> list[str]:
        """Ids of network zones given by name or id."""
        return [self._listed("network zone", "/api/v1/zones", reference) for reference in references]

    def assurance_policies(self, references: Iterable[str]) -> list[str]:
        """Ids of device assurance policies; names are looked up, ids are left for Okta to check."""
        return [
            reference
            if looks_like_id(reference, "dae") or is_planned(reference, check=self._client.check)
            else self._listed("device assurance policy", "/api/v1/device-assurances", reference)
            for reference in references
        ]

    def _once(self, kind: str, reference: str, look_up: Callable[[str], str]) -> str:
        if (kind, reference) not in self._ids:
            self._ids[kind, reference] = look_up(reference)
        return self._ids[kind, reference]

    def _user(self, reference: str) -> str:
        found = self._client.find(f"/api/v1/users/{in_path(reference)}")
        login = str((found or {}).get("profile", {}).get("login", "")).casefold()
        # Okta's look-up also knows the word "me" and shortened logins, which are refused here for being no names.
        if found is None or reference.casefold() not in (login, found["id"].casefold()):
            near = self._client.get("/api/v1/users", {"q": reference[:3], "limit": _SUGGESTIONS})
            raise not_found("user", reference, (str((user.get("profile") or {}).get("login")) for user in near))
        return str(found["id"])

    def _listed(self, what: str, path: str, reference: str, names: tuple[str, ...] = ("name",)) -> str:
        """The id of an object of a kind of which there are so few that all are listed."""
        paged = {"limit": 100} if path == "/api/v1/zones" else {}
        known = self._listings.get(path)
        if known is None or sum(one.get("name") == reference for one in known) > 1:
            known = settled(self._client, lambda: list(by_link_header(self._client, path, paged)), reference)
            self._listings[path] = known
        found = next((one for one in known if one.get("id") == reference), None)
        for name in names:
            found = found or only_match((one for one in known if one.get(name) == reference), what, reference)
        if found is None:
            raise not_found(what, reference, (str(one.get(name)) for one in known for name in names))
        return str(found["id"])
