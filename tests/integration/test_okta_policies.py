"""App sign-in policies and their apps against the sandbox's org: on and off, where apps go, and how much is read."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils import _http, _okta_policies
from ansible_collections.okta_iru.attestation.plugins.modules import okta_access_policy, okta_app_policy

from tests.integration.okta_module import run, written

NAME, DEFAULT = "Managed desktops", "Any two factors"


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(_http, "_backoff", lambda attempt: 0.0)


def policy(sandbox, **options) -> dict[str, Any]:
    return run(sandbox, okta_access_policy, **{"name": NAME, **options})


def apps(sandbox, *labels, **options) -> dict[str, Any]:
    return run(sandbox, okta_app_policy, **{"apps": list(labels), "policy": NAME, **options})


def methods(result: dict[str, Any]) -> list[str]:
    return [one["method"] for one in result["writes"]]


def test_a_policy_is_switched_off_only_without_apps(sandbox):
    predicted = policy(sandbox, state="disabled", check=True)
    made = policy(sandbox, state="disabled")
    assert (methods(made), methods(predicted), made["policy"]["status"]) == (["POST", "POST"], ["POST"] * 2, "INACTIVE")
    assert made["diff"] == predicted["diff"]
    assert not policy(sandbox, state="disabled")["changed"]
    assert not policy(sandbox)["changed"]
    assert policy(sandbox, state="enabled")["policy"]["status"] == "ACTIVE"
    apps(sandbox, "Salesforce")
    refused = policy(sandbox, state="disabled", fails=True)
    assert (refused["failure"]["kind"], "was not disabled: 1 app(s)" in refused["msg"]) == ("Refused", True)
    predicted = policy(sandbox, state="disabled", move_apps_to_default=True, check=True)
    sandbox.clear_requests()
    moved = policy(sandbox, state="disabled", move_apps_to_default=True)
    assert moved["writes"] == predicted["writes"] == written(sandbox)
    assert (methods(moved), [one["label"] for one in moved["moved_apps"]]) == (["PUT", "POST"], ["Salesforce"])
    assert policy(sandbox, name=DEFAULT, state="disabled", fails=True)["failure"]["kind"] == "Refused"


def test_apps_go_to_the_default_policy_whatever_its_name(sandbox):
    state = sandbox.state()
    default = next(one for one in state["okta"]["policies"].values() if one["system"])
    default["name"] = "Two of anything"
    sandbox.load_state(state)
    policy(sandbox)
    apps(sandbox, "Salesforce")
    assert (
        "one of them" in policy(sandbox, state="absent", move_apps_to="x", move_apps_to_default=True, fails=True)["msg"]
    )
    assert "another one" in policy(sandbox, state="absent", move_apps_to=NAME, fails=True)["msg"]
    assert "'Two of anything'" in policy(sandbox, state="absent", move_apps_to="Two of any", fails=True)["msg"]
    removed = policy(sandbox, state="absent", move_apps_to_default=True)
    assert methods(removed) == ["PUT", "DELETE"]
    found = sandbox.state()["okta"]["apps"].values()
    assert {one["access_policy"] for one in found if one["label"] in ("Salesforce", "Zoom")} == {default["id"]}


@pytest.mark.parametrize("kept", [False, True], ids=["a PUT replaces", "a PUT leaves what it does not name"])
def test_a_description_is_taken_away_again(sandbox, kept):
    sandbox.settings(okta={"policy_put_keeps_description": kept})
    policy(sandbox)
    policy(sandbox, description="for managed computers")
    emptied = policy(sandbox, description="")
    assert (methods(emptied), emptied["policy"].get("description")) == ((["PUT"], None), (["PUT"] * 2, ""))[kept]
    assert not policy(sandbox, description="")["changed"]


def test_a_name_that_another_policy_has(sandbox):
    made = policy(sandbox)["policy"]
    refused = policy(sandbox, id=made["id"], name=DEFAULT, fails=True)
    assert (refused["failure"]["kind"], DEFAULT in refused["msg"]) == ("InvalidInput", True)


@pytest.mark.parametrize("fault", [{"delay": 0.2}, {"close": "after"}, {"status": 503, "effect": True}])
def test_two_runs_at_once_make_one_policy(sandbox, fault):
    sandbox.faults({"match": {"service": "okta", "method": "POST", "path": "/api/v1/policies"}, "do": fault})
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(policy, sandbox) for _run in range(2)]
        results = [one.result() for one in both]
    assert names_of(sandbox).count(NAME) == 1
    assert len({one["policy"]["id"] for one in results}) == 1
    assert not policy(sandbox)["changed"]


@pytest.mark.parametrize("fault", [{"close": "after"}, {"status": 503, "effect": True}])
@pytest.mark.parametrize(("rules", "left"), [(0, 1), (1, 2)])
def test_a_run_without_an_answer_removes_what_it_made_beside_another(sandbox, monkeypatch, fault, rules, left):
    """One that listed before the other created, and never learnt the id of its own; what has rules is somebody's."""
    first = policy(sandbox)["policy"]
    state = sandbox.state()
    state["okta"]["policies"][first["id"]]["created"] = "2026-01-01T00:00:00.000Z"
    sandbox.load_state(state)
    monkeypatch.setattr(okta_access_policy, "settled_policies", lambda client, name: [])
    sandbox.faults({"match": {"service": "okta", "method": "POST", "path": "/api/v1/policies"}, "do": fault})
    find = _okta_policies.Client.find
    more = [{"id": "rul1", "system": False}] * rules
    monkeypatch.setattr(_okta_policies.Client, "find", lambda client, path: [*find(client, path), *more])
    assert policy(sandbox)["policy"]["id"] == first["id"]
    assert names_of(sandbox).count(NAME) == left


