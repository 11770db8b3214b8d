"""Every Iru module in a play, inside the worker and as a process of its own: the same results, the same silence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.ansible_run import AnsibleRun, run_tasks
from tests.sandbox_process import SandboxProcess

MODULES = "okta_iru.attestation."
OLD_CHALLENGE = "oLd-cAnArY-8qWz"


def tasks(sandbox: SandboxProcess, challenge: str) -> list[dict[str, Any]]:
    payload = f"{{{{ '{sandbox.ready['scep_url']}' | okta_iru.attestation.scep_payload(challenge=challenge) }}}}"
    item, blueprint = "{{ profile.profile.id }}", "{{ blueprint.blueprint.id }}"
    steps: list[tuple[str, dict[str, Any]]] = [
        ("iru_blueprint", {"name": "Pilot", "description": "first wave"}),
        ("iru_custom_profile", {"name": "Okta", "identifier": "com.example.okta", "payloads": [payload]}),
        ("iru_library_assignment", {"library_item": item, "blueprints": [blueprint, "Engineering"]}),
        ("iru_blueprint_info", {"library_items": True}),
        ("iru_library_item_info", {"library_item": item, "blueprints": [blueprint, "Engineering"]}),
        ("iru_device_info", {"blueprint": "Engineering", "status_of": item}),
    ]
    return [
        {"name": name, MODULES + name: options, "register": name.removeprefix("iru_").removeprefix("custom_")}
        | {"vars": {"challenge": challenge}}
        for name, options in steps
    ]


def defaults(sandbox: SandboxProcess) -> dict[str, Any]:
    ready = sandbox.ready
    connection = {"url": ready["iru_url"], "token": ready["iru_token"], "ca_file": ready["ca_file"]}
    return {"module_defaults": {"group/okta_iru.attestation.iru": connection}}


def play(sandbox: SandboxProcess, folder: Path, challenge: str, **options: Any) -> AnsibleRun:
    return run_tasks(folder, tasks(sandbox, challenge), play=defaults(sandbox), diff=True, **options)


def results(run: AnsibleRun) -> dict[str, dict[str, Any]]:
    return {task.task: {key: value for key, value in task.result.items() if key != "invocation"} for task in run.tasks}


def start(sandbox: SandboxProcess, folder: Path) -> dict[str, Any]:
    """A tenant that has the profile with another challenge; returns its state."""
    play(sandbox, folder, OLD_CHALLENGE)
    sandbox.tick(60)
    return sandbox.state()


def test_both_ways_give_the_same_and_show_no_secret(sandbox: SandboxProcess, tmp_path: Path) -> None:
    state = start(sandbox, tmp_path / "start")
    challenge, token = sandbox.ready["scep_challenge"], sandbox.ready["iru_token"]
    seen = {}
    for in_process in (True, False):
        sandbox.load_state(state)
        folder = tmp_path / str(in_process)
        planned = play(sandbox, folder, challenge, in_process=in_process, check=True, verbosity=4)
        real = play(sandbox, folder, challenge, in_process=in_process, verbosity=4)
        again = play(sandbox, folder, challenge, in_process=in_process)
        assert again.changed() == []
        for run in (planned, real, again):
            assert not [secret for secret in (challenge, token, OLD_CHALLENGE) if secret in run.output]
        seen[in_process] = [results(run) for run in (planned, real, again)]
        assert seen[in_process][0]["iru_custom_profile"]["diff"] == seen[in_process][1]["iru_custom_profile"]["diff"]
        assert real.changed() == planned.changed() == ["iru_custom_profile"]
    assert _without_new_values(seen[True]) == _without_new_values(seen[False])


@pytest.mark.parametrize("in_process", [True, False])
def test_refused_options_show_no_secret(sandbox: SandboxProcess, tmp_path: Path, in_process: bool) -> None:
    options = tasks(sandbox, OLD_CHALLENGE)[1]
    options[MODULES + "iru_custom_profile"]["nme"] = "Okta"
    run = run_tasks(tmp_path, [options], play=defaults(sandbox), in_process=in_process, verbosity=4, fails=True)
    assert "Unsupported parameters" in run.only("iru_custom_profile").result["msg"]
    assert OLD_CHALLENGE not in run.output


def _without_new_values(value: Any) -> Any:
    """Results without what Iru makes up at each write, and the times of it."""
    if isinstance(value, dict):
        made_up = ("payload_uuid", "updated_at", "reported_at")
        return {key: _without_new_values(item) for key, item in value.items() if key not in made_up}
    return [_without_new_values(item) for item in value] if isinstance(value, list) else value
