#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what an Okta org is."""

from __future__ import annotations

DOCUMENTATION = r"""
module: okta_org_info
short_description: Read what an Okta org is and whether FastPass is on
version_added: 0.1.0
description:
  - Tells Identity Engine from Classic Engine, which has neither app sign-in policies nor FastPass, and so can never
    have management attestation.
  - Tells the state of Okta Verify and of each of its methods.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.okta
  - okta_iru.attestation.attributes.info
notes:
  - Least scopes are C(okta.orgs.read) for V(org), C(okta.authenticators.read) for V(authenticators) and
    C(okta.domains.read) for V(domains) in O(gather). With an empty O(gather) no token is needed.
options:
  gather:
    description:
      - What to read besides the public description of the org, which is always read.
      - V(authenticators) is not read from a Classic Engine org.
      - V(domains) adds the custom domains to RV(hosts).
    type: list
    elements: str
    choices: [org, authenticators, domains]
    default: [org, authenticators]
  require_identity_engine:
    description: Fail if the org is not on Identity Engine.
    type: bool
    default: false
seealso:
  - module: okta_iru.attestation.okta_endpoint_management
"""

EXAMPLES = r"""
- name: Stop early if attestation is impossible
  okta_iru.attestation.okta_org_info:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    require_identity_engine: true
  register: okta_org

- name: FastPass must be on
  ansible.builtin.assert:
    that: okta_org.fastpass

- name: Which kind of org is it, without a token
  okta_iru.attestation.okta_org_info:
    url: https://example.okta.com
    gather: []
"""

RETURN = r"""
id:
  description: Id of the org.
  returned: success
  type: str
  sample: 00o1a2b3c4d5e6f7g8h9
pipeline:
  description: V(idx) for Identity Engine, V(v1) for Classic Engine.
  returned: success
  type: str
  sample: idx
identity_engine:
  description: Whether the org is on Identity Engine.
  returned: success
  type: bool
  sample: true
hosts:
  description:
    - Host names of the org that are known, first that of O(url), then that by which the org calls itself. With
      V(domains) in O(gather) also its own at Okta and its custom domains whose DNS records were verified.
  returned: success
  type: list
  elements: str
  sample: [example.okta.com]
subdomain:
  description: Name of the org in its address.
  returned: when V(org) is in O(gather)
  type: str
  sample: example
company_name:
  description: Name of the company.
  returned: when V(org) is in O(gather)
  type: str
  sample: Example Inc.
status:
  description: Status of the org.
  returned: when V(org) is in O(gather)
  type: str
  sample: ACTIVE
okta_verify:
  description: The authenticator Okta Verify; V(null) if the org does not have it.
  returned: when V(authenticators) is in O(gather) and the org is on Identity Engine
  type: dict
  sample:
    id: aut1a2b3c4d5e6f7g8h9
    status: ACTIVE
    methods: {totp: ACTIVE, push: INACTIVE, signed_nonce: ACTIVE}
    settings: {userVerification: PREFERRED}
fastpass:
  description: Whether users can sign in with FastPass, which is the method C(signed_nonce) of Okta Verify.
  returned: when V(authenticators) is in O(gather) and the org is on Identity Engine
  type: bool
  sample: true
"""

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import Refused
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_org import (
    CLASSIC,
    IDENTITY_ENGINE,
    distinct,
    has_fastpass,
    read_domains,
    read_okta_verify,
    read_org,
    read_pipeline,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import (
    okta_anonymous_client,
    okta_client,
    okta_options,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

_SCOPES = {"org": "okta.orgs.read", "authenticators": "okta.authenticators.read", "domains": "okta.domains.read"}

SPEC = ModuleSpec(
    options={
        **okta_options(),
        "gather": {"type": "list", "elements": "str", "choices": list(_SCOPES), "default": ["org", "authenticators"]},
        "require_identity_engine": {"type": "bool", "default": False},
    },
)


def run(task: Task) -> dict[str, Any]:
    """Read the org."""
    result = read_pipeline(okta_anonymous_client(task))
    result["identity_engine"] = result["pipeline"] == IDENTITY_ENGINE
    if not result["identity_engine"]:
        _classic(task, result["pipeline"])
    gather = [part for part in task.params["gather"] if result["identity_engine"] or part != "authenticators"]
    if gather:
        client = okta_client(task, tuple(_SCOPES[part] for part in gather))
        if "org" in gather:
            result.update(read_org(client))
        if "authenticators" in gather:
            verify = read_okta_verify(client)
            result.update(okta_verify=verify, fastpass=has_fastpass(verify))
        if "domains" in gather:
            result["hosts"] = distinct([*result["hosts"], *read_domains(client)])
    return result


def _classic(task: Task, pipeline: str) -> None:
    kind = "a Classic Engine org" if pipeline == CLASSIC else f"of the kind {pipeline!r}, not Identity Engine"
    text = (
        f"The Okta org at {task.params['url']} is {kind}. FastPass, device registration and app sign-in policies, on "
        "which management attestation rests, exist on Identity Engine only. Ask Okta for the upgrade, or check the url."
    )
    if task.params["require_identity_engine"]:
        raise Refused(text, pipeline=pipeline)
    task.warn(text)


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
