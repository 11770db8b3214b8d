"""`iru_custom_script` against the sandbox."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils import _http
from ansible_collections.okta_iru.attestation.plugins.modules import iru_custom_script

from tests.integration.iru_runs import run, written
from tests.sandbox_process import SandboxProcess

SCRIPTS = "/api/v1/library/custom-scripts"
SHOWN = {"show_in_self_service": True, "self_service_category": "Utilities"}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_http, "_backoff", lambda attempt: 0.0)


def script(sandbox: SandboxProcess, **options: Any) -> dict[str, Any]:
    usual = {"name": "Report", "script": "#!/bin/sh\necho fine\n", "execution_frequency": "every_day"}
    given = {key: value for key, value in (usual | options).items() if value is not None}
    return run(sandbox, iru_custom_script, **given)


def stored(sandbox: SandboxProcess) -> dict[str, Any]:
    scripts = sandbox.state()["iru"]["custom_scripts"].values()
    (found,) = [one for one in scripts if one["name"] == "Report"]
    return dict(found)


def category(sandbox: SandboxProcess, name: str) -> str:
    categories = sandbox.state()["iru"]["self_service_categories"]
    return str(next(one["id"] for one in categories if one["name"] == name))


@pytest.mark.parametrize("trimmed", ["end", "both", "none"])
def test_a_script_is_written_once(sandbox: SandboxProcess, trimmed: str) -> None:
    sandbox.settings(iru={"scripts_trimmed": trimmed})
    planned = script(sandbox, check=True)
    assert written(sandbox) == []
    made = script(sandbox)
    assert planned["writes"] == made["writes"] == written(sandbox)
    assert planned["diff"] == made["diff"]
    assert (stored(sandbox)["script"], stored(sandbox)["active"]) == ("#!/bin/sh\necho fine", True)
    sandbox.clear_requests()
    assert not script(sandbox)["changed"]
    assert [one["method"] for one in sandbox.requests()] == ["GET"]


def test_only_what_differs_is_sent(sandbox: SandboxProcess) -> None:
    made = script(sandbox)["script"]
    changed = script(sandbox, remediation_script="exit 0", execution_frequency="once")
    assert changed["diff"]["after"] == {"remediation_script": "exit 0", "execution_frequency": "once"}
    assert changed["writes"] == [{"method": "PATCH", "path": f"{SCRIPTS}/{made['id']}"}]
    assert script(sandbox, remediation_script="", execution_frequency=None)["diff"]["after"] == {
        "remediation_script": ""
    }
    renamed = run(sandbox, iru_custom_script, id=made["id"], name="Report 2")
    assert (renamed["script"]["name"], renamed["script"]["script"]) == ("Report 2", made["script"])


def test_what_cannot_be_read_back_is_sent_with_what_changes(sandbox: SandboxProcess) -> None:
    script(sandbox)
    assert script(sandbox, **SHOWN)["changed"]
    assert stored(sandbox)["self_service_category_id"] == category(sandbox, "Utilities")
    assert not script(sandbox, **SHOWN)["changed"]
    moved = {**SHOWN, "self_service_category": "Security"}
    assert not script(sandbox, **moved)["changed"], "Iru does not tell the category, so nothing is seen to differ"
    assert script(sandbox, **moved, resend_self_service=True)["changed"]
    assert stored(sandbox)["self_service_category_id"] == category(sandbox, "Security")


def test_a_tenant_that_tells_the_category_has_it_compared(sandbox: SandboxProcess) -> None:
    sandbox.settings(iru={"script_category_shown": True})
    script(sandbox, **SHOWN)
    moved = {**SHOWN, "self_service_category": "Security"}
    assert list(script(sandbox, **moved)["diff"]["after"]) == ["self_service_category_id"]
    assert not script(sandbox, **moved)["changed"]


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "not enforced and not shown": ({"execution_frequency": "no_enforcement"}, "show_in_self_service: Required"),
    "shown without a category": ({"show_in_self_service": True}, "self_service_category_id: Required"),
    "recommended and not shown": ({"self_service_recommended": True}, "is for what is shown"),
    "no script": ({"script": None}, "give script to create it"),
    "no frequency": ({"execution_frequency": None}, "give execution_frequency to create it"),
    "an empty script": ({"script": "\n"}, "may not be blank"),
    "no such file": ({"script": None, "script_file": "/nowhere"}, "/nowhere cannot be read"),
    "no text": ({"script": None, "script_file": "/bin/true"}, "no text in UTF-8"),
    "an id that is not there": (
        {"id": "6d5b7a52-32a8-4b6a-9f0b-3f5f4f1f0f11"},
        "There is no custom script with the id",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_work_is_refused_before_anything_is_sent(sandbox: SandboxProcess, case: str) -> None:
    options, says = REFUSED[case]
    assert says in script(sandbox, fails=True, **options)["msg"]
    assert written(sandbox) == []


def test_line_ends_of_windows_are_a_warning(sandbox: SandboxProcess, tmp_path: Path) -> None:
    path = tmp_path / "script.sh"
    path.write_bytes(b"#!/bin/sh\r\necho fine\r\n")
    options = {"script": None, "script_file": str(path)}
    assert "line ends of Windows" in script(sandbox, **options)["warnings"][0]
    assert not script(sandbox, **options)["changed"]


FAULTS = [{"close": "before"}, {"close": "after"}, {"status": 503}, {"status": 503, "effect": True}, {"truncate": True}]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_write_that_breaks_off_happens_once(sandbox: SandboxProcess, fault: dict[str, Any]) -> None:
    for method, path, options in [
        ("POST", SCRIPTS, {}),
        ("PATCH", f"{SCRIPTS}/*", {"restart": True}),
        ("DELETE", f"{SCRIPTS}/*", {"state": "absent"}),
    ]:
        sandbox.faults({"match": {"service": "iru", "method": method, "path": path}, "do": fault})
        assert script(sandbox, **options)["changed"], (method, path)
        sandbox.clear_faults()
        assert not script(sandbox, **options)["changed"], (method, path)
    actions = [one["action"] for one in sandbox.state()["iru"]["audit_events"] if one["actor_type"] == "api_token"]
    assert actions == ["create", "update", "delete"]


def test_macs_run_it_and_its_status_says_what_it_printed(sandbox: SandboxProcess) -> None:
    made = script(sandbox)["script"]
    state = sandbox.state()
    for blueprint in state["iru"]["blueprints"].values():
        blueprint["nodes"][0]["items"].append(made["id"])
    devices = [one for one in state["iru"]["devices"].values() if one["platform"] == "Mac"]
    row = {"id": 1, "status": "PENDING", "reported_at": None, "log": None, "last_audit_run": None}
    row |= {"last_audit_log": None, "control_log": None, "control_reported_at": None}
    state["iru"]["statuses"][made["id"]] = {one["device_id"]: dict(row) for one in devices}
    sandbox.load_state(state)
    sandbox.tick(15)
    rows = sandbox.state()["iru"]["statuses"][made["id"]].values()
    assert {one["last_audit_log"] for one in rows} == {"fine", None}
    assert {one["status"] for one in rows} == {"PASS", "PENDING"}
