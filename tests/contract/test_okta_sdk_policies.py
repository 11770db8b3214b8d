"""Policies, rules, their apps and the simulation as Okta's own Python SDK sees them.

The SDK knows no `MACOS` as operating system of a rule, so rules here are for Windows; and it wants a user and groups in
a simulation, of which Okta takes only one.
"""

from __future__ import annotations

from typing import Any

import pytest
from okta import models
from okta.client import Client

from tests.contract.okta_sdk import ask, pages, refusal
from tests.contract.test_okta_sdk import desktop_rule, new_policy
from tests.sandbox_process import SandboxProcess

# The SDK gives its HTTP library the context by an argument of old.
pytestmark = [
    pytest.mark.filterwarnings("ignore:ssl_context is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:GET /api/v1/policies/.policyId./app is deprecated:DeprecationWarning"),
]

FASTPASS = {"key": "okta_verify", "method": "signed_nonce"}
POSSESSION = {
    "deviceBound": "REQUIRED",
    "hardwareProtection": "REQUIRED",
    "phishingResistant": "REQUIRED",
    "userPresence": "REQUIRED",
    "userVerification": "REQUIRED",
    "userVerificationMethods": ["BIOMETRICS"],
    "authenticationMethods": [FASTPASS],
    "reauthenticateIn": "PT1H",
}
ASSURANCE = {
    "type": "ASSURANCE",
    "factorMode": "2FA",
    "inactivityPeriod": "PT2H",
    "constraints": [{"possession": POSSESSION}, {"knowledge": {"types": ["password"]}}],
}
CHAIN = {
    "type": "AUTH_METHOD_CHAIN",
    "chains": [
        {
            "authenticationMethods": [{"key": "okta_password", "method": "password"}],
            "next": [{"authenticationMethods": [FASTPASS], "reauthenticateIn": "PT43800H"}],
        }
    ],
}


def rule(name: str, **more: Any) -> models.AccessPolicyRule:
    actions = {"appSignOn": {"access": "ALLOW", "verificationMethod": {"type": "ASSURANCE", "factorMode": "2FA"}}}
    made = models.AccessPolicyRule.from_dict({"name": name, "type": "ACCESS_POLICY", "actions": actions, **more})
    assert made is not None
    return made


def without_defaults(value: Any) -> Any:
    """Without what the SDK itself adds to methods that it sends and reads."""
    if isinstance(value, list):
        return [without_defaults(item) for item in value]
    if isinstance(value, dict):
        return {key: without_defaults(item) for key, item in value.items() if item != "OPTIONAL"}
    return value


def order(client: Client, policy_id: str) -> list[tuple[str, int]]:
    return [(one.name, one.priority) for one in ask(client.list_policy_rules(policy_id))]


def test_policies_are_paged_filtered_switched_and_cloned(client: Client, sandbox: SandboxProcess) -> None:
    sandbox.settings(okta={"policy_resource_type": False})  # recorded both ways; the SDK refuses it
    policy = new_policy(client)
    ask(client.create_policy_rule(policy.id, rule("Managed")))
    every = [one.id for page in pages(client.list_policies, type="ACCESS_POLICY", limit="2") for one in page]
    assert every == list(sandbox.state()["okta"]["policies"])
    assert [one.id for one in ask(client.list_policies("ACCESS_POLICY", q="desk"))] == [policy.id]
    by_name = [one.name for one in ask(client.list_policies("ACCESS_POLICY", sort_by="name"))]
    assert by_name == sorted(by_name, key=str.casefold)
    ask(client.deactivate_policy(policy.id))
    assert [one.id for one in ask(client.list_policies("ACCESS_POLICY", status="INACTIVE"))] == [policy.id]
    ask(client.activate_policy(policy.id))
    cloned = ask(client.clone_policy(policy.id))
    assert (cloned.name, cloned.created, cloned.last_updated) == ("[cloned] Desktops", None, None)
    assert order(client, cloned.id) == order(client, policy.id) == [("Managed", 0), ("Catch-all Rule", 99)]
    assert refusal(client.list_policies("ACCESS_POLICY", limit="many")).error_code == "E0000001"


@pytest.mark.parametrize("method", [ASSURANCE, CHAIN], ids=["assurance", "chain"])
def test_factors_come_back_with_what_okta_adds(client: Client, method: dict[str, Any]) -> None:
    policy = new_policy(client)
    stay = {"postAuth": "ALLOWED", "postAuthPromptFrequency": "P7D"}
    sign_on = {"access": "ALLOW", "verificationMethod": method, "keepMeSignedIn": stay}
    made = ask(client.create_policy_rule(policy.id, rule("R", actions={"appSignOn": sign_on})))
    kept = made.actions.app_sign_on.to_dict()
    assert kept["keepMeSignedIn"] == stay
    if method is CHAIN:
        assert without_defaults(kept["verificationMethod"]) == CHAIN
        return
    first, second = kept["verificationMethod"]["constraints"]
    assert first["possession"] == {**POSSESSION, "required": True}
    assert second["knowledge"] == {"types": ["password"], "required": True}
    assert kept["verificationMethod"]["reauthenticateIn"] == "PT12H"


