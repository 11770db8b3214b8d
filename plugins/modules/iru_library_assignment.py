#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts Library items on Blueprints, or takes them off."""

from __future__ import annotations

DOCUMENTATION = r"""
module: iru_library_assignment
short_description: Assign Library items to Blueprints
version_added: 0.1.0
description:
  - Puts items of the Iru Library on Blueprints, or takes them off. An item can be of any kind, also one that can be
    made in the console only, such as a native SCEP item, an App Store app or an Auto App.
  - Other Blueprints are left alone unless O(exact) is set, other items unless O(exact_items) is set.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.iru
  - okta_iru.attestation.attributes
notes:
  - Least permissions of the API token are List Blueprints, List Library Items, Assign Library Item and Remove Library
    Item, and List Custom Profiles where an item is given by name; for the name of an item that is neither a custom
    profile nor on the Blueprints in question also List Custom Apps, List Custom Scripts and List audit events; with
    O(type) also Get Library Item Statuses.
  - The API does not tell in which node of an Assignment Map an item is. With C(node) set and the item somewhere on
    the map, a real run asks Iru, which answers whether anything had to be done; a run in check mode can only report
    C(assigned) as unknown. It then warns, predicts no write for O(state=present), and predicts one for
    O(state=absent).
options:
  library_item:
    description:
      - Id or name of the item. Give this or O(library_items).
      - A name is looked for among the custom profiles and the items on the Blueprints in question, then step by step
        among custom apps and scripts, on all Blueprints, and in the audit events of the past year, since the API has no
        list of the whole Library. The search ends with the first step that has it.
    type: str
  library_items:
    description: Several items, each as O(library_item). All of them are for all of O(blueprints).
    type: list
    elements: str
  type:
    description:
      - Of which type the item is in Iru's words, such as V(vpp-app) for an App Store app (Apps and Books),
        V(automatic-app) for an Auto App, V(custom-app), V(custom-script) or V(profile).
      - Of several items of a name only those of this type count, and an item of another one is refused. Iru tells the
        type of an item by the devices that have it; one that no device has is taken with a warning.
    type: str
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
  exact_items:
    description:
      - Also take all other items off the listed Blueprints, whoever put them there; with an empty list of items, all.
        Devices lose what those gave them.
      - Not for an entry with C(node), since the API does not tell which items are in a node.
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

- name: Okta Verify from the App Store, whatever else is called so
  okta_iru.attestation.iru_library_assignment:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    library_item: Okta Verify
    type: vpp-app
    blueprints: [Attestation pilot]

- name: Everything that the first wave needs, on its Blueprint
  okta_iru.attestation.iru_library_assignment:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    library_items:
      - Okta attestation
      - Okta single sign-on
      - Okta Verify
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
  returned: when O(library_item) is given
  type: dict
  sample: {id: 3427ebbc-7f59-4d8c-8a57-bd36f8c2ad6b, name: Okta attestation}
library_items:
  description: The items that were asked for, one or several, each as RV(library_item).
  returned: success
  type: list
  elements: dict
  sample: [{id: 3427ebbc-7f59-4d8c-8a57-bd36f8c2ad6b, name: Okta attestation}]
assignments:
  description:
    - One entry for each item and Blueprint that were asked for, and for each item that was taken off a Blueprint
      because of O(exact) or O(exact_items).
  returned: success
  type: list
  elements: dict
  sample:
    - blueprint: {id: 6391086e-85a1-4820-813c-f9c75025fff4, name: Attestation pilot, type: classic}
      library_item: {id: 3427ebbc-7f59-4d8c-8a57-bd36f8c2ad6b, name: Okta attestation}
      node: null
      assigned: true
      changed: true
  contains:
    blueprint:
      description: Id, name and type of the Blueprint.
      type: dict
    library_item:
      description: Id and name of the item.
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
changes:
  description: What was made, changed or removed, with its state before and now, as the record of the tenant keeps it.
  returned: when something changed
  type: list
  elements: dict
  sample: [{kind: iru_library_assignment, id: 3427ebbc/9a1b, name: Okta attestation on Sale, was: null, now: {}}]
writes:
  description: The requests that changed something, or in check mode would have.
  returned: success
  type: list
  elements: dict
  sample: [{method: POST, path: /api/v1/blueprints/6391086e-85a1-4820-813c-f9c75025fff4/assign-library-item}]
"""

from collections.abc import Iterator
from dataclasses import dataclass
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
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_library import Library, find_item
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import iru_client, iru_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

SPEC = ModuleSpec(
    options={
        **iru_options(),
        "library_item": {"type": "str"},
        "library_items": {"type": "list", "elements": "str"},
        "type": {"type": "str"},
        "blueprints": {"type": "list", "elements": "raw", "required": True},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "exact": {"type": "bool", "default": False},
        "exact_items": {"type": "bool", "default": False},
    },
    mutually_exclusive=[("library_item", "library_items")],
    required_one_of=[("library_item", "library_items")],
)


@dataclass(frozen=True)
class Step:
    """An item that is to be on a Blueprint or is not; ``asked``: the task says so itself, not an exact option."""

    item: Record
    target: Target
    wanted: bool
    asked: bool = True


