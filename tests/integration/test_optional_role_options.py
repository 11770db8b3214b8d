"""What the optional roles make of their variables: hosts of the org, lists given as text, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.integration.test_optional_roles import HOST, received, run_role
from tests.sandbox_process import SandboxProcess

OWN = "attest-example.okta.com"


def with_domains(sandbox: SandboxProcess, **domains: str) -> None:
    """Custom domains of the org; names have underscores for dots, values are what became of their DNS records."""
    state = sandbox.state()
    for number, (name, status) in enumerate(domains.items()):
        made = {**state["okta"]["domains"]["default"], "id": f"OcD{number}", "validationStatus": status}
        state["okta"]["domains"][made["id"]] = made | {"domain": name.replace("_", ".")}
    sandbox.load_state(state)


def one_of(sandbox: SandboxProcess) -> list[dict[str, Any]]:
    """The payloads of a Mac, which all of the Blueprint have alike."""
    macs = list(received(sandbox).values())
    assert macs
    assert all(payloads == macs[0] for payloads in macs)
    return macs[0]


def test_all_hosts_of_the_org_are_asked_for_and_no_other(tmp_path: Path, sandbox: SandboxProcess) -> None:
    with_domains(sandbox, login_acme_example="COMPLETED", sso_acme_example="VERIFIED", not_yet_example="NOT_STARTED")
    hosts = ["127.0.0.1", OWN, "login.acme.example", "sso.acme.example", "more.acme.example"]
    run_role(tmp_path / "sso", sandbox, "sso_extension", options={"custom_domains": "more.acme.example, "})
    assert [one["path"] for one in sandbox.requests("okta")] == ["/.well-known/okta-organization", "/api/v1/domains"]
    (payload,) = one_of(sandbox)
    assert payload["Hosts"] == hosts
    silent = {"browsers": "chrome,firefox", "auto_launch": True, "custom_domains": ["https://more.acme.example"]}
    run_role(tmp_path / "prompt", sandbox, "open_prompt", options=silent)
    launches = [one["AutoLaunchProtocolsFromOrigins"] for one in one_of(sandbox) if "Chrome" in one["PayloadType"]]
    assert launches == [
        [{"protocol": "com-okta-authenticator", "allowed_origins": [f"https://{host}" for host in hosts]}]
    ]


def test_platform_sso_and_the_org_url_go_by_the_host_of_the_url(tmp_path: Path, sandbox: SandboxProcess) -> None:
    with_domains(sandbox, **{"0_acme_example": "COMPLETED"})
    run_role(tmp_path / "sso", sandbox, "sso_extension", options={"fastpass": False, "platform_sso": True})
    (redirect,) = [payload for payload in one_of(sandbox) if payload.get("Type") == "Redirect"]
    assert {url.split("/")[2] for url in redirect["URLs"]} == {"127.0.0.1"}


def test_a_token_that_may_not_read_domains_is_told_what_it_lacks(tmp_path: Path, sandbox: SandboxProcess) -> None:
    sandbox.settings(okta={"ssws_scopes": ["okta.orgs.read"]})
    refused = run_role(tmp_path / "asked", sandbox, "sso_extension", options={}, fails=True)
    message = refused.tasks[-1].result["msg"]
    assert all(word in message for word in ("/api/v1/domains with 403", "sso_extension_custom_domains")), message
    run_role(tmp_path / "given", sandbox, "sso_extension", options={"org": HOST})


@pytest.mark.parametrize("same", ["name", "identifier"])
def test_fastpass_and_platform_sso_never_share_a_profile(tmp_path: Path, sandbox: SandboxProcess, same: str) -> None:
    options = {"org": HOST, "platform_sso": True, same: "com.example.one", f"platform_sso_{same}": "com.example.one"}
    refused = run_role(tmp_path, sandbox, "sso_extension", options=options, fails=True)
    assert f"sso_extension_platform_sso_{same}" in refused.tasks[-1].result["msg"]
    assert sandbox.requests() == []