def test_conditions_come_back_with_what_okta_adds(client: Client) -> None:
    policy = new_policy(client)
    made = ask(client.create_policy_rule(policy.id, rule("Anybody")))
    assert made.conditions.to_dict() == {
        "people": {"users": {"exclude": []}},
        "network": {"connection": "ANYWHERE"},
        "userType": {"include": [], "exclude": []},
    }
    (kind,) = ask(client.list_user_types())
    assert (kind.name, kind.default) == ("user", True)
    zone = ask(client.list_network_zones())[0]
    conditions = {
        "network": {"connection": "ZONE", "exclude": [zone.id]},
        "userType": {"include": [kind.id], "exclude": []},
        "elCondition": {"condition": 'user.status == "ACTIVE"'},
    }
    made = ask(client.create_policy_rule(policy.id, rule("Some", conditions=conditions)))
    assert made.conditions.to_dict() == {**conditions, "people": {"users": {"exclude": []}}}


def test_priorities_push_down_until_a_gap(client: Client) -> None:
    policy = new_policy(client)
    for name, priority in (("a", 0), ("b", 1), ("c", 5)):
        ask(client.create_policy_rule(policy.id, rule(name, priority=priority)))
    ask(client.create_policy_rule(policy.id, rule("d")))
    ask(client.create_policy_rule(policy.id, rule("e", priority=0)))
    assert order(client, policy.id) == [("e", 0), ("a", 1), ("b", 2), ("c", 5), ("d", 6), ("Catch-all Rule", 99)]


def test_the_catch_all_changes_what_it_does_and_nothing_else(client: Client) -> None:
    policy = new_policy(client)
    (catch_all,) = ask(client.list_policy_rules(policy.id))
    deny = {"appSignOn": {"access": "DENY"}}
    kept = {"name": catch_all.name, "priority": 99, "type": "ACCESS_POLICY", "system": True}
    body = models.AccessPolicyRule.from_dict({**kept, "actions": deny})
    replaced = ask(client.replace_policy_rule(policy.id, catch_all.id, body))
    assert (replaced.actions.app_sign_on.access.value, replaced.system) == ("DENY", True)
    moved = models.AccessPolicyRule.from_dict({**kept, "priority": 3, "actions": deny})
    assert refusal(client.replace_policy_rule(policy.id, catch_all.id, moved)).status == 400


def test_while_priorities_are_reconciled(client: Client, sandbox: SandboxProcess) -> None:
    policy = new_policy(client)
    ask(client.create_policy_rule(policy.id, rule("a", priority=0)))
    sandbox.settings(okta={"reconciling_refusals": 1})
    ask(client.create_policy_rule(policy.id, rule("b", priority=0)))
    busy = refusal(client.create_policy_rule(policy.id, rule("c")))
    assert (busy.status, busy.error_code) == (423, "E0000239")
    ask(client.create_policy_rule(policy.id, rule("c")))


def test_mappings_are_read_but_not_written(client: Client) -> None:
    policy = new_policy(client)
    app = next(one for one in ask(client.list_applications(q="Salesforce")))
    assert ask(client.list_policy_mappings(policy.id)) == []
    ask(client.assign_application_policy(app.id, policy.id))
    (mapping,) = ask(client.list_policy_mappings(policy.id))
    assert mapping.links.application.href.endswith(app.id)
    assert ask(client.get_policy_mapping(policy.id, mapping.id)).id == mapping.id
    assert [one.id for one in ask(client.list_policy_apps(policy.id))] == [app.id]
    request = models.PolicyMappingRequest(resource_id=app.id, resource_type="ACCESS_POLICY")
    refused = refusal(client.map_resource_to_policy(policy.id, request))
    assert (refused.status, "no longer supported" in refused.error_summary) == (400, True)


def test_simulation(client: Client, sandbox: SandboxProcess) -> None:
    policy = new_policy(client)
    group = ask(client.list_groups(q="Desktop users"))[0]
    ask(client.create_policy_rule(policy.id, desktop_rule(group.id)))
    app = next(one for one in ask(client.list_applications(q="Salesforce")))
    ask(client.assign_application_policy(app.id, policy.id))

    def body(managed: bool) -> list[models.SimulatePolicyBody]:
        context = models.PolicyContext.model_construct(
            user=None,
            groups=models.PolicyContextGroups(ids=[group.id]),
            device=models.PolicyContextDevice(platform="WINDOWS", registered=True, managed=managed),
        )
        # Not validated, or the SDK would miss a user.
        made = models.SimulatePolicyBody.model_construct(
            app_instance=app.id, policy_types=[models.PolicyTypeSimulation.ACCESS_POLICY], policy_context=context
        )
        return [made]

    refused = refusal(client.create_policy_simulation(body(managed=True)))
    assert (refused.status, refused.error_code) == (400, "E0000003")  # recorded: a list is not well-formed
    sandbox.settings(okta={"simulation_takes_lists": True})
    found = []
    for managed in (True, False):
        (evaluation,) = ask(client.create_policy_simulation(body(managed), expand="EVALUATED"))
        assert [kind.value for kind in evaluation.policy_type] == ["ACCESS_POLICY"]
        (evaluated,) = evaluation.result.policies
        found.append((evaluated.id, evaluated.rules[0].name, evaluated.rules[0].status.value))
        assert evaluation.evaluated.policies[0].rules[0].name == "Managed"
    assert found == [(policy.id, "Managed", "MATCH"), (policy.id, "Catch-all Rule", "MATCH")]
