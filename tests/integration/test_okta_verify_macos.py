"""Okta Verify on Macs: least requests, prediction, drift, refusals, and the package in the whole playbook."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.ansible_run import ROOT
from tests.integration.playbook import attest, inventory_with, writes_sent, writes_told
from tests.integration.test_attestation import computers, diffs, iru, same_but_for_planned_ids
from tests.integration.test_okta_verify_roles import APPS, ROLE, app, delivered, downloads, macs_with, package
from tests.integration.test_optional_roles import BLUEPRINT, run_role
from tests.integration.test_roles_alone import FQCN, imported, in_turn, play
from tests.sandbox_process import SandboxProcess

UPLOAD = ("POST", f"{APPS}/upload")


def task(name: str) -> str:
    """A task of the role as results name it."""
    return f"{FQCN}{ROLE} : {name}"


def blueprint_path(sandbox: SandboxProcess, name: str = BLUEPRINT) -> str:
    listing = iru(sandbox, "GET", "/api/v1/blueprints")["results"]
    return f"/api/v1/blueprints/{next(one['id'] for one in listing if one['name'] == name)}"


def item_on(sandbox: SandboxProcess, name: str) -> str:
    """Id of the item of a name on the Blueprint."""
    items = iru(sandbox, "GET", f"{blueprint_path(sandbox)}/list-library-items")["results"]
    return next(str(one["id"]) for one in items if one["name"] == name)


def rows(sandbox: SandboxProcess, item_id: str) -> list[dict[str, Any]]:
    """What Iru's console shows under Status of the item."""
    return list(iru(sandbox, "GET", f"/api/v1/library/library-items/{item_id}/status")["results"])


def test_a_check_of_the_package_route_downloads_nothing_and_predicts_each_write(
    tmp_path: Path, sandbox: SandboxProcess
) -> None:
    sandbox.settings(iru={"upload_processing_polls": 0})
    checked = package(tmp_path, sandbox, "check", check=True, diff=True)
    assert (writes_sent(sandbox), downloads(sandbox)) == ([], [])
    assert not (tmp_path / "packages").exists()
    run = package(tmp_path, sandbox, "run", diff=True)
    sent = [one for one in writes_sent(sandbox) if one[1] != "/"]  # the form of the object storage
    assert sent == [UPLOAD, ("POST", APPS), ("POST", f"{blueprint_path(sandbox)}/assign-library-item")]
    assert writes_told(run) == sent
    assert same_but_for_planned_ids(writes_told(checked), writes_told(run))
    assert checked.changed() == run.changed()
    assert diffs(checked) == diffs(run)


def test_on_a_converged_tenant_one_listing_shows_that_nothing_is_to_do(tmp_path: Path, sandbox: SandboxProcess) -> None:
    delivered(tmp_path, sandbox)
    again = package(tmp_path, sandbox, "again", options={"folder": str(tmp_path / "elsewhere")})
    assert again.changed() == []
    assert [(one["method"], one["path"]) for one in sandbox.requests()] == [
        ("GET", "/api/v1/prism/installed_profiles"),
        ("GET", "/api/v1/artifacts/OKTA_VERIFY_MACOS/latest"),
        ("GET", APPS),
        ("GET", "/api/v1/blueprints"),
        ("GET", f"{blueprint_path(sandbox)}/list-library-items"),
    ]


def test_macs_of_the_blueprint_have_it_and_their_rows_pass(tmp_path: Path, sandbox: SandboxProcess) -> None:
    delivered(tmp_path, sandbox)
    for version in ("9.71.0", "9.72.0"):
        sandbox.settings(okta={"artifact_version": version})
        package(tmp_path, sandbox, version)
        found = app(sandbox)
        serials = macs_with(sandbox, found)
        macs = {one["device_id"] for one in computers(sandbox) if one["serial_number"] in serials}
        told = rows(sandbox, found["id"])
        assert {row["status"] for row in told} == {"PASS"}
        assert {row["blueprint"]["name"] for row in told} == {BLUEPRINT}
        assert {row["computer"]["id"] for row in told} == macs
        assert len(told) == len(macs) > 0


