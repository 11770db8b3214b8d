#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Switches one endpoint-security integration."""

from __future__ import annotations

DOCUMENTATION = r"""
module: okta_device_integration
short_description: Switch an endpoint-security integration of an Okta org on or off
version_added: 0.1.0
description:
  - Activates or deactivates an integration that brings signals of an endpoint-security product, such as CrowdStrike, to
    device assurance policies and expressions of rules.
  - These are not the endpoint-management platforms of management attestation, see
    M(okta_iru.attestation.okta_endpoint_management).
  - Okta has no API that adds or removes an integration. That is done in the Admin Console under Security, Device
    Integrations, Endpoint security.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.okta
  - okta_iru.attestation.attributes
notes:
  - Least scopes are C(okta.deviceIntegrations.read) and C(okta.deviceIntegrations.manage).
options:
  name:
    description: Name of the integration such as V(com.crowdstrike.zta), or its display name.
    type: str
  platform:
    description: Platform of the integration, needed where one name has several.
    type: str
    choices: [macos, windows, ios, android, chromeos]
  id:
    description: Id of the integration, instead of O(name).
    type: str
  state:
    description: Whether the integration is active.
    type: str
    choices: [enabled, disabled]
    default: enabled
seealso:
  - module: okta_iru.attestation.okta_device_integration_info
  - module: okta_iru.attestation.okta_device_assurance
"""

EXAMPLES = r"""
- name: Signals of CrowdStrike on Macs
  okta_iru.attestation.okta_device_integration:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    name: com.crowdstrike.zta
    platform: macos
"""

RETURN = r"""
device_integration:
  description: The integration as it is now.
  returned: success
  type: dict
  sample:
    id: din1a2b3c4d5e6f7g8h9
    name: com.crowdstrike.zta
    displayName: CrowdStrike
    platform: MACOS
    status: ACTIVE
changes:
  description: What was made, changed or removed, with its state before and now, as the record of the tenant keeps it.
  returned: when something changed
  type: list
  elements: dict
  sample: [{kind: okta_device_integration, id: din1a2b3c4d5e6f7g8h9, name: com.crowdstrike.zta, was: null, now: {}}]
writes:
  description: The requests that changed something, or in check mode would have.
  returned: success
  type: list
  elements: dict
  sample: [{method: POST, path: /api/v1/device-integrations/din1a2b3c4d5e6f7g8h9/lifecycle/activate}]
"""

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import shown
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_device_integrations import (
    ACTIVE,
    DEACTIVATED,
    PLATFORMS,
    choose_integration,
    list_integrations,
    switch_integration,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import okta_client, okta_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

SPEC = ModuleSpec(
    options={
        **okta_options(),
        "name": {"type": "str"},
        "platform": {"type": "str", "choices": list(PLATFORMS)},
        "id": {"type": "str"},
        "state": {"type": "str", "choices": ["enabled", "disabled"], "default": "enabled"},
    },
    required_one_of=[("name", "id")],
    mutually_exclusive=[("name", "id")],
)


def run(task: Task) -> dict[str, Any]:
    """Switch the integration."""
    options = task.params
    client = okta_client(task, ("okta.deviceIntegrations.read", "okta.deviceIntegrations.manage"))
    found = choose_integration(list_integrations(client), options)
    now = switch_integration(client, found, ACTIVE if options["state"] == "enabled" else DEACTIVATED)
    was, is_now = ({"status": one["status"]} for one in (found, now))
    task.note("okta_device_integration", client.base_url, found["id"], found["name"], was=was, now=is_now)
    title = f"device integration {found['name']} for {found['platform'].lower()}"
    diff = ({"status": found["status"]}, {"status": now["status"]}) if client.writes else ({}, {})
    return task.written(client.writes, title, diff, device_integration=shown(now))


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
