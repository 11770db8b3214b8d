"""Rules of app sign-in policies against the sandbox's org: what each option makes, the Catch-all Rule, the two names of
Okta Verify's methods, and an org that is busy."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils import _http
from ansible_collections.okta_iru.attestation.plugins.modules import okta_access_policy, okta_access_policy_rule

from tests.integration.okta_module import run, written

NAME = "Managed desktops"
KEYS = ("okta_verify", "okta_verify_fastpass")


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(_http, "_backoff", lambda attempt: 0.0)


@pytest.fixture(autouse=True)
def policy(sandbox) -> str:
    made = run(sandbox, okta_access_policy, name=NAME)["policy"]
    sandbox.clear_requests()
    return str(made["id"])


def rule(sandbox, **options) -> dict[str, Any]:
    named = {} if "catch_all" in options else {"name": "R"}
    return run(sandbox, okta_access_policy_rule, **{"policy": NAME, **named, **options})


def once(sandbox, **options) -> dict[str, Any]:
    """The rule that a task makes; check mode says the same before, and a second run finds nothing to do."""
    predicted = rule(sandbox, **options, check=True)
    sandbox.clear_requests()
    made = rule(sandbox, **options)
    assert (made["writes"], made["diff"]) == (predicted["writes"], predicted["diff"])
    assert made["writes"] == written(sandbox)
    sandbox.clear_requests()
    again = rule(sandbox, **options)
    assert (again["changed"], written(sandbox)) == (False, [])
    return dict(made["rule"])


def sign_on(made: dict[str, Any]) -> Any:
    return made["actions"]["appSignOn"]


def test_every_condition_by_name(sandbox):
    state = sandbox.state()["okta"]
    made = once(
        sandbox,
        platforms=["macos", {"os": "other", "type": "desktop", "expression": "Fedora"}],
        exclude_platforms=[{"os": "windows", "version": {"matchType": "SEMVER", "value": "10"}}],
        user_types=["user"],
        users=["admin@attest.example"],
        exclude_groups=["Attestation pilot"],
        network={"include": ["LegacyIpZone"], "exclude": ["BlockedIpZone"]},
        expression='user.status == "ACTIVE"',
        require="password_and_another",
        inactivity_period="PT1H",
        keep_me_signed_in={"allowed": True, "prompt_frequency": "P7D"},
    )
    zones = {one["name"]: key for key, one in state["zones"].items()}
    assert made["conditions"] == {
        "people": {
            "users": {"include": [state["administrator"]["id"]]},
            "groups": {"exclude": [key for key, one in state["groups"].items() if "pilot" in one["profile"]["name"]]},
        },
        "network": {"connection": "ZONE", "include": [zones["LegacyIpZone"]], "exclude": [zones["BlockedIpZone"]]},
        "platform": {
            "include": [
                {"type": "DESKTOP", "os": {"type": "MACOS"}},
                {"type": "DESKTOP", "os": {"type": "OTHER", "expression": "Fedora"}},
            ],
            "exclude": [
                {"type": "DESKTOP", "os": {"type": "WINDOWS", "version": {"matchType": "SEMVER", "value": "10"}}}
            ],
        },
        "elCondition": {"condition": 'user.status == "ACTIVE"'},
        "userType": {"include": list(state["user_types"]), "exclude": []},
    }
    assert sign_on(made) == {
        "access": "ALLOW",
        "verificationMethod": {
            "factorMode": "2FA",
            "type": "ASSURANCE",
            "reauthenticateIn": "PT12H",
            "inactivityPeriod": "PT1H",
            "constraints": [{"knowledge": {"required": True, "types": ["password"]}}],
        },
        "keepMeSignedIn": {"postAuth": "ALLOWED", "postAuthPromptFrequency": "P7D"},
    }


def test_a_chain_is_made_changed_and_replaced(sandbox):
    chains = [["okta_password/password", {"methods": ["okta_verify/push"]}], ["webauthn/webauthn"]]
    made = once(sandbox, chains=chains, reauthenticate_in="PT2H")
    assert sign_on(made)["verificationMethod"]["type"] == "AUTH_METHOD_CHAIN"
    assert sign_on(once(sandbox, reauthenticate_in="PT3H"))["verificationMethod"]["chains"][1] == {
        "authenticationMethods": [{"key": "webauthn", "method": "webauthn"}]
    }
    assert sign_on(once(sandbox, chains=chains[1:]))["verificationMethod"]["reauthenticateIn"] == "PT3H"
    assert sign_on(once(sandbox, id_proofing={"id": "idp1"}))["verificationMethod"]["type"] == "ID_PROOFING"
    assert sign_on(once(sandbox, require="phishing_resistant"))["verificationMethod"]["type"] == "ASSURANCE"


def test_what_okta_drops_is_told(sandbox):
    method = {"type": "ASSURANCE", "factorMode": "2FA", "constraints": [{"possession": {}, "next": [{}]}]}
    given = {"actions": {"appSignOn": {"access": "ALLOW", "verificationMethod": method}}}
    assert "constraints[].next" in rule(sandbox, **given)["warnings"][0]
    assert not rule(sandbox, **given)["changed"]


@pytest.mark.parametrize("flexible", [False, True])
@pytest.mark.parametrize("key", KEYS)
def test_methods_of_okta_verify_by_either_name(sandbox, flexible, key):
    sandbox.settings(okta={"flexible_okta_verify": flexible})
    options = {"chains": [[f"{key}/signed_nonce"]]}
    is_other_name = (key == KEYS[1]) is not flexible
    predicted = rule(sandbox, **options, check=True)
    made = rule(sandbox, **options)
    assert made["writes"] == predicted["writes"] == written(sandbox)
    assert f"'{KEYS[flexible]}'" in str(made["rule"]["actions"])
    posts = [one["status"] for one in sandbox.requests("okta") if one["method"] == "POST"]
    assert posts == ([400, 200] if is_other_name else [200])
    assert not rule(sandbox, **options)["changed"]
    sandbox.clear_requests()
    second = rule(sandbox, name="Second", require="fastpass_only")  # the first rule tells which names the org takes
    assert [one["status"] for one in sandbox.requests("okta") if one["method"] == "POST"] == [200]
    assert f"'{KEYS[flexible]}'" in str(second["rule"]["actions"])
    assert not rule(sandbox, name="Second", require="fastpass_only")["changed"]


def test_rules_stay_the_same_when_the_org_gets_the_new_names(sandbox):
    once(sandbox, require="fastpass_only")
    state = sandbox.state()
    rules = state["okta"]["policies"][next(reversed(state["okta"]["policies"]))]["rules"]
    possession = sign_on(next(one for one in rules if one["name"] == "R"))["verificationMethod"]["constraints"][0]
    possession["possession"]["authenticationMethods"][0]["key"] = KEYS[1]
    sandbox.load_state(state)
    sandbox.settings(okta={"flexible_okta_verify": True})
    assert not rule(sandbox, require="fastpass_only")["changed"]
    changed = once(sandbox, require="fastpass_only", reauthenticate_in="PT1H")
    assert KEYS[1] in str(changed["actions"])


def test_catch_all(sandbox, policy):
    made = once(sandbox, catch_all=True, require="phishing_resistant", reauthenticate_in="PT1H")
    assert (made["name"], made["priority"], made["conditions"]) == ("Catch-all Rule", 99, None)
    assert sign_on(made)["verificationMethod"]["constraints"][0]["possession"]["phishingResistant"] == "REQUIRED"
    refused = rule(sandbox, catch_all=True, access="deny", fails=True)
    assert (refused["failure"]["kind"], "confirm_deny: true" in refused["msg"]) == ("Refused", True)
    assert rule(sandbox, catch_all=True, access="deny", check=True, fails=True)["failure"]["kind"] == "Refused"
    sandbox.clear_requests()
    denied = rule(sandbox, catch_all=True, access="deny", confirm_deny=True)
    assert written(sandbox) == [{"method": "PUT", "path": f"/api/v1/policies/{policy}/rules/{made['id']}"}]
    assert sign_on(denied["rule"])["access"] == "DENY"
    assert not rule(sandbox, catch_all=True, access="deny")["changed"]
    allowed = rule(sandbox, catch_all=True, access="allow")
    assert sign_on(allowed["rule"])["verificationMethod"]["reauthenticateIn"] == "PT1H"
    assert "always there" in rule(sandbox, catch_all=True, state="disabled", fails=True)["msg"]
    assert (
        "Admin Console"
        in rule(sandbox, policy="Okta Admin Console", catch_all=True, factor_mode="1FA", fails=True)["msg"]
    )
    planned = run(sandbox, okta_access_policy, name="New", check=True)["policy"]["id"]
    later = rule(sandbox, policy=planned, catch_all=True, access="allow", check=True)
    assert (later["rule"], len(later["warnings"])) == (None, 1)


def test_a_name_that_another_rule_has(sandbox):
    first = rule(sandbox)["rule"]
    rule(sandbox, name="Second")
    sandbox.clear_requests()
    refused = rule(sandbox, id=first["id"], name="Second", fails=True)
    assert (refused["failure"]["kind"], "another rule named 'Second'" in refused["msg"]) == ("InvalidInput", True)
    assert written(sandbox) == []


def test_a_rule_that_denies_everybody_wants_a_word(sandbox):
    assert "confirm_deny: true" in rule(sandbox, access="deny", fails=True)["msg"]
    assert rule(sandbox, access="deny", groups=["Attestation pilot"])["changed"]
    assert "confirm_deny: true" in rule(sandbox, groups=[], fails=True)["msg"]
    assert rule(sandbox, groups=[], confirm_deny=True)["changed"]


def test_scopes_of_names(sandbox):
    base = ["okta.policies.read", "okta.policies.manage", "okta.apps.read"]
    sandbox.settings(okta={"oauth_scopes": [*base, "okta.userTypes.read"]})
    assert rule(sandbox, user_types=["User"], oauth=True)["changed"]
    assert (
        "okta.networkZones.read" in rule(sandbox, network={"include": ["LegacyIpZone"]}, oauth=True, fails=True)["msg"]
    )


def test_a_policy_that_reconciles_its_priorities_is_waited_for(sandbox, policy):
    rule(sandbox, name="First", position="top")
    sandbox.settings(okta={"reconciling_refusals": 2})
    rule(sandbox, name="Second", position="top")
    sandbox.clear_requests()
    assert rule(sandbox, name="Third")["changed"]
    assert [one["status"] for one in sandbox.requests("okta") if one["method"] == "POST"] == [423, 423, 200]


@pytest.mark.parametrize("status", [409, 423, 429, 500, 503])
def test_a_busy_org_is_asked_again(sandbox, status):
    rule(sandbox, require="two_factors")
    for method, path, step in [
        ("PUT", "*/rules/*", lambda: rule(sandbox, require="phishing_resistant")),
        ("POST", "*/lifecycle/deactivate", lambda: rule(sandbox, state="disabled")),
        ("DELETE", "*/rules/*", lambda: rule(sandbox, state="absent")),
    ]:
        if (status, method) == (409, "POST"):
            continue
        sandbox.faults({"match": {"service": "okta", "method": method, "path": path}, "do": {"status": status}})
        assert step()["changed"], (method, path)
        sandbox.clear_faults()
        assert not step()["changed"], (method, path)


def test_another_run_makes_a_rule_of_the_name_while_this_one_has_no_answer(sandbox, monkeypatch):
    """What was found by reading back is not taken for what was sent."""
    sandbox.faults({"match": {"service": "okta", "method": "POST", "path": "*/rules"}, "do": {"status": 503}})
    pause = _http.Client.pause

    def meanwhile(client, attempt):
        monkeypatch.setattr(_http.Client, "pause", pause)
        rule(sandbox, groups=["Everyone"], state="disabled")

    monkeypatch.setattr(_http.Client, "pause", meanwhile)
    made = rule(sandbox, groups=["Break glass"], state="enabled")
    assert (made["changed"], made["rule"]["status"]) == (True, "ACTIVE")
    assert not rule(sandbox, groups=["Break glass"], state="enabled")["changed"]