def _edit(**fields: Any) -> Callable[[Path, SandboxProcess], None]:
    return lambda _folder, sandbox: iru(sandbox, "PATCH", f"{APPS}/{app(sandbox)['id']}", data=fields)


def _offer(_folder: Path, sandbox: SandboxProcess) -> None:
    category = iru(sandbox, "GET", "/api/v1/self-service/categories")[0]["id"]
    _edit(show_in_self_service="true", self_service_category_id=category)(_folder, sandbox)


def _take_off(_folder: Path, sandbox: SandboxProcess) -> None:
    body = {"library_item_id": app(sandbox)["id"]}
    iru(sandbox, "POST", f"{blueprint_path(sandbox)}/remove-library-item", json=body)


def _other_package(folder: Path, sandbox: SandboxProcess) -> None:
    """Somebody puts a package of one's own in the place of Okta's, with the collection's module, by hand."""
    other = folder / "other.pkg"
    other.write_bytes(b"xar!another")
    play(sandbox, folder / "other", [{f"{FQCN}iru_custom_app": {"name": "Okta Verify package", "src": str(other)}}])


PUT = "Put the package into the Library"
DRIFTS = {
    "audit script": (_edit(audit_script="exit 0"), [PUT], "exit 0"),
    "no script after it": (_edit(postinstall_script=""), [PUT], "launchctl asuser"),
    "a script before it": (_edit(preinstall_script="exit 1"), [PUT], "exit 1"),
    "a restart": (_edit(restart="true"), [PUT], "restart"),
    "not delivered": (_edit(active="false"), [PUT], "active"),
    "installed once": (_edit(install_enforcement="install_once", audit_script=""), [PUT], "install_once"),
    "offered as well": (_offer, [PUT], "show_in_self_service"),
    "taken off": (_take_off, ["Assign it to the Blueprints"], BLUEPRINT),
}


@pytest.mark.parametrize("drift", DRIFTS)
def test_drift_is_shown_and_repaired_by_one_write(tmp_path: Path, sandbox: SandboxProcess, drift: str) -> None:
    delivered(tmp_path, sandbox)
    before = app(sandbox)
    change, tasks, shown = DRIFTS[drift]
    change(tmp_path, sandbox)
    usual = {"route": "package", "folder": str(tmp_path / "packages"), "blueprints": [BLUEPRINT]}
    role = imported(ROLE, {f"{ROLE}_{name}": value for name, value in usual.items()})
    checked, repaired, again = in_turn(sandbox, tmp_path, [role | {"check_mode": True}, role, role], diff=True)
    assert checked.changed() == [task(name) for name in tasks]
    assert shown in str(diffs(checked))
    # The log has the writes of all three, so what the run tells is all that was sent.
    assert writes_sent(sandbox) == writes_told(checked) == writes_told(repaired)
    assert (len(writes_sent(sandbox)), downloads(sandbox)) == (1, [])
    assert (repaired.changed(), diffs(repaired)) == (checked.changed(), diffs(checked))
    changes = ("updated_at", "file_url")
    assert {key: app(sandbox)[key] for key in before if key not in changes} == {
        key: before[key] for key in before if key not in changes
    }
    assert again.changed() == []


def test_a_package_that_somebody_replaced_is_replaced_back_from_the_folder(
    tmp_path: Path, sandbox: SandboxProcess
) -> None:
    delivered(tmp_path, sandbox)
    before = app(sandbox)
    _other_package(tmp_path, sandbox)
    checked = package(tmp_path, sandbox, "check", check=True, diff=True)
    assert checked.changed() == [task(PUT)]
    assert before["sha256"] in checked.output
    package(tmp_path, sandbox, "repair")
    assert (writes_told(checked), downloads(sandbox)) == ([UPLOAD, ("PATCH", f"{APPS}/{before['id']}")], [])
    assert app(sandbox)["sha256"] == before["sha256"]
    assert package(tmp_path, sandbox, "again").changed() == []


