"""Okta Verify on Macs by both routes: what is written and downloaded, what Macs have after it, and what is refused."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.ansible_run import AnsibleRun
from tests.integration.playbook import writes_sent
from tests.integration.test_attestation import computers, iru
from tests.integration.test_optional_roles import BLUEPRINT, run_role
from tests.sandbox_process import SandboxProcess

ROLE = "okta_verify_macos"
APPS = "/api/v1/library/custom-apps"
# By sandbox: its state after the package came into the Library.
_DELIVERED: dict[Path, dict[str, Any]] = {}


def package(tmp_path: Path, sandbox: SandboxProcess, run: str, **options: Any) -> AnsibleRun:
    """The role by the package route, into a folder of the test."""
    values = {"route": "package", "folder": str(tmp_path / "packages"), **options.pop("options", {})}
    return run_role(tmp_path / run, sandbox, ROLE, options=values, **options)


def delivered(tmp_path: Path, sandbox: SandboxProcess) -> None:
    """A tenant where the role put the package into the Library once; it was downloaded into the folder of the test."""
    once = sandbox.ready_file.parent / "delivered"
    if sandbox.ready_file not in _DELIVERED:
        package(once, sandbox, "first")
        _DELIVERED[sandbox.ready_file] = sandbox.state()
    sandbox.load_state(_DELIVERED[sandbox.ready_file])
    shutil.copytree(once / "packages", tmp_path / "packages")
    sandbox.clear_requests()


def downloads(sandbox: SandboxProcess) -> list[str]:
    """Paths of the packages that the org was asked for."""
    return [one["path"] for one in sandbox.requests("okta") if one["path"].startswith("/artifacts/")]


def app(sandbox: SandboxProcess) -> dict[str, Any]:
    """The custom app of the role."""
    (found,) = [one for one in iru(sandbox, "GET", APPS)["results"] if one["name"] == "Okta Verify package"]
    return dict(found)


def macs_with(sandbox: SandboxProcess, found: dict[str, Any]) -> list[str]:
    """Serial numbers of the Macs that have this very package, after they checked in."""
    sandbox.tick(60)
    return [one["serial_number"] for one in computers(sandbox) if one["apps"].get(found["id"]) == found["sha256"]]


def test_the_item_of_the_app_store_is_found_and_assigned(tmp_path: Path, sandbox: SandboxProcess) -> None:
    (blueprint,) = [one for one in iru(sandbox, "GET", "/api/v1/blueprints")["results"] if one["name"] == BLUEPRINT]
    path = f"/api/v1/blueprints/{blueprint['id']}"
    items = {one["name"]: one["id"] for one in iru(sandbox, "GET", f"{path}/list-library-items")["results"]}
    iru(sandbox, "POST", f"{path}/remove-library-item", json={"library_item_id": items["Okta Verify"]})
    run_role(tmp_path / "first", sandbox, ROLE, options={})
    assert writes_sent(sandbox) == [("POST", f"{path}/assign-library-item")]
    assert "Okta Verify" in {one["name"] for one in iru(sandbox, "GET", f"{path}/list-library-items")["results"]}
    again = run_role(tmp_path / "again", sandbox, ROLE, options={"item": items["Okta Verify"]})
    assert (again.changed(), writes_sent(sandbox)) == ([], [])


def test_the_package_reaches_macs_once_and_a_newer_one_replaces_it(tmp_path: Path, sandbox: SandboxProcess) -> None:
    planned = package(tmp_path, sandbox, "check", check=True)
    assert writes_sent(sandbox) == []
    first = package(tmp_path, sandbox, "first")
    assert planned.changed() == first.changed()
    found = app(sandbox)
    assert (found["install_type"], found["install_enforcement"]) == ("package", "continuously_enforce")
    assert 'wanted="9.71.0"' in found["audit_script"]
    assert macs_with(sandbox, found)
    again = package(tmp_path, sandbox, "again", options={"folder": str(tmp_path / "elsewhere")})
    assert (again.changed(), writes_sent(sandbox), downloads(sandbox)) == ([], [], [])
    sandbox.settings(okta={"artifact_version": "9.72.0"})
    package(tmp_path, sandbox, "newer")
    newer = app(sandbox)
    assert len(downloads(sandbox)) == 1
    assert (newer["id"], newer["sha256"] != found["sha256"]) == (found["id"], True)
    assert 'wanted="9.72.0"' in newer["audit_script"]


def test_enforced_or_left_to_users_and_back(tmp_path: Path, sandbox: SandboxProcess) -> None:
    category = iru(sandbox, "GET", "/api/v1/self-service/categories")[0]["name"]
    package(tmp_path, sandbox, "enforced")
    offered = {"self_service": True, "self_service_category": category}
    package(tmp_path, sandbox, "offered", options=offered)
    found = app(sandbox)
    assert (found["install_enforcement"], found["audit_script"], found["show_in_self_service"]) == (
        "no_enforcement",
        "",
        True,
    )
    again = package(tmp_path, sandbox, "again", options=offered)
    assert (again.changed(), downloads(sandbox)) == ([], [])
    package(tmp_path, sandbox, "back")
    assert app(sandbox)["install_enforcement"] == "continuously_enforce"


def test_the_package_is_refused_beside_irus_own_device_trust(tmp_path: Path, sandbox: SandboxProcess) -> None:
    sandbox.settings(iru={"okta_device_trust": True})
    refused = package(tmp_path, sandbox, "refused", fails=True)
    assert "okta_verify_macos_allow_device_trust" in refused.tasks[-1].result["msg"]
    assert (writes_sent(sandbox), downloads(sandbox)) == ([], [])
    package(tmp_path, sandbox, "allowed", options={"allow_device_trust": True})
    assert app(sandbox)


@pytest.fixture
def audit_script(tmp_path: Path, sandbox: SandboxProcess) -> str:
    package(tmp_path, sandbox, "run")
    return str(app(sandbox)["audit_script"])


def test_the_audit_script_wants_this_version_or_a_later_one(tmp_path: Path, audit_script: str) -> None:
    codes = {"": 1, "9.70.9": 1, "9.8.0": 1, "9.71": 0, "9.71.0": 0, "9.71.1": 0, "10.0": 0}
    for version, code in codes.items():
        reader = tmp_path / "defaults"
        reader.write_text(f"#!/bin/sh\nprintf '%s' '{version}'\n", encoding="utf-8")
        reader.chmod(0o755)
        environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
        done = subprocess.run(["/bin/sh", "-c", audit_script], env=environment, check=False, capture_output=True)
        assert done.returncode == code, version
