"""Custom apps, scripts, tags, devices and actions in a play, in the worker and as processes: a second run changes
nothing, and nothing that a run leaves behind holds the token, the signed form of an upload or the link to a package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.ansible_run import AnsibleRun, run_tasks
from tests.sandbox_process import SandboxProcess

FQCN = "okta_iru.attestation."
FAULTS: dict[str, dict[str, Any]] = {
    "the storage refuses": {
        "match": {"service": "uploads", "times": 0},
        "do": {"status": 403, "body": "<Error><Code>InvalidToken</Code><Message>{token} {signed}</Message></Error>"},
    },
    "the storage breaks off": {"match": {"service": "uploads", "times": 0}, "do": {"close": "before"}},
    "Iru fails": {"match": {"service": "iru", "method": "POST", "times": 0}, "do": {"status": 500}},
}
CHANGED = ["iru_custom_app", "iru_library_assignment", "iru_custom_script", "iru_tag", "iru_device"]


@pytest.fixture
def package(tmp_path: Path) -> Path:
    path = tmp_path / "OktaVerify.pkg"
    path.write_bytes(b"xar!" + b"okta verify" * 1000)
    return path


def tasks(package: Path, serial: str) -> list[dict[str, Any]]:
    steps: list[tuple[str, dict[str, Any]]] = [
        ("iru_custom_app", {"name": "Okta Verify", "src": str(package), "install_enforcement": "install_once"}),
        ("iru_library_assignment", {"library_item": "{{ iru_custom_app.app.id }}", "blueprints": ["Engineering"]}),
        ("iru_custom_script", {"name": "Report", "script": "echo fine", "execution_frequency": "every_day"}),
        ("iru_tag", {"name": "Attested"}),
        ("iru_device", {"serial_numbers": [serial], "tags": ["Pilot"], "asset_tag": "A-1"}),
        ("iru_custom_app_info", {}),
    ]
    return [{"name": name, FQCN + name: options, "register": name} for name, options in steps]


def play(sandbox: SandboxProcess, folder: Path, package: Path, **options: Any) -> AnsibleRun:
    ready = sandbox.ready
    connection = {"url": ready["iru_url"], "token": ready["iru_token"], "ca_file": ready["ca_file"], "retries": 1}
    defaults = {"module_defaults": {f"group/{FQCN}iru": connection}}
    serial = next(iter(sandbox.state()["iru"]["devices"].values()))["serial_number"]
    environment = {"ANSIBLE_LOG_PATH": str(folder / "ansible.log"), "ANSIBLE_DISPLAY_TRACEBACK": "always"}
    folder.mkdir(parents=True, exist_ok=True)
    return run_tasks(
        folder, tasks(package, serial), play=defaults, diff=True, verbosity=4, environment=environment, **options
    )


def assert_silent(sandbox: SandboxProcess, run: AnsibleRun, folder: Path) -> None:
    bucket = sandbox.state()["uploads"]
    canaries = [bucket[key] for key in ("access_key_id", "secret_access_key", "session_token")]
    canaries += [sandbox.ready["iru_token"], "X-Amz-Signature"]
    places = {"output": run.output.encode()}
    # The arguments that Ansible itself hands to a module process stand in a file while it runs.
    places |= {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.suffix != ".yml"}
    assert "ansible.log" in places
    found = [(name, canary) for name, text in places.items() for canary in canaries if canary.encode() in text]
    assert not found


def test_a_play_is_predicted_happens_once_and_tells_no_secret(
    sandbox: SandboxProcess, tmp_path: Path, package: Path
) -> None:
    planned = play(sandbox, tmp_path / "check", package, check=True)
    real = play(sandbox, tmp_path / "first", package)
    sandbox.clear_requests()
    again = play(sandbox, tmp_path / "second", package)
    assert planned.changed() == real.changed() == CHANGED
    for one, other in zip(planned.tasks, real.tasks, strict=True):
        if one.result["changed"] and one.task != "iru_library_assignment":
            assert (one.result["writes"], one.result["diff"]) == (other.result["writes"], other.result["diff"])
    assert again.changed() == []
    assert not [one for one in sandbox.requests() if one["method"] != "GET"]
    for run, name in ((planned, "check"), (real, "first"), (again, "second")):
        assert_silent(sandbox, run, tmp_path / name)


def test_module_processes_tell_no_secret(sandbox: SandboxProcess, tmp_path: Path, package: Path) -> None:
    run = play(sandbox, tmp_path / "run", package, in_process=False)
    assert run.changed() == CHANGED
    assert_silent(sandbox, run, tmp_path / "run")


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("in_process", [True, False], ids=["in the worker", "as processes"])
def test_a_failing_upload_tells_no_secret(
    sandbox: SandboxProcess, tmp_path: Path, package: Path, fault: str, in_process: bool
) -> None:
    bucket, rule = sandbox.state()["uploads"], FAULTS[fault]
    action = dict(rule["do"])
    if "body" in action:
        action["body"] = action["body"].format(token=bucket["session_token"], signed=bucket["access_key_id"])
    sandbox.faults({"match": rule["match"], "do": action})
    run = play(sandbox, tmp_path / "run", package, in_process=in_process, fails=True)
    assert run.tasks[0].status == "failed"
    assert_silent(sandbox, run, tmp_path / "run")
