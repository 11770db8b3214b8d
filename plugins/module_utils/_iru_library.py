# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds an item of the Iru Library, whatever its kind, by id or name.

There is no listing of the whole Library. Custom profiles, apps and scripts can be listed. A native item (SCEP, App
Store, Auto App …) shows in the item list of a Blueprint that it is on, and in the audit events of the past year. What
is on a device comes from the device's Blueprint, so devices tell of no further item, but of an item's type.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import is_planned, not_found, only_match
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import (
    ApiError,
    NotAsExpected,
    NotFound,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru import as_record, as_records, is_id
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_audit import EventReader
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_blueprints import items_of, list_blueprints
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_custom_items import (
    CUSTOM_APP,
    CUSTOM_SCRIPT,
    list_items,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_profiles import list_profiles
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import Task

ITEMS = "/api/v1/library/library-items"

_AUDIT_EVENTS = 10_000
"""How far back audit events are read at most: 20 requests of the 10,000 an hour that a tenant has."""

_CUSTOM_TYPES = ("profile", "custom-app", "custom-script")
_CHANGED_LISTS = ("library_items_added", "library_items_scoped", "library_items_removed")

Record = dict[str, Any]


class Library:
    """What is known of the Library so far; every listing is read at most once, and none before it is needed."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._on: dict[str, dict[str, str]] = {}
        self._known: dict[str, Record] = {}
        self._listed: set[str] = set()
        self._untold: set[str] = set()
        """Items whose type was asked for already."""
        self._closed: list[str] = []
        """Permissions that the token lacks, where something was not searched therefore."""

    def on(self, blueprint_id: str) -> dict[str, str]:
        """Ids and names of the items on a Blueprint."""
        if blueprint_id not in self._on:
            listed = items_of(self._client, blueprint_id)
            self._on[blueprint_id] = {str(item["id"]): str(item.get("name")) for item in listed}
            for item_id, name in self._on[blueprint_id].items():
                self._note(item_id, name)
        return self._on[blueprint_id]

    def find(self, reference: str, kind: str | None = None) -> Record:
        """``id``, ``name`` and ``type`` (both ``None`` if unknown) of the item that an id or a name stands for.

        A name is looked for in the item lists read so far and among custom profiles, then step by step among custom
        apps and scripts, on all Blueprints, and in the audit events; the first step that has it is the last. An id is
        taken as it is. Where ``kind`` says of which type the item is, items of others do not count, and custom ones are
        listed only if it is such a type or nothing else tells. Raises Ambiguous, NotAsExpected, and NotFound with the
        closest names and what could not be searched.
        """
        if is_id(reference, check=self._client.check):
            if is_planned(reference, check=self._client.check):
                return {"id": reference, "name": reference.rpartition(":")[2], "type": None}
            return self._of_kind(reference.lower(), kind)
        custom = kind is None or kind in _CUSTOM_TYPES
        for step in (self._read_profiles, self._read_apps_and_scripts) if custom else (lambda: None,):
            step()
            found = self._only(reference, kind)
            if found is not None:
                return found
        self._read_blueprints()
        return self._only(reference, kind) or self._in_audit_log(reference, kind)

    def with_name(self, item: Record) -> Record:
        """The item with its name, if the lists of what the API can create have it."""
        for step in (self._read_profiles, self._read_apps_and_scripts):
            if item["name"] is None:
                step()
                item = self._known.get(item["id"], item)
        return item

    def _of_kind(self, item_id: str, kind: str | None) -> Record:
        item = self._known.get(item_id) or {"id": item_id, "name": None, "type": None}
        if kind is not None:
            self._tell_type(item)
            if item["type"] not in (None, kind):
                raise NotAsExpected(
                    f"The Library item {item['name'] or item_id} ({item_id}) is of the type {item['type']}; "
                    f"expected {kind}. Give the id of the item that is meant, or another type.",
                    id=item_id,
                    type=item["type"],
                )
        return dict(item)

    def _only(self, name: str, kind: str | None) -> Record | None:
        """The only item of the name, and of the type if one is given, or else one whose type nothing tells."""
        found = list(self._named(name))
        what = "Library item"
        if kind is not None and found:
            what = f"{kind} {what}"
            for item in found:
                self._tell_type(item)
            if any(item["type"] is None for item in found):
                self._read_custom()
            of_kind = [item for item in found if item["type"] == kind]
            found = of_kind or [item for item in found if item["type"] is None]
        only = only_match(found, what, name)
        return dict(only) if only is not None else None

    def _tell_type(self, item: Record) -> None:
        """Ask of which type an item is; one request, two where the tenant's rows do not tell."""
        if item["type"] is None and item["id"] not in self._untold:
            self._untold.add(item["id"])
            item["type"] = _told_type(self._client, item["id"])

    def _read_custom(self) -> None:
        self._read_profiles()
        self._read_apps_and_scripts()

    def _named(self, name: str) -> Iterator[Record]:
        return (item for item in self._known.values() if item["name"] == name)

    def _note(self, item_id: str, name: str, kind: str | None = None) -> None:
        known = self._known.setdefault(item_id, {"id": item_id, "name": name, "type": kind})
        known["type"] = known["type"] or kind

    def _read_profiles(self) -> None:
        if "profiles" not in self._listed:
            self._listed.add("profiles")
            for profile in list_profiles(self._client):
                self._note(str(profile["id"]), str(profile.get("name")), "profile")

    def _read_apps_and_scripts(self) -> None:
        for kind in (CUSTOM_APP, CUSTOM_SCRIPT):
            if kind.path not in self._listed:
                self._listed.add(kind.path)
                for item in self._permitted(list_items(self._client, kind)):
                    self._note(str(item["id"]), str(item.get("name")), kind.title.replace(" ", "-"))

    def _read_blueprints(self) -> None:
        if "blueprints" not in self._listed:
            self._listed.add("blueprints")
            for blueprint in list_blueprints(self._client):
                self.on(str(blueprint["id"]))

    def _permitted(self, rows: Iterator[Record]) -> Iterator[Record]:
        """The rows; none where the token may not read them, which is noted, since the item may be elsewhere."""
        try:
            yield from rows
        except ApiError as error:
            if error.status != 403:
                raise
            self._closed.append(str(error.details.get("permission") or "for audit events"))

    def _in_audit_log(self, name: str, kind: str | None) -> Record:
        """The item by its newest name that is not deleted. Raises NotFound."""
        self._read_custom()
        seen: set[str] = set(self._known)
        reader = EventReader(self._client, {"sort_by": "-occurred_at"})
        for event in self._permitted(islice(reader.events(), _AUDIT_EVENTS)):
            for item in _items_of_event(event):
                fits = item["name"] == name and (kind is None or item["type"] in (None, kind))
                if item["id"] not in seen and fits and not item["deleted"]:
                    return {"id": item["id"], "name": name, "type": item["type"]}
                seen.add(item["id"])
        raise self._missing(name, kind)

    def _missing(self, name: str, kind: str | None) -> NotFound:
        others = [f"{item['id']} is of the type {item['type']}" for item in self._named(name)]
        names = (str(item["name"]) for item in self._known.values() if item["name"] != name)
        failure = not_found(f"{kind} Library item" if kind else "Library item", name, names)
        failure.message += f" Of this name {', '.join(others)}." if others else ""
        failure.message += (
            " Custom profiles, apps and scripts, the items of all Blueprints and the audit events were searched; any "
            "other item can only be given by id, which the address bar of the Iru console shows."
        )
        if self._closed:
            failure.message += f" Not searched for lack of a permission of the API token: {', '.join(self._closed)}."
        return failure


def find_item(task: Task, library: Library, reference: str) -> Record:
    """The item of an id or a name, of the task's ``type``; warns where nothing tells whether it is."""
    kind = task.params["type"]
    item = library.find(reference, kind)
    if kind is not None and item["type"] is None and not is_planned(item["id"], check=task.check):
        task.warn(
            f"Nothing tells yet whether the Library item {item['name'] or item['id']!r} is of the type {kind}, since "
            "no device has it."
        )
    return item


def _told_type(client: Client, item_id: str) -> str | None:
    """The type of an item as a status row of it or its device tells; None where no device has it."""
    answer = as_record(client.find(f"{ITEMS}/{item_id}/status", {"limit": 1}))
    row = next(iter(as_records(answer.get("results"))), {})
    device = as_record(row.get("computer")).get("id")
    return str(row["type"]) if row.get("type") else type_on_a_device(client, item_id, str(device)) if device else None


def type_on_a_device(client: Client, item_id: str, device_id: str) -> str | None:
    """The type of an item as a device that has it tells; one request. ``None`` where the token may not ask."""
    try:
        answer = as_record(client.find(f"/api/v1/devices/{device_id}/library-items"))
    except ApiError as error:
        if error.status != 403:
            raise
        return None
    rows = as_records(answer.get("library_items"))
    return next((str(row["type"]) for row in rows if row.get("item_id") == item_id and row.get("type")), None)


def _items_of_event(event: Record) -> Iterator[Record]:
    """The items that an event names: its target, or those put on a Blueprint, scoped there or taken off."""
    state = as_record(event["new_state"])
    if event.get("target_type") == "library_item":
        deleted = event.get("action") == "delete"
        name = str(state.get("name"))
        yield {"id": str(event.get("target_id")), "name": name, "type": state.get("type"), "deleted": deleted}
    for key in _CHANGED_LISTS:
        for item in as_records(state.get(key)):
            yield {"id": str(item.get("id")), "name": str(item.get("name")), "type": None, "deleted": False}
