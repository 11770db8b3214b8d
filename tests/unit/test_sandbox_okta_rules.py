"""The sandbox's sign-on policy rules answer as recordings of Okta's do."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.okta_org import Org, in_org

ASSURANCE = {"type": "ASSURANCE", "factorMode": "2FA"}
MANAGED = {
    "device": {"registered": True, "managed": True},
    "platform": {"include": [{"type": "DESKTOP", "os": {"type": "MACOS"}}]},
    "network": {"connection": "ANYWHERE"},
}


def rule(name: str = "Managed desktops", **changes: Any) -> dict[str, Any]:
    """A rule as a client sends it; `verification` and `conditions` replace those parts."""
    verification = changes.pop("verification", ASSURANCE)
    conditions = changes.pop("conditions", {"network": {"connection": "ANYWHERE"}, "platform": {}})
    actions = {"appSignOn": {"access": "ALLOW", "verificationMethod": verification}}
    return {"type": "ACCESS_POLICY", "name": name, "conditions": conditions, "actions": actions, **changes}


async def new_policy(org: Org, name: str = "Desktop") -> str:
    status, policy = await org.call("POST", "policies", {"type": "ACCESS_POLICY", "name": name})
    assert status == 200
    return f"policies/{policy['id']}/rules"


def test_minimal_rule_gets_the_recorded_defaults() -> None:
    async def scenario(org: Org) -> None:
        rules = await new_policy(org)
        status, made = await org.call("POST", rules, rule(priority=0))
        assert status == 200
        assert made["priority"] == 0
        assert made["status"] == "ACTIVE"
        assert made["conditions"] == {
            "people": {"users": {"exclude": []}},
            "network": {"connection": "ANYWHERE"},
            "userType": {"include": [], "exclude": []},
        }
        assert made["actions"]["appSignOn"] == {
            "access": "ALLOW",
            "verificationMethod": {**ASSURANCE, "reauthenticateIn": "PT12H"},
            "keepMeSignedIn": {"postAuth": "NOT_ALLOWED"},
        }
        assert made["_links"]["self"]["hints"]["allow"] == ["GET", "PUT", "DELETE"]
        assert (await org.call("GET", f"{rules}/{made['id']}"))[1] == made

    in_org(scenario)


def test_constraints_and_platform_are_completed_and_cleaned() -> None:
    async def scenario(org: Org) -> None:
        rules = await new_policy(org)
        any_system = {"type": "MOBILE", "os": {"type": "ANY", "expression": None}}
        conditions = {**MANAGED, "platform": {"include": [*MANAGED["platform"]["include"], any_system]}}
        excluded = {"excludedAuthenticationMethods": [{"key": "phone_number", "method": "sms"}]}
        verification = {
            **ASSURANCE,
            "inactivityPeriod": "PT1H",
            "constraints": [
                {"possession": {"deviceBound": "REQUIRED"}, "next": []},
                {"possession": excluded},
                {"next": 1},
            ],
        }
        _, made = await org.call("POST", rules, rule(conditions=conditions, verification=verification, color="red"))
        assert made["conditions"]["platform"] == {
            "include": [{"type": "DESKTOP", "os": {"type": "MACOS"}}, {"type": "MOBILE", "os": {"type": "OTHER"}}],
            "exclude": [],
        }
        method = made["actions"]["appSignOn"]["verificationMethod"]
        assert method["reauthenticateIn"] == "PT12H"
        assert method["constraints"] == [
            {"possession": {"deviceBound": "REQUIRED", "required": True}},
            {"possession": {**excluded, "required": False}},
            {},
        ]
        assert "color" not in made

    in_org(scenario)


def test_method_chain_loses_what_only_assurance_has() -> None:
    async def scenario(org: Org) -> None:
        rules = await new_policy(org)
        step = {"authenticationMethods": [{"key": "okta_verify", "method": "signed_nonce"}]}
        chain = {"type": "AUTH_METHOD_CHAIN", "factorMode": "2FA", "inactivityPeriod": "PT1H", "chains": [step]}
        _, made = await org.call("POST", rules, rule(verification=chain))
        assert made["actions"]["appSignOn"]["verificationMethod"] == {"type": "AUTH_METHOD_CHAIN", "chains": [step]}

    in_org(scenario)


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (rule(conditions={"device": {"managed": True}}), "managed"),
        (rule(conditions={"device": {"registered": False}}), "registered"),
        (rule(conditions={"platform": {"include": [{"type": "DESKTOP", "os": {"type": "OTHER"}}]}}), "os.expression"),
        (rule(conditions={"riskScore": {"level": "LOW"}}), "Invalid condition type specified: riskScore"),
        (rule(conditions={"people": {"groups": {"include": ["00gNobody"]}}}), "00gNobody"),
        (rule(conditions={"elCondition": {"condition": ""}}), "condition"),
        (rule(verification={**ASSURANCE, "reauthenticateIn": "12 hours"}), "reauthenticateIn"),
        (rule(verification={"type": "AUTH_METHOD_CHAIN", "chains": []}), "chains"),
        (rule(priority=-1), "priority"),
        (rule(name=" "), "name"),
        ({**rule(), "type": "SIGN_ON"}, "type"),
    ],
)
def test_refused_rules(body: dict[str, Any], cause: str) -> None:
    async def scenario(org: Org) -> None:
        rules = await new_policy(org)
        status, answer = await org.call("POST", rules, body)
        assert status == 400
        assert answer["errorCode"] == "E0000001"
        assert any(cause in each["errorSummary"] for each in answer["errorCauses"])
        assert len((await org.call("GET", rules))[1]) == 1  # the catch-all alone

    in_org(scenario)


def test_risk_scoring_org_adds_the_condition() -> None:
    async def scenario(org: Org) -> None:
        org.data["settings"]["risk_scoring"] = True
        _, made = await org.call("POST", await new_policy(org), rule())
        assert made["conditions"]["riskScore"] == {"level": "ANY"}

    in_org(scenario)


def test_flexible_okta_verify_refuses_the_old_key() -> None:
    pinned = {"possession": {"authenticationMethods": [{"key": "okta_verify", "method": "signed_nonce"}]}}
    body = rule(verification={**ASSURANCE, "constraints": [pinned]})

    async def scenario(org: Org) -> None:
        rules = await new_policy(org)
        assert (await org.call("POST", rules, body))[0] == 200
        org.data["settings"]["flexible_okta_verify"] = True
        assert (await org.call("POST", rules, {**body, "name": "Second"}))[0] == 400

    in_org(scenario)


def test_rule_names_are_unique_in_a_policy_only() -> None:
    async def scenario(org: Org) -> None:
        rules, others = await new_policy(org), await new_policy(org)  # policies may share a name
        assert rules != others
        assert (await org.call("POST", rules, rule()))[0] == 200
        assert (await org.call("POST", others, rule()))[0] == 200
        assert (await org.call("POST", rules, rule()))[0] == 400
        org.data["settings"]["duplicate_rule_name_status"] = 409
        assert (await org.call("POST", rules, rule()))[0] == 409

    in_org(scenario)


def test_occupied_priority_pushes_down_until_a_gap() -> None:
    async def scenario(org: Org) -> None:
        rules = await new_policy(org)
        for name, priority in (("a", 0), ("b", 1), ("c", 5), ("d", None)):
            await org.call("POST", rules, rule(name, **({} if priority is None else {"priority": priority})))
        await org.call("POST", rules, rule("e", priority=0))
        assert await names_and_priorities(org, rules) == [
            ("e", 0),
            ("a", 1),
            ("b", 2),
            ("c", 5),
            ("d", 6),
            ("Catch-all Rule", 99),
        ]
        last = (await org.call("GET", rules))[1][-2]["id"]
        status, moved = await org.call("PUT", f"{rules}/{last}", rule("d", priority=1, status="INACTIVE"))
        assert (status, moved["status"]) == (200, "ACTIVE")
        assert await names_and_priorities(org, rules) == [
            ("e", 0),
            ("d", 1),
            ("a", 2),
            ("b", 3),
            ("c", 5),
            ("Catch-all Rule", 99),
        ]
        first = (await org.call("GET", rules))[1][0]["id"]
        assert await org.call("DELETE", f"{rules}/{first}") == (204, None)
        assert (await names_and_priorities(org, rules))[0] == ("d", 1)  # a gap is left

    in_org(scenario)


async def names_and_priorities(org: Org, rules: str) -> list[tuple[str, int]]:
    return [(each["name"], each["priority"]) for each in (await org.call("GET", rules))[1]]


def test_put_replaces_everything() -> None:
    async def scenario(org: Org) -> None:
        rules = await new_policy(org)
        group = org.group("Desktop users")
        conditions = {**MANAGED, "people": {"groups": {"include": [group]}}}
        _, made = await org.call("POST", rules, rule(conditions=conditions))
        _, replaced = await org.call("PUT", f"{rules}/{made['id']}", rule())
        assert "device" not in replaced["conditions"]
        assert replaced["conditions"]["people"] == {"users": {"exclude": []}}
        assert replaced["created"] == made["created"]

    in_org(scenario)


def test_inactive_creation_and_lifecycle() -> None:
    async def scenario(org: Org) -> None:
        rules = await new_policy(org)
        _, made = await org.call("POST", f"{rules}?activate=false", rule())
        assert made["status"] == "INACTIVE"
        assert "activate" in made["_links"]
        assert await org.call("POST", f"{rules}/{made['id']}/lifecycle/activate") == (204, None)
        assert (await org.call("GET", f"{rules}/{made['id']}"))[1]["status"] == "ACTIVE"

    in_org(scenario)


def test_catch_all_changes_only_its_actions() -> None:
    async def scenario(org: Org) -> None:
        rules = await new_policy(org)
        catch_all = (await org.call("GET", rules))[1][0]
        path = f"{rules}/{catch_all['id']}"
        assert catch_all["system"]
        assert catch_all["priority"] == 99
        assert catch_all["conditions"] is None
        assert catch_all["_links"]["self"]["hints"]["allow"] == ["GET", "PUT"]
        assert "deactivate" not in catch_all["_links"]
        possession = {"required": True, "deviceBound": "REQUIRED"}
        assert catch_all["actions"]["appSignOn"]["verificationMethod"]["constraints"] == [{"possession": possession}]
        deny = {"type": "ACCESS_POLICY", "name": "Catch-all Rule", "actions": {"appSignOn": {"access": "DENY"}}}
        for refused in ({"name": "Deny"}, {"priority": 3}, {"conditions": MANAGED}):
            assert (await org.call("PUT", path, {**deny, **refused}))[0] == 400
        status, denied = await org.call("PUT", path, {**deny, "priority": 99, "conditions": None})
        assert (status, denied["actions"]["appSignOn"]["access"]) == (200, "DENY")
        assert (await org.call("DELETE", path))[0] == 403
        assert (await org.call("POST", f"{path}/lifecycle/deactivate"))[0] == 403

    in_org(scenario)


def test_unknown_policy_and_rule() -> None:
    async def scenario(org: Org) -> None:
        rules = await new_policy(org)
        status, answer = await org.call("GET", f"{rules}/rulUnknown")
        assert status == 404
        assert answer["errorCode"] == "E0000007"
        assert answer["errorSummary"] == "Not found: Resource not found: rulUnknown (PolicyRule)"
        assert (await org.call("GET", "policies/rstUnknown/rules"))[1]["errorSummary"].endswith("rstUnknown (Policy)")
        assert (await org.call("PATCH", rules))[1]["errorCode"] == "E0000022"
        # The second as in okta/okta-sdk-python issue 400.
        for content_type, code in {"application/json": "E0000003", "text/plain": "E0000021"}.items():
            headers = {**org.headers, "Content-Type": content_type}
            response = await org.client.post(f"/api/v1/{rules}", data="{", headers=headers)
            assert (response.status, (await response.json())["errorCode"]) == (400, code)

    in_org(scenario)
