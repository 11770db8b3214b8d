"""okta_verify_package against the sandbox's org: what is on disk, and what was asked for it."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils import _http
from ansible_collections.okta_iru.attestation.plugins.modules import okta_verify_package, okta_verify_package_info

from tests.integration.okta_module import run
from tests.sandbox_process import SandboxProcess

METADATA = "/api/v1/artifacts/OKTA_VERIFY_MACOS/latest"
BEFORE = b"the version before"
CUT = 1 << 19


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_http, "_backoff", lambda attempt: 0.0)


def package(sandbox: SandboxProcess, dest: Path | str, **options: Any) -> dict[str, Any]:
    return run(sandbox, okta_verify_package, dest=str(dest), **options)


def paths(sandbox: SandboxProcess) -> list[str]:
    """The paths asked since the last look, a file as "file"."""
    asked = [re.sub(r"/artifacts/OKTA.*/OktaVerify.*", "file", one["path"]) for one in sandbox.requests("okta")]
    sandbox.clear_requests()
    return asked


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_it_is_brought_once(sandbox: SandboxProcess, tmp_path: Path) -> None:
    planned = package(sandbox, tmp_path, check=True)
    assert (list(tmp_path.iterdir()), paths(sandbox)) == ([], [METADATA])
    first = package(sandbox, tmp_path)
    assert paths(sandbox) == [METADATA, "file"]
    assert planned == {**first, "size": None}
    assert (first["changed"], first["size"], first["version"], first["writes"]) == (True, 2_000_000, "9.71.0", [])
    (file,) = tmp_path.iterdir()
    assert (str(file), sha256(file)) == (first["file"], first["sha256"])
    assert file.name.startswith("OktaVerify-9.71.0-") and file.name.endswith(".pkg")
    for check in (True, False):
        again = package(sandbox, tmp_path, check=check, sha256=first["sha256"].upper())
        assert again == {**first, "changed": False, "diff": again["diff"]}
        assert again["diff"]["before"] == again["diff"]["after"]
        assert paths(sandbox) == [METADATA]
    info = run(sandbox, okta_verify_package_info)
    expected = {"name": file.name, "url": first["source"], "sha256": first["sha256"]}
    assert (info["changed"], info["version"], info["files"]) == (False, "9.71.0", [expected])


def test_a_newer_or_altered_file_is_replaced(sandbox: SandboxProcess, tmp_path: Path) -> None:
    to = tmp_path / "okta-verify.pkg"
    first = package(sandbox, to)
    sandbox.settings(okta={"artifact_version": "9.72.0"})
    second = package(sandbox, to)
    assert (second["changed"], second["version"], sha256(to)) == (True, "9.72.0", second["sha256"])
    assert second["diff"]["before"] == {"sha256": first["sha256"]}
    assert second["diff"]["after"] == {"sha256": second["sha256"], "version": "9.72.0"}
    to.write_bytes(to.read_bytes()[:-1])
    assert package(sandbox, to)["changed"] is True
    assert sha256(to) == second["sha256"]
    assert list(tmp_path.iterdir()) == [to]


def test_a_connection_that_breaks_off(sandbox: SandboxProcess, tmp_path: Path) -> None:
    to = tmp_path / "okta-verify.pkg"
    sandbox.settings(okta={"artifact_cut_after": CUT})
    assert package(sandbox, to, retries=0)["resumed_from"] == 0
    assert paths(sandbox) == [METADATA, *["file"] * 4]
    to.unlink()
    sandbox.settings(okta={"artifact_cut_after": CUT, "artifact_ranges": False})
    result = package(sandbox, to, retries=1, fails=True)
    assert "broke off" in result["msg"] and "run again" in result["msg"]
    (part,) = tmp_path.iterdir()
    kept = part.stat().st_size
    assert part.name.endswith(".part") and 0 < kept <= CUT
    sandbox.settings(okta={"artifact_cut_after": None, "artifact_ranges": True})
    planned = package(sandbox, to, check=True)
    result = package(sandbox, to)
    assert (planned["changed"], result["changed"], result["resumed_from"]) == (True, True, kept)
    assert (list(tmp_path.iterdir()), sha256(to)) == ([to], result["sha256"])


@pytest.mark.parametrize(
    ("settings", "options", "says"),
    [
        ({"artifact_corrupt": True}, {}, r"expected [0-9a-f]{64}.*thrown away"),
        ({"artifact_hashes": False}, {"sha256": "ab" * 32}, f"expected {'ab' * 32}"),
        ({"artifact_redirect_to": "https://cdn.example.com"}, {}, "allowed_hosts"),
        ({"artifact_redirect_to": "http://localhost:1"}, {"allowed_hosts": ["localhost:1"]}, "allowed_hosts"),
        ({"artifact_redirect_to": "https://localhost:1"}, {"allowed_hosts": ["localhost:1"]}, "from localhost:1 broke"),
    ],
)
def test_a_download_that_goes_wrong(
    sandbox: SandboxProcess, tmp_path: Path, settings: dict[str, Any], options: dict[str, Any], says: str
) -> None:
    sandbox.settings(okta=settings)
    assert re.search(says, _failure(sandbox, tmp_path, options))
    assert "file" in paths(sandbox)


@pytest.mark.parametrize(
    ("settings", "options", "says"),
    [
        ({"artifact_hashes": False}, {}, "Give the sha256 to expect"),
        ({}, {"sha256": "ab" * 32}, f"expected {'ab' * 32}. Nothing was downloaded"),
        ({}, {"sha256": "sha256:abc"}, "expected 64 hexadecimal digits"),
        ({}, {"artifact": "OKTA_VERIFY_LINUX"}, "no artifact 'OKTA_VERIFY_LINUX'"),
        ({}, {"release_channel": "BETA"}, "release channel 'BETA'"),
        ({}, {"url": "https://localhost:1"}, "localhost:1"),
    ],
)
def test_what_stops_before_a_download(
    sandbox: SandboxProcess, tmp_path: Path, settings: dict[str, Any], options: dict[str, Any], says: str
) -> None:
    sandbox.settings(okta=settings)
    assert says in _failure(sandbox, tmp_path, options)
    assert "file" not in paths(sandbox)


def _failure(sandbox: SandboxProcess, folder: Path, options: dict[str, Any]) -> str:
    """What the module says; what was there before must be there yet, alone."""
    to = folder / "okta-verify.pkg"
    to.write_bytes(BEFORE)
    result = package(sandbox, to, fails=True, retries=0, **options)
    assert (list(folder.iterdir()), to.read_bytes()) == ([to], BEFORE)
    return str(result["msg"])


def test_a_hash_that_is_given_does_for_one_that_is_not_told(sandbox: SandboxProcess, tmp_path: Path) -> None:
    known = package(sandbox, tmp_path)["sha256"]
    sandbox.settings(okta={"artifact_hashes": False})
    assert run(sandbox, okta_verify_package_info)["files"][0]["sha256"] is None
    assert package(sandbox, tmp_path, sha256=known)["changed"] is False
    assert package(sandbox, tmp_path / "other.pkg", sha256=known)["changed"] is True


def test_the_package_for_windows_is_not_confirmed(sandbox: SandboxProcess, tmp_path: Path) -> None:
    windows = {"artifact": "OKTA_VERIFY_WINDOWS"}
    result = package(sandbox, tmp_path, fails=True, **windows)
    assert "no artifact 'OKTA_VERIFY_WINDOWS'" in result["msg"]
    assert "No public source confirms" in result["warnings"][0]
    sandbox.settings(okta={"windows_artifact": True})
    result = package(sandbox, tmp_path, **windows)
    assert result["file"].endswith(".exe") and len(result["warnings"]) == 1
    assert len(run(sandbox, okta_verify_package_info, **windows)["warnings"]) == 1


def test_places_that_do_not_do(sandbox: SandboxProcess, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for dest, says in (
        (f"{tmp_path}/none/okta-verify.pkg", "does not exist; make it first"),
        (f"{tmp_path}/none/", "does not exist; make it first"),
        (f"{tmp_path}/file/okta-verify.pkg", "does not exist; make it first"),
    ):
        assert says in package(sandbox, dest, fails=True)["msg"]
    assert says in package(sandbox, dest, check=True, fails=True)["msg"], "no task before can make a folder there"
    assert "file" not in paths(sandbox)


def test_a_folder_that_a_task_before_would_make_does_in_check_mode(sandbox: SandboxProcess, tmp_path: Path) -> None:
    planned = package(sandbox, f"{tmp_path}/none/", check=True)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "none").mkdir()
    assert planned == {**package(sandbox, f"{tmp_path}/none/"), "size": None}


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"files": []},
        {"version": "9", "files": []},
        {"version": 9, "files": [{"href": "/x.pkg"}]},
        {"version": "9", "files": ["x"]},
        {"version": "9", "files": [{"href": 7}]},
        {"version": "9", "files": [{"href": "/"}]},
        {"version": "9", "files": [{"href": "http://[x/y.pkg"}]},
        {"version": "9", "files": [{"href": "/x.pkg"}, {"href": "/y.pkg"}], "more": 1},
        {"version": "9", "files": [{"href": "/x.pkg", "fileHashes": {"SHA-256": "short"}}]},
        {"version": "9", "files": [{"href": "/x.pkg", "fileHashes": ["SHA-256"]}]},
        {"version": "9", "files": [{"href": "https://elsewhere.example/x.pkg", "fileHashes": {"SHA-256": "ab" * 32}}]},
    ],
)
def test_metadata_that_are_none(sandbox: SandboxProcess, tmp_path: Path, body: Any) -> None:
    sandbox.faults({"match": {"path": METADATA, "times": 0}, "do": {"status": 200, "body": body}})
    for check in (True, False):
        result = package(sandbox, tmp_path, check=check, fails=True)
        assert "Traceback" not in result["msg"] and "unexpected" not in result["msg"].lower(), result["msg"]
    assert (list(tmp_path.iterdir()), set(paths(sandbox))) == ([], {METADATA})
