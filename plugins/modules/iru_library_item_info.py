#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what became of a Library item on the devices."""

from __future__ import annotations

DOCUMENTATION = r"""
module: iru_library_item_info
short_description: Read the status of a Library item on all devices
version_added: 0.1.0
description:
  - Reads the status of one Library item on every device, 300 devices a request, counts it in a few buckets, and
    waits on request.
  - That a profile is installed does not yet mean that Okta sees the computer as managed.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.iru
  - okta_iru.attestation.attributes.info
notes:
  - Least permissions of the API token are Get Library Item Statuses; Get Library Item Activity for O(activity); List
    Custom Profiles where O(library_item) is the name of one, and List Custom Apps, List Custom Scripts, List
    Blueprints, List Library Items and List audit events, as far as they are needed, for another name; List Blueprints
    and List Devices for O(blueprints).
options:
  library_item:
    description:
      - Id or name of the item, of any kind. There is no list of the whole Library, so a name is looked for step by step
        among custom profiles, among custom apps and scripts, on all Blueprints (one request each), and in the audit
        events of the past year (at most the newest 10,000). The search ends with the first step that has it.
      - More than one item of the name in a step is an error that lists the ids.
    type: str
    required: true
  type:
    description:
      - Of which type the item is in Iru's words, such as V(vpp-app) for an App Store app (Apps and Books),
        V(automatic-app) for an Auto App, V(custom-app), V(custom-script) or V(profile).
      - Of several items of a name only those of this type count, and an item of another one is refused. Iru tells the
        type of an item by the devices that have it; one that no device has is taken with a warning.
    type: str
  blueprints:
    description:
      - Only devices on these Blueprints (names or ids), and count those that have no status at all as C(missing).
      - Without it nothing is known of devices that have no status, and none is counted as C(missing).
    type: list
    elements: str
  platforms:
    description: Of which platforms devices are counted as C(missing), with O(blueprints).
    type: list
    elements: str
    choices: [Mac, iPad, iPhone, AppleTV, Android, Windows]
    default: [Mac]
  rows:
    description: Return the row of each device. Switch it off for a large fleet where the counts are enough.
    type: bool
    default: true
  activity:
    description: Also return who changed the item and when.
    type: bool
    default: false
  wait:
    description: Look again until a state is reached. A run in check mode looks once and does not wait.
    type: dict
    suboptions:
      until:
        description:
          - V(settled) is reached when no device waits for the item or misses it, whether it then has it or failed.
            Without any device it is not reached, unless O(blueprints) is given and no device is on them.
          - V(any_compliant) is reached when one device has it.
        type: str
        choices: [settled, any_compliant]
        default: settled
      timeout:
        description: Seconds after which the task fails.
        type: float
        default: 900.0
      interval:
        description: Seconds between two looks. Each costs a request for every 300 devices.
        type: float
        default: 15.0
seealso:
  - module: okta_iru.attestation.iru_device_info
"""

EXAMPLES = r"""
- name: Where does the profile stand?
  okta_iru.attestation.iru_library_item_info:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    library_item: Okta attestation

- name: Wait until every Mac of the first wave has it, or failed
  okta_iru.attestation.iru_library_item_info:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    library_item: Okta attestation
    blueprints: [Attestation pilot]
    wait:
      until: settled
      timeout: 1800
"""

RETURN = r"""
library_item:
  description: The item.
  returned: success
  type: dict
  sample: {id: 3427ebbc-7f59-4d8c-8a57-bd36f8c2ad6b, name: Okta attestation, type: profile}
  contains:
    id:
      description: Id of the item.
      type: str
    name:
      description: Its name. V(null) where an id was given.
      type: str
    type:
      description:
        - Its kind as Iru calls it, such as V(profile), V(custom-app), V(vpp-app) for an App Store app or
          V(automatic-app) for an Auto App. V(null) where nothing tells it, as for an item that no device has.
      type: str
counts:
  description:
    - How many devices are in each bucket. C(unknown) counts a status that Iru does not document.
  returned: success
  type: dict
  sample: {compliant: 22, waiting: 2, failed: 1, out_of_scope: 0, optional: 0, missing: 0, unknown: 0}
rows:
  description: One row a device.
  returned: when O(rows) is set
  type: list
  elements: dict
  sample:
    - device_id: 6c1e0e8b-1f6f-4d1f-9f0b-2f1d2f3a4b5c
      device_name: MacBook Air of Ada
      blueprint_id: 6391086e-85a1-4820-813c-f9c75025fff4
      blueprint_name: Attestation pilot
      status: success
      bucket: compliant
      reported_at: "2026-03-16T09:12:44.120000Z"
      log: ""
activity:
  description: Entries of the item's history.
  returned: when O(activity) is set
  type: list
  elements: dict
  sample:
    - activity_type: library_item_created
      activity_time: "2026-03-16T09:12:44.120000Z"
      user_email: admin@example.com
"""

