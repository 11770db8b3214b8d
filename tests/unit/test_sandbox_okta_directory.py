"""Groups, features, apps and domains of the sandbox's org: key by key as recorded, filters, pages, refusals."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.unit.okta_org import Org, in_org

GROUP_KEYS = ["id", "created", "lastUpdated", "lastMembershipUpdated", "objectClass", "type", "profile", "_links"]
FEATURE_KEYS = ["id", "type", "status", "name", "description", "stage", "_links"]
APP_KEYS = [
    "id", "orn", "name", "label", "status", "lastUpdated", "created", "accessibility", "visibility", "features",
    "signOnMode", "credentials", "universalLogout", "settings", "_links",
]  # fmt: skip
APP_LINKS = [
    "uploadLogo", "appLinks", "profileEnrollment", "policies", "groups", "logo", "accessPolicy", "users", "deactivate",
]  # fmt: skip
SAML_LINKS = ["help", "metadata"]
FLEXIBLE = "Flexible Okta Verify authenticator configuration"


def names(groups: list[dict[str, Any]]) -> list[str]:
    return [group["profile"]["name"] for group in groups]


def test_groups_are_shown_as_recorded() -> None:
    async def scenario(org: Org) -> None:
        _, groups = await org.call("GET", "groups")
        assert [list(group) for group in groups] == [GROUP_KEYS] * 4
        everyone = groups[0]
        assert everyone["profile"] == {"name": "Everyone", "description": "All users in your organization"}
        assert list(everyone["_links"]) == ["logo", "users", "apps"]
        assert (await org.call("GET", f"groups/{everyone['id']}"))[1] == everyone
        status, missing = await org.call("GET", "groups/00gNoSuchGroup123456")
        assert (status, missing["errorCode"]) == (404, "E0000007")

    in_org(scenario)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"q": "desk"}, ["Desktop users"]),
        ({"q": "users"}, []),
        ({"search": 'profile.name eq "Break glass"'}, ["Break glass"]),
        ({"search": 'profile.name eq "Break glass" or profile.name eq "Everyone"'}, ["Everyone", "Break glass"]),
        ({"search": 'profile.name co "s"'}, ["Desktop users", "Attestation pilot", "Break glass"]),
        ({"search": 'profile.name sw "att"'}, ["Attestation pilot"]),
        ({"filter": 'type eq "BUILT_IN"'}, ["Everyone"]),
        ({"q": "b", "filter": 'type eq "BUILT_IN"'}, []),
    ],
)
def test_groups_are_found(parameters: dict[str, str], expected: list[str]) -> None:
    async def scenario(org: Org) -> None:
        response = await org.client.get("/api/v1/groups", params=parameters, headers=org.headers)
        assert names(await response.json()) == expected
        assert bool(response.headers.getall("Link", [])) is ("q" not in parameters)

    in_org(scenario)


@pytest.mark.parametrize(
    "query",
    [
        "search=nothing",
        "search=_links.x+pr",
        "search=type+co+%22B%22",
        "filter=profile.name+eq+%22x%22",
        "expand=all",
        "after=x",
    ],
)
def test_groups_that_cannot_be_asked_for(query: str) -> None:
    async def scenario(org: Org) -> None:
        assert (await org.call("GET", f"groups?{query}"))[0] == 400

    in_org(scenario)


def test_groups_with_their_counts() -> None:
    async def scenario(org: Org) -> None:
        _, groups = await org.call("GET", "groups?expand=stats&limit=1")
        stats = groups[0]["_embedded"]["stats"]
        assert (stats["usersCount"], stats["hasAdminPrivlege"]) == (4, False)

    in_org(scenario)


def test_features_are_shown_as_recorded() -> None:
    async def scenario(org: Org) -> None:
        _, features = await org.call("GET", "features")
        assert all(list(feature) == FEATURE_KEYS for feature in features)
        stages = {feature["name"]: feature for feature in features}
        early, beta = stages[FLEXIBLE], stages["Sign-in reports in the Admin Console"]
        assert (early["stage"], list(early["_links"])) == (
            {"value": "EA"},
            ["enable", "self", "dependents", "dependencies"],
        )
        assert (beta["stage"], list(beta["_links"])) == (
            {"value": "BETA", "state": "OPEN"},
            ["self", "dependents", "dependencies"],
        )
        assert (await org.call("GET", f"features/{early['id']}"))[1] == early
        assert (await org.call("GET", "features/ftrNoSuchFeature1234"))[1]["errorCode"] == "E0000007"

    in_org(scenario)


def test_features_depend_on_each_other() -> None:
    async def scenario(org: Org) -> None:
        ids = {feature["name"]: feature["id"] for feature in (await org.call("GET", "features"))[1]}
        child, parent = ids["Custom remediation for device assurance"], ids["Device posture provider"]
        assert [each["id"] for each in (await org.call("GET", f"features/{child}/dependencies"))[1]] == [parent]
        assert [each["id"] for each in (await org.call("GET", f"features/{parent}/dependents"))[1]] == [child]
        status, refused = await org.call("POST", f"features/{child}/enable")
        assert (status, refused["errorCode"]) == (400, "E0000141")
        assert refused["errorCauses"][0]["reason"] == "DEPENDENCY_NOT_ENABLED"
        _, enabled = await org.call("POST", f"features/{child}/enable?mode=force")
        assert (enabled["status"], next(iter(enabled["_links"]))) == ("ENABLED", "disable")
        assert (await org.call("GET", f"features/{parent}"))[1]["status"] == "ENABLED"
        assert (await org.call("POST", f"features/{child}/enable"))[0] == 405
        assert (await org.call("POST", f"features/{parent}/disable"))[0] == 400
        assert (await org.call("POST", f"features/{ids['Sign-in reports in the Admin Console']}/enable"))[0] == 405

    in_org(scenario)


def test_the_feature_that_renames_okta_verify_is_the_switch_of_the_sandbox() -> None:
    async def scenario(org: Org) -> None:
        feature = (await org.call("GET", "features"))[1][0]
        assert (feature["name"], feature["status"]) == (FLEXIBLE, "DISABLED")
        await org.call("POST", f"features/{feature['id']}/enable")
        assert org.data["settings"]["flexible_okta_verify"] is True
        org.data["settings"]["flexible_okta_verify"] = False
        assert (await org.call("GET", "features"))[1][0]["status"] == "DISABLED"

    in_org(scenario)


def test_apps_are_shown_as_recorded() -> None:
    async def scenario(org: Org) -> None:
        _, apps = await org.call("GET", "apps")
        assert all(list(app) == APP_KEYS for app in apps)
        assert all([link for link in app["_links"] if link not in SAML_LINKS] == APP_LINKS for app in apps)
        console = next(app for app in apps if app["name"] == "saasure")
        assert console["visibility"] == {
            "autoSubmitToolbar": False, "hide": {"iOS": False, "web": False}, "appLinks": {"admin": True},
        }  # fmt: skip
        assert console["orn"].endswith(f":apps:saasure:{console['id']}")

    in_org(scenario)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ('filter=label eq "Zoom"', "E0000031"),
        ("expand=user/id", "E0000001"),
        ("after=nothing", "E0000029"),
        ("filter=nothing", "E0000031"),
    ],
)
def test_apps_that_cannot_be_asked_for(query: str, code: str) -> None:
    async def scenario(org: Org) -> None:
        status, refused = await org.call("GET", f"apps?{quote(query, safe='=')}")
        assert (status, refused["errorCode"]) == (400, code)

    in_org(scenario)


def test_an_inactive_app_can_only_be_activated() -> None:
    async def scenario(org: Org) -> None:
        app = org.app("Zoom")
        app["status"] = "INACTIVE"
        assert "activate" in (await org.call("GET", f"apps/{app['id']}"))[1]["_links"]
        condition = quote('status eq "INACTIVE"')
        _, inactive = await org.call("GET", f"apps?filter={condition}")
        assert [each["label"] for each in inactive] == ["Zoom"]

    in_org(scenario)


def test_the_orgs_own_domain() -> None:
    async def scenario(org: Org) -> None:
        _, answer = await org.call("GET", "domains")
        (domain,) = answer["domains"]
        assert list(domain) == ["id", "domain", "certificateSourceType", "validationStatus", "brandId", "_links"]
        assert (domain["id"], domain["domain"]) == ("default", "attest-example.okta.com")

    in_org(scenario)
