# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What contradicts itself in the factors that a rule asks for, told before anything is sent.

Okta drops keys that it does not know without a word, and takes some combinations that nobody can ever meet. Keys,
values and defaults are those of okta/okta-management-openapi-spec (AccessPolicyConstraints).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import did_you_mean
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_compare import is_duration

PROPERTIES = ("deviceBound", "hardwareProtection", "phishingResistant", "userPresence", "userVerification")
_METHOD_LISTS = ("authenticationMethods", "excludedAuthenticationMethods")
_KNOWLEDGE = ("required", "types", "methods", "reauthenticateIn", *_METHOD_LISTS)
_POSSESSION = (*_KNOWLEDGE, *PROPERTIES, "userVerificationMethods")
_METHOD = (
    "key", "method", "id", "hardwareProtection", "phishingResistant", "userVerification", "userVerificationMethods",
)  # fmt: skip
_LEVELS = ("REQUIRED", "OPTIONAL")
_USER_VERIFICATION = ("BIOMETRICS", "PIN")
# Methods that prove where the user signs in; all others can be phished (Okta help, phishing-resistant authentication).
_UNPHISHABLE = frozenset({"signed_nonce", "webauthn", "cert"})
# Methods that are bound to no device: whoever has the number, mailbox or secret has them (Okta help, "MFA methods").
_UNBOUND = frozenset({"password", "security_question", "sms", "voice", "email"})


def checked_constraints(constraints: list[Any], factor_mode: str) -> list[Any]:
    """The alternatives as they were given. Raises InvalidInput for unknown keys and contradictions."""
    for number, alternative in enumerate(constraints, 1):
        _require_keys(alternative, ("knowledge", "possession"), f"constraints[{number}]")
        for kind, known in (("knowledge", _KNOWLEDGE), ("possession", _POSSESSION)):
            if alternative.get(kind) is not None:
                _check_factor(alternative[kind], known, f"constraints[{number}].{kind}")
        if factor_mode == "1FA" and _asked(alternative, "knowledge") and _asked(alternative, "possession"):
            raise InvalidInput(
                f"constraints[{number}] asks for knowledge and for possession, which are two factors, but factor_mode "
                "is 1FA. Leave one of them out, or set factor_mode: 2FA."
            )
    return constraints


def checked_method(method: Any, where: str) -> Record:
    """One method as Okta has it, of ``key/method`` or of a dictionary. Raises InvalidInput."""
    if isinstance(method, str):
        key, slash, name = method.partition("/")
        if not (key and slash and name):
            raise InvalidInput(
                f"{where} names the method {method!r}; expected key/method, as okta_verify/signed_nonce."
            )
        return {"key": key, "method": name}
    _require_keys(method, _METHOD, where)
    for key in ("key", "method"):
        if not method.get(key):
            raise InvalidInput(f"{where} has a method without {key}; expected, say, okta_verify and signed_nonce.")
    _check_levels(method, where)
    _check_user_verification(method, where)
    return dict(method)


def checked_duration(option: str, text: str) -> str:
    """A duration. Raises InvalidInput for what Okta would refuse."""
    if not is_duration(text):
        raise InvalidInput(f"{option} is {text!r}; expected an ISO 8601 duration such as PT12H, PT30M or P7D.")
    return text


def _check_factor(factor: Any, known: tuple[str, ...], where: str) -> None:
    _require_keys(factor, known, where)
    _check_levels(factor, where)
    _check_user_verification(factor, where)
    if factor.get("reauthenticateIn") is not None:
        checked_duration(f"{where}.reauthenticateIn", factor["reauthenticateIn"])
    wanted, excluded = (_methods(factor, key, where) for key in _METHOD_LISTS)
    if factor.get("excludedAuthenticationMethods") and factor.get("required") is True:
        raise InvalidInput(
            f"{where} has required: true beside excludedAuthenticationMethods, with which Okta takes it for false. "
            "Leave required out."
        )
    both = sorted(wanted & excluded)
    if both:
        raise InvalidInput(f"{where} wants and excludes {', '.join(both)}. Leave it out of one of the two lists.")
    _check_reachable(
        factor, {one.rpartition("/")[2] for one in wanted}, {one.rpartition("/")[2] for one in excluded}, where
    )


def _check_reachable(factor: Record, wanted: set[str], excluded: set[str], where: str) -> None:
    """Raise InvalidInput where no method is left that has a property that is asked for."""
    wanted |= set(factor.get("methods") or [])
    if factor.get("phishingResistant") == "REQUIRED":
        if wanted and not wanted & _UNPHISHABLE:
            raise InvalidInput(
                f"{where} has phishingResistant: REQUIRED, but none of its methods ({', '.join(sorted(wanted))}) is: "
                "nobody could sign in. Phishing resistant are signed_nonce (FastPass), webauthn and cert."
            )
        if excluded >= _UNPHISHABLE:
            raise InvalidInput(
                f"{where} has phishingResistant: REQUIRED and excludes every method that is: nobody could sign in."
            )
    if factor.get("deviceBound") == "REQUIRED" and wanted and wanted <= _UNBOUND:
        raise InvalidInput(
            f"{where} has deviceBound: REQUIRED, but none of its methods ({', '.join(sorted(wanted))}) is bound to a "
            "device: nobody could sign in."
        )


def _methods(factor: Record, key: str, where: str) -> set[str]:
    given = factor.get(key) or []
    if not isinstance(given, list):
        raise InvalidInput(f"{where}.{key} is {given!r}; expected a list.")
    methods = [checked_method(one, f"{where}.{key}") for one in given]
    return {f"{one['key']}/{one['method']}" for one in methods}


def _check_levels(item: Record, where: str) -> None:
    for key in set(item) & set(PROPERTIES):
        if item[key] is not None and item[key] not in _LEVELS:
            raise InvalidInput(f"{where}.{key} is {item[key]!r}; expected REQUIRED or OPTIONAL.")


def _check_user_verification(item: Record, where: str) -> None:
    methods = item.get("userVerificationMethods")
    if methods and item.get("userVerification") != "REQUIRED":
        raise InvalidInput(
            f"{where}.userVerificationMethods needs userVerification: REQUIRED beside it; without, nobody is asked."
        )
    for one in methods or []:
        if one not in _USER_VERIFICATION:
            raise InvalidInput(f"{where}.userVerificationMethods holds {one!r}; expected BIOMETRICS or PIN.")


def _require_keys(item: Any, known: Iterable[str], where: str) -> None:
    if not isinstance(item, dict):
        raise InvalidInput(f"{where} is {item!r}; expected a dictionary.")
    names = tuple(known)
    for key in item:
        if key not in names:
            raise InvalidInput(
                f"{where} holds {key!r}, which Okta would drop without a word; expected {', '.join(names)}."
                f"{did_you_mean(str(key), names)} What is newer than this collection goes into actions."
            )


def _asked(alternative: Record, kind: str) -> bool:
    factor = alternative.get(kind)
    return factor is not None and factor.get("required", not factor.get("excludedAuthenticationMethods")) is not False
