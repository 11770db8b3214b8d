"""Runs plays with the checkout's own code, as a user would: `ansible-playbook` in the root of the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import ansible_fork

ROOT = Path(__file__).parents[1]
# Ansible's settings that are the same for all runs.
SETTINGS = {
    "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "tests" / "callback_plugins"),
    "ANSIBLE_CALLBACKS_ENABLED": "task_results",
    "ANSIBLE_NOCOLOR": "1",
}
_TIMEOUT_SECONDS = 300
_OURS = ("ANSIBLE_", "OKTA_", "IRU_", "ATTESTATION_")


@dataclass(frozen=True)
class TaskResult:
    """What one task gave: ``status`` is ok, failed, skipped or unreachable; ``result`` is what a register holds."""

    task: str
    action: str
    host: str
    status: str
    result: dict[str, Any]


@dataclass(frozen=True)
class AnsibleRun:
    """One finished run. ``tasks`` are in the order in which they ended."""

    returncode: int
    output: str
    tasks: list[TaskResult]

    def only(self, name: str) -> TaskResult:
        """The only result of the task of this name."""
        found = [task for task in self.tasks if task.task == name]
        assert len(found) == 1, f"{len(found)} results of the task {name!r}:\n{self.output}"
        return found[0]

    def changed(self) -> list[str]:
        """The names of the tasks that changed something."""
        return [task.task for task in self.tasks if task.result.get("changed")]


def run_tasks(folder: Path, tasks: Sequence[Mapping[str, Any]], **options: Any) -> AnsibleRun:
    """Run tasks against localhost; ``options`` are those of `run_playbook`, and ``play``: further keywords of the play
    (``module_defaults``, ``environment`` …)."""
    play = {"hosts": "localhost", "gather_facts": False, **options.pop("play", {}), "tasks": list(tasks)}
    return run_playbook(folder, json.dumps([play]), **options)


def run_playbook(
    folder: Path,
    playbook: str | Path,
    *,
    check: bool = False,
    diff: bool = False,
    verbosity: int = 0,
    in_process: bool = True,
    inventory: str | Path = "localhost,",
    variables: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
    arguments: Sequence[str] = (),
    fails: bool = False,
    root: Path = ROOT,
) -> AnsibleRun:
    """Run a playbook, given as text, as a path or as ``namespace.collection.playbook`` (text has more than one line or
    begins with ``[``).

    ``folder`` takes all files of the run, Ansible's temporary ones too. ``in_process`` False makes every module of the
    collection a process of its own. No setting of the surrounding shell is used. Fails, with the output, unless the
    run ends as ``fails`` says. ``root`` is where it runs, the root of a checkout for the code of that checkout.

    The run is a fork of a process that has imported Ansible (`ansible_fork`) unless something of it could differ there:
    settings of Ansible or a home of its own, another root, or all that is printed (``verbosity`` of 4).
    """
    folder.mkdir(parents=True, exist_ok=True)
    results = folder / "results.jsonl"
    results.unlink(missing_ok=True)
    if isinstance(playbook, str) and (playbook.startswith("[") or "\n" in playbook):
        path = folder / "playbook.yml"
        path.write_text(playbook, encoding="utf-8")
        playbook = path
    extra = {
        "ansible_connection": "local",
        "ansible_python_interpreter": sys.executable,
        "okta_iru_attestation_in_process": in_process,
        **(variables or {}),
    }
    (folder / "variables.json").write_text(json.dumps(extra), encoding="utf-8")
    command = ["-i", str(inventory), "-e", f"@{folder / 'variables.json'}"]
    command += [flag for flag, wanted in (("--check", check), ("--diff", diff)) if wanted]
    command += [f"-{'v' * verbosity}"] if verbosity else []
    command += [*arguments, str(playbook)]
    more = environment or {}
    own_settings = root != ROOT or verbosity > 3 or any(name.startswith(("ANSIBLE_", "HOME")) for name in more)
    run = _process if own_settings else ansible_fork.run
    code, output = run(
        command,
        root=root,
        environment={
            **without_ours(os.environ),
            **SETTINGS,
            "ANSIBLE_LOCAL_TEMP": str(folder / "local"),
            "ANSIBLE_REMOTE_TEMP": str(folder / "remote"),
            "TASK_RESULTS_FILE": str(results),
            **more,
        },
        timeout=_TIMEOUT_SECONDS,
    )
    assert bool(code) is fails, output
    lines = results.read_text(encoding="utf-8").splitlines() if results.exists() else []
    return AnsibleRun(code, output, [TaskResult(**json.loads(line)) for line in lines])


def without_ours(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without settings of Ansible and of the collection."""
    return {name: value for name, value in environment.items() if not name.startswith(_OURS)}


def _process(
    arguments: Sequence[str], *, root: Path, environment: Mapping[str, str], timeout: float
) -> tuple[int, str]:
    """Exit code and output of ``ansible-playbook``, the command itself."""
    run = subprocess.run(
        [Path(sys.executable).parent / "ansible-playbook", *arguments],
        cwd=root,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
        check=False,
    )
    return run.returncode, run.stdout
