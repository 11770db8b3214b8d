"""Options of rules that Okta accepts, and what the model of Okta makes of a body, for tests of rules."""

from __future__ import annotations

import copy
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_actions import PRESETS
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_checks import PROPERTIES
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_conditions import PLATFORMS
from ansible_collections.okta_iru.attestation.plugins.modules.okta_access_policy_rule import SPEC
from hypothesis import strategies as st

from sandbox.okta import rule_body
from sandbox.world import World
from tests.unit.okta_org import new_world

WORLD = new_world(2)
ORG = WORLD.data["okta"]
ORG["device_assurances"] |= {"daeA": {"name": "Laptops"}, "daeB": {"name": "Desktops"}}


def options(**set_: Any) -> dict[str, Any]:
    """All options of the module, unset but for these."""
    return {**dict.fromkeys(SPEC.options), "state": "present", "confirm_deny": True, **set_}


def device(**set_: Any) -> dict[str, Any]:
    return {"registered": None, "managed": None, "assurance": None, **set_}


def stored(body: dict[str, Any], world: World = WORLD) -> dict[str, Any]:
    """What the model of Okta makes of a body; raises what Okta refuses."""
    body = copy.deepcopy(body)
    return {
        "id": "rul1",
        "status": "ACTIVE",
        "system": False,
        "name": rule_body.rule_name(body),
        "priority": rule_body.rule_priority(body) or 0,
        "type": "ACCESS_POLICY",
        "conditions": rule_body.conditions(world, body),
        "actions": rule_body.actions(world, body),
    }


def _some(ids: Any) -> st.SearchStrategy[Any]:
    return st.none() | st.lists(st.sampled_from(sorted(ids)), max_size=3)


_DURATIONS = st.sampled_from(["PT0S", "PT12H", "PT720M", "P1D", "PT30M", "PT43800H", "PT2H10M"])
_LEVELS = st.sampled_from(["REQUIRED", "OPTIONAL"])
_DEVICES = st.none() | st.sampled_from(
    [
        device(registered=True),
        device(registered=False),
        device(registered=True, managed=True),
        device(registered=True, managed=False),
        device(registered=True, assurance=["daeB", "daeA"]),
        device(registered=True, assurance=[]),
    ]
)
_PLATFORMS = st.lists(
    st.sampled_from(
        [
            *sorted(PLATFORMS),
            {"os": "any"},
            {"os": "any", "type": "mobile"},
            {"os": "other", "type": "desktop", "expression": "Fedora"},
            {"os": "macos", "version": {"matchType": "SEMVER", "value": "14.0"}},
        ]
    ),
    max_size=3,
)
_METHOD = st.fixed_dictionaries(
    {"key": st.just("okta_verify"), "method": st.just("signed_nonce")},
    optional={"id": st.just("aut1"), "userVerification": _LEVELS, "phishingResistant": _LEVELS},
)
_FACTOR: dict[str, st.SearchStrategy[Any]] = {
    "reauthenticateIn": _DURATIONS,
    "types": st.lists(st.sampled_from(["app", "security_key"]), max_size=2),
    "methods": st.lists(st.just("signed_nonce"), max_size=1),
    "authenticationMethods": st.lists(_METHOD, max_size=2),
}
_POSSESSION = st.fixed_dictionaries({}, optional={**_FACTOR, **dict.fromkeys(PROPERTIES, _LEVELS)})
_VERIFIED = st.just({"userVerification": "REQUIRED", "userVerificationMethods": ["BIOMETRICS"]})
_EXCLUDING = st.just({"excludedAuthenticationMethods": [{"key": "phone_number", "method": "sms"}]})
_REQUIRED = st.builds(lambda factor, required: {**factor, "required": required}, _POSSESSION, st.booleans())
_KNOWLEDGE = st.fixed_dictionaries({}, optional={"types": st.just(["password"]), "reauthenticateIn": _DURATIONS})
CONSTRAINTS = st.lists(
    st.fixed_dictionaries(
        {}, optional={"possession": _POSSESSION | _VERIFIED | _EXCLUDING | _REQUIRED, "knowledge": _KNOWLEDGE}
    ),
    max_size=2,
)
_STEPS = st.sampled_from(
    [
        "okta_password/password",
        {"methods": ["okta_verify/push", "phone_number/sms"]},
        {"methods": [{"key": "okta_verify", "method": "signed_nonce", "userVerification": "OPTIONAL"}]},
    ]
)
_TIMED = st.builds(
    lambda time: {"methods": ["webauthn/webauthn"], "reauthenticate_in": time}, st.sampled_from(["PT1H", "PT60M"])
)
_UNTIMED_CHAINS = st.lists(st.lists(_STEPS, min_size=1, max_size=3), min_size=1, max_size=5)
_TIMED_CHAINS = st.lists(st.lists(_STEPS | _TIMED, min_size=1, max_size=2), min_size=1, max_size=2)
_STAY = st.none() | st.sampled_from(
    [
        {"allowed": True, "prompt_frequency": None},
        {"allowed": True, "prompt_frequency": "P1W"},
        {"allowed": False, "prompt_frequency": None},
        {"allowed": None, "prompt_frequency": None},
    ]
)
_SYSTEMS = st.fixed_dictionaries(
    {"type": st.sampled_from(["ANY", "MACOS", "OTHER"])}, optional={"expression": st.sampled_from([None, "Fedora"])}
)
_RAW_CONDITIONS = st.fixed_dictionaries(
    {},
    optional={
        "platform": st.builds(
            lambda systems: {"include": [{"type": "DESKTOP", "os": system} for system in systems]},
            st.lists(_SYSTEMS, max_size=2),
        ),
        "elCondition": st.none() | st.just({"condition": "device.profile.managed"}),
        "riskScore": st.none(),
    },
)
CHAIN = {
    "type": "AUTH_METHOD_CHAIN",
    "chains": [{"authenticationMethods": [{"key": "okta_verify", "method": "signed_nonce"}]}],
    "reauthenticateIn": "PT2H",
}
_SIGN_ON = st.fixed_dictionaries(
    {
        "access": st.sampled_from(["ALLOW", "DENY"]),
        "verificationMethod": st.sampled_from(
            [
                CHAIN,
                {**CHAIN, "factorMode": "2FA", "inactivityPeriod": "PT1H"},
                {"type": "ASSURANCE", "factorMode": "1FA"},
                {"type": "ASSURANCE", "factorMode": "2FA", "inactivityPeriod": "PT1H", "constraints": [{}]},
                {"type": "ASSURANCE", "factorMode": "2FA", "constraints": [{"next": []}, {"possession": {}}]},
                {"type": "ID_PROOFING", "id": "idp1"},
            ]
        ),
    },
    optional={"keepMeSignedIn": st.sampled_from([{}, {"postAuth": "ALLOWED", "postAuthPromptFrequency": "PT1H"}])},
)


