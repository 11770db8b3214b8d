"""The role authentication_policy: what it asks Okta after a change, and what it says if the rule has no effect."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.modules import okta_access_policy_rule

from tests.ansible_run import AnsibleRun
from tests.integration.okta_module import run
from tests.integration.playbook import attest, inventory_with, writes_sent
from tests.sandbox_process import SandboxProcess

ASK = "okta_iru.attestation.authentication_policy : Ask Okta which rule sign-ins would come to"
RULE, POLICY = "Managed desktop with FastPass", "Managed desktops"
SIMULATE = "/api/v1/policies/simulate"


def role(
    folder: Path, sandbox: SandboxProcess, *, fails: bool = False, check: bool = False, **given: Any
) -> AnsibleRun:
    inventory = inventory_with(folder, sandbox, **given)
    arguments = ["--tags", "authentication_policy"]
    return attest(folder, sandbox, inventory=inventory, arguments=arguments, fails=fails, check=check)


def simulated(sandbox: SandboxProcess) -> int:
    return sum(one["path"] == SIMULATE for one in sandbox.requests("okta"))


def shadowed(sandbox: SandboxProcess) -> None:
    """Another rule stands above and holds for everybody."""
    run(sandbox, okta_access_policy_rule, policy=POLICY, name="Everybody", position="top", require="two_factors")


def test_sign_ins_are_simulated_after_changes_only(tmp_path: Path, sandbox: SandboxProcess) -> None:
    assert role(tmp_path, sandbox, check=True).only(ASK).status == "skipped"
    assert simulated(sandbox) == 0
    result = role(tmp_path, sandbox).only(ASK).result
    assert (result["met"], result["available"]) == (True, True)
    assert [(one["title"], one["rule"]["name"], one["access"]) for one in result["results"]] == [
        ("managed Mac", RULE, "allow"),
        ("managed PC", RULE, "allow"),
        ("Mac that is not managed", "Catch-all Rule", "allow"),
        ("PC that is not managed", "Catch-all Rule", "allow"),
    ]
    assert simulated(sandbox) == 4
    assert role(tmp_path, sandbox).changed() == []
    assert simulated(sandbox) == 0
    always = {"authentication_policy_simulate": "always", "authentication_policy_platforms": ["macos"]}
    moved = role(tmp_path, sandbox, authentication_policy_groups=[], **always)
    assert moved.only(ASK).status == "skipped"
    user = "admin@attest.example"
    asked = role(tmp_path, sandbox, authentication_policy_groups=[], authentication_policy_simulate_user=user, **always)
    assert [one["title"] for one in asked.only(ASK).result["results"]] == ["managed Mac", "Mac that is not managed"]
    assert writes_sent(sandbox) == []


@pytest.mark.parametrize("must_match", [False, True])
def test_a_rule_that_nobody_comes_to_is_told(tmp_path: Path, sandbox: SandboxProcess, must_match: bool) -> None:
    role(tmp_path, sandbox)
    shadowed(sandbox)
    again = {
        "authentication_policy_simulate": "always",
        "authentication_policy_simulation_must_match": must_match,
    }
    result = role(tmp_path, sandbox, fails=must_match, **again).only(ASK).result
    text = result["msg"] if must_match else result["warnings"][0]
    assert text.startswith("2 of 4 sign-ins would not go as expected. managed Mac: rule: expected")
    assert "got 'Everybody'" in text


@pytest.mark.parametrize("must_match", [False, True])
def test_an_org_without_simulation(tmp_path: Path, sandbox: SandboxProcess, must_match: bool) -> None:
    sandbox.settings(okta={"missing_features": ["policy-simulation"]})
    given = {"authentication_policy_simulation_must_match": must_match}
    result = role(tmp_path, sandbox, fails=must_match, **given).only(ASK).result
    assert "E0000015" in (result["msg"] if must_match else result["warnings"][0])


def test_more_of_the_rule_and_what_is_left_as_it_is(tmp_path: Path, sandbox: SandboxProcess) -> None:
    name = "Have the rule for managed computers"
    more = {
        "authentication_policy_exclude_users": ["admin@attest.example"],
        "authentication_policy_inactivity_period": "PT1H",
        "authentication_policy_require": "fastpass_only",
    }
    made = role(tmp_path, sandbox, **more)
    assert role(tmp_path, sandbox, **more).changed() == []
    plain = role(tmp_path, sandbox, authentication_policy_require="fastpass_only")
    assert plain.changed() == []
    rule = made.only(f"okta_iru.attestation.authentication_policy : {name}").result["rule"]
    assert len(rule["conditions"]["people"]["users"]["exclude"]) == 1
    assert rule["actions"]["appSignOn"]["verificationMethod"]["inactivityPeriod"] == "PT1H"
