"""Certificates of PCs: assignment, drift, the script and the steps, and how far PCs come with and without it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.ansible_run import AnsibleRun
from tests.integration.playbook import attest, inventory_with, writes_sent, writes_told
from tests.integration.test_attestation import iru
from tests.integration.test_optional_roles import run_role
from tests.integration.test_roles_alone import FQCN
from tests.integration.test_windows_roles import blueprint, item_on
from tests.interop.sandbox_pki import reset_secret
from tests.sandbox_process import SandboxProcess

ROLE = "windows_certificate"
ITEM, SCRIPT = "SCEP (Okta)", "Okta SCEP key access (Windows)"
BLUEPRINTS = ["Engineering", "Sales"]
AUTHORITY = "CN=Organization Intermediate Authority"


def certificate(tmp_path: Path, sandbox: SandboxProcess, **run: Any) -> AnsibleRun:
    """The role alone on the Blueprints that have PCs; ``options`` are further variables without their prefix."""
    ready = sandbox.ready
    options = {
        "blueprints": BLUEPRINTS,
        "url": ready["scep_url"],
        "challenge": ready["scep_challenge"],
        "ca_file": ready["ca_file"],
        **run.pop("options", {}),
    }
    return run_role(tmp_path, sandbox, ROLE, options=options, **run)


def report(run: AnsibleRun) -> dict[str, Any]:
    return dict(run.only(f"{FQCN}{ROLE} : Report").result["windows_certificate_report"])


def reasons(run: AnsibleRun) -> list[str]:
    return list(run.only(f"{FQCN}{ROLE} : Tell why PCs are not managed").result["msg"])


def steps(run: AnsibleRun) -> str:
    name = f"{FQCN}{ROLE} : Show what only the console can do, where the item is not there yet"
    return "\n".join(run.only(name).result["msg"])


def pcs(sandbox: SandboxProcess) -> list[dict[str, Any]]:
    """The PCs that are switched on, with what they hold."""
    fleet = sandbox.state()["computers"]["fleet"].values()
    return [one for one in fleet if one["platform"] == "WINDOWS" and one["online"]]


def managed(sandbox: SandboxProcess) -> dict[str, str]:
    """Serial number to Okta's management status, of PCs that Okta knows."""
    devices = [one for one in sandbox.state()["okta"]["devices"].values() if one["profile"]["platform"] == "WINDOWS"]
    return {one["profile"]["serialNumber"]: link["managementStatus"] for one in devices for link in one["users"]}


def test_from_the_item_to_managed(tmp_path: Path, sandbox: SandboxProcess) -> None:
    first = certificate(tmp_path / "first", sandbox)
    assert len(writes_told(first)) == len(writes_sent(sandbox)) == len(BLUEPRINTS)
    sandbox.tick(24 * 60)
    serials = {one["serial_number"] for one in pcs(sandbox) if one["certificates"]}
    assert serials == {one["serial_number"] for one in pcs(sandbox)}
    waiting = certificate(tmp_path / "waiting", sandbox)
    assert (waiting.changed(), writes_sent(sandbox)) == ([], [])
    told = report(waiting)
    assert (told["managed"], told["accepted"], set(told["awaiting_use"])) == (0, len(serials), serials)
    assert all("read access to the key" in reason for reason in reasons(waiting))
    with_script = certificate(tmp_path / "script", sandbox, options={"key_access_item": SCRIPT})
    assert len(writes_told(with_script)) == len(writes_sent(sandbox)) == len(BLUEPRINTS), "the SCEP item is there"
    sandbox.tick(24 * 60)
    done = certificate(tmp_path / "done", sandbox, options={"key_access_item": SCRIPT})
    assert (done.changed(), writes_sent(sandbox)) == ([], [])
    users = [one for one in pcs(sandbox) if one["user_login"] and one["okta_verify_registered"]]
    assert report(done)["managed"] == len(users) > 0
    assert {managed(sandbox)[one["serial_number"]] for one in users} == {"MANAGED"}
    assert report(done)["key_access"]["compliant"] == len(pcs(sandbox))


