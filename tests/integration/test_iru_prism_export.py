"""A Prism category as a file: what is asked, what is waited for, and what becomes of the file when something fails."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.modules import iru_prism_export, iru_prism_info

from tests.integration.iru_module import run
from tests.sandbox_process import SandboxProcess


def exported(sandbox: SandboxProcess, dest: Path, **options: Any) -> dict[str, Any]:
    return run(sandbox, iru_prism_export, output_file=str(dest), interval=0.1, **{"category": "certificates"} | options)


def records(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_file_has_what_the_pages_have(sandbox: SandboxProcess, tmp_path: Path) -> None:
    dest = tmp_path / "certificates.csv"
    sandbox.clear_requests()
    result = exported(sandbox, dest)
    assert [(one["service"], one["method"]) for one in sandbox.requests()] == [
        ("iru", "POST"), ("iru", "GET"), ("iru", "GET"), ("uploads", "GET"),
    ]  # fmt: skip
    assert result["changed"] and "signed_url" not in result["export"]
    assert dest.stat().st_mode & 0o777 == 0o600 and dest.stat().st_size == result["size"]
    rows = run(sandbox, iru_prism_info, category="certificates")["rows"]
    assert [row["serial_number"] for row in records(dest)] == [row["serial_number"] for row in rows]
    assert result["count"] == len(rows) > 20
    assert not exported(sandbox, dest)["changed"]


def test_columns_conditions_and_blueprints(sandbox: SandboxProcess, tmp_path: Path) -> None:
    wanted = {"blueprints": ["Sales"], "filter": {"identity_certificate": {"eq": True}}}
    exported(sandbox, tmp_path / "a.csv", columns=["common_name", "serial_number"], **wanted)
    rows = run(sandbox, iru_prism_info, category="certificates", **wanted)["rows"]
    assert records(tmp_path / "a.csv") == [
        {"common_name": row["common_name"], "serial_number": row["serial_number"]} for row in rows
    ]


def test_check_mode_asks_for_nothing(sandbox: SandboxProcess, tmp_path: Path) -> None:
    sandbox.clear_requests()
    result = exported(sandbox, tmp_path / "a.csv", check=True)
    assert result["changed"] and result["writes"] == [{"method": "POST", "path": "/api/v1/prism/export"}]
    assert sandbox.requests() == [] and not (tmp_path / "a.csv").exists()


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"status": 403}, "did not give the export: 403 AccessDenied: Access Denied."),
        ({"close": "after"}, "The export did not come from the object storage"),
        ({"truncate": True}, "The export did not come from the object storage"),
    ],
)
def test_a_download_that_fails_leaves_the_file(
    sandbox: SandboxProcess, tmp_path: Path, fault: dict[str, Any], said: str
) -> None:
    dest = tmp_path / "a.csv"
    dest.write_text("before")
    sandbox.faults({"match": {"service": "uploads", "times": 0}, "do": fault})
    failed = exported(sandbox, dest, fails=True, retries=1)
    assert said in failed["msg"] and "X-Amz-Signature" not in str(failed)
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"] and dest.read_text() == "before"


def test_a_download_that_breaks_off_once_is_repeated(sandbox: SandboxProcess, tmp_path: Path) -> None:
    faults = ({"status": 503}, {"close": "before"}, {"truncate": True})
    sandbox.faults(*({"match": {"service": "uploads"}, "do": fault} for fault in faults))
    assert exported(sandbox, tmp_path / "a.csv")["count"] == len(records(tmp_path / "a.csv"))


def test_what_iru_fails_to_make_or_never_makes(sandbox: SandboxProcess, tmp_path: Path) -> None:
    sandbox.settings(iru={"prism_export_error": "Query timed out"})
    failed = exported(sandbox, tmp_path / "a.csv", fails=True)
    assert "could not make the export of certificates: Query timed out." in failed["msg"]
    sandbox.settings(iru={"prism_export_error": "", "prism_export_polls": 1000})
    slow = exported(sandbox, tmp_path / "a.csv", fails=True, export_timeout=0.3)
    assert "still pending" in slow["msg"] and slow["failure"]["kind"] == "TimedOut"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"filter": {"nothing": {"in": ["x"]}}}, "Invalid filter key: nothing"),
        ({"filter": {"common_name": {"is": "x"}}}, "Invalid filter operator: is"),
        ({"blueprints": ["Nowhere"]}, "Blueprint"),
        ({"blueprints": []}, "blueprints is empty"),
        ({"interval": 0}, "expected seconds"),
        ({"output_file": "/nowhere/a.csv"}, "expected a file in a directory that exists"),
    ],
)
def test_bad_input(sandbox: SandboxProcess, tmp_path: Path, options: dict[str, Any], said: str) -> None:
    merged = {"category": "certificates", "output_file": str(tmp_path / "a.csv"), "interval": 0.1} | options
    sandbox.clear_requests()
    failed = run(sandbox, iru_prism_export, fails=True, **merged)
    assert said in failed["msg"]
    assert [one for one in sandbox.requests() if one["status"] < 300 and one["method"] == "POST"] == []


def test_the_missing_permission_is_named(sandbox: SandboxProcess, tmp_path: Path) -> None:
    sandbox.faults({"match": {"path": "/api/v1/prism/export"}, "do": {"status": 403}})
    assert "Request category export" in exported(sandbox, tmp_path / "a.csv", fails=True)["msg"]
