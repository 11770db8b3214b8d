"""Tokens, scopes, features and rate limits of the sandbox's Okta org."""

from __future__ import annotations

import time

import pytest

from sandbox import okta
from sandbox.okta.access import access_of
from sandbox.okta.service_apps import SCOPES
from tests.unit.okta_org import Org, in_org, new_world

TOKEN = "/oauth2/v1/token"


def test_every_route_says_what_it_needs() -> None:
    routes = okta.routes(new_world())
    assert len(routes) > 30
    unmarked = [route.path for route in routes if access_of(route.handler) is None]
    assert unmarked == ["/artifacts/{artifact}/{version}/{file}"], "files are none of the API's"
    scopes = {access.scope for route in routes if (access := access_of(route.handler)) and access.scope}
    assert scopes <= SCOPES, "a service app can ask for every scope that a route demands"
    public = {route.path for route in routes if (access := access_of(route.handler)) and access.scope is None}
    artifact = "/api/v1/artifacts/{artifact}"
    assert public == {"/.well-known/okta-organization", TOKEN, f"{artifact}/latest", f"{artifact}/download"}


def test_ssws_token_without_a_blank() -> None:
    async def scenario(org: Org) -> None:
        org.headers = {"Authorization": f"SSWS{org.data['api_token']}"}
        assert (await org.call("GET", "org"))[0] == 200

    in_org(scenario)


@pytest.mark.parametrize("header", ["", "SSWS wrong", "SSWS", "Bearer unknown", "Basic eDp5"])
def test_wrong_tokens(header: str) -> None:
    async def scenario(org: Org) -> None:
        org.headers = {"Authorization": header}
        response = await org.raw("GET", "org")
        answer = await response.json()
        assert (response.status, answer["errorCode"]) == (401, "E0000011")
        assert answer["errorId"].startswith("oae")
        assert response.headers["X-Okta-Request-Id"]
        assert (await org.call("GET", "/.well-known/okta-organization"))[0] == 200

    in_org(scenario)


def test_switches_for_tokens_and_features() -> None:
    async def scenario(org: Org) -> None:
        settings = org.data["settings"]
        settings["missing_features"] = ["devices"]
        assert (await org.call("GET", "devices"))[1]["errorCode"] == "E0000015"
        settings["ssws_scopes"] = ["okta.orgs.read"]
        assert (await org.call("GET", "org"))[0] == 200
        assert (await org.call("GET", "authenticators"))[1]["errorCode"] == "E0000006"
        settings["tokens_expired"] = True
        assert (await org.call("GET", "org"))[0] == 401

    in_org(scenario)


def test_rate_limit_headers_and_429() -> None:
    async def scenario(org: Org) -> None:
        org.data["settings"]["rate_limits"] = {"/api/v1/logs": 2}
        for remaining in ("1", "0"):
            response = await org.raw("GET", "logs?limit=1")
            assert (response.status, response.headers["X-Rate-Limit-Remaining"]) == (200, remaining)
        response = await org.raw("GET", "logs?limit=1")
        assert (response.status, (await response.json())["errorCode"]) == (429, "E0000047")
        assert response.headers["X-Rate-Limit-Limit"] == "2"
        assert 0 < int(response.headers["X-Rate-Limit-Reset"]) - time.time() <= 61
        assert "Retry-After" not in response.headers
        assert (await org.call("GET", "org"))[0] == 200  # another bucket
        org.data["settings"]["rate_limits_enforced"] = False
        assert (await org.call("GET", "logs?limit=1"))[0] == 200

    in_org(scenario)


def test_directory_and_preflight_objects() -> None:
    async def scenario(org: Org) -> None:
        assert (await org.call("GET", "org"))[1]["subdomain"] == org.data["org"]["subdomain"]
        _, groups = await org.call("GET", "groups?q=desk")
        assert [each["profile"]["name"] for each in groups] == ["Desktop users"]
        _, exact = await org.call("GET", 'groups?search=profile.name+eq+"Break+glass"')
        assert exact[0]["id"] == org.group("Break glass")
        login = org.world.data["people"][0]["login"]
        assert (await org.call("GET", f"users/{login}"))[1]["profile"]["login"] == login
        assert len((await org.call("GET", "users"))[1]) == 4  # three people and the administrator
        _, authenticators = await org.call("GET", "authenticators")
        verify = next(each for each in authenticators if each["key"] == "okta_verify")
        assert "methods" not in verify
        assert set(verify["_links"]) == {"self", "methods", "deactivate", "enroll"}
        methods = f"authenticators/{verify['id']}/methods"
        assert {each["type"]: each["status"] for each in (await org.call("GET", methods))[1]}[
            "signed_nonce"
        ] == "ACTIVE"
        _, off = await org.call("POST", f"{methods}/signed_nonce/lifecycle/deactivate")
        assert off["status"] == "INACTIVE"
        _, shown = await org.call(
            "PUT", f"{methods}/signed_nonce", {"settings": {"showSignInWithOV": "ALWAYS", "x": 1}}
        )
        assert shown["settings"]["showSignInWithOV"] == "ALWAYS"
        assert "x" not in shown["settings"]
        _, integrations = await org.call("GET", "device-integrations")
        _, active = await org.call("POST", f"device-integrations/{integrations[0]['id']}/lifecycle/activate")
        assert active["status"] == "ACTIVE"
        assert "deactivate" in active["_links"]

    in_org(scenario)


def test_too_many_at_a_time_are_refused_with_a_limit_of_nothing() -> None:
    async def scenario(org: Org) -> None:
        org.data["settings"]["concurrency_refusals"] = 1
        refused = await org.raw("GET", "logs")
        assert refused.status == 429
        limits = [refused.headers[f"X-Rate-Limit-{name}"] for name in ("Limit", "Remaining")]
        assert limits == ["0", "0"]
        assert (await refused.json())["errorCode"] == "E0000047"
        assert "Retry-After" not in refused.headers
        assert (await org.raw("GET", "logs")).status == 200

    in_org(scenario)


def test_headers_can_be_lower_case_and_links_of_another_host() -> None:
    async def scenario(org: Org) -> None:
        org.data["settings"].update(lower_case_headers=True, link_host="org.example")
        answer = await org.raw("GET", "groups?limit=1")
        names = {name.decode() for name, _value in answer.raw_headers}
        assert {"link", "x-rate-limit-limit", "x-okta-request-id"} <= names
        links = answer.headers.getall("Link")
        assert links[0] == '<https://org.example/api/v1/groups?limit=1>; rel="self"'
        assert links[1].startswith("<https://org.example/api/v1/groups?after=00g")

    in_org(scenario)
