# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rule of an app sign-in policy does, from the options of a module and what is there."""

from __future__ import annotations

import copy
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_checks import (
    checked_constraints,
    checked_duration,
    checked_method,
)

_REQUIRED = "REQUIRED"
# Properties instead of method names: orgs with the feature "Flexible Okta Verify authenticator configuration" refuse
# the key okta_verify, the others refuse okta_verify_fastpass (okta-developer-docs, authenticators-okta-verify).
_FASTPASS = {
    "required": True,
    "deviceBound": _REQUIRED,
    "phishingResistant": _REQUIRED,
    "userPresence": _REQUIRED,
}
_FASTPASS_IN_HARDWARE = {**_FASTPASS, "hardwareProtection": _REQUIRED, "userVerification": _REQUIRED}
_FASTPASS_BY_NAME = {**_FASTPASS, "authenticationMethods": [{"key": "okta_verify", "method": "signed_nonce"}]}
_PASSWORD = {"required": True, "types": ["password"]}
_ONE_FACTOR, _TWO_FACTORS = "1FA", "2FA"
PRESETS: dict[str, tuple[str, list[Record]]] = {
    "managed_fastpass": (_TWO_FACTORS, [{"possession": _FASTPASS_IN_HARDWARE}]),
    "fastpass": (_TWO_FACTORS, [{"possession": _FASTPASS}]),
    "fastpass_only": (_TWO_FACTORS, [{"possession": _FASTPASS_BY_NAME}]),
    "phishing_resistant": (_TWO_FACTORS, [{"possession": {"required": True, "phishingResistant": _REQUIRED}}]),
    "two_factors": (_TWO_FACTORS, []),
    "password_and_another": (_TWO_FACTORS, [{"knowledge": _PASSWORD}]),
    "possession": (_ONE_FACTOR, [{"possession": {"required": True}}]),
    "password": (_ONE_FACTOR, [{"knowledge": _PASSWORD}]),
    "one_factor": (_ONE_FACTOR, []),
}
"""What users may ask for by name: number of factors, and alternatives of which one must be met."""
MANAGED_PRESET = "managed_fastpass"
_NEEDS_TWO = ("two_factors", "password_and_another")

ASSURANCE, CHAIN, ID_PROOFING = "ASSURANCE", "AUTH_METHOD_CHAIN", "ID_PROOFING"
_MOST_CHAINS, _MOST_STEPS = 5, 3  # okta/okta-management-openapi-spec
WAYS = ("require", "constraints", "chains", "id_proofing")
_FACTOR_OPTIONS = (*WAYS, "factor_mode", "reauthenticate_in", "inactivity_period")
_STEP_KEYS = ("methods", "reauthenticate_in")


def wanted_actions(options: Record, found: Record) -> Record:
    """``found`` with what the options set. Raises InvalidInput for what contradicts itself."""
    if options.get("actions") is not None:
        raw = copy.deepcopy(options["actions"])
        return {**found, **raw, "appSignOn": {**(found.get("appSignOn") or {}), **(raw.get("appSignOn") or {})}}
    sign_on = dict(found.get("appSignOn") or {})
    access = (options.get("access") or "").upper() or sign_on.get("access") or "ALLOW"
    method = _verification(options, sign_on.get("verificationMethod"), access)
    sign_on["access"] = access
    if method is not None:
        sign_on["verificationMethod"] = method
    if options.get("keep_me_signed_in") is not None:
        stay = _keep_me_signed_in(options["keep_me_signed_in"], sign_on.get("keepMeSignedIn") or {})
        sign_on["keepMeSignedIn"] = stay
    return {**found, "appSignOn": sign_on}


def _verification(options: Record, found: Record | None, access: str) -> Record | None:
    given = [key for key in _FACTOR_OPTIONS if options.get(key) is not None]
    if access == "DENY":
        if given:
            raise InvalidInput(
                f"{', '.join(given)} cannot be combined with access: deny, under which nobody is asked for a factor. "
                "Leave it out, or set access: allow."
            )
        return found
    if options.get("chains") is not None:
        method = _chain_method(options, found or {})
    elif options.get("id_proofing") is not None:
        return {"type": ID_PROOFING, **_alone(options, "id_proofing")}
    elif options.get("require") is not None or options.get("constraints") is not None or found is None:
        kept = {} if found is None or found.get("type") != ASSURANCE else found
        method = _assurance(options, {"factorMode": _TWO_FACTORS, **kept, "type": ASSURANCE})
    else:
        method = _changed(options, found)
    if options.get("reauthenticate_in") is not None:
        method["reauthenticateIn"] = checked_duration("reauthenticate_in", options["reauthenticate_in"])
    if options.get("inactivity_period") is not None:
        method["inactivityPeriod"] = checked_duration("inactivity_period", options["inactivity_period"])
    return method


