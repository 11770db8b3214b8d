"""The Okta modules against the sandbox's org: predictions, second runs, refusals, and faults."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils import _http
from ansible_collections.okta_iru.attestation.plugins.modules import (
    okta_access_policy,
    okta_access_policy_rule,
    okta_app_policy,
    okta_device_info,
    okta_endpoint_management,
    okta_org_info,
    okta_system_log_info,
)

from tests.integration.okta_module import run, written

POLICIES = "/api/v1/policies"
NAME = "Managed desktops"
DEFAULT = "Any two factors"
MANAGED = {
    "name": "Managed Macs",
    "device": {"registered": True, "managed": True},
    "platforms": ["macos", "windows"],
    "groups": ["Attestation pilot"],
    "access": "allow",
    "require": "managed_fastpass",
    "reauthenticate_in": "PT12H",
}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(_http, "_backoff", lambda attempt: 0.0)


def policy(sandbox, **options) -> dict[str, Any]:
    return run(sandbox, okta_access_policy, **{"name": NAME, **options})


def rule(sandbox, **options) -> dict[str, Any]:
    return run(sandbox, okta_access_policy_rule, **{"policy": NAME, **MANAGED, **options})


def apps(sandbox, *labels, **options) -> dict[str, Any]:
    return run(sandbox, okta_app_policy, **{"apps": list(labels), "policy": NAME, **options})


def test_check_mode_predicts_writes_and_diffs_and_a_second_run_makes_none(sandbox):
    def play(check=False):
        made = policy(sandbox, description="Computers with a certificate", check=check)
        policy_id = made["policy"]["id"]
        steps = [
            made,
            rule(sandbox, policy=policy_id, position="above_catch_all", check=check),
            rule(sandbox, policy=policy_id, name="Off", state="disabled", risk="any", priority=0, check=check),
            apps(sandbox, "Salesforce", "Workday", policy=policy_id, check=check),
        ]
        paths = [
            {**one, "path": one["path"].replace(policy_id, "{policy}")} for step in steps for one in step["writes"]
        ]
        return paths, [step["diff"] for step in steps], [step["changed"] for step in steps]

    predicted = play(check=True)
    assert written(sandbox) == []
    real = play()
    assert real == predicted
    assert real[2] == [True] * 4
    assert len(written(sandbox)) == len(real[0]) == 5
    sandbox.clear_requests()
    paths, _diffs, changed = play()
    assert (paths, changed, written(sandbox)) == ([], [False] * 4, [])
    assert play(check=True)[2] == [False] * 4


def test_the_rule_is_what_okta_asks_for(sandbox):
    policy(sandbox)
    made = rule(sandbox)["rule"]
    group = next(key for key, one in sandbox.state()["okta"]["groups"].items() if "pilot" in one["profile"]["name"])
    assert made["conditions"]["device"] == {"registered": True, "managed": True}
    assert made["conditions"]["people"]["groups"] == {"include": [group]}
    possession = made["actions"]["appSignOn"]["verificationMethod"]["constraints"][0]["possession"]
    properties = ("deviceBound", "hardwareProtection", "phishingResistant", "userPresence", "userVerification")
    assert possession == {"required": True, **dict.fromkeys(properties, "REQUIRED")}


def test_a_rule_is_changed_by_one_put_that_keeps_the_rest(sandbox):
    policy(sandbox)
    made = rule(sandbox, exclude_groups=["Break glass"], network={"include": ["LegacyIpZone"]})["rule"]
    sandbox.clear_requests()
    predicted = rule(sandbox, reauthenticate_in="PT1H", platforms=["macos"], check=True)
    changed = rule(sandbox, reauthenticate_in="PT1H", platforms=["macos"])
    assert changed["diff"] == predicted["diff"]
    assert changed["writes"] == predicted["writes"] == written(sandbox)
    assert [one["method"] for one in changed["writes"]] == ["PUT"]
    after = changed["rule"]
    for kept in ("people", "network", "device"):
        assert after["conditions"][kept] == made["conditions"][kept]
    assert after["actions"]["appSignOn"]["verificationMethod"]["reauthenticateIn"] == "PT1H"
    assert set(changed["diff"]["after"]) == {"conditions", "actions"}
    assert set(changed["diff"]["after"]["conditions"]) == {"platform"}


def test_a_rule_is_renamed_switched_moved_and_removed(sandbox):
    policy(sandbox)
    first = rule(sandbox)["rule"]
    renamed = run(sandbox, okta_access_policy_rule, policy=NAME, id=first["id"], name="Renamed")["rule"]
    assert (renamed["name"], renamed["conditions"]) == ("Renamed", first["conditions"])
    only = {"policy": NAME, "name": "Renamed"}
    for state, status in (("disabled", "INACTIVE"), ("present", "INACTIVE"), ("enabled", "ACTIVE")):
        assert run(sandbox, okta_access_policy_rule, **only, state=state)["rule"]["status"] == status
    rule(sandbox, name="Second")
    top = run(sandbox, okta_access_policy_rule, policy=NAME, name="Second", position="top")
    assert (top["changed"], top["rule"]["priority"]) == (True, 0)
    assert not run(sandbox, okta_access_policy_rule, policy=NAME, name="Second", position="top")["changed"]
    assert not run(sandbox, okta_access_policy_rule, policy=NAME, name="Second", position="above_catch_all")["changed"]
    assert run(sandbox, okta_access_policy_rule, **only, state="absent")["writes"][0]["method"] == "DELETE"
    assert not run(sandbox, okta_access_policy_rule, **only, state="absent")["changed"]


def test_what_was_read_can_be_sent_back(sandbox):
    """Okta stores an operating system ANY as OTHER, and then refuses what it has stored."""
    policy(sandbox)
    conditions = {"platform": {"include": [{"type": "MOBILE", "os": {"type": "ANY", "expression": None}}]}}
    given = {"name": "Any phone", "conditions": conditions, "actions": {"appSignOn": {"access": "DENY"}}}
    assert run(sandbox, okta_access_policy_rule, policy=NAME, **given)["changed"]
    assert not run(sandbox, okta_access_policy_rule, policy=NAME, **given)["changed"]
    assert run(sandbox, okta_access_policy_rule, policy=NAME, **given, groups=["Everyone"])["changed"]


@pytest.mark.parametrize("risk_scoring", [True, False])
def test_risk_scoring_or_not(sandbox, risk_scoring):
    sandbox.settings(okta={"risk_scoring": risk_scoring})
    policy(sandbox)
    assert rule(sandbox, risk="any")["changed"]
    assert not rule(sandbox, risk="any")["changed"]
    refused = rule(sandbox, risk="high", fails=not risk_scoring)
    assert refused.get("changed") if risk_scoring else "riskScore" in refused["msg"]


@pytest.mark.parametrize(
    ("options", "kind", "says"),
    [
        ({"device": {"managed": True}}, "InvalidInput", "device.registered: true"),
        ({"device": {"registered": True}}, "InvalidInput", "device: {registered: true, managed: true}"),
        ({"groups": ["Attestation pilots"]}, "NotFound", "'Attestation pilot'"),
        ({"groups": ["00gNoSuchGroup1234567"]}, "NotFound", "00gNoSuchGroup"),
        ({"users": ["admin@attest.exampel"]}, "NotFound", "admin@attest.example"),
        ({"users": ["me"]}, "NotFound", "'me'"),
        ({"users": ["admin"]}, "NotFound", "admin@attest.example"),
        ({"network": {"include": ["LegacyZone"]}}, "NotFound", "LegacyIpZone"),
        ({"network": {"connection": "zone"}}, "InvalidInput", "needs zones"),
        ({"user_types": ["users"]}, "NotFound", "'user'"),
        ({"device": {"registered": True, "assurance": ["Laptop"]}}, "NotFound", "device assurance policy 'Laptop'"),
        ({"access": "deny"}, "InvalidInput", "access: deny"),
        ({"reauthenticate_in": "12h"}, "InvalidInput", "PT12H"),
        ({"priority": -1}, "InvalidInput", "priority"),
        ({"name": "Catch-all Rule"}, "Refused", "Catch-all Rule"),
        ({"name": " x"}, "InvalidInput", "blank"),
        ({"id": "rulNoSuchRule12345678"}, "NotFound", "rulNoSuchRule"),
        ({"policy": "Manged desktops"}, "NotFound", NAME),
        ({"policy": "Okta Admin Console"}, "Refused", "locks"),
        ({"conditions": {"device": {"registered": True}}}, "InvalidInput", "only once"),
    ],
)
def test_refused_before_anything_is_written(sandbox, options, kind, says):
    policy(sandbox)
    sandbox.clear_requests()
    result = rule(sandbox, fails=True, **options)
    assert result["failure"]["kind"] == kind
    assert says.replace("locks", "lock every administrator out") in result["msg"]
    assert written(sandbox) == []


def test_the_policy_of_the_admin_console_is_left_alone_whatever_its_name(sandbox):
    state = sandbox.state()
    console = next(one for one in state["okta"]["apps"].values() if one["name"] == "saasure")
    state["okta"]["policies"][console["access_policy"]]["name"] = "Administrators"
    sandbox.load_state(state)
    console_policy = {"name": "Administrators"}
    for refused in (
        rule(sandbox, policy="Administrators", fails=True),
        policy(sandbox, **console_policy, description="x", fails=True),
        policy(sandbox, **console_policy, state="absent", move_apps_to=DEFAULT, fails=True),
        apps(sandbox, "Salesforce", policy="Administrators", fails=True),
        apps(sandbox, "Okta Admin Console", policy=DEFAULT, fails=True),
        policy(sandbox, name=DEFAULT, description="x", fails=True),
        policy(sandbox, name=DEFAULT, state="absent", fails=True),
        policy(sandbox, name="Okta Account Management Policy", description="x", fails=True),
        apps(sandbox, "Salesforce", policy="Okta Account Management Policy", fails=True),
    ):
        assert refused["failure"]["kind"] == "Refused"
    assert written(sandbox) == []


def test_a_policy_is_changed_and_removed(sandbox):
    made = policy(sandbox, description="old")["policy"]
    predicted = policy(sandbox, description="new", check=True)
    changed = policy(sandbox, description="new")
    assert changed["writes"] == predicted["writes"] == [{"method": "PUT", "path": f"{POLICIES}/{made['id']}"}]
    assert changed["diff"]["before"] == {"description": "old"}
    assert not policy(sandbox, description="new")["changed"]
    assert policy(sandbox, id=made["id"], name="Other")["policy"]["description"] == "new"
    assert policy(sandbox, id=made["id"], name=None, state="absent")["changed"]
    assert not policy(sandbox, id=made["id"], name=None, state="absent")["changed"]
    assert "no app sign-in policy" in policy(sandbox, id=made["id"], name=None, fails=True)["msg"]


def test_a_policy_in_use_is_removed_once_its_apps_have_another(sandbox):
    policy(sandbox)
    moved = apps(sandbox, "Salesforce", "Slack")
    assert [one["previous_policy_id"] != one["policy_id"] for one in moved["apps"]] == [True, True]
    assert set(moved["diff"]["before"].values()) == {DEFAULT}
    refused = policy(sandbox, state="absent", fails=True)
    assert "Salesforce, Slack" in refused["msg"]
    predicted = policy(sandbox, state="absent", move_apps_to=DEFAULT, check=True)
    sandbox.clear_requests()
    removed = policy(sandbox, state="absent", move_apps_to=DEFAULT)
    assert removed["writes"] == predicted["writes"] == written(sandbox)
    assert [one["method"] for one in removed["writes"]] == ["PUT", "PUT", "DELETE"]
    assert [one["label"] for one in removed["moved_apps"]] == ["Salesforce", "Slack"]


def test_only_apps_with_another_policy_are_written(sandbox):
    policy(sandbox)
    apps(sandbox, "Salesforce")
    second = apps(sandbox, "Salesforce", "Zoom", "Zoom")
    assert [(one["label"], one["changed"]) for one in second["apps"]] == [("Salesforce", False), ("Zoom", True)]
    assert len(second["writes"]) == 1
    unknown = apps(sandbox, "Slack", "Sales force", fails=True)
    assert "'Salesforce'" in unknown["msg"]
    state = sandbox.state()
    ids = [key for key, one in state["okta"]["apps"].items() if one["label"] in ("Slack", "Zoom")]
    for key in ids:
        state["okta"]["apps"][key]["label"] = "Twice"
    sandbox.load_state(state)
    assert apps(sandbox, "Twice", fails=True)["failure"]["ids"] == ids
    assert apps(sandbox, *ids)["changed"]


FAULTS = [{"close": "before"}, {"close": "after"}, {"status": 503}, {"status": 503, "effect": True}, {"truncate": True}]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_write_that_breaks_off_happens_once(sandbox, fault):
    for method, path, step in [
        ("POST", POLICIES, lambda: policy(sandbox)),
        ("POST", "*/rules", lambda: rule(sandbox)),
        ("PUT", "*/rules/*", lambda: rule(sandbox, reauthenticate_in="PT1H")),
        ("POST", "*/lifecycle/deactivate", lambda: rule(sandbox, reauthenticate_in="PT1H", state="disabled")),
        ("PUT", "/api/v1/apps/*", lambda: apps(sandbox, "Slack")),
        ("DELETE", "*/rules/*", lambda: rule(sandbox, state="absent")),
    ]:
        sandbox.faults({"match": {"service": "okta", "method": method, "path": path}, "do": fault})
        assert step()["changed"], (method, path)
        sandbox.clear_faults()
        assert not step()["changed"], (method, path)
    state = sandbox.state()["okta"]
    assert [one["name"] for one in state["policies"].values()].count(NAME) == 1
    events = [one["eventType"] for one in state["logs"]]
    assert (events.count("policy.lifecycle.create"), events.count("policy.rule.add")) == (1, 1)


@pytest.mark.parametrize(
    ("fault", "kind", "says"),
    [
        ({"body": "<html><title>Sign in</title></html>", "status": 200}, "BadAnswer", "web page"),
        ({"truncate": True}, "Unreachable", "did not answer"),
        ({"status": 429, "retry_after": 4000}, "TimedOut", "rate_limit_patience"),
    ],
)
def test_broken_reads_stop_before_anything_is_written(sandbox, fault, kind, says):
    sandbox.faults({"match": {"service": "okta", "method": "GET", "times": 0}, "do": fault})
    result = policy(sandbox, fails=True)
    assert result["failure"]["kind"] == kind
    assert says in result["msg"]
    assert written(sandbox) == []


def test_a_next_link_on_another_host_is_refused(sandbox):
    sandbox.faults(
        {"match": {"service": "okta", "path": "/api/v1/logs", "times": 0}, "do": {"next_host": "evil.example"}}
    )
    assert "another host (evil.example)" in run(sandbox, okta_system_log_info, fails=True)["msg"]


def test_tokens_scopes_and_classic_orgs(sandbox):
    assert "create a new one" in policy(sandbox, token="00wrong-token", fails=True)["msg"]
    assert policy(sandbox, token=None, fails=True)["failure"]["kind"] == "InvalidInput"
    sandbox.settings(okta={"oauth_scopes": ["okta.policies.read", "okta.policies.manage", "okta.apps.read"]})
    assert policy(sandbox, oauth=True)["changed"]
    assert "okta.groups.read" in rule(sandbox, oauth=True, fails=True)["msg"]
    sandbox.settings(okta={"pipeline": "v1"})
    assert "Classic" in policy(sandbox, fails=True)["msg"]


def test_org(sandbox):
    org = run(sandbox, okta_org_info, oauth=True)
    assert (org["pipeline"], org["identity_engine"], org["fastpass"]) == ("idx", True, True)
    assert org["okta_verify"]["methods"]["signed_nonce"] == "ACTIVE"
    assert org["hosts"] == [sandbox.ready["okta_url"].removeprefix("https://")]
    assert org["subdomain"] == "attest-example"
    anonymous = run(sandbox, okta_org_info, token=None, gather=[])
    assert anonymous["id"] == org["id"]
    sandbox.settings(okta={"pipeline": "v1"})
    classic = run(sandbox, okta_org_info)
    assert (classic["identity_engine"], "fastpass" in classic) == (False, False)
    assert "Classic Engine" in classic["warnings"][0]
    refused = run(sandbox, okta_org_info, require_identity_engine=True, fails=True)
    assert "Ask Okta for the upgrade" in refused["msg"]


def test_platform(sandbox):
    ready = sandbox.ready
    given = {"scep_url": ready["scep_url"], "challenge": ready["scep_challenge"]}
    platform = run(sandbox, okta_endpoint_management, **given, profile_updated_at="2020-01-01T00:00:00Z")
    assert platform["platform"]["derived_challenge_url"] == ready["scep_challenge_url"]
    assert platform["platform_added_at"]
    assert platform["secret_reset_at"] is None
    assert platform["secret_newer_than_profile"] is False
    sandbox._call("POST", "/control/okta/reset-secret")
    later = run(sandbox, okta_endpoint_management, **given, profile_updated_at=platform["platform_added_at"])
    assert later["secret_newer_than_profile"] is True
    assert any("Put the new secret into the profile" in text for text in later["warnings"])
    state = sandbox.state()
    state["okta"]["logs"] = [one for one in state["okta"]["logs"] if "device.platform" not in one["eventType"]]
    sandbox.load_state(state)
    old = run(sandbox, okta_endpoint_management, scep_url=ready["scep_url"])
    assert (old["platform_added_at"], old["challenge_type"]) == (None, None)
    assert "last 90 days" in old["warnings"][0]
    other = run(sandbox, okta_endpoint_management, scep_url="https://other.okta.com/pki/x", challenge="a_b")
    assert [text.split()[0] for text in other["warnings"]] == ["The", "The", "The", "The"]
    assert other["challenge_usable_on_windows"] is False
    assert run(sandbox, okta_endpoint_management, scep_url="http://example.com/pki", fails=True)
    assert "blanks" in run(sandbox, okta_endpoint_management, **{**given, "challenge": "abcdef\n"}, fails=True)["msg"]


def test_devices_become_managed(sandbox):
    assert run(sandbox, okta_device_info)["devices"] == []
    sandbox.tick(24 * 60)
    sandbox.clear_requests()
    listed = run(sandbox, okta_device_info, platform="macos")
    assert len(sandbox.requests("okta")) == 1
    assert {one["management"] for one in listed["devices"]} == {"not_managed"}
    assert listed["counts"]["not_managed"] == len(listed["devices"]) > 0
    state = sandbox.state()
    record = state["okta"]["devices"][listed["devices"][0]["id"]]
    record["users"][0]["managementStatus"] = "MANAGED"
    old = {**record, "id": "guo00000000000000old", "status": "DEACTIVATED", "users": [], "lastUpdated": "2099-01-01"}
    state["okta"]["devices"][old["id"]] = old
    sandbox.load_state(state)
    serial = record["profile"]["serialNumber"]
    one = run(sandbox, okta_device_info, serial_numbers=[serial.lower(), "NOSUCHSERIAL"])
    assert [(each["id"], each["management"]) for each in one["devices"]] == [(record["id"], "managed")]
    assert one["devices"][0]["superseded"] == [old["id"]]
    assert one["unknown_serial_numbers"] == ["NOSUCHSERIAL"]
    every = run(sandbox, okta_device_info, all_records=True, page_size=2)
    assert every["counts"] == {"managed": 1, "not_managed": len(every["devices"]) - 2, "deactivated": 1}
    assert run(sandbox, okta_device_info, search='status eq "DEACTIVATED"')["counts"]["deactivated"] == 1
    many = run(sandbox, okta_device_info, serial_numbers=[serial, *(f"X{n}" for n in range(300))])
    assert [each["id"] for each in many["devices"]] == [record["id"]]


def test_log_is_read_whole_bounded_and_from_where_it_ended(sandbox):
    policy(sandbox)
    for number in range(5):
        rule(sandbox, name=f"R{number}")
    log = run(sandbox, okta_system_log_info, event_types=["policy.rule.add"])
    assert (log["count"], log["truncated"]) == (5, False)
    assert run(sandbox, okta_system_log_info, cursor=log["cursor"])["events"] == []
    rule(sandbox, name="R5")
    assert run(sandbox, okta_system_log_info, cursor=log["cursor"])["count"] == 1
    cut = run(sandbox, okta_system_log_info, event_types=["policy.rule.add"], max_events=3)
    assert (cut["count"], cut["truncated"], "max_events" in cut["warnings"][0]) == (3, True, True)
    rest = run(sandbox, okta_system_log_info, cursor=cut["cursor"], max_events=3)
    uuids = [one["uuid"] for one in (*cut["events"], *rest["events"])]
    assert len(set(uuids)) == len(uuids) == 6
    newest = run(
        sandbox, okta_system_log_info, event_types=["policy.rule.add", "policy.lifecycle.create"],
        filter='outcome.result eq "SUCCESS"', order="newest_first",
    )  # fmt: skip
    assert [newest["count"], newest["cursor"]] == [7, None]
    assert newest["events"][0]["uuid"] == uuids[-1]
    assert run(sandbox, okta_system_log_info, q="R5", since="-1h")["count"] == 1
    assert "2026-03-01T08:00:00Z" in run(sandbox, okta_system_log_info, since="yesterday", fails=True)["msg"]
    assert "at least 1000" in run(sandbox, okta_system_log_info, cursor=log["cursor"], max_events=3, fails=True)["msg"]


def test_waiting_for_events(sandbox):
    policy(sandbox)
    wanted = {"event_types": ["policy.rule.add"], "wait_for": {"count": 1, "timeout": 0.1, "interval": 0.05}}
    assert run(sandbox, okta_system_log_info, **wanted, fails=True)["failure"] == {"kind": "TimedOut", "count": 0}
    assert run(sandbox, okta_system_log_info, **wanted, check=True)["count"] == 0
    rule(sandbox)
    assert run(sandbox, okta_system_log_info, **wanted)["count"] == 1
    refused = run(sandbox, okta_system_log_info, **wanted, until="2026-01-01T00:00:00Z", fails=True)
    assert "without until" in refused["msg"]
