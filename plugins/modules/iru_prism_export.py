#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets Iru export a Prism category and fetches the file."""

from __future__ import annotations

DOCUMENTATION = r"""
module: iru_prism_export
short_description: Fetch a Prism category of an Iru tenant as a CSV file
version_added: 0.1.0
description:
  - Asks Iru to export a category, waits until the file is made, and fetches it. For a large fleet these are a few
    requests where M(okta_iru.attestation.iru_prism_info) needs one for 300 rows.
  - The file comes from an object storage to which Iru signs a link. It gets no token, and may need to be let through a
    firewall; O(ca_file) and O(timeout) hold for it as well.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.iru
  - okta_iru.attestation.iru_prism
  - okta_iru.attestation.attributes
attributes:
  check_mode:
    description: Asks for no export, and tells that the file would be changed.
    support: partial
    details: Whether the file would be another is only known once it is made.
  diff_mode:
    description: Inventory is not shown.
    support: none
  idempotent:
    description: A file with the same content is left as it is.
    support: full
notes:
  - Least permissions of the API token are Request category export and Get category export under Prism;
    List Blueprints for O(blueprints).
options:
  output_file:
    description:
      - File to write, with a header and a record a row. It is replaced when all of it has come, and only its owner can
        read it.
    type: path
    required: true
  columns:
    description: Only these columns, in this order.
    type: list
    elements: str
  export_timeout:
    description: Seconds to wait for Iru to make the file.
    type: float
    default: 900
  interval:
    description: Seconds between two looks whether the file is made.
    type: float
    default: 5
seealso:
  - module: okta_iru.attestation.iru_prism_info
"""

EXAMPLES = r"""
- name: Certificates of the whole fleet, for a spreadsheet
  okta_iru.attestation.iru_prism_export:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    category: certificates
    columns: [serial_number, device__user_email, common_name, identity_certificate, last_collected_at]
    filter:
      identity_certificate: {eq: true}
    output_file: "{{ playbook_dir }}/certificates.csv"
"""

RETURN = r"""
output_file:
  description: The file.
  returned: success
  type: str
  sample: /home/ada/certificates.csv
count:
  description: How many records it has, not counting the header.
  returned: when not in check mode
  type: int
  sample: 48213
size:
  description: Its size in bytes.
  returned: when not in check mode
  type: int
  sample: 10873221
sha256:
  description: SHA-256 of its content.
  returned: when not in check mode
  type: str
  sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
export:
  description: The export as Iru tells of it, without the link that anybody could read the file with.
  returned: when not in check mode
  type: dict
  sample: {id: 3427ebbc-7f59-4d8c-8a57-bd36f8c2ad6b, status: success, category: certificates}
writes:
  description: The requests that asked for something to be made, or in check mode would have.
  returned: success
  type: list
  elements: dict
  sample: [{method: POST, path: /api/v1/prism/export}]
"""

from pathlib import Path
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput, NotFound
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_blueprints import existing_blueprints
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_prism import prism_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_prism_export import (
    download,
    finished_export,
    request_export,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import iru_client, iru_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

SPEC = ModuleSpec(
    options={
        **iru_options(),
        **prism_options(),
        "output_file": {"type": "path", "required": True},
        "columns": {"type": "list", "elements": "str"},
        "export_timeout": {"type": "float", "default": 900},
        "interval": {"type": "float", "default": 5},
    },
)


def run(task: Task) -> dict[str, Any]:
    """Ask, wait and fetch."""
    options = task.params
    _check_place(options["output_file"])
    if options["interval"] <= 0:
        raise InvalidInput(f"interval is {options['interval']}; expected seconds between two looks, more than 0.")
    client = iru_client(task)
    export = request_export(client, options["category"], _wanted(task, client))
    if task.check:
        return {"changed": True, "output_file": options["output_file"], "writes": client.writes}
    finished = finished_export(
        client,
        export,
        timeout=options["export_timeout"],
        interval=options["interval"],
        progress=task.progress,
    )
    file, count = download(task, client, finished, options["output_file"])
    return {
        "changed": file.changed,
        "output_file": str(file.path),
        "count": count,
        "size": file.size,
        "sha256": file.checksum,
        "export": {key: value for key, value in finished.items() if key != "signed_url"},
        "writes": client.writes,
    }


def _check_place(output_file: str) -> None:
    """Raises InvalidInput before Iru is asked for a file that has no place."""
    path = Path(output_file)
    if path.is_dir() or not path.parent.is_dir():
        raise InvalidInput(f"output_file is {output_file}; expected a file in a directory that exists.")


def _wanted(task: Task, client: Any) -> dict[str, Any]:
    options = task.params
    wanted = {
        "columns": options["columns"],
        "filter": options["filter"],
        "device_families": options["device_families"],
    }
    if options["blueprints"] is not None:
        found = existing_blueprints(client, options["blueprints"])
        if not found:
            raise NotFound("blueprints is empty: no device could be in the export.")
        wanted["blueprint_ids"] = [one["id"] for one in found]
    return {key: value for key, value in wanted.items() if value}


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
