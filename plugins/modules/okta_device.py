#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes devices from one status to another."""

from __future__ import annotations

DOCUMENTATION = r"""
module: okta_device
short_description: Activate, suspend, deactivate or delete devices of an Okta org
version_added: 0.1.0
description:
  - Gives devices a status, or deletes them. All devices of a task are looked up and checked before one is changed.
  - Devices are not created; a device appears with its first registration in Okta Verify.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.okta
  - okta_iru.attestation.attributes
notes:
  - Least scopes are C(okta.devices.read) and C(okta.devices.manage).
  - Okta searches an index that may be behind, and asks to read a device by its id before it is changed. So each device
    costs one read, besides one search for 40 serial numbers.
  - Deactivation takes away the users of a device, its sign-in methods and its client certificate. It is how a Mac is
    handed to another user, who then registers Okta Verify again.
  - The client certificate of a device that is deleted cannot be used ever again. A computer that stays needs a new one,
    by a new delivery of the SCEP profile.
options:
  ids:
    description: Ids of the devices.
    type: list
    elements: str
  serial_numbers:
    description: Serial numbers of the devices. A serial number that several records have is refused with their ids.
    type: list
    elements: str
  platform:
    description: Platform of the devices of O(serial_numbers).
    type: str
    choices: [macos, windows, ios, android]
  state:
    description:
      - V(active) activates a deactivated device and ends a suspension.
      - V(suspended) keeps the users of an active device from signing in with it, for a while.
      - V(deactivated) is described in the notes.
      - V(absent) deletes devices, deactivated ones only.
    type: str
    required: true
    choices: [active, suspended, deactivated, absent]
seealso:
  - module: okta_iru.attestation.okta_device_info
"""

EXAMPLES = r"""
- name: A lost Mac
  okta_iru.attestation.okta_device:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    serial_numbers: [C02EXAMPLE01]
    platform: macos
    state: suspended

- name: Old records of computers that were enrolled again
  okta_iru.attestation.okta_device:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    ids: "{{ okta.devices | map(attribute='superseded') | flatten }}"
    state: deactivated
"""

RETURN = r"""
devices:
  description: The devices that were found. The C(status) of a deleted one is V(null).
  returned: success
  type: list
  elements: dict
  sample:
    - id: guo1a2b3c4d5e6f7g8h9
      serial_number: C02EXAMPLE01
      display_name: Mac of Ada
      platform: MACOS
      status: SUSPENDED
      previous_status: ACTIVE
      changed: true
missing:
  description: Ids and serial numbers that there is no device of. Only with O(state=absent), else they are an error.
  returned: success
  type: list
  elements: str
  sample: []
writes:
  description: The requests that changed something, or in check mode would have.
  returned: success
  type: list
  elements: dict
  sample: [{method: POST, path: /api/v1/devices/guo1a2b3c4d5e6f7g8h9/lifecycle/suspend}]
"""

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_device_lifecycle import (
    ABSENT,
    STATUSES,
    change_device,
    find_devices,
    require_found,
    require_possible,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import okta_client, okta_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

SPEC = ModuleSpec(
    options={
        **okta_options(),
        "ids": {"type": "list", "elements": "str"},
        "serial_numbers": {"type": "list", "elements": "str"},
        "platform": {"type": "str", "choices": ["macos", "windows", "ios", "android"]},
        "state": {"type": "str", "required": True, "choices": [*STATUSES, ABSENT]},
    },
    required_one_of=[("ids", "serial_numbers")],
)


def run(task: Task) -> dict[str, Any]:
    """Bring the devices to the status."""
    options, state = task.params, task.params["state"]
    client = okta_client(task, ("okta.devices.read", "okta.devices.manage"))
    found, missing = find_devices(
        client,
        ids=options["ids"] or [],
        serial_numbers=options["serial_numbers"] or [],
        platform=options["platform"],
    )
    if state != ABSENT:
        require_found(missing)
    possible = require_possible(client, found, state)
    devices = [_shown(device, change_device(client, device, state)) for device in possible]
    changed = [device for device in devices if device["changed"]]
    if state == ABSENT and changed:
        _warn_of_certificates(task, changed)
    diff = (
        {_title(device): device["previous_status"] for device in changed},
        {_title(device): device["status"] for device in changed if device["status"]},
    )
    return task.written(client.writes, "status of devices", diff, devices=devices, missing=missing)


def _shown(device: Record, status: str | None) -> Record:
    profile = device.get("profile") or {}
    return {
        "id": device["id"],
        "serial_number": profile.get("serialNumber"),
        "display_name": profile.get("displayName"),
        "platform": profile.get("platform"),
        "status": status,
        "previous_status": device.get("status"),
        "changed": status != device.get("status"),
    }


def _warn_of_certificates(task: Task, deleted: list[Record]) -> None:
    done = "would be deleted" if task.check else "were deleted"
    task.warn(
        f"{len(deleted)} device record(s) {done}: {', '.join(_title(device) for device in deleted)}. The client "
        "certificates for management attestation that are bound to them can never be used again. A computer that stays "
        "in use needs a new one: deliver the SCEP profile to it again."
    )


def _title(device: Record) -> str:
    return f"{device['display_name']} ({device['id']})"


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
