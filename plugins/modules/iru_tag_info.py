#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads tags."""

from __future__ import annotations

DOCUMENTATION = r"""
module: iru_tag_info
short_description: Read tags of an Iru tenant
version_added: 0.1.0
description:
  - Lists the tags that can be put on devices. A device names its tags; the id is needed to rename or delete one.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.iru
  - okta_iru.attestation.attributes.info
notes:
  - Least permission of the API token is Get Tags.
options:
  name:
    description: Only the tag of exactly this name. It need not exist.
    type: str
  search:
    description: Only tags whose name contains this text.
    type: str
seealso:
  - module: okta_iru.attestation.iru_device_info
"""

EXAMPLES = r"""
- name: All tags
  okta_iru.attestation.iru_tag_info:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"

- name: Does the tag of the first wave exist?
  okta_iru.attestation.iru_tag_info:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    name: Attestation pilot
"""

RETURN = r"""
tags:
  description: The tags.
  returned: success
  type: list
  elements: dict
  sample:
    - {id: 71dd53f1-104e-41a2-82ca-43a375b7f63d, name: Attestation pilot}
"""

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_directory import list_tags
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import iru_client, iru_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

SPEC = ModuleSpec(
    options={**iru_options(), "name": {"type": "str"}, "search": {"type": "str"}},
    mutually_exclusive=[("name", "search")],
)


def run(task: Task) -> dict[str, Any]:
    """Read the tags."""
    name, search = task.params["name"], task.params["search"]
    found = list_tags(iru_client(task), name or search or "")
    return {"tags": [tag for tag in found if name is None or tag.get("name") == name]}


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
