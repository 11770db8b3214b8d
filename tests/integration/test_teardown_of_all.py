"""All that attestation.yml can make on one tenant is taken away again: the whole state is as before the first run."""

from __future__ import annotations

import copy
import fnmatch
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.playbook import attest, writes_sent, writes_told
from tests.integration.test_attestation import computers, iru, okta
from tests.integration.test_teardown import MEANT, configuration, teardown
from tests.sandbox_process import SandboxProcess

ROLES = (
    "sso_extension",
    "okta_verify_macos",
    "windows_certificate",
    "okta_verify_windows",
    "open_prompt",
    "endpoint_security",
    "managed_app_config",
)
# What no API takes back, by place in the sandbox's state.
TRACES = {
    "/okta/logs": "the System Log",
    "/iru/audit_events": "Iru's audit log",
    "/iru/item_activity/*": "the activity of Library items, those that are gone included",
    "/iru/statuses/*": "what devices reported of an item that was assigned for a while",
    "/iru/reserved_uploads/*": "names of uploads that were given out",
    "/uploads/objects/*": "packages that were uploaded; Iru has no call that removes one",
    "/okta/*/lastUpdated": "when an object was written last",
    "/okta/*/lastUpdate": "the same",
    "/iru/*/updated_at": "the same",
    "/sandbox/draws": "a counter of the sandbox, from which ids come",
    "/iru/last_row_id": "the same",
}


def everything(tmp_path: Path) -> dict[str, Any]:
    """Variables that switch on all tasks, each as far as it goes together with the others."""
    return {
        **{f"attestation_{role}": True for role in ROLES},
        **{f"{role}_blueprints": ["Engineering"] for role in ROLES},
        "sso_extension_platform_sso": True,
        "okta_verify_macos_route": "package",
        "okta_verify_macos_folder": str(tmp_path / "packages"),
        # The secret key of the sandbox has characters that Windows cannot encode.
        "windows_certificate_challenge": "Windows0can1encode2this3secret4key",
        "okta_verify_windows_blueprints": ["Engineering", "Sales", "Head Office"],
        "endpoint_security_assurance": "Signals of Chrome",
        "endpoint_security_assurance_signals": {"os_firewall": True},
    }


def differing(one: Any, other: Any, path: str = "") -> Iterator[str]:
    """The places where two states differ, the deepest that both have."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted({*one, *other}):
            place = f"{path}/{key}"
            yield from differing(one[key], other[key], place) if key in one and key in other else (place,)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, pair in enumerate(zip(one, other, strict=True)):
            yield from differing(*pair, f"{path}/{index}")
    elif one != other:
        yield path


def left_over(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """The places that differ and that nobody has to expect."""
    return [
        place for place in differing(before, after) if not any(fnmatch.fnmatchcase(place, trace) for trace in TRACES)
    ]


@pytest.fixture
def lived_in(sandbox: SandboxProcess) -> SandboxProcess:
    """A tenant whose integration is off yet, and on which others have things of their own of every kind."""
    (found,) = [
        one
        for one in okta(sandbox, "GET", "/api/v1/device-integrations")
        if (one["name"], one["platform"]) == ("com.crowdstrike.zta", "MACOS")
    ]
    if found["status"] == "ACTIVE":
        okta(sandbox, "POST", f"/api/v1/device-integrations/{found['id']}/lifecycle/deactivate")
    policy = okta(sandbox, "POST", "/api/v1/policies", {"name": "By hand", "type": "ACCESS_POLICY"})
    actions = {"appSignOn": {"access": "ALLOW", "verificationMethod": {"type": "ASSURANCE", "factorMode": "1FA"}}}
    rule = {"type": "ACCESS_POLICY", "name": "By hand", "actions": actions}
    okta(sandbox, "POST", f"/api/v1/policies/{policy['id']}/rules", rule)
    okta(
        sandbox,
        "POST",
        "/api/v1/device-assurances",
        {"name": "By hand", "platform": "MACOS", "secureHardwarePresent": True},
    )
    script = {"name": "By hand", "script": "#!/bin/zsh", "execution_frequency": "once"}
    made = iru(sandbox, "POST", "/api/v1/library/custom-scripts", json=script)
    (blueprint,) = [one for one in iru(sandbox, "GET", "/api/v1/blueprints")["results"] if one["name"] == "Engineering"]
    path = f"/api/v1/blueprints/{blueprint['id']}/assign-library-item"
    iru(sandbox, "POST", path, json={"library_item_id": made["id"]})
    return sandbox


def test_the_whole_state_is_as_before_the_first_run(tmp_path: Path, lived_in: SandboxProcess) -> None:
    sandbox, variables = lived_in, everything(tmp_path)
    before = sandbox.state()
    first = attest(tmp_path / "first", sandbox, variables=variables)
    made = {task.split(" : ")[0].rpartition(".")[2] for task in first.changed()}
    assert made == {"scep_profile", "authentication_policy", *ROLES}, "each of them made something"
    assert len(left_over(before, sandbox.state())) > 10
    checked = teardown(tmp_path / "check", sandbox, check=True, diff=True)
    assert writes_sent(sandbox) == []
    run = teardown(tmp_path / "teardown", sandbox, variables=MEANT)
    assert writes_told(checked) == writes_told(run) == writes_sent(sandbox)
    assert left_over(before, sandbox.state()) == []
    again = teardown(tmp_path / "again", sandbox, variables=MEANT)
    assert (again.changed(), sandbox.requests()) == ([], []), "nothing is recorded any more"
    restored = attest(tmp_path / "restored", sandbox, variables=variables)
    assert restored.changed() == first.changed()


def test_computers_that_used_it_lose_it(tmp_path: Path, lived_in: SandboxProcess) -> None:
    sandbox = lived_in
    before = configuration(sandbox)
    items = [copy.deepcopy(one["profiles"]) for one in computers(sandbox)]
    attest(tmp_path / "first", sandbox, variables=everything(tmp_path))
    for _hour in range(3):
        sandbox.tick(60)
    assert [one["profiles"] for one in computers(sandbox)] != items
    run = teardown(tmp_path / "teardown", sandbox, variables=MEANT)
    assert writes_told(run) == writes_sent(sandbox)
    assert configuration(sandbox) == before
    sandbox.tick(60)
    assert [one["profiles"] for one in computers(sandbox)] == items
    assert not [one for one in computers(sandbox) if one["certificates"]]
