"""``ansible-playbook`` in a fork of a process that has imported Ansible and the collection already.

A run imports for longer than most of our plays take: 0.6 of 0.95 s of CPU for a play of one ``debug``. The standard
library's fork server imports once, each run is a fork of it with a folder, an environment and an output of its own, and
nothing of one run reaches the next. What is settled at import (Ansible's settings, the collection that a name means)
is that of the checkout's root, so a run with other settings needs a process of its own (`ansible_run`).
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.ansible_warm"])


def run(arguments: Sequence[str], *, root: Path, environment: Mapping[str, str], timeout: float) -> tuple[int, str]:
    """Exit code, and standard output and error as one text, of ``ansible-playbook`` with these arguments.

    Raises TimeoutError after ``timeout`` seconds.
    """
    with tempfile.NamedTemporaryFile() as output:
        process = _FORKS.Process(target=_play, args=(list(arguments), str(root), dict(environment), output.name))
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            raise TimeoutError(f"ansible-playbook {arguments} has not ended after {timeout} s")
        return process.exitcode, output.read().decode("utf-8", errors="replace")


def _play(arguments: list[str], root: str, environment: dict[str, str], output: str) -> None:
    """The run, in the fork."""
    from tests.ansible_warm import PlaybookCLI, constants  # noqa: PLC0415  # it changes the process: this one only

    os.chdir(root)
    os.environ.clear()
    os.environ.update(environment)
    for path, mode, targets in ((os.devnull, os.O_RDONLY, (0,)), (output, os.O_WRONLY | os.O_APPEND, (1, 2))):
        opened = os.open(path, mode)
        for target in targets:
            os.dup2(opened, target)
        os.close(opened)
    # The only setting of Ansible that differs from run to run, is read at import and matters here.
    local = Path(environment["ANSIBLE_LOCAL_TEMP"])
    local.mkdir(exist_ok=True)
    constants.DEFAULT_LOCAL_TMP = tempfile.mkdtemp(prefix="ansible-local-", dir=local)
    sys.argv = ["ansible-playbook", *arguments]
    PlaybookCLI.cli_executor(sys.argv)
