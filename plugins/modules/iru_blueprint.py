#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps one Blueprint as it should be."""

from __future__ import annotations

DOCUMENTATION = r"""
module: iru_blueprint
short_description: Manage a Blueprint of an Iru tenant
version_added: 0.1.0
description:
  - Creates, changes or removes a Blueprint. What is on it is managed by
    M(okta_iru.attestation.iru_library_assignment).
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.iru
  - okta_iru.attestation.attributes
notes:
  - Least permissions of the API token are List, Create and Update Blueprint, Delete Blueprint for O(state=absent), and
    Get Blueprint Templates for the name of a template.
  - In check mode a Blueprint that would be created has an id that begins with V(planned:), which other modules of
    this collection accept in check mode.
options:
  name:
    description: Name of the Blueprint, unique in the tenant. Together with O(id) it renames the Blueprint.
    type: str
  id:
    description: Id of the Blueprint.
    type: str
  state:
    description: Whether the Blueprint exists.
    type: str
    choices: [present, absent]
    default: present
  type:
    description:
      - V(classic), or V(map) for an Assignment Map. Cannot be changed later; a Blueprint of the other type is an
        error.
      - V(classic) for a new Blueprint, or the type of the O(source), if unset.
    type: str
    choices: [classic, map]
  source:
    description: What a new Blueprint is made from. Has no effect on one that exists.
    type: dict
    suboptions:
      type:
        description: V(blueprint) copies another Blueprint, V(template) starts from one of Iru's templates.
        type: str
        choices: [blueprint, template]
        required: true
      id:
        description: Id of the Blueprint or the template.
        type: str
      name:
        description: Name of the Blueprint or the template, instead of the id.
        type: str
  description:
    description: Description of the Blueprint.
    type: str
  color:
    description: Colour in the console, such as V(aqua-500). Classic Blueprints only; Iru ignores it for a map.
    type: str
  icon:
    description: Icon in the console, such as V(ss-files). Classic Blueprints only; Iru ignores it for a map.
    type: str
  enrollment_code:
    description: Code with which computers can be enrolled into the Blueprint by hand.
    type: dict
    suboptions:
      code:
        description: The code. Iru makes one for a new Blueprint if unset.
        type: str
      is_active:
        description: Whether the code can be used. V(false) for a new Blueprint if unset.
        type: bool
  force:
    description:
      - Remove a Blueprint although devices are on it. Iru then un-manages every one of them; they lose their
        profiles and certificates and have to be enrolled again. Without it, O(state=absent) is refused for such a
        Blueprint. O(unmanage_devices) has to be given as well.
    type: bool
    default: false
  unmanage_devices:
    description:
      - How many devices may be un-managed at most, with O(force). If more are on the Blueprint it is not removed, so
        that a Blueprint that filled up in the meantime is safe.
    type: int
seealso:
  - module: okta_iru.attestation.iru_blueprint_info
  - module: okta_iru.attestation.iru_library_assignment
"""

EXAMPLES = r"""
- name: A Blueprint for the first wave
  okta_iru.attestation.iru_blueprint:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    name: Attestation pilot
    description: First wave of computers that get a certificate from Okta
    enrollment_code:
      is_active: true

- name: A copy of another Blueprint
  okta_iru.attestation.iru_blueprint:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    name: Attestation pilot 2
    source:
      type: blueprint
      name: Attestation pilot

- name: A Blueprint that starts from one of Iru's templates
  okta_iru.attestation.iru_blueprint:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    name: Hardened
    source:
      type: template
      name: CIS Level 1 Scored

- name: Remove a Blueprint that no device is on
  okta_iru.attestation.iru_blueprint:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    name: Attestation pilot 2
    state: absent
"""

