"""The whole documented sequence against the sandbox, for somebody who sees it for the first time.

Starts an Okta org, an Iru tenant, a SCEP certificate authority and simulated computers on this machine; runs the
playbook; lets two hours pass, in which Macs check in, enrol and their users sign in; verifies; runs the playbook again,
which must change nothing; and shows what became of each Mac. Fails if any of that does not hold.

Usage: `.venv/bin/python scripts/demo.py [--keep]`.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from rich.console import Console
from rich.markup import escape
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".sandbox"
READY_FILE = FOLDER / "ready.json"
STAGES_FILE = FOLDER / "stages.json"
READY_WITHIN = 60.0  # seconds
WRITES = ("POST", "PUT", "PATCH", "DELETE")
QUESTIONS = ("/api/v1/policies/simulate",)  # POSTs that change nothing

# Without a terminal, in a log of CI say, rich would cut lines at 80.
console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 132)


class Failed(Exception):
    """The demonstration did not show what it should."""


class Sandbox:
    """The running sandbox, by its ready file."""

    def __init__(self, ready: dict[str, str]) -> None:
        self.ready = ready
        self._session = requests.Session()
        self._session.trust_env = False

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """A call of the control interface."""
        return self._call(method, self.ready["control_url"] + path, f"Bearer {self.ready['control_token']}", body)

    def _call(self, method: str, url: str, authorization: str, body: Any = None) -> Any:
        answer = self._session.request(
            method,
            url,
            json=body,
            headers={"Authorization": authorization},
            verify=self.ready["ca_file"],
            timeout=120,
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None


@contextmanager
def running_sandbox() -> Iterator[Sandbox]:
    """A sandbox of its own; the folder keeps its log and those of the playbook runs."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    log = FOLDER / "sandbox.log"
    serve = [sys.executable, "-m", "sandbox", "serve", "--ready-file", str(READY_FILE)]
    with log.open("w") as output, subprocess.Popen(serve, cwd=ROOT, stdout=output, stderr=output) as process:
        try:
            deadline = time.monotonic() + READY_WITHIN
            while not READY_FILE.exists():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise Failed(f"The sandbox did not start:\n{log.read_text()}")
                time.sleep(0.05)
            yield Sandbox(json.loads(READY_FILE.read_text()))
        finally:
            process.terminate()


def play(name: str, *arguments: str) -> str:
    """Run the playbook as a user would; returns the line of the recap."""
    log = FOLDER / f"{name}.log"
    command = [str(Path(sys.executable).parent / "ansible-playbook"), "attestation.yml", *arguments]
    settings = {key: value for key, value in os.environ.items() if not key.startswith(("ANSIBLE_", "OKTA_", "IRU_"))}
    settings |= {
        "ATTESTATION_SANDBOX": str(READY_FILE),
        "ANSIBLE_HOME": str(FOLDER / "ansible"),  # nothing outside the checkout, not even Ansible's temporary files
        "ANSIBLE_NOCOLOR": "1",
    }
    with log.open("w") as output:
        run = subprocess.run(command, cwd=ROOT, env=settings, stdout=output, stderr=output, check=False)
    text = log.read_text()
    recap = re.search(r"^sandbox\s+: (ok=.*)$", text, re.MULTILINE)
    if run.returncode or not recap:
        raise Failed(f"ansible-playbook attestation.yml {' '.join(arguments)} failed:\n{text[-4000:]}")
    return " ".join(recap[1].split())


def changed_tasks(name: str) -> list[str]:
    """The tasks of a run that changed something, in words."""
    tasks, current = [], ""
    for line in (FOLDER / f"{name}.log").read_text().splitlines():
        if line.startswith("TASK ["):
            current = line.removeprefix("TASK [okta_iru.attestation.").partition("]")[0]
        elif line.startswith("changed:"):
            tasks.append(current)
    return tasks


def is_write(entry: dict[str, Any]) -> bool:
    """Whether a request of the log changed something."""
    return entry["method"] in WRITES and entry["path"] not in QUESTIONS


def requests_since_last(sandbox: Sandbox) -> tuple[int, list[str]]:
    """How many requests the services saw, and the writes among them; the log then begins anew."""
    entries = sandbox.control("GET", "/control/requests")["requests"]
    sandbox.control("DELETE", "/control/requests")
    writes = [f"{one['method']} {one['path']}" for one in entries if is_write(one)]
    return len(entries), writes


