"""The role verify: reasons of each Mac, what it waits for and tells meanwhile, and how few requests it takes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.integration.playbook import attest
from tests.sandbox_process import SandboxProcess

VERIFY = ["--tags", "verify"]
ROLE = "okta_iru.attestation.verify : "


def test_each_mac_has_its_evidence_or_its_reason(tmp_path: Path, sandbox: SandboxProcess) -> None:
    attest(tmp_path / "first", sandbox)
    sandbox.tick(60)
    sandbox.tick(60)
    kept = {"verify_output_file": str(tmp_path / "found.json")}
    run = attest(tmp_path / "verify", sandbox, arguments=VERIFY, variables=kept)
    rows = run.only(f"{ROLE}Join what both sides tell").result["ansible_facts"]["verify_devices"]
    state = sandbox.state()
    managed = {
        device["profile"]["serialNumber"]
        for device in state["okta"]["devices"].values()
        for link in device["users"]
        if link["managementStatus"] == "MANAGED" and device["profile"]["platform"] == "MACOS"
    }
    assert {row["serial_number"] for row in rows if row["stage"] == "attested"} == managed
    with_certificate = {one["serial_number"] for one in state["computers"]["fleet"].values() if one["certificates"]}
    assert {row["serial_number"] for row in rows if row["certificate_issued_at"]} == with_certificate
    assert {row["serial_number"] for row in rows if row["certificate_bound_at"]} == managed
    assert all(row["reason"] and row["next"] for row in rows if row["stage"] != "attested")
    shown = run.only(f"{ROLE}Tell why Macs are not managed").result["msg"]
    assert len(shown) == len(rows) - len(managed)
    asked = [one["path"].rpartition("/")[2] for one in sandbox.requests()]
    assert asked == ["custom-profiles", "devices", "status", "devices", "logs", "logs"]
    file = Path(kept["verify_output_file"])
    report = run.only(f"{ROLE}Report").result["verify_report"]
    assert json.loads(file.read_text()) == {"report": report, "devices": rows}
    assert file.stat().st_mode & 0o777 == 0o600
    checked = attest(tmp_path / "check", sandbox, check=True, arguments=VERIFY)
    assert checked.only(f"{ROLE}Join what both sides tell").result["ansible_facts"]["verify_devices"] == rows


def test_waiting_for_the_log_tells_who_is_missing(tmp_path: Path, sandbox: SandboxProcess) -> None:
    attest(tmp_path / "first", sandbox)
    sandbox.tick(60)
    state = sandbox.state()
    offset = timedelta(minutes=state["sandbox"]["clock_offset_minutes"])
    arrival = (datetime.now(UTC) + offset + timedelta(seconds=12)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    late = [one["uuid"] for one in state["okta"]["logs"] if one["eventType"] == "pki.cert.issue"]
    state["okta"]["log_arrivals"] = dict.fromkeys(late, arrival)
    sandbox.load_state(state)
    waited = {"verify_wait": 60, "verify_wait_interval": 2}
    run = attest(tmp_path / "verify", sandbox, arguments=VERIFY, variables=waited)
    assert "[sandbox] Waiting for the System Log: no event yet about " in run.output
    assert run.only(f"{ROLE}Report").result["verify_report"]["certificates_issued"] == len(late)
    assert run.only(f"{ROLE}Read which certificates Okta issued and bound").result["not_mentioned"] == []
