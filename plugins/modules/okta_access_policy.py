#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps one app sign-in policy as it should be."""

from __future__ import annotations

DOCUMENTATION = r"""
module: okta_access_policy
short_description: Manage an app sign-in policy of an Okta org
version_added: 0.1.0
description:
  - Creates, changes or removes an app sign-in policy (authentication policy, type C(ACCESS_POLICY)). Its rules are
    managed by M(okta_iru.attestation.okta_access_policy_rule), the apps that use it by
    M(okta_iru.attestation.okta_app_policy).
  - Okta gives a new policy a Catch-all Rule that lets in everybody with two factors.
  - Okta's own policies, and whichever policy the Okta Admin Console uses, are never changed or removed.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.okta
  - okta_iru.attestation.attributes
notes:
  - Least scopes are C(okta.policies.read) and C(okta.policies.manage), C(okta.apps.read) to know the policy of the Okta
    Admin Console, and C(okta.apps.manage) for O(move_apps_to) and O(move_apps_to_default).
  - In check mode a policy that would be created has an id that begins with V(planned:), which other modules of this
    collection accept in check mode.
options:
  name:
    description: Name of the policy. Together with O(id) it renames the policy.
    type: str
  id:
    description: Id of the policy.
    type: str
  description:
    description: Description of the policy.
    type: str
  state:
    description:
      - V(present) leaves an existing policy switched on or off as it is and makes a new one active.
      - V(enabled) and V(disabled) also see to it that Okta shows it as active or inactive.
      - A policy that apps use is neither removed nor disabled without O(move_apps_to) or O(move_apps_to_default).
    type: str
    choices: [present, absent, enabled, disabled]
    default: present
  move_apps_to:
    description:
      - Name or id of the policy that the apps get when this one is removed or disabled. Used with O(state=absent) and
        O(state=disabled) only.
    type: str
  move_apps_to_default:
    description: The same with the org's default policy, whatever its name; V(Any two factors) in a new org.
    type: bool
    default: false
seealso:
  - module: okta_iru.attestation.okta_access_policy_rule
  - module: okta_iru.attestation.okta_app_policy
"""

EXAMPLES = r"""
- name: A policy for managed desktops
  okta_iru.attestation.okta_access_policy:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    name: Managed desktops
    description: Computers with a certificate from Okta

- name: Remove it, its apps fall back to the default policy
  okta_iru.attestation.okta_access_policy:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    name: Managed desktops
    state: absent
    move_apps_to_default: true
"""

RETURN = r"""
policy:
  description: The policy as it is now. V(null) where it is absent.
  returned: success
  type: dict
  sample:
    id: rst1a2b3c4d5e6f7g8h9
    name: Managed desktops
    description: Computers with a certificate from Okta
    type: ACCESS_POLICY
    status: ACTIVE
    system: false
    priority: 1
moved_apps:
  description: The apps that were given another policy.
  returned: when O(state=absent) or O(state=disabled)
  type: list
  elements: dict
  sample: [{id: 0oa1a2b3c4d5e6f7g8h9, label: Salesforce}]
changes:
  description: What was made, changed or removed, with its state before and now, as the record of the tenant keeps it.
  returned: when something changed
  type: list
  elements: dict
  sample: [{kind: okta_access_policy, id: rst1a2b3c4d5e6f7g8h9, name: Managed desktops, was: null, now: {}}]
writes:
  description: The requests that changed something, or in check mode would have.
  returned: success
  type: list
  elements: dict
  sample: [{method: POST, path: /api/v1/policies}]
"""

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import is_planned, not_found
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput, Refused
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record, checked_name, shown
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_apps import (
    admin_console,
    list_apps,
    move_app,
    require_assignable,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_policies import (
    create_policy,
    default_policy,
    delete_policy,
    existing_policy,
    find_policy,
    policy_named,
    replace_policy,
    require_changeable,
    set_policy_active,
    settled_policies,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import okta_client, okta_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

SPEC = ModuleSpec(
    options={
        **okta_options(),
        "name": {"type": "str"},
        "id": {"type": "str"},
        "description": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "absent", "enabled", "disabled"], "default": "present"},
        "move_apps_to": {"type": "str"},
        "move_apps_to_default": {"type": "bool", "default": False},
    },
    required_one_of=[("name", "id")],
)


