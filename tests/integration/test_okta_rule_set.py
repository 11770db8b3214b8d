"""The rules of a policy as a whole against the sandbox's org: content, order, fewest writes, busy orgs, two runs at
once, and runs that are cut off at any request."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from itertools import permutations
from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils import _http
from ansible_collections.okta_iru.attestation.plugins.modules import (
    okta_access_policy,
    okta_access_policy_rule,
    okta_access_policy_rules,
)

from tests.integration.okta_module import run, written

NAME = "Managed desktops"
BREAK_GLASS = {"name": "Break glass", "groups": ["Break glass"], "require": "phishing_resistant"}
MANAGED = {
    "name": "Managed",
    "device": {"registered": True, "managed": True},
    "platforms": ["macos", "windows"],
    "require": "managed_fastpass",
}
PHONES = {"name": "Phones", "state": "disabled", "platforms": ["ios", "android"], "require": "fastpass"}
WHOLE = [BREAK_GLASS, MANAGED, PHONES]


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(_http, "_backoff", lambda attempt: 0.0)


@pytest.fixture(autouse=True)
def policy(sandbox) -> str:
    made = run(sandbox, okta_access_policy, name=NAME)["policy"]
    sandbox.clear_requests()
    return str(made["id"])


def rules(sandbox, wanted=WHOLE, **options) -> dict[str, Any]:
    return run(
        sandbox, okta_access_policy_rules, **{"policy": NAME, "rules": json.loads(json.dumps(wanted)), **options}
    )


def named(*names: str) -> list[dict[str, Any]]:
    return [{"name": name} for name in names]


def stored(sandbox, policy) -> list[dict[str, Any]]:
    """The rules in the org's state, in the order of evaluation."""
    found = sandbox.state()["okta"]["policies"][policy]["rules"]
    return sorted(found, key=lambda rule: (rule["system"], rule["priority"]))


def order(sandbox, policy) -> list[str]:
    return [rule["name"] for rule in stored(sandbox, policy)][:-1]


def test_a_whole_policy_from_nothing_to_nothing(sandbox, policy):
    predicted = rules(sandbox, check=True, catch_all={"require": "two_factors"})
    assert written(sandbox) == []
    made = rules(sandbox, catch_all={"require": "two_factors"})
    assert made["writes"] == predicted["writes"] == written(sandbox)
    assert made["diff"] == predicted["diff"]
    assert [one["method"] for one in made["writes"]] == ["POST", "POST", "POST", "PUT"]
    assert [(one["name"], one["status"]) for one in made["rules"]] == [
        ("Break glass", "ACTIVE"),
        ("Managed", "ACTIVE"),
        ("Phones", "INACTIVE"),
        ("Catch-all Rule", "ACTIVE"),
    ]
    # What it takes to undo: each rule that was made, and what the Catch-all Rule did before.
    assert [(one["name"], one["was"] is None) for one in made["changes"]] == [
        ("Break glass", True), ("Managed", True), ("Phones", True), ("Catch-all Rule", False),
    ]  # fmt: skip
    assert made["changes"][3]["was"]["actions"]["appSignOn"]["verificationMethod"]["constraints"]
    sandbox.clear_requests()
    again = rules(sandbox, catch_all={"require": "two_factors"})
    assert (again["changed"], again["diff"]["before"], written(sandbox)) == (False, {}, [])
    # Two policies listed: apps are not asked, as nothing is written; groups of one rule are looked up once.
    assert [one["path"].rpartition("/")[2] for one in sandbox.requests("okta")] == ["policies", "rules", "groups"]
    changed = rules(sandbox, [{**MANAGED, "reauthenticate_in": "PT1H"}, {**PHONES, "state": "enabled"}])
    assert [one["method"] for one in changed["writes"]] == ["PUT", "POST"]
    assert set(changed["diff"]["after"]["rules"]) == {"Managed", "Phones"}
    assert "order" not in changed["diff"]["after"]
    gone = rules(sandbox, [{"name": "Phones", "state": "absent"}, {"name": "Never", "state": "absent"}])
    assert (gone["removed"], order(sandbox, policy)) == (["Phones"], ["Break glass", "Managed"])
    predicted = rules(sandbox, [MANAGED], exact=True, check=True)
    exact = rules(sandbox, [MANAGED], exact=True)
    assert (exact["removed"], exact["writes"], exact["diff"]) == (
        ["Break glass"], predicted["writes"], predicted["diff"],
    )  # fmt: skip
    assert rules(sandbox, [], exact=True)["removed"] == ["Managed"]
    assert [rule["name"] for rule in stored(sandbox, policy)] == ["Catch-all Rule"]


