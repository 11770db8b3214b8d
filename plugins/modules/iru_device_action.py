#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends a command that takes nothing away to devices of an Iru tenant."""

from __future__ import annotations

DOCUMENTATION = r"""
module: iru_device_action
short_description: Make devices check in to Iru, or send other harmless commands
version_added: 0.1.0
description:
  - Sends one of the actions that take nothing away from a device. Iru has no action that installs a profile again; to
    make devices fetch one that waits, let them check in.
  - Actions that lock, erase, restart or shut down a device are not part of this module.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.iru
  - okta_iru.attestation.attributes
attributes:
  diff_mode:
    description: Nothing is shown, since nothing is stored.
    support: none
  idempotent:
    description: Every run sends the action again, unless the device still waits for it.
    support: none
notes:
  - Least permissions of the API token are the one of the action, List Devices and, for one device by its id, Get
    Device; List Blueprints for O(blueprint); Get Library Item Statuses for O(waiting_for), and what
    M(okta_iru.attestation.iru_library_item_info) needs to find an item by its name.
  - One request is sent for each device, as fast as the tenant's rate limit allows (50 a second, 10,000 an hour).
options:
  action:
    description:
      - V(blankpush) wakes an Apple device, so that it fetches what waits for it.
      - V(dailycheckin) runs the daily check-in of an Apple device or a full synchronisation of a Windows PC.
      - V(updateinventory) asks an Apple device for its inventory, and so brings Prism up to date.
      - V(renewmdmprofile) installs the MDM profile of an Apple device again, without effect on other profiles.
      - V(reinstallagent) installs Iru's agent on a Mac again.
    type: str
    choices: [blankpush, dailycheckin, updateinventory, renewmdmprofile, reinstallagent]
    required: true
  serial_numbers:
    description: Serial numbers of the devices, upper and lower case alike.
    type: list
    elements: str
  device_ids:
    description: Ids of the devices.
    type: list
    elements: str
  blueprint:
    description: Only devices on this Blueprint (name or id).
    type: str
  tag:
    description: Only devices with this tag.
    type: str
  waiting_for:
    description:
      - Only devices that wait for this Library item (name or id), that is, whose status for it is a waiting one such as
        V(PENDING).
    type: str
seealso:
  - module: okta_iru.attestation.iru_device_info
  - module: okta_iru.attestation.iru_library_item_info
"""

EXAMPLES = r"""
- name: Wake all devices that still wait for the certificate
  okta_iru.attestation.iru_device_action:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    action: blankpush
    waiting_for: Okta attestation

- name: Inventory of one Mac
  okta_iru.attestation.iru_device_action:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    action: updateinventory
    serial_numbers: [C02XK1ABJGH5]
"""

RETURN = r"""
sent:
  description: The devices that the action was sent to, or in check mode would be.
  returned: success
  type: list
  elements: dict
  sample:
    - device_id: 8f9ca6a5-1c1f-4f8e-a1c5-8f0a5d4d4b51
      device_name: Ann's MacBook Air
      serial_number: C02XK1ABJGH5
running:
  description: The devices that still wait for the same action, so that Iru did not send it again.
  returned: success
  type: list
  elements: dict
  sample: []
skipped_devices:
  description: The devices that cannot take the action, each with the reason.
  returned: success
  type: list
  elements: dict
  sample:
    - device_id: 0c8e7b5e-3b0c-4e26-8a55-0d0a4a2f8f9e
      device_name: Ben's PC
      serial_number: 5CG1234ABC
      reason: blankpush is for Mac, iPhone, iPad, AppleTV only, not for Windows
writes:
  description: The requests that were sent, or in check mode would have been.
  returned: success
  type: list
  elements: dict
  sample: [{method: POST, path: /api/v1/devices/8f9ca6a5-1c1f-4f8e-a1c5-8f0a5d4d4b51/action/blankpush}]
"""

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_blueprints import existing_blueprint
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_device_actions import (
    ACTIONS,
    Record,
    reason_against,
    send_action,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_device_selection import (
    device_entries,
    found_devices,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_devices import list_devices
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_library import Library
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_status import status_rows
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import iru_client, iru_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

SPEC = ModuleSpec(
    options={
        **iru_options(),
        "action": {"type": "str", "choices": list(ACTIONS), "required": True},
        "serial_numbers": {"type": "list", "elements": "str"},
        "device_ids": {"type": "list", "elements": "str"},
        "blueprint": {"type": "str"},
        "tag": {"type": "str"},
        "waiting_for": {"type": "str"},
    },
    required_one_of=[("serial_numbers", "device_ids", "blueprint", "tag", "waiting_for")],
)

_SHOWN = ("device_id", "device_name", "serial_number")


def run(task: Task) -> dict[str, Any]:
    """Send the action to the devices that the task selects."""
    action, client = task.params["action"], iru_client(task)
    outcomes: dict[str, list[Record]] = {"sent": [], "running": [], "skipped_devices": []}
    for device in _selected(task, client):
        shown = {key: device.get(key) for key in _SHOWN}
        reason = reason_against(action, device) or send_action(client, action, device)
        if reason in outcomes:
            outcomes[reason].append(shown)
        else:
            outcomes["skipped_devices"].append({**shown, "reason": reason})
    return {"changed": bool(client.writes), **outcomes, "writes": client.writes}


def _selected(task: Task, client: Client) -> list[Record]:
    """The devices that match all that the task says. Raises InvalidInput for a named one that cannot take it."""
    options = task.params
    named = device_entries(options["serial_numbers"], options["device_ids"])
    filters = {}
    if options["blueprint"]:
        filters["blueprint_id"] = str(existing_blueprint(client, options["blueprint"])["id"])
    if options["tag"]:
        filters["tag_name"] = options["tag"]
    if named:
        devices = found_devices(client, named)
        for device in devices:
            reason = reason_against(options["action"], device)
            if reason:
                raise InvalidInput(f"The device {device['serial_number']} cannot take the action: {reason}.")
    else:
        devices = list(list_devices(client, filters))
    devices = [device for device in devices if _matches(device, filters)]
    if options["waiting_for"]:
        rows = status_rows(client, str(Library(client).find(options["waiting_for"])["id"]))
        waiting = {row["device_id"] for row in rows if row["bucket"] == "waiting"}
        devices = [device for device in devices if device["device_id"] in waiting]
    return devices


def _matches(device: Record, filters: dict[str, str]) -> bool:
    blueprint, tag = filters.get("blueprint_id"), filters.get("tag_name")
    return (blueprint is None or device.get("blueprint_id") == blueprint) and (tag is None or tag in device["tags"])


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
