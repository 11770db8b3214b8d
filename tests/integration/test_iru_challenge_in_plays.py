"""A challenge in a play at its most talkative, inside the worker and as a module process: neither shows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.ansible_run import run_tasks
from tests.sandbox_process import SandboxProcess

MODULES = "okta_iru.attestation."
OLD_CHALLENGE = "oLd-cAnArY-8qWz"


def profile_with(sandbox: SandboxProcess, challenge: str) -> dict[str, Any]:
    """The task that puts a SCEP profile with this challenge into the Library."""
    payload = f"{{{{ '{sandbox.ready['scep_url']}' | okta_iru.attestation.scep_payload(challenge=challenge) }}}}"
    options = {"name": "Okta", "identifier": "com.example.okta", "payloads": [payload]}
    return {"name": "iru_custom_profile", MODULES + "iru_custom_profile": options, "vars": {"challenge": challenge}}


def defaults(sandbox: SandboxProcess) -> dict[str, Any]:
    ready = sandbox.ready
    connection = {"url": ready["iru_url"], "token": ready["iru_token"], "ca_file": ready["ca_file"]}
    return {"module_defaults": {"group/okta_iru.attestation.iru": connection}}


@pytest.mark.parametrize("in_process", [True, False])
def test_a_challenge_that_takes_the_place_of_another_is_not_shown(
    sandbox: SandboxProcess, tmp_path: Path, in_process: bool
) -> None:
    everything: dict[str, Any] = {"play": defaults(sandbox), "in_process": in_process, "diff": True, "verbosity": 4}
    before = profile_with(sandbox, OLD_CHALLENGE)
    run_tasks(tmp_path, [before], play=defaults(sandbox))
    challenge = sandbox.ready["scep_challenge"]
    run = run_tasks(tmp_path, [profile_with(sandbox, challenge)], **everything)
    assert run.changed() == ["iru_custom_profile"]
    assert "Challenge" in str(run.tasks[0].result["diff"])
    assert not [secret for secret in (challenge, sandbox.ready["iru_token"], OLD_CHALLENGE) if secret in run.output]


@pytest.mark.parametrize("in_process", [True, False])
def test_refused_options_show_no_secret(sandbox: SandboxProcess, tmp_path: Path, in_process: bool) -> None:
    task = profile_with(sandbox, OLD_CHALLENGE)
    task[MODULES + "iru_custom_profile"]["nme"] = "Okta"
    run = run_tasks(tmp_path, [task], play=defaults(sandbox), in_process=in_process, verbosity=4, fails=True)
    assert "Unsupported parameters" in run.only("iru_custom_profile").result["msg"]
    assert OLD_CHALLENGE not in run.output
