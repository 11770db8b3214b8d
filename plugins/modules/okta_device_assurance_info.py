#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads device assurance policies."""

from __future__ import annotations

DOCUMENTATION = r"""
module: okta_device_assurance_info
short_description: Read the device assurance policies of an Okta org
version_added: 0.1.0
description:
  - Lists what computers and phones must have where a rule of an app sign-in policy asks for device assurance.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.okta
  - okta_iru.attestation.attributes.info
notes:
  - Least scope is C(okta.deviceAssurance.read).
options:
  name:
    description: Only policies of this name. Names need not be unique in Okta.
    type: str
  platform:
    description: Only policies for this platform.
    type: str
    choices: [macos, windows, ios, android, chromeos]
  id:
    description: Only the policy of this id.
    type: str
seealso:
  - module: okta_iru.attestation.okta_device_assurance
"""

EXAMPLES = r"""
- name: What Macs must have
  okta_iru.attestation.okta_device_assurance_info:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    platform: macos
  register: macs
"""

RETURN = r"""
device_assurances:
  description: The policies that match, in the spelling of Okta's API; none if there is none.
  returned: success
  type: list
  elements: dict
  sample:
    - id: dae1a2b3c4d5e6f7g8h9
      name: Company Macs
      platform: MACOS
      osVersion: {minimum: "15.1"}
      diskEncryptionType: {include: [ALL_INTERNAL_VOLUMES]}
      displayRemediationMode: HIDE
"""

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import shown
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_device_assurance import list_assurances
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_device_assurance_body import PLATFORMS
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import okta_client, okta_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

SPEC = ModuleSpec(
    options={
        **okta_options(),
        "name": {"type": "str"},
        "platform": {"type": "str", "choices": list(PLATFORMS)},
        "id": {"type": "str"},
    },
)


def run(task: Task) -> dict[str, Any]:
    """Read the policies."""
    options = task.params
    platform = options["platform"] and options["platform"].upper()
    wanted = {"name": options["name"], "platform": platform, "id": options["id"]}
    known = list_assurances(okta_client(task, ("okta.deviceAssurance.read",)))
    return {
        "device_assurances": [
            shown(one) for one in known if all(value in (None, one.get(key)) for key, value in wanted.items())
        ]
    }


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
