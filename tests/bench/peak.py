"""The most memory that a module needs, run in a process of its own."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LARGEST_PEAK = 100 * 1000**2


def measured(module: str, options: dict[str, Any]) -> dict[str, Any]:
    """``peak`` in bytes, ``seconds`` and ``result`` of one run. Raises AssertionError with what a failed one said."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'collections'}"}
    command = [sys.executable, "-m", "tests.bench.peak", module]
    child = subprocess.run(
        command, input=json.dumps(options), capture_output=True, text=True, cwd=ROOT, env=environment, check=False
    )
    assert not child.returncode, child.stdout + child.stderr
    return dict(json.loads(child.stdout))


def report(size: int, took: dict[str, Any]) -> None:
    """Print a line for a run with a file of that many bytes; ends the process if the run needed too much."""
    print(f"{size / 1000**2:8.0f} MB: {took['peak'] / 1000**2:5.1f} MB at most, {took['seconds']:6.1f} s")
    if took["peak"] >= LARGEST_PEAK:
        sys.exit(f"That is not less than {LARGEST_PEAK / 1000**2:.0f} MB.")


def _run(module: str) -> None:
    """Runs the module with the options on standard input and prints what it took."""
    import resource  # noqa: PLC0415 - only in the child, so that it is all that is measured there
    import time  # noqa: PLC0415

    from ansible.module_utils.common.arg_spec import ArgumentSpecValidator  # noqa: PLC0415
    from ansible_collections.okta_iru.attestation.plugins.module_utils._task import Task, execute  # noqa: PLC0415

    code = importlib.import_module(f"ansible_collections.okta_iru.attestation.plugins.modules.{module}")
    validated = ArgumentSpecValidator(code.SPEC.options, **code.SPEC.rules()).validate(json.load(sys.stdin))
    begin = time.perf_counter()
    result = execute(code.run, Task(validated.validated_parameters))
    seconds = time.perf_counter() - begin
    if result.get("failed"):
        sys.exit(str(result))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(json.dumps({"peak": peak, "seconds": seconds, "result": result}))


if __name__ == "__main__":
    _run(sys.argv[1])
