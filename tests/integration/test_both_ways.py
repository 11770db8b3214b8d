"""Every module gives the same in the worker of ansible-playbook and as a module process.

A new module needs a file in both_ways/; `test_every_module_has_a_case` says so.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ansible_run import ROOT, AnsibleRun, run_tasks
from tests.sandbox_process import SandboxProcess
from tests.unit.test_recorded import NOT_RECORDED

FQCN = "okta_iru.attestation."
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("[a-z]*.py"))

# Options of tasks that run one after the other, one file a module. "{key}" is a value of the sandbox's ready file, and
# "{files}" a folder that is empty at first.
CASES: dict[str, list[dict[str, Any]]] = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in (Path(__file__).parent / "both_ways").glob("*.yml")
}
# Times of what the run itself made; what was there before is loaded again for each way.
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?")
# What Ansible adds to a module process, and to a failure.
_ADDED = ("invocation", "exception")


def test_every_module_has_a_case() -> None:
    assert sorted(CASES) == MODULES


@pytest.mark.parametrize("module", MODULES)
def test_the_same_both_ways(sandbox: SandboxProcess, tmp_path: Path, module: str) -> None:
    sandbox.settings(iru={"rate_limit_second": 10_000})  # which of the two is faster is not the question
    start, ways = sandbox.state(), []
    for in_process in (True, False):
        sandbox.load_state(start)
        sandbox.clear_requests()
        files = tmp_path / "files"
        shutil.rmtree(files, ignore_errors=True)
        files.mkdir()
        run = _run({**sandbox.ready, "files": str(files)}, tmp_path / f"in_process_{in_process}", module, in_process)
        requests = [(one["service"], one["method"], one["path"], one["status"]) for one in sandbox.requests()]
        ways.append((_results(run), requests))
        for secret in ("okta_token", "iru_token", "scep_challenge", "scep_password"):
            assert sandbox.ready[secret] not in run.output
    assert ways[0] == ways[1]
    written = [one for _status, text in ways[0][0] if (one := json.loads(text)).get("changed") and one.get("writes")]
    assert all(("changes" in one) == (module not in NOT_RECORDED) for one in written), "for the record of the tenant"


def _run(ready: dict[str, Any], folder: Path, module: str, in_process: bool) -> AnsibleRun:
    """One case in check mode, which shows that a process is told of it, then every case for real."""
    environment = {"OKTA_CA_FILE": ready["ca_file"], "IRU_CA_FILE": ready["ca_file"]}
    for key in ("okta_url", "okta_token", "iru_url", "iru_token"):
        environment[key.upper()] = ready[key]
    tasks = [
        {"name": str(options), FQCN + module: _filled(options, ready), "ignore_errors": True, "check_mode": check}
        for check in (True, False)
        for options in CASES[module][: 1 if check else None]
    ]
    # A process without files of its own is cheaper; test_secrets looks at what the others leave behind.
    variables = {"ansible_pipelining": not in_process}
    options: dict[str, Any] = {"in_process": in_process, "environment": environment, "variables": variables}
    run = run_tasks(folder, tasks, diff=True, verbosity=3, **options)
    assert len(run.tasks) == len(tasks)
    assert ("EXEC /bin/sh" in run.output) is not in_process
    return run


def _filled(options: Any, ready: dict[str, Any]) -> Any:
    """The options with the values of the ready file."""
    if isinstance(options, dict):
        return {key: _filled(value, ready) for key, value in options.items()}
    if isinstance(options, list):
        return [_filled(value, ready) for value in options]
    if isinstance(options, str):
        for key, value in ready.items():
            options = options.replace("{" + key + "}", str(value))
    return options


def _results(run: AnsibleRun) -> list[tuple[str, str]]:
    """What each task gave, as text that can be compared."""
    return [
        (
            task.status,
            _TIME.sub("(time)", json.dumps({key: task.result[key] for key in sorted(task.result) if _is_ours(key)})),
        )
        for task in run.tasks
    ]


def _is_ours(key: str) -> bool:
    return key not in _ADDED and not key.startswith("_")


def test_defaults_of_both_vendors_reach_only_their_own_modules(sandbox: SandboxProcess, tmp_path: Path) -> None:
    ready = sandbox.ready
    defaults = {
        f"group/{FQCN}{vendor}": {
            "url": ready[f"{vendor}_url"],
            "token": ready[f"{vendor}_token"],
            "ca_file": ready["ca_file"],
        }
        for vendor in ("okta", "iru")
    }
    tasks = [
        {"name": "okta", FQCN + "okta_access_policy": {"name": "Desktop"}},
        {"name": "iru", FQCN + "iru_blueprint_info": {}},
        {"name": "platform", FQCN + "okta_endpoint_management": {"scep_url": "https://other.okta.com/pki/x"}},
    ]
    run = run_tasks(tmp_path, tasks, diff=True, play={"module_defaults": defaults})
    assert run.changed() == ["okta"]
    assert run.only("iru").result["blueprints"]
    assert "+++ after: app sign-in policy Desktop (wanted)" in run.output
    assert "[WARNING]: The SCEP url is on other.okta.com" in run.output.replace("\n", " ")
