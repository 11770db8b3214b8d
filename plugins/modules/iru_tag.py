#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps one tag of an Iru tenant as it should be."""

from __future__ import annotations

DOCUMENTATION = r"""
module: iru_tag
short_description: Manage a tag of an Iru tenant
version_added: 0.1.0
description:
  - Creates, renames or removes a tag. Which devices have it is managed by M(okta_iru.attestation.iru_device).
  - Rules of Assignment Maps may ask for a tag, so that removing one can take Library items off devices.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.iru
  - okta_iru.attestation.attributes
notes:
  - Least permissions of the API token are Get Tags, Create Tag and Update Tag, and Delete Tag for O(state=absent).
options:
  name:
    description: Name of the tag. Upper and lower case are told apart. Together with O(id) it renames the tag.
    type: str
  id:
    description: Id of the tag.
    type: str
  previous_name:
    description:
      - A name that the tag may still have. A tag of this name is renamed to O(name), so that devices keep it, unless
        there is one of O(name) already.
    type: str
  state:
    description: Whether the tag exists. Removing it takes it off all devices.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: okta_iru.attestation.iru_tag_info
  - module: okta_iru.attestation.iru_device
"""

EXAMPLES = r"""
- name: A tag for the pilot
  okta_iru.attestation.iru_tag:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    name: Attestation pilot

- name: Rename it
  okta_iru.attestation.iru_tag:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    name: Attestation
    previous_name: Attestation pilot
"""

RETURN = r"""
tag:
  description: The tag as it is now. V(null) where it is absent.
  returned: success
  type: dict
  sample: {id: 28a40609-d6f7-4dc0-8c25-6ebd1e5fd6b7, name: Attestation pilot}
  contains:
    id:
      description: Id of the tag. In check mode it begins with V(planned:) for one that would be created.
      type: str
    name:
      description: Name of the tag.
      type: str
changes:
  description: What was made, changed or removed, with its state before and now, as the record of the tenant keeps it.
  returned: when something changed
  type: list
  elements: dict
  sample: [{kind: iru_tag, id: 28a40609-d6f7-4dc0-8c25-6ebd1e5fd6b7, name: Pilot, was: null, now: {name: Pilot}}]
writes:
  description: The requests that changed something, or in check mode would have.
  returned: success
  type: list
  elements: dict
  sample: [{method: POST, path: /api/v1/tags}]
"""

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import is_planned, not_found
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru import (
    checked_id,
    checked_name,
    result_of_planned,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_directory import list_tags
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_tags import (
    Record,
    create_tag,
    delete_tag,
    find_tag,
    note_tag,
    rename_tag,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import iru_client, iru_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

SPEC = ModuleSpec(
    options={
        **iru_options(),
        "name": {"type": "str"},
        "id": {"type": "str"},
        "previous_name": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    },
    required_one_of=[("name", "id")],
    required_by={"previous_name": ("name",)},
    mutually_exclusive=[("id", "previous_name")],
)


def run(task: Task) -> dict[str, Any]:
    """Bring the tag in line."""
    options = task.params
    name, tag_id = checked_name("name", options["name"]), checked_id("id", options["id"], check=task.check)
    if tag_id and is_planned(tag_id, check=task.check):
        return result_of_planned(task, "tag", tag_id)
    client = iru_client(task)
    found = _found(client, tag_id, name)
    if options["state"] == "absent":
        if found is not None:
            delete_tag(client, found)
            note_tag(task, client, found, {"name": found.get("name")}, None)
        return _result(task, client, None, ({"name": found.get("name")} if found else {}, {}))
    if tag_id and found is None:
        raise not_found("tag with the id", tag_id, (str(tag["id"]) for tag in list_tags(client)))
    found = _renamed_from(client, options["previous_name"], found, name)
    if found is None:
        tag, ours = create_tag(client, str(name))
        if ours:
            note_tag(task, client, tag, None, {"name": name})
        return _result(task, client, tag, ({}, {"name": name}))
    if name is None or found.get("name") == name:
        return _result(task, client, found, ({}, {}))
    renamed, before = rename_tag(client, found, name), {"name": found.get("name")}
    note_tag(task, client, renamed, before, {"name": name})
    return _result(task, client, renamed, (before, {"name": name}))


def _found(client: Client, tag_id: str | None, name: str | None) -> Record | None:
    if tag_id is None:
        return find_tag(client, str(name))
    return next((tag for tag in list_tags(client) if tag["id"] == tag_id), None)


def _renamed_from(client: Client, previous: str | None, found: Record | None, name: str | None) -> Record | None:
    """The tag that is to have the name. Raises InvalidInput when there is one of each name."""
    former = find_tag(client, previous) if previous else None
    if former is not None and found is not None:
        raise InvalidInput(
            f"There is a tag {name!r} ({found['id']}) as well as a tag {previous!r} ({former['id']}), so none can be "
            "renamed. Give their devices one of the two, remove the other, or leave previous_name out."
        )
    return found or former


def _result(task: Task, client: Client, tag: Record | None, diff: tuple[Record, Record]) -> dict[str, Any]:
    title = f"tag {task.params['name'] or task.params['id']}"
    return task.written(client.writes, title, diff, tag=tag)


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
