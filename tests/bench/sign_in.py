"""Measures what signing in to Okta costs one task: an API token, service apps, and proof of possession.

Each way runs `okta_group_info` some times in this process, which asks for one group, against a sandbox over TLS on
loopback; the requests are those of the sandbox's own log. First every task signs in, as one that is a process of its
own; then the tasks share memory, as those of a play in its workers.

Usage: `.venv/bin/python -m tests.bench.sign_in [runs]`
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "collections"))

from ansible_collections.okta_iru.attestation.plugins.module_utils import _shared_memory
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import Task, execute
from ansible_collections.okta_iru.attestation.plugins.modules import okta_group_info

from tests.sandbox_process import SandboxProcess


def ways(ready: dict[str, Any]) -> dict[str, tuple[bool, dict[str, Any]]]:
    """Name → whether the app demands proof of possession, and the options."""
    rsa = {"client_id": ready["okta_client_id"], "private_key_file": ready["okta_private_key_file"]}
    elliptic = {"client_id": ready["okta_ec_client_id"], "private_key_file": ready["okta_ec_private_key_file"]}
    return {
        "API token": (False, {"token": ready["okta_token"]}),
        "service app, RSA key": (False, rsa),
        "service app, EC key": (False, elliptic),
        "RSA key and DPoP": (True, rsa),
        "EC key and DPoP": (True, elliptic),
    }


def run(ready: dict[str, Any], options: dict[str, Any]) -> float:
    """Milliseconds of one run; ends the bench if it fails."""
    given = {"url": ready["okta_url"], "ca_file": ready["ca_file"], "groups": ["Everyone"], **options}
    params = ArgumentSpecValidator(okta_group_info.SPEC.options).validate(given).validated_parameters
    begin = time.perf_counter()
    result = execute(okta_group_info.run, Task(params))
    if result.get("failed"):
        sys.exit(str(result["msg"]))
    return (time.perf_counter() - begin) * 1000


def main() -> None:
    """Print the median and the requests of each way."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    with tempfile.TemporaryDirectory() as folder, SandboxProcess(Path(folder)) as sandbox:
        for how in ("each task signs in", "tasks of one run"):
            print(how)
            for name, (dpop, options) in ways(sandbox.ready).items():
                sandbox.settings(okta={"dpop_required": dpop})
                run(sandbox.ready, options)
                sandbox.clear_requests()
                median = statistics.median(run(sandbox.ready, options) for _run in range(runs))
                print(f"  {name:22} {median:7.1f} ms a task   {len(sandbox.requests('okta')) / runs:3.0f} requests")
            _shared_memory.share()


if __name__ == "__main__":
    main()
