"""Measures reading an Okta org of full size: requests, seconds and peak memory of 100,000 devices and 1,000,000 events.

Each case runs the module's own code in a process of its own against a sandbox, which makes devices and events when they
are asked for (its share of the seconds is large) and whose rate limits are lifted; the column "at Okta's limits" tells
how long as many requests take where an org allows 100 listings of devices and 120 of the log a minute. Each case runs
at a tenth of the size as well: memory must not grow with it.

Usage: `.venv/bin/python tests/bench/okta_scale.py [devices events]`, or `make bench-okta`.
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

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "collections")]

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator  # noqa: E402
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import Task, execute  # noqa: E402
from ansible_collections.okta_iru.attestation.plugins.modules import (  # noqa: E402
    okta_device_info,
    okta_system_log_info,
)

from tests.bench.peak import peak_of  # noqa: E402
from tests.sandbox_process import SandboxProcess  # noqa: E402

MODULES = {"okta_device_info": okta_device_info, "okta_system_log_info": okta_system_log_info}
A_MINUTE = {"okta_device_info": 100, "okta_system_log_info": 120}
UNLIMITED = {"rate_limits": {"/api/v1/logs": 10**9, "/api/v1/devices": 10**9}}

# What is read, as a module and its options; "{file}" is a file of the bench.
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "devices, newest of each, to a file": ("okta_device_info", {"output_file": "{file}"}),
    "devices not managed, to a file": (
        "okta_device_info",
        {"fields": ["id"], "managed": False, "output_file": "{file}"},
    ),
    "events, polling, to a file": ("okta_system_log_info", {"output_file": "{file}"}),
    "events, bounded, counted by type": (
        "okta_system_log_info",
        {"until": "2100-01-01T00:00:00Z", "since": "-8d", "count_by": ["eventType", "outcome.result"]},
    ),
}


def measured(ready: dict[str, str], module: str, options: dict[str, Any]) -> dict[str, Any]:
    """Run a module here; its result in short, seconds and this process's peak memory in MiB."""
    spec = MODULES[module].SPEC
    given = {"url": ready["okta_url"], "token": ready["okta_token"], "ca_file": ready["ca_file"], **options}
    validation = ArgumentSpecValidator(spec.options, **spec.rules()).validate(given)
    begin = time.perf_counter()
    result = execute(MODULES[module].run, Task(validation.validated_parameters))
    if result.get("failed"):
        sys.exit(result["msg"])
    seconds = time.perf_counter() - begin
    count = result.get("count") or sum(result["counts"].values())
    return {"count": count, "seconds": seconds, "mib": peak_of() / 1024**2}


def in_a_process(ready_file: Path, module: str, options: dict[str, Any]) -> dict[str, Any]:
    """The same in a process of its own."""
    command = [sys.executable, __file__, "--one", str(ready_file), module, json.dumps(options)]
    run = subprocess.run(command, cwd=ROOT, env={**os.environ}, stdout=subprocess.PIPE, text=True, check=False)
    if run.returncode:
        sys.exit(f"{module} {options} failed")
    return dict(json.loads(run.stdout))


def main() -> None:
    """Print a line for each case and size."""
    devices, events = (int(text) for text in sys.argv[1:3]) if len(sys.argv) > 2 else (100_000, 1_000_000)
    print(f"{'':36} {'objects':>9} {'requests':>9} {'seconds':>8} {'MiB':>6}   at Okta's limits")
    with tempfile.TemporaryDirectory() as folder, SandboxProcess(Path(folder)) as sandbox:
        for title, (module, options) in CASES.items():
            for part in (10, 1):
                sizes = {"synthetic_devices": devices // part, "synthetic_events": events // part}
                sandbox.settings(okta={**UNLIMITED, **sizes})
                sandbox.clear_requests()
                filled = {key: value.format(file=f"{folder}/out") if isinstance(value, str) else value
                          for key, value in options.items()}  # fmt: skip
                found = in_a_process(sandbox.ready_file, module, filled)
                requests = len(sandbox.requests("okta"))
                print(
                    f"{title:36} {found['count']:>9} {requests:>9} {found['seconds']:>8.1f} {found['mib']:>6.0f}   "
                    f"{requests / A_MINUTE[module]:.1f} min",
                    flush=True,
                )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measured(json.loads(Path(sys.argv[2]).read_text()), sys.argv[3], json.loads(sys.argv[4]))))
    else:
        main()
