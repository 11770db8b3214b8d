"""Laws of the rule modules over the network: for any combination of options check mode says what the run does, and a
second run does nothing."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils import _http
from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import without_none
from ansible_collections.okta_iru.attestation.plugins.modules import (
    okta_access_policy,
    okta_access_policy_rule,
    okta_access_policy_rules,
    okta_device_assurance,
)
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.integration.okta_module import run, written
from tests.unit.okta_rule_wishes import ORG, wishes

NAME = "Managed desktops"
KINDS = st.fixed_dictionaries({"risk_scoring": st.booleans(), "flexible_okta_verify": st.booleans()})
FEW = settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # an example takes too long to look for a smaller one
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
# Names instead of the ids of the model that the wishes are made for.
NAMES = {
    **{key: one["profile"]["name"] for key, one in ORG["groups"].items()},
    **dict.fromkeys(ORG["users"], "admin@attest.example"),
    **{key: one["name"] for kind in ("user_types", "zones", "device_assurances") for key, one in ORG[kind].items()},
}


def by_name(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: by_name(item) for key, item in without_none(value).items()}
    if isinstance(value, list):
        return [by_name(item) for item in value]
    return NAMES.get(value, value) if isinstance(value, str) else value


@pytest.fixture(autouse=True)
def policy(sandbox, monkeypatch) -> None:
    monkeypatch.setattr(_http, "_backoff", lambda attempt: 0.0)
    for name in ("Laptops", "Desktops"):
        run(sandbox, okta_device_assurance, name=name, platform="macos", os_version={"minimum": "14.0"})
    run(sandbox, okta_access_policy, name=NAME)


def once(sandbox, module, options: dict[str, Any]) -> dict[str, Any]:
    predicted = run(sandbox, module, policy=NAME, check=True, **by_name(options))
    sandbox.clear_requests()
    made = run(sandbox, module, policy=NAME, **by_name(options))
    assert (made["changed"], made["writes"], made["diff"]) == (True, predicted["writes"], predicted["diff"])
    assert made["writes"] == written(sandbox)
    sandbox.clear_requests()
    again = run(sandbox, module, policy=NAME, **by_name(options))
    assert (again["changed"], written(sandbox)) == (False, [])
    return made


@FEW
@given(wish=wishes(), org=KINDS)
def test_one_rule(sandbox, wish: dict[str, Any], org: dict[str, bool]) -> None:
    sandbox.settings(okta=org)
    once(sandbox, okta_access_policy_rule, wish)
    run(sandbox, okta_access_policy_rule, policy=NAME, name=wish["name"], state="absent")


@FEW
@given(first=wishes(), second=wishes(), org=KINDS)
def test_a_whole_policy(sandbox, first: dict[str, Any], second: dict[str, Any], org: dict[str, bool]) -> None:
    sandbox.settings(okta=org)
    kept = set(okta_access_policy_rules.SPEC.options["rules"]["options"])
    rules = [{key: one[key] for key in kept & set(one)} for one in ({**first, "name": "A"}, {**second, "name": "B"})]
    once(sandbox, okta_access_policy_rules, {"rules": rules, "confirm_deny": True})
    run(sandbox, okta_access_policy_rules, policy=NAME, rules=[], exact=True)