@pytest.mark.parametrize("drifts", [False, True])
def test_any_order_costs_at_most_a_write_each_and_none_when_it_is_right(sandbox, policy, drifts):
    """With `drifts` the org shifts priorities as the guide's pitfall has it; the rules are then read again."""
    sandbox.settings(okta={"same_priority_shifts": drifts})
    rules(sandbox, [{"name": name, "require": "two_factors"} for name in "abcd"])
    for wanted in permutations("abcd"):
        predicted = rules(sandbox, named(*wanted), check=True)
        sandbox.clear_requests()
        moved = rules(sandbox, named(*wanted))
        assert order(sandbox, policy) == list(wanted)
        assert len(moved["writes"]) < 4
        assert moved["writes"] == predicted["writes"] == written(sandbox)
        assert (moved["diff"], [one["name"] for one in moved["rules"]][:-1]) == (predicted["diff"], list(wanted))
        assert not rules(sandbox, named(*wanted))["changed"]


def test_rules_that_are_not_named_stay_where_they_are(sandbox, policy):
    rules(sandbox, [{"name": name, "require": "two_factors"} for name in "abcd"])
    relative = rules(sandbox, [*named("d"), {"name": "x", "require": "two_factors"}, *named("a")])
    assert order(sandbox, policy) == ["d", "x", "a", "b", "c"]
    assert len(relative["writes"]) == 2
    rules(sandbox, named("c", "b"), order="first")
    assert order(sandbox, policy) == ["c", "b", "d", "x", "a"]
    ignored = rules(sandbox, [{"name": "y", "require": "two_factors"}, *named("a", "c")], order="ignore")
    assert (order(sandbox, policy), len(ignored["writes"])) == (["c", "b", "d", "x", "a", "y"], 1)


def test_content_and_place_are_one_write(sandbox, policy):
    rules(sandbox)
    sandbox.clear_requests()
    rules(sandbox, [{**MANAGED, "platforms": ["macos"]}, BREAK_GLASS, {**PHONES, "reauthenticate_in": "PT1H"}])
    assert [one["method"] for one in written(sandbox)] == ["PUT", "PUT"]
    assert order(sandbox, policy) == ["Managed", "Break glass", "Phones"]


def test_what_okta_does_not_store_is_written_once_and_told(sandbox):
    method = {"type": "ASSURANCE", "factorMode": "2FA", "constraints": [{"possession": {"brandNew": "REQUIRED"}}]}
    raw = {"name": "R", "actions": {"appSignOn": {"access": "ALLOW", "verificationMethod": method}}}
    made = rules(sandbox, [raw])
    assert (len(made["writes"]), "constraints" in made["warnings"][0]) == (1, True)


def test_a_policy_that_is_only_planned(sandbox):
    planned = run(sandbox, okta_access_policy, name="New", check=True)["policy"]["id"]
    predicted = rules(sandbox, policy=planned, catch_all={"access": "allow"}, check=True)
    assert ([one["method"] for one in predicted["writes"]], len(predicted["warnings"])) == (["POST"] * 3, 1)


@pytest.mark.parametrize(
    ("wanted", "options", "kind", "says"),
    [
        ([MANAGED, MANAGED], {}, "InvalidInput", "two rules named 'Managed'"),
        ([{"name": "Catch-all Rule"}], {}, "Refused", "catch_all: true"),
        ([{"name": " x"}], {}, "InvalidInput", "blank"),
        ([BREAK_GLASS, {"name": "R", "groups": ["Nobody"]}], {}, "NotFound", "group 'Nobody'"),
        ([BREAK_GLASS, {"name": "R", "device": {"managed": True}}], {}, "InvalidInput", "registered: true"),
        ([BREAK_GLASS, {"name": "R", "access": "deny"}], {}, "Refused", "confirm_deny"),
        ([BREAK_GLASS], {"policy": "Okta Admin Console"}, "Refused", "lock every administrator out"),
        ([BREAK_GLASS], {"policy": "Manged desktops"}, "NotFound", NAME),
    ],
)
def test_refused_before_anything_is_written(sandbox, wanted, options, kind, says):
    refused = rules(sandbox, wanted, fails=True, **options)
    assert (refused["failure"]["kind"], says in refused["msg"]) == (kind, True), refused["msg"]
    assert written(sandbox) == []


