#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads apps of an Okta org and the app sign-in policy of each."""

from __future__ import annotations

DOCUMENTATION = r"""
module: okta_app_info
short_description: Read apps of an Okta org and which app sign-in policy each uses
version_added: 0.1.0
description:
  - Looks up apps by label or id, or lists those of a status or of an app sign-in policy.
  - Labels need not be unique in Okta. A label that more than one app has is an error that lists their ids.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.okta
  - okta_iru.attestation.attributes.info
notes:
  - Least scopes are C(okta.apps.read), and C(okta.policies.read) unless O(policy_names=false).
  - Up to five O(apps) are looked up one by one. More are looked for in the listing of all apps, 200 a request, which on
    many orgs is limited to few requests a minute.
options:
  apps:
    description: Labels or ids of the apps. Without it every app is returned that the other options leave.
    type: list
    elements: str
  must_exist:
    description: Fail if one of O(apps) does not exist. Otherwise it is listed in RV(unknown).
    type: bool
    default: true
  status:
    description: Only apps of this status.
    type: str
    choices: [active, inactive]
  policy:
    description: Only apps that use this app sign-in policy, given by name or id.
    type: str
  policy_names:
    description: Tell the name of each app's policy, which takes another request. Needed for a name in O(policy).
    type: bool
    default: true
seealso:
  - module: okta_iru.attestation.okta_app_policy
"""

EXAMPLES = r"""
- name: Which policy do these apps use
  okta_iru.attestation.okta_app_info:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    apps: [Salesforce, Workday]
  register: found

- name: Everything that still uses the default policy
  okta_iru.attestation.okta_app_info:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    status: active
    policy: Any two factors
"""

RETURN = r"""
apps:
  description: The apps, in the order of O(apps) or of Okta.
  returned: success
  type: list
  elements: dict
  sample:
    - id: 0oa1a2b3c4d5e6f7g8h9
      name: salesforce
      label: Salesforce
      status: ACTIVE
      sign_on_mode: SAML_2_0
      policy_id: rst1a2b3c4d5e6f7g8h9
      policy_name: Managed desktops
      assignable: true
  contains:
    name:
      description: Name of the kind of app in Okta's catalogue.
      type: str
    policy_id:
      description: Id of the app sign-in policy, V(null) if the app has none, as on Classic Engine.
      type: str
    policy_name:
      description: Its name, if O(policy_names).
      type: str
    assignable:
      description: Whether the app may get another policy, which Okta refuses for the Admin Console.
      type: bool
unknown:
  description: Those of O(apps) that do not exist, with the labels of apps that resemble them.
  returned: when O(apps) is given
  type: list
  elements: dict
  sample:
    - reference: Sales force
      suggestions: [Salesforce]
"""

from functools import partial
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import not_found, unknown_ones
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record, looks_like_id
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_apps import find_apps, list_apps, suggestions
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_policies import (
    ADMIN_CONSOLE_APP,
    find_policy,
    settled_policies,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import okta_client, okta_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

SPEC = ModuleSpec(
    options={
        **okta_options(),
        "apps": {"type": "list", "elements": "str"},
        "must_exist": {"type": "bool", "default": True},
        "status": {"type": "str", "choices": ["active", "inactive"]},
        "policy": {"type": "str"},
        "policy_names": {"type": "bool", "default": True},
    },
)


def run(task: Task) -> dict[str, Any]:
    """Read the apps."""
    options = task.params
    scopes = ("okta.apps.read", "okta.policies.read") if options["policy_names"] else ("okta.apps.read",)
    client = okta_client(task, scopes)
    policies = settled_policies(client, options["policy"]) if options["policy_names"] else []
    wanted = _policy_id(options, policies)
    result: dict[str, Any] = {}
    if options["apps"] is None:
        apps = list_apps(client, status=(options["status"] or "").upper() or None)
    else:
        apps, missing = find_apps(client, options["apps"])
        apps = [app for app in apps if options["status"] in (None, str(app["status"]).lower())]
        suggest = partial(suggestions, client)
        result["unknown"] = unknown_ones("app", missing, suggest, must_exist=options["must_exist"])
    names = {policy["id"]: policy.get("name") for policy in policies}
    result["apps"] = [
        {
            **app,
            **({"policy_name": names.get(app["policy_id"])} if options["policy_names"] else {}),
            "assignable": app["name"] != ADMIN_CONSOLE_APP,
        }
        for app in apps
        if wanted in (None, app["policy_id"])
    ]
    return result


def _policy_id(options: dict[str, Any], policies: list[Record]) -> str | None:
    reference = options["policy"]
    if reference is None:
        return None
    if not options["policy_names"]:
        if not looks_like_id(reference, "rst"):
            raise InvalidInput(f"policy is {reference!r}; expected an id (rst…), since policy_names is false.")
        return str(reference)
    found = find_policy(policies, reference)
    if found is None:
        raise not_found("app sign-in policy", reference, (str(policy.get("name")) for policy in policies))
    return str(found["id"])


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
