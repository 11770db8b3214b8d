"""Measures reading an Iru tenant of full size: requests, seconds and peak memory for 100,000 devices.

Each case runs the module's own code in a process of its own against a sandbox, which makes devices, status rows and
inventory when they are asked for; its rate limits are Iru's own, 50 a second and 10,000 an hour. The bench fails if a
case needs more requests than pages of 300, or is refused once. Each case runs at a tenth of the size as well.

Usage: `.venv/bin/python -m tests.bench.iru_scale [devices [case …]]`
"""

from __future__ import annotations

import json
import plistlib
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import requests

from tests.bench.peak import peak_of
from tests.sandbox_process import SandboxProcess

ROOT = Path(__file__).resolve().parents[2]
PAGE = 300
_CHILD = "--child"

# What is read, as a module and its options; "{file}" is a file of the bench, "{item}" a profile on every Blueprint.
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "devices": ("iru_device_info", {}),
    "devices, two fields": ("iru_device_info", {"fields": ["serial_number", "user"]}),
    "devices with the profile's status": ("iru_device_info", {"status_of": "{item}"}),
    "the same, two fields": (
        "iru_device_info",
        {"status_of": "{item}", "fields": ["serial_number", "library_item_status"]},
    ),
    "the same, to a file": ("iru_device_info", {"status_of": "{item}", "output_file": "{file}"}),
    "installed builds of the profile": (
        "iru_prism_info",
        {
            "category": "installed_profiles",
            "filter": {"payload_identifier": {"in": ["com.kandji.profile.custom.{item}"]}},
            "fields": ["serial_number", "payload_uuid"],
        },
    ),
    "the same, as an export": (
        "iru_prism_export",
        {
            "category": "installed_profiles",
            "filter": {"payload_identifier": {"in": ["com.kandji.profile.custom.{item}"]}},
            "columns": ["serial_number", "payload_uuid"],
            "output_file": "{file}",
            "timeout": 300,
        },
    ),
    "users": ("iru_user_info", {"fields": ["email", "device_count"]}),
}


def assigned_profile(ready: dict[str, Any]) -> str:
    """The id of a new profile that is on the Blueprints where no assignment node has to be named."""
    session = requests.Session()
    session.trust_env, session.verify = False, ready["ca_file"]
    session.headers["Authorization"] = f"Bearer {ready['iru_token']}"
    api = f"{ready['iru_url']}/api/v1"
    content = plistlib.dumps({"PayloadType": "Configuration", "PayloadContent": [{"PayloadType": "com.example.a"}]})
    file = {"file": ("p.mobileconfig", content)}
    made = session.post(f"{api}/library/custom-profiles", data={"name": "Bench", "runs_on_mac": "true"}, files=file)
    made.raise_for_status()
    for blueprint in session.get(f"{api}/blueprints").json()["results"]:
        if blueprint["name"] != "Executives":
            path = f"{api}/blueprints/{blueprint['id']}/assign-library-item"
            session.post(path, json={"library_item_id": made.json()["id"]}).raise_for_status()
    return str(made.json()["id"])


def filled(value: Any, **names: str) -> Any:
    """The options of a case with the names in braces put in."""
    if isinstance(value, dict):
        return {key: filled(each, **names) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each, **names) for each in value]
    for name, text in names.items():
        value = value.replace(f"{{{name}}}", text) if isinstance(value, str) else value
    return value


def in_a_process(ready: dict[str, Any], module: str, options: dict[str, Any]) -> dict[str, Any]:
    """``count``, ``seconds`` and ``mb`` (peak memory) of a module in a process of its own."""
    given = {"url": ready["iru_url"], "token": ready["iru_token"], "ca_file": ready["ca_file"], **options}
    command = [sys.executable, "-m", "tests.bench.iru_scale", _CHILD, module]
    environment = {"PYTHONPATH": f"{ROOT}:{ROOT / 'collections'}", "PATH": "/usr/bin:/bin"}
    child = subprocess.run(
        command, input=json.dumps(given), capture_output=True, text=True, cwd=ROOT, env=environment, check=False
    )
    assert not child.returncode, child.stdout + child.stderr
    return dict(json.loads(child.stdout))


def _measure(name: str) -> None:
    """Runs the module with the options on standard input and prints what it took."""
    import importlib  # noqa: PLC0415 - only in the child, so that it is all that is measured there

    from ansible.module_utils.common.arg_spec import ArgumentSpecValidator  # noqa: PLC0415
    from ansible_collections.okta_iru.attestation.plugins.module_utils._task import Task, execute  # noqa: PLC0415

    module = importlib.import_module(f"ansible_collections.okta_iru.attestation.plugins.modules.{name}")
    spec = module.SPEC
    options = ArgumentSpecValidator(spec.options, **spec.rules()).validate(json.load(sys.stdin)).validated_parameters
    begin = time.perf_counter()
    result = execute(module.run, Task(options))
    if result.get("failed"):
        sys.exit(result["msg"])
    seconds = time.perf_counter() - begin
    print(json.dumps({"count": result["count"], "seconds": seconds, "mb": peak_of() / 1000**2}))


def pages_of(log: list[dict[str, Any]]) -> dict[str, int]:
    """How often each listing was asked for."""
    counts: dict[str, int] = {}
    for one in log:
        counts[one["path"]] = counts.get(one["path"], 0) + 1
    return counts


def main() -> None:
    """Print a line for each case and size."""
    devices = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    wanted = sys.argv[2:] or list(CASES)
    print(f"{'':36} {'objects':>8} {'requests':>9} {'seconds':>8} {'MB':>6}   requests by listing")
    with tempfile.TemporaryDirectory() as folder, SandboxProcess(Path(folder)) as sandbox:
        item = assigned_profile(sandbox.ready)
        for title in wanted:
            module, options = CASES[title]
            for size in (devices // 10, devices):
                sandbox.settings(iru={"synthetic_devices": size})
                sandbox.clear_requests()
                took = in_a_process(sandbox.ready, module, filled(options, item=item, file=f"{folder}/out"))
                log = sandbox.requests("iru")
                pages = pages_of(log)
                fewest = -(-took["count"] // PAGE)
                assert all(one["status"] == 200 for one in log), "a request was refused"
                assert all(number <= -(-(size + 25) // PAGE) for number in pages.values()), pages
                if module != "iru_prism_export":
                    assert max(pages.values()) == fewest, (pages, fewest)
                told = ", ".join(str(number) for number in pages.values())
                print(
                    f"{title:36} {took['count']:>8} {len(log):>9} {took['seconds']:>8.1f} {took['mb']:>6.0f}   {told}",
                    flush=True,
                )


if __name__ == "__main__":
    _measure(sys.argv[2]) if _CHILD in sys.argv else main()
