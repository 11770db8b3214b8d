"""Rules of app sign-in policies: what is sent, and that what Okta makes of it is no difference."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_body import (
    PLATFORMS,
    PRESETS,
    wanted_body,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_compare import (
    canonical,
    differences,
    meaning,
    seconds_of,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rules import wanted_priority
from ansible_collections.okta_iru.attestation.plugins.modules.okta_access_policy_rule import SPEC
from hypothesis import given
from hypothesis import strategies as st

from sandbox.okta import rule_body
from tests.unit.okta_org import new_world

# The rule that okta/terraform-provider-okta recorded in TestAccResourceOktaAppSignOnPolicyRule_crud (oie-00), trimmed.
RECORDED = {
    "id": "rulyuliutnoOqrvoB1d7",
    "status": "ACTIVE",
    "name": "testAcc_updated",
    "priority": 98,
    "created": "2026-05-17T13:26:47.000Z",
    "lastUpdated": "2026-05-17T13:27:17.000Z",
    "system": False,
    "conditions": {
        "people": {
            "users": {"include": ["00u1", "00u2"], "exclude": ["00u3"]},
            "groups": {"include": ["00g1"], "exclude": ["00g2"]},
        },
        "network": {"connection": "ZONE", "include": ["nzo1"]},
        "device": {"registered": True, "managed": False, "assurance": {"include": ["dae1"]}},
        "platform": {
            "include": [{"type": "DESKTOP", "os": {"type": "MACOS"}}, {"type": "MOBILE", "os": {"type": "IOS"}}],
            "exclude": [],
        },
        "elCondition": {"condition": 'user.status == "ACTIVE"'},
        "userType": {"include": ["oty1"], "exclude": ["oty2"]},
    },
    "actions": {
        "appSignOn": {
            "access": "ALLOW",
            "verificationMethod": {
                "factorMode": "2FA",
                "type": "ASSURANCE",
                "reauthenticateIn": "PT43800H",
                "inactivityPeriod": "PT2H",
                "constraints": [
                    {"knowledge": {"types": ["password"], "required": True}},
                    {"possession": {"deviceBound": "REQUIRED", "required": True}},
                ],
            },
            "keepMeSignedIn": {"postAuth": "NOT_ALLOWED"},
        }
    },
    "_links": {"self": {"hints": {"allow": ["GET", "PUT", "DELETE"]}}},
    "type": "ACCESS_POLICY",
}
READ_ONLY = ("id", "status", "created", "lastUpdated", "system", "_links")
CHAIN = {
    "type": "AUTH_METHOD_CHAIN",
    "chains": [{"authenticationMethods": [{"key": "okta_verify", "method": "signed_nonce"}]}],
    "reauthenticateIn": "PT2H",
}


def options(**set_: Any) -> dict[str, Any]:
    """All options of the module, unset but for these."""
    return {**dict.fromkeys(SPEC.options), **set_}


def device(**set_: Any) -> dict[str, Any]:
    return {"registered": None, "managed": None, "assurance": None, **set_}


def stored(world: Any, body: dict[str, Any]) -> dict[str, Any]:
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


_WORLD = new_world(2)
_ORG = _WORLD.data["okta"]


def _some(ids: Any) -> st.SearchStrategy[Any]:
    return st.none() | st.lists(st.sampled_from(sorted(ids)), max_size=3)


_DURATIONS = st.sampled_from(["PT0S", "PT12H", "PT720M", "P1D", "PT30M"])
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
_POSSESSION = st.fixed_dictionaries(
    {},
    optional={
        "required": st.booleans(),
        "deviceBound": _LEVELS,
        "phishingResistant": _LEVELS,
        "userPresence": _LEVELS,
        "reauthenticateIn": _DURATIONS,
        "types": st.lists(st.sampled_from(["app", "security_key"]), max_size=2),
        "excludedAuthenticationMethods": st.just([{"key": "phone_number", "method": "sms"}]),
    },
)
_CONSTRAINTS = st.lists(
    st.fixed_dictionaries({}, optional={"possession": _POSSESSION, "knowledge": st.just({"types": ["password"]})}),
    max_size=2,
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
_SIGN_ON = st.fixed_dictionaries(
    {
        "access": st.sampled_from(["ALLOW", "DENY"]),
        "verificationMethod": st.sampled_from(
            [
                CHAIN,
                {**CHAIN, "factorMode": "2FA", "inactivityPeriod": "PT1H"},
                {"type": "ASSURANCE", "factorMode": "1FA"},
                {"type": "ASSURANCE", "factorMode": "2FA", "inactivityPeriod": "PT1H", "constraints": [{}]},
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
        groups=draw(_some(_ORG["groups"])),
        exclude_groups=draw(_some(_ORG["groups"])),
        users=draw(_some(_ORG["users"])),
        exclude_users=draw(_some(_ORG["users"])),
        user_types=draw(_some(["oty1", "oty2"])),
        expression=draw(st.none() | st.sampled_from(["", 'user.status == "ACTIVE"'])),
        risk=draw(st.none() | st.just("any")),
    )
    raw = draw(_RAW_CONDITIONS)
    if draw(st.booleans()):
        raw.pop("platform", None)
        wish["platforms"] = draw(st.lists(st.sampled_from(sorted(PLATFORMS)), max_size=3))
    if wish["expression"] is not None:
        raw.pop("elCondition", None)
    if wish["risk"] is not None:
        raw.pop("riskScore", None)
    zones = draw(st.lists(st.sampled_from(sorted(_ORG["zones"])), max_size=2, unique=True))
    wish["network"] = draw(st.none() | st.just({"connection": None, "include": zones, "exclude": []}))
    wish["conditions"] = raw or None
    how = draw(st.sampled_from(["raw", "deny", "require", "constraints"]))
    if how == "raw":
        wish["actions"] = {"appSignOn": draw(_SIGN_ON)}
        return wish
    if how == "deny":
        return {**wish, "access": "deny"}
    wish["factor_mode"] = draw(st.none() | st.sampled_from(["1FA", "2FA"]))
    wish["reauthenticate_in"] = draw(st.none() | _DURATIONS)
    if how == "require":
        managed = (wish["device"] or {}).get("managed") is True
        wish["require"] = draw(st.sampled_from(sorted(set(PRESETS) - ({"managed_fastpass"} if not managed else set()))))
    else:
        wish["constraints"] = draw(_CONSTRAINTS)
    return wish


@given(wish=wishes(), risk_scoring=st.booleans())
def test_a_second_run_sees_no_difference(wish: dict[str, Any], risk_scoring: bool) -> None:
    _ORG["settings"]["risk_scoring"] = risk_scoring
    made = stored(_WORLD, {**wanted_body(wish, None), "priority": 0})
    assert meaning(wanted_body(wish, made)) == meaning(made)


@given(first=wishes(), second=wishes(), risk_scoring=st.booleans())
def test_any_rule_can_be_changed_into_any_other_and_then_stays(
    first: dict[str, Any], second: dict[str, Any], risk_scoring: bool
) -> None:
    _ORG["settings"]["risk_scoring"] = risk_scoring
    made = stored(_WORLD, {**wanted_body(first, None), "priority": 3})
    assert meaning(wanted_body(options(), made)) == meaning(made)
    assert stored(_WORLD, wanted_body(options(), made))["conditions"] == made["conditions"]
    try:
        body = wanted_body(second, made)
    except InvalidInput as error:
        # A rule that stays on DENY takes no factors; the user is told.
        assert "access: deny" in str(error)
        return
    changed = stored(_WORLD, body)
    assert meaning(wanted_body(second, changed)) == meaning(changed)


def test_the_recorded_rule_goes_back_without_what_only_the_server_writes() -> None:
    body = wanted_body(options(), RECORDED)
    assert body == {key: value for key, value in RECORDED.items() if key not in READ_ONLY}
    changed = wanted_body(options(reauthenticate_in="PT1H", exclude_users=[]), RECORDED)
    before, after = differences(canonical(RECORDED), canonical(changed))
    assert before["actions"]["appSignOn"]["verificationMethod"] == {"reauthenticateIn": f"{43800 * 3600} s"}
    assert before["conditions"]["people"] == {"users": {"exclude": ["00u3"]}}
    assert after["conditions"]["people"] == {"users": {}}
    assert RECORDED["conditions"]["people"]["users"]["exclude"] == ["00u3"]  # nothing found is altered


def test_an_empty_list_takes_a_restriction_away_and_is_never_sent() -> None:
    empty = {key: [] for key in ("groups", "exclude_groups", "users", "exclude_users", "user_types", "platforms")}
    assert wanted_body(options(name="R", **empty), None)["conditions"] == {}
    left = wanted_body(options(**empty, expression=""), RECORDED)["conditions"]
    assert left == {
        "network": RECORDED["conditions"]["network"],
        "device": RECORDED["conditions"]["device"],
        "platform": {"exclude": []},
        "userType": {"exclude": ["oty2"]},
    }


def test_factors_of_a_chain_are_replaced_by_a_preset_but_not_by_a_time() -> None:
    chain = {**RECORDED, "actions": {"appSignOn": {"access": "ALLOW", "verificationMethod": CHAIN}}}
    longer = wanted_body(options(reauthenticate_in="PT4H"), chain)["actions"]["appSignOn"]["verificationMethod"]
    assert longer == {**CHAIN, "reauthenticateIn": "PT4H"}
    preset = wanted_body(options(require="fastpass"), chain)["actions"]["appSignOn"]["verificationMethod"]
    assert preset == {"type": "ASSURANCE", "factorMode": "2FA", "constraints": PRESETS["fastpass"]}


def test_order_of_ids_and_alternatives_is_no_difference() -> None:
    shuffled = copy.deepcopy(RECORDED)
    shuffled["conditions"]["people"]["users"]["include"].reverse()
    shuffled["conditions"]["platform"]["include"].reverse()
    shuffled["actions"]["appSignOn"]["verificationMethod"]["constraints"].reverse()
    assert canonical(shuffled) == canonical(RECORDED)


@pytest.mark.parametrize(
    "change",
    [
        lambda rule: rule["conditions"]["device"].update(managed=True),
        lambda rule: rule["conditions"]["device"].pop("managed"),
        lambda rule: rule["conditions"]["network"].update(include=["nzo2"]),
        lambda rule: rule["conditions"]["platform"].update(include=[]),
        lambda rule: rule["conditions"]["platform"]["include"][0]["os"].update(type="WINDOWS"),
        lambda rule: rule["conditions"].update(riskScore={"level": "LOW"}),
        lambda rule: rule["actions"]["appSignOn"].update(access="DENY"),
        lambda rule: rule["actions"]["appSignOn"]["keepMeSignedIn"].update(postAuth="ALLOWED"),
        lambda rule: rule["actions"]["appSignOn"]["verificationMethod"].update(factorMode="1FA"),
        lambda rule: rule["actions"]["appSignOn"]["verificationMethod"].pop("inactivityPeriod"),
        lambda rule: rule["actions"]["appSignOn"]["verificationMethod"]["constraints"].pop(),
        lambda rule: rule["actions"]["appSignOn"]["verificationMethod"]["constraints"][1]["possession"].update(
            userPresence="OPTIONAL"
        ),
        lambda rule: rule["actions"]["appSignOn"]["verificationMethod"]["constraints"][1]["possession"].update(
            required=False
        ),
    ],
)
def test_what_matters_is_a_difference(change: Any) -> None:
    changed = copy.deepcopy(RECORDED)
    change(changed)
    assert canonical(changed) != canonical(RECORDED)


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        ({"device": device(managed=True)}, "device.registered: true"),
        ({"device": device(registered=False, managed=False)}, "device.registered: true"),
        ({"device": device(registered=False, assurance=["dae1"])}, "device.assurance"),
        ({"require": "managed_fastpass"}, "managed: true"),
        ({"require": "managed_fastpass", "device": device(registered=True, managed=False)}, "managed: true"),
        ({"access": "deny", "factor_mode": "2FA"}, "factor_mode"),
        ({"network": {"connection": "anywhere", "include": ["nzo1"], "exclude": None}}, "takes no zones"),
        ({"network": {"connection": "zone", "include": [], "exclude": None}}, "needs zones"),
        ({"groups": ["00g1"], "conditions": {"people": {}}}, "people"),
        ({"actions": {"appSignOn": {}}}, "access ALLOW or DENY"),
        ({"reauthenticate_in": "PT"}, "PT12H"),
    ],
)
def test_refused(wish: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        wanted_body(options(name="R", **wish), None)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("PT12H", 43200), ("PT0S", 0), ("P1DT1M", 86460), ("P", None), ("PT", None), ("P1M", None), ("12h", None)],
)
def test_durations(text: str, seconds: int | None) -> None:
    assert seconds_of(text) == seconds


def test_places() -> None:
    rules = [{"priority": 2, "system": False}, {"priority": 5, "system": False}, {"priority": 99, "system": True}]
    first, second, _catch_all = rules
    assert wanted_priority(rules, first, None, "top") == 2
    assert wanted_priority(rules, second, None, "top") == 0
    assert wanted_priority(rules, None, None, "top") == 0
    assert wanted_priority(rules, second, None, "above_catch_all") == 5
    assert wanted_priority(rules, None, None, "above_catch_all") is None
    assert wanted_priority(rules, second, 7, None) == 7
