"""Preflight: every check in every state, by how many requests, and what the role makes of it."""

from __future__ import annotations

import json
import stat
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.okta_iru.attestation.plugins.module_utils import _http
from ansible_collections.okta_iru.attestation.plugins.module_utils._secrets import Secrets
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import Task, execute
from ansible_collections.okta_iru.attestation.plugins.modules import iru_preflight_info, okta_preflight_info

from tests.integration.playbook import WRITES, attest, inventory_with
from tests.integration.test_okta_modules import run
from tests.sandbox_process import SandboxProcess

Change = Callable[[SandboxProcess], None]
OKTA_CHECKS = [
    "identity_engine", "okta_sign_in", "okta_verify", "fastpass", "okta_verify_keys", "policies", "apps", "groups",
    "endpoint_security", "system_log", "platform", "devices", "hosts",
]  # fmt: skip
IRU_CHECKS = [
    "iru_sign_in", "blueprints", "custom_profiles", "iru_devices", "device_trust", "okta_verify_delivered",
]  # fmt: skip
WANTED = {
    "groups": ["Desktop users"],
    "apps": ["Salesforce"],
    "policy": "Managed desktops",
    "hosts": ["attest-example.okta.com"],
}
CROWDSTRIKE = "com.crowdstrike.zta"
SECURITY_CENTER = "com.okta.windowssecuritycenter"


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_http, "_backoff", lambda attempt: 0.0)


def okta(sandbox: SandboxProcess, **options: Any) -> dict[str, dict[str, Any]]:
    """The checks of the org by name."""
    result = run(sandbox, okta_preflight_info, **{**WANTED, **options})
    assert [one["check"] for one in result["checks"]] == OKTA_CHECKS
    return {one["check"]: one for one in result["checks"]}


def iru(sandbox: SandboxProcess, **options: Any) -> dict[str, dict[str, Any]]:
    """The checks of the tenant by name."""
    ready = sandbox.ready
    connection = {"url": ready["iru_url"], "token": ready["iru_token"], "ca_file": ready["ca_file"]}
    wanted = {"blueprints": ["Engineering"], "profiles": ["Okta management attestation"]}
    spec = iru_preflight_info.SPEC
    validation = ArgumentSpecValidator(spec.options, **spec.rules()).validate({**connection, **wanted, **options})
    assert not validation.error_messages
    result = execute(
        iru_preflight_info.run, Task(validation.validated_parameters, secrets=Secrets([ready["iru_token"]]))
    )
    assert [one["check"] for one in result["checks"]] == IRU_CHECKS
    return {one["check"]: one for one in result["checks"]}


def change(**parts: Any) -> Change:
    """Switches of the org."""
    return lambda sandbox: sandbox.settings(okta=parts) and None


def state_change(edit: Callable[[dict[str, Any]], None]) -> Change:
    """Something else in the state."""

    def apply(sandbox: SandboxProcess) -> None:
        state = sandbox.state()
        edit(state)
        sandbox.load_state(state)

    return apply


def verify_of(state: dict[str, Any]) -> dict[str, Any]:
    return next(one for one in state["okta"]["authenticators"].values() if one["key"] == "okta_verify")


def no_okta_verify(state: dict[str, Any]) -> None:
    del state["okta"]["authenticators"][verify_of(state)["id"]]


def okta_verify_off(state: dict[str, Any]) -> None:
    verify_of(state)["status"] = "INACTIVE"


def fastpass_off(state: dict[str, Any]) -> None:
    verify_of(state)["methods"]["signed_nonce"]["status"] = "INACTIVE"


def inactive_app(state: dict[str, Any]) -> None:
    next(app for app in state["okta"]["apps"].values() if app["label"] == "Salesforce")["status"] = "INACTIVE"


def empty_group(state: dict[str, Any]) -> None:
    state["okta"]["group_members"] = {group: [] for group in state["okta"]["group_members"]}


def no_platform(state: dict[str, Any]) -> None:
    state["okta"]["logs"] = [one for one in state["okta"]["logs"] if not one["eventType"].startswith("device.platform")]


