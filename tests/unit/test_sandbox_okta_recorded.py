"""Details of the org's answers as they are in recordings of real orgs: headers, links, keys in their order."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.okta_org import Org, in_org

# Of 2264 recorded answers of the API (okta/okta-sdk-python 3.4.6) 2205 or more have these.
CONSTANT_HEADERS = {
    "Cache-Control": "no-cache, no-store",
    "Pragma": "no-cache",
    "Expires": "0",
    "Strict-Transport-Security": "max-age=315360000; includeSubDomains",
    "X-XSS-Protection": "0",
    "P3P": 'CP="HONK"',
}
ZONE_KEYS = [
    "type", "id", "name", "status", "usage", "created", "lastUpdated", "system", "gateways", "proxies", "_links",
]  # fmt: skip
ORG_KEYS = [
    "id", "subdomain", "companyName", "status", "expiresAt", "created", "lastUpdated", "website", "phoneNumber",
    "endUserSupportHelpURL", "supportPhoneNumber", "address1", "address2", "city", "state", "country", "postalCode",
    "_links",
]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "groups"),
        ("GET", "groups/00gNoSuchGroup123456"),
        ("DELETE", "device-assurances/daeNoSuchPolicy12345"),
        ("GET", "nothing"),
        ("PATCH", "groups"),
    ],
)
def test_headers_that_every_answer_has(method: str, path: str) -> None:
    async def scenario(org: Org) -> None:
        headers = (await org.raw(method, path)).headers
        assert {name: headers.get(name) for name in CONSTANT_HEADERS} == CONSTANT_HEADERS
        assert headers["X-Content-Type-Options"] == "nosniff"

    in_org(scenario)


def test_an_answer_without_a_body_says_nothing_of_its_type() -> None:
    async def scenario(org: Org) -> None:
        _, made = await org.call("POST", "policies", {"type": "ACCESS_POLICY", "name": "Short-lived"})
        headers = (await org.raw("DELETE", f"policies/{made['id']}")).headers
        assert not {"Content-Type", "X-Content-Type-Options"} & set(headers)
        assert headers["Cache-Control"] == "no-cache, no-store"

    in_org(scenario)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("apps", "apps?limit=20"),
        ("groups", "groups?limit=10000"),
        ("users", "users?limit=200"),
        ("zones", "zones?limit=20"),
        ("devices", "devices?limit=200"),
        ("policies?type=ACCESS_POLICY", "policies?type=ACCESS_POLICY"),
        ('apps?q=Zoo&filter=status eq "ACTIVE"&limit=10', "apps?limit=10&q=Zoo&filter=status+eq+%22ACTIVE%22"),
        ("apps?q=Zoo&useOptimization=true&includeNonDeleted=false&limit=1", "apps?limit=1&q=Zoo"),
        ('devices?limit=5&search=status eq "ACTIVE"', "devices?limit=5&search=status+eq+%22ACTIVE%22"),
    ],
)
def test_the_link_of_a_list_to_itself(path: str, shown: str) -> None:
    """The page size comes first, also when it was not asked for; options that change nothing are left out."""

    async def scenario(org: Org) -> None:
        response = await org.raw("GET", path)
        base = str(response.url.origin())
        assert response.headers.getall("Link")[0] == f'<{base}/api/v1/{shown}>; rel="self"'

    in_org(scenario)


def test_the_links_of_a_policys_apps() -> None:
    async def scenario(org: Org) -> None:
        default = org.policy("Any two factors")["id"]
        response = await org.raw("GET", f"policies/{default}/app")
        assert f"policies/{default}/app?limit=20>" in response.headers.getall("Link")[0]

    in_org(scenario)


def test_links_of_a_policy_in_their_order() -> None:
    async def scenario(org: Org) -> None:
        _, made = await org.call("POST", "policies", {"type": "ACCESS_POLICY", "name": "Desktop"})
        assert list(made["_links"]) == ["mappings", "self", "rules", "deactivate"]

    in_org(scenario)


def test_network_zones_are_shown_as_recorded() -> None:
    async def scenario(org: Org) -> None:
        _, zones = await org.call("GET", "zones")
        assert [list(zone) for zone in zones] == [ZONE_KEYS] * 2
        assert {zone["name"]: zone["usage"] for zone in zones} == {
            "LegacyIpZone": "POLICY", "BlockedIpZone": "BLOCKLIST",
        }  # fmt: skip
        assert all(zone["gateways"] is None and zone["proxies"] is None for zone in zones)
        assert list(zones[0]["_links"]) == ["self", "deactivate"]
        assert zones[0]["_links"]["self"]["hints"] == {"allow": ["GET", "PUT", "DELETE"]}

    in_org(scenario)


def test_the_org_is_shown_as_recorded() -> None:
    async def scenario(org: Org) -> None:
        _, shown = await org.call("GET", "org")
        assert list(shown) == ORG_KEYS
        assert list(shown["_links"]) == [
            "preferences", "uploadLogo", "oktaCommunication", "logo", "oktaSupport", "contacts",
        ]  # fmt: skip

    in_org(scenario)


def emails(user: dict[str, Any]) -> list[dict[str, str]]:
    return [{"value": user["profile"]["email"], "status": "VERIFIED", "type": "PRIMARY"}]


def test_users_tell_their_address_but_not_as_those_of_a_device() -> None:
    async def scenario(org: Org) -> None:
        _, users = await org.call("GET", "users")
        assert all(list(user["credentials"]) == ["password", "emails", "provider"] for user in users)
        assert users[0]["credentials"]["emails"] == emails(users[0])
        assert [list(user["_links"]) for user in users] == [["self"]] * len(users)
        _, one = await org.call("GET", f"users/{users[0]['id']}")
        assert one["credentials"] == users[0]["credentials"]
        assert list(one["_links"])[:2] == ["suspend", "schema"]

    in_org(scenario)


def test_apps_tell_the_key_that_they_sign_with() -> None:
    """One key for Okta's own apps, one for each other; an app of SAML has its settings and two more links."""

    async def scenario(org: Org) -> None:
        _, apps = await org.call("GET", "apps")
        keys = {app["name"]: app["credentials"]["signing"]["kid"] for app in apps}
        assert keys["saasure"] == keys["okta_enduser"] == keys["okta_browser_plugin"]
        assert len(set(keys.values())) == len(keys) - 2
        assert {len(key) for key in keys.values()} == {43}
        zoom = next(app for app in apps if app["name"] == "zoomus")
        assert list(zoom["_links"])[:2] == ["help", "metadata"]
        assert list(zoom["settings"]["signOn"])[:3] == ["defaultRelayState", "ssoAcsUrlOverride", "audienceOverride"]
        _, found = await org.call("GET", f'apps?filter=credentials.signing.kid eq "{keys["zoomus"]}"')
        assert [app["name"] for app in found] == ["zoomus"]

    in_org(scenario)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "device-posture-checks"),
        ("POST", "device-posture-checks"),
        ("GET", "device-posture-checks/default"),
        ("GET", "device-posture-checks/dch123"),
        ("GET", "authenticators/autX/aaguids"),
    ],
)
def test_features_that_the_org_does_not_have(method: str, path: str) -> None:
    async def scenario(org: Org) -> None:
        response = await org.raw(method, path, {} if method == "POST" else None)
        assert (response.status, (await response.json())["errorCode"]) == (401, "E0000015")
        assert "X-Rate-Limit-Limit" in response.headers

    in_org(scenario)


