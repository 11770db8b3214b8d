#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads rows of a Prism category."""

from __future__ import annotations

DOCUMENTATION = r"""
module: iru_prism_info
short_description: Read the inventory (Prism) of an Iru tenant
version_added: 0.1.0
description:
  - Reads the rows of one Prism category for the whole fleet, 300 a request, never a request a device.
  - Iru collects inventory from Apple devices only.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.iru
  - okta_iru.attestation.iru_prism
  - okta_iru.attestation.listing
  - okta_iru.attestation.attributes.info
notes:
  - Least permissions of the API token are that of the category under Prism; Count there for O(count);
    List Blueprints for O(blueprints).
options:
  sort_by:
    description:
      - Order the rows by this key, backwards with a dash in front. Iru pages rows in an order of their own less well
        than others, so leave it out for a large fleet and sort what is returned.
    type: str
  limit:
    description: Return at most this many rows.
    type: int
  count:
    description:
      - Return only how many rows the category has in the whole tenant, in one request. Iru counts without O(filter),
        O(blueprints) and O(device_families).
    type: bool
    default: false
seealso:
  - module: okta_iru.attestation.iru_prism_export
  - module: okta_iru.attestation.iru_device_info
"""

EXAMPLES = r"""
- name: Which Macs have which build of the profile?
  okta_iru.attestation.iru_prism_info:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    category: installed_profiles
    filter:
      payload_identifier: {in: [com.kandji.profile.custom.3427ebbc-7f59-4d8c-8a57-bd36f8c2ad6b]}
    fields: [serial_number, payload_uuid, last_collected_at]

- name: Identities whose name is a serial number, on the first wave
  okta_iru.attestation.iru_prism_info:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    category: certificates
    blueprints: [Attestation pilot]
    filter:
      identity_certificate: {eq: true}
"""

RETURN = r"""
rows:
  description: The rows as the API gives them; C(tags) is always a list, times are made uniform.
  returned: when O(count) is not set
  type: list
  elements: dict
  sample:
    - device_id: 6c1e0e8b-1f6f-4d1f-9f0b-2f1d2f3a4b5c
      device__name: MacBook Air of Ada
      device__family: Mac
      device__user_email: ada@example.com
      serial_number: C02ABC123DEF
      blueprint_id: 6391086e-85a1-4820-813c-f9c75025fff4
      blueprint_name: Attestation pilot
      tags: []
      common_name: C02ABC123DEF
      identity_certificate: true
      last_collected_at: "2026-03-16T09:12:44.120000Z"
count:
  description: How many rows were returned, or written to O(output_file); with O(count) how many the category has.
  returned: success
  type: int
  sample: 1
output_file:
  description: The file of O(output_file).
  returned: when O(output_file) is given
  type: str
approximate:
  description: Whether the count is one.
  returned: when O(count) is set
  type: bool
"""

from itertools import islice
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import is_planned
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru import projected
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_blueprints import existing_blueprints
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_prism import (
    count_rows,
    prism_options,
    prism_rows,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._listing import collected, listing_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import iru_client, iru_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

SPEC = ModuleSpec(
    options={
        **iru_options(),
        **prism_options(),
        "sort_by": {"type": "str"},
        "limit": {"type": "int"},
        **listing_options(),
        "count": {"type": "bool", "default": False},
    },
)


def run(task: Task) -> dict[str, Any]:
    """Read the rows, or count them."""
    options = task.params
    if options["limit"] is not None and options["limit"] < 1:
        raise InvalidInput(f"limit is {options['limit']}; expected how many rows to return, 1 or more.")
    client = iru_client(task)
    if options["count"]:
        return count_rows(client, options["category"])
    wanted = options["blueprints"]
    ids = [one["id"] for one in existing_blueprints(client, wanted or ())]
    real = [one for one in ids if not is_planned(one, check=task.check)]
    if wanted is not None and not real:
        return collected(task, "rows", ())
    rows = prism_rows(
        client,
        options["category"],
        conditions=options["filter"],
        blueprint_ids=real,
        families=options["device_families"] or (),
        sort_by=options["sort_by"],
    )
    return collected(task, "rows", projected(islice(rows, options["limit"]), options["fields"]))


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