from functools import partial
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import is_planned
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_blueprints import existing_blueprint
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_devices import PLATFORMS, list_devices
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_library import (
    Library,
    Record,
    find_item,
    type_on_a_device,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_status import (
    counts_of,
    is_reached,
    item_activity,
    missing_rows,
    status_rows,
    wait_for,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import iru_client, iru_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

SPEC = ModuleSpec(
    options={
        **iru_options(),
        "library_item": {"type": "str", "required": True},
        "type": {"type": "str"},
        "blueprints": {"type": "list", "elements": "str"},
        "platforms": {"type": "list", "elements": "str", "choices": list(PLATFORMS), "default": ["Mac"]},
        "rows": {"type": "bool", "default": True},
        "activity": {"type": "bool", "default": False},
        "wait": {
            "type": "dict",
            "options": {
                "until": {"type": "str", "choices": ["settled", "any_compliant"], "default": "settled"},
                "timeout": {"type": "float", "default": 900.0},
                "interval": {"type": "float", "default": 15.0},
            },
        },
    },
)


def run(task: Task) -> dict[str, Any]:
    """Read the status, and wait if asked to."""
    options = task.params
    wait = options["wait"]
    if wait is not None and wait["interval"] <= 0:
        raise InvalidInput(f"wait.interval is {wait['interval']}; expected seconds, more than 0.")
    client = iru_client(task)
    item = find_item(task, Library(client), options["library_item"])
    wanted = options["blueprints"]
    blueprints = None if wanted is None else [existing_blueprint(client, one)["id"] for one in wanted]
    look = partial(_look, client, item["id"], blueprints, set(options["platforms"]))
    if wait is None or task.check:
        rows = look()
    else:
        rows = wait_for(
            look,
            lambda counts: is_reached(wait["until"], counts, empty_is_settled=blueprints is not None),
            timeout=wait["timeout"],
            interval=wait["interval"],
            progress=task.progress,
            title=item["name"] or item["id"],
        )
    _warn_of_unknown(task, rows)
    return {
        "library_item": {**item, "type": item["type"] or _type(client, item["id"], rows)},
        "counts": counts_of(rows),
        **({"rows": [_shown(row) for row in rows]} if options["rows"] else {}),
        **({"activity": list(item_activity(client, item["id"]))} if options["activity"] else {}),
    }


def _type(client: Client, item_id: str, rows: list[Record]) -> str | None:
    """The type as the status rows tell it, else one of the devices that they are of."""
    told = next((row["type"] for row in rows if row.get("type")), None)
    device = next((row["device_id"] for row in rows if row["status"] is not None), None)
    return told or (type_on_a_device(client, item_id, device) if device else None)


def _shown(row: Record) -> Record:
    return {key: value for key, value in row.items() if key != "type"}


def _look(client: Client, item_id: str, blueprints: list[str] | None, platforms: set[str]) -> list[Record]:
    rows = status_rows(client, item_id)
    if blueprints is None:
        return rows
    # Devices come and go between two looks, so they are read again each time.
    real = [one for one in blueprints if not is_planned(one, check=client.check)]
    devices = [device for one in real for device in list_devices(client, {"blueprint_id": one})]
    expected = [one for one in devices if one["platform"] in platforms and not one.get("is_removed")]
    return [row for row in rows if row["blueprint_id"] in blueprints] + missing_rows(rows, expected)


def _warn_of_unknown(task: Task, rows: list[Record]) -> None:
    unknown = sorted({str(row["status"]) for row in rows if row["bucket"] == "unknown"})
    if unknown:
        task.warn(f"Iru reported a status that it does not document ({', '.join(unknown)}); it is counted as unknown.")


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
