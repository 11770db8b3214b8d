"""How often the tasks of a play ask Okta for a token: once for each set of scopes, whatever the number of tasks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.ansible_run import AnsibleRun, run_tasks
from tests.sandbox_process import SandboxProcess

TOKEN = "/oauth2/v1/token"
GROUPS: dict[str, Any] = {"okta_iru.attestation.okta_group_info": {"groups": ["Everyone"]}, "loop": [1, 2, 3]}
FEATURES: dict[str, Any] = {"okta_iru.attestation.okta_feature_info": {}}


def play(folder: Path, sandbox: SandboxProcess, *tasks: dict[str, Any], **options: Any) -> AnsibleRun:
    ready = sandbox.ready
    app = {"client_id": ready["okta_client_id"], "private_key_file": ready["okta_private_key_file"]}
    org = {"url": ready["okta_url"], "ca_file": ready["ca_file"], **app}
    return run_tasks(folder, tasks, play={"module_defaults": {"group/okta_iru.attestation.okta": org}}, **options)


def asked(sandbox: SandboxProcess) -> list[int]:
    return [one["status"] for one in sandbox.requests("okta") if one["path"] == TOKEN]


@pytest.mark.parametrize(
    ("dpop", "statuses"),
    [(False, [200, 200]), (True, [400, 400, 200, 200])],  # the second set of scopes begins with a proof and its nonce
)
def test_one_token_for_all_tasks_that_need_the_same(
    tmp_path: Path, sandbox: SandboxProcess, dpop: bool, statuses: list[int]
) -> None:
    sandbox.settings(okta={"dpop_required": dpop})
    play(tmp_path, sandbox, GROUPS, FEATURES, GROUPS, FEATURES)
    assert asked(sandbox) == statuses
    assert sum(one["path"] == "/api/v1/groups" for one in sandbox.requests("okta")) == 6


def test_a_token_that_dies_is_renewed_for_all(tmp_path: Path, sandbox: SandboxProcess) -> None:
    sandbox.faults({"match": {"service": "okta", "path": "/api/v1/groups", "nth": 2}, "do": {"status": 401}})
    play(tmp_path, sandbox, GROUPS)
    assert asked(sandbox) == [200, 200]


def test_processes_have_nothing_in_common(tmp_path: Path, sandbox: SandboxProcess) -> None:
    play(tmp_path, sandbox, FEATURES, FEATURES, in_process=False)
    assert asked(sandbox) == [200, 200]
