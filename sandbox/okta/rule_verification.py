"""The verification method of a rule: assurance, chain of methods, identity proofing.

Additions and rewrites as recorded by okta/terraform-provider-okta (test/fixtures/vcr/idaas); enumerations from
okta/okta-management-openapi-spec.
"""

from __future__ import annotations

import re
from typing import Any

from sandbox.okta.answers import invalid, one_of
from sandbox.world import World

_DURATION = re.compile(r"P(?=.)(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?")
_REQUIREMENTS = ("deviceBound", "hardwareProtection", "phishingResistant", "userPresence", "userVerification")
_KNOWLEDGE_KEYS = (
    "required",
    "types",
    "methods",
    "reauthenticateIn",
    "authenticationMethods",
    "excludedAuthenticationMethods",
)
_POSSESSION_KEYS = (*_KNOWLEDGE_KEYS, *_REQUIREMENTS, "userVerificationMethods")
# In the order that is recorded: the method comes last.
_METHOD_KEYS = (
    "key",
    "id",
    "hardwareProtection",
    "phishingResistant",
    "userVerification",
    "userVerificationMethods",
    "method",
)
_FLEXIBLE_KEYS = {"okta_verify_fastpass", "okta_verify_push", "okta_verify_totp"}
_MAXIMUM_CHAINS, _MAXIMUM_STEPS = 5, 3


def verification_method(world: World, sent: dict[str, Any]) -> dict[str, Any]:
    """The method as Okta keeps it. Raises OktaError (400) for what it refuses."""
    kind = sent.get("type")
    if kind == "ASSURANCE":
        return _assurance(world, sent)
    if kind == "AUTH_METHOD_CHAIN":
        return _method_chain(world, sent)
    if kind == "ID_PROOFING":
        return dict(sent)  # constructed: no source shows one
    raise invalid("verificationMethod", "type: must be one of ASSURANCE, AUTH_METHOD_CHAIN, ID_PROOFING")


def _assurance(world: World, sent: dict[str, Any]) -> dict[str, Any]:
    if not one_of(sent.get("factorMode"), {"1FA", "2FA"}):
        raise invalid("verificationMethod", "factorMode: must be 1FA or 2FA")
    kept = {"factorMode": sent["factorMode"], "type": "ASSURANCE"}
    # PT12H is added when there is none, also when an inactivityPeriod is given.
    kept["reauthenticateIn"] = _duration(sent.get("reauthenticateIn") or "PT12H", "reauthenticateIn")
    if sent.get("inactivityPeriod"):
        kept["inactivityPeriod"] = _duration(sent["inactivityPeriod"], "inactivityPeriod")
    if sent.get("constraints") is not None:
        kept["constraints"] = [_constraint(world, each) for each in _list(sent, "constraints")]
    return kept


def _constraint(world: World, sent: Any) -> dict[str, Any]:
    """One alternative. Foreign keys vanish: a `next` in an ASSURANCE left ``constraints: [{}]``."""
    if not isinstance(sent, dict):
        raise invalid("constraints", "constraints: must be a list of objects")
    kept = {}
    for name, keys in (("knowledge", _KNOWLEDGE_KEYS), ("possession", _POSSESSION_KEYS)):
        if sent.get(name) is not None:
            kept[name] = _factor_constraint(world, name, sent[name], keys)
    return kept


def _factor_constraint(world: World, name: str, sent: Any, keys: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(sent, dict):
        raise invalid("constraints", f"{name}: must be an object")
    kept = {key: sent[key] for key in keys if sent.get(key) is not None}
    for requirement in set(_REQUIREMENTS) & set(kept):
        if not one_of(kept[requirement], {"REQUIRED", "OPTIONAL"}):
            raise invalid("constraints", f"{name}.{requirement}: must be REQUIRED or OPTIONAL")
    for texts in {"types", "methods", "userVerificationMethods"} & set(kept):
        if not all(isinstance(each, str) for each in _list(kept, texts)):
            raise invalid("constraints", f"{name}.{texts}: must be a list of texts")
    if "reauthenticateIn" in kept:
        _duration(kept["reauthenticateIn"], f"{name}.reauthenticateIn")
    if "userVerificationMethods" in kept and kept.get("userVerification") != "REQUIRED":
        raise invalid("constraints", f"{name}.userVerificationMethods: needs userVerification REQUIRED")
    for key in ("authenticationMethods", "excludedAuthenticationMethods"):
        if key in kept:
            kept[key] = [_method(world, each) for each in _list(kept, key)]
    kept.setdefault("required", True)
    if kept.get("excludedAuthenticationMethods"):
        kept["required"] = False  # whatever was sent, says the specification
    return kept


def _method_chain(world: World, sent: dict[str, Any]) -> dict[str, Any]:
    """A chain of methods: factorMode and inactivityPeriod are dropped."""
    chains = _list(sent, "chains")
    if not 1 <= len(chains) <= _MAXIMUM_CHAINS:
        raise invalid("verificationMethod", f"chains: must be 1 to {_MAXIMUM_CHAINS}")
    kept: dict[str, Any] = {"type": "AUTH_METHOD_CHAIN", "chains": [_step(world, each, 1) for each in chains]}
    if sent.get("reauthenticateIn"):
        if any(_has_time(each) for each in kept["chains"]):
            # The specification forbids both; the wording is constructed.
            raise invalid("verificationMethod", "reauthenticateIn: cannot be set on the chains as well")
        kept["reauthenticateIn"] = _duration(sent["reauthenticateIn"], "reauthenticateIn")
    return kept


def _has_time(step: dict[str, Any]) -> bool:
    return "reauthenticateIn" in step or any(_has_time(each) for each in step.get("next", []))


def _step(world: World, sent: Any, number: int) -> dict[str, Any]:
    if not isinstance(sent, dict) or number > _MAXIMUM_STEPS:
        raise invalid("chains", f"chains: at most {_MAXIMUM_STEPS} steps, each an object")
    kept: dict[str, Any] = {
        "authenticationMethods": [_method(world, each) for each in _list(sent, "authenticationMethods")]
    }
    if sent.get("next"):
        if len(_list(sent, "next")) != 1:
            raise invalid("chains", "next: must hold one step")
        kept["next"] = [_step(world, sent["next"][0], number + 1)]
    if sent.get("reauthenticateIn"):
        kept["reauthenticateIn"] = _duration(sent["reauthenticateIn"], "reauthenticateIn")
    return kept


def _method(world: World, sent: Any) -> dict[str, Any]:
    texts = isinstance(sent, dict) and all(isinstance(sent.get(key), str) and sent[key] for key in ("key", "method"))
    if not texts:
        raise invalid("authenticationMethods", "authenticationMethods: each needs key and method")
    flexible = world.data["okta"]["settings"]["flexible_okta_verify"]
    # With the early-access feature writes must use the new keys (okta-developer-docs, authenticators-okta-verify).
    if sent["key"] in ({"okta_verify"} if flexible else _FLEXIBLE_KEYS):
        raise invalid("authenticationMethods", f"key: {sent['key']} is not a valid authenticator key")
    return {key: sent[key] for key in _METHOD_KEYS if key in sent}


def _list(parent: dict[str, Any], name: str) -> list[Any]:
    if not isinstance(parent.get(name), list):
        raise invalid(name, f"{name}: must be a list")
    return list(parent[name])


def _duration(value: Any, name: str) -> str:
    if not isinstance(value, str) or not _DURATION.fullmatch(value):
        raise invalid("verificationMethod", f"{name}: must be an ISO 8601 duration such as PT12H")
    return value
