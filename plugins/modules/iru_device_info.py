#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads devices."""

from __future__ import annotations

DOCUMENTATION = r"""
module: iru_device_info
short_description: Read devices of an Iru tenant
version_added: 0.1.0
description:
  - Lists devices, 300 a request, and on request joins the status of a Library item to each, without a request a
    device.
  - The user of a device that has none, and the last check-in of one that never had any, are V(null); Iru gives empty
    text. Times are ISO 8601 in UTC.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.iru
  - okta_iru.attestation.attributes.info
notes:
  - Least permissions of the API token are Devices List; Blueprints List for O(blueprint); Library Item Status for
    O(status_of), and Custom Profiles List, Blueprints List and List Library Items where that is a name.
options:
  blueprint:
    description: Only devices on this Blueprint (name or id).
    type: str
  platform:
    description: Only devices of this platform.
    type: str
    choices: [Mac, iPad, iPhone, AppleTV, Android, Windows]
  serial_numbers:
    description: Only devices with one of these serial numbers, whole and as Iru shows them. None of them need exist.
    type: list
    elements: str
  user_email:
    description: Only devices of the user with exactly this address.
    type: str
  tag:
    description: Only devices with this tag (name).
    type: str
  asset_tag:
    description: Only devices with this asset tag.
    type: str
  device_name:
    description: Only devices with this name.
    type: str
  status_of:
    description: Id or name of a Library item whose status is added to each device as C(library_item_status).
    type: str
seealso:
  - module: okta_iru.attestation.iru_library_item_info
"""

EXAMPLES = r"""
- name: The Macs of a Blueprint, and whether they have the profile
  okta_iru.attestation.iru_device_info:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    blueprint: Attestation pilot
    platform: Mac
    status_of: Okta attestation

- name: Two computers
  okta_iru.attestation.iru_device_info:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    serial_numbers: [C02ABC123DEF, C02ABC123DEG]
"""

RETURN = r"""
devices:
  description: The devices as the API gives them, users and times made uniform.
  returned: success
  type: list
  elements: dict
  sample:
    - device_id: 6c1e0e8b-1f6f-4d1f-9f0b-2f1d2f3a4b5c
      device_name: MacBook Air of Ada
      serial_number: C02ABC123DEF
      platform: Mac
      os_version: "15.3.1"
      last_check_in: "2026-03-16T09:12:44.120000Z"
      user: {id: 7c9e6679-7425-40de-944b-e07fc1f90ae7, name: Ada, email: ada@example.com, is_archived: false}
      blueprint_id: 6391086e-85a1-4820-813c-f9c75025fff4
      blueprint_name: Attestation pilot
      mdm_enabled: true
      tags: []
      library_item_status: {status: success, bucket: compliant, reported_at: "2026-03-16T09:12:44.120000Z", log: ""}
  contains:
    device_id:
      description: Id of the device in Iru.
      type: str
    serial_number:
      description: Serial number, empty text where Iru has none.
      type: str
    user:
      description: The assigned user, V(null) if none.
      type: dict
    last_check_in:
      description: Time of the last check-in, V(null) if there was none.
      type: str
    library_item_status:
      description:
        - Status of the item of O(status_of), in the bucket C(missing) where Iru has no status for the device.
      returned: when O(status_of) is given
      type: dict
"""

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import is_planned
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_blueprints import existing_blueprint
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_devices import PLATFORMS, list_devices
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_library import (
    BlueprintItems,
    Record,
    find_item,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_status import status_rows
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import iru_client, iru_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

SPEC = ModuleSpec(
    options={
        **iru_options(),
        "blueprint": {"type": "str"},
        "platform": {"type": "str", "choices": list(PLATFORMS)},
        "serial_numbers": {"type": "list", "elements": "str"},
        "user_email": {"type": "str"},
        "tag": {"type": "str"},
        "asset_tag": {"type": "str"},
        "device_name": {"type": "str"},
        "status_of": {"type": "str"},
    },
)

_FILTERS = {
    "platform": "platform",
    "user_email": "user_email_exact",
    "tag": "tag_name",
    "asset_tag": "asset_tag",
    "device_name": "device_name",
}

_STATUS_KEYS = ("status", "bucket", "reported_at", "log")


def run(task: Task) -> dict[str, Any]:
    """Read the devices."""
    options = task.params
    client = iru_client(task)
    devices = _devices(task, client)
    if options["status_of"] is not None:
        item = find_item(client, options["status_of"], BlueprintItems(client))
        rows = {row["device_id"]: row for row in status_rows(client, item["id"])}
        devices = [{**one, "library_item_status": _status(rows.get(one["device_id"]))} for one in devices]
    return {"devices": devices}


def _devices(task: Task, client: Client) -> list[Record]:
    options = task.params
    if options["serial_numbers"] == []:
        return []
    filters = {key: options[option] for option, key in _FILTERS.items() if options[option] is not None}
    if options["blueprint"] is not None:
        filters["blueprint_id"] = existing_blueprint(client, options["blueprint"])["id"]
        if is_planned(filters["blueprint_id"], check=task.check):
            return []
    return list(list_devices(client, filters, options["serial_numbers"] or ()))


def _status(row: Record | None) -> Record:
    if row is None:
        return {"status": None, "bucket": "missing", "reported_at": None, "log": None}
    return {key: row[key] for key in _STATUS_KEYS}


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
