"""Every way to start the playbook runs the code of the checkout that it is started in, wherever that lies."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.ansible_run import ROOT, run_playbook
from tests.integration.playbook import writes_sent
from tests.sandbox_process import SandboxProcess

# What is made different in the copy: file, text, text instead of it. All are seen in the results of a run.
CHANGES = [
    (
        "plugins/module_utils/_task.py",
        'result.setdefault("changed", False)',
        'result.setdefault("changed", False)\n    result["seen_of"] = ["module_utils"]',
    ),
    (
        "plugins/modules/okta_preflight_info.py",
        "def run(task: Task) -> dict[str, Any]:",
        'def run(task: Task) -> dict[str, Any]:\n    task.warn("seen of the module")',
    ),
    (
        "plugins/action/api.py",
        "result.update(self._run_in_worker(name, module))",
        'result.update(self._run_in_worker(name, module))\n        result["seen_of"].append("action")',
    ),
    (
        "plugins/filter/profile.py",
        "_LINT_IDENTIFIER = ",
        "raise ImportError('seen of the filter')\n_LINT_IDENTIFIER = ",
    ),
    ("roles/preflight/tasks/main.yml", "Ask the Okta org what it is", "Seen of the role"),
    ("playbooks/attestation.yml", "name: Management attestation for desktop devices", "name: Seen of the playbook"),
]
FILTER = CHANGES[3]
ENTRY_POINTS = ["attestation.yml", "playbooks/attestation.yml", "okta_iru.attestation.attestation"]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout's files, as they are now, that is different in all but the filters."""
    root = tmp_path_factory.mktemp("copies") / "a copy (of the checkout), with blanks"
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in listing.split("\0"):
        source, target = ROOT / name, root / name
        if name and (source.exists() or source.is_symlink()):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)
    for change in CHANGES:
        if change is not FILTER:
            _apply(root, change)
    return root


def _apply(root: Path, change: tuple[str, str, str]) -> None:
    name, old, new = change
    text = (root / name).read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {name}"
    (root / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def environment(sandbox: SandboxProcess, folder: Path) -> dict[str, str]:
    """Where the sandbox is; and a home without collections of its own."""
    return {"ATTESTATION_SANDBOX": str(sandbox.ready_file), "HOME": str(folder)}


def assert_is_the_copy(output: str, results: list[object]) -> None:
    assert "Seen of the playbook" in output
    assert "seen of the module" in output
    assert "Seen of the role" in output
    assert ["module_utils", "action"] in results


@pytest.mark.parametrize("entry_point", ENTRY_POINTS)
def test_the_copy_runs_its_own_code(tmp_path: Path, sandbox: SandboxProcess, copy: Path, entry_point: str) -> None:
    run = run_playbook(
        tmp_path,
        entry_point if "/" not in entry_point and not entry_point.endswith(".yml") else copy / entry_point,
        root=copy,
        inventory="playbooks/inventory/sandbox.yml",
        environment=environment(sandbox, tmp_path),
        check=True,
    )
    assert_is_the_copy(run.output, [task.result.get("seen_of") for task in run.tasks])
    assert run.changed()
    assert writes_sent(sandbox) == []


def test_from_another_folder(tmp_path: Path, sandbox: SandboxProcess, copy: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    run = run_playbook(
        tmp_path,
        copy / "attestation.yml",
        root=elsewhere,
        inventory=copy / "playbooks" / "inventory" / "sandbox.yml",
        environment=environment(sandbox, tmp_path),
        check=True,
    )
    assert_is_the_copy(run.output, [task.result.get("seen_of") for task in run.tasks])


def test_its_own_filters(tmp_path: Path, sandbox: SandboxProcess, copy: Path) -> None:
    original = (copy / FILTER[0]).read_text(encoding="utf-8")
    _apply(copy, FILTER)
    try:
        run = run_playbook(
            tmp_path,
            copy / "attestation.yml",
            root=copy,
            inventory="playbooks/inventory/sandbox.yml",
            environment=environment(sandbox, tmp_path),
            check=True,
            fails=True,
        )
    finally:
        (copy / FILTER[0]).write_text(original, encoding="utf-8")
    assert "seen of the filter" in str(run.tasks[-1].result)


def test_without_a_sandbox_it_says_how_to_get_one(tmp_path: Path, copy: Path) -> None:
    run = run_playbook(
        tmp_path,
        "okta_iru.attestation.attestation",
        root=copy,
        inventory="playbooks/inventory/sandbox.yml",
        environment={"HOME": str(tmp_path)},
        fails=True,
    )
    said = " ".join(run.output.split())
    assert "No sandbox is running: start one with" in said
    assert "give the inventory of your own tenants with -i" in said


def test_an_inventory_without_connections_says_which_are_missing(tmp_path: Path, copy: Path) -> None:
    inventory = tmp_path / "tenants.json"
    inventory.write_text(json.dumps({"all": {"hosts": {"tenant": {}}}}), encoding="utf-8")
    run = run_playbook(
        tmp_path,
        "okta_iru.attestation.attestation",
        root=copy,
        inventory=inventory,
        environment={"HOME": str(tmp_path)},
        fails=True,
    )
    said = " ".join(run.output.split())
    assert (
        "The inventory host tenant lacks okta_url, okta_token, iru_url, iru_token: give the inventory of your tenants"
        in said
    )
    assert "Traceback" not in run.output
