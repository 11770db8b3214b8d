"""A rule asks for the device assurance policy of the same inventory: from the first run on, and after a teardown."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.playbook import attest, writes_sent, writes_told
from tests.integration.test_attestation import okta, policies
from tests.integration.test_teardown import MEANT, configuration, teardown
from tests.sandbox_process import SandboxProcess

ASSURANCES = "/api/v1/device-assurances"
VARIABLES = {
    "attestation_endpoint_security": True,
    "endpoint_security_blueprints": ["Engineering"],
    "endpoint_security_assurance": "Signals",
    "endpoint_security_assurance_signals": {"os_firewall": True},
    "authentication_policy_assurance": ["Signals"],
}


# What makes the two policies, in the order of the playbook.
BOTH = ["--tags", "endpoint_security,authentication_policy"]


def assurances(sandbox: SandboxProcess) -> dict[str, str]:
    """Names of device assurance policies to their ids."""
    return {one["name"]: one["id"] for one in okta(sandbox, "GET", ASSURANCES)}


def asked_for(sandbox: SandboxProcess) -> list[str]:
    """Ids of the policies that the rule asks for."""
    path = f"/api/v1/policies/{policies(sandbox)['Managed desktops']['id']}/rules"
    (rule,) = [one for one in okta(sandbox, "GET", path) if not one["system"]]
    return list(rule["conditions"]["device"]["assurance"]["include"])


def test_the_policy_is_there_before_the_rule_from_the_first_run_on(tmp_path: Path, sandbox: SandboxProcess) -> None:
    before = configuration(sandbox)
    checked = attest(tmp_path / "check", sandbox, check=True, variables=VARIABLES, arguments=BOTH)
    assert (writes_sent(sandbox), configuration(sandbox)) == ([], before)
    first = attest(tmp_path / "first", sandbox, variables=VARIABLES, arguments=BOTH)
    sent = writes_sent(sandbox)
    assert writes_told(first) == sent
    assert len(writes_told(checked)) == len(sent)
    assert checked.changed() == first.changed()
    assert sent.count(("POST", ASSURANCES)) == 1
    assert asked_for(sandbox) == [assurances(sandbox)["Signals"]]
    again = attest(tmp_path / "again", sandbox, variables=VARIABLES, arguments=BOTH)
    assert (again.changed(), writes_sent(sandbox)) == ([], [])
    assert [one["path"] for one in sandbox.requests()].count(ASSURANCES) == 1, "the rule goes by the id"
    teardown(tmp_path / "teardown", sandbox, variables=MEANT)
    assert configuration(sandbox) == before
    attest(tmp_path / "restored", sandbox, variables=VARIABLES, arguments=BOTH)
    assert writes_sent(sandbox).count(("POST", ASSURANCES)) == 1
    assert asked_for(sandbox) == [assurances(sandbox)["Signals"]]


@pytest.mark.parametrize("check", [True, False])
def test_the_rule_alone_gets_the_policy_too(tmp_path: Path, sandbox: SandboxProcess, check: bool) -> None:
    rule = ["--tags", "authentication_policy"]
    run = attest(tmp_path, sandbox, check=check, variables=VARIABLES, arguments=rule)
    told = writes_told(run)
    assert told[0] == ("POST", ASSURANCES)
    assert {path.split("/")[3] for _method, path in told} == {"device-assurances", "policies", "apps"}
    assert writes_sent(sandbox) == ([] if check else told)


def test_others_are_asked_for_by_their_names(tmp_path: Path, sandbox: SandboxProcess) -> None:
    hand = {"name": "By hand", "platform": "MACOS", "secureHardwarePresent": True}
    theirs = okta(sandbox, "POST", ASSURANCES, hand)
    variables = {**VARIABLES, "authentication_policy_assurance": ["By hand", "Signals"]}
    attest(tmp_path / "both", sandbox, variables=variables, arguments=BOTH)
    assert sorted(asked_for(sandbox)) == sorted([theirs["id"], assurances(sandbox)["Signals"]])
    attest(tmp_path / "again", sandbox, variables=variables, arguments=BOTH)
    assert writes_sent(sandbox) == []


@pytest.mark.parametrize("activated", [True, False])
def test_signals_that_nothing_activates_are_warned_of(tmp_path: Path, sandbox: SandboxProcess, activated: bool) -> None:
    chrome = [{"name": "Chrome Device Trust"}] if activated else []
    run = attest(
        tmp_path,
        sandbox,
        variables={**VARIABLES, "endpoint_security_integrations": chrome},
        arguments=["--tags", "endpoint_security"],
    )
    warned = [task.result["msg"] for task in run.tasks if "com.google.dtc" in str(task.result.get("msg"))]
    assert len(warned) == (0 if activated else 1)
    assert all("device assurance policy Signals" in one for one in warned)
