"""Every way to sign in to Okta, and every way to get it wrong, against the sandbox's org."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils import _http
from ansible_collections.okta_iru.attestation.plugins.modules import (
    okta_access_policy,
    okta_device_info,
    okta_org_info,
    okta_system_log_info,
)
from cryptography.hazmat.primitives import serialization

from tests.integration.test_okta_modules import run
from tests.sandbox_process import SandboxProcess
from tests.unit.signing_keys import KEYS, jwk, pem

TOKEN = "/oauth2/v1/token"


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_http, "_backoff", lambda attempt: 0.0)


def service_app(sandbox: SandboxProcess, kind: str = "") -> dict[str, Any]:
    """The options by which a service app of the sandbox signs in; ``kind`` is "" (RSA) or "ec_"."""
    ready = sandbox.ready
    return {
        "token": None,
        "client_id": ready[f"okta_{kind}client_id"],
        "private_key_file": ready[f"okta_{kind}private_key_file"],
    }


def statuses(sandbox: SandboxProcess) -> list[tuple[str, int]]:
    """Path and status of every request."""
    return [(one["path"], one["status"]) for one in sandbox.requests("okta")]


def messages(result: dict[str, Any]) -> str:
    return " ".join([result.get("msg", ""), *result.get("warnings", [])])


def private_key(sandbox: SandboxProcess, kind: str = "") -> Any:
    return serialization.load_pem_private_key(
        Path(sandbox.ready[f"okta_{kind}private_key_file"]).read_bytes(), password=None
    )


@pytest.mark.parametrize("kind", ["", "ec_"])
@pytest.mark.parametrize("form", ["file", "PEM", "JWK"])
def test_keys_of_both_kinds_in_every_form(sandbox: SandboxProcess, kind: str, form: str) -> None:
    options = service_app(sandbox, kind)
    if form != "file":
        key = private_key(sandbox, kind)
        options = {**options, "private_key_file": None}
        options["private_key"] = pem(key) if form == "PEM" else json.dumps(jwk(key))
    assert run(sandbox, okta_org_info, **options)["fastpass"]
    assert [path for path, _status in statuses(sandbox)].count(TOKEN) == 1


@pytest.mark.parametrize("kind", ["", "ec_"])
@pytest.mark.parametrize("nonce_for_api", [False, True])
def test_proof_of_possession_when_the_app_demands_it(sandbox: SandboxProcess, kind: str, nonce_for_api: bool) -> None:
    sandbox.settings(okta={"dpop_required": True, "dpop_nonce_for_api": nonce_for_api})
    options = service_app(sandbox, kind)
    made = run(sandbox, okta_access_policy, name="Désktops", **options)
    assert made["changed"]
    assert run(sandbox, okta_access_policy, name="Désktops", **options)["changed"] is False
    asked = [status for path, status in statuses(sandbox) if path == TOKEN]
    assert asked == [400, 400, 200] * 2
    assert {status for path, status in statuses(sandbox) if path != TOKEN} == {200}


def test_a_repeated_request_has_a_proof_of_its_own(sandbox: SandboxProcess) -> None:
    """The sandbox refuses a proof that it has seen, as Okta does."""
    sandbox.settings(okta={"dpop_required": True})
    sandbox.faults(
        {"match": {"path": "/api/v1/policies", "nth": 1}, "do": {"status": 429, "effect": True, "retry_after": 0}},
        {"match": {"path": "/api/v1/policies", "nth": 2}, "do": {"status": 503, "effect": True}},
    )
    assert run(sandbox, okta_access_policy, name="Any two factors", **service_app(sandbox))["changed"] is False
    assert [status for path, status in statuses(sandbox) if path == "/api/v1/policies"] == [429, 503, 200]


def test_least_scopes_and_in_check_mode_only_those_for_reading(sandbox: SandboxProcess) -> None:
    sandbox.settings(okta={"oauth_scopes": ["okta.policies.read"]})
    options = {"name": "Desktops", **service_app(sandbox)}
    assert run(sandbox, okta_access_policy, check=True, **options)["changed"]
    refused = run(sandbox, okta_access_policy, fails=True, **options)
    assert "Grant the scope okta.policies.manage to the service app" in refused["msg"]
    assert "Okta API Scopes" in refused["msg"]
    assert refused["failure"]["code"] == "insufficient_scope"


def test_a_token_that_dies_in_between_is_renewed(sandbox: SandboxProcess) -> None:
    sandbox.faults({"match": {"path": "/api/v1/org", "nth": 1}, "do": {"status": 401}})
    run(sandbox, okta_org_info, **service_app(sandbox))
    assert [path for path, _status in statuses(sandbox)].count(TOKEN) == 2


@pytest.mark.parametrize("minutes", [-90, -12, 12, 90])
@pytest.mark.parametrize("dpop", [False, True])
def test_a_clock_that_is_minutes_off(sandbox: SandboxProcess, minutes: int, dpop: bool) -> None:
    """Ahead of the server by few minutes an assertion still holds, a proof does not."""
    sandbox.settings(okta={"clock_ahead_seconds": minutes * 60, "dpop_required": dpop})
    result = run(sandbox, okta_org_info, **service_app(sandbox))
    is_told = f"{abs(minutes)} minutes {'behind' if minutes > 0 else 'ahead'} of Okta's" in messages(result)
    assert is_told is (dpop or minutes != -12)


def unmatched(sandbox: SandboxProcess) -> dict[str, Any]:
    return {**service_app(sandbox), "private_key_file": None, "private_key": pem(KEYS["RS256"])}


def encrypted(sandbox: SandboxProcess) -> dict[str, Any]:
    return {**service_app(sandbox), "private_key_file": None, "private_key": pem(KEYS["RS256"], b"passphrase")}


def settings(**changes: Any) -> Any:
    """A service app in an org with other settings."""

    def change(sandbox: SandboxProcess) -> dict[str, Any]:
        sandbox.settings(okta=changes)
        return service_app(sandbox)

    return change


def token_settings(**changes: Any) -> Any:
    """An API token in an org with other settings."""

    def change(sandbox: SandboxProcess) -> dict[str, Any]:
        sandbox.settings(okta=changes)
        return {}

    return change


WRONG: dict[str, tuple[Any, list[str]]] = {
    "key of another app": (unmatched, ["signature is invalid", "does not match", "Public Keys"]),
    "key id of another app": (
        lambda sandbox: {**service_app(sandbox), "key_id": "kid-1"},
        ["kid is invalid", "set key_id to the id"],
    ),
    "unknown app": (
        lambda sandbox: {**service_app(sandbox), "client_id": "0oaNoSuchApp12345678"},
        ["There is no service app 0oaNoSuchApp12345678"],
    ),
    "no scope granted": (
        settings(oauth_scopes=[]),
        ["You are not allowed any of the requested scopes", "okta.logs.read", "Okta API Scopes", "admin role"],
    ),
    "no admin role": (settings(oauth_role=[]), ["403 E0000006", "has no admin role that allows this", "Admin roles"]),
    "encrypted key": (encrypted, ["private_key is encrypted with a passphrase", "openssl pkcs8"]),
    "owner of the API token lost the role": (token_settings(ssws_scopes=[]), ["403 E0000006", "lost it"]),
    "owner of the API token deactivated": (token_settings(tokens_expired=True), ["401 E0000011", "is deactivated"]),
    "both ways at once": (
        lambda sandbox: {**service_app(sandbox), "token": "00token"},
        ["Both token and client_id", "OKTA_TOKEN"],
    ),
    "no key": (lambda sandbox: {"token": None, "client_id": "0oa1"}, ["No way to sign in to Okta was given"]),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_told_and_no_secret(sandbox: SandboxProcess, case: str) -> None:
    change, expected = WRONG[case]
    options = change(sandbox)
    result = run(sandbox, okta_system_log_info, fails=True, event_types=["device.platform.add"], **options)
    assert not [words for words in expected if words not in result["msg"]], result["msg"]
    text = json.dumps(result)
    for secret in (options.get("private_key"), Path(sandbox.ready["okta_private_key_file"]).read_text("utf-8")):
        lines = [line for line in (secret or "").splitlines() if "KEY" not in line]
        assert not [line for line in lines if line in text]


def test_a_classic_org_is_named(sandbox: SandboxProcess) -> None:
    sandbox.settings(okta={"pipeline": "v1"})
    assert "Classic Engine" in run(sandbox, okta_access_policy, fails=True, name="Desktops")["msg"]


def test_a_feature_that_the_org_lacks_is_no_dead_token(sandbox: SandboxProcess) -> None:
    sandbox.settings(okta={"missing_features": ["devices"]})
    result = run(sandbox, okta_device_info, fails=True, **service_app(sandbox))
    assert "check the licence" in result["msg"]
    assert [path for path, _status in statuses(sandbox)].count(TOKEN) == 1
