"""Measures the memory that `iru_custom_app` needs to upload a package, small and large.

A sparse file stands for the package, so that the disk is not what is measured. The sandbox hashes what arrives, keeping
no byte of it. Each upload is a process of its own; its peak is `ru_maxrss`. This fails if a peak is 100 MB or more.

Usage: `.venv/bin/python -m tests.bench.upload [gigabytes]` (2 if unset)
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.sandbox_process import SandboxProcess

ROOT = Path(__file__).resolve().parents[2]
LARGEST_PEAK = 100 * 1000**2
_CHILD = "--child"


def package(folder: Path, size: int) -> Path:
    """A file of this size that begins as a package does."""
    path = folder / f"package-{size}.pkg"
    with path.open("wb") as file:
        file.write(b"xar!")
        file.truncate(size)
    return path


def measured(ready: dict[str, Any], path: Path) -> dict[str, Any]:
    """``peak`` in bytes and ``seconds`` of one upload. Raises AssertionError with what the upload said if it failed."""
    options = {
        "url": ready["iru_url"],
        "token": ready["iru_token"],
        "ca_file": ready["ca_file"],
        "name": path.name,
        "src": str(path),
        "install_enforcement": "install_once",
    }
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'collections'}"}
    command = [sys.executable, "-m", "tests.bench.upload", _CHILD]
    child = subprocess.run(
        command, input=json.dumps(options), capture_output=True, text=True, cwd=ROOT, env=environment, check=False
    )
    assert not child.returncode, child.stdout + child.stderr
    return dict(json.loads(child.stdout))


def _upload() -> None:
    """Runs the module with the options on standard input and prints what it took."""
    import resource  # noqa: PLC0415 - only in the child, so that it is all that is measured there

    from ansible.module_utils.common.arg_spec import ArgumentSpecValidator  # noqa: PLC0415
    from ansible_collections.okta_iru.attestation.plugins.module_utils._task import Task, execute  # noqa: PLC0415
    from ansible_collections.okta_iru.attestation.plugins.modules import iru_custom_app  # noqa: PLC0415

    spec = iru_custom_app.SPEC
    options = ArgumentSpecValidator(spec.options, **spec.rules()).validate(json.load(sys.stdin)).validated_parameters
    begin = time.perf_counter()
    result = execute(iru_custom_app.run, Task(options))
    seconds = time.perf_counter() - begin
    if not result.get("uploaded"):
        sys.exit(str(result))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(json.dumps({"peak": peak, "seconds": seconds}))


def main() -> None:
    """Print a line for a package of 1 MB and one for the large one."""
    gigabytes = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    with tempfile.TemporaryDirectory() as temporary, SandboxProcess(Path(temporary)) as sandbox:
        for size in (1000**2, int(gigabytes * 1000**3)):
            path = package(Path(temporary), size)
            took = measured(sandbox.ready, path)
            print(f"{size / 1000**2:8.0f} MB: {took['peak'] / 1000**2:5.1f} MB at most, {took['seconds']:6.1f} s")
            path.unlink()
            if took["peak"] >= LARGEST_PEAK:
                sys.exit(f"That is not less than {LARGEST_PEAK / 1000**2:.0f} MB.")


if __name__ == "__main__":
    _upload() if _CHILD in sys.argv else main()