RETURN = r"""
blueprint:
  description: The Blueprint as it is now. V(null) where it is absent.
  returned: success
  type: dict
  sample:
    id: 6391086e-85a1-4820-813c-f9c75025fff4
    name: Attestation pilot
    type: classic
    description: ""
    icon: ss-files
    color: aqua-800
    enrollment_code: {code: "112233", is_active: true}
    computers_count: 0
    params: {}
changes:
  description: What was made, changed or removed, with its state before and now, as the record of the tenant keeps it.
  returned: when something changed
  type: list
  elements: dict
  sample:
    - {kind: iru_blueprint, id: 6391086e-85a1-4820-813c-f9c75025fff4, name: Pilot, was: null, now: {name: Pilot}}
writes:
  description: The requests that changed something, or in check mode would have.
  returned: success
  type: list
  elements: dict
  sample: [{method: POST, path: /api/v1/blueprints}]
"""

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import is_planned, not_found, without_none
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput, Refused
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru import (
    as_record,
    checked_id,
    checked_name,
    result_of_planned,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_blueprints import (
    CLASSIC,
    MAP,
    Record,
    changes_of,
    create_blueprint,
    delete_blueprint,
    devices_on,
    existing_blueprint,
    find_blueprint,
    list_blueprints,
    template_id,
    update_blueprint,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import iru_client, iru_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._record import NOT_KEPT, REPLACED
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

SPEC = ModuleSpec(
    options={
        **iru_options(),
        "name": {"type": "str"},
        "id": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "type": {"type": "str", "choices": [CLASSIC, MAP]},
        "source": {
            "type": "dict",
            "options": {
                "type": {"type": "str", "choices": ["blueprint", "template"], "required": True},
                "id": {"type": "str"},
                "name": {"type": "str"},
            },
            "mutually_exclusive": [("id", "name")],
            "required_one_of": [("id", "name")],
        },
        "description": {"type": "str"},
        "color": {"type": "str"},
        "icon": {"type": "str"},
        "enrollment_code": {
            "type": "dict",
            "options": {"code": {"type": "str"}, "is_active": {"type": "bool"}},
        },
        "force": {"type": "bool", "default": False},
        "unmanage_devices": {"type": "int"},
    },
    required_one_of=[("name", "id")],
)

_COMPARED = ("name", "description", "color", "icon", "enrollment_code")


def run(task: Task) -> dict[str, Any]:
    """Bring the Blueprint in line."""
    options = task.params
    name, blueprint_id = checked_name("name", options["name"]), checked_id("id", options["id"], check=task.check)
    if blueprint_id and is_planned(blueprint_id, check=task.check):
        return result_of_planned(task, "blueprint", blueprint_id)
    client = iru_client(task)
    found = find_blueprint(client, blueprint_id=blueprint_id, name=name)
    if options["state"] == "absent":
        return _absent(task, client, found)
    if found is None and blueprint_id:
        raise not_found("Blueprint with the id", blueprint_id, (str(one["id"]) for one in list_blueprints(client)))
    wanted = without_none({key: options[key] for key in _COMPARED})
    if found is None:
        return _create(task, client, wanted)
    return _update(task, client, found, wanted)


def _create(task: Task, client: Client, wanted: Record) -> dict[str, Any]:
    fields = {**wanted, "enrollment_code": {"is_active": False, **wanted.get("enrollment_code", {})}}
    kind, source = task.params["type"], task.params["source"]
    if source is not None:
        fields["source"] = {"type": source["type"], "id": source["id"]}
        if source["type"] == "template":
            fields["source"]["id"] = source["id"] or template_id(client, source["name"])
        else:
            origin = existing_blueprint(client, source["id"] or source["name"])
            fields["source"]["id"] = origin["id"]
            kind = kind or origin["type"]
    elif kind is None:
        kind = CLASSIC
    if kind is not None:
        fields["type"] = kind
    created, ours = create_blueprint(client, fields)
    if not ours:
        return _update(task, client, created, wanted)
    _note(task, client, created, None, fields)
    # The answer to a create has no computers_count.
    return _result(task, client, {"computers_count": 0, **created}, ({}, fields))


def _update(task: Task, client: Client, found: Record, wanted: Record) -> dict[str, Any]:
    kind = task.params["type"]
    if kind is not None and found.get("type", kind) != kind:
        raise InvalidInput(
            f"The Blueprint {found['name']!r} is of the type {found.get('type')}, not {kind}, and Iru cannot "
            "change that. Choose another name for a new Blueprint, or leave type out."
        )
    changes = changes_of(wanted, found)
    blueprint = update_blueprint(client, found, changes) if changes else found
    before = {key: found.get(key) for key in changes}
    after = {
        key: {**as_record(found.get(key)), **value} if isinstance(value, dict) else value
        for key, value in changes.items()
    }
    _note(task, client, blueprint, {key: _part(found.get(key), value) for key, value in changes.items()}, changes)
    return _result(task, client, blueprint, (before, after))


def _part(found: Any, changed: Any) -> Any:
    """What was there of what is changed, which of an enrollment code may be one of its two fields."""
    return {key: as_record(found).get(key) for key in changed} if isinstance(changed, dict) else found


def _absent(task: Task, client: Client, found: Record | None) -> dict[str, Any]:
    before = {}
    if found is not None:
        number = devices_on(client, found)
        if number:
            _check_force(task, found, number)
            task.warn(f"Removing the Blueprint {found['name']!r} un-manages {number} device(s).")
        delete_blueprint(client, found)
        before = {key: found.get(key) for key in ("name", "type", "description", "computers_count")}
        _note(task, client, found, {key: found.get(key) for key in _COMPARED}, None)
    return _result(task, client, None, (before, {}))


def _note(task: Task, client: Client, blueprint: Record, was: Record | None, now: Record | None) -> None:
    """Tell what was done, but not the code by which anybody could enroll a device."""
    told = (_told(was, NOT_KEPT), _told(now, REPLACED))
    kind, name = "iru_blueprint", blueprint.get("name")
    task.note(kind, client.base_url, str(blueprint["id"]), name, was=told[0], now=told[1])


def _told(fields: Record | None, word: str) -> Record | None:
    code = as_record((fields or {}).get("enrollment_code"))
    return {**(fields or {}), "enrollment_code": {**code, "code": word}} if "code" in code else fields


def _check_force(task: Task, found: Record, number: int) -> None:
    """Un-managing devices takes two options, one of which says how many."""
    allowed = task.params["unmanage_devices"]
    if task.params["force"] and allowed is not None and number <= allowed:
        return
    said = f" and unmanage_devices allows {allowed}" if allowed is not None else ""
    raise Refused(
        f"The Blueprint {found['name']!r} was not removed: {number} device(s) are on it{said}, and Iru would un-manage "
        "every one. Move them to another Blueprint first; or, to un-manage them, set force and unmanage_devices: "
        f"{number}.",
        devices=number,
    )


def _result(task: Task, client: Client, blueprint: Record | None, diff: tuple[Record, Record]) -> dict[str, Any]:
    title = f"Blueprint {task.params['name'] or task.params['id']}"
    return task.written(client.writes, title, diff, blueprint=blueprint)


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
