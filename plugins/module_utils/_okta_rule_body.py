# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the body of a rule of an app sign-in policy from the options of a module.

PUT replaces a rule as a whole. So the body starts from what is there, and only what the user set is changed.
"""

from __future__ import annotations

import copy

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput, Refused
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record, writable
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_actions import (
    MANAGED_PRESET,
    wanted_actions,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_compare import canonical
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_conditions import wanted_conditions


def wanted_body(options: Record, found: Record | None) -> Record:
    """The body that brings a rule in line: ``found``, or a new rule, with what the options set.

    ``options`` are those of `_okta_rule_options`, and ``name``, with every name of a group, user, user type, zone or
    assurance policy already replaced by its id. Has no ``priority`` for a new rule: Okta then puts it at the bottom,
    above the Catch-all Rule. Raises InvalidInput for what Okta would refuse, before anything is sent.
    """
    body: Record = writable(copy.deepcopy(found)) if found else {"type": "ACCESS_POLICY"}
    if options.get("name") is not None:
        body["name"] = options["name"]
    body["conditions"] = wanted_conditions(options, body.get("conditions") or {})
    body["actions"] = wanted_actions(options, body.get("actions") or {})
    _check(options, body)
    return body


def wanted_catch_all(options: Record, found: Record) -> Record:
    """The body that changes what the Catch-all Rule does, and nothing else of it.

    Okta demands its name, its priority and no conditions (okta/terraform-provider-okta, ``catch_all``).
    """
    body = {**writable(copy.deepcopy(found)), "conditions": None, "system": True}
    body["actions"] = wanted_actions(options, body.get("actions") or {})
    _check_access(body)
    return body


def require_confirmed_denial(body: Record, found: Record | None, *, confirmed: bool) -> None:
    """Raise Refused if the body newly keeps everybody out and the user did not say that this is meant.

    Everybody is who the Catch-all Rule is for, and a rule without any condition.
    """
    wanted = canonical(body)
    denies = wanted["actions"].get("appSignOn", {}).get("access") == "DENY"
    if not denies or wanted["conditions"] or confirmed:
        return
    before = canonical(found or {})
    if before["actions"].get("appSignOn", {}).get("access") == "DENY" and not before["conditions"]:
        return
    raise Refused(
        f"The rule {body.get('name')!r} would deny access to everybody whom no rule above it lets in. If that is "
        "meant, and a rule above lets in those who must not be locked out, say so with confirm_deny: true."
    )


def _check(options: Record, body: Record) -> None:
    device = body["conditions"].get("device") or {}
    if options.get("require") == MANAGED_PRESET and device.get("managed") is not True:
        raise InvalidInput(
            "require: managed_fastpass is for managed devices, but the rule would let in others as well. Add "
            "device: {registered: true, managed: true}, or choose require: fastpass."
        )
    _check_access(body)


def _check_access(body: Record) -> None:
    if not body["actions"].get("appSignOn", {}).get("access"):
        raise InvalidInput("actions must hold appSignOn with access ALLOW or DENY for a new rule.")
