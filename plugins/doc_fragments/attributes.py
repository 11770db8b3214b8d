# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module supports."""

from __future__ import annotations


class ModuleDocFragment:
    """Attributes of writing modules; the INFO part is for modules that only read."""

    DOCUMENTATION = r"""
attributes:
  check_mode:
    description: Can run without writing, and then predicts every write of the real run.
    support: full
  diff_mode:
    description: Shows what changes, limited to what the task manages; secrets are masked.
    support: full
  idempotent:
    description: A second run with the same options writes nothing.
    support: full
"""

    INFO = r"""
attributes:
  check_mode:
    description: Only reads, so a run in check mode is the same.
    support: full
  diff_mode:
    description: Changes nothing, so there is nothing to show.
    support: N/A
  idempotent:
    description: Changes nothing.
    support: full
"""
