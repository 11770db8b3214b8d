# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Creates, renames and removes tags of an Iru tenant. A tag has an id and a name; no request reads a single one."""

from __future__ import annotations

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import only_match, planned_id
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import ApiError, NotFound
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client, Request
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_directory import TAGS, list_tags
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import Task

Record = dict[str, Any]


def find_tag(client: Client, name: str) -> Record | None:
    """The tag of a name, upper and lower case told apart. Raises Ambiguous."""
    return only_match((tag for tag in list_tags(client, name) if tag.get("name") == name), "tag", name)


def create_tag(client: Client, name: str) -> tuple[Record, bool]:
    """Create a tag. Returns it and whether it is ours.

    Whether Iru lets two tags have one name is not known: of two runs side by side, the one whose tag comes later in the
    listing removes its own, which no device has yet.
    """
    predicted = {"id": planned_id("tag", name), "name": name}
    request = Request("POST", TAGS, json={"name": name})
    try:
        created: Record = client.write(
            request, predicted=predicted, read_back=lambda: find_tag(client, name), returns_object=True
        )
    except ApiError as error:
        found = find_tag(client, name) if error.status == 400 else None
        if found is None:
            raise
        client.writes.pop()  # refused, since it is there by now: nothing was written
        return found, False
    if client.check:
        return created, True
    first = next((tag for tag in list_tags(client, name) if tag.get("name") == name), created)
    if first["id"] != created["id"]:
        delete_tag(client, created)
    return first, first["id"] == created["id"]


def rename_tag(client: Client, found: Record, name: str) -> Record:
    """Give a tag another name; devices keep it."""

    def read_back() -> Record | None:
        now = next((tag for tag in list_tags(client) if tag["id"] == found["id"]), None)
        if now is None:
            raise NotFound(f"The tag {found.get('name')!r} ({found['id']}) was removed while it was renamed.")
        return now if now.get("name") == name else None

    request = Request("PATCH", f"{TAGS}/{found['id']}", json={"name": name})
    renamed: Record = client.write(request, predicted={**found, "name": name}, read_back=read_back, returns_object=True)
    return renamed


def note_tag(task: Task, client: Client, tag: Record, was: Record | None, now: Record | None) -> None:
    """Tell what was done to a tag, for the record of the tenant."""
    task.note("iru_tag", client.base_url, str(tag["id"]), tag.get("name"), was=was, now=now)


def delete_tag(client: Client, found: Record) -> None:
    """Remove a tag, and so from all devices."""
    client.write(Request("DELETE", f"{TAGS}/{found['id']}"))
