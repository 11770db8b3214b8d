"""What users get wrong: a clear message, an exit code, and nothing written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.ansible_run import AnsibleRun, run_tasks
from tests.integration.playbook import WRITES, attest, inventory_with
from tests.integration.test_secrets import ONCE, closed_port
from tests.sandbox_process import SandboxProcess
from tests.unit.signing_keys import KEYS, pem

Change = Callable[[SandboxProcess], dict[str, Any]]


def given(**variables: Any) -> Change:
    """Other variables of the tenant."""
    return lambda sandbox: variables


def without_permission(sandbox: SandboxProcess) -> dict[str, Any]:
    """An Iru token that may do everything but list devices' statuses."""
    state = sandbox.state()
    for token in state["iru"]["tokens"].values():
        token["permissions"] = [{"path": "/api/v1/blueprints", "http_method": "GET"}]
    sandbox.load_state(state)
    return {}


def without_scope(sandbox: SandboxProcess) -> dict[str, Any]:
    """A service app to which a scope was not granted."""
    sandbox.settings(okta={"oauth_scopes": ["okta.orgs.read", "okta.authenticators.read", "okta.policies.read"]})
    ready = sandbox.ready
    return {
        "okta_token": None,
        "okta_client_id": ready["okta_client_id"],
        "okta_private_key_file": ready["okta_private_key_file"],
    }


def key_of_another_app(sandbox: SandboxProcess) -> dict[str, Any]:
    """A private key that Okta does not know."""
    return {
        "okta_token": None,
        "okta_client_id": sandbox.ready["okta_client_id"],
        "okta_private_key": pem(KEYS["ES256"]),
    }


def owner_without_role(sandbox: SandboxProcess) -> dict[str, Any]:
    """An API token whose owner lost the role."""
    sandbox.settings(okta={"ssws_scopes": []})
    return {}


def classic(sandbox: SandboxProcess) -> dict[str, Any]:
    """A Classic Engine org."""
    sandbox.settings(okta={"pipeline": "v1"})
    return {}


def fault(action: dict[str, Any], **match: Any) -> Change:
    """Answers that the services never give."""

    def change(sandbox: SandboxProcess) -> dict[str, Any]:
        sandbox.faults({"match": {"times": 0, **match}, "do": action})
        return {}

    return change


def two_profiles(sandbox: SandboxProcess) -> dict[str, Any]:
    """Two custom profiles of the name that the playbook manages."""
    session = requests.Session()
    session.trust_env = False
    content = b'<?xml version="1.0"?><plist version="1.0"><dict><key>PayloadContent</key><array/></dict></plist>'
    for _number in range(2):
        answer = session.post(
            f"{sandbox.ready['iru_url']}/api/v1/library/custom-profiles",
            headers={"Authorization": f"Bearer {sandbox.ready['iru_token']}"},
            data={"name": "Okta management attestation", "runs_on_mac": "true"},
            files={"file": ("p.mobileconfig", content)},
            verify=sandbox.ready["ca_file"],
            timeout=30,
        )
        assert answer.status_code == 201, answer.text
    return {}


def next_link_elsewhere(sandbox: SandboxProcess) -> dict[str, Any]:
    """More groups than a page holds, whose link to the next one names another host."""
    state = sandbox.state()
    model = next(iter(state["okta"]["groups"].values()))
    for number in range(201):
        group_id = f"00gNew{number:014}"
        state["okta"]["groups"][group_id] = {**model, "id": group_id, "profile": {"name": "Desktop users"}}
        state["okta"]["group_members"][group_id] = []
    sandbox.load_state(state)
    return fault({"next_host": "elsewhere.example"}, service="okta", path="/api/v1/groups")(sandbox)


UNKNOWN_ID = "11111111-2222-4333-8444-555555555555"

