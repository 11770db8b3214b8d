#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps devices of an Iru tenant on their Blueprints, with their users and tags."""

from __future__ import annotations

DOCUMENTATION = r"""
module: iru_device
short_description: Manage Blueprint, user, asset tag and tags of devices in Iru
version_added: 0.1.0
description:
  - Moves devices to a Blueprint, assigns users, and sets asset tags and tags, for any number of devices in one task. Of
    each device only what differs is sent, and nothing if nothing does.
  - Devices enrol by themselves; this module creates none.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.iru
  - okta_iru.attestation.attributes
notes:
  - Least permissions of the API token are List Devices, Get Device and Update Device, List Blueprints for
    O(blueprint), List Users for O(user), Get Tags for O(tags), Create Tag for O(create_tags), and Delete Device for
    O(state=absent).
  - One device is read by itself; for more, all devices of the tenant are listed once, 300 a request.
options:
  serial_numbers:
    description: Serial numbers of devices that get the settings of the task, upper and lower case alike.
    type: list
    elements: str
  device_ids:
    description: Ids of devices that get the settings of the task.
    type: list
    elements: str
  devices:
    description: Devices with settings of their own, which come before those of the task.
    type: list
    elements: dict
    suboptions:
      serial_number:
        description: Serial number of the device.
        type: str
      device_id:
        description: Id of the device, instead of its serial number.
        type: str
      blueprint:
        description: As O(blueprint).
        type: str
      asset_tag:
        description: As O(asset_tag).
        type: str
      user:
        description: As O(user).
        type: str
      tags:
        description: As O(tags).
        type: list
        elements: str
  state:
    description:
      - V(absent) removes the records of the devices, which unenrols them, and is refused without O(unenroll).
    type: str
    choices: [present, absent]
    default: present
  unenroll:
    description:
      - Needed with O(state=absent). Iru then removes the devices from management; they lose their profiles and
        certificates, the agent uninstalls itself, and they have to be enrolled again.
    type: bool
    default: false
  blueprint:
    description: Name or id of the Blueprint. Another Blueprint may take Library items off a device.
    type: str
  asset_tag:
    description: Asset tag. The empty text takes it away.
    type: str
  user:
    description: E-mail address or id of the user. The empty text takes the user away.
    type: str
  tags:
    description: Names of tags. Upper and lower case are told apart.
    type: list
    elements: str
  tags_mode:
    description: Whether the device gets O(tags) in addition to its own, has these and no others, or loses them.
    type: str
    choices: [add, exact, remove]
    default: add
  create_tags:
    description: Create tags that do not exist, instead of failing.
    type: bool
    default: false
seealso:
  - module: okta_iru.attestation.iru_device_info
  - module: okta_iru.attestation.iru_device_action
"""

EXAMPLES = r"""
- name: Two Macs for the pilot
  okta_iru.attestation.iru_device:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    serial_numbers: [C02XK1ABJGH5, FVFXXXB3QXXX]
    blueprint: Attestation pilot
    tags: [Attestation pilot]
    create_tags: true

- name: Users and asset tags from a list
  okta_iru.attestation.iru_device:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    devices:
      - {serial_number: C02XK1ABJGH5, user: ann@example.com, asset_tag: A-1001}
      - {serial_number: FVFXXXB3QXXX, user: "", asset_tag: A-1002}
"""

