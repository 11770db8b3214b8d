"""Measures what one task costs: `debug`, a module in the worker, and the same module as a process of its own.

Each kind is timed as a play of many tasks less a play of one, divided by the difference, so that the start of
ansible-playbook does not count. The module reads the Blueprints of a sandbox, one request over TLS a task.
The aim: a module in the worker costs at most three times `debug`. This measures; it fails only if a play fails.

Usage: `.venv/bin/python tests/bench/run.py [rounds]`
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TASKS = 30
READY_WITHIN = 30.0  # seconds

DEBUG = {"ansible.builtin.debug": {"msg": "x"}}
MODULE = {"okta_iru.attestation.iru_blueprint_info": {}}
KINDS = {
    "debug": (DEBUG, {}),
    "module in the worker": (MODULE, {}),
    "module as a process": (MODULE, {"okta_iru_attestation_in_process": False}),
}


@contextmanager
def sandbox(directory: Path) -> Iterator[dict[str, str]]:
    """A sandbox for as long as the context lasts; gives the content of its ready file."""
    ready = directory / "ready.json"
    serve = [sys.executable, "-m", "sandbox", "serve", "--ready-file", str(ready)]
    with subprocess.Popen(serve, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + READY_WITHIN
            while not ready.exists():
                if process.poll() is not None or time.monotonic() > deadline:
                    sys.exit("The sandbox did not start: python -m sandbox serve says why.")
                time.sleep(0.05)
            yield json.loads(ready.read_text())
        finally:
            process.terminate()


def seconds(playbook: Path, environment: dict[str, str]) -> float:
    """How long a playbook takes, in seconds; ends the bench if it fails."""
    command = [str(Path(sys.executable).parent / "ansible-playbook"), "-i", "localhost,", "-c", "local", str(playbook)]
    begin = time.perf_counter()
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if run.returncode:
        sys.exit(f"{playbook.name} failed:\n{run.stdout}{run.stderr}")
    return time.perf_counter() - begin


def cost(kind: str, directory: Path, environment: dict[str, str]) -> float:
    """What one task of this kind costs, in milliseconds."""
    task, variables = KINDS[kind]
    variables = {**variables, "ansible_python_interpreter": sys.executable}
    taken = []
    for tasks in (1, 1 + TASKS):
        playbook = directory / f"{tasks}.yml"
        play = {"hosts": "all", "gather_facts": False, "vars": variables, "tasks": [task] * tasks}
        playbook.write_text(json.dumps([play]))
        taken.append(seconds(playbook, environment))
    return (taken[1] - taken[0]) / TASKS * 1000


def main() -> None:
    """Print the median over the rounds for each kind, and how many times `debug` that is."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory() as temporary, sandbox(Path(temporary)) as ready:
        environment = {
            **os.environ,
            "IRU_URL": ready["iru_url"],
            "IRU_TOKEN": ready["iru_token"],
            "IRU_CA_FILE": ready["ca_file"],
        }
        medians = {
            kind: statistics.median(cost(kind, Path(temporary), environment) for _ in range(rounds)) for kind in KINDS
        }
    for kind, milliseconds in medians.items():
        print(f"{kind:22} {milliseconds:7.1f} ms a task   {milliseconds / medians['debug']:5.1f} x debug")


if __name__ == "__main__":
    main()
