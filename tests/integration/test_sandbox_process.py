"""The sandbox as a process: what it serves, what it leaves behind, how it ends."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.sandbox_process import SandboxDied, SandboxProcess

READY_KEYS = {
    "okta_url", "okta_token", "okta_client_id", "okta_private_key_file", "okta_ec_client_id",
    "okta_ec_private_key_file", "iru_url", "iru_token", "ca_file", "scep_url", "scep_challenge", "scep_challenge_url",
    "scep_username", "scep_password", "control_url", "control_token", "scep_http_url", "proxy_url",
}  # fmt: skip


def okta_get(process: SandboxProcess, path: str) -> requests.Response:
    headers = {"Authorization": f"SSWS {process.ready['okta_token']}"}
    return requests.get(process.ready["okta_url"] + path, headers=headers, verify=process.ready["ca_file"], timeout=30)


def mode(path: str | Path) -> int:
    return stat.S_IMODE(Path(path).stat().st_mode)


def test_ready_file_names_what_a_client_needs(sandbox: SandboxProcess) -> None:
    ready = sandbox.ready
    assert set(ready) == READY_KEYS
    assert mode(sandbox.ready_file) == 0o600
    assert mode(ready["okta_private_key_file"]) == 0o600
    assert mode(Path(ready["ca_file"]).parent) == 0o700
    assert all(ready[f"{name}_url"].startswith("https://127.0.0.1:") for name in ("okta", "iru", "scep", "control"))
    assert okta_get(sandbox, "/api/v1/org").status_code == 200
    capabilities = "?operation=GetCACaps"
    plain = requests.get(ready["scep_http_url"] + capabilities, timeout=30)
    secure = requests.get(ready["scep_url"] + capabilities, verify=ready["ca_file"], timeout=30)
    assert plain.text == secure.text


def test_requests_faults_and_reset(sandbox: SandboxProcess) -> None:
    sandbox.faults({"match": {"service": "okta", "path": "/api/v1/org"}, "do": {"status": 503}})
    assert [okta_get(sandbox, "/api/v1/org").status_code for _ in range(2)] == [503, 200]
    assert [entry["status"] for entry in sandbox.requests("okta")] == [503, 200]
    sandbox.settings(okta={"tokens_expired": True})
    assert okta_get(sandbox, "/api/v1/org").status_code == 401
    sandbox.reset()
    assert sandbox.requests() == []
    assert okta_get(sandbox, "/api/v1/org").status_code == 200


def test_users_sign_in_as_time_passes_and_state_can_be_put_back(sandbox: SandboxProcess) -> None:
    before = sandbox.state()
    assert not before["okta"]["devices"]
    happened = sandbox.tick(24 * 60)
    assert happened["computers"]["sign_ins"] > 0
    assert sandbox.state()["okta"]["devices"]
    sandbox.load_state(before)
    assert sandbox.state() == before


def test_state_file_keeps_a_world_over_a_restart(tmp_path: Path) -> None:
    state_file = tmp_path / "state.json"
    arguments = ("--fleet", "2", "--windows", "0", "--state", str(state_file))
    with SandboxProcess(tmp_path, *arguments) as first:
        first.tick(60)
        state = first.state()
    assert mode(state_file) == 0o600
    with SandboxProcess(tmp_path, *arguments) as second:
        assert second.state() == state


def test_stopping_leaves_no_files(tmp_path: Path) -> None:
    process = SandboxProcess(tmp_path, "--fleet", "1", "--windows", "0")
    assert process.stop() == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["stderr.txt"]
    with pytest.raises(SandboxDied, match="exit code 0"):
        process.state()


def test_a_sandbox_that_cannot_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(SandboxDied, match="windows computers are part of the fleet"):
        SandboxProcess(tmp_path, "--fleet", "1", "--windows", "2")


def test_client_commands(sandbox: SandboxProcess) -> None:
    environment = {**os.environ, "ATTESTATION_SANDBOX": str(sandbox.ready_file)}
    for arguments, expected in (
        (("tick", "--minutes", "5"), '"computers"'),
        (("requests",), '"requests"'),
        (("reset",), ""),
    ):
        command = [sys.executable, "-m", "sandbox", *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert expected in done.stdout
