"""The optional tasks of the workflow: what simulated Macs received, drift, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.ansible_run import AnsibleRun
from tests.integration.playbook import attest, writes_sent, writes_told
from tests.integration.test_attestation import computers, iru, okta
from tests.integration.test_roles_alone import FQCN, imported, play
from tests.sandbox_process import SandboxProcess

BLUEPRINT = "Engineering"
EXTENSION = "com.okta.mobile.auth-service-extension"
HOST = "acme.okta.example"


def run_role(folder: Path, sandbox: SandboxProcess, role: str, *, options: dict[str, Any], **run: Any) -> AnsibleRun:
    """The role alone, on one Blueprint; ``options`` are its variables without their prefix."""
    values = {f"{role}_{name}": value for name, value in {"blueprints": [BLUEPRINT], **options}.items()}
    return play(sandbox, folder, [imported(role, values)], **run)


def received(sandbox: SandboxProcess) -> dict[str, list[dict[str, Any]]]:
    """Serial number to the payloads that the Mac has of profiles of this collection, after they checked in."""
    sandbox.tick(60)
    made = {item["id"] for item in profiles(sandbox).values() if "Okta" in item["name"]}
    found = {
        computer["serial_number"]: [
            payload
            for identifier, one in computer["profiles"].items()
            if identifier in made
            for payload in one["payloads"]
        ]
        for computer in computers(sandbox)
    }
    return {serial: payloads for serial, payloads in found.items() if payloads}


def profiles(sandbox: SandboxProcess) -> dict[str, dict[str, Any]]:
    """Custom profiles of the tenant by name."""
    return {one["name"]: one for one in iru(sandbox, "GET", "/api/v1/library/custom-profiles")["results"]}


def settings(payload: dict[str, Any]) -> dict[str, Any]:
    """A payload without the keys that all payloads have."""
    return {key: value for key, value in payload.items() if not key.startswith("Payload")}


def test_fastpass_reaches_the_macs_of_the_blueprint(tmp_path: Path, sandbox: SandboxProcess) -> None:
    run_role(tmp_path, sandbox, "sso_extension", options={"custom_domains": ["login.acme.example"]})
    macs = received(sandbox)
    assert macs
    for payloads in macs.values():
        (payload,) = payloads
        assert payload["PayloadType"] == "com.apple.extensiblesso"
        assert settings(payload) == {
            "ExtensionIdentifier": EXTENSION,
            "TeamIdentifier": "B7F62B65BN",
            "Type": "Credential",
            "Realm": "Okta Device",
            "Hosts": ["127.0.0.1", "attest-example.okta.com", "login.acme.example"],
        }


def test_platform_sso_is_a_profile_of_its_own(tmp_path: Path, sandbox: SandboxProcess) -> None:
    options = {"org": HOST, "platform_sso": True, "platform_sso_options": {"platform_sso": {"LoginFrequency": 7200}}}
    run = run_role(tmp_path, sandbox, "sso_extension", options=options)
    assert len(writes_told(run)) == len(writes_sent(sandbox)) == 4, "two profiles, each on one Blueprint"
    assert not [one for one in sandbox.requests() if one["service"] == "okta"], "the org needs not be asked"
    for payloads in received(sandbox).values():
        assert sorted(payload["PayloadType"] for payload in payloads) == [
            "com.apple.associated-domains",
            "com.apple.extensiblesso",
            "com.apple.extensiblesso",
        ]
        (redirect,) = [payload for payload in payloads if payload.get("Type") == "Redirect"]
        assert redirect["URLs"] == [f"https://{HOST}/device-access/api/v1/nonce", f"https://{HOST}/oauth2/v1/token"]
        assert redirect["PlatformSSO"]["LoginFrequency"] == 7200
        (domains,) = [payload for payload in payloads if "Configuration" in payload]
        assert {domain for one in domains["Configuration"] for domain in one["AssociatedDomains"]} == {
            f"authsrv:{HOST}"
        }


def test_another_extension_for_the_host_is_refused_and_would_fail_on_the_mac(
    tmp_path: Path, sandbox: SandboxProcess
) -> None:
    run_role(tmp_path / "first", sandbox, "sso_extension", options={"org": HOST})
    other = {"org": HOST, "name": "Okta SSO again", "identifier": "com.example.again"}
    refused = run_role(tmp_path / "second", sandbox, "sso_extension", options=other, fails=True)
    message = refused.tasks[-1].result["msg"]
    assert all(word in message for word in ("Okta FastPass SSO extension", HOST, "allow_conflicts")), message
    assert writes_sent(sandbox) == []
    run_role(tmp_path / "third", sandbox, "sso_extension", options={**other, "allow_conflicts": True})
    macs = received(sandbox)
    assert all(len(payloads) == 1 for payloads in macs.values()), "a Mac takes the first only"


def test_the_extension_of_irus_own_device_trust_is_in_the_way_and_the_plug_in_is_not(
    tmp_path: Path, sandbox: SandboxProcess
) -> None:
    sandbox.settings(iru={"okta_device_trust": True})
    refused = run_role(tmp_path / "sso", sandbox, "sso_extension", options={"org": HOST}, fails=True)
    assert "Okta Device Trust" in refused.tasks[-1].result["msg"]
    assert writes_sent(sandbox) == []
    run_role(tmp_path / "edr", sandbox, "endpoint_security", options={})


def test_the_settings_of_okta_verify_are_those_of_the_user_of_each_mac(tmp_path: Path, sandbox: SandboxProcess) -> None:
    options = {
        "org": HOST,
        "enrollment_options": "Enabled",
        "device_health_options": ["HideOSUpdate", "HidePassword"],
        "report_diagnostics": False,
        "hide_main_window": True,
        "enable_osquery_custom_checks": True,
        "osquery_custom_checks_timeout": 3,
        "osquery_allowed_domains": [HOST, "beta.okta.example"],
        "password_sync_client_id": "0oa1",
        "protocol_version": "2.0",
        "plugins": [{}],
    }
    run_role(tmp_path, sandbox, "managed_app_config", options=options)
    users = {computer["serial_number"]: computer["user_login"] for computer in computers(sandbox)}
    macs = received(sandbox)
    assert macs
    for serial, payloads in macs.items():
        by_domain = {payload["PayloadType"]: settings(payload) for payload in payloads}
        assert set(by_domain) == {"com.okta.mobile", EXTENSION}
        app = by_domain["com.okta.mobile"]
        assert app.pop("com.crowdstrike.zta")["format"] == "JWT"
        assert app == {
            "OktaVerify.OrgUrl": f"https://{HOST}",
            "OktaVerify.UserPrincipalName": users[serial] or "",
            "OktaVerify.EnrollmentOptions": "Enabled",
            "OktaVerify.DeviceHealthOptions": "HideOSUpdate;HidePassword",
            "OktaVerify.ReportDiagnostics": False,
            "OktaVerify.LaunchOptions": "HideMainWindow",
            "OktaVerify.EnableOSQueryCustomChecks": True,
            "OktaVerify.OSQueryCustomChecksTimeout": "3",
            "OktaVerify.OSQueryAllowedDomains": f"{HOST};beta.okta.example",
            "OktaVerify.Plugins": ["com.crowdstrike.zta"],
        }
        more = {"OktaVerify.PasswordSyncClientID": "0oa1", "PlatformSSO.ProtocolVersion": "2.0"}
        assert {key: by_domain[EXTENSION][key] for key in (*app, *more)} == {**app, **more}


def test_a_contradiction_of_oktas_pages_is_a_warning(tmp_path: Path, sandbox: SandboxProcess) -> None:
    options = {"enrollment_options": "SilentEnrollmentEnabled", "user_principal_name": ""}
    run = run_role(tmp_path / "warned", sandbox, "managed_app_config", options=options)
    result = run.only(f"{FQCN}managed_app_config : Put the settings of Okta Verify into the Library").result
    assert [finding["code"] for finding in result["findings"]] == ["okta-enrollment", "okta-enrollment"]
    assert "SilentEnrollmentEnabled" in str(result["warnings"])
    ignored = run_role(
        tmp_path / "known", sandbox, "managed_app_config", options={**options, "lint_ignore": ["okta-enrollment"]}
    )
    assert ignored.changed() == []
    (payloads, *_rest) = received(sandbox).values()
    assert all("OktaVerify.UserPrincipalName" not in payload for payload in payloads)


def test_the_browsers_get_the_documented_policy_or_the_silent_ones(tmp_path: Path, sandbox: SandboxProcess) -> None:
    run_role(tmp_path / "documented", sandbox, "open_prompt", options={})
    for payloads in received(sandbox).values():
        assert {payload["PayloadType"]: settings(payload) for payload in payloads} == {
            "com.google.Chrome": {"ExternalProtocolDialogShowAlwaysOpenCheckbox": True},
            "com.microsoft.Edge": {"ExternalProtocolDialogShowAlwaysOpenCheckbox": True},
        }
    silent = {
        "browsers": ["chrome", "firefox"],
        "checkbox": False,
        "auto_launch": True,
        "local_network_access": True,
        "org": HOST,
    }
    run_role(tmp_path / "silent", sandbox, "open_prompt", options=silent)
    launch = [{"protocol": "com-okta-authenticator", "allowed_origins": [f"https://{HOST}"]}]
    for payloads in received(sandbox).values():
        assert {payload["PayloadType"]: settings(payload) for payload in payloads} == {
            "com.google.Chrome": {
                "AutoLaunchProtocolsFromOrigins": launch,
                "LocalNetworkAccessAllowedForUrls": [f"https://{HOST}"],
            },
            "org.mozilla.firefox": {"AutoLaunchProtocolsFromOrigins": launch, "EnterprisePoliciesEnabled": True},
        }


def test_a_policy_that_another_profile_sets_is_refused(tmp_path: Path, sandbox: SandboxProcess) -> None:
    run_role(tmp_path / "ours", sandbox, "open_prompt", options={})
    other = {"name": "Okta prompt again", "identifier": "com.example.again"}
    refused = run_role(tmp_path / "other", sandbox, "open_prompt", options=other, fails=True)
    assert "com.google.Chrome ExternalProtocolDialogShowAlwaysOpenCheckbox" in refused.tasks[-1].result["msg"]
    assert writes_sent(sandbox) == []


CROWDSTRIKE = "com.crowdstrike.zta"


def integrations(sandbox: SandboxProcess) -> dict[tuple[str, str], dict[str, Any]]:
    """The integrations of the org by name and platform."""
    return {(one["name"], one["platform"]): one for one in okta(sandbox, "GET", "/api/v1/device-integrations")}


def test_endpoint_security_is_switched_on_and_macs_know_where_the_signals_are(
    tmp_path: Path, sandbox: SandboxProcess
) -> None:
    known = integrations(sandbox)[CROWDSTRIKE, "MACOS"]
    okta(sandbox, "POST", f"/api/v1/device-integrations/{known['id']}/lifecycle/deactivate")
    location = "/Library/Application Support/Crowdstrike/ZeroTrustAssessment/OVSignals.zta"
    options = {
        "plugin": {"location": location},
        "windows_file": str(tmp_path / "com.crowdstrike.zta.json"),
        "assurance": "Chrome on Macs",
        "assurance_signals": {"disk_encrypted": True, "os_firewall": True},
    }
    run = run_role(tmp_path / "run", sandbox, "endpoint_security", options=options)
    assert integrations(sandbox)[CROWDSTRIKE, "MACOS"]["status"] == "ACTIVE"
    activation = ("POST", f"/api/v1/device-integrations/{known['id']}/lifecycle/activate")
    assert activation in writes_told(run)
    assert writes_told(run) == writes_sent(sandbox)
    macs = received(sandbox)
    assert macs
    for payloads in macs.values():
        by_domain = {payload["PayloadType"]: settings(payload) for payload in payloads}
        assert set(by_domain) == {"com.okta.mobile", EXTENSION}
        assert by_domain["com.okta.mobile"] == by_domain[EXTENSION]
        assert by_domain[EXTENSION]["OktaVerify.Plugins"] == [CROWDSTRIKE]
        assert by_domain[EXTENSION][CROWDSTRIKE]["location"] == location
    file = json.loads((tmp_path / "com.crowdstrike.zta.json").read_text(encoding="utf-8"))
    assert file["availabilityChecks"] == [{"type": "SERVICE_RUNNING", "value": "csagent"}]
    assert file["location"] == r"%ProgramData%\CrowdStrike\ZeroTrustAssessment\data.zta"
    (policy,) = [one for one in okta(sandbox, "GET", "/api/v1/device-assurances") if one["name"] == "Chrome on Macs"]
    assert policy["thirdPartySignalProviders"]["dtc"] == {"diskEncrypted": True, "osFirewall": True}
    again = run_role(tmp_path / "again", sandbox, "endpoint_security", options=options)
    assert (again.changed(), writes_sent(sandbox)) == ([], [])


def test_an_integration_that_nobody_added_is_named_with_the_way_to_add_it(
    tmp_path: Path, sandbox: SandboxProcess
) -> None:
    missing = {"integrations": [{"name": "com.example.edr"}]}
    run = run_role(tmp_path, sandbox, "endpoint_security", options=missing, fails=True)
    assert "Admin Console" in str(run.tasks[-1].result)
    assert writes_sent(sandbox) == []


def test_configuration_and_plug_in_are_two_profiles_that_a_mac_merges_or_one(
    tmp_path: Path, sandbox: SandboxProcess
) -> None:
    run_role(tmp_path / "plug-in", sandbox, "endpoint_security", options={})
    run_role(tmp_path / "settings", sandbox, "managed_app_config", options={"org": HOST})
    for payloads in received(sandbox).values():
        keys = [(payload["PayloadType"], key) for payload in payloads for key in settings(payload)]
        assert len(payloads) == 4
        assert len(keys) == len(set(keys)), "which profile wins is defined only where no key is set twice"
    both = {"org": HOST, "plugins": [{}]}
    refused = run_role(tmp_path / "twice", sandbox, "managed_app_config", options=both, fails=True)
    assert "com.okta.mobile OktaVerify.Plugins" in refused.tasks[-1].result["msg"]


NAMES = ("sso_extension", "open_prompt", "endpoint_security", "managed_app_config")


def test_the_playbook_predicts_and_runs_what_is_switched_on_in_the_documented_order(
    tmp_path: Path, sandbox: SandboxProcess
) -> None:
    switches = {f"attestation_{role}": True for role in NAMES}
    blueprints = {f"{role}_blueprints": [BLUEPRINT] for role in NAMES}
    variables = {**switches, **blueprints}
    checked = attest(tmp_path / "check", sandbox, check=True, variables=variables)
    assert writes_sent(sandbox) == []
    run = attest(tmp_path / "run", sandbox, variables=variables)
    assert writes_told(run) == writes_sent(sandbox)
    assert len(writes_told(checked)) == len(writes_told(run)) == 7 + 2 * len(NAMES)
    assert checked.changed() == run.changed()
    changed = [task.split(" : ")[0].removeprefix(FQCN) for task in run.changed()]
    assert [role for index, role in enumerate(changed) if role not in changed[:index]] == [
        "scep_profile",
        "authentication_policy",
        *NAMES,
    ]
    again = attest(tmp_path / "again", sandbox, variables=variables)
    assert (again.changed(), writes_sent(sandbox)) == ([], [])
