#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the custom apps of an Iru tenant."""

from __future__ import annotations

DOCUMENTATION = r"""
module: iru_custom_app_info
short_description: Read the custom apps of the Iru Library
version_added: 0.1.0
description:
  - Returns custom apps of the Library, one or all, 300 a request.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.iru
  - okta_iru.attestation.attributes.info
notes:
  - Least permissions of the API token are List Custom Apps, and Get Custom Apps for O(id).
options:
  name:
    description: Only those of exactly this name. Names need not be unique in Iru.
    type: str
  id:
    description: Only the one of this id. It need not exist.
    type: str
seealso:
  - module: okta_iru.attestation.iru_custom_app
"""

EXAMPLES = r"""
- name: All custom apps
  okta_iru.attestation.iru_custom_app_info:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"

- name: One of them
  okta_iru.attestation.iru_custom_app_info:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    name: Okta Verify
"""

RETURN = r"""
apps:
  description: The custom apps, in the API's own keys.
  returned: success
  type: list
  elements: dict
  sample:
    - id: 58429143-b55c-42d3-a9a3-7c699ddd0ce1
      name: Okta Verify
      active: true
      install_type: package
      install_enforcement: install_once
      sha256: 30e14955ebf1352266dc2ff8067e68104607e750abb9d3b36582b8af909fcb58
      file_size: 42375997
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
    sha256:
      description: SHA-256 of the package.
      type: str
    file_size:
      description: Size of the package in bytes.
      type: int
"""

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._iru import checked_id
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_apps import app_view
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_custom_items import (
    CUSTOM_APP,
    read_items,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import iru_client, iru_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

SPEC = ModuleSpec(
    options={**iru_options(), "name": {"type": "str"}, "id": {"type": "str"}},
    mutually_exclusive=[("name", "id")],
)


def run(task: Task) -> dict[str, Any]:
    """Read the custom apps."""
    item_id = checked_id("id", task.params["id"], check=False)
    found = read_items(iru_client(task), CUSTOM_APP, item_id=item_id, name=task.params["name"])
    return {"apps": [app_view(app) for app in found]}


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
