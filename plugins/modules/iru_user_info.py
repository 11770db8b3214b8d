#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads users of the directory."""

from __future__ import annotations

DOCUMENTATION = r"""
module: iru_user_info
short_description: Read users of an Iru tenant
version_added: 0.1.0
description:
  - Lists the people whom a directory integration (Okta by SCIM, Entra, Google) brought into Iru, 300 a request.
  - Users cannot be created by API; they appear with the next synchronisation of the directory.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.iru
  - okta_iru.attestation.listing
  - okta_iru.attestation.attributes.info
notes:
  - Least permission of the API token is List Users.
options:
  emails:
    description: Only users with one of these addresses, whole and regardless of case. None of them need exist.
    type: list
    elements: str
  search:
    description: Only users whose address contains this text.
    type: str
  id:
    description: Only the user of this id.
    type: str
  integration_id:
    description: Only users of this directory integration (its UUID, as C(integration.uuid) shows it).
    type: str
  archived:
    description: Only archived users, or only those that are not.
    type: bool
seealso:
  - module: okta_iru.attestation.iru_device_info
"""

EXAMPLES = r"""
- name: Everybody who is not archived, and how many devices they have
  okta_iru.attestation.iru_user_info:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    archived: false
    fields: [email, device_count]

- name: Two people
  okta_iru.attestation.iru_user_info:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    emails: [ada@example.com, grace@example.com]
"""

RETURN = r"""
users:
  description: The users as the API gives them, times made uniform.
  returned: success
  type: list
  elements: dict
  sample:
    - id: 69c009ca-1f78-4bdf-bb93-08d6d39041db
      email: ada@example.com
      name: Ada
      active: true
      archived: false
      department:
      job_title:
      device_count: 1
      integration: {id: 634, name: Okta, uuid: f7461096-4ef9-43aa-88e9-ca1967ba0b38, type: scim}
      created_at: "2026-03-16T09:12:44.120000Z"
      updated_at: "2026-03-16T09:12:44.120000Z"
count:
  description: How many users were returned, or written to O(output_file).
  returned: success
  type: int
output_file:
  description: The file of O(output_file).
  returned: when O(output_file) is given
  type: str
"""

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._iru import checked_id, projected
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_directory import list_users
from ansible_collections.okta_iru.attestation.plugins.module_utils._listing import collected, listing_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import iru_client, iru_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

SPEC = ModuleSpec(
    options={
        **iru_options(),
        "emails": {"type": "list", "elements": "str"},
        "search": {"type": "str"},
        "id": {"type": "str"},
        "integration_id": {"type": "str"},
        "archived": {"type": "bool"},
        **listing_options(),
    },
    mutually_exclusive=[("emails", "search", "id")],
)


def run(task: Task) -> dict[str, Any]:
    """Read the users."""
    options = task.params
    client = iru_client(task)
    if options["emails"] == []:
        return collected(task, "users", ())
    filters = {
        "email": options["search"],
        "id": checked_id("id", options["id"], check=task.check),
        "integration_id": options["integration_id"],
        "archived": None if options["archived"] is None else str(options["archived"]).lower(),
    }
    given = {name: value for name, value in filters.items() if value is not None}
    users = list_users(client, given, options["emails"] or ())
    return collected(task, "users", projected(users, options["fields"]))


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
