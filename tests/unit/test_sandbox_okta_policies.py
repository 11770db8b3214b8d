"""The sandbox's access policies, and the apps that use them."""

from __future__ import annotations

import re

import pytest

from tests.unit.okta_org import Org, in_org

BUILT_IN = {
    "Any two factors", "Okta Account Management Policy", "Okta Admin Console", "Okta Dashboard", "Okta Browser Plugin",
}  # fmt: skip


def test_list_needs_a_type_and_finds_by_prefix() -> None:
    async def scenario(org: Org) -> None:
        assert (await org.call("GET", "policies"))[0] == 400
        response = await org.raw("GET", "policies?type=ACCESS_POLICY")
        policies = await response.json()
        assert {each["name"] for each in policies} == BUILT_IN
        assert {each["priority"] for each in policies} == {1}
        assert [link for link in response.headers.getall("Link") if "next" in link] == []
        by_name = {each["name"]: each for each in policies}
        assert by_name["Any two factors"]["system"]
        assert "mappings" not in by_name["Any two factors"]["_links"]
        resource = by_name["Okta Account Management Policy"]["_embedded"]["resourceType"]
        assert resource == "END_USER_ACCOUNT_MANAGEMENT"
        _, found = await org.call("GET", "policies?type=ACCESS_POLICY&q=okta%20d")
        assert [each["name"] for each in found] == ["Okta Dashboard"]
        assert await org.call("GET", "policies?type=PASSWORD") == (200, [])

    in_org(scenario)


def test_life_of_a_policy() -> None:
    async def scenario(org: Org) -> None:
        status, made = await org.call(
            "POST", "policies", {"type": "ACCESS_POLICY", "name": "Desktop", "description": "d"}
        )
        assert status == 200
        assert re.fullmatch(r"rst[A-Za-z0-9]{17}", made["id"])
        assert made["conditions"] is None
        assert set(made["_links"]) == {"mappings", "self", "rules", "deactivate"}
        assert "_embedded" not in made
        path = f"policies/{made['id']}"
        _, renamed = await org.call("PUT", path, {"type": "ACCESS_POLICY", "name": "Desktops"})
        assert (renamed["name"], renamed["created"]) == ("Desktops", made["created"])
        assert "description" not in renamed, "a policy without one has no such key"
        assert await org.call("DELETE", path) == (204, None)
        assert (await org.call("GET", path))[0] == 404

    in_org(scenario)


@pytest.mark.parametrize("name", ["Any two factors", "Okta Account Management Policy"])
def test_built_ins_cannot_be_deleted(name: str) -> None:
    async def scenario(org: Org) -> None:
        assert (await org.call("DELETE", f"policies/{org.policy(name)['id']}"))[0] == 403
        assert (await org.call("POST", f"policies/{org.policy(name)['id']}/lifecycle/deactivate"))[0] == 403

    in_org(scenario)


def test_classic_org_knows_no_access_policies() -> None:
    async def scenario(org: Org) -> None:
        org.data["settings"]["pipeline"] = "v1"
        status, answer = await org.call("GET", "policies?type=ACCESS_POLICY")
        assert status == 400
        assert answer["errorSummary"] == "The request was not valid: Invalid policy type specified."
        assert (await org.call("GET", "/.well-known/okta-organization"))[1]["pipeline"] == "v1"

    in_org(scenario)


def test_app_takes_a_policy_and_gives_it_back() -> None:
    async def scenario(org: Org) -> None:
        _, policy = await org.call("POST", "policies", {"type": "ACCESS_POLICY", "name": "Desktop"})
        app = org.app("Salesforce")
        assert await org.call("PUT", f"apps/{app['id']}/policies/{policy['id']}") == (204, None)
        _, shown = await org.call("GET", f"apps/{app['id']}")
        assert shown["_links"]["accessPolicy"]["href"].endswith(policy["id"])
        assert "access_policy" not in shown
        _, mappings = await org.call("GET", f"policies/{policy['id']}/mappings")
        assert mappings[0]["_links"]["application"]["href"].endswith(app["id"])
        _, apps = await org.call("GET", f"policies/{policy['id']}/app")
        assert [each["label"] for each in apps] == ["Salesforce"]
        assert (await org.call("DELETE", f"policies/{policy['id']}"))[0] == 400  # still used
        await org.call("PUT", f"apps/{app['id']}/policies/{org.policy('Any two factors')['id']}")
        assert (await org.call("DELETE", f"policies/{policy['id']}"))[0] == 204

    in_org(scenario)


def test_admin_console_cannot_be_reassigned() -> None:
    async def scenario(org: Org) -> None:
        console, default = org.app("Okta Admin Console"), org.policy("Any two factors")
        salesforce, admin_policy = org.app("Salesforce"), org.policy("Okta Admin Console")
        for app, policy in ((console, default), (salesforce, admin_policy)):
            status, answer = await org.call("PUT", f"apps/{app['id']}/policies/{policy['id']}")
            assert (status, answer["errorCode"]) == (400, "E0000001")
            assert answer["errorSummary"] == "Api validation failed: Policy"
            assert 'belongs to "Okta Admin Console"' in answer["errorCauses"][0]["errorSummary"]
        status, answer = await org.call("POST", f"policies/{default['id']}/mappings", {})
        assert (status, answer["errorCauses"]) == (400, [])
        assert answer["errorSummary"].endswith("Policy mappings are no longer supported on this endpoint.")

    in_org(scenario)


def test_apps_are_found_and_paged() -> None:
    async def scenario(org: Org) -> None:
        _, found = await org.call("GET", "apps?q=sales")
        assert [each["label"] for each in found] == ["Salesforce"]
        _, filtered = await org.call("GET", 'apps?filter=name+eq+"workday"')
        assert [each["label"] for each in filtered] == ["Workday"]
        assert (await org.call("GET", "apps?limit=0"))[0] == 400
        seen, url = [], "apps?limit=4"
        while url:
            response = await org.raw("GET", url)
            page = await response.json()
            assert len(page) <= 4
            seen += [each["id"] for each in page]
            following = [link for link in response.headers.getall("Link") if 'rel="next"' in link]
            url = following[0].split(">")[0].partition("/api/v1/")[2] if following else ""
        assert seen == list(org.data["apps"])
        assert (await org.call("GET", "apps?after=nothing"))[1]["errorCode"] == "E0000029"

    in_org(scenario)
