"""Each role by itself in a play of one's own: what it needs, what it changes, and what its argument spec refuses."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ansible_run import ROOT, AnsibleRun, run_tasks
from tests.integration.playbook import attest, writes_sent, writes_told
from tests.sandbox_process import SandboxProcess

FQCN = "okta_iru.attestation."
ROLES = sorted(path.parent.name for path in (ROOT / "roles").glob("*/tasks"))
BLUEPRINTS = ["Engineering", "Sales", "Head Office"]
OPTIONAL = (
    "sso_extension",
    "okta_verify_macos",
    "windows_certificate",
    "okta_verify_windows",
    "open_prompt",
    "endpoint_security",
    "managed_app_config",
)
NEEDED = {
    "windows_certificate": {
        "windows_certificate_url": "{scep_url}",
        "windows_certificate_challenge": "{scep_challenge}",
        "windows_certificate_ca_file": "{ca_file}",
    },
    "endpoint_management": {
        "endpoint_management_scep_url": "{scep_url}",
        "endpoint_management_challenge": "{scep_challenge}",
        "endpoint_management_ca_file": "{ca_file}",
    },
    "scep_profile": {"scep_profile_url": "{scep_url}", "scep_profile_challenge": "{scep_challenge}"},
}
# As in the inventory of the sandbox, so that the playbook has done before what the role wants.
USUAL = {
    "preflight": {
        "preflight_blueprints": BLUEPRINTS,
        "preflight_groups": ["Desktop users"],
        "preflight_apps": ["Salesforce"],
    },
    "scep_profile": {"scep_profile_blueprints": BLUEPRINTS},
    "sso_extension": {"sso_extension_blueprints": BLUEPRINTS},
    "okta_verify_macos": {"okta_verify_macos_blueprints": BLUEPRINTS},
    "windows_certificate": {"windows_certificate_blueprints": BLUEPRINTS},
    "okta_verify_windows": {"okta_verify_windows_blueprints": BLUEPRINTS},
    "open_prompt": {"open_prompt_blueprints": BLUEPRINTS},
    "endpoint_security": {"endpoint_security_blueprints": BLUEPRINTS},
    "managed_app_config": {"managed_app_config_blueprints": BLUEPRINTS},
    "authentication_policy": {
        "authentication_policy_groups": ["Desktop users"],
        "authentication_policy_apps": ["Salesforce"],
    },
}
# On a tenant where no other role ran: how many requests write. Okta Verify of the App Store is assigned there already.
WRITES_OF_A_FIRST_RUN = {
    "scep_profile": 4,
    "authentication_policy": 3,
    **dict.fromkeys(OPTIONAL, 4),
    "okta_verify_macos": 0,
    "okta_verify_windows": 1,
    "windows_certificate": 3,
}

# What no conversion of Ansible makes a value of this type of. Text is left out, since anything becomes text.
_OVER = "The role is done"
WRONG: dict[str, Any] = {"int": "many", "bool": "perhaps", "list": {"a": "dictionary"}, "dict": "text"}


def variables(role: str, ready: dict[str, Any]) -> dict[str, Any]:
    """What this role needs and usually gets."""
    needed = {name: value.format_map(ready) for name, value in NEEDED.get(role, {}).items()}
    return {**needed, **USUAL.get(role, {})}


def imported(role: str, values: dict[str, Any]) -> dict[str, Any]:
    """The task that runs a role."""
    return {"name": role, "ansible.builtin.import_role": {"name": FQCN + role}, "vars": values}


def play(sandbox: SandboxProcess, folder: Path, tasks: list[dict[str, Any]], **options: Any) -> AnsibleRun:
    """Run tasks in a play that tells the connections by ``module_defaults``, and nothing else."""
    ready = sandbox.ready
    defaults = {
        f"group/{FQCN}{vendor}": {
            "url": ready[f"{vendor}_url"],
            "token": ready[f"{vendor}_token"],
            "ca_file": ready["ca_file"],
        }
        for vendor in ("okta", "iru")
    }
    sandbox.clear_requests()
    return run_tasks(folder, tasks, play={"module_defaults": defaults}, **options)


def in_turn(sandbox: SandboxProcess, folder: Path, tasks: list[dict[str, Any]], **options: Any) -> list[AnsibleRun]:
    """What each of these tasks, which run roles, gave in one play: cheaper than a run for each of them.

    The request log has the requests of all. A task with ``check_mode`` does not change the variable ansible_check_mode.
    """
    over = {"name": _OVER, "ansible.builtin.debug": {}}
    run = play(sandbox, folder, [one for task in tasks for one in (task, over)], **options)
    parts = [[*part] for is_over, part in groupby(run.tasks, lambda one: one.task == _OVER) if not is_over]
    return [AnsibleRun(run.returncode, run.output, part) for part in parts]


@pytest.fixture(scope="module")
def converged_state(sandbox_process: SandboxProcess, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The state of a sandbox on which the playbook ran two hours ago, with all that is optional."""
    sandbox_process.reset()
    switches = {f"attestation_{role}": True for role in OPTIONAL}
    usual = {name: value for role in OPTIONAL for name, value in USUAL[role].items()}
    attest(tmp_path_factory.mktemp("first"), sandbox_process, variables={**switches, **usual})
    sandbox_process.tick(120)
    return sandbox_process.state()


