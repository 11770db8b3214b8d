#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks an Iru tenant before anything is changed."""

from __future__ import annotations

DOCUMENTATION = r"""
module: iru_preflight_info
short_description: Check whether an Iru tenant is ready for management attestation
version_added: 0.1.0
description:
  - Asks everything that management attestation needs of the tenant, reads only, and returns one list of checks, each
    ok, warning or failed, with what to do and with the evidence. Nothing that an answer lacks spoils the other checks.
  - The module itself succeeds whatever it finds; a play decides by RV(failed_checks).
  - Finds out whether Iru's own Okta Device Trust is in use, which delivers a certificate and a single sign-on extension
    of its own.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.iru
  - okta_iru.attestation.attributes.info
notes:
  - Least permissions of the API token are Blueprints List, List Custom Profiles, Device list, and Installed Profiles
    and Applications under Prism. Without the last two, two checks are warnings.
options:
  blueprints:
    description: Names or ids of Blueprints that must exist.
    type: list
    elements: str
    default: []
  profiles:
    description: Names of custom profiles that will be managed by name, so that no two may have one of them.
    type: list
    elements: str
    default: []
seealso:
  - module: okta_iru.attestation.okta_preflight_info
"""

EXAMPLES = r"""
- name: Is the tenant ready
  okta_iru.attestation.iru_preflight_info:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    blueprints: [Engineering]
    profiles: [Okta management attestation]
  register: tenant
"""

RETURN = r"""
checks:
  description: Every check, always all of them and in the same order.
  returned: success
  type: list
  elements: dict
  sample:
    - check: device_trust
      name: Iru's own Okta Device Trust is not in use
      status: ok
      detail: none of its profiles is on a device
      remedy: ""
      evidence: {}
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
  sample: [blueprints]
"""

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_preflight import IruPreflight, Wanted
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import iru_client, iru_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._preflight import result_of
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

_LISTS = ("blueprints", "profiles")

SPEC = ModuleSpec(
    options={
        **iru_options(),
        **{name: {"type": "list", "elements": "str", "default": []} for name in _LISTS},
    },
)


def run(task: Task) -> dict[str, Any]:
    """Check the tenant."""
    return result_of(IruPreflight(iru_client(task), Wanted(**{name: task.params[name] for name in _LISTS})).checks())


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
