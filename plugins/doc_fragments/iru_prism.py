# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that say which rows of Iru's inventory (Prism) are meant."""

from __future__ import annotations


class ModuleDocFragment:
    """A category, and which of its rows."""

    DOCUMENTATION = r"""
options:
  category:
    description: What to read.
    type: str
    required: true
    choices:
      - activation_lock
      - application_firewall
      - apps
      - cellular
      - certificates
      - desktop_and_screensaver
      - device_information
      - filevault
      - gatekeeper_and_xprotect
      - installed_profiles
      - kernel_extensions
      - launch_agents_and_daemons
      - local_users
      - startup_settings
      - system_extensions
      - transparency_database
  filter:
    description:
      - Conditions that a row has to fulfil, all of them, for each key an operator with its value. Any key of the
        category may be used but C(blueprint_id) and C(device__family), for which there are O(blueprints) and
        O(device_families).
      - Operators are C(eq) and C(is_null) (boolean), C(in), C(not_in), C(like), C(not_like) (list of texts), C(lt),
        C(gt), C(lte), C(gte) (date), and C(or) around two dates.
    type: dict
  blueprints:
    description: Only devices on these Blueprints (names or ids).
    type: list
    elements: str
  device_families:
    description: Only devices of these families.
    type: list
    elements: str
    choices: [Mac, iPhone, iPad, tvOS]
"""
