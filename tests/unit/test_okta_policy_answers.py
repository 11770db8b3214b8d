"""Answers about policies that Okta never gives: a failure that says so, before anything is written."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import Task, execute
from ansible_collections.okta_iru.attestation.plugins.modules import okta_access_policy_rules, okta_policy_simulate

from tests.unit.http_service import Answer, Service, http_service
from tests.unit.test_okta_rules import RECORDED

POLICY = {"id": "rst1a2b3c4d5e6f7g8h9", "name": "Desktop", "status": "ACTIVE"}
APP = {"id": "0oa1a2b3c4d5e6f7g8h9", "name": "salesforce", "label": "Salesforce"}
USER = {"id": "00u1a2b3c4d5e6f7g8h9", "profile": {"login": "a@b.example"}}
RULE = {
    "id": "rul1",
    "name": "R",
    "status": "NOT_MATCH",
    "conditions": [{"type": "device.managed", "status": "NOT_MATCH"}],
}
PART = {"policies": [{"id": "rst1", "name": "P", "status": "MATCH", "conditions": [], "rules": [RULE]}]}
EVALUATION = {
    "status": None,
    "policyType": "ACCESS_POLICY",
    "result": {"policies": []},
    "undefined": PART,
    "evaluated": PART,
}
ODD: list[Any] = [None, True, 7, "x", [], ["x"], [[]], {"x": "y"}]


def run(service: Service, module: Any, *, check: bool = False, **options: Any) -> dict[str, Any]:
    spec = module.SPEC
    given = {"url": service.url, "token": "tok", "retries": 0, **copy.deepcopy(options)}
    validation = ArgumentSpecValidator(spec.options, **spec.rules()).validate(given)
    assert not validation.error_messages, validation.error_messages
    return execute(module.run, Task(validation.validated_parameters, check=check, diff=True))


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from paths(item, (*path, key))


def changed(value: Any, path: tuple[Any, ...], odd: Any) -> Any:
    copied = copy.deepcopy(value)
    parent = copied
    for step in path[:-1]:
        parent = parent[step]
    parent[path[-1]] = odd
    return copied


def is_understood(result: dict[str, Any]) -> bool:
    return not result.get("failed") or result["failure"]["kind"] not in ("InternalError",)


@pytest.mark.parametrize("path", list(paths(RECORDED)), ids=str)
def test_rules_of_any_form(path: tuple[Any, ...]) -> None:
    wanted = {
        "name": RECORDED["name"],
        "reauthenticate_in": "PT1H",
        "platforms": ["macos"],
        "exclude_user_types": [],
        "exclude_groups": [],
        "keep_me_signed_in": {"allowed": True},
    }
    for odd in ODD:
        answers = [Answer(body=[POLICY]), Answer(body=[changed(RECORDED, path, odd)]), Answer(body=[])]
        with http_service(*answers) as service:
            result = run(service, okta_access_policy_rules, check=True, policy="Desktop", rules=[wanted], exact=True)
        assert is_understood(result), (odd, result)


@pytest.mark.parametrize("path", list(paths({"evaluation": [EVALUATION]})), ids=str)
def test_simulations_of_any_form(path: tuple[Any, ...]) -> None:
    for odd in ODD:
        answer = changed({"evaluation": [EVALUATION]}, path, odd)
        with http_service(Answer(body=[APP]), Answer(body=USER), Answer(body=answer), Answer(body=[])) as service:
            result = run(service, okta_policy_simulate, app="Salesforce", user="a@b.example")
        assert is_understood(result), (odd, result)


@pytest.mark.parametrize("answer", [None, [], ["x"], "x", 7, {}, {"evaluation": None}, {"evaluation": {}}])
def test_a_simulation_that_is_none(answer: Any) -> None:
    with http_service(Answer(body=[APP]), Answer(body=USER), Answer(body=answer)) as service:
        result = run(service, okta_policy_simulate, app="Salesforce", user="a@b.example", expect={"rule": "R"})
    assert result["failure"]["kind"] in ("BadAnswer", "NotAsExpected")
