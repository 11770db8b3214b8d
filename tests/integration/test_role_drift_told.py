"""Changes by hand that no role repairs: those of which it can only tell, and those that are none of its business."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.integration import by_hand
from tests.integration.converged_tenant import OPTIONS, PROMPT, SCEP, SSO, Converged, converge, run_role
from tests.integration.playbook import writes_sent
from tests.integration.test_attestation import iru
from tests.integration.test_preflight import fastpass_off
from tests.integration.test_roles_alone import imported, play
from tests.sandbox_process import SandboxProcess

SALES = "Sales"


@pytest.fixture(scope="module")
def converged(sandbox_process: SandboxProcess, tmp_path_factory: pytest.TempPathFactory) -> Converged:
    """A tenant on which the roles ran."""
    return converge(tmp_path_factory.mktemp("first"), sandbox_process)


def logged(event_type: str) -> by_hand.Change:
    """An event of the console about the platform, an hour ahead of all that is in the log."""

    def edit(state: dict[str, Any]) -> None:
        added = next(one for one in state["okta"]["logs"] if one["eventType"] == "device.platform.add")
        newest = max(one["published"] for one in state["okta"]["logs"])
        state["okta"]["logs"].append({**added, "uuid": "0" * 36, "eventType": event_type, "published": newest})

    return by_hand.state_edited(edit)


def app_renamed(state: dict[str, Any]) -> None:
    """Another label of an app."""
    next(one for one in state["okta"]["apps"].values() if one["label"] == "Salesforce")["label"] = "Salesforce CRM"


def secret_reset(state: dict[str, Any]) -> None:
    """The secret key reset in the console."""
    state["pki"]["secret"] = "another-secret-that-nobody-wrote-down"


@dataclass(frozen=True)
class Told:
    """A change, the role with its variables, and what it says of it; nothing is written."""

    role: str
    change: by_hand.Change
    options: dict[str, Any]
    says: list[str]
    fails: bool = False


PLATFORM = {"scep_url": "{scep_url}", "challenge": "{scep_challenge}", "ca_file": "{ca_file}"}

TOLD = {
    "FastPass switched off": Told(
        "preflight",
        by_hand.state_edited(fastpass_off),
        {"groups": ["Desktop users"]},
        ["FastPass", "failed"],
        fails=True,
    ),
    "an app renamed": Told(
        "preflight", by_hand.state_edited(app_renamed), {"apps": ["Salesforce"]}, ["Salesforce CRM"], fails=True
    ),
    "the platform deleted": Told(
        "endpoint_management", logged("device.platform.delete"), PLATFORM, ["A platform was deleted at"]
    ),
    "the secret reset, by the log": Told(
        "endpoint_management",
        logged("device.platform.secret_key.reset"),
        {**PLATFORM, "profile_updated_at": "2020-01-01T00:00:00Z"},
        ["A secret was reset at", "Put the new secret into the profile"],
    ),
    "the secret reset, by an enrolment": Told(
        "endpoint_management",
        by_hand.state_edited(secret_reset),
        {**PLATFORM, "enroll": True},
        ["challenge"],
        fails=True,
    ),
    "a profile that Macs refuse": Told(
        "verify",
        by_hand.payload(SCEP, lambda payloads: payloads[0]["PayloadContent"].update(Challenge="0f-another-platform")),
        {"minimum_managed": 90},
        ["Macs in scope are managed", "failed see the item's Status"],
        fails=True,
    ),
    "a profile that is on no Mac any more": Told(
        "verify", by_hand.fields(SCEP, active="false"), {"minimum_managed": 1}, ["0 of 0 Macs in scope"], fails=True
    ),
    "a profile renamed": Told(
        "sso_extension",
        by_hand.fields(SSO, name="Mine"),
        OPTIONS["sso_extension"],
        ["'Mine'", "the payload", "give the id together with the name"],
        fails=True,
    ),
    "a second profile of the name": Told(
        "open_prompt",
        by_hand.another_profile(PROMPT, like=PROMPT),
        OPTIONS["open_prompt"],
        ["2 custom profiles", PROMPT],
        fails=True,
    ),
    "another extension for the host": Told(
        "sso_extension",
        by_hand.another_profile("Somebody's SSO", like=SSO),
        OPTIONS["sso_extension"],
        ['"Somebody\'s SSO"', "single sign-on for acme.okta.example", "is as it should be"],
    ),
    "another profile for the browsers": Told(
        "open_prompt",
        by_hand.another_profile("Browsers", like=PROMPT, drop="AutoLaunchProtocolsFromOrigins"),
        OPTIONS["open_prompt"],
        ["'Browsers'", "com.google.Chrome ExternalProtocolDialogShowAlwaysOpenCheckbox"],
    ),
}


@pytest.mark.parametrize("name", TOLD)
def test_it_is_told_and_nothing_is_written(
    tmp_path: Path, sandbox: SandboxProcess, converged: Converged, name: str
) -> None:
    told = TOLD[name]
    sandbox.load_state(converged.state)
    told.change(sandbox)
    sandbox.tick(60)
    given = {
        f"{told.role}_{key}": value.format_map(sandbox.ready) if isinstance(value, str) else value
        for key, value in told.options.items()
    }
    run = play(sandbox, tmp_path, [imported(told.role, given)], fails=told.fails)
    said = str([[task.result.get(key) for key in ("msg", "warnings")] for task in run.tasks]) + run.output
    for text in told.says:
        assert text in said, said[-3000:]
    assert [one for one in writes_sent(sandbox) if "/pki/" not in one[1]] == []
    assert run.changed() == []


@pytest.mark.parametrize("exact", [False, True])
def test_what_others_assigned_stays_but_where_exactly_these_are_asked_for(
    tmp_path: Path, sandbox: SandboxProcess, converged: Converged, exact: bool
) -> None:
    sandbox.load_state(converged.state)
    (sales,) = [one for one in iru(sandbox, "GET", "/api/v1/blueprints")["results"] if one["name"] == SALES]
    item = by_hand.profile(sandbox, PROMPT)["id"]
    iru(sandbox, "POST", f"/api/v1/blueprints/{sales['id']}/assign-library-item", json={"library_item_id": item})
    options = {f"open_prompt_{key}": value for key, value in {**OPTIONS["open_prompt"], "exact": exact}.items()}
    play(sandbox, tmp_path, [imported("open_prompt", options)])
    path = f"/api/v1/blueprints/{sales['id']}/remove-library-item"
    assert writes_sent(sandbox) == ([("POST", path)] if exact else [])


def test_a_rule_before_ours_stays_where_no_place_is_asked_for(
    tmp_path: Path, sandbox: SandboxProcess, converged: Converged
) -> None:
    sandbox.load_state(converged.state)
    by_hand.rule_above(sandbox)
    usual = {f"authentication_policy_{key}": value for key, value in OPTIONS["authentication_policy"].items()}
    stays = {**usual, "authentication_policy_position": "above_catch_all", "authentication_policy_simulate": "always"}
    run = play(sandbox, tmp_path, [imported("authentication_policy", stays)])
    assert (run.changed(), writes_sent(sandbox)) == ([], [])
    assert "got 'Everybody'" in str([task.result.get("warnings") for task in run.tasks])
    run_role(tmp_path / "top", sandbox, "authentication_policy")
    assert [rule["name"] for rule in sorted(by_hand.rules(sandbox), key=lambda one: one["priority"])] == [
        by_hand.RULE,
        "Everybody",
        "Catch-all Rule",
    ]
