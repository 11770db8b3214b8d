"""Whatever JSON stands anywhere in a body about policies, the sandbox takes it or refuses it with Okta's error."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from sandbox import okta
from sandbox.web import service_app
from tests.unit.okta_org import Org, new_world

ODD: list[Any] = [None, True, -1, 1.5, "", "x", [], [None], ["x"], [[]], [{}], {}, {"x": 1}, {"include": "x"}]
METHOD = {"key": "okta_verify", "method": "signed_nonce", "userVerification": "REQUIRED"}
POSSESSION = {"required": True, "deviceBound": "REQUIRED", "authenticationMethods": [METHOD], "types": ["app"]}
ASSURANCE = {
    "type": "ASSURANCE",
    "factorMode": "2FA",
    "reauthenticateIn": "PT1H",
    "constraints": [{"possession": POSSESSION, "knowledge": {"types": ["password"]}}],
}
CHAIN = {
    "type": "AUTH_METHOD_CHAIN",
    "chains": [{"authenticationMethods": [METHOD], "next": [{"authenticationMethods": [METHOD]}]}],
}


def rule(org: Org, method: dict[str, Any]) -> dict[str, Any]:
    group = org.group("Everyone")
    return {
        "type": "ACCESS_POLICY",
        "name": "R",
        "priority": 3,
        "conditions": {
            "device": {"registered": True, "managed": True, "assurance": {"include": []}},
            "platform": {"include": [{"type": "DESKTOP", "os": {"type": "MACOS", "expression": None}}], "exclude": []},
            "network": {"connection": "ANYWHERE"},
            "people": {"users": {"include": []}, "groups": {"include": [group], "exclude": []}},
            "userType": {"include": [], "exclude": []},
            "elCondition": {"condition": "true"},
        },
        "actions": {
            "appSignOn": {
                "access": "ALLOW",
                "verificationMethod": method,
                "keepMeSignedIn": {"postAuth": "ALLOWED", "postAuthPromptFrequency": "P7D"},
            }
        },
    }


def simulation(org: Org) -> dict[str, Any]:
    return {
        "appInstance": org.app("Salesforce")["id"],
        "policyTypes": ["ACCESS_POLICY"],
        "policyContext": {
            "groups": {"ids": [org.group("Everyone")]},
            "device": {"platform": "MACOS", "registered": True, "managed": True, "assuranceId": "dae1"},
            "ip": "203.0.113.7",
            "risk": {"level": "LOW"},
        },
    }


def variants(body: Any) -> Iterator[Any]:
    """The body with each odd value at each place, one place at a time."""
    for path in paths(body):
        for odd in ODD:
            changed = copy.deepcopy(body)
            parent = changed
            for step in path[:-1]:
                parent = parent[step]
            parent[path[-1]] = copy.deepcopy(odd)
            yield changed


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from paths(item, (*path, key))


@pytest.mark.parametrize("what", ["assurance", "chain", "simulation", "policy"])
def test_any_value_at_any_place(what: str) -> None:
    async def scenario(org: Org) -> None:
        org.data["settings"].update(rate_limits_enforced=False, risk_scoring=False)
        policy = org.policy("Okta Dashboard")["id"]
        path, body = {
            "assurance": (f"policies/{policy}/rules", rule(org, ASSURANCE)),
            "chain": (f"policies/{policy}/rules", rule(org, CHAIN)),
            "simulation": ("policies/simulate", simulation(org)),
            "policy": ("policies", {"type": "ACCESS_POLICY", "name": "P", "description": "d", "priority": 1}),
        }[what]
        assert (await org.call("POST", path, body))[0] == 200
        for number, changed in enumerate(variants(body)):
            if isinstance(changed, dict) and changed.get("name") == "R":
                changed["name"] = f"R{number}"  # names are unique in a policy
            status, answer = await org.call("POST", path, changed)
            assert status in {200, 400, 404}, (status, json.dumps(changed))
            if status != 200:
                assert set(answer) == {"errorCode", "errorSummary", "errorLink", "errorId", "errorCauses"}
        if what != "policy":  # what was stored is read and evaluated
            assert (await org.call("GET", f"policies/{policy}/rules"))[0] == 200
            simulated = {**simulation(org), "appInstance": org.app("Okta Dashboard")["id"]}
            assert (await org.call("POST", "policies/simulate", simulated))[0] == 200

    asyncio.run(_in_org(scenario))


async def _in_org(scenario: Any) -> None:
    world = new_world()
    app = service_app(world, "okta", okta.routes(world), okta.middlewares(world))
    async with TestClient(TestServer(app)) as client:
        await scenario(Org(world, client))
