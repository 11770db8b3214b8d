# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of what can be shown in Iru's Self Service."""

from __future__ import annotations


class ModuleDocFragment:
    """Place of a custom app or custom script in Self Service."""

    DOCUMENTATION = r"""
options:
  show_in_self_service:
    description: Whether users find it in Self Service. V(false) for what is created if unset.
    type: bool
  self_service_category:
    description: Name or id of the Self Service category. Needed with O(show_in_self_service=true).
    type: str
  self_service_recommended:
    description: Whether Self Service shows it as recommended.
    type: bool
"""