def later(event_type: str) -> Change:
    """An event about the platform, a day after it was added."""

    def edit(state: dict[str, Any]) -> None:
        added = next(one for one in state["okta"]["logs"] if one["eventType"] == "device.platform.add")
        event = {**added, "uuid": str(uuid.uuid4()), "eventType": event_type}
        before = datetime.fromisoformat(added["published"]) - timedelta(days=1)
        added["published"] = before.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        state["okta"]["logs"].append(event)

    return state_change(edit)


def custom_domain(state: dict[str, Any]) -> None:
    domain = {**state["okta"]["domains"]["default"], "id": "OcD1a2b3c4d5e6f7g8h9", "domain": "login.example.com"}
    state["okta"]["domains"][domain["id"]] = domain


def test_an_org_that_is_ready(sandbox: SandboxProcess) -> None:
    checks = okta(sandbox, oauth=True, token=None)
    assert {one["status"] for one in checks.values()} == {"ok"}
    assert all(one["detail"] and not one["remedy"] for one in checks.values())
    paths = [one["path"] for one in sandbox.requests("okta")]
    verify = checks["okta_verify"]["evidence"]["id"]
    assert paths == [
        "/.well-known/okta-organization",
        "/oauth2/v1/token",
        "/api/v1/org",
        "/api/v1/authenticators",
        f"/api/v1/authenticators/{verify}/methods",
        "/api/v1/features",
        "/api/v1/policies",
        "/api/v1/apps",
        "/api/v1/groups",
        "/api/v1/logs",
        "/api/v1/devices",
        "/api/v1/domains",
    ]
    assert {one["method"] for one in sandbox.requests() if one["path"] != "/oauth2/v1/token"} == {"GET"}


def test_the_evidence_names_what_was_found(sandbox: SandboxProcess) -> None:
    evidence = {check: one["evidence"] for check, one in okta(sandbox).items()}
    org = sandbox.state()["okta"]
    assert evidence["identity_engine"] == {"id": org["org"]["id"], "pipeline": "idx"}
    assert evidence["fastpass"]["settings"]["showSignInWithOV"] == "NEVER"
    assert evidence["okta_verify_keys"]["key"] == "okta_verify"
    assert evidence["apps"]["apps"][0]["policy_name"] == "Any two factors"
    assert [(one["name"], one["users"]) for one in evidence["groups"]["groups"]] == [("Desktop users", 25)]
    assert evidence["platform"]["events"][0]["eventType"] == "device.platform.add"
    assert "attest-example.okta.com" in evidence["hosts"]["hosts"]