def test_only_an_app_of_the_app_store_is_taken_for_it(tmp_path: Path, sandbox: SandboxProcess) -> None:
    """A package of the same name on the same Blueprint: Iru's names need not be unique."""
    real = item_on(sandbox, "Okta Verify")
    package(tmp_path, sandbox, "package", options={"name": "Okta Verify"})
    iru(sandbox, "POST", f"{blueprint_path(sandbox)}/remove-library-item", json={"library_item_id": real})
    checked = run_role(tmp_path / "check", sandbox, ROLE, options={}, check=True, diff=True)
    assert checked.changed() == [task("Assign it to the Blueprints")]
    run = run_role(tmp_path / "run", sandbox, ROLE, options={})
    assert writes_sent(sandbox) == writes_told(checked) == writes_told(run)
    assert run.only(task("Assign it to the Blueprints")).result["library_item"]["id"] == real
    again = run_role(tmp_path / "again", sandbox, ROLE, options={})
    assert (again.changed(), writes_sent(sandbox)) == ([], [])


def test_macs_get_the_app_of_the_app_store_and_too_few_fail_where_that_is_asked_for(
    tmp_path: Path, sandbox: SandboxProcess
) -> None:
    item = item_on(sandbox, "Okta Verify")
    iru(sandbox, "POST", f"{blueprint_path(sandbox)}/remove-library-item", json={"library_item_id": item})
    run_role(tmp_path / "check", sandbox, ROLE, options={"minimum_installed": 100}, check=True)
    few = run_role(tmp_path / "few", sandbox, ROLE, options={"minimum_installed": 100}, fails=True)
    macs = _macs_on(sandbox, BLUEPRINT)
    assert macs
    assert f"0 of {len(macs)} Macs in scope have Okta Verify (0 %), expected 100 %" in few.tasks[-1].result["msg"]
    sandbox.tick(60)
    passed = {row["computer"]["id"] for row in rows(sandbox, item) if row["status"] == "PASS"}
    assert passed >= macs
    enough = run_role(tmp_path / "enough", sandbox, ROLE, options={"minimum_installed": 100})
    report = enough.only(task("Report")).result["okta_verify_macos_report"]
    assert report == {
        "in_scope": len(macs),
        "nothing_to_verify": False,
        "installed": len(macs),
        "failed": [],
        "awaited": [],
    }


def test_macs_that_fail_to_install_the_package_are_named(tmp_path: Path, sandbox: SandboxProcess) -> None:
    options = {"postinstall_script": "exit 7", "minimum_installed": 1}
    package(tmp_path, sandbox, "first", options=options, fails=True)
    sandbox.tick(60)
    run = package(tmp_path, sandbox, "failed", options=options, fails=True)
    report = run.only(task("Report")).result["okta_verify_macos_report"]
    assert (report["installed"], report["awaited"]) == (0, [])
    assert len(report["failed"]) == report["in_scope"] == len(_macs_on(sandbox, BLUEPRINT))
    category = iru(sandbox, "GET", "/api/v1/self-service/categories")[0]["name"]
    offered = {"self_service": True, "self_service_category": category}
    package(tmp_path, sandbox, "offered", options=offered)
    sandbox.tick(60)
    run = package(tmp_path, sandbox, "left to users", options={**offered, "minimum_installed": 1})
    assert run.only(task("Report")).result["okta_verify_macos_report"]["nothing_to_verify"] is True


def _macs_on(sandbox: SandboxProcess, name: str) -> set[str]:
    listing = iru(sandbox, "GET", "/api/v1/devices?platform=Mac&limit=300")
    return {one["device_id"] for one in listing if one["blueprint_name"] == name}


def test_where_the_app_store_item_is_missing_the_way_to_make_it_is_told(
    tmp_path: Path, sandbox: SandboxProcess
) -> None:
    run = run_role(tmp_path, sandbox, ROLE, options={"item": "Okta Verify of nobody"}, fails=True)
    message = run.tasks[-1].result["msg"]
    assert all(word in message for word in ("Okta Verify of nobody", "(1)", "Apple Business Manager", "(5)")), message
    assert writes_sent(sandbox) == []
    run = run_role(tmp_path, sandbox, ROLE, options={"blueprints": ["Enginering"]}, fails=True)
    message = run.tasks[-1].result["msg"]
    assert BLUEPRINT in message and "Apple Business Manager" not in message