def run(task: Task) -> dict[str, Any]:
    """Bring the assignments in line: everything is read and checked first, then only differences are written."""
    options = task.params
    _check_exactness(options)
    client = iru_client(task)
    blueprints = list(list_blueprints(client))
    targets = resolve_targets(client, options["blueprints"], blueprints)
    _check_nodes(options, targets)
    listed = {target.blueprint["id"] for target in targets}
    others = [Target(one) for one in blueprints if one["id"] not in listed] if options["exact"] else []
    references = options["library_items"] if options["library_item"] is None else [options["library_item"]]
    library = Library(client)
    if not all(is_planned(one, check=task.check) for one in references):  # what does not exist yet is on no Blueprint
        for target in (*targets, *others):
            library.on(target.blueprint["id"])
    items = list({item["id"]: item for item in (find_item(task, library, one) for one in references)}.values())
    if task.diff and len(items) > 1:  # a diff of several items tells them apart by name, as one in check mode can
        items = [library.with_name(item) for item in items]
    steps = list(_steps(options, items, (targets, others), library))
    done = [_apply(task, client, step, library) for step in steps]
    return {
        "changed": bool(client.writes),
        **({} if options["library_item"] is None else {"library_item": _named(items[0])}),
        "library_items": [_named(item) for item in items],
        "assignments": [one for step, one in zip(steps, done, strict=True) if step.asked or one["changed"]],
        "writes": client.writes,
        **_diff(task, steps, done),
    }


def _check_exactness(options: dict[str, Any]) -> None:
    for option, says in (("exact", "on which Blueprints"), ("exact_items", "which items")):
        if options[option] and options["state"] == "absent":
            raise InvalidInput(f"{option} says {says}, and no others; it goes with state present only.")


def _check_nodes(options: dict[str, Any], targets: list[Target]) -> None:
    node = next((target for target in targets if target.node), None)
    if options["exact_items"] and node is not None:
        raise InvalidInput(
            f"exact_items cannot be kept for {node.title!r}: Iru does not tell which items are in a node of an "
            "Assignment Map. Take the others off in the console, or list them in a task of its own with state absent."
        )


def _steps(
    options: dict[str, Any], items: list[Record], places: tuple[list[Target], list[Target]], library: Library
) -> Iterator[Step]:
    """What was asked for first, so that nothing is taken off before the new items are there."""
    targets, others = places
    present = options["state"] == "present"
    yield from (Step(item, target, present) for target in targets for item in items)
    yield from (Step(item, target, False, asked=False) for target in others for item in items)
    wanted = {item["id"] for item in items}
    for target in targets if options["exact_items"] else ():
        for item_id, name in library.on(target.blueprint["id"]).items():
            if item_id not in wanted:
                yield Step({"id": item_id, "name": name}, target, False, asked=False)


def _apply(task: Task, client: Client, step: Step, library: Library) -> dict[str, Any]:
    item, target = step.item, step.target
    planned = is_planned(item["id"], check=task.check)
    on_blueprint = not planned and item["id"] in library.on(target.blueprint["id"])
    changed = (assign if step.wanted else remove)(client, item, target, on_blueprint)
    if changed:
        place = "/".join(filter(None, (item["id"], target.blueprint["id"], target.node)))
        sides: list[Record | None] = [None, {}] if step.wanted else [{}, None]
        title = f"{item['name'] or item['id']} on {target.title}"
        task.note("iru_library_assignment", client.base_url, place, title, was=sides[0], now=sides[1])
    unknown = changed is None or (task.check and is_unreadable(target, on_blueprint))
    if unknown:
        task.warn(
            f"The Library item {item['name'] or item['id']!r} is on {target.blueprint['name']!r}, but whether in the "
            f"node {target.node} cannot be read; "
            + ("only a real run can tell." if task.check else "an item of its type is there. Look at the map.")
        )
    return {
        "blueprint": {key: target.blueprint.get(key) for key in ("id", "name", "type")},
        "library_item": _named(item),
        "node": target.node,
        "assigned": None if unknown else step.wanted,
        "changed": bool(changed),
    }


def _named(item: Record) -> Record:
    return {key: item[key] for key in ("id", "name")}


def _diff(task: Task, steps: list[Step], done: list[dict[str, Any]]) -> dict[str, Any]:
    """Before and after: the Blueprints of each item that there is something to say about.

    A single item stands in the title only: Iru tells no name of one that is on no Blueprint yet, while check mode knows
    the name of one that is only planned, and both shall show the same.
    """
    sides: tuple[dict[str, list[str]], dict[str, list[str]]] = ({}, {})
    for step, one in zip(steps, done, strict=True):
        if not step.asked and not one["changed"]:
            continue
        for side, there in zip(sides, (step.wanted != one["changed"], step.wanted), strict=True):
            titles = side.setdefault(str(step.item["name"] or step.item["id"]), [])
            if there:
                titles.append(step.target.title)
    named = [{name: {"blueprints": sorted(titles)} for name, titles in side.items()} for side in sides]
    if all(len(side) == 1 for side in named):
        (title,) = named[1]
        return task.diff_result(f"Library item {title}", *(side[title] for side in named))
    return task.diff_result("Library items on Blueprints", *named)


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
