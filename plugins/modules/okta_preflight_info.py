#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks an Okta org before anything is changed."""

from __future__ import annotations

DOCUMENTATION = r"""
module: okta_preflight_info
short_description: Check whether an Okta org is ready for management attestation
version_added: 0.1.0
description:
  - Asks everything that management attestation needs of the org, reads only, and returns one list of checks, each ok,
    warning or failed, with what to do and with the evidence. Nothing that an answer lacks spoils the other checks.
  - The module itself succeeds whatever it finds; a play decides by RV(failed_checks).
  - Needs about a dozen requests, whatever the size of the org, with a single sign-in.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.okta
  - okta_iru.attestation.attributes.info
notes:
  - Least scopes are C(okta.orgs.read), C(okta.authenticators.read), C(okta.features.read), C(okta.policies.read),
    C(okta.apps.read), C(okta.groups.read), C(okta.deviceIntegrations.read), C(okta.logs.read), C(okta.devices.read) and
    C(okta.domains.read). A scope that is missing shows in the check that needs it.
  - Not to be asked by API are the licence, the enrolment policies, and whether the endpoint-management platform exists,
    only whether its addition is in the System Log of the last 90 days.
options:
  groups:
    description: Names or ids of groups that must exist.
    type: list
    elements: str
    default: []
  apps:
    description: Labels or ids of apps that must exist and may get another app sign-in policy.
    type: list
    elements: str
    default: []
  policy:
    description: Name or id of the app sign-in policy that will be used; it need not exist yet.
    type: str
  device_integrations:
    description: Names of endpoint-security integrations that must be active, such as V(com.crowdstrike.zta).
    type: list
    elements: str
    default: []
  hosts:
    description: Host names by which the org must answer, such as those of a single sign-on extension.
    type: list
    elements: str
    default: []
seealso:
  - module: okta_iru.attestation.iru_preflight_info
"""

EXAMPLES = r"""
- name: Is the org ready
  okta_iru.attestation.okta_preflight_info:
    url: https://example.okta.com
    client_id: 0oa1a2b3c4d5e6f7g8h9
    private_key_file: ~/.okta/attestation.pem
    groups: [Desktop users]
    apps: [Salesforce]
  register: org

- name: Stop if it is not
  ansible.builtin.assert:
    that: not org.failed_checks
    fail_msg: "{{ org.checks | selectattr('status', 'eq', 'failed') | map(attribute='detail') | join('; ') }}"
"""

RETURN = r"""
checks:
  description: Every check, always all of them and in the same order.
  returned: success
  type: list
  elements: dict
  sample:
    - check: fastpass
      name: FastPass is on
      status: failed
      detail: signed_nonce is INACTIVE
      remedy: "switch on Okta FastPass (all platforms): Security, Authenticators, Okta Verify"
      evidence: {status: INACTIVE, settings: {showSignInWithOV: NEVER}}
  contains:
    check:
      description: Name of the check for programs.
      type: str
    name:
      description: What is checked, in words.
      type: str
    status:
      description: V(ok), V(warning) or V(failed).
      type: str
    detail:
      description: What was found.
      type: str
    remedy:
      description: What to do, empty if nothing or if the detail says it.
      type: str
    evidence:
      description: Ids, times and settings that were found.
      type: dict
failed_checks:
  description: Those of the checks that failed.
  returned: success
  type: list
  elements: str
  sample: [fastpass]
"""

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_preflight import (
    SCOPES,
    OktaPreflight,
    Wanted,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import (
    okta_anonymous_client,
    okta_client,
    okta_options,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._preflight import result_of
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

_LISTS = ("groups", "apps", "device_integrations", "hosts")

SPEC = ModuleSpec(
    options={
        **okta_options(),
        **{name: {"type": "list", "elements": "str", "default": []} for name in _LISTS},
        "policy": {"type": "str"},
    },
)


def run(task: Task) -> dict[str, Any]:
    """Check the org."""
    wanted = Wanted(**{name: task.params[name] for name in (*_LISTS, "policy")})
    return result_of(OktaPreflight(okta_anonymous_client(task), okta_client(task, SCOPES), wanted).checks())


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
