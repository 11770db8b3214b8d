#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads groups of an Okta org."""

from __future__ import annotations

DOCUMENTATION = r"""
module: okta_group_info
short_description: Read groups of an Okta org
version_added: 0.1.0
description:
  - Looks up groups by name or id, or lists those that a search finds. What is named is looked up by one request for 20
    names, whatever the number of groups in the org.
  - Names need not be unique in Okta. A name that more than one group has is an error that lists their ids.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.okta
  - okta_iru.attestation.attributes.info
notes:
  - Least scope is C(okta.groups.read).
  - Okta answers O(name_prefix), O(type) and O(search) from an index that may lag behind some seconds.
options:
  groups:
    description: Names or ids of the groups. Without it every group is returned that the other options leave.
    type: list
    elements: str
  must_exist:
    description: Fail if one of O(groups) does not exist. Otherwise it is listed in RV(unknown).
    type: bool
    default: true
  name_prefix:
    description: Only groups whose name begins so, in upper or lower case.
    type: str
  type:
    description: Only groups of this type. Those of apps and directories are V(app_group).
    type: str
    choices: [okta_group, app_group, built_in]
  search:
    description: Okta's search expression, such as V(profile.description co "contractors").
    type: str
  counts:
    description: Count users and apps of each group. Okta then answers more slowly.
    type: bool
    default: false
seealso:
  - module: okta_iru.attestation.okta_access_policy_rule
"""

EXAMPLES = r"""
- name: The groups that the rule will name
  okta_iru.attestation.okta_group_info:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    groups: [Desktop users, Break glass]
    counts: true
  register: found

- name: Somebody must be able to get in without a managed computer
  ansible.builtin.assert:
    that: found.groups[1].users > 0

- name: Every group of the pilot
  okta_iru.attestation.okta_group_info:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    name_prefix: attestation-
"""

RETURN = r"""
groups:
  description: The groups, in the order of O(groups) or of Okta.
  returned: success
  type: list
  elements: dict
  sample:
    - id: 00g1a2b3c4d5e6f7g8h9
      name: Desktop users
      description: Everybody with a computer
      type: OKTA_GROUP
      created: "2026-03-16T09:12:44.000Z"
      last_updated: "2026-03-16T09:12:44.000Z"
      last_membership_updated: "2026-03-16T09:12:44.000Z"
      users: 25
      apps: 3
  contains:
    users:
      description: Number of users, if O(counts).
      type: int
    apps:
      description: Number of apps that the group is assigned to, if O(counts).
      type: int
unknown:
  description: Those of O(groups) that do not exist, with the names of groups that resemble them.
  returned: when O(groups) is given
  type: list
  elements: dict
  sample:
    - reference: Desktop user
      suggestions: [Desktop users]
"""

import json
from functools import partial
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import unknown_ones
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_groups import (
    TYPES,
    find_groups,
    read_groups,
    suggestions,
    summary,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import okta_client, okta_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

SPEC = ModuleSpec(
    options={
        **okta_options(),
        "groups": {"type": "list", "elements": "str"},
        "must_exist": {"type": "bool", "default": True},
        "name_prefix": {"type": "str"},
        "type": {"type": "str", "choices": [kind.lower() for kind in TYPES]},
        "search": {"type": "str"},
        "counts": {"type": "bool", "default": False},
    },
    mutually_exclusive=[("groups", "name_prefix"), ("groups", "type"), ("groups", "search")],
)


def run(task: Task) -> dict[str, Any]:
    """Read the groups."""
    options = task.params
    client = okta_client(task, ("okta.groups.read",))
    if options["groups"] is None:
        found = read_groups(client, search=_search(options), stats=options["counts"])
        return {"groups": [summary(group) for group in found]}
    groups, missing = find_groups(client, options["groups"], stats=options["counts"])
    unknown = unknown_ones("group", missing, partial(suggestions, client), must_exist=options["must_exist"])
    return {"groups": [summary(group) for group in groups], "unknown": unknown}


def _search(options: dict[str, Any]) -> str | None:
    conditions = [
        f"profile.name sw {json.dumps(options['name_prefix'], ensure_ascii=False)}" if options["name_prefix"] else None,
        f'type eq "{options["type"].upper()}"' if options["type"] else None,
        f"({options['search']})" if options["search"] else None,
    ]
    return " and ".join(condition for condition in conditions if condition) or None


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
