"""A tenant on which all roles that write ran, one after the other, and what its Macs then have."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.ansible_run import AnsibleRun
from tests.integration import by_hand
from tests.integration.test_attestation import computers, iru
from tests.integration.test_roles_alone import imported, in_turn, play
from tests.sandbox_process import SandboxProcess

BLUEPRINT, HOST, EXTENSION = "Engineering", "acme.okta.example", "com.okta.mobile.auth-service-extension"
SSO, PSSO, PROMPT = "Okta FastPass SSO extension", "Okta Platform SSO", "Okta Verify prompt in browsers"
EDR, CONFIG, SCEP = "Okta Verify EDR plug-in", "Okta Verify settings", "Okta management attestation"
NAMES = (SSO, PSSO, PROMPT, EDR, CONFIG, SCEP)
ON_BLUEPRINT = {
    "scep_profile": {"url": "{scep_url}", "challenge": "{scep_challenge}"},
    "sso_extension": {"org": HOST, "platform_sso": True},
    "open_prompt": {"browsers": ["chrome", "edge", "firefox"], "auto_launch": True, "org": HOST},
    "endpoint_security": {"assurance": "Chrome on Macs", "assurance_signals": {"disk_encrypted": True}},
    "managed_app_config": {"org": HOST, "report_diagnostics": False},
}
OPTIONS = {
    **{role: {"blueprints": [BLUEPRINT], **options} for role, options in ON_BLUEPRINT.items()},
    "authentication_policy": {
        "position": "top",
        "groups": ["Desktop users"],
        "apps": ["Salesforce"],
        "simulate": "never",
    },
}


@dataclass(frozen=True)
class Converged:
    """The state of the sandbox, and ``on_macs`` of it."""

    state: dict[str, Any]
    macs: dict[str, dict[str, Any]]


def converge(folder: Path, sandbox: SandboxProcess) -> Converged:
    """Run the roles on an empty tenant and let its Macs check in."""
    sandbox.reset()
    run_role(folder, sandbox, *OPTIONS)
    macs = on_macs(sandbox)
    complete = [found for found in macs.values() if set(found["profiles"]) == set(NAMES)]
    assert len(complete) >= 3
    assert all(found["certificates"] == {SCEP} for found in complete)
    return Converged(sandbox.state(), macs)


def run_role(folder: Path, sandbox: SandboxProcess, *roles: str, **options: Any) -> AnsibleRun:
    """Roles, and nothing else, with their usual variables."""
    return play(sandbox, folder, [_with_usual(role, sandbox) for role in roles], **options)


def check_run_and_again(folder: Path, sandbox: SandboxProcess, role: str) -> list[AnsibleRun]:
    """A role with its usual variables: in check mode with the differences, for real, and for real once more."""
    usual = _with_usual(role, sandbox)
    return in_turn(sandbox, folder, [usual | {"check_mode": True, "diff": True}, usual, usual])


def _with_usual(role: str, sandbox: SandboxProcess) -> dict[str, Any]:
    """The task that runs a role with its usual variables."""
    given = {f"{role}_{name}": value for name, value in OPTIONS[role].items()}
    given = {name: v.format_map(sandbox.ready) if isinstance(v, str) else v for name, v in given.items()}
    return imported(role, given)


def on_macs(sandbox: SandboxProcess) -> dict[str, dict[str, Any]]:
    """Serial number to what a Mac has of our profiles after it checked in: payloads by name of the profile, and from
    which profiles it has certificates."""
    sandbox.tick(60)
    ours = {one["id"]: one["name"] for one in iru(sandbox, "GET", by_hand.PROFILES)["results"] if one["name"] in NAMES}
    return {
        computer["serial_number"]: {
            "profiles": {ours[key]: one["payloads"] for key, one in computer["profiles"].items() if key in ours},
            "certificates": {ours[one["profile_id"]] for one in computer["certificates"] if one["profile_id"] in ours},
        }
        for computer in computers(sandbox)
    }


def diffs(run: AnsibleRun) -> str:
    """What the changed tasks of a run show as their differences."""
    results = [one for task in run.tasks for one in task.result.get("results", [task.result])]
    return str([one["diff"] for one in results if one.get("changed")])
