"""`iru_custom_app` against the sandbox: upload, comparison, replacement, and everything that goes wrong on the way."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils import _http, _package
from ansible_collections.okta_iru.attestation.plugins.modules import iru_custom_app

from tests.integration.iru_runs import run, written
from tests.sandbox_process import SandboxProcess

APPS = "/api/v1/library/custom-apps"
AUDIT = "#!/bin/zsh\n[[ -d '/Applications/Okta Verify.app' ]]\n"
CONTENT = b"xar!" + b"okta verify" * 1000


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch, sandbox: SandboxProcess) -> None:
    monkeypatch.setattr(_http, "_backoff", lambda attempt: 0.0)
    sandbox.settings(iru={"upload_processing_polls": 0})


@pytest.fixture
def package(tmp_path: Path) -> Path:
    path = tmp_path / "OktaVerify-9.52.pkg"
    path.write_bytes(CONTENT)
    return path


def app(sandbox: SandboxProcess, package: Path, **options: Any) -> dict[str, Any]:
    usual = {"name": "Okta Verify", "src": str(package), "install_enforcement": "install_once"}
    given = {key: value for key, value in (usual | options).items() if value is not None}
    return run(sandbox, iru_custom_app, **given)


def stored(sandbox: SandboxProcess, name: str = "Okta Verify") -> list[dict[str, Any]]:
    return [one for one in sandbox.state()["iru"]["custom_apps"].values() if one["name"] == name]


def test_an_app_is_uploaded_once(sandbox: SandboxProcess, package: Path) -> None:
    options = {"install_enforcement": "continuously_enforce", "audit_script": AUDIT}
    planned = app(sandbox, package, check=True, **options)
    assert written(sandbox) == [] == stored(sandbox)
    made = app(sandbox, package, **options)
    assert made["changed"] and made["uploaded"]
    assert planned["writes"] == made["writes"] == written(sandbox)
    assert planned["diff"] == made["diff"]
    (now,) = stored(sandbox)
    assert (now["sha256"], now["file_size"]) == (hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))
    assert (now["install_type"], now["active"], now["audit_script"]) == ("package", True, AUDIT.rstrip())
    assert made["app"]["id"] == now["id"]
    sandbox.clear_requests()
    again = app(sandbox, package, **options)
    assert (again["changed"], again["uploaded"], again["writes"]) == (False, False, [])
    assert [one["method"] for one in sandbox.requests()] == ["GET"], "one listing is enough to see it"


def test_a_newer_package_replaces_the_older_in_place(sandbox: SandboxProcess, package: Path) -> None:
    before = app(sandbox, package)["app"]
    package.write_bytes(CONTENT + b"newer")
    planned = app(sandbox, package, check=True)
    sandbox.clear_requests()
    after = app(sandbox, package)
    assert after["app"]["id"] == before["id"]
    assert after["app"]["sha256"] == hashlib.sha256(CONTENT + b"newer").hexdigest()
    assert planned["writes"] == after["writes"] == written(sandbox)
    assert planned["diff"] == after["diff"]
    assert list(after["diff"]["after"]) == ["package"]
    assert not app(sandbox, package)["changed"]


def test_only_what_differs_is_sent(sandbox: SandboxProcess, package: Path) -> None:
    made = app(sandbox, package, active=True)["app"]
    sandbox.clear_requests()
    changed = app(sandbox, package, active=False, restart=False)
    assert changed["diff"]["after"] == {"active": False}
    assert not changed["uploaded"]
    assert written(sandbox) == changed["writes"] == [{"method": "PATCH", "path": f"{APPS}/{made['id']}"}]
    renamed = run(sandbox, iru_custom_app, id=made["id"], name="Okta Verify 2")
    assert (renamed["app"]["name"], renamed["app"]["active"]) == ("Okta Verify 2", False)


def test_no_token_goes_to_the_storage(sandbox: SandboxProcess, package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = package.with_name("netrc")
    netrc.write_text("default login someone password canary\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    app(sandbox, package)
    (upload,) = sandbox.requests("uploads")
    assert upload["status"] == 204, "with a token or a password the storage refuses"


def test_nothing_of_the_form_is_shown(sandbox: SandboxProcess, package: Path) -> None:
    shown = [json.dumps(app(sandbox, package)), json.dumps(app(sandbox, package, state="absent"))]
    sandbox.faults({"match": {"service": "uploads", "times": 0}, "do": {"status": 403, "body": _echo(sandbox)}})
    shown.append(json.dumps(app(sandbox, package, fails=True)))
    secrets = sandbox.state()["uploads"]
    for text in shown:
        assert not [name for name in ("secret_access_key", "session_token", "access_key_id") if secrets[name] in text]


def _echo(sandbox: SandboxProcess) -> str:
    """What S3 says to a form whose security token the policy does not have: it shows the token."""
    token = sandbox.state()["uploads"]["session_token"]
    return f"<Error><Code>AccessDenied</Code><Message>Policy Condition failed: {token}</Message></Error>"


def test_iru_is_waited_for_while_it_works_on_the_package(
    sandbox: SandboxProcess, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(_http.Client, "rest", lambda _self, seconds: pauses.append(seconds))
    sandbox.settings(iru={"upload_processing_polls": 7})
    made = app(sandbox, package)
    assert pauses == [1, 2, 4, 8, 16, 30, 30]
    assert len(made["writes"]) == 2
    sandbox.settings(iru={"upload_processing_polls": 100})
    package.write_bytes(CONTENT + b"newer")
    failed = app(sandbox, package, processing_timeout=40.0, fails=True)
    assert failed["failure"]["kind"] == "TimedOut"
    assert "processing_timeout" in failed["msg"]


def test_an_expired_form_is_replaced_once(sandbox: SandboxProcess, package: Path) -> None:
    expired = "<Error><Code>AccessDenied</Code><Message>Invalid according to Policy: Policy expired.</Message></Error>"
    rule = {"match": {"service": "uploads", "path": "/"}, "do": {"status": 403, "body": expired}}
    sandbox.faults(rule)
    made = app(sandbox, package)
    assert [one["path"] for one in made["writes"]] == [f"{APPS}/upload", f"{APPS}/upload", APPS]
    assert len(stored(sandbox)) == 1
    sandbox.clear_faults()
    sandbox.settings(uploads={"form_lifetime_minutes": -1})
    package.write_bytes(CONTENT + b"newer")
    sandbox.clear_requests()
    failed = app(sandbox, package, fails=True)
    assert "expired" in failed["msg"]
    assert len(sandbox.requests("uploads")) == 2
    assert stored(sandbox)[0]["sha256"] == hashlib.sha256(CONTENT).hexdigest()


@pytest.mark.parametrize("fault", [{"close": "before"}, {"close": "after"}, {"status": 503}, {"truncate": True}])
def test_a_broken_upload_is_sent_again(sandbox: SandboxProcess, package: Path, fault: dict[str, Any]) -> None:
    sandbox.faults({"match": {"service": "uploads"}, "do": fault})
    assert app(sandbox, package)["changed"]
    assert len(stored(sandbox)) == 1


def test_a_storage_that_never_answers_leaves_nothing(sandbox: SandboxProcess, package: Path) -> None:
    sandbox.faults({"match": {"service": "uploads", "times": 0}, "do": {"close": "before"}})
    failed = app(sandbox, package, fails=True)
    assert failed["failure"]["kind"] == "Unreachable"
    assert "object storage" in failed["msg"]
    assert stored(sandbox) == []


FAULTS = [{"close": "before"}, {"close": "after"}, {"status": 500}, {"status": 503, "effect": True}, {"truncate": True}]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_write_that_breaks_off_happens_once(
    sandbox: SandboxProcess, package: Path, fault: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_http.Client, "rest", lambda _self, seconds: None)
    for method, path, options in [
        ("POST", f"{APPS}/upload", {}),
        ("POST", APPS, {"name": "Second"}),
        ("PATCH", f"{APPS}/*", {"active": False}),
        ("DELETE", f"{APPS}/*", {"state": "absent"}),
    ]:
        sandbox.faults({"match": {"service": "iru", "method": method, "path": path}, "do": fault})
        result = app(sandbox, package, **options)
        assert result["changed"], (method, path)
        sandbox.clear_faults()
        assert not app(sandbox, package, **options)["changed"], (method, path)
    assert (len(stored(sandbox)), len(stored(sandbox, "Second"))) == (0, 1)


class Growing:
    """Writes to a file each time it is opened anew, as somebody would who still builds the package."""

    def __init__(self, path: Path, opening: int, how: str) -> None:
        self.path, self.opening, self.how, self.seen = path, opening, how, 0

    def __call__(self, descriptor: int) -> Any:
        self.seen += 1
        if self.seen == self.opening:
            size = self.path.stat().st_size
            content = {"grows": b"more", "is cut": b"", "is rewritten": b"x"}[self.how]
            with self.path.open("r+b") as file:
                file.seek(size if self.how == "grows" else 0)
                file.truncate(size if self.how != "is cut" else 10)
                file.write(content)
        return self.fstat(descriptor)

    fstat = staticmethod(_package.os.fstat)


@pytest.mark.parametrize("how", ["grows", "is cut", "is rewritten"])
@pytest.mark.parametrize("opening", [2, 3, 4])
def test_a_package_that_changes_while_it_is_read_creates_nothing(
    sandbox: SandboxProcess, package: Path, monkeypatch: pytest.MonkeyPatch, how: str, opening: int
) -> None:
    monkeypatch.setattr(_package.os, "fstat", Growing(package, opening, how))
    failed = app(sandbox, package, fails=True)
    assert failed["failure"]["kind"] == "PackageChanged", failed
    assert "changed while it was read" in failed["msg"]
    assert stored(sandbox) == []
    assert sandbox.state()["uploads"]["objects"] == {}


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no such file": ({"src": "/nowhere/a.pkg"}, "/nowhere/a.pkg cannot be read"),
    "a folder": ({"src": "/"}, "is a folder"),
    "continuously without an audit script": (
        {"install_enforcement": "continuously_enforce"},
        "audit_script: Required when choosing continuously_enforce",
    ),
    "an audit script for once": ({"audit_script": "exit 0"}, "audit_script: Only allowed"),
    "not enforced and not shown": (
        {"install_enforcement": "no_enforcement"},
        "show_in_self_service: Required when not enforcing install",
    ),
    "a zip without a place": ({"install_type": "zip"}, "unzip_location: Required"),
    "shown without a category": ({"show_in_self_service": True}, "self_service_category_id: Required"),
    "a category for what is not shown": ({"self_service_category": "Apps"}, "is for what is shown"),
    "an unknown category": (
        {"show_in_self_service": True, "self_service_category": "Utilties"},
        "Did you mean 'Utilities'?",
    ),
    "the type of another file": ({"install_type": "image"}, "is a 'package'"),
    "a script that is no text": ({"preinstall_script_file": "/bin/true"}, "no text in UTF-8"),
    "no enforcement given": ({"install_enforcement": None}, "give install_enforcement"),
    "no package given": ({"src": None}, "give src"),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("check", [True, False])
def test_what_cannot_work_is_refused_before_anything_is_sent(
    sandbox: SandboxProcess, package: Path, case: str, check: bool
) -> None:
    options, says = REFUSED[case]
    failed = app(sandbox, package, check=check, fails=True, **options)
    assert says in failed["msg"]
    assert written(sandbox) == []


def test_an_empty_package_and_one_that_is_too_large(
    sandbox: SandboxProcess, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_package, "LARGEST", 10)
    assert "at most 5 GB" in app(sandbox, package, fails=True)["msg"]
    package.write_bytes(b"")
    assert "is empty" in app(sandbox, package, fails=True)["msg"]


def test_two_apps_of_a_name_are_told_apart_by_id(sandbox: SandboxProcess, package: Path) -> None:
    app(sandbox, package)
    state = sandbox.state()
    (one,) = stored(sandbox)
    twin = "6d5b7a52-32a8-4b6a-9f0b-3f5f4f1f0f11"
    state["iru"]["custom_apps"][twin] = {**one, "id": twin}
    sandbox.load_state(state)
    failed = app(sandbox, package, fails=True)
    assert sorted(failed["failure"]["ids"]) == sorted([one["id"], twin])
    assert not run(sandbox, iru_custom_app, id=twin, active=True)["changed"]
    assert (
        "There is no custom app with the id"
        in run(sandbox, iru_custom_app, id=twin.replace("6d5b", "0000"), fails=True)["msg"]
    )


def test_self_service_by_the_name_of_its_category(sandbox: SandboxProcess, package: Path) -> None:
    options = {
        "install_enforcement": "no_enforcement", "show_in_self_service": True, "self_service_category": "Utilities",
        "self_service_recommended": True,
    }  # fmt: skip
    assert app(sandbox, package, **options)["changed"]
    assert not app(sandbox, package, **options)["changed"]
    moved = app(sandbox, package, **{**options, "self_service_category": "Security"})
    assert list(moved["diff"]["after"]) == ["self_service_category_id"]
    hidden = {"install_enforcement": "install_once", "show_in_self_service": False}
    assert app(sandbox, package, **hidden)["changed"]
    assert not app(sandbox, package, **hidden)["changed"]


def test_leaving_continuous_enforcement_removes_the_audit_script(sandbox: SandboxProcess, package: Path) -> None:
    app(sandbox, package, install_enforcement="continuously_enforce", audit_script=AUDIT)
    left = app(sandbox, package, install_enforcement="install_once")
    assert left["diff"]["after"] == {"install_enforcement": "install_once", "audit_script": ""}
    assert not app(sandbox, package, install_enforcement="install_once")["changed"]


@pytest.mark.parametrize("trimmed", ["end", "both", "none"])
def test_scripts_compare_equal_however_iru_trims_them(sandbox: SandboxProcess, package: Path, trimmed: str) -> None:
    sandbox.settings(iru={"scripts_trimmed": trimmed})
    script = package.with_name("postinstall.sh")
    script.write_text("#!/bin/sh\nopen -a 'Okta Verify'\n\n", encoding="utf-8")
    options = {"postinstall_script_file": str(script), "preinstall_script": "\n#!/bin/sh\ntrue\n"}
    assert app(sandbox, package, **options)["changed"]
    assert not app(sandbox, package, **options)["changed"]
    assert app(sandbox, package, preinstall_script="")["diff"]["after"] == {"preinstall_script": ""}


def test_absent(sandbox: SandboxProcess, package: Path) -> None:
    app(sandbox, package)
    planned = app(sandbox, package, state="absent", check=True)
    gone = app(sandbox, package, state="absent")
    assert (planned["writes"], planned["diff"]) == (gone["writes"], gone["diff"])
    assert (gone["changed"], gone["app"], stored(sandbox)) == (True, None, [])
    assert not app(sandbox, package, state="absent")["changed"]


def test_a_token_without_one_permission_is_named(sandbox: SandboxProcess, package: Path) -> None:
    state = sandbox.state()
    token = state["iru"]["tokens"][sandbox.ready["iru_token"]]
    token["permissions"] = [{"path": APPS, "http_method": method} for method in ("GET", "POST")]
    sandbox.load_state(state)
    assert "Custom Apps: Upload Custom App" in app(sandbox, package, fails=True)["msg"]


SHA256 = hashlib.sha256(CONTENT).hexdigest()


def test_a_package_that_iru_has_need_not_be_there(sandbox: SandboxProcess, package: Path) -> None:
    app(sandbox, package)
    package.unlink()
    again = app(sandbox, package, sha256=SHA256.upper())
    assert (again["changed"], again["uploaded"]) == (False, False)
    other = app(sandbox, package, sha256=SHA256.replace("a", "b"), fails=True)
    assert "cannot be read" in other["msg"]


def test_check_mode_knows_by_its_hash_a_package_that_is_not_there_yet(sandbox: SandboxProcess, package: Path) -> None:
    package.unlink()
    planned = app(sandbox, package, check=True, sha256=SHA256)
    assert (planned["uploaded"], planned["app"]["sha256"], planned["app"]["file_size"]) == (True, SHA256, None)
    package.write_bytes(CONTENT)
    made = app(sandbox, package, sha256=SHA256)
    assert (planned["writes"], planned["diff"]) == (made["writes"], made["diff"])
    newer = hashlib.sha256(CONTENT + b"newer").hexdigest()
    replaced = app(sandbox, package, check=True, sha256=newer)
    assert replaced["diff"]["after"] == {"package": {"sha256": newer}}
    package.write_bytes(CONTENT + b"newer")
    assert replaced["writes"] == app(sandbox, package, sha256=newer)["writes"]


def test_another_package_than_the_expected_one_is_refused(sandbox: SandboxProcess, package: Path) -> None:
    expected = hashlib.sha256(b"another").hexdigest()
    failed = app(sandbox, package, sha256=expected, fails=True)
    assert (failed["failure"]["kind"], failed["failure"]["sha256"]) == ("Refused", SHA256)
    assert expected in failed["msg"]
    assert "64 hexadecimal digits" in app(sandbox, package, sha256="30e1", fails=True)["msg"]
    assert written(sandbox) == []
