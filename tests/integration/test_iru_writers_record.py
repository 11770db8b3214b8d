"""What the writing modules tell for the record of a tenant: made, changed, removed, and never the text of a script."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._record import merged
from ansible_collections.okta_iru.attestation.plugins.modules import (
    iru_custom_app,
    iru_custom_script,
    iru_device,
    iru_tag,
)

from tests.integration.iru_runs import run
from tests.sandbox_process import SandboxProcess

CANARY = "cAnArY-in-a-script"
SCRIPT = {"name": "Report", "script": f"echo {CANARY}", "execution_frequency": "once"}
STEPS: dict[str, tuple[Any, list[dict[str, Any]]]] = {
    "iru_custom_app": (
        iru_custom_app,
        [
            {"name": "App", "install_enforcement": "install_once", "postinstall_script": CANARY},
            {"name": "App", "active": False, "postinstall_script": f"{CANARY} 2"},
            {"name": "App", "state": "absent"},
        ],
    ),
    "iru_custom_script": (
        iru_custom_script,
        [SCRIPT, {**SCRIPT, "script": f"echo {CANARY} 2"}, {"name": "Report", "state": "absent"}],
    ),
    "iru_tag": (
        iru_tag,
        [{"name": "A"}, {"name": "B", "previous_name": "A"}, {"name": "B", "state": "absent"}],
    ),
}


@pytest.mark.parametrize("kind", STEPS)
def test_what_was_made_is_recorded_until_it_is_gone(sandbox: SandboxProcess, tmp_path: Path, kind: str) -> None:
    sandbox.settings(iru={"upload_processing_polls": 0})
    package = tmp_path / "a.pkg"
    package.write_bytes(b"xar!")
    module, steps = STEPS[kind]
    record: list[dict[str, Any]] = []
    for number, options in enumerate(steps):
        more = {"src": str(package)} if module is iru_custom_app and number == 0 else {}
        result = run(sandbox, module, **options, **more)
        (told,) = result["changes"]
        assert (told["kind"], told["at"]) == (kind, sandbox.ready["iru_url"])
        assert CANARY not in json.dumps(told)
        assert "changes" not in run(sandbox, module, **options, **more), "a second run changes nothing"
        record = merged(record, result["changes"])
        assert [one["was"] for one in record] == ([None] if number < 2 else [])


def test_a_package_that_iru_stored_otherwise_fails_and_is_recorded_all_the_same(
    sandbox: SandboxProcess, tmp_path: Path
) -> None:
    sandbox.settings(iru={"upload_processing_polls": 0})
    package = tmp_path / "a.pkg"
    package.write_bytes(b"xar!")
    options = {"name": "App", "install_enforcement": "install_once", "src": str(package)}
    made = run(sandbox, iru_custom_app, **options)["app"]
    package.write_bytes(b"xar!2")
    rule = {"service": "iru", "method": "PATCH", "path": f"/api/v1/library/custom-apps/{made['id']}"}
    sandbox.faults({"match": rule, "do": {"status": 200, "effect": True, "body": {**made, "sha256": "ab" * 32}}})
    failed = run(sandbox, iru_custom_app, **options, fails=True)
    assert f"SHA-256 is {'ab' * 32}" in failed["msg"]
    assert [(one["id"], one["now"]) for one in failed["changes"]] == [(made["id"], {"file_key": "replaced"})]


def test_a_device_can_be_put_back(sandbox: SandboxProcess) -> None:
    device = next(iter(sandbox.state()["iru"]["devices"].values()))
    settings = {"blueprint": "Sales", "asset_tag": "A-1", "user": "", "tags": ["Pilot"], "tags_mode": "exact"}
    changed = run(sandbox, iru_device, device_ids=[device["device_id"]], **settings)
    (told,) = changed["changes"]
    assert told["was"] == {
        "blueprint_id": device["blueprint_id"], "asset_tag": None, "user": device["user_id"], "tags": [],
    }  # fmt: skip
    back = {"blueprint": told["was"]["blueprint_id"], "asset_tag": "", "user": told["was"]["user"], "tags": []}
    undone = run(sandbox, iru_device, device_ids=[device["device_id"]], **back, tags_mode="exact")
    assert merged(merged([], changed["changes"]), undone["changes"]) == []