STATES: dict[str, tuple[Change, dict[str, Any], str, str, str]] = {
    "Classic Engine": (change(pipeline="v1"), {}, "identity_engine", "failed", "needs Identity Engine"),
    "dead token": (change(tokens_expired=True), {}, "okta_sign_in", "failed", "E0000011"),
    "org may not be read": (change(ssws_scopes=["okta.apps.read"]), {}, "okta_sign_in", "warning", "E0000006"),
    "no Okta Verify": (state_change(no_okta_verify), {}, "okta_verify", "failed", "does not have it"),
    "Okta Verify is off": (state_change(okta_verify_off), {}, "okta_verify", "failed", "INACTIVE"),
    "FastPass is off": (state_change(fastpass_off), {}, "fastpass", "failed", "signed_nonce is INACTIVE"),
    "renamed methods": (change(flexible_okta_verify=True), {}, "okta_verify_keys", "ok", "okta_verify_fastpass"),
    "features may not be read": (change(ssws_scopes=["okta.orgs.read"]), {}, "okta_verify_keys", "warning", "E0000006"),
    "a similar policy": (change(), {"policy": "Any 2 factors"}, "policies", "ok", "mean 'Any two factors'"),
    "unknown app": (change(), {"apps": ["Sales force"]}, "apps", "failed", "mean 'Salesforce'"),
    "the Admin Console": (change(), {"apps": ["Okta Admin Console"]}, "apps", "failed", "lock every administrator out"),
    "inactive app": (state_change(inactive_app), {}, "apps", "warning", "inactive: Salesforce"),
    "unknown group": (change(), {"groups": ["Desktop user"]}, "groups", "failed", "mean 'Desktop users'"),
    "empty group": (state_change(empty_group), {}, "groups", "warning", "nobody is in Desktop users"),
    "no integration": (change(), {"device_integrations": ["com.none"]}, "endpoint_security", "failed", "not there"),
    "integration off": (
        change(),
        {"device_integrations": [SECURITY_CENTER]},
        "endpoint_security",
        "failed",
        f"not active: {SECURITY_CENTER}",
    ),
    "no licence for integrations": (
        change(missing_features=["device-integrations"]),
        {"device_integrations": [CROWDSTRIKE]},
        "endpoint_security",
        "failed",
        "check the licence",
    ),
    "log may not be read": (change(ssws_scopes=["okta.orgs.read"]), {}, "system_log", "failed", "E0000006"),
    "no platform": (state_change(no_platform), {}, "platform", "warning", "no event says so"),
    "platform deleted": (later("device.platform.delete"), {}, "platform", "warning", "one was deleted at"),
    "secret reset": (later("device.platform.secret_key.reset"), {}, "platform", "ok", "only the new one works"),
    "no licence for devices": (change(missing_features=["devices"]), {}, "devices", "failed", "check the licence"),
    "foreign host": (change(), {"hosts": ["sso.example.com"]}, "hosts", "failed", "does not answer as sso.example.com"),
    "custom domain": (
        state_change(custom_domain),
        {"hosts": ["login.example.com"]},
        "hosts",
        "ok",
        "login.example.com",
    ),
    "domains may not be read": (change(ssws_scopes=["okta.orgs.read"]), {}, "hosts", "warning", "E0000006"),
}


@pytest.mark.parametrize("name", STATES)
def test_every_state_of_the_org(sandbox: SandboxProcess, name: str) -> None:
    prepare, options, check, status, words = STATES[name]
    prepare(sandbox)
    sandbox.clear_requests()
    found = okta(sandbox, **options)
    assert (found[check]["status"], words in found[check]["detail"]) == (status, True), found[check]
    assert {one["method"] for one in sandbox.requests()} == {"GET"}


def test_after_a_refused_sign_in_nothing_more_is_asked(sandbox: SandboxProcess) -> None:
    sandbox.settings(okta={"oauth_scopes": []})
    found = okta(sandbox, oauth=True, token=None)
    assert "You are not allowed any of the requested scopes" in found["okta_sign_in"]["detail"]
    assert {found[check]["detail"] for check in OKTA_CHECKS[2:]} == {"Unknown, as nobody could sign in to Okta."}
    assert len(sandbox.requests("okta")) == 2


def test_a_missing_scope_shows_where_it_is_needed(sandbox: SandboxProcess) -> None:
    sandbox.settings(okta={"oauth_scopes": ["okta.orgs.read", "okta.authenticators.read", "okta.apps.read"]})
    found = okta(sandbox, oauth=True, token=None)
    wrong = {check: one["detail"] for check, one in found.items() if one["status"] != "ok"}
    assert set(wrong) == {"okta_verify_keys", "policies", "groups", "system_log", "platform", "devices", "hosts"}
    assert "Grant the scope okta.policies.read" in wrong["policies"]


def test_a_scope_of_a_feature_that_the_org_lacks_spoils_nothing_else(sandbox: SandboxProcess) -> None:
    sandbox.settings(okta={"unknown_scopes": ["okta.deviceIntegrations.read"]})
    found = okta(sandbox, oauth=True, token=None, device_integrations=[SECURITY_CENTER])
    assert [check for check, one in found.items() if one["status"] != "ok"] == ["endpoint_security"]
    assert "does not know the scope okta.deviceIntegrations.read" in found["endpoint_security"]["detail"]


def test_a_tenant_that_is_ready_but_for_what_only_time_brings(sandbox: SandboxProcess) -> None:
    found = iru(sandbox)
    assert {check for check, one in found.items() if one["status"] != "ok"} <= {"okta_verify_delivered"}
    assert len(sandbox.requests("iru")) == 5


def device_trust(sandbox: SandboxProcess) -> None:
    sandbox.settings(iru={"okta_device_trust": True})


