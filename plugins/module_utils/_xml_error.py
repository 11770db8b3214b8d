# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an object storage says of a refusal: Amazon's answers are XML with ``Code`` and ``Message``."""

from __future__ import annotations

import re


def code_and_message(text: str) -> tuple[str, str]:
    """Both, empty where they are missing."""
    return _element(text, "Code"), _element(text, "Message")


def _element(text: str, name: str) -> str:
    found = re.search(f"<{name}>([^<]*)</{name}>", text)
    return found[1] if found else ""