WRONG = "ab" * 32


@pytest.mark.parametrize(
    ("settings", "options", "says"),
    [
        ({}, {"sha256": WRONG}, f"expected {WRONG}"),
        ({}, {"sha256": "no hash"}, "expected 64 hexadecimal digits"),
        ({"artifact_hashes": False}, {}, "Give the sha256 to expect"),
        ({"artifact_version": "9.71.0-rc"}, {}, "no number with dots"),
    ],
)
def test_a_package_that_cannot_be_trusted_is_refused(
    tmp_path: Path, sandbox: SandboxProcess, settings: dict[str, Any], options: dict[str, Any], says: str
) -> None:
    sandbox.settings(okta=settings)
    run = package(tmp_path, sandbox, "run", options=options, fails=True)
    assert says in run.tasks[-1].result["msg"]
    assert (writes_sent(sandbox), downloads(sandbox)) == ([], [])


def test_a_package_that_cannot_be_trusted_is_refused_in_check_mode(tmp_path: Path, sandbox: SandboxProcess) -> None:
    sandbox.settings(okta={"artifact_hashes": False})
    run = package(tmp_path, sandbox, "check", check=True, fails=True)
    assert "Give the sha256 to expect" in run.tasks[-1].result["msg"]
    assert (writes_sent(sandbox), downloads(sandbox)) == ([], [])


def test_a_package_other_than_what_okta_tells_is_not_uploaded(tmp_path: Path, sandbox: SandboxProcess) -> None:
    sandbox.settings(okta={"artifact_corrupt": True})
    run = package(tmp_path, sandbox, "run", fails=True)
    assert "SHA-256" in run.tasks[-1].result["msg"]
    assert writes_sent(sandbox) == []


def test_a_hash_of_ones_own_holds_where_okta_tells_none_until_there_is_a_newer_package(
    tmp_path: Path, sandbox: SandboxProcess
) -> None:
    delivered(tmp_path, sandbox)
    approved = {"sha256": app(sandbox)["sha256"].upper()}
    again = package(tmp_path, sandbox, "approved", options=approved)
    assert (again.changed(), writes_sent(sandbox), downloads(sandbox)) == ([], [], [])
    sandbox.settings(okta={"artifact_hashes": False})
    again = package(tmp_path, sandbox, "untold", options=approved)
    assert (again.changed(), writes_sent(sandbox), downloads(sandbox)) == ([], [], [])
    elsewhere = {**approved, "folder": str(tmp_path / "elsewhere")}
    fetched = package(tmp_path, sandbox, "elsewhere", options=elsewhere)
    assert (fetched.changed(), writes_sent(sandbox), len(downloads(sandbox))) == ([], [], 1)
    sandbox.settings(okta={"artifact_version": "9.72.0"})
    for hashes in (False, True):
        sandbox.settings(okta={"artifact_hashes": hashes})
        package(tmp_path, sandbox, f"newer {hashes}", options=approved, fails=True)
        assert writes_sent(sandbox) == [], "else Macs would get a package that its audit script never accepts"


def test_nothing_of_the_package_is_read_where_the_app_store_serves(tmp_path: Path, sandbox: SandboxProcess) -> None:
    run_role(tmp_path, sandbox, ROLE, options={})
    assert sandbox.requests("okta") == []
    assert not [one for one in sandbox.requests("iru") if "prism" in one["path"] or one["path"] == APPS]


def _switched_on(folder: Path) -> dict[str, Any]:
    return {
        "attestation_okta_verify_macos": True,
        "okta_verify_macos_route": "package",
        "okta_verify_macos_folder": str(folder / "packages"),
        "okta_verify_macos_blueprints": [BLUEPRINT, "Sales"],
    }