def _changed(options: Record, found: Record) -> Record:
    """The method that is there, of which at most times and the number of factors change."""
    for option in ("factor_mode", "inactivity_period"):
        if options.get(option) is not None and found.get("type") != ASSURANCE:
            raise InvalidInput(
                f"The rule asks for factors by {found.get('type')}, which has no {option}: Okta would drop it. Leave "
                "it out, or give require or constraints, which replace that."
            )
    return _assurance(options, dict(found)) if found.get("type") == ASSURANCE else dict(found)


def _assurance(options: Record, method: Record) -> Record:
    preset = options.get("require")
    if preset is not None:
        method["factorMode"], constraints = PRESETS[preset]
        method["constraints"] = copy.deepcopy(constraints)
    if options.get("factor_mode") is not None:
        if preset in _NEEDS_TWO and options["factor_mode"] == _ONE_FACTOR:
            raise InvalidInput(
                f"require: {preset} asks for two factors, but factor_mode is 1FA. Leave one of them out."
            )
        method["factorMode"] = options["factor_mode"]
    if options.get("constraints") is not None:
        method["constraints"] = checked_constraints(options["constraints"], method["factorMode"])
    return method


def _chain_method(options: Record, found: Record) -> Record:
    _alone(options, "chains")
    chains = options["chains"]
    if not 1 <= len(chains) <= _MOST_CHAINS:
        raise InvalidInput(f"chains holds {len(chains)} chains; Okta takes 1 to {_MOST_CHAINS}.")
    method: Record = {"type": CHAIN, "chains": [_chain(chain, number) for number, chain in enumerate(chains, 1)]}
    timed = any(isinstance(step, dict) and step.get("reauthenticate_in") is not None for one in chains for step in one)
    if timed and options.get("reauthenticate_in") is not None:
        raise InvalidInput(
            "reauthenticate_in is given for the rule and for a step of chains; Okta takes only one of the two."
        )
    if not timed and found.get("type") == CHAIN and found.get("reauthenticateIn"):
        method["reauthenticateIn"] = found["reauthenticateIn"]
    return method


def _alone(options: Record, option: str) -> Record:
    """The option, if none stands beside it that Okta drops there."""
    for other in ("factor_mode", "inactivity_period"):
        if options.get(other) is not None:
            raise InvalidInput(f"{other} has no meaning beside {option}: Okta drops it. Leave it out.")
    if option == "id_proofing" and options.get("reauthenticate_in") is not None:
        raise InvalidInput("reauthenticate_in has no meaning beside id_proofing; put its reauthenticateIn inside.")
    value: Record = options[option]
    return value


def _chain(steps: list[Any], number: int) -> Record:
    """Nested steps, as Okta has them, of a flat list."""
    if not 1 <= len(steps) <= _MOST_STEPS:
        raise InvalidInput(f"Chain {number} has {len(steps)} steps; Okta takes 1 to {_MOST_STEPS}.")
    chain: Record = {}
    for step in reversed(steps):
        chain = {**_step(step, number), **({"next": [chain]} if chain else {})}
    return chain


def _step(step: Any, number: int) -> Record:
    if isinstance(step, str):
        step = {"methods": [step]}
    if not isinstance(step, dict) or set(step) - set(_STEP_KEYS) or not step.get("methods"):
        raise InvalidInput(
            f"Chain {number} has the step {step!r}; expected a method such as okta_verify/signed_nonce, or a "
            "dictionary with methods and, if wanted, reauthenticate_in."
        )
    methods = step["methods"] if isinstance(step["methods"], list) else [step["methods"]]
    made: Record = {"authenticationMethods": [checked_method(method, f"chain {number}") for method in methods]}
    if step.get("reauthenticate_in") is not None:
        made["reauthenticateIn"] = checked_duration(f"reauthenticate_in of chain {number}", step["reauthenticate_in"])
    return made


def _keep_me_signed_in(wanted: Record, found: Record) -> Record:
    """Whether users are asked to stay signed in, and how often."""
    allowed, frequency = wanted.get("allowed"), wanted.get("prompt_frequency")
    if frequency is not None and allowed is not True:
        raise InvalidInput("keep_me_signed_in.prompt_frequency needs keep_me_signed_in.allowed: true beside it.")
    if allowed is None:
        return found
    if not allowed:
        return {"postAuth": "NOT_ALLOWED"}
    kept = {**found, "postAuth": "ALLOWED"}
    if frequency is not None:
        kept["postAuthPromptFrequency"] = checked_duration("keep_me_signed_in.prompt_frequency", frequency)
    return kept
