#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps the rules of one app sign-in policy, and their order, as they should be."""

from __future__ import annotations

DOCUMENTATION = r"""
module: okta_access_policy_rules
short_description: Manage the rules of an app sign-in policy of an Okta org and their order
version_added: 0.1.0
description:
  - Creates, changes, switches, moves and removes rules of an app sign-in policy (authentication policy), so that a
    whole policy can be described by one task.
  - All rules are read by one listing. Each is written at most once, for its content and its place together, and only
    those that differ or stand in the wrong place. After writes the rules are read again, and what another run has
    changed meanwhile is put right.
  - The Catch-all Rule is changed only with O(catch_all), and no rule of the policy that the Okta Admin Console uses.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.okta
  - okta_iru.attestation.attributes
  - okta_iru.attestation.access_policy_rule.listed
notes:
  - Least scopes are those of M(okta_iru.attestation.okta_access_policy_rule).
options:
  policy:
    description:
      - Name or id of the app sign-in policy.
      - In check mode also the planned id of one that an earlier task would create.
    type: str
    required: true
  order:
    description:
      - V(relative) keeps the rules of O(rules) in the order given, wherever they stand among others; a new rule goes
        right behind the one that precedes it here.
      - V(first) has them before all others, in the order given.
      - V(ignore) leaves rules where they are and puts new ones at the bottom, above the Catch-all Rule.
    type: str
    choices: [relative, first, ignore]
    default: relative
  exact:
    description: V(true) removes all other rules of the policy, but never the Catch-all Rule.
    type: bool
    default: false
  confirm_deny:
    description:
      - Says that it is meant that everybody is denied access whom no rule above lets in. Without, neither the Catch-all
        Rule nor a rule without conditions is set to deny.
    type: bool
    default: false
seealso:
  - module: okta_iru.attestation.okta_access_policy
  - module: okta_iru.attestation.okta_access_policy_rule
  - module: okta_iru.attestation.okta_policy_simulate
"""

EXAMPLES = r"""
- name: A policy as a whole
  okta_iru.attestation.okta_access_policy_rules:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    policy: Managed desktops
    exact: true
    rules:
      - name: Break glass
        groups: [Break glass]
        require: phishing_resistant
      - name: Managed Macs and PCs
        platforms: [macos, windows]
        device: {registered: true, managed: true}
        require: managed_fastpass
        reauthenticate_in: PT12H
      - name: Phones
        state: disabled
        platforms: [ios, android]
        device: {registered: true}
        require: fastpass
    catch_all:
      access: allow
      require: two_factors

- name: Only the order of rules that are there
  okta_iru.attestation.okta_access_policy_rules:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    policy: Managed desktops
    order: first
    rules:
      - name: Break glass
      - name: Managed Macs and PCs
"""

RETURN = r"""
rules:
  description: All rules of the policy as they are now, in the order of evaluation, the Catch-all Rule last.
  returned: success
  type: list
  elements: dict
  sample:
    - id: rul1a2b3c4d5e6f7g8h9
      name: Managed Macs and PCs
      type: ACCESS_POLICY
      status: ACTIVE
      priority: 0
      system: false
      conditions:
        device: {registered: true, managed: true}
      actions:
        appSignOn: {access: ALLOW}
policy:
  description: The policy that the rules belong to.
  returned: success
  type: dict
  sample: {id: rst1a2b3c4d5e6f7g8h9, name: Managed desktops}
removed:
  description: Names of rules that were removed.
  returned: success
  type: list
  elements: str
  sample: [Old rule]
changes:
  description: What was made, changed or removed, with its state before and now, as the record of the tenant keeps it.
  returned: when something changed
  type: list
  elements: dict
  sample: [{kind: okta_access_policy_rule, id: rst1/rul1, name: Managed desktop, was: null, now: {}}]
writes:
  description: The requests that changed something, or in check mode would have.
  returned: success
  type: list
  elements: dict
  sample: [{method: POST, path: /api/v1/policies/rst1a2b3c4d5e6f7g8h9/rules}]
"""

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import shown
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_directory import Directory
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_policies import existing_policy
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_compare import differences
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_options import (
    ACTIONS,
    CONDITIONS,
    EXCLUSIVE,
    scopes_of,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_order import FIRST, IGNORE, RELATIVE
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_set import (
    RuleSet,
    checked_wishes,
    compared,
    shown_order,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rules import CATCH_ALL, Writer, list_rules
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import okta_client, okta_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

SPEC = ModuleSpec(
    options={
        **okta_options(),
        "policy": {"type": "str", "required": True},
        "rules": {
            "type": "list",
            "elements": "dict",
            "required": True,
            "options": {
                "name": {"type": "str", "required": True},
                "state": {"type": "str", "choices": ["present", "absent", "enabled", "disabled"], "default": "present"},
                **CONDITIONS,
                **ACTIONS,
            },
            "mutually_exclusive": EXCLUSIVE,
        },
        "order": {"type": "str", "choices": [RELATIVE, FIRST, IGNORE], "default": RELATIVE},
        "exact": {"type": "bool", "default": False},
        "catch_all": {"type": "dict", "options": ACTIONS, "mutually_exclusive": EXCLUSIVE},
        "confirm_deny": {"type": "bool", "default": False},
    },
)


def run(task: Task) -> dict[str, Any]:
    """Bring the rules in line."""
    options = task.params
    checked_wishes(options["rules"])
    client = okta_client(task, scopes_of(options["rules"]))
    policy = existing_policy(client, options["policy"])
    before = list_rules(client, policy["id"])
    directory = Directory(client)
    wishes = [directory.with_ids(rule) for rule in options["rules"]]
    rule_set = RuleSet(
        Writer(client, policy, before, task),
        wishes,
        order=options["order"],
        exact=options["exact"],
        confirmed=options["confirm_deny"],
    )
    if options["catch_all"] and not before:
        task.warn(f"The {CATCH_ALL} of a policy that is made in the same run cannot be told in check mode.")
    after = rule_set.converge(before, options["catch_all"])
    names = shown_order(after)
    return task.written(
        client.writes,
        f"rules of {policy['name']}",
        differences(compared(before), compared(after)),
        rules=[shown(rule) for rule in after],
        policy={"id": policy["id"], "name": policy["name"]},
        removed=[name for name in shown_order(before) if name not in names],
    )


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
