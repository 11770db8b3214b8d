"""Groups, apps and features of the sandbox's org: what is returned, by how many requests, and what is not found."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils import _http
from ansible_collections.okta_iru.attestation.plugins.modules import okta_app_info, okta_feature_info, okta_group_info

from tests.integration.test_okta_modules import run
from tests.sandbox_process import SandboxProcess

FLEXIBLE = "Flexible Okta Verify authenticator configuration"


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_http, "_backoff", lambda attempt: 0.0)


def asked(sandbox: SandboxProcess) -> list[str]:
    """The paths of all requests."""
    return [one["path"] for one in sandbox.requests("okta")]


def group(sandbox: SandboxProcess, name: str) -> str:
    groups = sandbox.state()["okta"]["groups"].values()
    return next(each["id"] for each in groups if each["profile"]["name"] == name)


def add_groups(sandbox: SandboxProcess, *names: str) -> None:
    """Groups made from one of the seed, with ids of their own."""
    state = sandbox.state()
    model = next(iter(state["okta"]["groups"].values()))
    for number, name in enumerate(names):
        group_id = f"00gNew{number:014}"
        profile = {"name": name, "description": None}
        state["okta"]["groups"][group_id] = {**model, "id": group_id, "type": "OKTA_GROUP", "profile": profile}
        state["okta"]["group_members"][group_id] = []
    sandbox.load_state(state)
    sandbox.clear_requests()


def test_named_groups_take_one_request(sandbox: SandboxProcess) -> None:
    odd = ['Say "hi"', "back\\slash", "Ärzte", "a or b"]
    add_groups(sandbox, *odd)
    pilot = group(sandbox, "Attestation pilot")
    sandbox.clear_requests()
    found = run(sandbox, okta_group_info, groups=[*odd, pilot, "Everyone", "Everyone"], counts=True)
    assert [each["name"] for each in found["groups"]] == [*odd, "Attestation pilot", "Everyone"]
    assert [each["users"] for each in found["groups"]][-2:] == [5, 26]
    assert found["unknown"] == []
    assert asked(sandbox) == ["/api/v1/groups"]


def test_a_group_that_is_not_there(sandbox: SandboxProcess) -> None:
    wanted = ["Desktop user", "00gNoSuchGroup123456"]
    found = run(sandbox, okta_group_info, groups=["Everyone", *wanted], must_exist=False)
    assert found["unknown"] == [
        {"reference": "Desktop user", "suggestions": ["Desktop users"]},
        {"reference": "00gNoSuchGroup123456", "suggestions": []},
    ]
    refused = run(sandbox, okta_group_info, groups=wanted, fails=True)
    assert "no group 'Desktop user'. Did you mean 'Desktop users'?" in refused["msg"]


def test_two_groups_of_a_name(sandbox: SandboxProcess) -> None:
    add_groups(sandbox, "Twins", "Twins")
    refused = run(sandbox, okta_group_info, groups=["Twins"], must_exist=False, fails=True)
    assert "2 groups are named 'Twins' (00gNew00000000000000, 00gNew00000000000001)" in refused["msg"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"name_prefix": "att"}, ["Attestation pilot"]),
        ({"type": "built_in"}, ["Everyone"]),
        ({"type": "okta_group", "search": 'profile.name co "s" or profile.name co "B"'}, 3),
        ({}, 4),
    ],
)
def test_groups_by_what_they_are(sandbox: SandboxProcess, options: dict[str, Any], expected: Any) -> None:
    groups = run(sandbox, okta_group_info, **options)["groups"]
    assert ([each["name"] for each in groups] if isinstance(expected, list) else len(groups)) == expected


def test_a_large_org_is_read_by_the_pages(sandbox: SandboxProcess) -> None:
    add_groups(sandbox, *(f"Team {number}" for number in range(401)))
    assert len(run(sandbox, okta_group_info)["groups"]) == 405
    assert asked(sandbox) == ["/api/v1/groups"] * 3


def test_apps_and_their_policies(sandbox: SandboxProcess) -> None:
    found = run(sandbox, okta_app_info, apps=["Zoom", "Okta Admin Console"])
    assert [(each["label"], each["policy_name"], each["assignable"]) for each in found["apps"]] == [
        ("Zoom", "Any two factors", True),
        ("Okta Admin Console", "Okta Admin Console", False),
    ]
    assert asked(sandbox) == ["/api/v1/policies", "/api/v1/apps", "/api/v1/apps"]
    sandbox.clear_requests()
    by_id = run(sandbox, okta_app_info, apps=[found["apps"][0]["id"]], policy_names=False)["apps"]
    assert by_id == [{key: value for key, value in found["apps"][0].items() if key != "policy_name"}]
    assert asked(sandbox) == [f"/api/v1/apps/{by_id[0]['id']}"]


def test_many_apps_take_one_listing(sandbox: SandboxProcess) -> None:
    labels = ["Zoom", "Slack", "Workday", "Salesforce", "Google Workspace", "GitHub Enterprise Cloud"]
    found = run(sandbox, okta_app_info, apps=labels, policy_names=False)
    assert [each["label"] for each in found["apps"]] == labels
    assert asked(sandbox) == ["/api/v1/apps"]


def test_apps_of_a_policy_or_a_status(sandbox: SandboxProcess) -> None:
    state = sandbox.state()
    next(app for app in state["okta"]["apps"].values() if app["label"] == "Zoom")["status"] = "INACTIVE"
    sandbox.load_state(state)
    default = run(sandbox, okta_app_info, policy="Any two factors")["apps"]
    assert len(default) == 6
    active = run(sandbox, okta_app_info, policy=default[0]["policy_id"], policy_names=False, status="active")["apps"]
    assert {each["label"] for each in default} - {each["label"] for each in active} == {"Zoom"}
    assert run(sandbox, okta_app_info, apps=["Zoom"], status="active")["apps"] == []


def test_an_app_or_a_policy_that_is_not_there(sandbox: SandboxProcess) -> None:
    found = run(sandbox, okta_app_info, apps=["Sales force", "0oaNoSuchApp12345678"], must_exist=False)
    assert found["unknown"] == [
        {"reference": "Sales force", "suggestions": ["Salesforce"]},
        {"reference": "0oaNoSuchApp12345678", "suggestions": []},
    ]
    assert "mean 'Salesforce'" in run(sandbox, okta_app_info, apps=["Sales force"], fails=True)["msg"]
    assert "mean 'Any two factors'" in run(sandbox, okta_app_info, policy="Any 2 factors", fails=True)["msg"]
    assert "expected an id" in run(sandbox, okta_app_info, policy="Any", policy_names=False, fails=True)["msg"]


def test_features_and_what_they_depend_on(sandbox: SandboxProcess) -> None:
    sandbox.settings(okta={"flexible_okta_verify": True})
    found = run(sandbox, okta_feature_info, enabled=True)
    assert [(each["name"], each["stage"], each["state"]) for each in found["features"]] == [(FLEXIBLE, "EA", None)]
    assert asked(sandbox) == ["/api/v1/features"]
    name = "Custom remediation for device assurance"
    (feature,) = run(sandbox, okta_feature_info, features=[name], relations=True)["features"]
    assert (feature["enabled"], feature["dependencies"]) == (False, ["Device posture provider"])


def test_a_feature_that_the_org_does_not_have(sandbox: SandboxProcess) -> None:
    found = run(sandbox, okta_feature_info, features=["Flexible Okta Verify authenticator"], must_exist=False)
    assert found["unknown"][0]["suggestions"] == [FLEXIBLE]
    assert (
        f"mean '{FLEXIBLE}'"
        in run(sandbox, okta_feature_info, features=["Flexible Okta Verify authenticator"], fails=True)["msg"]
    )


@pytest.mark.parametrize(
    ("module", "options", "scopes"),
    [
        (okta_group_info, {"groups": ["Everyone"]}, ["okta.groups.read"]),
        (okta_app_info, {}, ["okta.apps.read", "okta.policies.read"]),
        (okta_app_info, {"policy_names": False}, ["okta.apps.read"]),
        (okta_feature_info, {"relations": True}, ["okta.features.read"]),
    ],
)
def test_the_documented_scopes_are_enough(
    sandbox: SandboxProcess, module: Any, options: dict[str, Any], scopes: list[str]
) -> None:
    sandbox.settings(okta={"oauth_scopes": scopes})
    run(sandbox, module, oauth=True, token=None, **options)
