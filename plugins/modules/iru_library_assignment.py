#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts a Library item on Blueprints, or takes it off."""

from __future__ import annotations

DOCUMENTATION = r"""
module: iru_library_assignment
short_description: Assign a Library item to Blueprints
version_added: 0.1.0
description:
  - Puts one item of the Iru Library on Blueprints, or takes it off. The item can be of any kind, also one that can be
    made in the console only, such as a native SCEP item, an App Store app or an Auto App.
  - Other Blueprints are left alone unless O(exact) is set.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.iru
  - okta_iru.attestation.attributes
notes:
  - Least permissions of the API token are Blueprints List, List Library Items, Assign Library Item and Remove Library
    Item, and Custom Profiles List where O(library_item) is a name.
  - The API does not tell in which node of an Assignment Map an item is. With C(node) set and the item somewhere on
    the map, a real run asks Iru, which answers whether anything had to be done; a run in check mode can only report
    C(assigned) as unknown. It then warns, predicts no write for O(state=present), and predicts one for
    O(state=absent).
options:
  library_item:
    description:
      - Id or name of the item.
      - A name is looked for among the custom profiles and the items on the Blueprints in question, then on all
        Blueprints. An item of another kind that is on no Blueprint yet can only be given by id, since the API does
        not list it.
    type: str
    required: true
  blueprints:
    description:
      - The Blueprints, each as a name, an id, or a dictionary of C(name) or C(id), and C(node).
      - C(node) is the id of a node of an Assignment Map, needed where the map has conditional logic. The console
        shows it while Option is held down on the map. Without it, an item that is anywhere on the map counts as
        assigned.
    type: list
    elements: raw
    required: true
  state:
    description: Whether the item is on these Blueprints.
    type: str
    choices: [present, absent]
    default: present
  exact:
    description:
      - Also take the item off all Blueprints that are not listed; with an empty list, off all. Devices there lose
        what it gave them. One request a Blueprint is needed to find out.
      - Nodes of a listed Assignment Map that are not named are left alone.
    type: bool
    default: false
seealso:
  - module: okta_iru.attestation.iru_custom_profile
  - module: okta_iru.attestation.iru_blueprint
"""

EXAMPLES = r"""
- name: The first wave gets the profile
  okta_iru.attestation.iru_library_assignment:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    library_item: Okta attestation
    blueprints: [Attestation pilot]

- name: One node of an Assignment Map
  okta_iru.attestation.iru_library_assignment:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    library_item: 3427ebbc-7f59-4d8c-8a57-bd36f8c2ad6b
    blueprints:
      - name: All computers
        node: 0f9c1a52-8f0e-4b52-9f6d-3b1b0b0f0c11

- name: These Blueprints and no others
  okta_iru.attestation.iru_library_assignment:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    library_item: Okta attestation
    blueprints: [Attestation pilot, Engineering]
    exact: true
"""

RETURN = r"""
library_item:
  description:
    - The item. The name is V(null) where an id was given and the item is on none of the Blueprints in question.
  returned: success
  type: dict
  sample: {id: 3427ebbc-7f59-4d8c-8a57-bd36f8c2ad6b, name: Okta attestation}
assignments:
  description: One entry a Blueprint that the task dealt with.
  returned: success
  type: list
  elements: dict
  sample:
    - blueprint: {id: 6391086e-85a1-4820-813c-f9c75025fff4, name: Attestation pilot, type: classic}
      node: null
      assigned: true
      changed: true
  contains:
    blueprint:
      description: Id, name and type of the Blueprint.
      type: dict
    node:
      description: The node that was given.
      type: str
    assigned:
      description: Whether the item is there now, V(null) where it cannot be told.
      type: bool
    changed:
      description: Whether this task changed that, or would have.
      type: bool
writes:
  description: The requests that changed something, or in check mode would have.
  returned: success
  type: list
  elements: dict
  sample: [{method: POST, path: /api/v1/blueprints/6391086e-85a1-4820-813c-f9c75025fff4/assign-library-item}]
"""

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import is_planned
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_assignments import (
    Record,
    Target,
    assign,
    is_unreadable,
    remove,
    resolve_targets,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_blueprints import list_blueprints
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_library import BlueprintItems, find_item
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import iru_client, iru_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

SPEC = ModuleSpec(
    options={
        **iru_options(),
        "library_item": {"type": "str", "required": True},
        "blueprints": {"type": "list", "elements": "raw", "required": True},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "exact": {"type": "bool", "default": False},
    },
)


def run(task: Task) -> dict[str, Any]:
    """Bring the assignments in line: everything is read and checked first, then only differences are written."""
    options = task.params
    present = options["state"] == "present"
    if options["exact"] and not present:
        raise InvalidInput(
            "exact says on which Blueprints the item is, and no others; it goes with state present only."
        )
    client = iru_client(task)
    blueprints = list(list_blueprints(client))
    targets = resolve_targets(client, options["blueprints"], blueprints)
    listed = {target.blueprint["id"] for target in targets}
    others = [Target(one) for one in blueprints if one["id"] not in listed] if options["exact"] else []
    steps = [*((target, present) for target in targets), *((target, False) for target in others)]
    items = BlueprintItems(client)
    if not is_planned(options["library_item"], check=task.check):  # what does not exist yet is on no Blueprint
        for target in (*targets, *others):
            items.of(target.blueprint["id"])
    item = find_item(client, options["library_item"], items)
    done = [_apply(task, client, item, (target, wanted), items) for target, wanted in steps]
    assignments = done[: len(targets)] + [one for one in done[len(targets) :] if one["changed"]]
    return {
        "changed": bool(client.writes),
        "library_item": item,
        "assignments": assignments,
        "writes": client.writes,
        **_diff(task, item, steps, done),
    }


def _apply(
    task: Task, client: Client, item: Record, step: tuple[Target, bool], items: BlueprintItems
) -> dict[str, Any]:
    target, wanted = step
    planned = is_planned(item["id"], check=task.check)
    on_blueprint = not planned and item["id"] in items.of(target.blueprint["id"])
    changed = (assign if wanted else remove)(client, item, target, on_blueprint)
    unknown = changed is None or (task.check and is_unreadable(target, on_blueprint))
    if unknown:
        task.warn(
            f"The Library item {item['name'] or item['id']!r} is on {target.blueprint['name']!r}, but whether in the "
            f"node {target.node} cannot be read; "
            + ("only a real run can tell." if task.check else "an item of its type is there. Look at the map.")
        )
    return {
        "blueprint": {key: target.blueprint.get(key) for key in ("id", "name", "type")},
        "node": target.node,
        "assigned": None if unknown else wanted,
        "changed": bool(changed),
    }


def _diff(task: Task, item: Record, steps: list[tuple[Target, bool]], done: list[dict[str, Any]]) -> dict[str, Any]:
    titles: dict[str, list[str]] = {"before": [], "after": []}
    for (target, wanted), one in zip(steps, done, strict=True):
        if wanted != one["changed"]:
            titles["before"].append(target.title)
        if wanted:
            titles["after"].append(target.title)
    sides = ({"blueprints": sorted(titles[side])} for side in ("before", "after"))
    return task.diff_result(f"Library item {item['name'] or item['id']}", *sides)


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
