#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the custom scripts of an Iru tenant."""

from __future__ import annotations

DOCUMENTATION = r"""
module: iru_custom_script_info
short_description: Read the custom scripts of the Iru Library
version_added: 0.1.0
description:
  - Returns custom scripts of the Library, one or all, 300 a request.
  - In which Self Service category a script is and whether it is recommended there is not told by Iru.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.iru
  - okta_iru.attestation.attributes.info
notes:
  - Least permissions of the API token are List Custom Scripts, and Get Custom Scripts for O(id).
options:
  name:
    description: Only those of exactly this name. Names need not be unique in Iru.
    type: str
  id:
    description: Only the one of this id. It need not exist.
    type: str
seealso:
  - module: okta_iru.attestation.iru_custom_script
"""

EXAMPLES = r"""
- name: All custom scripts
  okta_iru.attestation.iru_custom_script_info:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"

- name: One of them
  okta_iru.attestation.iru_custom_script_info:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    name: Okta certificate
"""

RETURN = r"""
scripts:
  description: The custom scripts, in the API's own keys.
  returned: success
  type: list
  elements: dict
  sample:
    - id: 1cdbbf21-682b-4573-aa22-5aff027a337b
      name: Okta certificate
      active: true
      execution_frequency: every_day
      restart: false
      script: "#!/bin/zsh"
      remediation_script: ""
      show_in_self_service: false
  contains:
    id:
      description: Id of the Library item.
      type: str
    name:
      description: Name of the Library item.
      type: str
    active:
      description: Whether it is distributed.
      type: bool
    execution_frequency:
      description: How often it runs.
      type: str
    script:
      description: Text of the script.
      type: str
"""

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._iru import checked_id
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_custom_items import (
    CUSTOM_SCRIPT,
    read_items,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import iru_client, iru_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

SPEC = ModuleSpec(
    options={**iru_options(), "name": {"type": "str"}, "id": {"type": "str"}},
    mutually_exclusive=[("name", "id")],
)


def run(task: Task) -> dict[str, Any]:
    """Read the custom scripts."""
    item_id = checked_id("id", task.params["id"], check=False)
    found = read_items(iru_client(task), CUSTOM_SCRIPT, item_id=item_id, name=task.params["name"])
    return {"scripts": found}


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
