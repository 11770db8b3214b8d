"""Runs the demonstration on each supported ansible-core, in virtual environments of their own under `.cache/matrix`.

The demonstration goes through every module and role and demands that its second run changes nothing, so that it is the
widest check of one version. An interpreter that this machine does not have is named, and makes the result incomplete.

Usage: `.venv/bin/python scripts/matrix.py [version of ansible-core ...]`
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "matrix"
# The last release of each line that `requires_ansible` admits, with a Python that can be its controller.
CORES = {
    "2.16.19": "3.11",
    "2.17.14": "3.11",
    "2.18.19": "3.11",
    "2.19.14": "3.11",
    "2.20.10": "3.12",
    "2.21.5": "3.13",
    "2.22.0rc1": "3.13",
}
# These follow ansible-core, which holds them to other versions in each line.
NOT_PINNED = ("ansible-core=", "resolvelib=")


def find_python(version: str) -> str | None:
    """The path of a Python of this minor version; pyenv's shims are looked through, as they may run nothing."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates = [shutil.which(f"python{version}"), *sorted(map(str, pyenv.glob(f"{version}.*/bin/python")))]
    for candidate in filter(None, candidates):
        probe = subprocess.run([candidate, "-c", "import venv, ensurepip"], capture_output=True, check=False)
        if probe.returncode == 0:
            return candidate
    return None


def build(core: str, python: str) -> Path:
    """Bring the virtual environment of this ansible-core up to date; returns its interpreter."""
    environment = CACHE / core
    interpreter = environment / "bin" / "python"
    if not interpreter.exists():
        subprocess.run([python, "-m", "venv", "--clear", environment], check=True)
    pins = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith(NOT_PINNED)]
    constraints = CACHE / "constraints.txt"
    constraints.write_text("\n".join(pins) + "\n")
    pip = [interpreter, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--constraint", constraints]
    sandbox = ROOT / "requirements-sandbox.txt"
    subprocess.run([*pip, f"ansible-core=={core}", "jmespath", "requests", "--requirement", sandbox], check=True)
    return interpreter


def try_core(core: str, python_version: str) -> str:
    """Run the demonstration; returns `passed`, `failed (log)` or why it could not run."""
    python = find_python(python_version)
    if python is None:
        return f"not run: no Python {python_version} here"
    interpreter = build(core, python)
    path = os.pathsep.join([str(interpreter.parent), os.environ["PATH"]])
    log = CACHE / f"{core}.log"
    with log.open("w") as output:
        demo = subprocess.run(
            [interpreter, "scripts/demo.py"],
            cwd=ROOT,
            env={**os.environ, "PATH": path},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    return "passed" if demo.returncode == 0 else f"failed: see {log.relative_to(ROOT)}"


def main() -> int:
    """Try the versions named as arguments, or all; returns 1 unless all passed."""
    wanted = sys.argv[1:] or list(CORES)
    unknown = [core for core in wanted if core not in CORES]
    if unknown:
        sys.exit(f"Unknown versions {', '.join(unknown)}: scripts/matrix.py knows {', '.join(CORES)}.")
    CACHE.mkdir(parents=True, exist_ok=True)
    results = {}
    for core in wanted:
        results[core] = try_core(core, CORES[core])
        print(f"ansible-core {core:10} Python {CORES[core]}  {results[core]}", flush=True)
    return int(any(result != "passed" for result in results.values()))


if __name__ == "__main__":
    sys.exit(main())
