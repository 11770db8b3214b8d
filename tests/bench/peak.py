"""The most memory that a module needs, run in a process of its own or in the worker of a play."""

from __future__ import annotations

import importlib
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LARGEST_PEAK = 100 * 1000**2
_PLAY = "--play"


def measured(module: str, options: dict[str, Any]) -> dict[str, Any]:
    """``peak`` in bytes, ``seconds`` and ``result`` of one run. Raises AssertionError with what a failed one said."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'collections'}"}
    command = [sys.executable, "-m", "tests.bench.peak", module]
    child = subprocess.run(
        command, input=json.dumps(options), capture_output=True, text=True, cwd=ROOT, env=environment, check=False
    )
    assert not child.returncode, child.stdout + child.stderr
    return dict(json.loads(child.stdout))


def measured_in_a_play(folder: Path, module: str, options: dict[str, Any]) -> dict[str, Any]:
    """The same for an ansible-playbook of one task: ``peak`` is that of its largest process, and no ``result``."""
    playbook = folder / f"{module}.yml"
    tasks = [{f"okta_iru.attestation.{module}": options}]
    playbook.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
    run = [str(Path(sys.executable).parent / "ansible-playbook"), "-i", "localhost,", "-c", "local", str(playbook)]
    command = [sys.executable, "-m", "tests.bench.peak", _PLAY, *run]
    child = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert not child.returncode, child.stdout + child.stderr
    return dict(json.loads(child.stdout.splitlines()[-1]))


def report(size: int, took: dict[str, Any], how: str = "") -> None:
    """Print a line for a run with a file of that many bytes; ends the process if the run needed too much."""
    print(f"{size / 1000**2:8.0f} MB{how}: {took['peak'] / 1000**2:5.1f} MB at most, {took['seconds']:6.1f} s")
    if took["peak"] >= LARGEST_PEAK:
        sys.exit(f"That is not less than {LARGEST_PEAK / 1000**2:.0f} MB.")


def peak_of(process: int | str = "self") -> int:
    """The most memory that a process has had, in bytes.

    `ru_maxrss` would begin with that of the parent, which on Linux survives the start of another program.
    """
    status = Path(f"/proc/{process}/status")
    if not status.exists() and process == "self":
        return _largest(resource.RUSAGE_SELF)
    lines = status.read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


def _run(module: str) -> None:
    """Runs the module with the options on standard input and prints what it took."""
    from ansible.module_utils.common.arg_spec import ArgumentSpecValidator  # noqa: PLC0415
    from ansible_collections.okta_iru.attestation.plugins.module_utils._task import Task, execute  # noqa: PLC0415

    code = importlib.import_module(f"ansible_collections.okta_iru.attestation.plugins.modules.{module}")
    validated = ArgumentSpecValidator(code.SPEC.options, **code.SPEC.rules()).validate(json.load(sys.stdin))
    begin = time.perf_counter()
    result = execute(code.run, Task(validated.validated_parameters))
    seconds = time.perf_counter() - begin
    if result.get("failed"):
        sys.exit(str(result))
    print(json.dumps({"peak": peak_of(), "seconds": seconds, "result": result}))


def _run_play(command: list[str]) -> None:
    """Runs a command and prints what its processes took, as its last line."""
    begin = time.perf_counter()
    subprocess.run(command, check=True)
    print(json.dumps({"peak": _largest(resource.RUSAGE_CHILDREN), "seconds": time.perf_counter() - begin}))


def _largest(who: int) -> int:
    return resource.getrusage(who).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    _run_play(sys.argv[2:]) if sys.argv[1] == _PLAY else _run(sys.argv[1])
