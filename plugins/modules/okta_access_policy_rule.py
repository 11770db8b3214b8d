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
  - The Catch-all Rule is never changed, nor is any rule of the policy that the Okta Admin Console uses.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.okta
  - okta_iru.attestation.attributes
notes:
  - Least scopes are C(okta.policies.read) and C(okta.policies.manage), C(okta.apps.read) to know the policy of the Okta
    Admin Console, and for names of groups C(okta.groups.read), of users C(okta.users.read), of network zones
    C(okta.networkZones.read), of device assurance policies C(okta.deviceAssurance.read).
  - A rule that lets in managed devices keeps nobody else out as long as the Catch-all Rule lets everybody in.
  - Okta wants the rules of one policy written one after the other. Do not run tasks for the same policy in parallel.
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
  device:
    description: Condition on the device.
    type: dict
    suboptions:
      registered:
        description: V(true) for devices that are registered with Okta Verify, V(false) for devices of any kind.
        type: bool
      managed:
        description:
          - V(true) for devices with management attestation, V(false) for those without.
          - Needs O(device.registered=true).
        type: bool
      assurance:
        description: Names or ids of device assurance policies, of which the device must meet one.
        type: list
        elements: str
  platforms:
    description: Platforms that the rule is for; an empty list stands for all.
    type: list
    elements: str
    choices: [macos, windows, chromeos, linux, ios, android]
  groups:
    description: Names or ids of the groups that the rule is for.
    type: list
    elements: str
  exclude_groups:
    description: Names or ids of the groups that the rule is not for.
    type: list
    elements: str
  users:
    description: Logins or ids of the users that the rule is for.
    type: list
    elements: str
  exclude_users:
    description: Logins or ids of the users that the rule is not for.
    type: list
    elements: str
  user_types:
    description: Ids of the user types that the rule is for.
    type: list
    elements: str
  network:
    description: Condition on the network.
    type: dict
    suboptions:
      connection:
        description: V(zone) if O(network.include) or O(network.exclude) is set, else V(anywhere), if unset.
        type: str
        choices: [anywhere, zone, on_network, off_network]
      include:
        description: Names or ids of network zones that the rule is for.
        type: list
        elements: str
      exclude:
        description: Names or ids of network zones that the rule is not for.
        type: list
        elements: str
  risk:
    description: Risk level that the rule is for. Levels other than V(any) are refused by orgs without risk scoring.
    type: str
    choices: [any, low, medium, high]
  expression:
    description: Condition in Okta's expression language; an empty text removes it.
    type: str
  access:
    description: Whether the rule lets in or keeps out. V(allow) for a new rule if unset.
    type: str
    choices: [allow, deny]
  require:
    description:
      - What a user must show, as two factors with these properties of the possession factor.
      - V(managed_fastpass) is FastPass with a key in hardware and a biometric or PIN; the rule must also have
        O(device.managed=true).
      - V(fastpass) is any factor that is phishing resistant and bound to the device.
      - V(phishing_resistant) is any phishing resistant factor.
      - V(two_factors) is any two factors.
    type: str
    choices: [managed_fastpass, fastpass, phishing_resistant, two_factors]
  constraints:
    description: What a user must show, as Okta's API has it, instead of O(require).
    type: list
    elements: dict
  factor_mode:
    description: Number of factors. V(2FA) for a new rule if unset.
    type: str
    choices: [1FA, 2FA]
  reauthenticate_in:
    description: After what time a user must sign in again, as ISO 8601 duration. Okta takes V(PT12H) for a new rule.
    type: str
  conditions:
    description:
      - Conditions as Okta's API has them, for what the options above do not cover.
      - Each one that is named replaces the one of the rule as a whole, V(null) removes it, the others stay.
    type: dict
  actions:
    description:
      - Actions as Okta's API has them, instead of O(access), O(require) and the like.
      - Each key of C(appSignOn) replaces the one of the rule as a whole.
    type: dict
seealso:
  - module: okta_iru.attestation.okta_access_policy
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
writes:
  description: The requests that changed something, or in check mode would have.
  returned: success
  type: list
  elements: dict
  sample: [{method: POST, path: /api/v1/policies/rst1a2b3c4d5e6f7g8h9/rules}]
