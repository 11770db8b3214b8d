# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signs in to Okta with an API token (SSWS), which has the rights of the admin who made it."""

from __future__ import annotations

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import ApiError
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import HeaderAuth

_ADVICE = {
    "E0000011": "The API token is wrong, was revoked, or is dead: that happens after 30 days without use, and when its "
    "owner is deactivated. It may also be bound to other IP addresses than this machine's. Check it under Security, "
    "API, Tokens, or create a new one.",
    "E0000006": "An API token may do what its owner may, the admin who made it: that admin lacks the role for this, or "
    "lost it. Give the owner the role back, or create a new token as somebody who has it.",
}


class ApiToken(HeaderAuth):
    """Signs requests with the token."""

    def __init__(self, token: str) -> None:
        super().__init__(lambda: f"SSWS {token}")

    def advice(self, refusal: ApiError) -> str:
        """What to do about a token that is dead, or whose owner lacks a role."""
        return _ADVICE.get(str(refusal.code), "")
