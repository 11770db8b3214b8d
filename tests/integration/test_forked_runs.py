"""Most tests fork their runs of ansible-playbook and give them an inventory without templates.

What such a run does and says is what the command does and says with the inventory that the checkout ships.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.integration.playbook import INVENTORY, attest
from tests.sandbox_process import SandboxProcess

# Such a setting makes a run a process of its own; five is Ansible's default.
_COMMAND = {"ANSIBLE_FORKS": "5"}
# The beginning of what is asked of the System Log, in a query too.
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d(:|%3A)\d\d(:|%3A)\d\d\.\d+Z")


def test_a_fork_is_as_the_command(sandbox: SandboxProcess, tmp_path: Path) -> None:
    run = _first_run(tmp_path, sandbox)
    assert run == _first_run(tmp_path, sandbox, environment=_COMMAND, inventory=INVENTORY)
    assert run[0] == 0


def test_nothing_of_a_fork_reaches_the_next(sandbox: SandboxProcess, tmp_path: Path) -> None:
    run = _first_run(tmp_path, sandbox)
    attest(tmp_path, sandbox, verbosity=3, diff=True, arguments=["--tags", "preflight"])
    assert run == _first_run(tmp_path, sandbox)


def _first_run(folder: Path, sandbox: SandboxProcess, **options: Any) -> tuple[int, str, list[Any]]:
    """A first run in check mode, as it can be compared with another."""
    run = attest(folder, sandbox, check=True, **options)
    tasks = [json.loads(_TIME.sub("(time)", json.dumps(vars(task)))) for task in run.tasks]
    assert run.changed()
    return run.returncode, _TIME.sub("(time)", run.output), tasks
