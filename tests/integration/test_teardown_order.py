"""Teardown puts rules back in the order in which they were, whatever numbers Okta gave them in between."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.integration.playbook import writes_sent, writes_told
from tests.integration.test_attestation import okta
from tests.integration.test_roles_alone import FQCN, imported, play
from tests.sandbox_process import SandboxProcess

TWO_FACTORS = {"appSignOn": {"access": "ALLOW", "verificationMethod": {"type": "ASSURANCE", "factorMode": "2FA"}}}
NAMES = ["First", "Second", "Third"]
ALLOW = {"access": "allow", "require": "fastpass"}


@pytest.mark.parametrize(
    ("tasks", "count"),
    [
        ([{"name": "Second", "position": "top"}], 1),
        ([{"name": "First", "priority": 2}], 1),
        ([{"name": "Second", "position": "top"}, {"name": "Ours", "position": "above_catch_all", **ALLOW}], 2),
        ([{"name": "Second", **ALLOW}, {"name": "Ours", "position": "top", **ALLOW}], 2),
        ([{"name": "Ours", "position": "top", **ALLOW}, {"name": "Third", "position": "top", **ALLOW}], 2),
    ],
    ids=["moved up", "moved down", "moved, one more below", "changed, one more on top", "one more, moved above it"],
)
def test_the_order_is_as_it_was(
    tmp_path: Path, sandbox: SandboxProcess, tasks: list[dict[str, Any]], count: int
) -> None:
    policy = okta(sandbox, "POST", "/api/v1/policies", {"name": "Theirs", "type": "ACCESS_POLICY"})
    path, record = f"/api/v1/policies/{policy['id']}/rules", str(tmp_path / "record.json")
    for name in NAMES:
        okta(sandbox, "POST", path, {"type": "ACCESS_POLICY", "name": name, "actions": TWO_FACTORS})
    recording = {"okta_iru_attestation_record": record}
    module = f"{FQCN}okta_access_policy_rule"
    play(sandbox, tmp_path / "do", [{module: {"policy": "Theirs", **task}} for task in tasks], variables=recording)
    assert order(sandbox, path) != [*NAMES, "Catch-all Rule"]
    values = {"teardown_record": record, "teardown_confirm": True, "teardown_services": [sandbox.ready["okta_url"]]}
    checked = play(sandbox, tmp_path / "check", [imported("teardown", values)], check=True, variables=recording)
    run = play(sandbox, tmp_path / "down", [imported("teardown", values)], variables=recording)
    assert order(sandbox, path) == [*NAMES, "Catch-all Rule"]
    assert writes_told(checked) == writes_told(run) == writes_sent(sandbox)
    assert len(writes_sent(sandbox)) == count
    assert not Path(record).exists()


def order(sandbox: SandboxProcess, path: str) -> list[str]:
    rules = sorted(okta(sandbox, "GET", path), key=lambda rule: (rule["system"], rule["priority"]))
    return [str(rule["name"]) for rule in rules]