def first_run(sandbox: Sandbox) -> None:
    """Step 1: from nothing to a converged tenant."""
    console.print("\n[bold]1. First run[/bold]   ansible-playbook attestation.yml")
    recap = play("1-first-run")
    count, writes = requests_since_last(sandbox)
    for task in changed_tasks("1-first-run"):
        console.print(f"   changed   {task}")
    console.print(f"   {recap}\n   {count} API requests, {len(writes)} of them writes")


def let_time_pass(sandbox: Sandbox) -> None:
    """Step 2: computers check in, fetch the profile, enrol by SCEP; users sign in."""
    console.print("\n[bold]2. Two hours pass[/bold]   Macs check in, enrol by SCEP; their users sign in with FastPass")
    for _hour in range(2):
        seen = sandbox.control("POST", "/control/tick", {"minutes": 60})["computers"]
        console.print(
            f"   {seen['installed']} profiles installed, {seen['certificates']} certificates issued, "
            f"{seen['sign_ins']} sign-ins, {seen['failed']} failures"
        )
    sandbox.control("DELETE", "/control/requests")


def verify(sandbox: Sandbox) -> None:
    """Step 3: the evidence of both sides."""
    console.print("\n[bold]3. Verification[/bold]   ansible-playbook attestation.yml --tags verify")
    play("3-verify", "--tags", "verify", "-e", "verify_minimum_managed=50", "-e", f"verify_output_file='{STAGES_FILE}'")
    report = json.loads(STAGES_FILE.read_text())["report"]
    for key in ("in_scope", "profile_installed", "certificates_issued", "certificates_bound", "managed"):
        console.print(f"   {key.replace('_', ' '):<22}{report[key]}")
    requests_since_last(sandbox)


def second_run(sandbox: Sandbox) -> None:
    """Step 4: nothing left to do."""
    console.print("\n[bold]4. Second run[/bold]   ansible-playbook attestation.yml")
    recap = play("4-second-run")
    count, writes = requests_since_last(sandbox)
    console.print(f"   {recap}\n   {count} API requests, {len(writes)} of them writes")
    if "changed=0" not in recap or writes:
        raise Failed(f"The second run must change nothing, but: {recap}; {writes}")


def summary(_sandbox: Sandbox) -> None:
    """Step 5: each Mac as the verification found it, and what to do about those that are not managed."""
    macs = json.loads(STAGES_FILE.read_text())["devices"]
    table = Table(title="\nWhere each Mac stands", title_justify="left", header_style="bold", pad_edge=False)
    for heading in ("serial number", "Mac", "Blueprint", "stage", "certificate issued", "next"):
        table.add_column(heading, overflow="fold")
    for mac in sorted(macs, key=lambda one: (one["stage"] != "attested", one["stage"], one["blueprint_name"])):
        stage = mac["stage"].replace("_", " ")
        table.add_row(
            mac["serial_number"],
            escape(mac["device_name"]),
            mac["blueprint_name"],
            f"[green]{stage}[/green]" if stage == "attested" else f"[yellow]{stage}[/yellow]",
            (mac["certificate_issued_at"] or "no")[:10],
            f"{mac['reason']}: {mac['next']}" if mac["reason"] else "",
        )
    console.print(table)
    attested = sum(mac["stage"] == "attested" for mac in macs)
    console.print(f"[bold]{attested} of {len(macs)} Macs are attested.[/bold] Logs of all runs: .sandbox/")


def main() -> int:
    """Returns 0, or 1 with the reason if something did not hold."""
    parser = argparse.ArgumentParser(description="Runs the whole documented sequence against a sandbox.")
    parser.add_argument("--keep", action="store_true", help="leave the sandbox running until Ctrl-C")
    keep = parser.parse_args().keep
    begin = time.monotonic()
    console.print("[bold]okta_iru.attestation[/bold]: an Okta org, an Iru tenant, a SCEP authority and 25 computers")
    try:
        with running_sandbox() as sandbox:
            for step in (first_run, let_time_pass, verify, second_run, summary):
                step(sandbox)
            console.print(f"Done in {time.monotonic() - begin:.0f} s.")
            if keep:
                console.print(
                    "The sandbox runs until Ctrl-C. Try: .venv/bin/ansible-playbook attestation.yml --check --diff"
                )
                while True:
                    time.sleep(3600)
    except Failed as failure:
        console.print("[bold red]Failed.[/bold red]", escape(str(failure)))
        return 1
    except KeyboardInterrupt:
        console.print("Stopped.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
