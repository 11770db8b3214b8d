"""Records that do not fit, runs that are cut off or go side by side, and work that others have done since."""

from __future__ import annotations

import json
import plistlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.integration.playbook import attest, attested, writes_sent
from tests.integration.test_attestation import computers, iru, okta, policies, profile, rules
from tests.integration.test_roles_alone import imported, play
from tests.integration.test_teardown import MEANT, configuration, configuration_in, teardown
from tests.sandbox_process import SandboxProcess

ASK = "okta_iru.attestation.teardown : Ask about what others have changed since"


def recorded(sandbox: SandboxProcess) -> list[dict[str, Any]]:
    return list(json.loads(sandbox.record_file.read_text(encoding="utf-8"))["objects"])


@pytest.mark.parametrize("text", ["", '{"version": 1, "obj', '{"version": 2, "objects": []}'])
def test_nothing_is_made_or_taken_away_by_a_file_that_is_no_record(
    tmp_path: Path, sandbox: SandboxProcess, text: str
) -> None:
    sandbox.record_file.write_text(text, encoding="utf-8")
    for run in (attest(tmp_path / "attest", sandbox, fails=True), teardown(tmp_path / "down", sandbox, fails=True)):
        assert str(sandbox.record_file) in run.output.replace("\n", "")
        assert writes_sent(sandbox) == []
    assert sandbox.record_file.read_text(encoding="utf-8") == text


def test_the_record_of_another_tenant_is_left_alone(tmp_path: Path, sandbox: SandboxProcess) -> None:
    attested(tmp_path / "first", sandbox)
    objects = recorded(sandbox)
    elsewhere = [{**one, "at": "https://other.example"} for one in objects]
    sandbox.record_file.write_text(json.dumps({"version": 1, "objects": elsewhere}), encoding="utf-8")
    run = teardown(tmp_path / "other", sandbox, variables=MEANT)
    assert "https://other.example" in run.output
    assert (writes_sent(sandbox), recorded(sandbox)) == ([], elsewhere)
    sandbox.record_file.write_text(json.dumps({"version": 1, "objects": [*elsewhere, *objects]}), encoding="utf-8")
    teardown(tmp_path / "both", sandbox, variables=MEANT)
    assert "Managed desktops" not in policies(sandbox)
    assert recorded(sandbox) == elsewhere


def test_the_role_alone_asks_which_tenant_is_meant(tmp_path: Path, sandbox: SandboxProcess) -> None:
    attested(tmp_path / "first", sandbox)
    values = {"teardown_record": str(sandbox.record_file), "teardown_confirm": True}
    run = play(sandbox, tmp_path / "alone", [imported("teardown", values)], fails=True)
    assert "teardown_services" in run.tasks[-1].result["msg"]
    assert writes_sent(sandbox) == []
    services = [f"{sandbox.ready['okta_url']}/", sandbox.ready["iru_url"].upper()]
    play(sandbox, tmp_path / "told", [imported("teardown", {**values, "teardown_services": services})])
    assert "Managed desktops" not in policies(sandbox)
    assert not sandbox.record_file.exists()


def test_a_sandbox_that_was_reset_is_not_harmed_by_its_old_record(tmp_path: Path, sandbox: SandboxProcess) -> None:
    attested(tmp_path / "first", sandbox)
    old, ours = sandbox.record_file.read_text(encoding="utf-8"), policies(sandbox)["Managed desktops"]["id"]
    sandbox.reset()
    # A sandbox may give out the same ids again: here the policy of somebody else gets that of the one in the record.
    made = okta(sandbox, "POST", "/api/v1/policies", {"name": "By hand", "type": "ACCESS_POLICY"})
    sandbox.record_file.write_text(old.replace(ours, made["id"]), encoding="utf-8")
    before = configuration(sandbox)
    refused = teardown(tmp_path / "refused", sandbox, variables=MEANT, fails=True)
    assert "okta_access_policy Managed desktops (name, description)" in refused.tasks[-1].result["msg"]
    assert writes_sent(sandbox) == []
    teardown(tmp_path / "kept", sandbox, variables={**MEANT, "teardown_changed_since": "keep"})
    assert configuration(sandbox) == before
    attest(tmp_path / "anew", sandbox)
    teardown(tmp_path / "down", sandbox, variables={**MEANT, "teardown_changed_since": "keep"})
    assert configuration(sandbox) == before


def _edit_profile(sandbox: SandboxProcess) -> None:
    found = profile(sandbox)
    content = plistlib.loads(found["profile"].encode())
    content["PayloadContent"][0]["PayloadContent"]["Retries"] = 9
    file = ("profile.mobileconfig", plistlib.dumps(content))
    iru(sandbox, "PATCH", f"/api/v1/library/custom-profiles/{found['id']}", files={"file": file})


