# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of modules that list any number of objects. Named before the fragment of the attributes, which it refines."""

from __future__ import annotations


class ModuleDocFragment:
    """Which fields of each object are returned, and where to."""

    DOCUMENTATION = r"""
attributes:
  check_mode:
    description: Reads the same, but writes no O(output_file).
    support: full
  idempotent:
    description: Changes nothing at the service. Writing O(output_file) anew with the same objects is no change.
    support: full
options:
  fields:
    description: Return of each object only these fields. What is returned is kept in memory; a few fields need little.
    type: list
    elements: str
  output_file:
    description: >-
      Write the objects to this file, one JSON object a line, instead of returning them, for which any number of them
      needs the memory of one page. It is replaced when all have been read, and only its owner can read it.
    type: path
"""
