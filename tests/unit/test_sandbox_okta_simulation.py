"""The sandbox's policy simulation answers in the form of Okta's own examples."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.okta_org import Org, in_org

PATH = "policies/simulate?expand=EVALUATED&expand=RULE"


def body(org: Org, **context: Any) -> dict[str, Any]:
    who = {} if "user" in context else {"groups": {"ids": [org.group("Everyone")]}}
    return {"appInstance": org.app("Salesforce")["id"], "policyContext": {**who, **context}}


def test_the_answer_of_the_guide() -> None:
    """Key by key as in okta-developer-docs, guides/policy-simulation, for the default policy of a new org."""

    async def scenario(org: Org) -> None:
        policy = org.policy("Any two factors")
        catch_all = policy["rules"][0]
        shown = {"id": catch_all["id"], "name": "Catch-all Rule", "status": "MATCH", "conditions": []}
        policies = [{"id": policy["id"], "name": policy["name"], "status": "MATCH", "conditions": [], "rules": [shown]}]
        status, answer = await org.call("POST", PATH, {**body(org), "policyTypes": ["ACCESS_POLICY"]})
        assert (status, list(answer)) == (200, ["evaluation"])
        assert answer["evaluation"] == [
            {
                "status": None,
                "policyType": "ACCESS_POLICY",
                "result": {"policies": policies},
                "undefined": {"policies": []},
                "evaluated": {"policies": policies},
            }
        ]
        for everything in ({}, {"policyTypes": []}, {"policyTypes": None}):
            _, answer = await org.call("POST", PATH, {**body(org), **everything})
            assert [each["policyType"] for each in answer["evaluation"]] == [
                "OKTA_SIGN_ON", "MFA_ENROLL", "ACCESS_POLICY", "PROFILE_ENROLLMENT",
            ]  # fmt: skip
        _, answer = await org.call("POST", "policies/simulate", body(org))
        assert answer["evaluation"][2]["evaluated"] == {"policies": []}

    in_org(scenario)


def test_conditions_that_hold_do_not_hold_or_cannot_be_told() -> None:
    device = {"registered": True, "managed": True}
    platform = {"include": [{"type": "DESKTOP", "os": {"type": "MACOS"}}]}
    risky = {"riskScore": {"level": "HIGH"}}

    async def scenario(org: Org) -> None:
        org.data["settings"]["risk_scoring"] = True
        people = {"groups": {"include": [org.group("Everyone")]}}
        conditions = {"device": device, "platform": platform, "people": people, **risky}
        sign_on = {"access": "ALLOW", "verificationMethod": {"type": "ASSURANCE", "factorMode": "2FA"}}
        rule = {"type": "ACCESS_POLICY", "name": "R", "conditions": conditions, "actions": {"appSignOn": sign_on}}
        await org.call("POST", f"policies/{org.policy('Any two factors')['id']}/rules", rule)

        async def verdict(**context: Any) -> tuple[str, dict[str, str]]:
            _, answer = await org.call("POST", PATH, body(org, **context))
            evaluated = answer["evaluation"][2]["evaluated"]["policies"][0]["rules"][0]
            return evaluated["status"], {each["type"]: each["status"] for each in evaluated["conditions"]}

        told = {"device": {**device, "platform": "MACOS"}, "risk": {"level": "HIGH"}}
        names = ("people.groups.include", "device.registered", "device.managed", "platform.include", "riskScore.level")
        assert await verdict(**told) == ("MATCH", dict.fromkeys(names, "MATCH"))
        assert (await verdict(**{**told, "risk": {"level": "LOW"}}))[0] == "NOT_MATCH"
        status, found = await verdict(device={"registered": False})
        assert (status, found["device.managed"], found["platform.include"]) == ("NOT_MATCH", "NOT_MATCH", "UNDEFINED")
        status, found = await verdict(device=told["device"])
        assert (status, found["riskScore.level"]) == ("UNDEFINED", "UNDEFINED")

    in_org(scenario)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"appInstance": "0oaUnknown"}, 404, "E0000007"),
        ({"policyContext": {}}, 400, "E0000001"),
        ({"policyTypes": ["PASSWORD"]}, 400, "E0000001"),
        ({"policyContext": {"user": {"id": "00u"}, "groups": {"ids": ["00g"]}}}, 400, "E0000001"),
        ({"policyContext": {"user": {"id": "00uUnknown"}}}, 404, "E0000007"),
        ({"policyContext": {"groups": {"ids": ["00gUnknown"]}}}, 404, "E0000007"),
        ({"policyContext": {"groups": {"ids": []}}}, 400, "E0000001"),
    ],
)
def test_refused(change: dict[str, Any], status: int, code: str) -> None:
    async def scenario(org: Org) -> None:
        answered, answer = await org.call("POST", PATH, {**body(org), **change})
        assert (answered, answer["errorCode"]) == (status, code)

    in_org(scenario)


def test_a_list_is_not_well_formed_unless_the_org_takes_lists() -> None:
    async def scenario(org: Org) -> None:
        status, answer = await org.call("POST", PATH, [body(org)])
        assert (status, answer["errorCode"], answer["errorCauses"]) == (400, "E0000003", [])
        org.data["settings"]["simulation_takes_lists"] = True
        status, answer = await org.call("POST", PATH, [body(org)])
        assert (status, len(answer)) == (200, 4)

    in_org(scenario)
