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
attributes:
  check_mode:
    description: Reads the same, but writes no O(output_file).
  idempotent:
    description: Changes nothing in the org. Writing O(output_file) anew with the same devices is no change.
notes:
  - Least scope is C(okta.devices.read).
  - A device becomes managed with the first FastPass sign-in after it got its certificate, not before.
  - With O(platform), O(status), O(serial_numbers) or O(search) Okta answers from an index that may lag behind some
    seconds.
options:
  status:
    description: Only records of these statuses.
    type: list
    elements: str
    choices: [ACTIVE, SUSPENDED, DEACTIVATED]
  managed:
    description: Only devices that are managed, or only those that are not.
    type: bool
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
  fields:
    description: Return of each device only these, such as V(serial_number) and V(management).
    type: list
    elements: str
    choices:
      - id
      - status
      - management
      - serial_number
      - display_name
      - platform
      - os_version
      - udid
      - registered
      - created
      - last_updated
      - users
      - superseded
  output_file:
    description: >-
      Write the devices to this file, one JSON object a line, instead of returning them, for which any number of them
      needs the memory of one page. It is replaced when all have been read, and only its owner can read it.
    type: path
  page_size:
    description:
      - Devices a request, V(200) at most. Okta recommends 20 where users are read as well, but counts requests (about
        100 a minute), so that a large fleet would take ten times as long.
      - If unset, 200 are asked for, and 20 where the org does not give so many, of which a warning tells.
    type: int
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

- name: All computers that are not managed, to a file
  okta_iru.attestation.okta_device_info:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    managed: false
    fields: [serial_number, display_name, users]
    output_file: /tmp/not-managed.jsonl
"""

RETURN = r"""
devices:
  description: The devices; none with O(output_file).
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
  description: How many of these devices are managed, not managed, deactivated.
  returned: success
  type: dict
  sample: {managed: 1, not_managed: 0, deactivated: 0}
unknown_serial_numbers:
  description: Those of O(serial_numbers) that no device has, so that the computer never registered with Okta Verify.
  returned: when O(serial_numbers) is given
  type: list
  elements: str
  sample: [C02ABC123DEG]
output_file:
  description: The file of O(output_file).
  returned: when O(output_file) is given
  type: str
  sample: /tmp/not-managed.jsonl
"""

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._json_lines import JsonLines
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_devices import (
    DEACTIVATED,
    FIELDS,
    LARGEST_PAGE,
    MANAGED,
    NOT_MANAGED,
    PLATFORMS,
    STATUSES,
    newest_of_each,
    read_devices,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import okta_client, okta_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

SPEC = ModuleSpec(
    options={
        **okta_options(),
        "platform": {"type": "str", "choices": [platform.lower() for platform in PLATFORMS]},
        "status": {"type": "list", "elements": "str", "choices": list(STATUSES)},
        "managed": {"type": "bool"},
        "serial_numbers": {"type": "list", "elements": "str"},
        "search": {"type": "str"},
        "all_records": {"type": "bool", "default": False},
        "fields": {"type": "list", "elements": "str", "choices": list(FIELDS)},
        "output_file": {"type": "path"},
        "page_size": {"type": "int"},
    },
)

_BETWEEN_REPORTS = 10_000


def run(task: Task) -> dict[str, Any]:
    """Read the devices."""
    options = task.params
    size, serials, file = options["page_size"], options["serial_numbers"], options["output_file"]
    if size is not None and not 1 <= size <= LARGEST_PAGE:
        raise InvalidInput(f"page_size is {size}; it must be from 1 to {LARGEST_PAGE}.")
    missing = {serial.strip().upper(): serial for serial in serials or ()}
    counts = {MANAGED: 0, NOT_MANAGED: 0, DEACTIVATED: 0}
    listed: list[Record] = []
    lines = JsonLines("output_file", file, check=task.check, scrub=task.secrets.scrub) if file else nullcontext()
    with lines as written:
        take = listed.append if written is None else written.add
        for device in _devices(task):
            missing.pop((device["serial_number"] or "").upper(), None)
            if options["managed"] is None or options["managed"] is (device["management"] == MANAGED):
                counts[device["management"]] += 1
                take({key: device[key] for key in options["fields"] or FIELDS})
    result: dict[str, Any] = {"devices": listed, "counts": counts}
    if written is not None:
        result |= {"changed": written.changed, "output_file": str(written.path)}
    if serials is not None:
        result["unknown_serial_numbers"] = list(missing.values())
    return result


def _devices(task: Task) -> Iterator[Record]:
    options = task.params
    found = read_devices(
        okta_client(task, ("okta.devices.read",)),
        platform=(options["platform"] or "").upper() or None,
        statuses=options["status"] or (),
        serial_numbers=options["serial_numbers"],
        search=options["search"],
        page_size=options["page_size"],
        warn=task.warn,
    )
    told = _counted(task, found)
    return told if options["all_records"] else newest_of_each(told)


def _counted(task: Task, devices: Iterator[Record]) -> Iterator[Record]:
    for number, device in enumerate(devices, 1):
        if number % _BETWEEN_REPORTS == 0:
            task.progress(f"{number} devices read")
        yield device


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
