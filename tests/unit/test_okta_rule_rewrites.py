"""What Okta adds to a rule, or changes in it, is no difference: one test for each that is recorded.

Recorded by okta/terraform-provider-okta (test/fixtures/vcr/idaas) unless a comment says otherwise.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import writable
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_body import wanted_body
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_compare import meaning
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_stored import not_stored

from tests.unit.okta_rule_wishes import CHAIN, options

SENT: dict[str, Any] = {
    "name": "R",
    "priority": 1,
    "type": "ACCESS_POLICY",
    "conditions": {"platform": {"include": [{"type": "DESKTOP", "os": {"type": "MACOS"}}]}},
    "actions": {
        "appSignOn": {
            "access": "ALLOW",
            "verificationMethod": {
                "type": "ASSURANCE",
                "factorMode": "2FA",
                "reauthenticateIn": "PT2H",
                "constraints": [{"possession": {"deviceBound": "REQUIRED"}, "knowledge": {"types": ["password"]}}],
            },
        }
    },
}
Change = Callable[[dict[str, Any]], Any]


def sign_on(rule: dict[str, Any]) -> Any:
    return rule["actions"]["appSignOn"]


def method(rule: dict[str, Any]) -> Any:
    return sign_on(rule)["verificationMethod"]


def possession(rule: dict[str, Any]) -> Any:
    return method(rule)["constraints"][0]["possession"]


def system(rule: dict[str, Any]) -> Any:
    return rule["conditions"]["platform"]["include"][0]["os"]


def add(**conditions: Any) -> Change:
    return lambda rule: rule["conditions"].update(copy.deepcopy(conditions))


def put(place: Callable[[dict[str, Any]], Any], **values: Any) -> Change:
    return lambda rule: place(rule).update(copy.deepcopy(values))


def nothing(rule: dict[str, Any]) -> None:
    """As it was sent."""


def drop(place: Callable[[dict[str, Any]], Any], key: str) -> Change:
    return lambda rule: place(rule).pop(key)


EXCLUDED = [{"key": "phone_number", "method": "sms"}]
METHODS = [{"key": "okta_verify", "method": "signed_nonce"}]
NEW_METHODS = [{"key": "okta_verify_fastpass", "method": "signed_nonce"}]
# What is special about the rule that was sent, what Okta made of it.
REWRITES: dict[str, tuple[Change, Change]] = {
    "1 people": (nothing, add(people={"users": {"exclude": []}})),
    "2 userType": (nothing, add(userType={"include": [], "exclude": []})),
    "3 platform.exclude": (nothing, put(lambda rule: rule["conditions"]["platform"], exclude=[])),
    "3 empty platform": (add(platform={}), drop(lambda rule: rule["conditions"], "platform")),
    "4 os.expression null": (put(system, expression=None), drop(system, "expression")),
    "4 os.expression empty": (put(system, expression=""), nothing),
    "4 os ANY": (put(system, type="ANY"), put(system, type="OTHER")),
    "5 riskScore": (nothing, add(riskScore={"level": "ANY"})),
    # In an example of okta-developer-docs, guides/policy-rule-prioritization.
    "network": (nothing, add(network={"connection": "ANYWHERE"})),
    "6 keepMeSignedIn": (nothing, put(sign_on, keepMeSignedIn={"postAuth": "NOT_ALLOWED"})),
    "7 reauthenticateIn": (drop(method, "reauthenticateIn"), put(method, reauthenticateIn="PT12H")),
    "7 beside inactivityPeriod": (
        lambda rule: (method(rule).pop("reauthenticateIn"), method(rule).update(inactivityPeriod="PT1H")),
        put(method, reauthenticateIn="PT12H"),
    ),
    "8 required": (nothing, put(possession, required=True)),
    "8 required of knowledge": (nothing, put(lambda rule: method(rule)["constraints"][0]["knowledge"], required=True)),
    "8 required with exclusions": (
        put(possession, excludedAuthenticationMethods=EXCLUDED),
        put(possession, required=False),
    ),
    # The specification: the value is false, whatever was sent.
    "8 required sent with exclusions": (
        put(possession, excludedAuthenticationMethods=EXCLUDED, required=True),
        put(possession, required=False),
    ),
    # Defaults of the specification.
    "8 defaults": (nothing, put(possession, phishingResistant="OPTIONAL", userPresence="REQUIRED")),
    "9 chain": (
        put(sign_on, verificationMethod={**CHAIN, "factorMode": "2FA", "inactivityPeriod": "PT1H"}),
        put(sign_on, verificationMethod=dict(reversed(CHAIN.items()))),
    ),
    "10 foreign keys": (
        lambda rule: method(rule)["constraints"][0].update(next=[]),
        lambda rule: method(rule)["constraints"][0].pop("next"),
    ),
    "10 nothing but a foreign key": (put(method, constraints=[{"next": [{}]}]), put(method, constraints=[{}])),
    "11 read-only": (
        nothing,
        lambda rule: rule.update(id="rul1", created="x", lastUpdated="y", system=False, status="ACTIVE", _links={}),
    ),
    "key of Okta Verify": (
        put(possession, authenticationMethods=METHODS),
        put(possession, authenticationMethods=NEW_METHODS),
    ),
}


@pytest.mark.parametrize(("special", "rewrite"), REWRITES.values(), ids=list(REWRITES))
def test_a_rewrite_is_no_difference(special: Change, rewrite: Change) -> None:
    sent = copy.deepcopy(SENT)
    special(sent)
    stored = copy.deepcopy(sent)
    rewrite(stored)
    assert meaning(stored) == meaning(sent)
    raw = options(name="R", conditions=sent["conditions"], actions=sent["actions"])
    assert meaning(wanted_body(raw, stored)) == meaning(stored)
    assert meaning({**wanted_body(options(), stored)}) == meaning(stored)


def test_only_what_okta_does_not_keep_is_told() -> None:
    stored = copy.deepcopy(SENT)
    assert not_stored(SENT, stored) is None
    foreign = copy.deepcopy(SENT)
    method(foreign)["constraints"][0]["next"] = [{}]
    assert "constraints[].next" in str(not_stored(foreign, stored))
    method(foreign)["constraints"][0].pop("next")
    possession(foreign)["newProperty"] = "REQUIRED"
    assert "constraints" in str(not_stored(foreign, stored))


def test_12_a_place_that_nobody_asked_for_is_no_difference() -> None:
    pushed = {**copy.deepcopy(SENT), "id": "rul1", "priority": 7}
    assert meaning(wanted_body(options(name="R"), pushed)) == meaning(pushed)
    assert writable(pushed)["priority"] == 7


def test_an_empty_alternative_is_not_the_same_as_none_beside_others() -> None:
    anybody, some = copy.deepcopy(SENT), copy.deepcopy(SENT)
    method(anybody)["constraints"].append({})
    assert meaning(anybody) != meaning(some)
