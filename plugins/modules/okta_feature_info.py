#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads self-service features of an Okta org."""

from __future__ import annotations

DOCUMENTATION = r"""
module: okta_feature_info
short_description: Read which features an Okta org may switch on itself, and which are on
version_added: 0.1.0
description:
  - Lists early-access and beta features that administrators of the org may switch on or off. What Okta's support
    switches, and what a licence brings, is not among them.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.okta
  - okta_iru.attestation.attributes.info
notes:
  - Least scope is C(okta.features.read).
options:
  features:
    description: Names or ids of the features. Without it all are returned.
    type: list
    elements: str
  must_exist:
    description: Fail if the org has no such feature. Otherwise it is listed in RV(unknown).
    type: bool
    default: true
  enabled:
    description: Only features that are on, or only those that are off.
    type: bool
  relations:
    description:
      - Read of each feature which others must be on for it, and for which others it must be on. Takes two requests a
        feature, so name the features.
    type: bool
    default: false
seealso:
  - module: okta_iru.attestation.okta_org_info
"""

EXAMPLES = r"""
- name: Does the org call the methods of Okta Verify by their new names
  okta_iru.attestation.okta_feature_info:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    features: [Flexible Okta Verify authenticator configuration]
    must_exist: false
  register: flexible

- name: Everything that somebody switched on
  okta_iru.attestation.okta_feature_info:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    enabled: true
"""

RETURN = r"""
features:
  description: The features, in the order of O(features) or of Okta.
  returned: success
  type: list
  elements: dict
  sample:
    - id: ftr1a2b3c4d5e6f7g8h9
      name: Custom remediation for device assurance
      description: Own instructions for users whose device does not comply.
      enabled: false
      status: DISABLED
      stage: EA
      state: null
      dependencies: [Device posture provider]
      dependents: []
  contains:
    stage:
      description: V(EA) or V(BETA).
      type: str
    state:
      description: Whether a beta is V(OPEN) or V(CLOSED).
      type: str
    dependencies:
      description: Names of features that must be on for this one, if O(relations).
      type: list
      elements: str
    dependents:
      description: Names of features that this one must be on for, if O(relations).
      type: list
      elements: str
unknown:
  description: Those of O(features) that the org does not have, with the names of features that resemble them.
  returned: when O(features) is given
  type: list
  elements: dict
  sample:
    - reference: Flexible Okta Verify
      suggestions: [Flexible Okta Verify authenticator configuration]
"""

from functools import partial
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import choose, closest, unknown_ones
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_features import read_features, with_relations
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import okta_client, okta_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

SPEC = ModuleSpec(
    options={
        **okta_options(),
        "features": {"type": "list", "elements": "str"},
        "must_exist": {"type": "bool", "default": True},
        "enabled": {"type": "bool"},
        "relations": {"type": "bool", "default": False},
    },
)


def run(task: Task) -> dict[str, Any]:
    """Read the features."""
    options = task.params
    client = okta_client(task, ("okta.features.read",))
    features = every = read_features(client)
    result: dict[str, Any] = {}
    if options["features"] is not None:
        features, missing = choose(every, options["features"], "feature", lambda feature: feature["name"])
        names = [str(feature["name"]) for feature in every]
        suggest = partial(closest, known=names)
        result["unknown"] = unknown_ones("feature", missing, suggest, must_exist=options["must_exist"])
    features = [feature for feature in features if options["enabled"] in (None, feature["enabled"])]
    result["features"] = [with_relations(client, each) if options["relations"] else each for each in features]
    return result


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
