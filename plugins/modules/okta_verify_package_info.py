#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads which Okta Verify is the newest."""

from __future__ import annotations

DOCUMENTATION = r"""
module: okta_verify_package_info
short_description: Read version and SHA-256 of the newest Okta Verify of an Okta org
version_added: 0.1.0
description:
  - Reads the metadata of the package of Okta Verify that the org has for download.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.okta
  - okta_iru.attestation.attributes.info
notes:
  - No token and no scope is needed, and none is sent.
options:
  artifact:
    description: Okta's name of the artifact. Only V(OKTA_VERIFY_MACOS) is confirmed; of any other the module warns.
    type: str
    default: OKTA_VERIFY_MACOS
  release_channel:
    description: Release channel.
    type: str
    default: GA
seealso:
  - module: okta_iru.attestation.okta_verify_package
"""

EXAMPLES = r"""
- name: Which Okta Verify is the newest
  okta_iru.attestation.okta_verify_package_info:
    url: https://example.okta.com
  register: okta_verify
"""

RETURN = r"""
version:
  description: Version of Okta Verify.
  returned: success
  type: str
  sample: 9.71.0
files:
  description: Its files; C(sha256) is V(null) if Okta tells none.
  returned: success
  type: list
  elements: dict
  sample:
    - name: OktaVerify-9.71.0-6544-f312771.pkg
      url: https://example.okta.com/artifacts/OKTA_VERIFY_MACOS/9.71.0/OktaVerify-9.71.0-6544-f312771.pkg
      sha256: cd541e45d818eb45f5879ec9ea8b935e9241ec915b3130593eeb0998f08026f5
"""

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_artifacts import artifact_options, read_latest
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import okta_anonymous_client, okta_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

SPEC = ModuleSpec(options={**okta_options(), **artifact_options()})


def run(task: Task) -> dict[str, Any]:
    """Read the metadata."""
    return read_latest(okta_anonymous_client(task), task.params, task.warn)


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