def test_the_package_in_the_whole_playbook(tmp_path: Path, sandbox: SandboxProcess) -> None:
    variables = _switched_on(tmp_path)
    inventory = inventory_with(tmp_path, sandbox, attestation_record=str(tmp_path / "record.json"))
    options: dict[str, Any] = {"variables": variables, "inventory": inventory}
    checked = attest(tmp_path / "check", sandbox, check=True, diff=True, **options)
    assert (writes_sent(sandbox), downloads(sandbox)) == ([], [])
    assert not (tmp_path / "record.json").exists()
    run = attest(tmp_path / "run", sandbox, diff=True, **options)
    assert len(writes_told(run)) == 7 + 4
    assert same_but_for_planned_ids(writes_told(checked), writes_told(run))
    assert (checked.changed(), diffs(checked)) == (run.changed(), diffs(run))
    found = app(sandbox)
    record = json.loads((tmp_path / "record.json").read_text(encoding="utf-8"))["objects"]
    ours = [(one["kind"], one["was"]) for one in record if found["id"] in one["id"]]
    assert ours == [("iru_custom_app", None), *[("iru_library_assignment", None)] * 2]
    assert macs_with(sandbox, found)
    again = attest(tmp_path / "again", sandbox, **options)
    assert (again.changed(), writes_sent(sandbox), downloads(sandbox)) == ([], [], [])
    sandbox.settings(okta={"artifact_version": "9.72.0"})
    attest(tmp_path / "newer", sandbox, **options, arguments=["--tags", ROLE])
    assert json.loads((tmp_path / "record.json").read_text(encoding="utf-8"))["objects"][-3]["was"] is None


def test_the_playbook_refuses_the_package_beside_irus_own_device_trust(tmp_path: Path, sandbox: SandboxProcess) -> None:
    sandbox.settings(iru={"okta_device_trust": True})
    only = {"variables": _switched_on(tmp_path), "arguments": ["--tags", ROLE]}
    for check in (True, False):
        run = attest(tmp_path / f"refused {check}", sandbox, check=check, fails=True, **only)
        message = run.tasks[-1].result["msg"]
        assert "Okta Device Trust is on some Macs (such as " in message
        assert (writes_sent(sandbox), downloads(sandbox), sandbox.requests("okta")) == ([], [], [])


@pytest.mark.parametrize(
    ("user", "calls"),
    [
        ("root", []),
        ("loginwindow", []),
        (
            "ada",
            [
                "pkill -x -U ada Okta Verify",
                "pgrep -x -U ada Okta Verify",
                "id -u ada",
                "launchctl asuser 501 sudo -u ada open -g /Applications/Okta Verify.app",
            ],
        ),
    ],
)
def test_okta_verify_is_opened_again_for_whoever_sits_at_the_mac(tmp_path: Path, user: str, calls: list[str]) -> None:
    log = tmp_path / "calls"
    log.touch()
    says = {"stat": f"echo {user}", "pkill": "exit 1", "pgrep": "exit 1", "id": "echo 501", "launchctl": "exit 5"}
    for name, does in says.items():
        noted = "" if name == "stat" else f'echo {name} "$@" >>"{log}"\n'
        (tmp_path / name).write_text(f"#!/bin/sh\n{noted}{does}\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    script = ROOT / "roles" / ROLE / "files" / "relaunch.sh"
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(["/bin/sh", script], env=environment, check=False, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    assert log.read_text(encoding="utf-8").splitlines() == calls


def test_a_script_of_ones_own_or_none_runs_after_the_installation(tmp_path: Path, sandbox: SandboxProcess) -> None:
    script = (ROOT / "roles" / ROLE / "files" / "relaunch.sh").read_text(encoding="utf-8").rstrip()
    for name, options, expected in (
        ("usual", {}, script),
        ("own", {"postinstall_script": "#!/bin/sh\ntouch /var/db/okta"}, "#!/bin/sh\ntouch /var/db/okta"),
        ("none", {"relaunch": False}, ""),
    ):
        package(tmp_path, sandbox, name, options=options)
        assert app(sandbox)["postinstall_script"] == expected