def _assign_profile(sandbox: SandboxProcess) -> None:
    made = iru(sandbox, "POST", "/api/v1/blueprints", data={"name": "Theirs", "enrollment_code.is_active": "false"})
    body = {"library_item_id": profile(sandbox)["id"]}
    iru(sandbox, "POST", f"/api/v1/blueprints/{made['id']}/assign-library-item", json=body)


def _edit_rule(sandbox: SandboxProcess) -> None:
    rule = next(one for one in rules(sandbox) if not one["system"])
    body = {key: rule[key] for key in ("type", "name", "priority", "actions")} | {"conditions": {}}
    okta(sandbox, "PUT", f"/api/v1/policies/{policies(sandbox)['Managed desktops']['id']}/rules/{rule['id']}", body)


@pytest.mark.parametrize(
    ("work", "shown"),
    [(_edit_profile, "its content"), (_assign_profile, "the Blueprint Theirs"), (_edit_rule, "conditions")],
)
def test_nobodys_later_work_goes_without_a_word(
    tmp_path: Path, sandbox: SandboxProcess, work: Callable[[SandboxProcess], None], shown: str
) -> None:
    before = configuration_in(attested(tmp_path / "first", sandbox))
    work(sandbox)
    worked = sandbox.state()
    refused = teardown(tmp_path / "asked", sandbox, variables=MEANT, fails=True)
    assert refused.tasks[-1].task == ASK
    assert shown in refused.tasks[-1].result["msg"]
    assert writes_sent(sandbox) == []
    kept = {**MEANT, "teardown_changed_since": "keep"}
    checked = teardown(tmp_path / "check", sandbox, check=True, variables=kept)
    run = teardown(tmp_path / "kept", sandbox, variables=kept)
    assert checked.changed() == run.changed()
    stays = {"policies": worked["okta"]["policies"], "custom_profiles": worked["iru"]["custom_profiles"]}
    after = configuration(sandbox)
    assert any(set(after[kind]) == set(stays[kind]) for kind in stays), "what they worked on is there"
    assert recorded(sandbox), "and remembered"
    teardown(tmp_path / "discarded", sandbox, variables={**MEANT, "teardown_changed_since": "discard"})
    left = configuration(sandbox)
    assert (left["policies"], left["custom_profiles"]) == (before["policies"], before["custom_profiles"])
    assert not sandbox.record_file.exists()


@pytest.mark.parametrize(
    "fault",
    [
        {"match": {"method": "DELETE", "path": "/api/v1/policies/*", "times": 0}, "do": {"status": 500}},
        {"match": {"method": "PUT", "path": "/api/v1/apps/*", "times": 0}, "do": {"status": 403}},
        {"match": {"method": "DELETE", "path": "/api/v1/policies/*", "times": 0}, "do": {"close": "after"}},
        {"match": {"path": "/api/v1/blueprints/*/remove-library-item", "nth": 2, "times": 0}, "do": {"status": 503}},
        {"match": {"method": "DELETE", "path": "/api/v1/library/*", "times": 0}, "do": {"close": "before"}},
    ],
)
def test_a_run_that_is_cut_off_is_finished_by_the_next(
    tmp_path: Path, sandbox: SandboxProcess, fault: dict[str, Any]
) -> None:
    before = configuration_in(attested(tmp_path / "first", sandbox))
    sandbox.faults(fault)
    quick = {**MEANT, "okta_retries": 0, "iru_retries": 0}
    teardown(tmp_path / "cut off", sandbox, variables=quick, fails=True)
    assert recorded(sandbox)
    sandbox.clear_faults()
    teardown(tmp_path / "again", sandbox, variables=MEANT)
    assert configuration(sandbox) == before
    assert not sandbox.record_file.exists()


def test_two_runs_at_once_do_no_harm(tmp_path: Path, sandbox: SandboxProcess) -> None:
    before = configuration_in(attested(tmp_path / "first", sandbox))
    sandbox.tick(60)
    with ThreadPoolExecutor() as pool:
        runs = [
            pool.submit(teardown, tmp_path / str(number), sandbox, clear=False, variables=MEANT) for number in (1, 2)
        ]
    errors = [one.exception() for one in runs if one.exception() is not None]
    assert len(errors) < 2, errors
    teardown(tmp_path / "again", sandbox, variables=MEANT)
    assert configuration(sandbox) == before
    assert not sandbox.record_file.exists()
    sandbox.tick(60)
    assert not [one for one in computers(sandbox) if one["certificates"]]
