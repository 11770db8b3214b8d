#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads devices and whether they are managed."""

from __future__ import annotations

DOCUMENTATION = r"""
module: okta_device_info
short_description: Read devices of an Okta org and whether they are managed
version_added: 0.1.0
description:
  - Lists devices with their users, and tells of each whether it is managed, which is what management attestation gives.
    Okta keeps that status with each user of a device; a device counts as managed if it is for any of its users.
  - The users come with the pages of devices, never by a request a device.
  - A computer that was enrolled again has several records. The active one that was updated last is returned, the ids of
    the others are in its C(superseded).
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.okta
  - okta_iru.attestation.attributes.info
notes:
  - Least scope is C(okta.devices.read).
  - A device becomes managed with the first FastPass sign-in after it got its certificate, not before.
  - With O(platform), O(serial_numbers) or O(search) Okta answers from an index that may lag behind some seconds.
options:
  platform:
    description: Only devices of this platform.
    type: str
    choices: [macos, windows, ios, android]
  serial_numbers:
    description:
      - Only devices with one of these serial numbers, in upper or lower case. None of them need be known to Okta.
      - More than 200 are looked for in the listing of all devices, which then takes fewer requests.
    type: list
    elements: str
  search:
    description: Okta's search expression, in addition to the other options.
    type: str
  all_records:
    description: Return every record, also those of computers that have a newer one.
    type: bool
    default: false
  page_size:
    description:
      - Devices a request, V(200) at most. Okta recommends 20 where users are read as well, but counts requests (about
        100 a minute), so that a large fleet would take ten times as long. Lower it if requests time out.
    type: int
    default: 200
seealso:
  - module: okta_iru.attestation.iru_device_info
"""

EXAMPLES = r"""
- name: How many Macs are managed
  okta_iru.attestation.okta_device_info:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    platform: macos
  register: macs

- name: Two computers
  okta_iru.attestation.okta_device_info:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    serial_numbers: [C02ABC123DEF, C02ABC123DEG]
"""

RETURN = r"""
devices:
  description: The devices.
  returned: success
  type: list
  elements: dict
  sample:
    - id: guo1a2b3c4d5e6f7g8h9
      status: ACTIVE
      management: managed
      serial_number: C02ABC123DEF
      display_name: MacBook Air of Ada
      platform: MACOS
      os_version: 15.3.1
      udid: 6C1E0E8B-1F6F-4D1F-9F0B-2F1D2F3A4B5C
      registered: true
      created: "2026-03-16T09:12:44.000Z"
      last_updated: "2026-03-16T09:12:44.000Z"
      users:
        - id: 00u1a2b3c4d5e6f7g8h9
          login: ada@example.com
          status: ACTIVE
          management_status: MANAGED
          created: "2026-03-16T09:12:44.000Z"
      superseded: []
  contains:
    management:
      description:
        - V(managed) if Okta calls the device managed for any user, V(deactivated) if the record is deactivated, else
          V(not_managed).
      type: str
    users:
      description: The users of the device and the management status for each.
      type: list
      elements: dict
    superseded:
      description: Ids of older records of the same computer.
      type: list
      elements: str
counts:
  description: How many of C(devices) are managed, not managed, deactivated.
  returned: success
  type: dict
  sample: {managed: 1, not_managed: 0, deactivated: 0}
unknown_serial_numbers:
  description: Those of O(serial_numbers) that no device has, so that the computer never registered with Okta Verify.
  returned: when O(serial_numbers) is given
  type: list
  elements: str
  sample: [C02ABC123DEG]
"""

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_devices import (
    LARGEST_PAGE,
    PLATFORMS,
    counts_of,
    newest_of_each,
    read_devices,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import okta_client, okta_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

SPEC = ModuleSpec(
    options={
        **okta_options(),
        "platform": {"type": "str", "choices": [platform.lower() for platform in PLATFORMS]},
        "serial_numbers": {"type": "list", "elements": "str"},
        "search": {"type": "str"},
        "all_records": {"type": "bool", "default": False},
        "page_size": {"type": "int", "default": LARGEST_PAGE},
    },
)


def run(task: Task) -> dict[str, Any]:
    """Read the devices."""
    options = task.params
    if not 1 <= options["page_size"] <= LARGEST_PAGE:
        raise InvalidInput(f"page_size is {options['page_size']}; it must be from 1 to {LARGEST_PAGE}.")
    serials = options["serial_numbers"]
    found = read_devices(
        okta_client(task, ("okta.devices.read",)),
        platform=(options["platform"] or "").upper() or None,
        serial_numbers=serials,
        search=options["search"],
        page_size=options["page_size"],
    )
    devices = list(found) if options["all_records"] else newest_of_each(found)
    result: dict[str, Any] = {"devices": devices, "counts": counts_of(devices)}
    if serials is not None:
        known = {(device["serial_number"] or "").upper() for device in devices}
        result["unknown_serial_numbers"] = [serial for serial in serials if serial.strip().upper() not in known]
    return result


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
