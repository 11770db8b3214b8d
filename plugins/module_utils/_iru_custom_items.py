# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What custom profiles, apps and scripts of the Iru Library have in common: found, created once, changed, removed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import not_found, only_match
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import BadAnswer, NotFound
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client, Request
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru import as_record
from ansible_collections.okta_iru.attestation.plugins.module_utils._paging import by_envelope
from ansible_collections.okta_iru.attestation.plugins.module_utils._record import NOT_KEPT, REPLACED
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import Task

Record = dict[str, Any]


@dataclass(frozen=True)
class ItemKind:
    """A kind of Library item that the API can create. ``title`` is for messages, and tells the name of its module."""

    path: str
    title: str


CUSTOM_PROFILE = ItemKind("/api/v1/library/custom-profiles", "custom profile")
CUSTOM_APP = ItemKind("/api/v1/library/custom-apps", "custom app")
CUSTOM_SCRIPT = ItemKind("/api/v1/library/custom-scripts", "custom script")


def list_items(client: Client, kind: ItemKind) -> Iterator[Record]:
    """All items of the kind, 300 a request."""
    return by_envelope(client, kind.path, {}, key="id")


def find_item(client: Client, kind: ItemKind, *, item_id: str | None, name: str | None) -> Record | None:
    """The item of an id or else of a name. Raises Ambiguous: names need not be unique."""
    if item_id is None:
        matches = (item for item in list_items(client, kind) if item.get("name") == name)
        return only_match(matches, kind.title, name or "")
    found = client.find(f"{kind.path}/{item_id}")
    if found is not None and as_record(found).get("id") != item_id:
        raise BadAnswer(f"GET {kind.path}/{item_id} on Iru answered something else than the {kind.title} of this id.")
    return as_record(found) or None


def no_such_id(client: Client, kind: ItemKind, item_id: str) -> NotFound:
    """The failure for an id that is not there."""
    return not_found(f"{kind.title} with the id", item_id, (str(item["id"]) for item in list_items(client, kind)))


def delete_item(client: Client, kind: ItemKind, found: Record) -> None:
    """Remove it from the Library, and so from all Blueprints."""
    client.write(Request("DELETE", f"{kind.path}/{found['id']}"))


def first_of_the_name(client: Client, kind: ItemKind, created: Record) -> tuple[Record, bool]:
    """The item that stays, and whether it is the one just created.

    Of two runs side by side that both found none of the name, the later one removes its own, which is on no Blueprint
    yet, and goes on with the other one's.
    """
    if client.check:
        return created, True
    same = [item for item in list_items(client, kind) if item.get("name") == created.get("name")]
    first = min(same, key=lambda item: (str(item.get("created_at")), str(item["id"])), default=created)
    if first["id"] == created["id"]:
        return created, True
    delete_item(client, kind, created)
    return first, False


def note_item(
    task: Task, client: Client, kind: ItemKind, item: Record, *, was: Record | None, now: Record | None
) -> None:
    """Tell what was done to an item, which is given as it is now, for the record of the tenant.

    That holds neither packages nor the texts of scripts, which may hold a secret, so these are told by a word each.
    """
    module = f"iru_{kind.title.replace(' ', '_')}"
    told = (_told(was, NOT_KEPT), _told(now, REPLACED))
    stamp = None if now is None or task.check else item.get("updated_at")
    task.note(module, client.base_url, str(item["id"]), item.get("name"), was=told[0], now=told[1], stamp=stamp)


def _told(fields: Record | None, word: str) -> Record | None:
    if fields is None:
        return None
    return {key: word if key.endswith(("script", "file_key", "file_url")) else fields[key] for key in fields}


def changed_after_all(
    client: Client, kind: ItemKind, found: Record, differs: Callable[[Record], bool]
) -> Callable[[], Record | None]:
    """Reads an item back after a PATCH whose outcome is unknown: it, if nothing ``differs`` any more."""

    def read_back() -> Record | None:
        now = as_record(client.find(f"{kind.path}/{found['id']}"))
        if not now:
            raise NotFound(f"The {kind.title} {found.get('name')!r} ({found['id']}) was removed while it was written.")
        return None if differs(now) else now

    return read_back


def read_items(client: Client, kind: ItemKind, *, item_id: str | None, name: str | None) -> list[Record]:
    """For those who only read: the item of an id, those of a name, or all."""
    if item_id is not None:
        found = find_item(client, kind, item_id=item_id, name=None)
        return [found] if found is not None else []
    return [item for item in list_items(client, kind) if name is None or item.get("name") == name]
