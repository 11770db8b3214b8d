"""okta_authenticator_info and okta_device_assurance_info: what they return, by how many requests."""

from __future__ import annotations

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.modules import (
    okta_authenticator,
    okta_authenticator_info,
    okta_device_assurance,
    okta_device_assurance_info,
)

from tests.integration.okta_module import run
from tests.sandbox_process import SandboxProcess


def authenticators(sandbox: SandboxProcess, **options: Any) -> list[dict[str, Any]]:
    result = run(sandbox, okta_authenticator_info, **options)
    assert result["changed"] is False
    return list(result["authenticators"])


def assurances(sandbox: SandboxProcess, **options: Any) -> list[str]:
    result = run(sandbox, okta_device_assurance_info, **options)
    assert result["changed"] is False
    return [one["name"] for one in result["device_assurances"]]


def test_authenticators(sandbox: SandboxProcess) -> None:
    every = authenticators(sandbox, oauth=True, token=None)
    keys = ["okta_email", "okta_verify", "okta_password", "phone_number", "webauthn", "security_question"]
    assert [one["key"] for one in every] == keys
    assert all("methods" not in one for one in every)
    sandbox.clear_requests()
    (verify,) = authenticators(sandbox, key="okta_verify", methods=True)
    assert len(sandbox.requests("okta")) == 2
    assert verify == run(sandbox, okta_authenticator, key="okta_verify")["authenticator"]
    assert verify["methods"]["signed_nonce"]["status"] == "ACTIVE"
    assert authenticators(sandbox, id=verify["id"], name="Okta Verify") == [
        {key: value for key, value in verify.items() if key != "methods"}
    ]
    assert authenticators(sandbox, id=verify["id"], name="Phone") == []


def test_device_assurance(sandbox: SandboxProcess) -> None:
    assert assurances(sandbox) == []
    made = [
        run(sandbox, okta_device_assurance, name=name, platform=platform, os_version={"minimum": "15.1"})
        for name, platform in (("Company Macs", "macos"), ("Company phones", "ios"))
    ]
    sandbox.clear_requests()
    assert assurances(sandbox, oauth=True, token=None) == ["Company Macs", "Company phones"]
    assert assurances(sandbox, platform="ios") == ["Company phones"]
    assert assurances(sandbox, name="Company Macs", platform="ios") == []
    (found,) = run(sandbox, okta_device_assurance_info, id=made[0]["device_assurance"]["id"])["device_assurances"]
    assert found == made[0]["device_assurance"]
    assert len([one for one in sandbox.requests("okta") if one["path"] == "/api/v1/device-assurances"]) == 4


def test_an_org_without_device_assurance(sandbox: SandboxProcess) -> None:
    sandbox.settings(okta={"missing_features": ["device-assurances"]})
    result = run(sandbox, okta_device_assurance_info, fails=True)
    assert result["failure"]["code"] == "E0000015"
