"""Rules of app sign-in policies: what is sent, and that what Okta makes of it is no difference."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput, Refused
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_actions import PRESETS
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_body import (
    require_confirmed_denial,
    wanted_body,
    wanted_catch_all,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_compare import (
    canonical,
    differences,
    seconds_of,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rules import wanted_priority

from tests.unit.okta_rule_wishes import CHAIN, options

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
    assert preset == {"type": "ASSURANCE", "factorMode": "2FA", "constraints": PRESETS["fastpass"][1]}
    with pytest.raises(InvalidInput, match="Okta would drop it"):
        wanted_body(options(factor_mode="1FA"), chain)


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


def test_a_flat_chain_is_nested_as_okta_has_it() -> None:
    steps = ["okta_password/password", {"methods": "okta_verify/push", "reauthenticate_in": "PT1H"}]
    method = wanted_body(options(name="R", chains=[steps]), None)["actions"]["appSignOn"]["verificationMethod"]
    push = {"authenticationMethods": [{"key": "okta_verify", "method": "push"}], "reauthenticateIn": "PT1H"}
    password = {"authenticationMethods": [{"key": "okta_password", "method": "password"}], "next": [push]}
    assert method == {"type": "AUTH_METHOD_CHAIN", "chains": [password]}


def test_platforms_are_names_or_what_okta_has() -> None:
    linux = {"os": "other", "type": "desktop", "expression": "Fedora"}
    wish = options(name="R", platforms=["macOS", linux, {"os": "ios"}], exclude_platforms=[{"os": "any"}])
    assert wanted_body(wish, None)["conditions"]["platform"] == {
        "include": [
            {"type": "DESKTOP", "os": {"type": "MACOS"}},
            {"type": "DESKTOP", "os": {"type": "OTHER", "expression": "Fedora"}},
            {"type": "MOBILE", "os": {"type": "IOS"}},
        ],
        "exclude": [{"type": "ANY", "os": {"type": "ANY"}}],
    }


def test_staying_signed_in() -> None:
    def stay(**set_: Any) -> Any:
        wish = options(name="R", keep_me_signed_in={"allowed": None, "prompt_frequency": None, **set_})
        return wanted_body(wish, RECORDED)["actions"]["appSignOn"]["keepMeSignedIn"]

    assert stay(allowed=True) == {"postAuth": "ALLOWED"}
    assert stay(allowed=True, prompt_frequency="P7D") == {"postAuth": "ALLOWED", "postAuthPromptFrequency": "P7D"}
    assert stay(allowed=False) == stay() == {"postAuth": "NOT_ALLOWED"}
    with pytest.raises(InvalidInput, match="allowed: true"):
        stay(allowed=False, prompt_frequency="P7D")


CATCH_ALL = {**RECORDED, "name": "Catch-all Rule", "priority": 99, "system": True, "conditions": None}


def test_of_the_catch_all_only_the_actions_change() -> None:
    body = wanted_catch_all(options(access="deny"), CATCH_ALL)
    assert (body["name"], body["priority"], body["system"], body["conditions"]) == ("Catch-all Rule", 99, True, None)
    assert body["actions"]["appSignOn"]["access"] == "DENY"


def test_denying_everybody_wants_a_word() -> None:
    denial = wanted_catch_all(options(access="deny"), CATCH_ALL)
    with pytest.raises(Refused, match="confirm_deny"):
        require_confirmed_denial(denial, CATCH_ALL, confirmed=False)
    require_confirmed_denial(denial, CATCH_ALL, confirmed=True)
    require_confirmed_denial(denial, denial, confirmed=False)  # nothing new
    everybody = wanted_body(options(name="R", access="deny", risk="any"), None)
    with pytest.raises(Refused, match="confirm_deny"):
        require_confirmed_denial(everybody, None, confirmed=False)
    some = wanted_body(options(name="R", access="deny", groups=["00g1"]), None)
    require_confirmed_denial(some, None, confirmed=False)
    widened = {**some, "conditions": {}}
    with pytest.raises(Refused, match="confirm_deny"):
        require_confirmed_denial(widened, some, confirmed=False)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("PT12H", 43200),
        ("PT0S", 0),
        ("P1DT1M", 86460),
        ("P1W", 604800),
        ("P", None),
        ("PT", None),
        ("P1M", None),
        ("12h", None),
    ],
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
