#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads endpoint-security integrations."""

from __future__ import annotations

DOCUMENTATION = r"""
module: okta_device_integration_info
short_description: Read the endpoint-security integrations of an Okta org
version_added: 0.1.0
description:
  - Lists the integrations that bring signals of endpoint-security products to Okta, and whether each is active.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.okta
  - okta_iru.attestation.attributes.info
notes:
  - Least scope is C(okta.deviceIntegrations.read).
options:
  name:
    description: Only integrations of this name, such as V(com.crowdstrike.zta), or display name.
    type: str
  platform:
    description: Only integrations for this platform.
    type: str
    choices: [macos, windows, ios, android, chromeos]
  id:
    description: Only the integration of this id.
    type: str
seealso:
  - module: okta_iru.attestation.okta_device_integration
"""

EXAMPLES = r"""
- name: Is CrowdStrike active on Macs
  okta_iru.attestation.okta_device_integration_info:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    name: com.crowdstrike.zta
    platform: macos
  register: crowdstrike
"""

RETURN = r"""
device_integrations:
  description: The integrations that match, none if there is none.
  returned: success
  type: list
  elements: dict
  sample:
    - id: din1a2b3c4d5e6f7g8h9
      name: com.crowdstrike.zta
      displayName: CrowdStrike
      platform: MACOS
      status: ACTIVE
"""

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import shown
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_device_integrations import (
    PLATFORMS,
    list_integrations,
    matching,
)
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
    """Read the integrations."""
    known = list_integrations(okta_client(task, ("okta.deviceIntegrations.read",)))
    return {"device_integrations": [shown(one) for one in matching(known, task.params)]}


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