def test_the_first_run_in_check_mode_plans_the_same_and_writes_nothing(tmp_path: Path, sandbox: SandboxProcess) -> None:
    options = {"key_access_item": SCRIPT, "script_file": str(tmp_path / "script.ps1")}
    planned = certificate(tmp_path / "check", sandbox, options=options, check=True, diff=True)
    assert writes_sent(sandbox) == []
    assert not (tmp_path / "script.ps1").exists()
    first = certificate(tmp_path / "first", sandbox, options=options)
    assert planned.changed() == first.changed()
    assert len(writes_told(planned)) == len(writes_told(first)) == 2 * len(BLUEPRINTS)


def test_what_somebody_took_off_a_blueprint_is_shown_and_put_back(tmp_path: Path, sandbox: SandboxProcess) -> None:
    certificate(tmp_path / "first", sandbox, options={"key_access_item": SCRIPT})
    path = f"/api/v1/blueprints/{blueprint(sandbox, 'Sales')}"
    found = item_on(sandbox, "Sales")
    iru(sandbox, "POST", f"{path}/remove-library-item", json={"library_item_id": found[SCRIPT]})
    planned = certificate(tmp_path / "check", sandbox, options={"key_access_item": SCRIPT}, check=True, diff=True)
    assert SCRIPT in planned.output
    assert writes_told(planned) == [("POST", f"{path}/assign-library-item")]
    certificate(tmp_path / "repair", sandbox, options={"key_access_item": SCRIPT})
    assert writes_sent(sandbox) == [("POST", f"{path}/assign-library-item")]
    assert item_on(sandbox, "Sales") == found


def test_an_item_that_is_no_script_is_not_put_on_pcs(tmp_path: Path, sandbox: SandboxProcess) -> None:
    for name, kind in (("Okta Verify (Windows)", "automatic-app"), ("Okta Verify", "vpp-app")):
        run = certificate(tmp_path / kind, sandbox, options={"key_access_item": name}, fails=True)
        assert all(word in run.tasks[-1].result["msg"] for word in ("custom-script Library item", kind))
        assert writes_sent(sandbox) == [], "not even the SCEP item is assigned"


def test_the_steps_have_the_values_and_the_script_knows_the_authority(tmp_path: Path, sandbox: SandboxProcess) -> None:
    file = tmp_path / "Grant-OktaScepKeyAccess.ps1"
    run = certificate(tmp_path / "first", sandbox, options={"script_file": str(file)})
    authority = run.only(f"{FQCN}{ROLE} : Ask the certificate authority for its certificates").result
    (intermediate,) = [one for one in authority["ca_certificates"] if one["role"] == "intermediate"]
    shown = steps(run)
    for value in (ITEM, sandbox.ready["scep_url"], "CN=$SERIAL_NUMBER", intermediate["sha256"].upper(), str(file)):
        assert value in shown
    assert sandbox.ready["scep_challenge"] not in run.output
    script = file.read_bytes()
    assert script.count(b"\r\n") == script.count(b"\n") > 50, "Windows PowerShell reads line ends of Windows"
    text = script.decode("ascii")
    organization = sandbox.state()["okta"]["org"]["id"]
    assert f"$IssuerParts = @('{AUTHORITY}', 'OU={organization}')" in text
    assert all(text.count(left) == text.count(right) for left, right in ("{}", "()", "[]"))
    again = certificate(tmp_path / "again", sandbox, options={"script_file": str(file)})
    assert again.changed() == []
    file.write_text("edited by hand\n", encoding="utf-8")
    drift = certificate(tmp_path / "drift", sandbox, options={"script_file": str(file)}, check=True, diff=True)
    assert "-edited by hand" in drift.output
    assert drift.changed() == [f"{FQCN}{ROLE} : Write the script that lets users read the key"]


def test_where_the_authority_cannot_be_asked_the_steps_say_how_to_get_its_fingerprint(
    tmp_path: Path, sandbox: SandboxProcess
) -> None:
    file = tmp_path / "script.ps1"
    options = {"ca_file": "", "script_file": str(file), "issuer_parts": []}
    run = certificate(tmp_path / "unknown", sandbox, options=options)
    assert "openssl x509 -in FILE -noout -fingerprint -sha256" in steps(run)
    assert f"@('{AUTHORITY}')" in file.read_text(encoding="utf-8")
    given = {"ca_fingerprint": "ab:cd", "issuer_parts": ["O=Acme's CA"], "script_file": str(file)}
    run = certificate(tmp_path / "given", sandbox, options=given)
    assert "Fingerprint: ABCD" in steps(run)
    assert "@('O=Acme''s CA')" in file.read_text(encoding="utf-8")
    assert [one for one in sandbox.requests() if one["service"] == "scep"] == []


