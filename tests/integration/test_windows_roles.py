"""Okta Verify on PCs: assignment of what the console made, drift, the steps that the role shows, and what PCs have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.ansible_run import AnsibleRun
from tests.integration.playbook import attest, inventory_with, writes_sent, writes_told
from tests.integration.test_attestation import computers, iru
from tests.integration.test_optional_roles import run_role
from tests.integration.test_roles_alone import FQCN
from tests.sandbox_process import SandboxProcess

ROLE = "okta_verify_windows"
STEPS = f"{FQCN}{ROLE} : Show what only the console can do, where the item is not there yet"
ITEM = "Okta Verify (Windows)"
INSTALLER = "OktaVerifySetup-x.x.x.x-yyyyyyy.exe"
APP: dict[str, Any] = {"org": "https://acme.okta.example/", "custom_app": True, "library_item": "Okta Verify installer"}


def report(run: AnsibleRun) -> dict[str, Any]:
    return dict(run.only(f"{FQCN}{ROLE} : Report").result["okta_verify_windows_report"])


def blueprint(sandbox: SandboxProcess, name: str) -> str:
    """Id of a Blueprint."""
    (found,) = [one for one in iru(sandbox, "GET", "/api/v1/blueprints")["results"] if one["name"] == name]
    return str(found["id"])


def item_on(sandbox: SandboxProcess, name: str) -> dict[str, str]:
    """Names and ids of the items on a Blueprint."""
    listed = iru(sandbox, "GET", f"/api/v1/blueprints/{blueprint(sandbox, name)}/list-library-items")["results"]
    return {one["name"]: one["id"] for one in listed}


def command(run: AnsibleRun) -> str:
    """The command that the steps show, after the silent switch and the org."""
    begin = f"3. Upload the installer. Install command: {INSTALLER} /q OrgUrl=https://acme.okta.example"
    (line,) = [step for step in run.only(STEPS).result["msg"] if step.startswith("3. ")]
    assert line.startswith(begin), line
    return str(line.removeprefix(begin).strip())


def test_the_auto_app_is_assigned_once_and_reported(tmp_path: Path, sandbox: SandboxProcess) -> None:
    options = {"blueprints": ["Engineering", "Sales", "Head Office"]}
    planned = run_role(tmp_path / "check", sandbox, ROLE, options=options, check=True, diff=True)
    assert writes_sent(sandbox) == []
    first = run_role(tmp_path / "first", sandbox, ROLE, options=options)
    assert len(writes_sent(sandbox)) == 1, "it is on two of the three already"
    assert writes_told(planned) == writes_told(first) == writes_sent(sandbox)
    again = run_role(tmp_path / "again", sandbox, ROLE, options=options)
    assert (again.changed(), writes_sent(sandbox)) == ([], [])
    told = report(again)
    assert told["in_scope"] > 0
    assert told["installed"] + len(told["failed"]) + len(told["awaited"]) == told["in_scope"]


def with_the_auto_app(sandbox: SandboxProcess, item_id: str) -> set[str]:
    """Names of the PCs that hold it."""
    return {one["display_name"] for one in computers(sandbox) if item_id in one["apps"]}


def test_the_report_is_what_pcs_hold(tmp_path: Path, sandbox: SandboxProcess) -> None:
    item_id = item_on(sandbox, "Sales")[ITEM]
    for name in ("Engineering", "Sales"):
        path = f"/api/v1/blueprints/{blueprint(sandbox, name)}/remove-library-item"
        iru(sandbox, "POST", path, json={"library_item_id": item_id})
    state = sandbox.state()
    for computer in state["computers"]["fleet"].values():
        assert (computer["platform"] == "WINDOWS") == (item_id in computer["apps"])
        computer["apps"].pop(item_id, None)
    sandbox.load_state(state)
    first = run_role(tmp_path / "first", sandbox, ROLE, options={"blueprints": ["Engineering", "Sales"]})
    assert with_the_auto_app(sandbox, item_id) == set()
    told = report(first)
    assert (told["in_scope"], told["installed"], len(told["awaited"])) == (3, 0, 3)
    steps = first.only(STEPS).result["msg"]
    assert [step.partition(". ")[0] for step in steps] == ["1", "2", "3"]
    for step, words in zip(steps, ("add the Auto App", f"Call it {ITEM}", "Run this role again"), strict=True):
        assert words in step
    sandbox.tick(240)
    again = run_role(tmp_path / "again", sandbox, ROLE, options={"blueprints": ["Engineering", "Sales"]})
    assert with_the_auto_app(sandbox, item_id) == set(told["awaited"])
    assert report(again) == {**told, "installed": 3, "awaited": []}
    for device_id, computer in sandbox.state()["computers"]["fleet"].items():
        rows = iru(sandbox, "GET", f"/api/v1/devices/{device_id}/library-items")["library_items"]
        statuses = [row["status"] for row in rows if row["item_id"] == item_id]
        assert statuses == (["PASS"] if item_id in computer["apps"] else [])


def test_pcs_are_listed_once_and_nobody_else(tmp_path: Path, sandbox: SandboxProcess) -> None:
    run_role(tmp_path, sandbox, ROLE, options={"blueprints": ["Engineering", "Sales"]})
    listings = [one for one in sandbox.requests("iru") if one["path"] == "/api/v1/devices"]
    assert ["platform=Windows" in one["query"] for one in listings] == [True]
    assert sandbox.requests("okta") == [], "an Auto App takes no address of an org"


def test_what_somebody_took_off_a_blueprint_is_shown_and_put_back(tmp_path: Path, sandbox: SandboxProcess) -> None:
    options = {"blueprints": ["Engineering", "Sales"]}
    path = f"/api/v1/blueprints/{blueprint(sandbox, 'Sales')}"
    item = {"library_item_id": item_on(sandbox, "Sales")[ITEM]}
    iru(sandbox, "POST", f"{path}/remove-library-item", json=item)
    planned = run_role(tmp_path / "check", sandbox, ROLE, options=options, check=True, diff=True)
    assert "Sales" in planned.output
    assert writes_told(planned) == [("POST", f"{path}/assign-library-item")]
    assert writes_sent(sandbox) == []
    run_role(tmp_path / "repair", sandbox, ROLE, options=options)
    assert writes_sent(sandbox) == [("POST", f"{path}/assign-library-item")]
    assert item_on(sandbox, "Sales")[ITEM] == item["library_item_id"]


def test_exact_takes_the_item_off_blueprints_where_somebody_put_it(tmp_path: Path, sandbox: SandboxProcess) -> None:
    path = f"/api/v1/blueprints/{blueprint(sandbox, 'Head Office')}"
    item = {"library_item_id": item_on(sandbox, "Sales")[ITEM]}
    iru(sandbox, "POST", f"{path}/assign-library-item", json=item)
    run_role(tmp_path, sandbox, ROLE, options={"blueprints": ["Engineering", "Sales"], "exact": True})
    assert writes_sent(sandbox) == [("POST", f"{path}/remove-library-item")]


def test_the_item_of_the_app_store_is_not_taken_for_the_auto_app(tmp_path: Path, sandbox: SandboxProcess) -> None:
    refused = run_role(tmp_path / "store", sandbox, ROLE, options={"library_item": "Okta Verify"}, fails=True)
    assert "vpp-app" in refused.tasks[-1].result["msg"]
    assert writes_sent(sandbox) == []
    state = sandbox.state()
    (auto,) = [one for one in state["iru"]["native_items"].values() if one["name"] == ITEM]
    auto["name"] = "Okta Verify"
    sandbox.load_state(state)
    run = run_role(tmp_path / "namesake", sandbox, ROLE, options={"library_item": "Okta Verify"})
    found = run.only(f"{FQCN}{ROLE} : Assign Okta Verify to the Blueprints").result["library_item"]
    assert found["id"] == auto["id"]


def test_without_a_pc_in_scope_there_is_nothing_to_verify(tmp_path: Path, sandbox: SandboxProcess) -> None:
    state = sandbox.state()
    for device in state["iru"]["devices"].values():
        device["is_removed"] = device["is_removed"] or device["platform"] == "Windows"
    state["iru"]["statuses"] = {}
    sandbox.load_state(state)
    run = run_role(tmp_path, sandbox, ROLE, options={"minimum_installed": 100})
    assert report(run) == {"in_scope": 0, "nothing_to_verify": True, "installed": 0, "failed": [], "awaited": []}
    assert "nothing to verify" in run.only(f"{FQCN}{ROLE} : Say that there is nothing to verify").result["msg"]
    assert run.only(f"{FQCN}{ROLE} : Ask for enough PCs that have it").status == "skipped"


def test_too_few_pcs_that_have_it_are_a_failure_that_tells_how_many(tmp_path: Path, sandbox: SandboxProcess) -> None:
    state = sandbox.state()
    (auto,) = [one for one in state["iru"]["native_items"].values() if one["name"] == ITEM]
    for row in state["iru"]["statuses"][auto["id"]].values():
        row["status"] = "ERROR"
    sandbox.load_state(state)
    options = {"blueprints": ["Engineering", "Sales"], "minimum_installed": 50}
    run = run_role(tmp_path, sandbox, ROLE, options=options, fails=True)
    assert "0 of 3 PCs in scope have Okta Verify (0 %), expected 50 %" in run.tasks[-1].result["msg"]
    assert len(report(run)["failed"]) == 3


def test_the_command_has_every_setting_as_okta_writes_it(tmp_path: Path, sandbox: SandboxProcess) -> None:
    options = {
        "authenticator_operation_mode": "VirtualDesktopStatic",
        "auto_update_deferred_by_days": 13,
        "bluetooth_enrollment_bootstrapping": "Disabled",
        "device_health_options": ["HideOSUpdate", "HideBiometrics"],
        "enable_zta_plugin": True,
        "enroll_in_beta_program": False,
        "enrollment_options": "SilentEnrollmentDisabled",
        "log_level": "None",
        "proxy_url": "https://proxy.acme.example:3128",
        "proxy_user_name": "okta updates",
        "report_diagnostics": False,
        "user_verification_type": "OktaVerifyPasscode",
    }
    run = run_role(tmp_path, sandbox, ROLE, options={**APP, **options}, fails=True)
    assert command(run) == (
        "AuthenticatorOperationMode=VirtualDesktopStatic AutoUpdateDeferredByDays=13 "
        'BluetoothEnrollmentBootstrapping=Disabled DeviceHealthOptions="HideOSUpdate;HideBiometrics" '
        "EnableZTAPlugin=TRUE EnrollInBetaProgram=FALSE EnrollmentOptions=SilentEnrollmentDisabled LogLevel=None "
        'ProxyURL=https://proxy.acme.example:3128 ProxyUserName="okta updates" ReportDiagnostics=FALSE '
        'UserVerificationType=OktaVerifyPasscode ProxyPassword="PASSWORD OF THE PROXY"'
    )
    steps = run.only(STEPS).result["msg"]
    assert [step.partition(". ")[0] for step in steps] == [str(number + 1) for number in range(len(steps))]
    assert any("type the password in place of" in step for step in steps)
    assert any("uninstalled and installed again" in step for step in steps)
    assert f"5. Uninstall command: {INSTALLER} /uninstall /q" in steps
    assert "Okta Verify installer" in run.tasks[-1].result["msg"], "it is not in the Library yet"
    assert writes_sent(sandbox) == []


def test_what_is_not_set_is_not_in_the_command(tmp_path: Path, sandbox: SandboxProcess) -> None:
    assert command(run_role(tmp_path / "none", sandbox, ROLE, options=APP, fails=True)) == ""
    paths = {"proxy_pac_location": r"\\files\proxy settings\proxy.pac"}
    run = run_role(tmp_path / "path", sandbox, ROLE, options={**APP, **paths}, fails=True)
    assert command(run) == r'ProxyPacLocation="\\files\proxy settings\proxy.pac"'


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"auto_update_deferred_by_days": 0}, "must be 1 to 13"),
        ({"auto_update_deferred_by_days": 14}, "must be 1 to 13"),
        ({"proxy_url": "me:canary@proxy:80"}, "host:port"),
        ({"proxy_url": "https://proxy"}, "host:port"),
        ({"proxy_user_name": "me"}, "okta_verify_windows_proxy_url"),
        ({"proxy_url": "proxy:80", "proxy_pac_location": "proxy.pac"}, "not from both"),
        ({"proxy_pac_location": 'a" b'}, "double quote"),
        ({"org": "https://acme.okta.example/login"}, "without a path"),
        ({"installer": "OktaVerify.msi"}, "no MSI"),
        ({"custom_app": False, "log_level": "Info"}, "LogLevel: an Auto App of Iru takes no settings"),
    ],
)
def test_what_okta_does_not_take_is_refused(
    tmp_path: Path, sandbox: SandboxProcess, options: dict[str, Any], words: str
) -> None:
    run = run_role(tmp_path, sandbox, ROLE, options={**APP, **options}, fails=True)
    assert words in run.tasks[-1].result["msg"]
    assert "canary" not in run.tasks[-1].result["msg"]
    assert sandbox.requests() == []


def test_in_the_playbook_behind_its_switch(tmp_path: Path, sandbox: SandboxProcess) -> None:
    tenant = {"okta_verify_windows_blueprints": ["Engineering", "Head Office"]}
    off = inventory_with(tmp_path / "off", sandbox, **tenant)
    run = attest(tmp_path / "first", sandbox, inventory=off, arguments=["--tags", ROLE])
    assert {task.status for task in run.tasks if f"{ROLE} :" in task.task} <= {"skipped"}
    on = inventory_with(tmp_path / "on", sandbox, **tenant, attestation_okta_verify_windows=True)
    first = attest(tmp_path / "second", sandbox, inventory=on, arguments=["--tags", ROLE])
    path = f"/api/v1/blueprints/{blueprint(sandbox, 'Head Office')}/assign-library-item"
    assert writes_told(first) == [("POST", path)]
    again = attest(tmp_path / "third", sandbox, inventory=on, arguments=["--tags", ROLE])
    assert (again.changed(), writes_sent(sandbox)) == ([], [])
