"""No secret is in anything that a run leaves behind, whatever happens to it, however talkative it is."""

from __future__ import annotations

import base64
import json
import re
import secrets
import socket
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

import pytest

from tests.ansible_run import ROOT, AnsibleRun
from tests.integration.playbook import attest, inventory_with
from tests.sandbox_process import SandboxProcess

SECRETS = ("okta_token", "iru_token", "scep_challenge")
ONCE = {"okta_retries": 0, "iru_retries": 0}
# A JWT, or what follows the name of a scheme in Authorization.
CREDENTIAL = re.compile(r"eyJ[\w-]{10,}\.[\w-]+|(SSWS|Bearer|DPoP) [\w.~+/-]{20,}")


def spellings(secret: str) -> set[bytes]:
    """The forms in which a secret could stand in text."""
    forms = {secret, quote(secret, safe=""), json.dumps(secret)[1:-1], escape(secret)}
    encoded = {base64.b64encode(secret.encode()), base64.urlsafe_b64encode(secret.encode())}
    return {form.encode() for form in forms} | encoded


def assert_nowhere(values: list[str], output: str, folder: Path) -> None:
    """Neither in the output of a run nor in any file that it left."""
    needles = {form for value in values for form in spellings(value)}
    places = {"output": output.encode()}
    places |= {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert any(name.endswith("ansible.log") for name in places)
    found = sorted({name for name, text in places.items() for needle in needles if needle in text})
    assert not found, f"a secret stands in: {', '.join(found)}"


def talkative(folder: Path) -> dict[str, str]:
    """Everything on that makes Ansible say more."""
    folder.mkdir(parents=True, exist_ok=True)
    return {"ANSIBLE_LOG_PATH": str(folder / "ansible.log"), "ANSIBLE_DISPLAY_TRACEBACK": "always"}


def assert_no_credential(output: str, folder: Path) -> None:
    """No access token, assertion or proof, whose values a test cannot know: nothing of their form."""
    texts = [output, *(path.read_text("utf-8", "replace") for path in folder.rglob("*") if path.is_file())]
    assert not [found[0][:20] for text in texts if (found := CREDENTIAL.search(text))]


def closed_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


FAULTS: dict[str, dict[str, Any]] = {
    "server error": {"status": 500, "times": 0},
    "rate limit": {"status": 429, "retry_after": 4000},
    "cut body": {"truncate": True},
    "closed connection": {"close": "before"},
    "foreign next link": {"next_host": "elsewhere.example"},
}
# With the other way to sign in: what says an answer, and what says there is none.
IRU_TOO = ["server error", "closed connection"]


def test_first_run_check_and_second_run_tell_no_secret(tmp_path: Path, sandbox: SandboxProcess) -> None:
    values = [sandbox.ready[name] for name in SECRETS]
    for name, check in (("check", True), ("first", False), ("second", False)):
        run = _talk(tmp_path / name, sandbox, check=check)
        assert_nowhere(values, run.output, tmp_path / name)


def test_module_processes_tell_no_secret_and_leave_no_file(tmp_path: Path, sandbox: SandboxProcess) -> None:
    run = _talk(tmp_path, sandbox, in_process=False)
    assert_nowhere([sandbox.ready[name] for name in SECRETS], run.output, tmp_path)
    assert str(ROOT) in run.output, "the run shows where it read from"
    left = [path for folder in ("local", "remote") for path in (tmp_path / folder).rglob("*") if path.is_file()]
    assert left == []


def _talk(folder: Path, sandbox: SandboxProcess, **options: Any) -> AnsibleRun:
    """A run of the whole playbook that says all it can."""
    return attest(folder, sandbox, diff=True, verbosity=4, environment=talkative(folder), **options)


@pytest.mark.parametrize(
    ("task", "fault"),
    [*(("authentication_policy", fault) for fault in FAULTS), *(("scep_profile", fault) for fault in IRU_TOO)],
)
def test_a_failing_run_tells_no_secret(tmp_path: Path, sandbox: SandboxProcess, task: str, fault: str) -> None:
    action = dict(FAULTS[fault])
    match = {"path": "/api/v1/*", "times": action.pop("times", 0)}
    sandbox.faults({"match": match, "do": action})
    run = attest(
        tmp_path / "run",
        sandbox,
        diff=True,
        verbosity=4,
        environment=talkative(tmp_path / "run"),
        arguments=["--tags", task],
        variables=ONCE,
        fails=fault != "foreign next link",
    )
    assert_nowhere([sandbox.ready[name] for name in SECRETS], run.output, tmp_path / "run")


@pytest.mark.parametrize("in_process", [True, False], ids=["in the worker", "as processes"])
def test_wrong_tokens_and_closed_doors_tell_no_secret(
    tmp_path: Path, sandbox: SandboxProcess, in_process: bool
) -> None:
    wrong = {name: f"canary-{secrets.token_urlsafe(16)}" for name in SECRETS}
    refused = {"okta_url": f"https://127.0.0.1:{closed_port()}", "iru_url": f"https://127.0.0.1:{closed_port()}"}
    for name, variables in (("wrong", wrong), ("refused", {**wrong, **refused})):
        folder = tmp_path / name
        run = attest(
            folder,
            sandbox,
            inventory=inventory_with(tmp_path / "inventories" / name, sandbox, **variables),
            verbosity=4,
            in_process=in_process,
            environment=talkative(folder),
            variables=ONCE,
            fails=True,
        )
        assert_nowhere(list(wrong.values()), run.output, folder)


@pytest.mark.parametrize("in_process", [True, False], ids=["in the worker", "as processes"])
@pytest.mark.parametrize("refused", [False, True])
def test_a_service_app_tells_neither_key_nor_token(
    tmp_path: Path, sandbox: SandboxProcess, refused: bool, in_process: bool
) -> None:
    sandbox.settings(okta={"dpop_required": True, "oauth_role": [] if refused else None})
    key = Path(sandbox.ready["okta_private_key_file"]).read_text(encoding="utf-8")
    app = {"okta_token": None, "okta_client_id": sandbox.ready["okta_client_id"], "okta_private_key": key}
    run = attest(
        tmp_path / "run",
        sandbox,
        inventory=inventory_with(tmp_path / "inventory", sandbox, **app),
        diff=True,
        verbosity=4,
        in_process=in_process,
        environment=talkative(tmp_path / "run"),
        arguments=["--tags", "preflight,authentication_policy"],
        variables=ONCE,
        fails=refused,
    )
    lines = [line for line in key.splitlines() if "KEY" not in line]
    assert_nowhere(lines, run.output, tmp_path / "run")
    assert_no_credential(run.output, tmp_path / "run")
