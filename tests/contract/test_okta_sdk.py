"""The sandbox's Okta org as Okta's own Python SDK sees it, over TLS.

The SDK is generated from Okta's published specification and refuses answers that do not fit. Left out is what it
refuses although real orgs are recorded to answer so: `encoding: Base32` among the methods of Okta Verify (so one method
is read, not all), and `MACOS` as operating system of a rule (it knows only `OSX`), so that rules here are for Windows.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from okta import models
from okta.client import Client

from tests.contract.okta_sdk import ask, awaited, connect, pages, refusal
from tests.integration.playbook import attest
from tests.sandbox_process import SandboxProcess

# The SDK gives its HTTP library the context by an argument of old.
pytestmark = pytest.mark.filterwarnings("ignore:ssl_context is deprecated:DeprecationWarning")

SCOPES = ["okta.policies.manage", "okta.policies.read", "okta.groups.read"]
CONSTRAINT = {"possession": {"deviceBound": "REQUIRED", "phishingResistant": "REQUIRED", "userPresence": "REQUIRED"}}
METHOD = {"type": "ASSURANCE", "factorMode": "2FA", "reauthenticateIn": "PT12H", "constraints": [CONSTRAINT]}


def new_policy(client: Client, name: str = "Desktops") -> models.AccessPolicy:
    return ask(client.create_policy(models.AccessPolicy(type="ACCESS_POLICY", name=name, description="of the SDK")))


def desktop_rule(group_id: str) -> models.AccessPolicyRule:
    conditions = {
        "device": {"registered": True, "managed": True},
        "platform": {"include": [{"type": "DESKTOP", "os": {"type": "WINDOWS"}}]},
        "people": {"groups": {"include": [group_id]}},
    }
    actions = {"appSignOn": {"access": "ALLOW", "verificationMethod": METHOD}}
    rule = {"name": "Managed", "type": "ACCESS_POLICY", "conditions": conditions, "actions": actions}
    made = models.AccessPolicyRule.from_dict(rule)
    assert made is not None
    return made


def test_org_and_fastpass(client: Client, sandbox: SandboxProcess) -> None:
    state = sandbox.state()["okta"]
    known = ask(client.get_wellknown_org_metadata())
    assert (known.id, known.pipeline.value) == (state["org"]["id"], "idx")
    assert ask(client.get_org_settings()).company_name == state["org"]["companyName"]
    (verify,) = [one for one in ask(client.list_authenticators()) if one.name == "Okta Verify"]
    assert isinstance(verify, models.AuthenticatorKeyOktaVerify)
    fastpass = ask(client.get_authenticator_method(verify.id, "signed_nonce"))
    assert (fastpass.status.value, fastpass.settings.key_protection.value) == ("ACTIVE", "ANY")


def test_policies_from_create_to_delete(client: Client, sandbox: SandboxProcess) -> None:
    policy = new_policy(client)
    assert policy.id in sandbox.state()["okta"]["policies"]
    replaced = ask(client.replace_policy(policy.id, models.AccessPolicy(type="ACCESS_POLICY", name="Computers")))
    assert (replaced.id, replaced.name, replaced.description) == (policy.id, "Computers", None)
    # Lists carry `_embedded.resourceType`, recorded as text, which the SDK refuses for want of an object.
    sandbox.settings(okta={"policy_resource_type": False})
    listed = ask(client.list_policies("ACCESS_POLICY"))
    assert [one.id for one in listed] == list(sandbox.state()["okta"]["policies"])
    assert ask(client.delete_policy(policy.id)) is None
    missing = refusal(client.get_policy(policy.id))
    assert (missing.status, missing.error_code) == (404, "E0000007")
    unknown = refusal(client.list_policies("NO_SUCH_TYPE"))
    assert (unknown.status, unknown.error_code) == (400, "E0000002")


def test_rules_from_create_to_delete(client: Client) -> None:
    policy = new_policy(client)
    group = ask(client.list_groups(q="Desktop users"))[0]
    made = ask(client.create_policy_rule(policy.id, desktop_rule(group.id)))
    assert (made.conditions.device.managed, made.conditions.device.registered) == (True, True)
    assert made.conditions.people.groups.include == [group.id]
    possession = made.actions.app_sign_on.verification_method.constraints[0].possession
    assert (possession.device_bound, possession.phishing_resistant) == ("REQUIRED", "REQUIRED")
    assert [one.name for one in ask(client.list_policy_rules(policy.id))] == ["Managed", "Catch-all Rule"]
    ask(client.deactivate_policy_rule(policy.id, made.id))
    assert ask(client.get_policy_rule(policy.id, made.id)).status.value == "INACTIVE"
    ask(client.activate_policy_rule(policy.id, made.id))
    renamed = ask(client.replace_policy_rule(policy.id, made.id, made.model_copy(update={"name": "Managed 2"})))
    assert (renamed.name, renamed.status.value, renamed.conditions) == ("Managed 2", "ACTIVE", made.conditions)
    taken = refusal(client.create_policy_rule(policy.id, renamed))
    assert (taken.status, taken.error_code) == (400, "E0000001")
    ask(client.delete_policy_rule(policy.id, made.id))
    (catch_all,) = ask(client.list_policy_rules(policy.id))
    assert catch_all.system
    protected = refusal(client.delete_policy_rule(policy.id, catch_all.id))
    assert (protected.status, protected.error_code) == (403, "E0000006")


def test_an_app_gets_a_policy_and_the_admin_console_does_not(client: Client, sandbox: SandboxProcess) -> None:
    policy = new_policy(client)
    apps = {app.label: app for page in pages(client.list_applications, limit=2) for app in page}
    assert {app.id for app in apps.values()} == set(sandbox.state()["okta"]["apps"])
    ask(client.assign_application_policy(apps["Salesforce"].id, policy.id))
    assert ask(client.get_application(apps["Salesforce"].id)).links.access_policy.href.endswith(policy.id)
    refused = refusal(client.assign_application_policy(apps["Okta Admin Console"].id, policy.id))
    assert (refused.status, refused.error_code) == (400, "E0000001")
    assert "re-assignment of this policy is not allowed" in refused.error_summary + str(refused.error_causes)


def test_managed_devices_and_their_certificates(client: Client, sandbox: SandboxProcess, tmp_path: Path) -> None:
    """After a run of the playbook: what Okta's SDK reads is what the computers did."""
    attest(tmp_path, sandbox)
    sandbox.tick(120)
    devices = [one for page in pages(client.list_devices, limit=2, expand="userSummary") for one in page]
    assert {one.id for one in devices} == set(sandbox.state()["okta"]["devices"])
    managed = {
        one.profile.serial_number
        for one in devices
        if any(user.management_status == "MANAGED" for user in one.embedded.users)
    }
    assert managed
    since = (datetime.now(UTC) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    query = {"filter": 'eventType eq "pki.cert.issue"', "since": since, "until": "2100-01-01T00:00:00Z", "limit": 3}
    issued = [one for page in pages(client.list_log_events, **query) for one in page]
    subjects = {target.display_name for event in issued for target in event.target}
    fleet = sandbox.state()["computers"]["fleet"].values()
    assert len(issued) == sum(len(computer["certificates"]) for computer in fleet) > 1
    assert all(any(serial in str(subject) for subject in subjects) for serial in managed)


def test_a_service_app_with_a_private_key(sandbox: SandboxProcess) -> None:
    key = Path(sandbox.ready["okta_private_key_file"]).read_text(encoding="utf-8")
    service_app = {
        "authorizationMode": "PrivateKey",
        "clientId": sandbox.ready["okta_client_id"],
        "privateKey": key,
        "scopes": SCOPES,
    }
    client = connect(sandbox, service_app)
    assert new_policy(client).name == "Desktops"
    # A missing scope is told in a header only, with an empty body, of which the SDK makes no error.
    assert asyncio.run(awaited(client.list_authenticators()))[0] is None
    statuses = {one["path"]: one["status"] for one in sandbox.requests("okta")}
    assert statuses == {"/oauth2/v1/token": 200, "/api/v1/policies": 200, "/api/v1/authenticators": 403}