@pytest.mark.parametrize("role", [role for role in ROLES if role != "verify"])
def test_on_an_empty_tenant(tmp_path: Path, sandbox: SandboxProcess, role: str) -> None:
    task = imported(role, variables(role, sandbox.ready))
    planned = play(sandbox, tmp_path / "check", [task], check=True, diff=True)
    assert writes_sent(sandbox) == []
    first, again = in_turn(sandbox, tmp_path / "real", [task, task])
    assert len(writes_sent(sandbox)) == WRITES_OF_A_FIRST_RUN.get(role, 0)
    assert writes_told(first) == writes_sent(sandbox)
    assert len(writes_told(planned)) == len(writes_told(first))
    assert planned.changed() == first.changed()
    assert again.changed() == []


def test_verify_on_an_empty_tenant_says_that_there_is_nothing_to_verify(
    tmp_path: Path, sandbox: SandboxProcess
) -> None:
    run = play(sandbox, tmp_path, [imported("verify", {})], fails=True)
    assert "Okta management attestation" in run.tasks[-1].result["msg"]
    assert writes_sent(sandbox) == []


def test_on_a_converged_tenant(tmp_path: Path, sandbox: SandboxProcess, converged_state: dict[str, Any]) -> None:
    sandbox.load_state(converged_state)
    run = play(sandbox, tmp_path, [imported(role, variables(role, sandbox.ready)) for role in ROLES])
    assert (run.changed(), writes_sent(sandbox)) == ([], [])
    asking = {one.task.split(" : ")[0] for one in run.tasks if one.action.startswith(FQCN) and one.status == "ok"}
    assert asking == {FQCN + role for role in ROLES if role != "teardown"}, "teardown goes by the record"


def test_verify_reports_and_waits(tmp_path: Path, sandbox: SandboxProcess, converged_state: dict[str, Any]) -> None:
    sandbox.load_state(converged_state)
    run = play(sandbox, tmp_path, [imported("verify", {"verify_wait": 5, "verify_minimum_managed": 80})])
    report = run.only(f"{FQCN}verify : Report").result["verify_report"]
    assert report["in_scope"] == report["profile_installed"] == 17
    macs, pcs = 17, 3
    assert report["certificates_issued"] == 2 * macs + pcs, "the native SCEP item enrols Macs as well"
    assert report["managed"] + len(report["awaiting_sign_in"]) == 17


@pytest.mark.parametrize("role", ROLES)
def test_the_argument_spec_refuses_other_types_and_choices(tmp_path: Path, sandbox: SandboxProcess, role: str) -> None:
    options = role_options(role)
    good = variables(role, sandbox.ready)
    cases = [(name, {**good, name: value}) for name, value in _wrong_values(options)]
    cases += [
        (name, {key: value for key, value in good.items() if key != name})
        for name, option in options.items()
        if option.get("required")
    ]
    assert cases, f"nothing of {role} can be refused"
    tasks = [
        {"block": [imported(role, values)], "rescue": [{"name": name, "ansible.builtin.debug": {"msg": "refused"}}]}
        for name, values in cases
    ]
    run = play(sandbox, tmp_path / "rescued", tasks)
    refused = [task for task in run.tasks if "Validating arguments" in task.task]
    assert [task.status for task in refused] == ["failed"] * len(cases)
    assert [task.task for task in run.tasks if task.result.get("msg") == "refused"] == [name for name, _ in cases]
    for (name, _values), task in zip(cases, refused, strict=True):
        assert name in str(task.result["argument_errors"])
    assert sandbox.requests() == []


def test_what_the_argument_spec_refuses_ends_the_run(tmp_path: Path, sandbox: SandboxProcess) -> None:
    play(sandbox, tmp_path, [imported("scep_profile", {"scep_profile_blueprints": BLUEPRINTS})], fails=True)
    assert sandbox.requests() == []


def role_options(role: str) -> dict[str, dict[str, Any]]:
    """What the argument spec of a role says of its variables."""
    text = (ROOT / "roles" / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text)["argument_specs"]["main"]["options"])


def _wrong_values(options: dict[str, dict[str, Any]]) -> list[tuple[str, Any]]:
    wrong = [(name, WRONG[option["type"]]) for name, option in options.items() if option["type"] in WRONG]
    for name, option in options.items():
        if "choices" in option:
            wrong.append((name, ["nonsense"] if option["type"] == "list" else "nonsense"))
    return wrong


@pytest.mark.parametrize("role", ROLES)
def test_defaults_are_those_of_the_argument_spec(role: str) -> None:
    text = (ROOT / "roles" / role / "defaults" / "main.yml").read_text(encoding="utf-8")
    documented = {name: option["default"] for name, option in role_options(role).items() if "default" in option}
    assert yaml.safe_load(text) == documented
    assert all(name.startswith(f"{role}_") for name in role_options(role))
