#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps an authenticator and its methods as they should be."""

from __future__ import annotations

DOCUMENTATION = r"""
module: okta_authenticator
short_description: Manage an authenticator of an Okta org, such as Okta Verify with FastPass
version_added: 0.1.0
description:
  - Switches an authenticator and its methods on and off and changes their settings. FastPass, which management
    attestation rests on, is the method C(signed_nonce) of Okta Verify.
  - Only what is set here is compared and changed; all other settings are sent back to Okta as they were found.
  - Authenticators are not created or removed. Okta Verify is there in every Identity Engine org.
  - Okta refuses to switch off what policies still need; which policies those are is in the message.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.okta
  - okta_iru.attestation.attributes
notes:
  - Least scopes are C(okta.authenticators.read) and C(okta.authenticators.manage).
  - Check mode cannot tell whether Okta would refuse to switch something off, since only Okta knows which policies need
    it. It warns of that.
  - Rules that ask for FastPass lock out users who do not have it. Switch it on first, and write such rules later.
options:
  key:
    description:
      - Key of the authenticator, such as V(okta_verify) or V(webauthn).
      - In an org with the early-access feature "Flexible Okta Verify authenticator configuration", settings of Okta
        Verify are changed under V(okta_verify_fastpass), V(okta_verify_push) or V(okta_verify_totp); elsewhere these
        stand for V(okta_verify).
    type: str
  name:
    description: Name of the authenticator, instead of O(key).
    type: str
  id:
    description: Id of the authenticator, instead of O(key).
    type: str
  state:
    description: V(enabled) and V(disabled) switch the authenticator; V(present) leaves it as it is.
    type: str
    choices: [present, enabled, disabled]
    default: present
  fastpass:
    description: Whether users can sign in with FastPass. For Okta Verify.
    type: bool
  sign_in_button:
    description: Whether the sign-in page shows the button of FastPass. For Okta Verify.
    type: str
    choices: [always, never]
  key_protection:
    description: Whether the key of FastPass must be in secure hardware. For Okta Verify.
    type: str
    choices: [any, hardware]
  user_verification:
    description: Whether Okta Verify asks for a biometric or PIN when it is set up. For Okta Verify.
    type: str
    choices: [discouraged, preferred, required]
  user_verification_methods:
    description: What counts as user verification. For Okta Verify.
    type: list
    elements: str
    choices: [biometrics, pin]
  enrollment_security_level:
    description: V(high) allows phishing resistant ways to set up Okta Verify only. Not in all orgs. For Okta Verify.
    type: str
    choices: [any, high]
  fips:
    description: Whether Okta Verify must run on devices with FIPS compliant cryptography. For Okta Verify.
    type: str
    choices: [optional, required]
  number_challenge:
    description: When a push notification asks for a number. For Okta Verify.
    type: str
    choices: [never, high_risk_only, always]
  settings:
    description: Settings of the authenticator in the spelling of Okta's API, for what has no option here.
    type: dict
  methods:
    description: Methods of the authenticator, for what has no option here.
    type: list
    elements: dict
    suboptions:
      type: {description: Type of the method such as V(push)., type: str, required: true}
      state:
        description: V(enabled) and V(disabled) switch the method; V(present) leaves it as it is.
        type: str
        choices: [present, enabled, disabled]
        default: present
      settings: {description: Settings of the method in the spelling of Okta's API., type: dict, default: {}}
seealso:
  - module: okta_iru.attestation.okta_authenticator_info
  - module: okta_iru.attestation.okta_org_info
  - module: okta_iru.attestation.okta_access_policy_rule
"""

EXAMPLES = r"""
- name: FastPass on, with its button, for keys in hardware, with biometric or PIN
  okta_iru.attestation.okta_authenticator:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    key: okta_verify
    fastpass: true
    sign_in_button: always
    key_protection: hardware
    user_verification: required

- name: Push notifications with a number
  okta_iru.attestation.okta_authenticator:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    key: okta_verify
    number_challenge: always
    methods:
      - type: push
        state: enabled
"""