@st.composite
def wishes(draw: st.DrawFn) -> dict[str, Any]:
    """Options that Okta accepts, with names already replaced by ids."""
    wish = options(
        name=draw(st.sampled_from(["A", "B"])),
        device=draw(_DEVICES),
        groups=draw(_some(ORG["groups"])),
        exclude_groups=draw(_some(ORG["groups"])),
        users=draw(_some(ORG["users"])),
        exclude_users=draw(_some(ORG["users"])),
        user_types=draw(_some(ORG["user_types"])),
        exclude_user_types=draw(_some(ORG["user_types"])),
        expression=draw(st.none() | st.sampled_from(["", 'user.status == "ACTIVE"'])),
        risk=draw(st.none() | st.just("any")),
    )
    raw = draw(_RAW_CONDITIONS)
    if draw(st.booleans()):
        raw.pop("platform", None)
        wish["platforms"], wish["exclude_platforms"] = draw(st.none() | _PLATFORMS), draw(st.none() | _PLATFORMS)
    if wish["expression"] is not None:
        raw.pop("elCondition", None)
    if wish["risk"] is not None:
        raw.pop("riskScore", None)
    zones = draw(st.lists(st.sampled_from(sorted(ORG["zones"])), max_size=2, unique=True))
    side = draw(st.sampled_from(["include", "exclude"]))
    network = {"connection": None, "include": [], "exclude": [], side: zones}
    wish["network"] = draw(st.none() | st.sampled_from([network, {**network, side: [], "connection": "off_network"}]))
    wish["conditions"] = raw or None
    return _with_actions(draw, wish)


def _with_actions(draw: st.DrawFn, wish: dict[str, Any]) -> dict[str, Any]:
    how = draw(st.sampled_from(["raw", "deny", "assurance", "chains", "timed chains", "id_proofing"]))
    if how == "raw":
        return {**wish, "actions": {"appSignOn": draw(_SIGN_ON)}}
    wish["keep_me_signed_in"] = draw(_STAY)
    wish["access"] = "deny" if how == "deny" else draw(st.sampled_from([None, "allow"]))
    if how in ("assurance", "chains"):
        wish["reauthenticate_in"] = draw(st.none() | _DURATIONS)
    chains = {"chains": _UNTIMED_CHAINS, "timed chains": _TIMED_CHAINS}.get(how)
    wish["chains"] = draw(chains) if chains is not None else None
    wish["id_proofing"] = {"id": "idp1"} if how == "id_proofing" else None
    return _with_assurance(draw, wish) if how == "assurance" else wish


def _with_assurance(draw: st.DrawFn, wish: dict[str, Any]) -> dict[str, Any]:
    wish["inactivity_period"] = draw(st.none() | _DURATIONS)
    if draw(st.booleans()):
        managed = (wish["device"] or {}).get("managed") is True
        return {**wish, "require": draw(st.sampled_from([one for one in PRESETS if managed or "managed" not in one]))}
    wish["constraints"] = draw(CONSTRAINTS)
    both = any(len(alternative) == 2 for alternative in wish["constraints"])
    return {**wish, "factor_mode": "2FA" if both else draw(st.none() | st.sampled_from(["1FA", "2FA"]))}
