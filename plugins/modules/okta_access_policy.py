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
    Admin Console, and C(okta.apps.manage) for O(move_apps_to).
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
    description: Whether the policy exists. A policy that apps use is not removed without O(move_apps_to).
    type: str
    choices: [present, absent]
    default: present
  move_apps_to:
    description:
      - Name or id of the policy that the apps get when this one is removed, such as V(Any two factors). Used with
        O(state=absent) only.
    type: str
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
    move_apps_to: Any two factors
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
  description: The apps that were moved to O(move_apps_to).
  returned: when O(state=absent)
  type: list
  elements: dict
  sample: [{id: 0oa1a2b3c4d5e6f7g8h9, label: Salesforce}]
changes:
  description: What was made, changed or removed, with its state before and now, as C(attestation_record) keeps it.
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
    list_apps,
    move_app,
    require_assignable,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_policies import (
    create_policy,
    delete_policy,
    existing_policy,
    list_policies,
    policy_named,
    replace_policy,
    require_changeable,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import okta_client, okta_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

SPEC = ModuleSpec(
    options={
        **okta_options(),
        "name": {"type": "str"},
        "id": {"type": "str"},
        "description": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "move_apps_to": {"type": "str"},
    },
    required_one_of=[("name", "id")],
)


def run(task: Task) -> dict[str, Any]:
    """Bring the policy in line."""
    options = task.params
    name = checked_name("name", options["name"])
    absent = options["state"] == "absent"
    scopes = ("okta.policies.read", "okta.policies.manage", "okta.apps.read")
    client = okta_client(task, (*scopes, "okta.apps.manage") if absent and options["move_apps_to"] else scopes)
    found = _found(client, task)
    if absent:
        return _absent(task, client, found)
    if found is not None and is_planned(found["id"], check=task.check):
        return _result(task, client, found, ({}, {}))  # made by an earlier task of this check-mode run
    wanted = {key: options[key] for key in ("name", "description") if options[key] is not None}
    if found is None:
        created = create_policy(client, str(name), options["description"])
        _note(task, client, created, None, wanted)
        return _result(task, client, created, ({}, wanted))
    changes = {key: value for key, value in wanted.items() if value != (found.get(key) or "")}
    if changes:
        require_changeable(client, found, "PUT")
        before = {key: found.get(key) for key in changes}
        replaced = replace_policy(client, found, changes)
        _note(task, client, found, before, changes)
        return _result(task, client, replaced, (before, changes))
    return _result(task, client, found, ({}, {}))


def _found(client: Client, task: Task) -> Record | None:
    policy_id, name = task.params["id"], task.params["name"]
    if policy_id is not None and is_planned(policy_id, check=task.check):
        return existing_policy(client, policy_id)
    policies = list_policies(client)
    if policy_id is None:
        return policy_named(policies, name)
    found = next((one for one in policies if one["id"] == policy_id), None)
    if found is None and task.params["state"] == "present":
        raise not_found("app sign-in policy with the id", policy_id, (str(one["id"]) for one in policies))
    return found


def _absent(task: Task, client: Client, found: Record | None) -> dict[str, Any]:
    if found is None or is_planned(found["id"], check=task.check):
        return _result(task, client, None, ({}, {}), moved_apps=[])
    require_changeable(client, found, "DELETE")
    apps = list_apps(client)
    moved = [app for app in apps if app["policy_id"] == found["id"]]
    labels = ", ".join(str(app["label"]) for app in moved)
    if moved and task.params["move_apps_to"] is None:
        raise Refused(
            f"The policy {found['name']!r} was not removed: {len(moved)} app(s) use it ({labels}). Give the policy "
            "that they shall get as move_apps_to.",
            apps=[app["id"] for app in moved],
        )
    if moved:
        target = existing_policy(client, task.params["move_apps_to"])
        if target["id"] == found["id"]:
            raise InvalidInput(
                f"move_apps_to is {found['name']!r}, the policy that is to be removed; give another one."
            )
        require_assignable(apps, moved, target)
        for app in moved:
            move_app(task, client, app, target["id"])
    delete_policy(client, found)
    before = {key: found.get(key) for key in ("name", "description")}
    _note(task, client, found, before, None)
    listed = [{"id": app["id"], "label": app["label"]} for app in moved]
    return _result(task, client, None, ({**before, "apps": labels} if moved else before, {}), moved_apps=listed)


def _note(task: Task, client: Client, policy: Record, was: Record | None, now: Record | None) -> None:
    task.note("okta_access_policy", client.base_url, policy["id"], policy.get("name"), was=was, now=now)


def _result(
    task: Task, client: Client, policy: Record | None, diff: tuple[Record, Record], **more: Any
) -> dict[str, Any]:
    return {
        "changed": bool(client.writes),
        "policy": None if policy is None else shown(policy),
        "writes": client.writes,
        **more,
        **task.diff_result(f"app sign-in policy {task.params['name'] or task.params['id']}", *diff),
    }


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
