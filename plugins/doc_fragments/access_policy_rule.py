# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that describe a rule of an app sign-in policy, alone and as elements of a list."""

from __future__ import annotations

import textwrap

_CONDITIONS = r"""
device:
  description: Condition on the device.
  type: dict
  suboptions:
    registered:
      description: V(true) for devices that are registered with Okta Verify, V(false) for devices of any kind.
      type: bool
    managed:
      description:
        - V(true) for devices with management attestation, V(false) for those without.
        - Needs O(device.registered=true).
      type: bool
    assurance:
      description: Names or ids of device assurance policies, of which the device must meet one.
      type: list
      elements: str
platforms:
  description:
    - Platforms that the rule is for; an empty list stands for all.
    - Each is one of V(macos), V(windows), V(chromeos), V(linux), V(ios), V(android), or a dictionary with C(os) (such a
      name, V(any) or V(other)), and where wanted C(type) (V(desktop), V(mobile), V(other), V(any)), C(expression) (what
      other system V(other) stands for) and C(version), as Okta's API has it.
  type: list
  elements: raw
exclude_platforms:
  description: Platforms that the rule is not for, as in O(platforms).
  type: list
  elements: raw
groups:
  description: Names or ids of the groups that the rule is for.
  type: list
  elements: str
exclude_groups:
  description: Names or ids of the groups that the rule is not for.
  type: list
  elements: str
users:
  description: Logins or ids of the users that the rule is for.
  type: list
  elements: str
exclude_users:
  description: Logins or ids of the users that the rule is not for.
  type: list
  elements: str
user_types:
  description: Names or ids of the user types that the rule is for.
  type: list
  elements: str
exclude_user_types:
  description: Names or ids of the user types that the rule is not for.
  type: list
  elements: str
network:
  description: Condition on the network.
  type: dict
  suboptions:
    connection:
      description: V(zone) if O(network.include) or O(network.exclude) is set, else V(anywhere), if unset.
      type: str
      choices: [anywhere, zone, on_network, off_network]
    include:
      description: Names or ids of network zones that the rule is for.
      type: list
      elements: str
    exclude:
      description: Names or ids of network zones that the rule is not for.
      type: list
      elements: str
risk:
  description: Risk level that the rule is for. Levels other than V(any) are refused by orgs without risk scoring.
  type: str
  choices: [any, low, medium, high]
expression:
  description: Condition in Okta's expression language; an empty text removes it.
  type: str
conditions:
  description:
    - Conditions as Okta's API has them, for what the options above do not cover.
    - Each one that is named replaces the one of the rule as a whole, V(null) removes it, the others stay.
  type: dict
"""

_ACTIONS = r"""
access:
  description: Whether the rule lets in or keeps out. V(allow) for a new rule if unset.
  type: str
  choices: [allow, deny]
require:
  description:
    - What a user must show.
    - V(managed_fastpass) is FastPass with a key in hardware and a biometric or PIN, for a rule that is for managed
      devices only.
    - V(fastpass) is any factor that is phishing resistant and bound to the device, V(fastpass_only) the method FastPass
      and no other.
    - V(phishing_resistant) is any phishing resistant factor.
    - V(two_factors) is any two factors, V(password_and_another) a password and any other.
    - V(possession) is any one factor that the user has, V(password) the password alone, V(one_factor) any one factor.
  type: str
  choices:
    - managed_fastpass
    - fastpass
    - fastpass_only
    - phishing_resistant
    - two_factors
    - password_and_another
    - possession
    - password
    - one_factor
constraints:
  description:
    - What a user must show, as Okta's API has it, instead of O(require). One of the alternatives must be met, and in an
      alternative both C(knowledge) and C(possession) where both are there.
    - Both may have C(required), C(types), C(methods), C(reauthenticateIn), C(authenticationMethods) and
      C(excludedAuthenticationMethods); C(possession) also C(deviceBound), C(hardwareProtection), C(phishingResistant),
      C(userPresence), C(userVerification) (each V(REQUIRED) or V(OPTIONAL)) and C(userVerificationMethods).
    - Other keys are refused here, as Okta would drop them without a word; O(actions) takes any.
  type: list
  elements: dict
chains:
  description:
    - What a user must show, as chains of methods of which one must be gone through, instead of O(require). At most five
      chains of at most three steps.
    - Each chain is a list of steps, each step a method such as V(okta_verify/signed_nonce), or a dictionary with
      C(methods), a list of methods of which one is used, and C(reauthenticate_in). A method may be a dictionary with
      C(key), C(method), C(id), C(hardwareProtection), C(phishingResistant), C(userVerification) and
      C(userVerificationMethods).
    - The methods of Okta Verify may be named by the key C(okta_verify) or by C(okta_verify_fastpass),
      C(okta_verify_push) and C(okta_verify_totp); what the org takes is sent.
  type: list
  elements: list
id_proofing:
  description: Identity verification by a third party, as Okta's API has it without C(type), instead of O(require).
  type: dict
factor_mode:
  description: Number of factors. What O(require) says, else V(2FA), for a new rule if unset.
  type: str
  choices: [1FA, 2FA]
reauthenticate_in:
  description: After what time a user must sign in again, as ISO 8601 duration. Okta takes V(PT12H) for a new rule.
  type: str
inactivity_period:
  description: After what time without activity a user must sign in again, as ISO 8601 duration.
  type: str
keep_me_signed_in:
  description: Whether users may choose, after they have signed in, to stay signed in.
  type: dict
  suboptions:
    allowed:
      description: Whether they are asked.
      type: bool
    prompt_frequency:
      description: How often they are asked, as ISO 8601 duration. Needs O(keep_me_signed_in.allowed=true).
      type: str
actions:
  description:
    - Actions as Okta's API has them, instead of O(access), O(require) and the like.
    - Each key of C(appSignOn) replaces the one of the rule as a whole.
  type: dict
"""


def _options(text: str, depth: int = 1) -> str:
    return textwrap.indent(text.strip("\n"), "  " * depth) + "\n"


def _inside(text: str, option: str) -> str:
    """The text with its references to options as they are called inside another one."""
    return text.replace("O(", f"O({option}.")


class ModuleDocFragment:
    """A rule of an app sign-in policy."""

    # With their types, since ansible-test's yamllint takes assignments without one for literals, and fails on others.
    DOCUMENTATION: str = "options:\n" + _options(_CONDITIONS) + _options(_ACTIONS)

    LISTED: str = f"""
options:
  rules:
    description: The rules, in the order of evaluation. Of a rule that exists only what is set is compared and changed.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the rule.
        type: str
        required: true
      state:
        description:
          - V(present) leaves an existing rule switched on or off as it is and makes a new one active.
          - V(enabled) and V(disabled) also see to it that Okta shows it as active or inactive.
        type: str
        choices: [present, absent, enabled, disabled]
        default: present
{_options(_inside(_CONDITIONS, "rules[]"), 3)}{_options(_inside(_ACTIONS, "rules[]"), 3)}
  catch_all:
    description: What the Catch-all Rule does, which decides about everybody whom no other rule holds for.
    type: dict
    suboptions:
{_options(_inside(_ACTIONS, "catch_all"), 3)}
"""