RETURN = r"""
authenticator:
  description: The authenticator as it is now, with its methods by type.
  returned: success
  type: dict
  sample:
    id: aut1a2b3c4d5e6f7g8h9
    key: okta_verify
    name: Okta Verify
    type: app
    status: ACTIVE
    settings: {userVerification: REQUIRED, compliance: {fips: OPTIONAL}}
    methods:
      signed_nonce: {status: ACTIVE, settings: {keyProtection: HARDWARE, showSignInWithOV: ALWAYS}}
changes:
  description: What was made, changed or removed, with its state before and now, as the record of the tenant keeps it.
  returned: when something changed
  type: list
  elements: dict
  sample: [{kind: okta_authenticator, id: aut1a2b3c4d5e6f7g8h9, name: Okta Verify, was: null, now: {}}]
writes:
  description: The requests that changed something, or in check mode would have.
  returned: success
  type: list
  elements: dict
  sample:
    - method: POST
      path: /api/v1/authenticators/aut1a2b3c4d5e6f7g8h9/methods/signed_nonce/lifecycle/activate
"""

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import not_found
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_authenticators import (
    FLEXIBLE_KEYS,
    OKTA_VERIFY,
    PATH,
    converge_method,
    converge_settings,
    converge_status,
    find_authenticator,
    laid_over,
    list_authenticators,
    list_methods,
    lost_settings,
    shown_authenticator,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_compare import differences
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import okta_client, okta_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

_SWITCH = {"type": "str", "choices": ["present", "enabled", "disabled"], "default": "present"}
_STATUS = {"present": None, "enabled": "ACTIVE", "disabled": "INACTIVE"}
_FASTPASS = "signed_nonce"
# Option → where its value stands in the settings of Okta Verify, or of FastPass.
_SETTINGS: dict[str, tuple[str, ...]] = {
    "user_verification": ("userVerification",),
    "user_verification_methods": ("userVerificationMethods",),
    "enrollment_security_level": ("enrollmentSecurityLevel",),
    "fips": ("compliance", "fips"),
    "number_challenge": ("channelBinding", "required"),
}
_FASTPASS_SETTINGS: dict[str, tuple[str, ...]] = {
    "sign_in_button": ("showSignInWithOV",),
    "key_protection": ("keyProtection",),
}

SPEC = ModuleSpec(
    options={
        **okta_options(),
        "key": {"type": "str", "no_log": False},
        "name": {"type": "str"},
        "id": {"type": "str"},
        "state": _SWITCH,
        "fastpass": {"type": "bool"},
        "sign_in_button": {"type": "str", "choices": ["always", "never"]},
        "key_protection": {"type": "str", "choices": ["any", "hardware"], "no_log": False},
        "user_verification": {"type": "str", "choices": ["discouraged", "preferred", "required"]},
        "user_verification_methods": {"type": "list", "elements": "str", "choices": ["biometrics", "pin"]},
        "enrollment_security_level": {"type": "str", "choices": ["any", "high"]},
        "fips": {"type": "str", "choices": ["optional", "required"]},
        "number_challenge": {"type": "str", "choices": ["never", "high_risk_only", "always"]},
        "settings": {"type": "dict"},
        "methods": {
            "type": "list",
            "elements": "dict",
            "options": {
                "type": {"type": "str", "required": True},
                "state": _SWITCH,
                "settings": {"type": "dict", "default": {}},
            },
        },
    },
    required_one_of=[("key", "name", "id")],
    mutually_exclusive=[("key", "name", "id")],
)


def run(task: Task) -> dict[str, Any]:
    """Bring the authenticator in line."""
    options = task.params
    client = okta_client(task, ("okta.authenticators.read", "okta.authenticators.manage"))
    known = list_authenticators(client)
    found = find_authenticator(known, authenticator_id=options["id"], key=options["key"], name=options["name"])
    methods = {str(method["type"]): method for method in list_methods(client, found)}
    settings, wanted = _wanted_settings(options, found), _wanted_methods(options, methods)
    status, path = _STATUS[options["state"]], f"{PATH}/{found['id']}"
    if task.check:
        _warn_of_refusals(task, found, methods, status, wanted)
    now = found
    if status == "ACTIVE":
        now = converge_status(client, path, now, status, str(found["name"]))
    now = converge_settings(client, now, settings, _body_key(options["key"], found))
    converged = {
        **methods,
        **{kind: converge_method(client, found, methods[kind], one) for kind, one in wanted.items()},
    }
    if status == "INACTIVE":
        now = converge_status(client, path, now, status, str(found["name"]))
    _tell_what_was_dropped(task, str(found["name"]), settings, now)
    for kind, one in wanted.items():
        _tell_what_was_dropped(task, f"{found['name']}, {kind},", one["settings"], converged[kind])
    before = shown_authenticator(found, methods.values())
    after = shown_authenticator(now, converged.values())
    was, is_now = differences(before, after)
    task.note("okta_authenticator", client.base_url, found["id"], found["name"], was=was, now=is_now)
    return task.written(client.writes, f"authenticator {found['name']}", (was, is_now), authenticator=after)


def _wanted_settings(options: Record, found: Record) -> Record:
    _require_okta_verify(options, (*_SETTINGS, "fastpass", *_FASTPASS_SETTINGS), found)
    return laid_over(_from_options(options, _SETTINGS), options["settings"] or {})


def _wanted_methods(options: Record, methods: dict[str, Record]) -> dict[str, Record]:
    """Type of method → wanted ``status`` and ``settings``. Raises InvalidInput, NotFound."""
    wanted: dict[str, Record] = {}
    fastpass = _from_options(options, _FASTPASS_SETTINGS)
    if fastpass or options["fastpass"] is not None:
        status = None if options["fastpass"] is None else _STATUS["enabled" if options["fastpass"] else "disabled"]
        wanted[_FASTPASS] = {"status": status, "settings": fastpass}
    for one in options["methods"] or []:
        if one["type"] in wanted:
            raise InvalidInput(f"The method {one['type']} is set twice, by methods or by an option of its own.")
        wanted[one["type"]] = {"status": _STATUS[one["state"]], "settings": one["settings"]}
    for kind in wanted:
        if kind not in methods:
            raise not_found("method of this authenticator", kind, methods)
    return wanted


def _from_options(options: Record, places: dict[str, tuple[str, ...]]) -> Record:
    settings: Record = {}
    for option, place in places.items():
        value = options[option]
        if value is not None:
            value = [one.upper() for one in value] if isinstance(value, list) else value.upper()
            settings = laid_over(settings, {place[0]: {place[1]: value} if place[1:] else value})
    return settings


def _require_okta_verify(options: Record, own: tuple[str, ...], found: Record) -> None:
    given = [option for option in own if options[option] is not None]
    if given and found["key"] not in (OKTA_VERIFY, *FLEXIBLE_KEYS):
        raise InvalidInput(
            f"{', '.join(given)} is for Okta Verify, not for {found['name']!r}; use settings or methods."
        )


def _body_key(key: str | None, found: Record) -> str:
    return key if key in FLEXIBLE_KEYS else str(found["key"])


def _warn_of_refusals(
    task: Task, found: Record, methods: dict[str, Record], status: str | None, wanted: dict[str, Record]
) -> None:
    off = [f"the method {kind}" for kind, one in wanted.items() if _goes_off(methods[kind], one["status"])]
    off += [str(found["name"])] if _goes_off(found, status) else []
    if off:
        task.warn(
            f"Only the real run can tell whether Okta lets {' and '.join(off)} be switched off: policies may need it."
        )


def _tell_what_was_dropped(task: Task, title: str, wanted: Record, now: Record) -> None:
    lost = lost_settings(wanted, now)
    if lost:
        task.warn(
            f"Okta did not keep {', '.join(lost)} of {title} as it was sent; the org may lack the feature. As "
            "long as the task asks for it, every run will write it again."
        )


def _goes_off(found: Record, status: str | None) -> bool:
    return status == "INACTIVE" and found.get("status") != status


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
