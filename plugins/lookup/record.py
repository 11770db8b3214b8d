# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what the collection made on a tenant."""

from __future__ import annotations

DOCUMENTATION = r"""
name: record
short_description: Read the record of what this collection made on a tenant
version_added: 0.1.0
description:
  - Tasks of this collection write what they made or changed into the file that the variable
    C(okta_iru_attestation_record) names. This reads it, the latest object first, which is the order in which things can
    be taken away.
  - A file that is not there is a record of nothing.
author:
  - okta_iru.attestation contributors (@okta-iru)
options:
  _terms:
    description: Path of the record.
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- name: Show what was made
  ansible.builtin.debug:
    msg: "{{ query('okta_iru.attestation.record', okta_iru_attestation_record) }}"
"""

RETURN = r"""
_list:
  description: The objects that are not as they were before the first run.
  type: list
  elements: dict
  contains:
    kind:
      description: Name of the module that made or changed it.
      type: str
    at:
      description: Base URL of its service.
      type: str
    id:
      description: Its id; of something inside something else both, with a slash between.
      type: str
    name:
      description: Its name.
      type: str
    was:
      description: What it was before, as far as needed to restore it. V(null) if it was not there.
      type: raw
    now:
      description: What it was made, in the same terms. V(null) if it was taken away.
      type: raw
"""

from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible_collections.okta_iru.attestation.plugins.module_utils import _record
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import AttestationError


class LookupModule(LookupBase):
    """Reads records."""

    def run(self, terms: list[str], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[dict[str, Any]]:
        """The objects of all named records, the latest first."""
        self.set_options(var_options=variables, direct=kwargs)
        try:
            return [one for path in terms for one in reversed(_record.read(path))]
        except AttestationError as error:
            raise AnsibleLookupError(error.message) from None
