# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that every Iru module shares."""

from __future__ import annotations


class ModuleDocFragment:
    """Connection to an Iru (formerly Kandji) tenant."""

    DOCUMENTATION = r"""
options:
  url:
    description:
      - Address of the tenant's API, such as V(https://example.api.kandji.io), V(https://example.api.eu.kandji.io) or
        V(https://example.api.iru.com), without a path.
      - Plain http is accepted for the loopback interface only.
      - Falls back to the environment variable E(IRU_URL).
    type: str
    required: true
  token:
    description:
      - API token, made in Iru under Access, API tokens, with the permissions that each module lists in its notes.
      - Falls back to the environment variable E(IRU_TOKEN).
    type: str
    required: true
  ca_file:
    description:
      - File of certificate authorities (PEM) to trust instead of the system's own, for a proxy that inspects TLS or the
        sandbox. Verification cannot be switched off.
      - Falls back to the environment variable E(IRU_CA_FILE).
    type: path
  timeout:
    description: Seconds to wait for a connection, and between two pieces of an answer.
    type: float
    default: 30.0
  retries:
    description:
      - How often a request that failed for a passing reason is repeated. A write whose outcome is unknown is never
        repeated blindly; it is read back first.
    type: int
    default: 4
  rate_limit_patience:
    description: The longest wait in seconds that the service's rate limit may ask for before the task fails instead.
    type: float
    default: 300.0
requirements:
  - requests >= 2.25
"""
