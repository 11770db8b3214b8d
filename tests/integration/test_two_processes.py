"""Two `ansible-playbook` processes at once on one org: what one of them alone would have made is there once."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.ansible_run import AnsibleRun, run_tasks
from tests.sandbox_process import SandboxProcess

POLICY, ASSURANCE, APP = "Managed desktops", "Company Macs", "Salesforce"
RULES = ["Break glass", "Managed", "Phones"]
FAULTS: list[dict[str, Any]] = [
    # Each run has looked which policies there are before the other one creates its own.
    {"match": {"method": "GET", "path": "/api/v1/policies", "times": 2}, "do": {"delay": 5}},
    {"match": {"method": "POST", "path": "/api/v1/device-assurances"}, "do": {"close": "after"}},
    {"match": {"method": "POST", "path": "*/rules", "nth": 2}, "do": {"close": "after"}},
    {"match": {"method": "PUT", "path": "*/rules/*"}, "do": {"status": 409}},
]


def tasks() -> list[dict[str, Any]]:
    rules = [
        {"name": RULES[0], "groups": ["Break glass"], "require": "two_factors"},
        {"name": RULES[1], "require": "managed_fastpass", "device": {"registered": True, "managed": True}},
        {"name": RULES[2], "platforms": ["ios", "android"], "require": "two_factors"},
    ]
    options = {
        "okta_access_policy": {"name": POLICY},
        "okta_access_policy_rules": {"policy": POLICY, "rules": rules, "exact": True},
        "okta_device_assurance": {"name": ASSURANCE, "platform": "macos", "os_version": {"minimum": "15.1"}},
        "okta_app_policy": {"policy": POLICY, "apps": [APP]},
    }
    return [{f"okta_iru.attestation.{module}": given} for module, given in options.items()]


def play(folder: Path, sandbox: SandboxProcess, start: Path | None = None) -> AnsibleRun:
    """One run; with ``start`` it says that it is there and waits for that file."""
    folder.mkdir()
    ready = sandbox.ready
    org = {"url": ready["okta_url"], "token": ready["okta_token"], "ca_file": ready["ca_file"]}
    wait = [
        {"ansible.builtin.file": {"path": str(folder / "there"), "state": "touch"}},
        {"ansible.builtin.wait_for": {"path": str(start), "timeout": 120}},
    ]
    todo = [*(wait if start else []), *tasks()]
    return run_tasks(folder, todo, play={"module_defaults": {"group/okta_iru.attestation.okta": org}})


def both_at_once(folder: Path, sandbox: SandboxProcess) -> list[AnsibleRun]:
    """Two runs that begin together."""
    start, runs = folder / "start", [folder / "one", folder / "other"]
    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(play, run, sandbox, start) for run in runs]
        while not all((run / "there").exists() for run in runs) and not any(each.done() for each in running):
            time.sleep(0.05)
        start.touch()
        return [each.result() for each in running]


def test_two_processes_end_in_the_wanted_state(tmp_path: Path, sandbox: SandboxProcess) -> None:
    sandbox.settings(okta={"reconciling_refusals": 1})
    sandbox.faults(*({**fault, "match": {"service": "okta", **fault["match"]}} for fault in FAULTS))
    assert any(run.changed() for run in both_at_once(tmp_path, sandbox))
    created = [one for one in sandbox.requests("okta") if (one["method"], one["path"]) == ("POST", "/api/v1/policies")]
    assert len(created) == 2  # both did
    sandbox.clear_faults()
    org = sandbox.state()["okta"]
    (policy,) = [each for each in org["policies"].values() if each["name"] == POLICY]
    placed = sorted((each["priority"], each["name"]) for each in policy["rules"] if not each["system"])
    assert [name for _priority, name in placed] == RULES
    assert [each["content"]["name"] for each in org["device_assurances"].values()] == [ASSURANCE]
    assert [each["access_policy"] for each in org["apps"].values() if each["label"] == APP] == [policy["id"]]
    assert play(tmp_path / "again", sandbox).changed() == []
