#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Says which app sign-in policy apps use."""

from __future__ import annotations

DOCUMENTATION = r"""
module: okta_app_policy
short_description: Give apps of an Okta org an app sign-in policy
version_added: 0.1.0
description:
  - Maps apps to an app sign-in policy. An app has exactly one, so this takes it from the policy that it has now.
  - All apps of a task are looked up by one listing, or one by one where an org has more than 200 apps and the task
    names up to five, and checked before the first one is changed.
  - The Okta Admin Console never gets another policy, and no app gets its policy. Okta refuses both as well.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.okta
  - okta_iru.attestation.attributes
notes:
  - Least scopes are C(okta.apps.read), C(okta.apps.manage) and C(okta.policies.read).
options:
  apps:
    description: Labels or ids of the apps.
    type: list
    elements: str
    required: true
  policy:
    description:
      - Name or id of the app sign-in policy.
      - In check mode also the planned id of one that an earlier task would create.
    type: str
    required: true
seealso:
  - module: okta_iru.attestation.okta_access_policy
"""

EXAMPLES = r"""
- name: Two apps only for managed desktops
  okta_iru.attestation.okta_app_policy:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    apps: [Salesforce, Workday]
    policy: Managed desktops
"""

RETURN = r"""
apps:
  description: The apps, in the order given.
  returned: success
  type: list
  elements: dict
  sample:
    - id: 0oa1a2b3c4d5e6f7g8h9
      name: salesforce
      label: Salesforce
      status: ACTIVE
      policy_id: rst1a2b3c4d5e6f7g8h9
      previous_policy_id: rst9h8g7f6e5d4c3b2a1
      changed: true
policy:
  description: The policy that they use now.
  returned: success
  type: dict
  sample: {id: rst1a2b3c4d5e6f7g8h9, name: Managed desktops}
changes:
  description: What was made, changed or removed, with its state before and now, as the record of the tenant keeps it.
  returned: when something changed
  type: list
  elements: dict
  sample: [{kind: okta_app_policy, id: 0oa1, name: Salesforce, was: {policy_id: rst1}, now: {policy_id: rst2}}]
writes:
  description: The requests that changed something, or in check mode would have.
  returned: success
  type: list
  elements: dict
  sample: [{method: PUT, path: /api/v1/apps/0oa1a2b3c4d5e6f7g8h9/policies/rst1a2b3c4d5e6f7g8h9}]
"""

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import is_planned, not_found
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_apps import (
    apps_to_map,
    move_app,
    require_assignable,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_policies import (
    existing_policy,
    find_policy,
    settled_policies,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import okta_client, okta_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

SPEC = ModuleSpec(
    options={
        **okta_options(),
        "apps": {"type": "list", "elements": "str", "required": True},
        "policy": {"type": "str", "required": True},
    },
)


def run(task: Task) -> dict[str, Any]:
    """Map the apps."""
    client = okta_client(task, ("okta.apps.read", "okta.apps.manage", "okta.policies.read"))
    policies = settled_policies(client, task.params["policy"])
    policy = _policy(task, client, policies)
    chosen, console = apps_to_map(client, task.params["apps"])
    moved = [app for app in chosen if app["policy_id"] != policy["id"]]
    require_assignable(console, moved, policy)
    for app in moved:
        move_app(task, client, app, policy["id"])
    names = {one["id"]: one["name"] for one in policies}
    return {
        "changed": bool(client.writes),
        "apps": [
            {
                **app,
                "policy_id": policy["id"],
                "previous_policy_id": app["policy_id"],
                "changed": app in moved,
            }
            for app in chosen
        ],
        "policy": {"id": policy["id"], "name": policy["name"]},
        "writes": client.writes,
        **task.diff_result(
            "app sign-in policies of apps",
            {_title(app): names.get(app["policy_id"], app["policy_id"]) for app in moved},
            {_title(app): policy["name"] for app in moved},
        ),
    }


def _policy(task: Task, client: Client, policies: list[Record]) -> Record:
    reference = task.params["policy"]
    if is_planned(reference, check=task.check):
        return existing_policy(client, reference)
    found = find_policy(policies, reference)
    if found is None:
        raise not_found("app sign-in policy", reference, (str(one["name"]) for one in policies))
    return found


def _title(app: Record) -> str:
    return f"{app['label']} ({app['id']})"


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
