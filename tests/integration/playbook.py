"""The playbook against a sandbox, with what the inventory that the checkout ships says of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.ansible_run import ROOT, AnsibleRun, run_playbook
from tests.sandbox_process import SandboxProcess

INVENTORY = ROOT / "playbooks" / "inventory" / "sandbox.yml"
PLAYBOOK = ROOT / "attestation.yml"
WRITES = ("POST", "PUT", "PATCH", "DELETE")
# POSTs that change nothing.
QUESTIONS = ("/api/v1/policies/simulate",)


def attest(folder: Path, sandbox: SandboxProcess, *, clear: bool = True, **options: Any) -> AnsibleRun:
    """Run attestation.yml against the sandbox; the request log then holds the requests of this run only."""
    if clear:
        sandbox.clear_requests()
    environment = {"ATTESTATION_SANDBOX": str(sandbox.ready_file), **options.pop("environment", {})}
    options.setdefault("inventory", _inventory(sandbox))
    return run_playbook(folder, options.pop("playbook", PLAYBOOK), environment=environment, **options)


# By sandbox: its state before a first run and after it, and the record that this run wrote.
_ATTESTED: dict[Path, tuple[dict[str, Any], dict[str, Any], str]] = {}


def attested(folder: Path, sandbox: SandboxProcess) -> dict[str, Any]:
    """Bring a sandbox to where a first run of attestation.yml leaves it, for tests of what comes after.

    The playbook runs once for each sandbox, and later calls load what it left. Returns the state before that run.
    """
    if sandbox.ready_file not in _ATTESTED:
        before = sandbox.state()
        attest(folder, sandbox)
        _ATTESTED[sandbox.ready_file] = (before, sandbox.state(), sandbox.record_file.read_text(encoding="utf-8"))
    before, after, written = _ATTESTED[sandbox.ready_file]
    sandbox.load_state(after)
    sandbox.record_file.write_text(written, encoding="utf-8")
    sandbox.clear_requests()
    return before


def writes_sent(sandbox: SandboxProcess) -> list[tuple[str, str]]:
    """Method and path of every request of the log that changes something, on any service."""
    log = [one for one in sandbox.requests() if one["method"] in WRITES and one["path"] not in QUESTIONS]
    return [(one["method"], one["path"]) for one in log]


def writes_told(run: AnsibleRun) -> list[tuple[str, str]]:
    """Method and path of every write that the tasks of a run tell of, in order.

    Tasks that are always in check mode, as some of preflight, change nothing and tell of writes that they leave out.
    """
    results = [one for task in run.tasks for one in task.result.get("results", [task.result])]  # of a loop, or its own
    told = [one.get("writes", []) for one in results if one.get("changed")]
    return [(one["method"], one["path"]) for writes in told for one in writes]


def _inventory(sandbox: SandboxProcess) -> Path:
    """The tenant of the shipped inventory in plain values.

    Each task templates its connection; finding the sandbox by templates, as the shipped one does, is a third of a run.
    """
    folder = sandbox.ready_file.parent / "inventory"
    if folder.exists():
        return folder / "inventory.json"
    return inventory_with(folder, sandbox, attestation_record=str(sandbox.record_file))


def inventory_with(folder: Path, sandbox: SandboxProcess, **variables: Any) -> Path:
    """An inventory of one tenant, the sandbox, with some variables other than those that are shipped."""
    ready = sandbox.ready
    tenant = {
        "okta_url": ready["okta_url"],
        "okta_token": ready["okta_token"],
        "okta_ca_file": ready["ca_file"],
        "iru_url": ready["iru_url"],
        "iru_token": ready["iru_token"],
        "iru_ca_file": ready["ca_file"],
        "scep_url": ready["scep_url"],
        "scep_challenge": ready["scep_challenge"],
        "scep_profile_blueprints": ["Engineering", "Sales", "Head Office"],
        "authentication_policy_groups": ["Desktop users"],
        "authentication_policy_apps": ["Salesforce"],
        **variables,
    }
    tenant = {name: value for name, value in tenant.items() if value is not None}
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "inventory.json"
    path.write_text(json.dumps({"all": {"hosts": {"sandbox": tenant}}}), encoding="utf-8")
    return path