def test_a_certificate_that_okta_never_issued_is_found_although_iru_says_success(
    tmp_path: Path, sandbox: SandboxProcess
) -> None:
    certificate(tmp_path / "first", sandbox)
    sandbox.settings(pki={"secret_underscore": True})
    reset_secret(sandbox)
    sandbox.tick(60)
    run = certificate(tmp_path / "later", sandbox)
    told = report(run)
    assert told["accepted"] == len(told["without_certificate"]) == len(pcs(sandbox)) > 0
    assert all("event 309" in reason for reason in reasons(run))


def test_a_secret_key_that_windows_cannot_encode_is_refused(tmp_path: Path, sandbox: SandboxProcess) -> None:
    sandbox.settings(pki={"secret_underscore": True})
    secret = reset_secret(sandbox)
    run = certificate(tmp_path, sandbox, options={"challenge": secret}, fails=True)
    assert "PrintableString" in run.tasks[-1].result["msg"]
    assert secret not in run.output
    assert sandbox.requests() == []


def test_without_a_pc_in_scope_there_is_nothing_to_verify(tmp_path: Path, sandbox: SandboxProcess) -> None:
    run = certificate(tmp_path, sandbox, options={"blueprints": ["Executives"], "minimum_managed": 100}, fails=True)
    assert "node" in run.tasks[-1].result["msg"], "a map with conditions"
    run = certificate(tmp_path, sandbox, options={"blueprints": ["Head Office"], "minimum_managed": 100})
    assert (report(run)["in_scope"], report(run)["nothing_to_verify"]) == (0, True)
    assert "nothing to verify" in run.only(f"{FQCN}{ROLE} : Say that there is nothing to verify").result["msg"]
    assert sandbox.requests("okta") == []


@pytest.mark.parametrize(("minimum", "fails"), [(0, False), (50, True)])
def test_too_few_managed_pcs_are_a_failure(tmp_path: Path, sandbox: SandboxProcess, minimum: int, fails: bool) -> None:
    certificate(tmp_path / "first", sandbox)
    sandbox.tick(60)
    run = certificate(tmp_path / "later", sandbox, options={"minimum_managed": minimum}, fails=fails)
    if fails:
        assert "PCs in scope are managed (0 %), expected 50 %" in run.tasks[-1].result["msg"]


def test_iru_alone_is_enough_without_verification(tmp_path: Path, sandbox: SandboxProcess) -> None:
    run = certificate(tmp_path, sandbox, options={"verify": False})
    assert report(run)["managed"] == "not asked"
    assert sandbox.requests("okta") == []


def test_in_the_playbook_behind_its_switch_with_the_sandboxs_own_secret(
    tmp_path: Path, sandbox: SandboxProcess
) -> None:
    tenant = {"windows_certificate_blueprints": BLUEPRINTS, "windows_certificate_key_access_item": SCRIPT}
    off = inventory_with(tmp_path / "off", sandbox, **tenant)
    run = attest(tmp_path / "first", sandbox, inventory=off, arguments=["--tags", ROLE])
    assert {task.status for task in run.tasks if f"{ROLE} :" in task.task} <= {"skipped"}
    on = inventory_with(tmp_path / "on", sandbox, **tenant, attestation_windows_certificate=True)
    first = attest(tmp_path / "second", sandbox, inventory=on, arguments=["--tags", f"endpoint_management,{ROLE}"])
    assert len(writes_told(first)) == 2 * len(BLUEPRINTS)
    asked = first.only(f"{FQCN}{ROLE} : Ask the certificate authority for its certificates")
    assert asked.status == "skipped", "endpoint_management has asked it"
    sandbox.tick(24 * 60)
    again = attest(tmp_path / "third", sandbox, inventory=on, arguments=["--tags", ROLE])
    assert (again.changed(), writes_sent(sandbox)) == ([], [])
    assert report(again)["managed"] > 0