def test_a_user_type_that_is_not_there() -> None:
    async def scenario(org: Org) -> None:
        _, refused = await org.call("GET", "meta/types/user/otyNoSuchType1234567")
        assert refused["errorSummary"].endswith("otyNoSuchType1234567 (CVDType)")

    in_org(scenario)


def test_objects_are_of_whole_seconds_and_events_are_not() -> None:
    """So two objects that two runs make at the same moment often say the same time."""

    async def scenario(org: Org) -> None:
        org.world.clock.advance(minutes=0.0051)  # 306 ms
        _, policy = await org.call("POST", "policies", {"type": "ACCESS_POLICY", "name": "Desktop"})
        mac = {"name": "Mac", "platform": "MACOS", "osVersion": {"minimum": "15.1"}}
        _, assurance = await org.call("POST", "device-assurances", mac)
        times = {policy["created"], policy["lastUpdated"], assurance["createdDate"], assurance["lastUpdate"]}
        assert {time[-5:] for time in times} == {".000Z"}
        _, events = await org.call("GET", "logs")
        assert any(event["published"][-5:] != ".000Z" for event in events)

    in_org(scenario)


def test_a_rule_in_the_order_of_recordings() -> None:
    """An empty expression vanishes as an empty platform does; a method's name comes last."""

    async def scenario(org: Org) -> None:
        _, policy = await org.call("POST", "policies", {"type": "ACCESS_POLICY", "name": "Desktop"})
        webauthn = {"key": "webauthn", "method": "webauthn", "userVerification": "REQUIRED"}
        method = {"type": "AUTH_METHOD_CHAIN", "chains": [{"authenticationMethods": [webauthn]}]}
        fedora = {"type": "DESKTOP", "os": {"type": "OTHER", "expression": ""}}
        body = {
            "type": "ACCESS_POLICY",
            "name": "R",
            "conditions": {"elCondition": {}, "platform": {"include": [fedora]}},
            "actions": {"appSignOn": {"access": "ALLOW", "verificationMethod": method}},
        }
        status, made = await org.call("POST", f"policies/{policy['id']}/rules", body)
        assert (status, list(made["conditions"])) == (200, ["people", "network", "platform", "userType"])
        assert list(made["conditions"]["platform"]) == ["include", "exclude"]
        (kept,) = made["actions"]["appSignOn"]["verificationMethod"]["chains"][0]["authenticationMethods"]
        assert list(kept) == ["key", "userVerification", "method"]

    in_org(scenario)
