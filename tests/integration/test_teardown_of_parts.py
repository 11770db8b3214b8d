"""Objects of which only a part was changed, and what others have put to those that were made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.ansible_run import AnsibleRun
from tests.integration.playbook import writes_sent, writes_told
from tests.integration.test_attestation import iru
from tests.integration.test_roles_alone import FQCN, imported, play
from tests.integration.test_teardown import configuration
from tests.integration.test_teardown_of_adopted import profiles, put
from tests.integration.test_teardown_of_changes import meaning
from tests.sandbox_process import SandboxProcess

RECORD = "record.json"
SETTINGS = {"PayloadType": "com.apple.extensiblesso", "Type": "Credential", "ExtensionIdentifier": "com.example.sso"}


def recorded(folder: Path, sandbox: SandboxProcess, *tasks: dict[str, Any], **options: Any) -> AnsibleRun:
    """Run tasks with the record on."""
    named = [{"name": f"task {number}", **task} for number, task in enumerate(tasks)]
    variables = {"okta_iru_attestation_record": str(folder.parent / RECORD)}
    return play(sandbox, folder, named, variables=variables, **options)


def taken_back(folder: Path, sandbox: SandboxProcess, changed_since: str = "ask", **options: Any) -> AnsibleRun:
    """Run the role teardown for the tenant of the sandbox."""
    values = {
        "teardown_record": str(folder.parent / RECORD),
        "teardown_confirm": True,
        "teardown_services": [sandbox.ready["iru_url"]],
        "teardown_changed_since": changed_since,
    }
    return recorded(folder, sandbox, imported("teardown", values), **options)


def platforms(sandbox: SandboxProcess, name: str) -> set[str]:
    return {key for key, value in profiles(sandbox)[name].items() if key.startswith("runs_on_") and value is True}


def test_platforms_come_back_and_copies_of_blueprints_go(tmp_path: Path, sandbox: SandboxProcess) -> None:
    put(sandbox, "Theirs", **SETTINGS)
    identifier = profiles(sandbox)["Theirs"]["id"]
    both = {"runs_on_mac": (None, "true"), "runs_on_ipad": (None, "true")}
    iru(sandbox, "PATCH", f"/api/v1/library/custom-profiles/{identifier}", files=both)
    before, were = meaning(configuration(sandbox)), platforms(sandbox, "Theirs")
    assert were == {"runs_on_mac", "runs_on_ipad"}
    copy = {"name": "Copy", "source": {"type": "blueprint", "name": "Engineering"}}
    run = recorded(
        tmp_path / "changed",
        sandbox,
        {FQCN + "iru_custom_profile": {"name": "Theirs", "platforms": ["mac", "iphone"]}},
        {FQCN + "iru_blueprint": copy},
    )
    assert len(run.changed()) == 2
    checked = taken_back(tmp_path / "check", sandbox, check=True)
    back = taken_back(tmp_path / "back", sandbox)
    assert writes_told(checked) == writes_told(back) == writes_sent(sandbox)
    assert platforms(sandbox, "Theirs") == were
    assert meaning(configuration(sandbox))["blueprints"] == before["blueprints"]
    assert not (tmp_path / RECORD).exists()
