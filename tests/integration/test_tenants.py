"""Several tenants in one inventory, and variables as people give them: as text, for a role, or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.playbook import attest, inventory_with, writes_sent
from tests.sandbox_process import SandboxProcess

NOBODY = "https://127.0.0.1:9"


def two_tenants(folder: Path, sandbox: SandboxProcess, **of_the_other: Any) -> Path:
    """The sandbox, and a tenant before it that lacks or has something else."""
    path = inventory_with(folder, sandbox)
    hosts = json.loads(path.read_text())["all"]["hosts"]
    other = {**hosts["sandbox"], **of_the_other}
    hosts = {"another": {name: value for name, value in other.items() if value is not None}, **hosts}
    path.write_text(json.dumps({"all": {"hosts": hosts}}))
    return path


@pytest.mark.parametrize("missing", ["okta_url", "okta_token", "iru_url", "iru_token"])
def test_the_environment_never_stands_in_for_one_of_several_tenants(tmp_path, sandbox, missing):
    """The token of one org would be sent to another, or one tenant's profile written to another tenant."""
    inventory = two_tenants(tmp_path, sandbox, **{missing: None})
    environment = {missing.upper(): sandbox.ready[missing]}
    run = attest(
        tmp_path, sandbox, inventory=inventory, environment=environment, fails=True, arguments=["--tags", "preflight"]
    )
    failed = [task for task in run.tasks if task.status == "failed"]
    assert [task.host for task in failed] == ["another"]
    assert missing in failed[0].result["msg"]
    assert {task.host for task in run.tasks if task.action.startswith("okta_iru")} == {"sandbox"}


def test_the_environment_serves_a_single_tenant(tmp_path, sandbox):
    inventory = inventory_with(tmp_path, sandbox, okta_token=None, iru_token=None)
    environment = {name.upper(): sandbox.ready[name] for name in ("okta_token", "iru_token")}
    attest(tmp_path, sandbox, inventory=inventory, environment=environment, arguments=["--tags", "preflight"])


@pytest.mark.parametrize("missing", ["okta_url", "okta_token", "iru_url", "iru_token"])
def test_a_tenant_that_lacks_something_is_told_what(tmp_path, sandbox, missing):
    run = attest(tmp_path, sandbox, inventory=inventory_with(tmp_path, sandbox, **{missing: None}), fails=True)
    assert f"lacks {missing}" in run.only("Know which org and which tenant").result["msg"]


def test_a_tenant_that_fails_disturbs_no_other(tmp_path, sandbox):
    inventory = two_tenants(tmp_path, sandbox, okta_url=NOBODY, okta_retries=0)
    run = attest(tmp_path, sandbox, inventory=inventory, fails=True)
    assert {task.host for task in run.tasks if task.status == "failed"} == {"another"}
    assert writes_sent(sandbox)
    last = [task for task in run.tasks if task.status != "skipped"][-1]
    assert (last.host, last.status) == ("sandbox", "ok")


def test_a_tenant_without_a_scep_url_is_told_so_before_anything_is_written(tmp_path, sandbox):
    inventory = inventory_with(tmp_path, sandbox, scep_url=None)
    run = attest(tmp_path, sandbox, inventory=inventory, fails=True)
    failed = [task for task in run.tasks if task.status == "failed"]
    assert "lacks scep_url" in failed[0].result["msg"]
    assert writes_sent(sandbox) == []
    attest(tmp_path, sandbox, inventory=inventory, arguments=["--tags", "preflight"])


def test_what_an_inventory_says_for_a_role_is_not_overridden_by_the_playbook(tmp_path, sandbox):
    """Else a rule that was meant for a pilot group would be for everybody."""
    inventory = inventory_with(
        tmp_path,
        sandbox,
        authentication_policy_groups=["Desktop users"],
        authentication_policy_apps=[],
        scep_profile_name="Pilot profile",
        scep_profile_blueprints=["Sales"],
    )
    run = attest(tmp_path, sandbox, inventory=inventory)
    rule = run.only("okta_iru.attestation.authentication_policy : Have the rule for managed computers").result["rule"]
    assert rule["conditions"]["people"]["groups"]["include"], "the rule is for the pilot group"
    item = run.only("okta_iru.attestation.scep_profile : Put the SCEP profile into the Library").result
    assert item["profile"]["name"] == "Pilot profile"
    assigned = run.only("okta_iru.attestation.scep_profile : Assign it to the Blueprints").result
    assert [one["blueprint"]["name"] for one in assigned["assignments"]] == ["Sales"]
    alone = attest(tmp_path, sandbox, inventory=inventory, arguments=["--tags", "verify"])
    assert alone.only("okta_iru.attestation.verify : Read where the profile stands on each Mac").status == "ok"


@pytest.mark.parametrize("switch", ["false", "no"])
def test_switches_and_lists_from_the_command_line_are_text(tmp_path, sandbox, switch):
    extra = [
        *("-e", f"preflight_fail={switch}"),
        *("-e", f"scep_profile_exact={switch}"),
        *("-e", "scep_profile_blueprints=Sales,Engineering"),
        *("-e", "authentication_policy_groups=Nobody"),
    ]
    inventory = inventory_with(tmp_path, sandbox, scep_profile_blueprints=None, authentication_policy_groups=None)
    run = attest(tmp_path, sandbox, inventory=inventory, arguments=[*extra, "--tags", "preflight,scep_profile"])
    assigned = run.only("okta_iru.attestation.scep_profile : Assign it to the Blueprints").result
    assert sorted(one["blueprint"]["name"] for one in assigned["assignments"]) == ["Engineering", "Sales"]
    none = ["-e", f"scep_profile_exact={switch}", "-e", '{"scep_profile_blueprints": []}', "--tags", "scep_profile"]
    run = attest(tmp_path, sandbox, inventory=inventory, arguments=none)
    assert run.only("okta_iru.attestation.scep_profile : Assign it to the Blueprints").status == "skipped"


def test_a_gate_of_verify_does_not_stop_the_check_of_a_first_run(tmp_path, sandbox):
    inventory = inventory_with(tmp_path, sandbox, verify_minimum_managed=90)
    attest(tmp_path, sandbox, inventory=inventory, check=True)
