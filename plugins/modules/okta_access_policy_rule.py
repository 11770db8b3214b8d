#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps one rule of an app sign-in policy as it should be."""

from __future__ import annotations

DOCUMENTATION = r"""
module: okta_access_policy_rule
short_description: Manage a rule of an app sign-in policy of an Okta org
version_added: 0.1.0
description:
  - Creates, changes, switches or removes a rule of an app sign-in policy (authentication policy).
  - Only what is set here is compared and changed; what else a rule holds stays as it is.
  - The Catch-all Rule is changed only with O(catch_all), and no rule of the policy that the Okta Admin Console uses.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.okta
  - okta_iru.attestation.attributes
  - okta_iru.attestation.access_policy_rule
notes:
  - Least scopes are C(okta.policies.read) and C(okta.policies.manage), C(okta.apps.read) to know the policy of the Okta
    Admin Console, and for names of groups C(okta.groups.read), of users C(okta.users.read), of user types
    C(okta.userTypes.read), of network zones C(okta.networkZones.read), of device assurance policies
    C(okta.deviceAssurance.read).
  - A rule that lets in managed devices keeps nobody else out as long as the Catch-all Rule lets everybody in.
  - For several rules of a policy M(okta_iru.attestation.okta_access_policy_rules) needs fewer requests and keeps their
    order.
options:
  policy:
    description:
      - Name or id of the app sign-in policy.
      - In check mode also the planned id of one that an earlier task would create.
    type: str
    required: true
  name:
    description: Name of the rule, unique in its policy. Together with O(id) it renames the rule.
    type: str
  id:
    description: Id of the rule.
    type: str
  state:
    description:
      - V(present) leaves an existing rule switched on or off as it is and makes a new one active.
      - V(enabled) and V(disabled) also see to it that Okta shows it as active or inactive.
    type: str
    choices: [present, absent, enabled, disabled]
    default: present
  priority:
    description:
      - Place of the rule, V(0) is evaluated first. Rules that are in the way are pushed down by Okta.
      - A new rule without O(priority) and O(position) is put at the bottom, above the Catch-all Rule.
    type: int
  position:
    description:
      - V(top) moves the rule before all others. Use it for one rule of a policy only, else two would take turns.
      - V(above_catch_all) puts a new rule at the bottom, above the Catch-all Rule. One that exists stays where it is,
        as every rule is above the Catch-all Rule.
    type: str
    choices: [top, above_catch_all]
  catch_all:
    description:
      - V(true) for the Catch-all Rule, which decides about everybody whom no other rule holds for, instead of O(name).
      - Only what it does can be changed; Okta gives it no conditions, no other place and no other name.
    type: bool
  confirm_deny:
    description:
      - Says that it is meant that everybody is denied access whom no rule above lets in. Without, neither the Catch-all
        Rule nor a rule without conditions is set to O(access=deny).
      - See first that those whom you must not lock out are let in by another rule.
    type: bool
    default: false
seealso:
  - module: okta_iru.attestation.okta_access_policy
  - module: okta_iru.attestation.okta_access_policy_rules
  - module: okta_iru.attestation.okta_policy_simulate
  - name: Add an authentication policy rule for desktop
    description: What Okta asks for, for management attestation.
    link: https://help.okta.com/oie/en-us/content/topics/identity-engine/devices/add-app-signon-policy-desktop.htm
"""

EXAMPLES = r"""
- name: Managed desktops sign in with FastPass
  okta_iru.attestation.okta_access_policy_rule:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    policy: Managed desktops
    name: Managed Macs and PCs
    position: above_catch_all
    device:
      registered: true
      managed: true
    platforms: [macos, windows]
    groups: [Attestation pilot]
    access: allow
    require: managed_fastpass
    reauthenticate_in: PT12H

- name: A rule of which only the break-glass group makes use
  okta_iru.attestation.okta_access_policy_rule:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    policy: Managed desktops
    name: Break glass
    position: top
    groups: [Break glass]
    require: phishing_resistant

- name: Password and push, or FastPass with a biometric or PIN, for contractors on the company network
  okta_iru.attestation.okta_access_policy_rule:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    policy: Managed desktops
    name: Contractors
    user_types: [user]
    network:
      include: [LegacyIpZone]
    chains:
      - [okta_password/password, okta_verify/push]
      - - methods:
            - key: okta_verify
              method: signed_nonce
              userVerification: REQUIRED
          reauthenticate_in: PT8H
    keep_me_signed_in:
      allowed: true
      prompt_frequency: P7D

- name: Whom no other rule lets in needs a phishing resistant factor
  okta_iru.attestation.okta_access_policy_rule:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    policy: Managed desktops
    catch_all: true
    access: allow
    require: phishing_resistant

- name: Conditions and actions as the API has them
  okta_iru.attestation.okta_access_policy_rule:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    policy: Managed desktops
    name: Other Linux
    state: disabled
    conditions:
      platform:
        include:
          - type: DESKTOP
            os: {type: OTHER, expression: Fedora}
    actions:
      appSignOn:
        access: DENY
"""