def without_prism(sandbox: SandboxProcess) -> None:
    paths = ("/api/v1/blueprints", "/api/v1/library/custom-profiles", "/api/v1/devices")
    only(sandbox, *paths)


def only(sandbox: SandboxProcess, *paths: str) -> None:
    """An Iru token with these permissions only."""
    state = sandbox.state()
    for token in state["iru"]["tokens"].values():
        token["permissions"] = [{"path": path, "http_method": "GET"} for path in paths]
    sandbox.load_state(state)


IRU_STATES: dict[str, tuple[Change, dict[str, Any], str, str, str]] = {
    "unknown Blueprint": (change(), {"blueprints": ["Enginering"]}, "blueprints", "failed", "mean 'Engineering'"),
    "no Blueprint": (change(), {"blueprints": []}, "blueprints", "warning", "none was named"),
    "Okta Device Trust": (device_trust, {}, "device_trust", "warning", "its profiles are on"),
    "inventory may not be read": (without_prism, {}, "device_trust", "warning", "403"),
    "devices may not be read": (
        lambda sandbox: only(sandbox, "/api/v1/blueprints"),
        {},
        "iru_devices",
        "failed",
        "no permission",
    ),
    "Blueprints may not be read": (
        lambda sandbox: only(sandbox, "/api/v1/devices"),
        {},
        "blueprints",
        "failed",
        "Unknown, as Iru's Blueprints cannot be read",
    ),
}


@pytest.mark.parametrize("name", IRU_STATES)
def test_every_state_of_the_tenant(sandbox: SandboxProcess, name: str) -> None:
    prepare, options, check, status, words = IRU_STATES[name]
    prepare(sandbox)
    sandbox.clear_requests()
    found = iru(sandbox, **options)
    assert (found[check]["status"], words in found[check]["detail"]) == (status, True), found[check]
    assert {one["method"] for one in sandbox.requests()} == {"GET"}


def test_a_wrong_token_is_asked_for_nothing_more(sandbox: SandboxProcess) -> None:
    found = iru(sandbox, token="11111111-2222-4333-8444-555555555555")
    assert {one["status"] for one in found.values()} == {"failed"}
    assert found["device_trust"]["detail"] == "Unknown, as Iru did not answer."
    assert len(sandbox.requests("iru")) == 1


def test_the_role_keeps_evidence_and_lets_the_play_go_on(tmp_path: Path, sandbox: SandboxProcess) -> None:
    sandbox.settings(okta={"dpop_required": True})
    ready = sandbox.ready
    app = {
        "okta_token": None,
        "okta_client_id": ready["okta_ec_client_id"],
        "okta_private_key_file": ready["okta_ec_private_key_file"],
        "authentication_policy_groups": ["Desktop user"],
        "preflight_evidence_file": str(tmp_path / "evidence.json"),
        "preflight_fail": False,
    }
    inventory = inventory_with(tmp_path / "inventory", sandbox, **app)
    done = attest(tmp_path / "run", sandbox, inventory=inventory, arguments=["--tags", "preflight"])
    assert done.changed() == []
    path = tmp_path / "evidence.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    evidence = json.loads(path.read_text(encoding="utf-8"))
    assert evidence["tenant"] == "sandbox"
    assert [one["check"] for one in evidence["checks"]] == OKTA_CHECKS + IRU_CHECKS
    assert {one["check"] for one in evidence["checks"] if one["status"] == "failed"} == {"groups"}
    writes = [one["path"] for one in sandbox.requests() if one["method"] in WRITES]
    assert writes == ["/oauth2/v1/token"] * 3


def test_what_the_role_cannot_even_ask_is_a_failed_check(tmp_path: Path, sandbox: SandboxProcess) -> None:
    inventory = inventory_with(tmp_path / "inventory", sandbox, okta_client_id="0oa1")
    stopped = attest(tmp_path / "run", sandbox, inventory=inventory, arguments=["--tags", "preflight"], fails=True)
    said = " ".join(stopped.output.split())
    assert "failed: Both token and client_id were given for Okta" in said
    assert "4 Blueprints" in said
