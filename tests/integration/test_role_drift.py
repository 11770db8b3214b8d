"""Each role after somebody changed a setting by hand: shown by --check --diff, repaired with the least writes.

Before each case a tenant on which all roles ran is put back. The change is told by requests of the consoles' API; what
Macs have of it, and have after the repair, is read from the simulated computers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.integration import by_hand
from tests.integration.converged_tenant import (
    BLUEPRINT,
    CONFIG,
    EDR,
    EXTENSION,
    OPTIONS,
    PROMPT,
    PSSO,
    SCEP,
    SSO,
    Converged,
    check_run_and_again,
    converge,
    diffs,
    on_macs,
    run_role,
)
from tests.integration.playbook import writes_sent, writes_told
from tests.integration.test_attestation import same_but_for_planned_ids
from tests.integration.test_roles_alone import FQCN
from tests.sandbox_process import SandboxProcess

# How many requests a run sends that finds nothing to change.
REQUESTS = {
    "scep_profile": 3,
    "sso_extension": 4,
    "open_prompt": 3,
    "endpoint_security": 5,
    "managed_app_config": 3,
    "authentication_policy": 6,
}
PATCH = ("PATCH", "/api/v1/library/custom-profiles/ID")
ASSIGN = ("POST", "/api/v1/blueprints/ID/assign-library-item")


@dataclass(frozen=True)
class Drift:
    """One change by hand: ``tasks`` repair it by ``writes``, and the diff of the check shows ``shown``."""

    role: str
    change: by_hand.Change
    tasks: list[str]
    shown: str
    writes: list[tuple[str, str]] = field(default_factory=lambda: [PATCH])
    on_macs: bool = True
    # At most so many more than a run without drift; of policies it is also asked which of them the Admin Console has.
    requests: int = 1


def first(**changes: Any) -> Any:
    """An edit of the first payload."""
    return lambda payloads: payloads[0].update(changes)


ASSIGN_IT, ASSIGN_THEM = "Assign it to the Blueprints", "Assign them to the Blueprints"
PUT_SSO, PUT_PSSO = "Put the SSO extension of FastPass into the Library", "Put Platform SSO into the Library"
PUT_PROMPT = "Put the policies of browsers into the Library"
PUT_EDR, PUT_CONFIG = "Put the plug-in into the Library", "Put the settings of Okta Verify into the Library"
PUT_SCEP, RULE_TASK = "Put the SCEP profile into the Library", "Have the rule for managed computers"
NO_BOX = {"ExternalProtocolDialogShowAlwaysOpenCheckbox": False}
RULE_PATH = "/api/v1/policies/ID/rules/ID"

DRIFTS = {
    "a host taken out": Drift(
        "sso_extension", by_hand.payload(SSO, first(Hosts=["other.example"])), [PUT_SSO], "other.example"
    ),
    "FastPass inactive": Drift("sso_extension", by_hand.fields(SSO, active="false"), [PUT_SSO], "active"),
    "FastPass off its Blueprint": Drift(
        "sso_extension", by_hand.taken_off(SSO, BLUEPRINT), [ASSIGN_THEM], BLUEPRINT, [ASSIGN]
    ),
    "FastPass removed": Drift(
        "sso_extension",
        by_hand.removed(SSO),
        [PUT_SSO, ASSIGN_THEM],
        "Okta Device",
        [("POST", "/api/v1/library/custom-profiles"), ASSIGN],
        requests=4,  # Prism and one listing more
    ),
    "a setting of Platform SSO": Drift(
        "sso_extension",
        by_hand.payload(PSSO, lambda payloads: payloads[1]["PlatformSSO"].update(UseSharedDeviceKeys=False)),
        [PUT_PSSO],
        "UseSharedDeviceKeys",
    ),
    "domains of Platform SSO": Drift(
        "sso_extension",
        by_hand.payload(PSSO, lambda payloads: payloads[0]["Configuration"].pop()),
        [PUT_PSSO],
        "B7F62B65BN.com.okta.mobile",
    ),
    "the box gone and the profile inactive": Drift(
        "open_prompt", by_hand.payload(PROMPT, first(**NO_BOX), active="false"), [PUT_PROMPT], "active"
    ),
    "a policy more in Firefox": Drift(
        "open_prompt",
        by_hand.payload(PROMPT, lambda payloads: payloads[2].update(DisableTelemetry=True)),
        [PUT_PROMPT],
        "DisableTelemetry",
    ),
    "the prompt for iPads too": Drift(
        "open_prompt", by_hand.fields(PROMPT, runs_on_ipad="true"), [PUT_PROMPT], "runs_on_ipad", on_macs=False
    ),
    "the prompt off its Blueprint": Drift(
        "open_prompt", by_hand.taken_off(PROMPT, BLUEPRINT), [ASSIGN_THEM], BLUEPRINT, [ASSIGN]
    ),
    "the location of the plug-in": Drift(
        "endpoint_security",
        by_hand.payload(EDR, lambda payloads: payloads[1]["com.crowdstrike.zta"].update(location="/tmp/x.zta")),  # noqa: S108
        [PUT_EDR],
        "/tmp/x.zta",  # noqa: S108
    ),
    "the plug-in in one domain only": Drift(
        "endpoint_security", by_hand.payload(EDR, lambda payloads: payloads.pop()), [PUT_EDR], EXTENSION
    ),
    "the integration deactivated": Drift(
        "endpoint_security",
        by_hand.integration_off("com.crowdstrike.zta", "MACOS"),
        ["Activate the integrations in Okta"],
        "DEACTIVATED",
        [("POST", "/api/v1/device-integrations/ID/lifecycle/activate")],
        on_macs=False,
    ),
    "the signals asked for": Drift(
        "endpoint_security",
        by_hand.assurance(
            "Chrome on Macs", lambda found: found["thirdPartySignalProviders"]["dtc"].update(diskEncrypted=False)
        ),
        ["Ask for the signals of Chrome Device Trust"],
        "diskEncrypted",
        [("PUT", "/api/v1/device-assurances/ID")],
        on_macs=False,
    ),
    "another org": Drift(
        "managed_app_config",
        by_hand.payload(CONFIG, first(**{"OktaVerify.OrgUrl": "https://other.example"})),
        [PUT_CONFIG],
        "https://other.example",
    ),
    "a key taken out of one domain": Drift(
        "managed_app_config",
        by_hand.payload(CONFIG, lambda payloads: payloads[1].pop("OktaVerify.ReportDiagnostics")),
        [PUT_CONFIG],
        "OktaVerify.ReportDiagnostics",
    ),
    "the settings off their Blueprint": Drift(
        "managed_app_config", by_hand.taken_off(CONFIG, BLUEPRINT), [ASSIGN_THEM], BLUEPRINT, [ASSIGN]
    ),
    "the key exportable": Drift(
        "scep_profile",
        by_hand.payload(SCEP, lambda payloads: payloads[0]["PayloadContent"].update(KeyIsExtractable=True)),
        [PUT_SCEP],
        "KeyIsExtractable",
    ),
    "another secret": Drift(
        "scep_profile",
        by_hand.payload(SCEP, lambda payloads: payloads[0]["PayloadContent"].update(Challenge="0f-another-platform")),
        [PUT_SCEP],
        "Challenge",
        on_macs=False,  # they are refused a certificate, and so keep what they have
    ),
    "the SCEP profile inactive": Drift("scep_profile", by_hand.fields(SCEP, active="false"), [PUT_SCEP], "active"),
    "the SCEP profile off its Blueprint": Drift(
        "scep_profile", by_hand.taken_off(SCEP, BLUEPRINT), [ASSIGN_IT], BLUEPRINT, [ASSIGN]
    ),
    "a condition of the rule": Drift(
        "authentication_policy",
        by_hand.rule_edited(lambda body: body["conditions"].pop("device")),
        [RULE_TASK],
        "registered",
        [("PUT", RULE_PATH)],
        requests=2,
        on_macs=False,
    ),
    "what the rule asks for": Drift(
        "authentication_policy",
        by_hand.rule_edited(
            lambda body: body["actions"]["appSignOn"]["verificationMethod"].update(reauthenticateIn="PT0S")
        ),
        [RULE_TASK],
        "'0 s'",
        [("PUT", RULE_PATH)],
        requests=2,
        on_macs=False,
    ),
    "a rule before it": Drift(
        "authentication_policy",
        by_hand.rule_above,
        [RULE_TASK],
        "priority",
        [("PUT", RULE_PATH)],
        requests=2,
        on_macs=False,
    ),
    "the rule inactive": Drift(
        "authentication_policy",
        by_hand.rule_off,
        [RULE_TASK],
        "INACTIVE",
        [("POST", f"{RULE_PATH}/lifecycle/activate")],
        requests=2,
        on_macs=False,
    ),
    "the rule deleted": Drift(
        "authentication_policy",
        by_hand.rule_gone,
        [RULE_TASK],
        "managed",
        [("POST", "/api/v1/policies/ID/rules")],
        requests=2,
        on_macs=False,
    ),
    "the app elsewhere": Drift(
        "authentication_policy",
        by_hand.app_elsewhere("Salesforce", "Any two factors"),
        ["Give the policy to the apps"],
        "Any two factors",
        [("PUT", "/api/v1/apps/ID/policies/ID")],
        on_macs=False,
    ),
    "the policy inactive": Drift(
        "authentication_policy",
        by_hand.policy_off,
        ["Have the app sign-in policy"],
        "INACTIVE",
        [("POST", "/api/v1/policies/ID/lifecycle/activate")],
        on_macs=False,
        requests=2,
    ),
    "the policy's description": Drift(
        "authentication_policy",
        by_hand.policy_described,
        ["Have the app sign-in policy"],
        "Mine",
        [("PUT", "/api/v1/policies/ID")],
        requests=2,
        on_macs=False,
    ),
}


def shape(path: str) -> str:
    """A path with ID for ids."""
    return re.sub(r"/(planned:[^/]+|[0-9a-f-]{36}|(?:rst|rul|0oa|din|dae)[0-9A-Za-z]{17})(?=/|$)", "/ID", path)


@pytest.fixture(scope="module")
def converged(sandbox_process: SandboxProcess, tmp_path_factory: pytest.TempPathFactory) -> Converged:
    """A tenant on which the roles ran."""
    return converge(tmp_path_factory.mktemp("first"), sandbox_process)


@pytest.mark.parametrize("role", OPTIONS)
def test_a_run_without_drift_sends_these_many_requests(
    tmp_path: Path, sandbox: SandboxProcess, converged: Converged, role: str
) -> None:
    sandbox.load_state(converged.state)
    run = run_role(tmp_path, sandbox, role)
    assert (run.changed(), writes_sent(sandbox)) == ([], [])
    assert len(sandbox.requests()) == REQUESTS[role], [one["path"] for one in sandbox.requests()]


@pytest.mark.parametrize("name", DRIFTS)
def test_drift_is_shown_and_repaired_with_the_least_writes(
    tmp_path: Path, sandbox: SandboxProcess, converged: Converged, name: str
) -> None:
    drift = DRIFTS[name]
    sandbox.load_state(converged.state)
    drift.change(sandbox)
    assert (on_macs(sandbox) != converged.macs) is drift.on_macs
    shown, repair, again = check_run_and_again(tmp_path, sandbox, drift.role)
    assert [task.removeprefix(f"{FQCN}{drift.role} : ") for task in shown.changed()] == drift.tasks
    assert drift.shown in diffs(shown)
    # The log has the writes of all three, so what the run tells is all that was sent.
    sent = writes_sent(sandbox)
    assert [(method, shape(path)) for method, path in sent] == drift.writes
    assert writes_told(repair) == sent
    assert same_but_for_planned_ids(writes_told(shown), sent)
    assert again.changed() == []
    assert len(sandbox.requests()) <= 3 * REQUESTS[drift.role] + 2 * drift.requests
    assert on_macs(sandbox) == converged.macs
