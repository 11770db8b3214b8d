# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds an item of the Iru Library, whatever its kind, by id or name.

There is no listing of the whole Library. Custom profiles can be listed; a native item (SCEP, App Store, Auto App …)
shows up only in the item list of a Blueprint that it is on. What is on a device comes from the device's Blueprint, so
asking devices would find nothing more.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import is_planned, not_found, only_match
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru import is_id
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_blueprints import items_of, list_blueprints
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_profiles import list_profiles

ITEMS = "/api/v1/library/library-items"

Record = dict[str, Any]


class BlueprintItems:
    """The item lists of Blueprints, each read at most once."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._known: dict[str, dict[str, str]] = {}

    def of(self, blueprint_id: str) -> dict[str, str]:
        """Ids and names of the items on a Blueprint."""
        if blueprint_id not in self._known:
            listed = items_of(self._client, blueprint_id)
            self._known[blueprint_id] = {str(item["id"]): str(item.get("name")) for item in listed}
        return self._known[blueprint_id]

    def read_so_far(self) -> dict[str, str]:
        """Ids and names of all items that any of the lists read so far holds."""
        return {item_id: name for items in self._known.values() for item_id, name in items.items()}


def find_item(client: Client, reference: str, items: BlueprintItems) -> Record:
    """``id`` and ``name`` (``None`` if unknown) of the Library item that an id or a name stands for.

    A name is looked for among custom profiles and in the item lists read so far; if it is in neither, in the lists of
    all Blueprints. Raises Ambiguous, and NotFound with the closest names.
    """
    if is_id(reference, check=client.check):
        if is_planned(reference, check=client.check):
            return {"id": reference, "name": reference.rpartition(":")[2]}
        return {"id": reference.lower(), "name": items.read_so_far().get(reference.lower())}
    known = {str(profile["id"]): str(profile.get("name")) for profile in list_profiles(client)}
    known |= items.read_so_far()
    if reference not in known.values():
        for blueprint in list_blueprints(client):
            items.of(str(blueprint["id"]))
        known |= items.read_so_far()
    matches = ({"id": item_id, "name": name} for item_id, name in known.items() if name == reference)
    found = only_match(matches, "Library item", reference)
    if found is None:
        failure = not_found("Library item", reference, known.values())
        failure.message += (
            " Custom profiles and the items of all Blueprints were searched; an item that is on no Blueprint can only "
            "be given by id, which the address bar of the Iru console shows."
        )
        raise failure
    return found
