# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that every plugin of this collection that talks to Iru shares."""

from __future__ import annotations


class ModuleDocFragment:
    """Connection to an Iru (formerly Kandji) tenant, for plugins that are no modules."""

    DOCUMENTATION = r"""
options:
  url:
    description:
      - Address of the tenant's API, such as V(https://example.api.kandji.io), V(https://example.api.eu.kandji.io) or
        V(https://example.api.iru.com), without a path.
      - Plain http is accepted for the loopback interface only.
    type: str
    required: true
    env:
      - name: IRU_URL
  token:
    description:
      - API token, made in Iru under Access, API tokens. Take it from the environment or a lookup, so that it is in no
        file.
    type: str
    required: true
    env:
      - name: IRU_TOKEN
  ca_file:
    description:
      - File of certificate authorities (PEM) to trust instead of the system's own, for a proxy that inspects TLS or the
        sandbox. Verification cannot be switched off.
    type: path
    env:
      - name: IRU_CA_FILE
  timeout:
    description: Seconds to wait for a connection, and between two pieces of an answer.
    type: float
    default: 30.0
  retries:
    description: How often a request that failed for a passing reason is repeated.
    type: int
    default: 4
  rate_limit_patience:
    description: The longest wait in seconds that the service's rate limit may ask for before it is a failure instead.
    type: float
    default: 300.0
requirements:
  - requests >= 2.25
"""
