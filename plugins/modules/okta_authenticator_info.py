#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads authenticators."""

from __future__ import annotations

DOCUMENTATION = r"""
module: okta_authenticator_info
short_description: Read the authenticators of an Okta org
version_added: 0.1.0
description:
  - Lists the authenticators, such as Okta Verify, with status and settings, and on request with their methods. FastPass
    is the method V(signed_nonce) of Okta Verify.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.okta
  - okta_iru.attestation.attributes.info
notes:
  - Least scope is C(okta.authenticators.read).
options:
  key:
    description:
      - Only authenticators of this key, such as V(okta_verify) or V(webauthn). Several may have one.
      - Okta Verify is V(okta_verify) here also in orgs whose rules name it V(okta_verify_fastpass).
    type: str
  name:
    description: Only authenticators of this name.
    type: str
  id:
    description: Only the authenticator of this id.
    type: str
  methods:
    description: Read the methods too, by one more request for each authenticator that is returned.
    type: bool
    default: false
seealso:
  - module: okta_iru.attestation.okta_authenticator
"""

EXAMPLES = r"""
- name: How Okta Verify is set up
  okta_iru.attestation.okta_authenticator_info:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    key: okta_verify
    methods: true
  register: found

- name: FastPass must be on
  ansible.builtin.assert:
    that: found.authenticators[0].methods.signed_nonce.status == 'ACTIVE'
"""

RETURN = r"""
authenticators:
  description: The authenticators that match, none if there is none. C(methods) is there only if they were asked for.
  returned: success
  type: list
  elements: dict
  sample:
    - id: aut1a2b3c4d5e6f7g8h9
      key: okta_verify
      name: Okta Verify
      type: app
      status: ACTIVE
      settings: {userVerification: PREFERRED, compliance: {fips: OPTIONAL}}
      methods:
        signed_nonce: {status: ACTIVE, settings: {keyProtection: ANY, showSignInWithOV: NEVER}}
"""

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_authenticators import (
    list_authenticators,
    list_methods,
    shown_authenticator,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import okta_client, okta_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

_FILTERS = ("key", "name", "id")

SPEC = ModuleSpec(
    options={
        **okta_options(),
        "key": {"type": "str", "no_log": False},
        "name": {"type": "str"},
        "id": {"type": "str"},
        "methods": {"type": "bool", "default": False},
    },
)


def run(task: Task) -> dict[str, Any]:
    """Read the authenticators."""
    options = task.params
    client = okta_client(task, ("okta.authenticators.read",))
    chosen = [
        one for one in list_authenticators(client) if all(options[name] in (None, one.get(name)) for name in _FILTERS)
    ]
    return {
        "authenticators": [
            shown_authenticator(one, list_methods(client, one) if options["methods"] else None) for one in chosen
        ]
    }


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
