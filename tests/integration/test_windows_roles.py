"""The roles for PCs: assignment of what the console made, the steps they show, and what PCs have of it."""

from __future__ import annotations

from pathlib import Path

from tests.integration.playbook import writes_sent
from tests.integration.test_optional_roles import run_role
from tests.integration.test_roles_alone import FQCN
from tests.sandbox_process import SandboxProcess

VERIFY = "okta_verify_windows"
STEPS = f"{FQCN}{VERIFY} : Show what only the console can do, where the item is not there yet"


def test_the_auto_app_is_assigned_once_and_reported(tmp_path: Path, sandbox: SandboxProcess) -> None:
    options = {"blueprints": ["Engineering", "Sales", "Head Office"]}
    run_role(tmp_path / "first", sandbox, VERIFY, options=options)
    assert len(writes_sent(sandbox)) == 1, "it is on two of the three already"
    again = run_role(tmp_path / "again", sandbox, VERIFY, options=options)
    assert (again.changed(), writes_sent(sandbox)) == ([], [])
    report = again.only(f"{FQCN}{VERIFY} : Report").result["okta_verify_windows_report"]
    pcs = report["in_scope"]
    assert pcs > 0
    assert report["installed"] + len(report["failed"]) + len(report["awaited"]) == pcs


def test_the_steps_hold_the_command_of_the_installer(tmp_path: Path, sandbox: SandboxProcess) -> None:
    options = {
        "org": "https://acme.okta.example/",
        "custom_app": True,
        "library_item": "Okta Verify installer",
        "log_level": "Info",
        "enable_zta_plugin": True,
        "report_diagnostics": False,
        "auto_update_deferred_by_days": 3,
    }
    run = run_role(tmp_path, sandbox, VERIFY, options=options, fails=True)
    command = (
        "OktaVerifySetup-x.x.x.x-yyyyyyy.exe /q OrgUrl=https://acme.okta.example AutoUpdateDeferredByDays=3 "
        "EnableZTAPlugin=TRUE LogLevel=Info ReportDiagnostics=FALSE"
    )
    assert run.only(STEPS).result["msg"][2] == f"3. Upload the installer. Install command: {command}"
    assert "Okta Verify installer" in run.tasks[-1].result["msg"]
    assert writes_sent(sandbox) == []


def test_what_okta_does_not_take_is_refused(tmp_path: Path, sandbox: SandboxProcess) -> None:
    for number, options in enumerate(({"auto_update_deferred_by_days": 0}, {"proxy_url": "me:secret@proxy:80"})):
        run = run_role(tmp_path / str(number), sandbox, VERIFY, options=options, fails=True)
        assert "host:port" in run.tasks[-1].result["msg"]
        assert sandbox.requests() == []


def test_a_secret_key_that_windows_cannot_encode_is_refused(tmp_path: Path, sandbox: SandboxProcess) -> None:
    options = {"url": sandbox.ready["scep_url"], "challenge": "not_for_windows_0123456789abcdef"}
    run = run_role(tmp_path, sandbox, "windows_certificate", options=options, fails=True)
    assert "PrintableString" in run.tasks[-1].result["msg"]
    assert options["challenge"] not in run.output
    assert sandbox.requests() == []
