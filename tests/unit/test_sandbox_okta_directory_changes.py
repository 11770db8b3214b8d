"""Apps, groups and users that clients make in the sandbox, so that recordings which begin so can be replayed."""

from __future__ import annotations

from tests.unit.okta_org import Org, in_org
from tests.unit.test_sandbox_okta_directory import APP_KEYS, GROUP_KEYS

BOOKMARK = {
    "name": "bookmark",
    "label": "Wiki",
    "signOnMode": "BOOKMARK",
    "settings": {"app": {"requestIntegration": False, "url": "https://wiki.example"}},
}
PERSON = {"firstName": "Kim", "lastName": "Lee", "email": "kim@attest.example", "login": "kim@attest.example"}


def test_a_bookmark_from_its_creation_to_its_end() -> None:
    async def scenario(org: Org) -> None:
        status, app = await org.call("POST", "apps?activate=true", BOOKMARK)
        assert (status, list(app), app["settings"]["app"]) == (200, APP_KEYS, BOOKMARK["settings"]["app"])
        assert (app["signOnMode"], app["credentials"]["signing"], app["label"]) == ("BOOKMARK", {}, "Wiki")
        assert next(iter(app["_links"])) == "uploadLogo"
        assert app["_links"]["accessPolicy"]["href"].endswith(org.policy("Any two factors")["id"])
        _, policy = await org.call("POST", "policies", {"type": "ACCESS_POLICY", "name": "Desktop"})
        assert (await org.call("PUT", f"apps/{app['id']}/policies/{policy['id']}"))[0] == 204
        status, refused = await org.call("DELETE", f"apps/{app['id']}")
        assert (status, refused["errorCode"], refused["errorCauses"][0]["errorSummary"]) == (
            403, "E0000056", "The application must be deactivated before deletion.",
        )  # fmt: skip
        assert await org.call("POST", f"apps/{app['id']}/lifecycle/deactivate") == (200, {})
        assert (await org.call("DELETE", f"apps/{app['id']}"))[0] == 204
        assert (await org.call("GET", f"apps/{app['id']}"))[0] == 404
        assert (await org.call("DELETE", f"policies/{policy['id']}"))[0] == 204

    in_org(scenario)


def test_apps_that_are_not_made() -> None:
    async def scenario(org: Org) -> None:
        for body, cause in (
            ({**BOOKMARK, "label": ""}, "label"),
            ({**BOOKMARK, "signOnMode": "SAML_2_0"}, "signOnMode"),
            ({**BOOKMARK, "settings": {"app": {}}}, "url"),
            ({**BOOKMARK, "settings": []}, "settings"),
        ):
            status, refused = await org.call("POST", "apps", body)
            assert (status, refused["errorCode"]) == (400, "E0000001")
            assert cause in refused["errorCauses"][0]["errorSummary"]

    in_org(scenario)


def test_a_group_from_its_creation_to_its_end() -> None:
    async def scenario(org: Org) -> None:
        status, group = await org.call("POST", "groups", {"profile": {"name": "Pilots"}})
        assert (status, list(group), group["type"]) == (200, GROUP_KEYS, "OKTA_GROUP")
        assert group["profile"] == {"name": "Pilots", "description": None}
        _, renamed = await org.call("PUT", f"groups/{group['id']}", {"profile": {"name": "Crew", "description": "x"}})
        assert (renamed["id"], renamed["profile"]) == (group["id"], {"name": "Crew", "description": "x"})
        assert (await org.call("POST", "groups", {"profile": {"name": "Crew"}}))[0] == 400
        assert await org.call("GET", f"groups/{group['id']}/users") == (200, [])
        assert (await org.call("DELETE", f"groups/{group['id']}"))[0] == 204
        assert (await org.call("DELETE", f"groups/{group['id']}"))[0] == 404
        assert (await org.call("DELETE", f"groups/{org.group('Everyone')}"))[0] == 403

    in_org(scenario)


def test_a_member_of_a_group() -> None:
    async def scenario(org: Org) -> None:
        group = org.group("Break glass")
        status, person = await org.call("POST", "users?activate=true", {"profile": PERSON})
        assert (status, person["status"], person["profile"]["login"]) == (200, "ACTIVE", PERSON["login"])
        assert person["credentials"]["emails"][0]["value"] == PERSON["email"]
        assert (await org.call("PUT", f"groups/{group}/users/{person['id']}"))[0] == 204
        _, members = await org.call("GET", f"groups/{group}/users")
        assert [one["profile"]["firstName"] for one in members] == ["Alex", "Kim"]
        assert (await org.call("DELETE", f"groups/{group}/users/{person['id']}"))[0] == 204
        assert (await org.call("POST", "users", {"profile": PERSON}))[0] == 400
        assert await org.call("POST", f"users/{person['id']}/lifecycle/deactivate") == (200, {})
        assert (await org.call("GET", f"users/{person['id']}"))[1]["status"] == "DEPROVISIONED"
        assert (await org.call("DELETE", f"users/{person['id']}"))[0] == 204
        assert (await org.call("GET", f"users/{person['id']}"))[0] == 404

    in_org(scenario)


def test_single_objects_of_short_lists() -> None:
    async def scenario(org: Org) -> None:
        zone = (await org.call("GET", "zones"))[1][0]
        assert (await org.call("GET", f"zones/{zone['id']}"))[1] == zone
        assert (await org.call("GET", "zones/nzoX"))[0] == 404
        assert (await org.call("GET", "domains/default"))[1]["id"] == "default"
        assert (await org.call("GET", "domains/other"))[0] == 404

    in_org(scenario)