RETURN = r"""
rule:
  description: The rule as it is now, as the API gives it. V(null) where it is absent.
  returned: success
  type: dict
  sample:
    id: rul1a2b3c4d5e6f7g8h9
    name: Managed Macs and PCs
    type: ACCESS_POLICY
    status: ACTIVE
    priority: 0
    system: false
    conditions:
      device: {registered: true, managed: true}
      people: {users: {exclude: []}}
    actions:
      appSignOn:
        access: ALLOW
        verificationMethod: {type: ASSURANCE, factorMode: 2FA, reauthenticateIn: PT12H}
policy:
  description: The policy that the rule belongs to.
  returned: success
  type: dict
  sample: {id: rst1a2b3c4d5e6f7g8h9, name: Managed desktops}
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

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import is_planned, not_found
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record, checked_name, shown, writable
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_directory import Directory
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_policies import existing_policy
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_compare import differences, meaning
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_options import (
    ACTIONS,
    CONDITIONS,
    EXCLUSIVE,
    scopes_of,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rules import (
    CATCH_ALL,
    Writer,
    catch_all_of,
    converge_catch_all,
    converge_rule,
    find_rule,
    list_rules,
    require_not_catch_all,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import okta_client, okta_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

SPEC = ModuleSpec(
    options={
        **okta_options(),
        "policy": {"type": "str", "required": True},
        "name": {"type": "str"},
        "id": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "absent", "enabled", "disabled"], "default": "present"},
        "priority": {"type": "int"},
        "position": {"type": "str", "choices": ["top", "above_catch_all"]},
        "catch_all": {"type": "bool"},
        "confirm_deny": {"type": "bool", "default": False},
        **CONDITIONS,
        **ACTIONS,
    },
    required_one_of=[("name", "id", "catch_all")],
    mutually_exclusive=[
        ("priority", "position"),
        *EXCLUSIVE,
        *[("catch_all", option) for option in ("name", "id", "priority", "position", *CONDITIONS)],
    ],
)


def run(task: Task) -> dict[str, Any]:
    """Bring the rule in line."""
    options = task.params
    name = checked_name("name", options["name"])
    client = okta_client(task, scopes_of([options]))
    policy = existing_policy(client, options["policy"])
    rules = list_rules(client, policy["id"])
    writer = Writer(client, policy, rules, task)
    if options["catch_all"]:
        return _catch_all(task, writer, rules)
    rule_id = options["id"]
    if rule_id is not None and is_planned(rule_id, check=task.check):
        return _of_earlier_task(task, policy, rule_id)
    found = find_rule(rules, rule_id=rule_id, name=name)
    require_not_catch_all(found, name)
    if found is None and rule_id is not None and options["state"] != "absent":
        raise not_found("rule of that policy with the id", rule_id, (str(rule["id"]) for rule in rules))
    if options["state"] == "absent":
        if found is not None:
            writer.delete(found)
        return _result(task, client, policy, found, None)
    rule = converge_rule(writer, rules, found, options=Directory(client).with_ids(options))
    return _result(task, client, policy, found, rule)


def _catch_all(task: Task, writer: Writer, rules: list[Record]) -> dict[str, Any]:
    """Bring the Catch-all Rule in line."""
    if task.params["state"] != "present":
        raise InvalidInput(f"state is {task.params['state']}, but the {CATCH_ALL} is always there and always active.")
    found = catch_all_of(rules)
    if found is None:
        task.warn(f"The {CATCH_ALL} of a policy that is made in the same run cannot be told in check mode.")
        return _result(task, writer.client, writer.policy, None, None)
    return _result(task, writer.client, writer.policy, found, converge_catch_all(writer, found, options=task.params))


def _of_earlier_task(task: Task, policy: Record, rule_id: str) -> dict[str, Any]:
    """The result for a rule that an earlier task of the same check-mode run would have created."""
    task.warn(f"{rule_id} exists only in check mode: what this task would change on it cannot be told.")
    rule = {"id": rule_id, "name": rule_id.split(":", 2)[2]}
    return {"changed": False, "rule": rule, "policy": {"id": policy["id"], "name": policy["name"]}, "writes": []}


def _result(task: Task, client: Client, policy: Record, found: Record | None, rule: Record | None) -> dict[str, Any]:
    return task.written(
        client.writes,
        f"rule {_title(task.params)} of {policy['name']}",
        differences(_compared(found), _compared(rule)),
        rule=None if rule is None else shown(rule),
        policy={"id": policy["id"], "name": policy["name"]},
    )


def _title(options: dict[str, Any]) -> str:
    return str(CATCH_ALL if options["catch_all"] else options["name"] or options["id"])


def _compared(rule: Record | None) -> Record:
    return {} if rule is None else {**writable(rule), **meaning(rule), "status": rule.get("status")}


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
