"""What the optional roles make of their variables: hosts of the org, lists given as text, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.modules import okta_device_assurance

from tests.integration.playbook import writes_sent
from tests.integration.test_attestation import rules
from tests.integration.test_optional_roles import HOST, received, run_role
from tests.integration.test_roles_alone import imported, play, role_options
from tests.sandbox_process import SandboxProcess

OWN = "attest-example.okta.com"


def with_domains(sandbox: SandboxProcess, **domains: str) -> None:
    """Custom domains of the org; names have underscores for dots, values are what became of their DNS records."""
    state = sandbox.state()
    state["okta"]["domains"] = {"default": state["okta"]["domains"]["default"]}
    for number, (name, status) in enumerate(domains.items()):
        made = {**state["okta"]["domains"]["default"], "id": f"OcD{number}", "validationStatus": status}
        state["okta"]["domains"][made["id"]] = made | {"domain": name.replace("_", ".")}
    sandbox.load_state(state)


def of(role: str, **options: Any) -> dict[str, Any]:
    """Variables of a role, given without its name."""
    return {f"{role}_{name}": value for name, value in options.items()}


def one_of(sandbox: SandboxProcess) -> list[dict[str, Any]]:
    """The payloads of a Mac, which all of the Blueprint have alike."""
    macs = list(received(sandbox).values())
    assert macs
    assert all(payloads == macs[0] for payloads in macs)
    return macs[0]


def test_all_hosts_of_the_org_are_asked_for_and_no_other(tmp_path: Path, sandbox: SandboxProcess) -> None:
    with_domains(sandbox, login_acme_example="COMPLETED", sso_acme_example="VERIFIED", not_yet_example="NOT_STARTED")
    hosts = ["127.0.0.1", OWN, "login.acme.example", "more.acme.example", "sso.acme.example"]
    run_role(tmp_path / "sso", sandbox, "sso_extension", options={"custom_domains": "more.acme.example, "})
    assert [one["path"] for one in sandbox.requests("okta")] == ["/.well-known/okta-organization", "/api/v1/domains"]
    (payload,) = one_of(sandbox)
    assert payload["Hosts"] == hosts
    silent = {"browsers": "chrome,firefox", "auto_launch": True, "custom_domains": ["more.acme.example"]}
    run_role(tmp_path / "prompt", sandbox, "open_prompt", options=silent)
    launches = [one["AutoLaunchProtocolsFromOrigins"] for one in one_of(sandbox) if "Chrome" in one["PayloadType"]]
    assert launches == [
        [{"protocol": "com-okta-authenticator", "allowed_origins": [f"https://{host}" for host in hosts]}]
    ]


def test_another_order_of_the_hosts_is_no_change_and_a_new_one_is(tmp_path: Path, sandbox: SandboxProcess) -> None:
    roles: dict[str, dict[str, Any]] = {"sso_extension": {}, "open_prompt": {"auto_launch": True}}
    domains = {"login_acme_example": "COMPLETED", "sso_acme_example": "COMPLETED"}
    with_domains(sandbox, **domains)
    for role, options in roles.items():
        run_role(tmp_path / role, sandbox, role, options=options)
    with_domains(sandbox, **dict(reversed(domains.items())))
    for role, options in roles.items():
        again = run_role(tmp_path / role, sandbox, role, options=options)
        assert (again.changed(), writes_sent(sandbox)) == ([], [])
    with_domains(sandbox, a_acme_example="COMPLETED", **domains)
    for role, options in roles.items():
        run_role(tmp_path / role, sandbox, role, options=options)
        assert [method for method, _path in writes_sent(sandbox)] == ["PATCH"]
    assert str(one_of(sandbox)).count("'a.acme.example'") == 1
    assert str(one_of(sandbox)).count("'https://a.acme.example'") == 2


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


WARNED: list[tuple[dict[str, Any], str]] = [
    ({"enrollment_options": "SilentEnrollmentEnabled"}, "okta-enrollment"),
    ({"device_health_options": "Disabled,HidePassword"}, "okta-health"),
    ({"user_principal_name": "$FULL_NAME"}, "okta-login-hint"),
    ({"user_principal_name": "ada@acme.example"}, "okta-login-hint"),
    ({"protocol_version": "2.0", "extension_keys_in_both": True}, "okta-domain"),
    ({"password_sync_client_id": "0oa1", "extension_keys_in_both": True}, "okta-domain"),
]


def test_what_contradicts_itself_in_the_settings_of_okta_verify_is_a_warning(
    tmp_path: Path, sandbox: SandboxProcess
) -> None:
    tasks = [imported("managed_app_config", of("managed_app_config", org=HOST, **options)) for options, _code in WARNED]
    run = play(sandbox, tmp_path, tasks, check=True)
    found = [
        task.result for task in run.tasks if task.task.endswith("Put the settings of Okta Verify into the Library")
    ]
    for result, (options, code) in zip(found, WARNED, strict=True):
        assert {finding["code"] for finding in result["findings"]} == {code}, options
        assert len(result["warnings"]) == len(result["findings"])


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("managed_app_config", {"osquery_custom_checks_timeout": 0, "enable_osquery_custom_checks": True}, "1 or more"),
    ("managed_app_config", {"osquery_custom_checks_timeout": 5}, "enable_osquery_custom_checks"),
    (
        "managed_app_config",
        {"enable_osquery_custom_checks": True, "osquery_allowed_domains": ["a b"]},
        "osquery_allowed_domains",
    ),
    ("managed_app_config", {"org": "http://acme.okta.example"}, "org_url is 'http://acme.okta.example'"),
    ("managed_app_config", {"org": "https://acme-admin.okta.example"}, "without -admin"),
    ("managed_app_config", {"password_sync_client_id": " 0oa1"}, "white space"),
    ("managed_app_config", {"protocol_version": "3.0"}, "value of managed_app_config_protocol_version must be one of"),
    ("managed_app_config", {"enrollment_options": "Silent"}, "must be one of: SilentEnrollmentDisabled"),
    ("managed_app_config", {"plugins": [{"locaton": "/a"}]}, "managed_app_config_plugins.locaton"),
    ("managed_app_config", {"plugins": [{"location": "data.zta"}]}, "expected a whole path"),
    ("sso_extension", {"org": "acme okta"}, "expected a host such as"),
    ("sso_extension", {"options": {"hosts": ["a.example"]}}, "sso_extension_options.hosts"),
    ("sso_extension", {"platform_sso_options": {"macos": 12}}, "macos must be one of: 13, 14, got: 12"),
    (
        "sso_extension",
        {"org": HOST, "fastpass": False, "platform_sso": True}
        | {"platform_sso_options": {"platform_sso": {"LoginFrequenzy": 7200}}},
        "did you mean LoginFrequency?",
    ),
    (
        "sso_extension",
        {"org": HOST, "fastpass": False, "platform_sso": True}
        | {"platform_sso_options": {"platform_sso": {"LoginFrequency": 60}}},
        "LoginFrequency",
    ),
    ("open_prompt", {"browsers": ["safari"]}, "must be one or more of: chrome, edge, firefox"),
    ("open_prompt", {"browsers": ["firefox"]}, "Firefox has no checkbox policy"),
    ("open_prompt", {"checkbox": False}, "There is no policy to set for Google Chrome"),
    ("open_prompt", {"auto_launch": True, "org": "https://acme.okta.example/app"}, "expected a host such as"),
    ("endpoint_security", {"integrations": []} | {"macos_location": "data.zta"}, "expected a whole path"),
    ("endpoint_security", {"plugin": {"format": "JWT"}}, "endpoint_security_plugin.format"),
    ("endpoint_security", {"integrations": [{"platform": "macos"}]}, "missing required arguments: name"),
    ("endpoint_security", {"assurance": "Chrome"}, "endpoint_security_assurance_signals does not say"),
    ("endpoint_security", {"assurance_signals": {"disk": True}}, "endpoint_security_assurance_signals.disk"),
]


def test_what_is_refused_says_why_and_nothing_is_sent(tmp_path: Path, sandbox: SandboxProcess) -> None:
    tasks = [
        {
            "block": [imported(role, {"managed_app_config_org": HOST, **of(role, **options)})],
            "rescue": [{"name": f"case {number}", "ansible.builtin.debug": {"msg": "refused"}}],
        }
        for number, (role, options, _text) in enumerate(REFUSED)
    ]
    run = play(sandbox, tmp_path, tasks)
    failures = [str(task.result["msg"]) for task in run.tasks if task.status == "failed"]
    for message, (role, options, text) in zip(failures, REFUSED, strict=True):
        assert text in message, (role, options)
    assert sandbox.requests() == []


def test_the_signals_of_the_role_are_those_of_the_module() -> None:
    ours = role_options("endpoint_security")["endpoint_security_assurance_signals"]["options"]
    theirs = okta_device_assurance.SPEC.options["chrome_device_trust"]["options"]
    kept = ("type", "choices", "elements")
    assert {name: {key: one[key] for key in kept if key in one} for name, one in ours.items()} == {
        name: {key: one[key] for key in kept if key in one} for name, one in theirs.items()
    }


def test_the_score_of_crowdstrike_goes_into_the_rule(tmp_path: Path, sandbox: SandboxProcess) -> None:
    options = of("authentication_policy", expression="device.provider.zta.overall >= 80", groups=["Desktop users"])
    task = imported("authentication_policy", {**options, **of("authentication_policy", apps=["Salesforce"])})
    play(sandbox, tmp_path / "first", [task])
    (rule,) = [rule for rule in rules(sandbox) if not rule["system"]]
    assert rule["conditions"]["elCondition"] == {"condition": "device.provider.zta.overall >= 80"}
    again = play(sandbox, tmp_path / "again", [task])
    assert (again.changed(), writes_sent(sandbox)) == ([], [])


# Of each role on an empty tenant: how many requests, and how many of them write.
FIRST_RUNS: dict[str, tuple[dict[str, Any], int, int]] = {
    "sso_extension": ({}, 9, 2),
    "open_prompt": ({"auto_launch": True}, 8, 2),
    "endpoint_security": ({}, 7, 2),
    "managed_app_config": ({}, 7, 2),
}


@pytest.mark.parametrize("role", FIRST_RUNS)
def test_a_first_run_sends_these_many_requests_and_reaches_the_macs(
    tmp_path: Path, sandbox: SandboxProcess, role: str
) -> None:
    options, requests, writes = FIRST_RUNS[role]
    run_role(tmp_path / "run", sandbox, role, options=options)
    assert (len(sandbox.requests()), len(writes_sent(sandbox))) == (requests, writes), [
        one["path"] for one in sandbox.requests()
    ]
    assert received(sandbox)


def test_a_file_for_pcs_that_somebody_changed_is_written_again(tmp_path: Path, sandbox: SandboxProcess) -> None:
    file = tmp_path / "com.crowdstrike.zta.json"
    location = r"%ProgramData%\CrowdStrike\ZeroTrustAssessment\OVSignals.zta"
    options = {"macos_plugin": False, "windows_file": str(file), "windows_location": location}
    run_role(tmp_path / "first", sandbox, "endpoint_security", options=options)
    written = file.read_text(encoding="utf-8")
    assert json.loads(written)["location"] == location
    file.write_text(written.replace("csagent", "other"), encoding="utf-8")
    shown = run_role(tmp_path / "check", sandbox, "endpoint_security", options=options, check=True, diff=True)
    assert [task.rpartition(" : ")[2] for task in shown.changed()] == ["Write the file for PCs"]
    assert "other" in shown.output
    assert "other" in file.read_text(encoding="utf-8")
    run_role(tmp_path / "repair", sandbox, "endpoint_security", options=options)
    assert file.read_text(encoding="utf-8") == written
    assert writes_sent(sandbox) == []