RETURN = r"""
devices:
  description: The devices as they are now, in the order in which they were given; empty with O(state=absent).
  returned: success
  type: list
  elements: dict
  sample:
    - device_id: 8f9ca6a5-1c1f-4f8e-a1c5-8f0a5d4d4b51
      device_name: Ann's MacBook Air
      serial_number: C02XK1ABJGH5
      platform: Mac
      blueprint_id: 3427ebbc-7f59-4d8c-8a57-bd36f8c2ad6b
      blueprint_name: Attestation pilot
      user: {email: ann@example.com, id: 8ff9ee70-0f5b-4ecc-b2ec-2d0bd1c8d0b2, is_archived: false, name: Ann}
      asset_tag: A-1001
      tags: [Attestation pilot]
  contains:
    device_id:
      description: Id of the device.
      type: str
    serial_number:
      description: Serial number.
      type: str
    blueprint_id:
      description: Id of its Blueprint.
      type: str
    user:
      description: C(email), C(id), C(name), C(is_archived) of the user, V(null) without one.
      type: dict
    tags:
      description: Names of its tags.
      type: list
      elements: str
changes:
  description: What was made, changed or removed, with its state before and now, as the record of the tenant keeps it.
  returned: when something changed
  type: list
  elements: dict
  sample: [{kind: iru_device, id: 8f9ca6a5-1c1f-4f8e-a1c5-8f0a5d4d4b51, name: Ann, was: {asset_tag: ""}, now: {}}]
writes:
  description: The requests that changed something, or in check mode would have.
  returned: success
  type: list
  elements: dict
  sample: [{method: PATCH, path: /api/v1/devices/8f9ca6a5-1c1f-4f8e-a1c5-8f0a5d4d4b51}]
"""

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput, Refused
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_device_changes import (
    TAGS_MODES,
    Lookup,
    Record,
    WantedDevice,
    changes_of,
    delete_device,
    ensure_tags,
    fields_after,
    fields_before,
    stored_fields,
    title_of,
    update_device,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_device_selection import (
    device_entries,
    found_devices,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import iru_client, iru_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

_SETTINGS: dict[str, Any] = {
    "blueprint": {"type": "str"},
    "asset_tag": {"type": "str"},
    "user": {"type": "str"},
    "tags": {"type": "list", "elements": "str"},
}

SPEC = ModuleSpec(
    options={
        **iru_options(),
        "serial_numbers": {"type": "list", "elements": "str"},
        "device_ids": {"type": "list", "elements": "str"},
        "devices": {
            "type": "list",
            "elements": "dict",
            "options": {"serial_number": {"type": "str"}, "device_id": {"type": "str"}, **_SETTINGS},
            "required_one_of": [("serial_number", "device_id")],
            "mutually_exclusive": [("serial_number", "device_id")],
        },
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "unenroll": {"type": "bool", "default": False},
        **_SETTINGS,
        "tags_mode": {"type": "str", "choices": list(TAGS_MODES), "default": "add"},
        "create_tags": {"type": "bool", "default": False},
    },
    required_one_of=[("serial_numbers", "device_ids", "devices")],
)


def run(task: Task) -> dict[str, Any]:
    """Bring the devices in line."""
    options = task.params
    entries = device_entries(options["serial_numbers"], options["device_ids"], options["devices"])
    if task.params["state"] == "absent":
        return _absent(task, entries)
    wanted = [_wanted(task, entry) for entry in entries]
    client = iru_client(task)
    devices = found_devices(client, entries)
    lookup = Lookup(client, wanted)
    plan = [(device, changes_of(one, device, lookup)) for device, one in zip(devices, wanted, strict=True)]
    ensure_tags(task, client, plan, create=task.params["create_tags"])
    before, after, results = {}, {}, []
    for (device, changes), one in zip(plan, wanted, strict=True):
        moved_to = lookup.blueprint(one.blueprint) if one.blueprint and "blueprint_id" in changes else None
        now = update_device(client, device, changes, moved_to) if changes else device
        results.append(now)
        if changes:
            _note(task, client, device, stored_fields(device, changes), changes)
            before[title_of(device)] = fields_before(device, changes)
            after[title_of(device)] = fields_after(one, changes, moved_to)
    return _result(task, client, results, (before, after))


def _wanted(task: Task, entry: Record) -> WantedDevice:
    values = {key: task.params[key] if entry.get(key) is None else entry[key] for key in _SETTINGS}
    if all(value is None for value in values.values()):
        raise InvalidInput(
            f"Nothing is set for the device {entry.get('serial_number') or entry['device_id']}: give "
            f"{', '.join(_SETTINGS)} for it or for the whole task."
        )
    if values["blueprint"] == "":
        raise InvalidInput("blueprint is empty; a device is always on a Blueprint.")
    tags = None if values["tags"] is None else tuple(values["tags"])
    return WantedDevice(values["blueprint"], values["asset_tag"], values["user"], tags, task.params["tags_mode"])


def _absent(task: Task, entries: list[Record]) -> dict[str, Any]:
    client = iru_client(task)
    devices = found_devices(client, entries, optional=True)
    if devices and not task.params["unenroll"]:
        named = ", ".join(title_of(device) for device in devices[:10])
        raise Refused(
            f"{len(devices)} device(s) were not removed, since Iru would unenrol every one: {named}"
            f"{' …' if len(devices) > 10 else ''}. Set unenroll if that is meant.",
            devices=len(devices),
        )
    before = {}
    for device in devices:
        delete_device(client, device)
        _note(task, client, device, stored_fields(device, ("blueprint_id", "asset_tag", "user", "tags")), None)
        before[title_of(device)] = {"name": device.get("device_name"), "blueprint": device.get("blueprint_name")}
    return _result(task, client, [], (before, {}))


def _note(task: Task, client: Client, device: Record, was: Record, now: Record | None) -> None:
    task.note("iru_device", client.base_url, str(device["device_id"]), device.get("device_name"), was=was, now=now)


def _result(task: Task, client: Client, devices: list[Record], diff: tuple[Record, Record]) -> dict[str, Any]:
    return task.written(client.writes, "devices", diff, devices=devices)


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