def test_a_denying_catch_all_wants_a_word(sandbox, policy):
    assert "confirm_deny" in rules(sandbox, [BREAK_GLASS], catch_all={"access": "deny"}, fails=True)["msg"]
    rules(sandbox, [BREAK_GLASS], catch_all={"access": "deny"}, confirm_deny=True)
    assert stored(sandbox, policy)[-1]["actions"]["appSignOn"]["access"] == "DENY"


def is_as_wanted(sandbox, policy) -> bool:
    names = [rule["name"] for rule in stored(sandbox, policy)]
    return names == ["Break glass", "Managed", "Phones", "Catch-all Rule"] and not rules(sandbox)["changed"]


BUSY: list[dict[str, Any]] = [
    {"do": {"status": 423}, "match": {"method": "POST", "path": "*/rules", "nth": 2}},
    {"do": {"status": 409}, "match": {"method": "PUT", "path": "*/rules/*"}},
    {"do": {"status": 503, "effect": True}, "match": {"method": "POST", "path": "*/rules"}},
    {"do": {"status": 500}, "match": {"method": "PUT", "path": "*/rules/*"}},
    {"do": {"status": 429}, "match": {"method": "GET", "path": "*/rules", "nth": 2}},
    {"do": {"close": "after"}, "match": {"method": "POST", "path": "*/rules", "nth": 3}},
    {"do": {"delay": 0.2}, "match": {"method": "POST", "path": "*/rules"}},
]


@pytest.mark.parametrize("fault", BUSY, ids=[str(one["do"]) for one in BUSY])
def test_two_runs_at_once_end_in_the_wanted_state(sandbox, policy, fault):
    rules(sandbox, [{**PHONES, "reauthenticate_in": "PT3H"}, {**MANAGED, "platforms": ["macos"]}])
    sandbox.settings(okta={"reconciling_refusals": 1})
    sandbox.faults({**fault, "match": {"service": "okta", **fault["match"]}})
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(rules, sandbox) for _run in range(2)]
        results = [one.result() for one in both]
    assert any(one["changed"] for one in results)
    sandbox.clear_faults()
    assert is_as_wanted(sandbox, policy)


def test_two_runs_that_write_rule_by_rule_end_in_the_wanted_state(sandbox, policy):
    sandbox.settings(okta={"reconciling_refusals": 1})

    def one_by_one() -> None:
        for number, wanted in enumerate(WHOLE):
            run(sandbox, okta_access_policy_rule, policy=NAME, priority=number, **deepcopy(wanted))

    with ThreadPoolExecutor(2) as pool:
        for one in [pool.submit(one_by_one) for _run in range(2)]:
            one.result()
    one_by_one()
    assert is_as_wanted(sandbox, policy)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("request_number", range(1, 12))
def test_a_run_that_is_cut_off_at_any_request_leaves_nothing_twice(sandbox, policy, request_number, after):
    do = {"close": "after" if after else "before"}
    sandbox.faults({"match": {"service": "okta", "nth": request_number, "times": 0}, "do": do})
    ended_well = run_without_a_second_try(sandbox)
    sandbox.clear_faults()
    names = order(sandbox, policy)
    assert len(set(names)) == len(names)
    if ended_well:
        assert is_as_wanted(sandbox, policy)
    rules(sandbox)
    assert is_as_wanted(sandbox, policy)


def run_without_a_second_try(sandbox) -> bool:
    """Whether a run ended well that tries nothing again, as if it were killed."""
    try:
        rules(sandbox, retries=0)
    except AssertionError:
        return False
    return True