CASES: dict[str, tuple[Change, list[str]]] = {
    "wrong Okta token": (given(okta_token="00wrongwrongwrong"), ["E0000011", "create a new one"]),
    "wrong Iru token": (given(iru_token=UNKNOWN_ID), ["401", "create a new one"]),
    "Iru token without a permission": (without_permission, ["403", "no permission", "GET on /api/v1/library"]),
    "key of another app": (key_of_another_app, ["signature is invalid", "does not match the private key"]),
    "token whose owner lost the role": (owner_without_role, ["E0000006", "lost it"]),
    "service app without a scope": (without_scope, ["okta.logs.read"]),
    "Classic org": (classic, ["Identity Engine", "ask Okta for the upgrade"]),
    "unreachable host": (given(okta_url=f"https://127.0.0.1:{closed_port()}"), ["did not answer", "Check the url"]),
    "untrusted certificate": (given(okta_ca_file=None), ["not trusted", "ca_file"]),
    "http that is not loopback": (given(okta_url="http://example.okta.com"), ["not encrypted"]),
    "malformed SCEP URL": (given(scep_url="example.okta.com/pki"), ["https://"]),
    "ambiguous name": (two_profiles, ["2 custom profiles are named", "give the id"]),
    "unknown Blueprint id": (given(scep_profile_blueprints=[UNKNOWN_ID]), [UNKNOWN_ID, "There are: "]),
    "unknown Blueprint name": (given(scep_profile_blueprints=["Enginering"]), ["Enginering", "Engineering"]),
    "unknown group": (given(authentication_policy_groups=["Desktop user"]), ["failed: ", "mean 'Desktop users'"]),
    "unknown app id": (
        given(authentication_policy_apps=["0oaNoSuchApp12345678"]),
        ["failed: ", "0oaNoSuchApp12345678"],
    ),
    "the Admin Console among the apps": (
        given(authentication_policy_apps=["Okta Admin Console"]),
        ["failed: ", "lock every administrator out"],
    ),
    "unknown variable": (given(scep_profile_subject="CN=$SERIAL"), ["$SERIAL", "$SERIAL_NUMBER"]),
    "HTML": (fault({"status": 200, "body": "<html><body>Sign in</body></html>"}, path="/api/v1/*"), ["web page"]),
    "cut JSON": (fault({"truncate": True}, path="/api/v1/*"), ["did not answer"]),
    "next link to another host": (next_link_elsewhere, ["elsewhere.example", "not followed"]),
}

RULE = {"policy": "Any two factors", "name": "Managed desktop"}
TASKS: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "unknown group": ("okta_access_policy_rule", {**RULE, "groups": ["Desktop user"]}, ["mean 'Desktop users'"]),
    "managed, not registered": (
        "okta_access_policy_rule",
        {**RULE, "device": {"managed": True}},
        ["registered"],
    ),
    "the Catch-all Rule": ("okta_access_policy_rule", {**RULE, "name": "Catch-all Rule", "access": "deny"}, ["lock"]),
    "unknown app": ("okta_app_policy", {"policy": "Any two factors", "apps": ["Sales force"]}, ["mean 'Salesforce'"]),
    "the Admin Console": (
        "okta_app_policy",
        {"policy": "Any two factors", "apps": ["Okta Admin Console"]},
        ["lock every administrator out"],
    ),
    "Blueprint that needs a node": (
        "iru_library_assignment",
        {"library_item": "Firewall", "blueprints": ["Executives"]},
        ["Executives", "node", "Option"],
    ),
    "unknown profile id": ("iru_custom_profile", {"id": UNKNOWN_ID, "state": "present"}, [UNKNOWN_ID]),
    "unknown policy id": ("okta_access_policy", {"id": "rstNoSuchPolicy00001"}, ["rstNoSuchPolicy00001"]),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_explained_and_nothing_is_written(tmp_path: Path, sandbox: SandboxProcess, case: str) -> None:
    change, expected = CASES[case]
    inventory = inventory_with(tmp_path / "inventory", sandbox, **change(sandbox))
    run = attest(tmp_path / "run", sandbox, inventory=inventory, variables=ONCE, fails=True)
    assert_said(run, expected)
    assert writes_done(sandbox) == [], run.output


@pytest.mark.parametrize("case", TASKS)
def test_a_module_explains_and_writes_nothing(tmp_path: Path, sandbox: SandboxProcess, case: str) -> None:
    module, options, expected = TASKS[case]
    ready = sandbox.ready
    vendor = module.partition("_")[0]
    connection = {"url": ready[f"{vendor}_url"], "token": ready[f"{vendor}_token"], "ca_file": ready["ca_file"]}
    run = run_tasks(tmp_path, [{f"okta_iru.attestation.{module}": {**connection, **options}}], fails=True)
    assert_said(run, expected)
    assert writes_done(sandbox) == [], run.output


def assert_said(run: AnsibleRun, expected: list[str]) -> None:
    """The output of a failed run holds these words, and is no traceback."""
    said = " ".join(run.output.split())
    missing = [words for words in expected if words not in said]
    assert not missing, f"{missing} not in:\n{run.output}"
    assert "Traceback" not in run.output
    assert "internal error" not in run.output


def writes_done(sandbox: SandboxProcess) -> list[dict[str, Any]]:
    """The writes that a service did not refuse; fetching an OAuth token is none."""
    log = [one for one in sandbox.requests() if one["method"] in WRITES and one["status"] < 400]
    return [one for one in log if not one["path"].endswith("/oauth2/v1/token")]


def test_a_wrong_challenge_is_told_when_it_is_tried_in_earnest(tmp_path: Path, sandbox: SandboxProcess) -> None:
    inventory = inventory_with(tmp_path / "inventory", sandbox, scep_challenge="not-the-secret")
    run = attest(
        tmp_path / "run",
        sandbox,
        inventory=inventory,
        variables={"endpoint_management_enroll": True},
        arguments=["--tags", "endpoint_management"],
        fails=True,
    )
    assert "badRequest" in run.output
    assert "challenge" in run.output
    assert "not-the-secret" not in run.output
    assert not sandbox.state()["pki"]["issued"]