def names_of(sandbox) -> list[str]:
    return [one["name"] for one in sandbox.state()["okta"]["policies"].values()]


def company_of(sandbox, count: int) -> None:
    """Gives the org so many more apps, before the ones that it has."""
    state = sandbox.state()
    (sample,) = (one for one in state["okta"]["apps"].values() if one["label"] == "Zoom")
    more = {
        f"0oa{number:017}": {**sample, "id": f"0oa{number:017}", "label": f"App {number}"} for number in range(count)
    }
    state["okta"]["apps"] = {**more, **state["okta"]["apps"]}
    sandbox.load_state(state)
    sandbox.clear_requests()


@pytest.mark.parametrize(
    ("count", "wanted", "requests"),
    [
        (0, ["Salesforce", "Zoom"], 1),
        (191, ["Salesforce", "Zoom"], 3 + 1),  # 200 apps: a page that is full may not be the last one
        (500, ["Salesforce", "App 1"], 2 + 2),
        (500, [f"App {number}" for number in range(6)], 3),
    ],
)
def test_apps_are_read_with_few_requests(sandbox, count, wanted, requests):
    policy(sandbox)
    company_of(sandbox, count)
    moved = apps(sandbox, *wanted)
    read = [
        one for one in sandbox.requests("okta") if one["method"] == "GET" and one["path"].startswith("/api/v1/apps")
    ]
    assert ([one["label"] for one in moved["apps"]], len(read)) == (wanted, requests)
    assert len(written(sandbox)) == len(wanted)
    assert not apps(sandbox, *wanted)["changed"]
    assert apps(sandbox, "Okta Admin Console", fails=True)["failure"]["kind"] == "Refused"
    assert "'Salesforce'" in apps(sandbox, "Sales force", fails=True)["msg"]


def test_the_same_label_twice_is_told_also_beyond_the_first_page(sandbox):
    policy(sandbox)
    company_of(sandbox, 300)
    state = sandbox.state()
    last = next(reversed(state["okta"]["apps"].values()))
    last["label"] = "App 1"
    sandbox.load_state(state)
    assert last["id"] in apps(sandbox, "App 1", fails=True)["failure"]["ids"]


@pytest.mark.parametrize("looks", [1, 2, None])
def test_a_twin_that_another_run_is_about_to_remove_is_waited_for(sandbox, monkeypatch, looks):
    """None: it stays, so that the task ends after a while."""
    made = policy(sandbox)["policy"]
    state = sandbox.state()
    twin = {**state["okta"]["policies"][made["id"]], "id": "rstTwinTwinTwinTwin1"}
    alone = state["okta"]["policies"].copy()
    sandbox.load_state({**state, "okta": {**state["okta"], "policies": {**alone, twin["id"]: twin}}})
    waited: list[float] = []

    def rest(client, seconds):
        waited.append(seconds)
        if len(waited) == looks:
            sandbox.load_state({**state, "okta": {**state["okta"], "policies": alone}})

    monkeypatch.setattr(_http.Client, "rest", rest)
    result = apps(sandbox, "Salesforce", fails=looks is None)
    if looks:
        assert (result["policy"]["id"], len(waited)) == (made["id"], looks)
    else:
        assert result["failure"] == {"kind": "Ambiguous", "ids": [made["id"], twin["id"]]}
        assert sum(waited) < 10