"""

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import is_planned, not_found
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record, checked_name, shown, writable
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_directory import with_ids
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_policies import (
    existing_policy,
    require_not_admin_console,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_body import PLATFORMS, PRESETS
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_compare import differences, meaning
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rules import (
    converge_rule,
    delete_rule,
    find_rule,
    list_rules,
    require_not_catch_all,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import okta_client, okta_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

_NAMES = {"type": "list", "elements": "str"}

SPEC = ModuleSpec(
    options={
        **okta_options(),
        "policy": {"type": "str", "required": True},
        "name": {"type": "str"},
        "id": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "absent", "enabled", "disabled"], "default": "present"},
        "priority": {"type": "int"},
        "position": {"type": "str", "choices": ["top", "above_catch_all"]},
        "device": {
            "type": "dict",
            "options": {"registered": {"type": "bool"}, "managed": {"type": "bool"}, "assurance": _NAMES},
        },
        "platforms": {**_NAMES, "choices": list(PLATFORMS)},
        "groups": _NAMES,
        "exclude_groups": _NAMES,
        "users": _NAMES,
        "exclude_users": _NAMES,
        "user_types": _NAMES,
        "network": {
            "type": "dict",
            "options": {
                "connection": {"type": "str", "choices": ["anywhere", "zone", "on_network", "off_network"]},
                "include": _NAMES,
                "exclude": _NAMES,
            },
        },
        "risk": {"type": "str", "choices": ["any", "low", "medium", "high"]},
        "expression": {"type": "str"},
        "access": {"type": "str", "choices": ["allow", "deny"]},
        "require": {"type": "str", "choices": list(PRESETS)},
        "constraints": {"type": "list", "elements": "dict"},
        "factor_mode": {"type": "str", "choices": ["1FA", "2FA"]},
        "reauthenticate_in": {"type": "str"},
        "conditions": {"type": "dict"},
        "actions": {"type": "dict"},
    },
    required_one_of=[("name", "id")],
    mutually_exclusive=[
        ("priority", "position"),
        ("require", "constraints"),
        *[("actions", option) for option in ("access", "require", "constraints", "factor_mode", "reauthenticate_in")],
    ],
)

_SCOPES = ("okta.policies.read", "okta.policies.manage", "okta.apps.read")
# Scopes that names in these options need for their look-up.
_SCOPES_OF_NAMES = {
    "groups": "okta.groups.read",
    "exclude_groups": "okta.groups.read",
    "users": "okta.users.read",
    "exclude_users": "okta.users.read",
    "network": "okta.networkZones.read",
    "device": "okta.deviceAssurance.read",
}


def run(task: Task) -> dict[str, Any]:
    """Bring the rule in line."""
    options = task.params
    name = checked_name("name", options["name"])
    client = okta_client(task, _scopes(options))
    policy = existing_policy(client, options["policy"])
    rules = list_rules(client, policy["id"])
    rule_id = options["id"]
    if rule_id is not None and is_planned(rule_id, check=task.check):
        return _of_earlier_task(task, policy, rule_id)
    found = find_rule(rules, rule_id=rule_id, name=name)
    require_not_catch_all(found, name)
    if found is None and rule_id is not None and options["state"] != "absent":
        raise not_found("rule of that policy with the id", rule_id, (str(rule["id"]) for rule in rules))
    if options["state"] == "absent":
        if found is not None:
            require_not_admin_console(client, policy)
            delete_rule(client, policy["id"], found)
        return _result(task, client, policy, found, None)
    rule = converge_rule(client, policy, rules, found, options=with_ids(client, options), warn=task.warn)
    return _result(task, client, policy, found, rule)


def _of_earlier_task(task: Task, policy: Record, rule_id: str) -> dict[str, Any]:
    """The result for a rule that an earlier task of the same check-mode run would have created."""
    task.warn(f"{rule_id} exists only in check mode: what this task would change on it cannot be told.")
    rule = {"id": rule_id, "name": rule_id.split(":", 2)[2]}
    return {"changed": False, "rule": rule, "policy": {"id": policy["id"], "name": policy["name"]}, "writes": []}


def _scopes(options: dict[str, Any]) -> tuple[str, ...]:
    needed = {_SCOPES_OF_NAMES[option] for option in _SCOPES_OF_NAMES if options[option]}
    return (*_SCOPES, *sorted(needed))


def _result(task: Task, client: Client, policy: Record, found: Record | None, rule: Record | None) -> dict[str, Any]:
    before, after = differences(_compared(found), _compared(rule))
    return {
        "changed": bool(client.writes),
        "rule": None if rule is None else shown(rule),
        "policy": {"id": policy["id"], "name": policy["name"]},
        "writes": client.writes,
        **task.diff_result(f"rule {task.params['name'] or task.params['id']} of {policy['name']}", before, after),
    }


def _compared(rule: Record | None) -> Record:
    return {} if rule is None else {**writable(rule), **meaning(rule), "status": rule.get("status")}


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
