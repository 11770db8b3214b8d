"""Measures the inventory plugin through `ansible-inventory`: requests, processor seconds and peak memory.

Each case is a process of its own against a sandbox, once reading Iru and once from the cache. Seconds are those of the
processor, so that what else the machine does counts little; the sandbox's own are not among them.

Usage: `.venv/bin/python -m tests.bench.iru_inventory [devices …]`
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

from tests.ansible_run import ROOT
from tests.sandbox_process import SandboxProcess

SHOWN = ("--graph", "--list")


def configured(folder: Path) -> Path:
    """An inventory with one keyed group, kept in files of ``folder``."""
    options = {
        "plugin": "okta_iru.attestation.iru",
        "keyed_groups": [{"key": "iru_platform", "prefix": "platform"}],
        "cache": True,
        "cache_plugin": "ansible.builtin.jsonfile",
        "cache_connection": str(folder / "cache"),
    }
    source = folder / "devices.iru.yml"
    source.write_text(yaml.safe_dump(options), encoding="utf-8")
    return source


def measured(source: Path, shown: str, environment: dict[str, str]) -> tuple[float, float]:
    """Processor seconds and peak memory in MB of one run."""
    command = [str(Path(sys.executable).parent / "ansible-inventory"), "-i", str(source), shown]
    with (source.parent / "out").open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, stdout=out)
        _pid, status, used = os.wait4(process.pid, 0)
    assert not status, f"ansible-inventory ended with {status}"
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1000


def main() -> None:
    """Print a line for each size, view and run."""
    print(f"{'hosts':>8} {'shown':8} {'read':6} {'requests':>9} {'seconds':>8} {'MB':>6}")
    for size in [int(each) for each in sys.argv[1:]] or [10_000]:
        for shown in SHOWN:
            with tempfile.TemporaryDirectory() as folder, SandboxProcess(Path(folder)) as sandbox:
                ready = sandbox.ready
                sandbox.settings(iru={"synthetic_devices": size})
                names = {"IRU_URL": "iru_url", "IRU_TOKEN": "iru_token", "IRU_CA_FILE": "ca_file"}
                environment = {name: ready[key] for name, key in names.items()}
                source = configured(Path(folder))
                for read in ("Iru", "cache"):
                    sandbox.clear_requests()
                    seconds, memory = measured(source, shown, environment)
                    requests = len(sandbox.requests("iru"))
                    print(f"{size:>8} {shown:8} {read:6} {requests:>9} {seconds:>8.1f} {memory:>6.0f}", flush=True)


if __name__ == "__main__":
    main()
