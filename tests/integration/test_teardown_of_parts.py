"""Objects of which only a part was changed, and what others have put to those that were made."""

from __future__ import annotations

import json
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


def left(folder: Path) -> list[str]:
    """Ids that the record still holds."""
    return [one["id"] for one in json.loads((folder / RECORD).read_text(encoding="utf-8"))["objects"]]


def blueprints(sandbox: SandboxProcess) -> dict[str, str]:
    return {one["name"]: key for key, one in sandbox.state()["iru"]["blueprints"].items()}


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


def test_items_that_others_put_on_a_blueprint_that_was_made_do_not_go_without_a_word(
    tmp_path: Path, sandbox: SandboxProcess
) -> None:
    put(sandbox, "Theirs", **SETTINGS)
    item = profiles(sandbox)["Theirs"]["id"]
    assign = {"library_item": "Okta Verify", "blueprints": ["Made"]}
    make = [{FQCN + "iru_blueprint": {"name": "Made"}}, {FQCN + "iru_library_assignment": assign}]
    recorded(tmp_path / "made", sandbox, *make)
    made = blueprints(sandbox)["Made"]
    iru(sandbox, "POST", f"/api/v1/blueprints/{made}/assign-library-item", json={"library_item_id": item})
    asked = taken_back(tmp_path / "asked", sandbox, fails=True)
    assert "iru_blueprint Made (the Library item Theirs)" in asked.tasks[-1].result["msg"]
    assert writes_sent(sandbox) == []
    taken_back(tmp_path / "kept", sandbox, "keep")
    assert left(tmp_path) == [made]
    assert "Made" in blueprints(sandbox)
    taken_back(tmp_path / "discarded", sandbox, "discard")
    assert "Made" not in blueprints(sandbox)
    assert not (tmp_path / RECORD).exists()


def test_an_item_that_is_nowhere_any_more_is_told_and_remembered(tmp_path: Path, sandbox: SandboxProcess) -> None:
    put(sandbox, "Theirs", **SETTINGS)
    item, sales = profiles(sandbox)["Theirs"]["id"], blueprints(sandbox)["Sales"]
    iru(sandbox, "POST", f"/api/v1/blueprints/{sales}/assign-library-item", json={"library_item_id": item})
    off = {"library_item": "Theirs", "blueprints": ["Sales"], "state": "absent"}
    recorded(tmp_path / "taken off", sandbox, {FQCN + "iru_library_assignment": off})
    iru(sandbox, "DELETE", f"/api/v1/library/custom-profiles/{item}")
    back = taken_back(tmp_path / "back", sandbox)
    (said,) = back.only("okta_iru.attestation.teardown : Say what stays").result["msg"]
    assert item in said
    assert left(tmp_path) == [f"{item}/{sales}"]
