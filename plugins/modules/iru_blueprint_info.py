#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads Blueprints."""

from __future__ import annotations

DOCUMENTATION = r"""
module: iru_blueprint_info
short_description: Read Blueprints of an Iru tenant
version_added: 0.1.0
description:
  - Lists Blueprints, all of them or the one of a name or an id, and on request what is on them.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.iru
  - okta_iru.attestation.attributes.info
notes:
  - Least permissions of the API token are List Blueprints, List Library Items for O(library_items), and Get Blueprint
    Templates for O(templates).
options:
  name:
    description: Only the Blueprint of exactly this name. A name that does not exist gives an empty list.
    type: str
  id:
    description: Only the Blueprint of this id. An id that does not exist is an error.
    type: str
  library_items:
    description:
      - Also read the Library items on each Blueprint, one request a Blueprint. On an Assignment Map those of all its
        nodes together, since the API does not tell the nodes.
    type: bool
    default: false
  templates:
    description: Also list Iru's templates, from which M(okta_iru.attestation.iru_blueprint) can make a Blueprint.
    type: bool
    default: false
seealso:
  - module: okta_iru.attestation.iru_blueprint
"""

EXAMPLES = r"""
- name: All Blueprints
  okta_iru.attestation.iru_blueprint_info:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
  register: all_blueprints

- name: What is on one of them
  okta_iru.attestation.iru_blueprint_info:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    name: Attestation pilot
    library_items: true
"""

RETURN = r"""
blueprints:
  description: The Blueprints as the API gives them.
  returned: success
  type: list
  elements: dict
  sample:
    - id: 6391086e-85a1-4820-813c-f9c75025fff4
      name: Attestation pilot
      type: classic
      description: ""
      enrollment_code: {code: "112233", is_active: true}
      computers_count: 3
      library_items: [{id: 3427ebbc-7f59-4d8c-8a57-bd36f8c2ad6b, name: Okta attestation}]
  contains:
    library_items:
      description: Id and name of each Library item on the Blueprint.
      returned: when O(library_items) is set
      type: list
      elements: dict
templates:
  description: Iru's templates, without their parameters.
  returned: when O(templates) is set
  type: list
  elements: dict
  sample:
    - {id: 15, name: CIS Level 1 Scored, category: CIS, rating: 60, description: Parameters of the CIS benchmark.}
"""

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru import checked_id
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_blueprints import (
    Record,
    existing_blueprint,
    find_blueprint,
    items_of,
    list_blueprints,
    list_templates,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import iru_client, iru_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

SPEC = ModuleSpec(
    options={
        **iru_options(),
        "name": {"type": "str"},
        "id": {"type": "str"},
        "library_items": {"type": "bool", "default": False},
        "templates": {"type": "bool", "default": False},
    },
    mutually_exclusive=[("name", "id")],
)


_TEMPLATE = ("id", "name", "category", "rating", "description")


def run(task: Task) -> dict[str, Any]:
    """Read the Blueprints."""
    client = iru_client(task)
    blueprints = _blueprints(task, client)
    if task.params["library_items"]:
        blueprints = [{**one, "library_items": items_of(client, str(one["id"]))} for one in blueprints]
    found: dict[str, Any] = {"blueprints": blueprints}
    if task.params["templates"]:
        found["templates"] = [{key: one.get(key) for key in _TEMPLATE} for one in list_templates(client)]
    return found


def _blueprints(task: Task, client: Client) -> list[Record]:
    name, blueprint_id = task.params["name"], checked_id("id", task.params["id"], check=task.check)
    if blueprint_id is not None:
        return [existing_blueprint(client, blueprint_id)]
    if name is None:
        return list(list_blueprints(client))
    found = find_blueprint(client, name=name)
    return [found] if found is not None else []


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