def run(task: Task) -> dict[str, Any]:
    """Bring the policy in line."""
    options = task.params
    name = checked_name("name", options["name"])
    if options["move_apps_to"] and options["move_apps_to_default"]:
        raise InvalidInput("move_apps_to and move_apps_to_default were both given; give one of them.")
    moves = options["state"] in ("absent", "disabled") and (options["move_apps_to"] or options["move_apps_to_default"])
    scopes = ("okta.policies.read", "okta.policies.manage", "okta.apps.read")
    client = okta_client(task, (*scopes, "okta.apps.manage") if moves else scopes)
    if options["id"] is not None and is_planned(options["id"], check=task.check):
        planned = None if options["state"] == "absent" else existing_policy(client, options["id"])
        return _result(task, client, planned, ({}, {}))  # made by an earlier task of this check-mode run
    policies = settled_policies(client, name)
    found = _found(policies, options)
    if options["state"] == "absent":
        return _absent(task, client, policies, found)
    wanted = {key: options[key] for key in ("name", "description") if options[key] is not None}
    if found is None:
        created, is_own = create_policy(client, str(name), options["description"])
        if is_own:
            _note(task, client, created, None, wanted)
        return _switched(task, client, policies, created, ({}, wanted))
    changes = {key: value for key, value in wanted.items() if value != (found.get(key) or "")}
    before = {key: found.get(key) for key in changes}
    if changes:
        if "name" in changes and policy_named(policies, changes["name"]) is not None:
            raise InvalidInput(
                f"There is another app sign-in policy named {changes['name']!r}. Okta would take a second one, and no "
                "task could tell them apart by name; give another name."
            )
        require_changeable(client, found, "PUT")
        replaced = replace_policy(client, found, changes)
        _note(task, client, found, before, changes)
        found = replaced
    return _switched(task, client, policies, found, (before, changes))


def _found(policies: list[Record], options: Record) -> Record | None:
    if options["id"] is None:
        return policy_named(policies, options["name"])
    found = next((one for one in policies if one["id"] == options["id"]), None)
    if found is None and options["state"] != "absent":
        raise not_found("app sign-in policy with the id", options["id"], (str(one["id"]) for one in policies))
    return found


def _switched(
    task: Task, client: Client, policies: list[Record], policy: Record, diff: tuple[Record, Record]
) -> dict[str, Any]:
    """The result after the policy is active or inactive as ``state`` says."""
    active = {"enabled": True, "disabled": False}.get(task.params["state"])
    if active is None or (policy.get("status") == "ACTIVE") is active:
        return _result(task, client, policy, diff)
    require_changeable(client, policy, "DELETE")
    moved = [] if active or is_planned(policy["id"], check=client.check) else _move_apps(task, client, policies, policy)
    switched = set_policy_active(client, policy, active=active)
    was, now = {"status": policy["status"]}, {"status": switched["status"]}
    _note(task, client, policy, was, now)
    before, after = {**diff[0], **was}, {**diff[1], **now}
    return _result(task, client, switched, (before, after), moved_apps=moved)


def _absent(task: Task, client: Client, policies: list[Record], found: Record | None) -> dict[str, Any]:
    if found is None:
        return _result(task, client, None, ({}, {}), moved_apps=[])
    require_changeable(client, found, "DELETE")
    moved = _move_apps(task, client, policies, found)
    delete_policy(client, found)
    before = {key: found.get(key) for key in ("name", "description")}
    _note(task, client, found, before, None)
    labels = ", ".join(str(app["label"]) for app in moved)
    return _result(task, client, None, ({**before, "apps": labels} if moved else before, {}), moved_apps=moved)


def _move_apps(task: Task, client: Client, policies: list[Record], found: Record) -> list[Record]:
    """Give the apps of a policy another one, and return them. Raises Refused if the user did not say which."""
    apps = list_apps(client)
    moved = [app for app in apps if app["policy_id"] == found["id"]]
    if not moved:
        return []
    reference, state = task.params["move_apps_to"], {"absent": "removed"}.get(task.params["state"], "disabled")
    if reference is None and not task.params["move_apps_to_default"]:
        labels = ", ".join(str(app["label"]) for app in moved)
        raise Refused(
            f"The policy {found['name']!r} was not {state}: {len(moved)} app(s) use it ({labels}). Give the policy "
            "that they shall get as move_apps_to, or move_apps_to_default: true.",
            apps=[app["id"] for app in moved],
        )
    target = default_policy(policies) if reference is None else find_policy(policies, reference)
    if target is None:
        raise not_found("app sign-in policy", reference, (str(one["name"]) for one in policies))
    if target["id"] == found["id"]:
        raise InvalidInput(f"move_apps_to is {found['name']!r}, the policy that is to be {state}; give another one.")
    require_assignable(admin_console(apps), moved, target)
    for app in moved:
        move_app(task, client, app, target["id"])
    return [{"id": app["id"], "label": app["label"]} for app in moved]


def _note(task: Task, client: Client, policy: Record, was: Record | None, now: Record | None) -> None:
    task.note("okta_access_policy", client.base_url, policy["id"], policy.get("name"), was=was, now=now)


def _result(
    task: Task, client: Client, policy: Record | None, diff: tuple[Record, Record], **more: Any
) -> dict[str, Any]:
    title = f"app sign-in policy {task.params['name'] or task.params['id']}"
    return task.written(client.writes, title, diff, policy=None if policy is None else shown(policy), **more)


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
