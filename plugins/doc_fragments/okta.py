# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that every Okta module shares."""

from __future__ import annotations


class ModuleDocFragment:
    """Connection to an Okta org."""

    DOCUMENTATION = r"""
options:
  url:
    description:
      - Address of the org, such as V(https://example.okta.com), without a path. Not the admin console's address.
      - Plain http is accepted for the loopback interface only.
      - Falls back to the environment variable E(OKTA_URL).
    type: str
    required: true
  token:
    description:
      - API token (SSWS). It has the rights of the admin who made it, and dies after 30 days without use, and when that
        admin is deactivated.
      - Falls back to the environment variable E(OKTA_TOKEN). Together with O(client_id), from wherever they come, it is
        refused, so that nobody signs in as somebody else than meant.
    type: str
  client_id:
    description:
      - Client id of an OAuth 2.0 service app (API Services) that signs in with a private key. Only the scopes that a
        module needs are asked for, in check mode only those for reading; each module lists them in its notes. The app
        also needs an admin role.
      - If the app demands proof of possession (DPoP), which new apps do, it is given.
      - If this machine's clock is wrong by more than a minute, the server's time is used, and a warning tells it.
      - Falls back to the environment variable E(OKTA_CLIENT_ID).
    type: str
  private_key:
    description:
      - Private key of the service app, RSA or elliptic curve (P-256, P-384, P-521), as PEM or as JWK, not encrypted.
      - Falls back to the environment variable E(OKTA_PRIVATE_KEY).
    type: str
  private_key_file:
    description:
      - File that holds the private key, instead of O(private_key).
      - Falls back to the environment variable E(OKTA_PRIVATE_KEY_FILE).
    type: path
  key_id:
    description:
      - Id (C(kid)) of the key, needed where the service app has more than one. Taken from the JWK if it has one.
      - Falls back to the environment variable E(OKTA_KEY_ID).
    type: str
  ca_file:
    description:
      - File of certificate authorities (PEM) to trust instead of the system's own, for a proxy that inspects TLS or the
        sandbox. Verification cannot be switched off.
      - Falls back to the environment variable E(OKTA_CA_FILE).
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
