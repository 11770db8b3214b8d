"""Teardown of a policy that stays and was shut: at no time is everybody denied whom its rules let in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.ansible_run import AnsibleRun
from tests.integration.playbook import writes_sent, writes_told
from tests.integration.test_attestation import okta, policies
from tests.integration.test_roles_alone import FQCN, imported, play
from tests.sandbox_process import SandboxProcess

STAY = "okta_iru.attestation.teardown : Say what stays"


def shut(folder: Path, sandbox: SandboxProcess) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """A policy that somebody made by hand gets a rule of ours, and a Catch-all Rule that denies everybody else; its
    path, its Catch-all Rule as it was, and the variables of a teardown."""
    policy = okta(sandbox, "POST", "/api/v1/policies", {"name": "Theirs", "type": "ACCESS_POLICY"})
    path, record = f"/api/v1/policies/{policy['id']}/rules", str(folder / "record.json")
    before = okta(sandbox, "GET", path)
    rules = [{"name": "Ours", "access": "allow", "require": "fastpass"}]
    options = {"policy": "Theirs", "rules": rules, "catch_all": {"access": "deny"}, "confirm_deny": True}
    task = {"name": "Shut it", f"{FQCN}okta_access_policy_rules": options}
    play(sandbox, folder / "shut", [task], variables={"okta_iru_attestation_record": record})
    values = {"teardown_record": record, "teardown_confirm": True, "teardown_services": [sandbox.ready["okta_url"]]}
    return path, before[0], values


def torn_down(folder: Path, sandbox: SandboxProcess, values: dict[str, Any], **options: Any) -> AnsibleRun:
    recording = {"okta_iru_attestation_record": values["teardown_record"]}
    return play(sandbox, folder, [imported("teardown", values)], variables=recording, **options)


def access(rule: dict[str, Any]) -> str:
    return str(rule["actions"]["appSignOn"]["access"])


def test_people_are_let_in_again_before_the_rule_goes(tmp_path: Path, sandbox: SandboxProcess) -> None:
    path, before, values = shut(tmp_path, sandbox)
    ours, last = okta(sandbox, "GET", path)
    assert (access(ours), access(last)) == ("ALLOW", "DENY")
    checked = torn_down(tmp_path / "check", sandbox, values, check=True)
    run = torn_down(tmp_path / "down", sandbox, values)
    assert writes_sent(sandbox) == [("PUT", f"{path}/{last['id']}"), ("DELETE", f"{path}/{ours['id']}")]
    assert writes_told(checked) == writes_told(run) == writes_sent(sandbox)
    (left,) = okta(sandbox, "GET", path)
    assert left["actions"] == before["actions"]


def test_the_rule_stays_while_others_keep_it_shut(tmp_path: Path, sandbox: SandboxProcess) -> None:
    path, before, values = shut(tmp_path, sandbox)
    _, last = okta(sandbox, "GET", path)
    theirs = {**last["actions"], "appSignOn": {**before["actions"]["appSignOn"], "access": "DENY"}}
    theirs["appSignOn"]["keepMeSignedIn"] = {"postAuth": "ALLOWED", "postAuthPromptFrequency": "P7D"}
    okta(sandbox, "PUT", f"{path}/{last['id']}", {**last, "actions": theirs})
    run = torn_down(tmp_path / "kept", sandbox, {**values, "teardown_changed_since": "keep"})
    assert writes_sent(sandbox) == []
    told = {one["name"]: one["why"] for one in run.only(STAY).result["msg"]}
    assert "locked out" in told["Ours"]
    assert told["Catch-all Rule"] == "others have changed actions since"
    assert [access(rule) for rule in okta(sandbox, "GET", path)] == ["ALLOW", "DENY"]
    torn_down(tmp_path / "discarded", sandbox, {**values, "teardown_changed_since": "discard"})
    assert [access(rule) for rule in okta(sandbox, "GET", path)] == ["ALLOW"]
    assert "Theirs" in policies(sandbox)
