"""okta_policy_simulate against the sandbox's org: what a sign-in comes to, expectations, refusals; it only reads."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils import _http
from ansible_collections.okta_iru.attestation.plugins.modules import (
    okta_access_policy,
    okta_access_policy_rule,
    okta_app_policy,
    okta_policy_simulate,
)

from tests.integration.okta_module import run

NAME, RULE, APP, GROUP = "Managed desktops", "Managed", "Salesforce", "Attestation pilot"
SIMULATE = "/api/v1/policies/simulate"
MANAGED = {"platform": "macos", "registered": True, "managed": True}
UNMANAGED = {**MANAGED, "managed": False}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(_http, "_backoff", lambda attempt: 0.0)


@pytest.fixture(autouse=True)
def policy(sandbox) -> str:
    made = run(sandbox, okta_access_policy, name=NAME)["policy"]
    rule(sandbox, device={"registered": True, "managed": True}, platforms=["macos"], groups=[GROUP])
    run(sandbox, okta_app_policy, policy=NAME, apps=[APP])
    sandbox.clear_requests()
    return str(made["id"])


def rule(sandbox, name=RULE, **options) -> dict[str, Any]:
    return run(sandbox, okta_access_policy_rule, policy=NAME, name=name, **options)


def simulate(sandbox, **options) -> dict[str, Any]:
    who = {} if {"user", "groups"} & set(options) else {"groups": [GROUP]}
    return run(sandbox, okta_policy_simulate, **{"app": APP, **who, **options})


@pytest.mark.parametrize("check", [False, True])
def test_which_rule_a_sign_in_comes_to_and_why(sandbox, check):
    managed = simulate(sandbox, device=MANAGED, check=check)["results"][0]
    assert (managed["rule"]["name"], managed["rule"]["catch_all"], managed["access"]) == (RULE, False, "allow")
    assert managed["policy"]["name"] == NAME
    assert [one["method"] for one in sandbox.requests("okta")] == ["GET", "GET", "POST", "GET"]
    unmanaged = simulate(sandbox, device=UNMANAGED, check=check)["results"][0]
    assert (unmanaged["rule"]["name"], unmanaged["rule"]["catch_all"]) == ("Catch-all Rule", True)
    assert [(one["name"], one["conditions"]) for one in unmanaged["passed_over"]] == [(RULE, ["device.managed"])]


def test_many_sign_ins_share_what_is_looked_up(sandbox):
    scenarios = [
        {"title": "managed", "device": MANAGED, "expect": {"rule": RULE, "policy": NAME, "access": "allow"}},
        {"title": "not managed", "device": UNMANAGED, "expect": {"not_rule": RULE, "catch_all": True}},
        {"title": "administrator", "user": "admin@attest.example", "device": MANAGED, "expect": {"catch_all": True}},
    ]
    result = simulate(sandbox, scenarios=scenarios)
    assert (result["met"], [one["title"] for one in result["results"]]) == (True, [one["title"] for one in scenarios])
    log = [(one["method"], one["path"].removeprefix("/api/v1/").partition("/")[0]) for one in sandbox.requests("okta")]
    assert log.count(("POST", "policies")) == 3
    assert log.count(("GET", "policies")) == log.count(("GET", "apps")) == log.count(("GET", "groups")) == 1
    assert len(log) == 7


def test_what_is_not_as_expected_is_told_with_the_reason(sandbox):
    options = {"device": UNMANAGED, "expect": {"rule": RULE, "access": "deny", "policy": "Any two factors"}}
    refused = simulate(sandbox, **options, fails=True)
    assert refused["failure"]["kind"] == "NotAsExpected"
    assert "rule: expected 'Managed', got 'Catch-all Rule'" in refused["msg"]
    assert "(device.managed does not hold)" in refused["msg"]
    assert "access: expected 'deny', got allow" in refused["msg"]
    assert len(refused["failure"]["results"][0]["unmet"]) == 3
    told = simulate(sandbox, **options, fail_unmet=False)
    assert (told["met"], told["results"]) == (False, refused["failure"]["results"])
    assert told["warnings"] == [refused["msg"]]
    mixed = simulate(sandbox, device=MANAGED, scenarios=[{"expect": {"not_rule": RULE}}, {}], fails=True)
    assert "1 of 2 sign-ins" in mixed["msg"] and "sign-in 1: not_rule" in mixed["msg"]


def test_what_okta_cannot_decide_on_is_warned_about(sandbox):
    rule(sandbox, "Low risk", expression='user.status == "ACTIVE"', position="top")
    result = simulate(sandbox, device=MANAGED)
    assert result["results"][0]["rule"]["name"] == RULE
    assert [one["conditions"] for one in result["results"][0]["undefined"]] == [["elCondition.condition"]]
    assert "'Low risk' (elCondition.condition)" in result["warnings"][0]


def test_network_and_risk(sandbox):
    sandbox.settings(okta={"risk_scoring": True})
    state = sandbox.state()
    zones = state["okta"]["zones"]
    next(one for one in zones.values() if one["name"] == "LegacyIpZone")["gateways"] = [
        {"type": "CIDR", "value": "203.0.113.0/24"},
        {"type": "RANGE", "value": "198.51.100.1-198.51.100.9"},
    ]
    sandbox.load_state(state)
    rule(sandbox, "Office", network={"include": ["LegacyIpZone"]}, risk="low", position="top")
    for network, risk, found in (
        ({"ip": "203.0.113.7"}, "low", "Office"),
        ({"ip": "198.51.100.9"}, "low", "Office"),
        ({"zones": ["LegacyIpZone"]}, "low", "Office"),
        ({"ip": "203.0.114.7"}, "low", RULE),
        ({"zones": ["LegacyIpZone"]}, "high", RULE),
    ):
        result = simulate(sandbox, device=MANAGED, network=network, risk=risk)
        assert (result["results"][0]["rule"]["name"], "warnings" in result) == (found, False)


def test_other_kinds_of_policies_have_no_access(sandbox):
    result = simulate(sandbox, policy_type="mfa_enroll")["results"][0]
    assert (result["policy"], result["rule"], result["access"]) == (None, None, None)


@pytest.mark.parametrize(
    ("options", "kind", "says"),
    [
        ({"app": "Salesfroce"}, "NotFound", "'Salesforce'"),
        ({"app": "0oaNoSuchApp12345678"}, "NotFound", "0oaNoSuchApp"),
        ({"app": None}, "InvalidInput", "has no app"),
        ({"groups": ["Attestation pilots"]}, "NotFound", "'Attestation pilot'"),
        ({"user": "admin@attest.exampel"}, "NotFound", "admin@attest.example"),
        ({"groups": []}, "InvalidInput", "either a user or groups"),
        ({"device": {"managed": True}}, "InvalidInput", "device.registered: true"),
        ({"network": {"zones": ["Office"]}}, "NotFound", "network zone 'Office'"),
        ({"network": {"ip": "here"}}, "ApiError", "ip: must be an IP address"),
        ({"device": {"assurance": "Laptop"}}, "NotFound", "device assurance policy"),
    ],
)
def test_refused(sandbox, options, kind, says):
    refused = simulate(sandbox, **options, fails=True)
    assert (refused["failure"]["kind"], says in refused["msg"]) == (kind, True), refused["msg"]


def test_a_group_without_the_app_is_told_in_okta_s_words(sandbox):
    okta = sandbox.state()["okta"]
    app = next(key for key, one in okta["apps"].items() if one["label"] == APP)
    pilot = next(key for key, one in okta["groups"].items() if one["profile"]["name"] == GROUP)
    sandbox.settings(okta={"app_groups": {app: [pilot]}})
    assert simulate(sandbox)["results"]
    everyone = {"groups": ["Everyone"]}
    assert "Everyone is not assigned to this application" in simulate(sandbox, **everyone, fails=True)["msg"]
    assert not simulate(sandbox, **everyone, required=False)["available"]


def test_an_org_without_simulation(sandbox):
    sandbox.settings(okta={"missing_features": ["policy-simulation"]})
    assert "E0000015" in simulate(sandbox, fails=True)["msg"]
    result = simulate(sandbox, required=False, expect={"rule": RULE})
    assert (result["available"], result["met"], result["results"], len(result["warnings"])) == (False, False, [], 1)


def test_an_org_that_takes_lists_only(sandbox):
    sandbox.settings(okta={"simulation_takes_lists": True})
    sandbox.faults({"match": {"path": SIMULATE}, "do": {"status": 400, "body": {"errorCode": "E0000003"}}})
    assert simulate(sandbox, device=MANAGED, expect={"rule": RULE})["met"]


@pytest.mark.parametrize("fault", [{"close": "before"}, {"close": "after"}, {"status": 503}, {"status": 500}])
def test_it_is_asked_again_as_a_reading_request_is(sandbox, fault):
    sandbox.faults({"match": {"method": "POST", "path": SIMULATE}, "do": fault})
    assert simulate(sandbox, device=MANAGED, expect={"rule": RULE})["met"]


def test_scopes(sandbox):
    sandbox.settings(okta={"oauth_scopes": ["okta.policies.read", "okta.apps.read", "okta.groups.read"]})
    assert simulate(sandbox, oauth=True)["results"]
    assert "okta.users.read" in simulate(sandbox, user="admin@attest.example", oauth=True, fails=True)["msg"]
