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
    device. Only O(gather) needs such requests, so it is for a few devices.
  - The user of a device that has none, and the last check-in of one that never had any, are V(null); Iru gives empty
    text. Times are ISO 8601 in UTC.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.iru
  - okta_iru.attestation.listing
  - okta_iru.attestation.attributes.info
notes:
  - Least permissions of the API token are List Devices; List Blueprints for O(blueprint); Get Library Item Statuses
    for O(status_of), and List Custom Profiles, List Blueprints and List Library Items where that is a name; for
    O(gather) those of its names, such as Get Device Details.
options:
  blueprint:
    description: Only devices on this Blueprint (name or id).
    type: str
  platform:
    description: Only devices of this platform.
    type: str
    choices: [Mac, iPad, iPhone, AppleTV, Android, Windows]
  serial_numbers:
    description: Only devices with one of these serial numbers, whole and regardless of case. None of them need exist.
    type: list
    elements: str
  device_ids:
    description: Only the devices of these ids. None of them need exist.
    type: list
    elements: str
  user_email:
    description: Only devices of the user with exactly this address.
    type: str
  tag:
    description: Only devices with this tag (name). Upper and lower case differ.
    type: str
  asset_tag:
    description: Only devices with exactly this asset tag.
    type: str
  device_name:
    description: Only devices with exactly this name.
    type: str
  model:
    description: Only devices whose model contains this text.
    type: str
  os_version:
    description: Only devices whose system version contains this text.
    type: str
  filevault_enabled:
    description: Only Macs with FileVault on, or only those with it off.
    type: bool
  status_of:
    description: Id or name of a Library item whose status is added to each device as C(library_item_status).
    type: str
  gather:
    description:
      - Add to each device what Iru tells of one device at a time, by a request each.
      - V(details) has other groups on a Mac than on a PC. Booleans that Iru gives as text are real ones.
    type: list
    elements: str
    choices: [details, apps, library_items, parameters, activity, commands]
  gather_limit:
    description: For how many devices O(gather) may be asked at most. The task fails before it asks for more.
    type: int
    default: 25
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

- name: Serial numbers and users of the whole fleet
  okta_iru.attestation.iru_device_info:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    fields: [serial_number, user]

- name: Everything about two computers
  okta_iru.attestation.iru_device_info:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    serial_numbers: [C02ABC123DEF, C02ABC123DEG]
    gather: [details, library_items]
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
    details:
      description: Groups of facts, such as C(general), C(mdm) and, on a Mac, C(installed_profiles).
      returned: when O(gather) names it
      type: dict
    apps:
      description: Installed apps.
      returned: when O(gather) names it
      type: list
      elements: dict
    library_items:
      description: Status of every Library item on the device, each in a C(bucket).
      returned: when O(gather) names it
      type: list
      elements: dict
    parameters:
      description: Status of the Blueprint's parameters, on a Mac.
      returned: when O(gather) names it
      type: list
      elements: dict
    activity:
      description: What happened on the device.
      returned: when O(gather) names it
      type: list
      elements: dict
    commands:
      description: MDM commands; a C(status) of 1 is pending, 2 running, 3 completed, 4 failed, 5 not now.
      returned: when O(gather) names it
      type: list
      elements: dict
count:
  description: How many devices were returned, or written to O(output_file).
  returned: success
  type: int
output_file:
  description: The file of O(output_file).
  returned: when O(output_file) is given
  type: str
"""

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import is_planned
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru import checked_id, projected
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_blueprints import existing_blueprint
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_device_views import VIEWS, gathered
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_devices import PLATFORMS, list_devices
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_library import Library, Record
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_status import MISSING, latest_statuses
from ansible_collections.okta_iru.attestation.plugins.module_utils._listing import collected, listing_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import iru_client, iru_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

SPEC = ModuleSpec(
    options={
        **iru_options(),
        "blueprint": {"type": "str"},
        "platform": {"type": "str", "choices": list(PLATFORMS)},
        "serial_numbers": {"type": "list", "elements": "str"},
        "device_ids": {"type": "list", "elements": "str"},
        "user_email": {"type": "str"},
        "tag": {"type": "str"},
        "asset_tag": {"type": "str"},
        "device_name": {"type": "str"},
        "model": {"type": "str"},
        "os_version": {"type": "str"},
        "filevault_enabled": {"type": "bool"},
        "status_of": {"type": "str"},
        **listing_options(),
        "gather": {"type": "list", "elements": "str", "choices": list(VIEWS)},
        "gather_limit": {"type": "int", "default": 25},
    },
)

_FILTERS = {
    "platform": "platform",
    "user_email": "user_email_exact",
    "tag": "tag_name",
    "asset_tag": "asset_tag",
    "device_name": "device_name",
    "model": "model",
    "os_version": "os_version",
}
# Of these Iru may match a part; the option says that the whole is meant.
_WHOLE = ("asset_tag", "device_name")


def run(task: Task) -> dict[str, Any]:
    """Read the devices."""
    options = task.params
    client = iru_client(task)
    devices: Iterable[Record] = _devices(task, client)
    if options["status_of"] is not None:
        devices = _with_status(client, options["status_of"], devices)
    if options["gather"]:
        devices = _with_views(task, client, devices)
    return collected(task, "devices", projected(devices, options["fields"]))


def _devices(task: Task, client: Client) -> Iterator[Record]:
    options = task.params
    if options["serial_numbers"] == [] or options["device_ids"] == []:
        return
    filters = {key: options[option] for option, key in _FILTERS.items() if options[option] is not None}
    ids = [checked_id("device_ids", one, check=task.check) for one in options["device_ids"] or ()]
    if len(ids) == 1:
        filters["device_id"] = ids[0]
    if options["filevault_enabled"] is not None:
        filters["filevault_enabled"] = str(options["filevault_enabled"]).lower()
    if options["blueprint"] is not None:
        filters["blueprint_id"] = existing_blueprint(client, options["blueprint"])["id"]
        if is_planned(filters["blueprint_id"], check=task.check):
            return
    whole = {key: options[key] for key in _WHOLE if options[key] is not None}
    for device in list_devices(client, filters, options["serial_numbers"] or ()):
        if (not ids or device["device_id"] in ids) and all(device.get(key) == value for key, value in whole.items()):
            yield device


def _with_status(client: Client, reference: str, devices: Iterable[Record]) -> Iterator[Record]:
    """The devices with the status of a Library item: its rows of all devices are read, unless one alone is wanted."""
    item = Library(client).find(reference)
    stream = iter(devices)
    first = list(islice(stream, 2))
    if not first:
        return
    rows = latest_statuses(client, item["id"], first[0]["device_id"] if len(first) == 1 else None)
    for device in chain(first, stream):
        yield {**device, "library_item_status": rows.get(device["device_id"], MISSING)._asdict()}


def _with_views(task: Task, client: Client, devices: Iterable[Record]) -> list[Record]:
    listed, views, limit = list(devices), task.params["gather"], task.params["gather_limit"]
    if len(listed) > limit:
        raise InvalidInput(
            f"{len(listed)} devices match, and gather ({', '.join(views)}) asks Iru for each by itself: narrow them "
            f"down to {limit} or fewer, or raise gather_limit. For the whole fleet there are status_of, iru_prism_info "
            "and iru_library_item_info, which read in bulk."
        )
    return [{**one, **gathered(client, one["device_id"], views)} for one in listed]


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
