"""What stands in front of the sandbox's Iru tenant: tokens, permissions, rate limits, headers, unknown addresses."""

from __future__ import annotations

import pytest

from sandbox.iru import gateway
from tests.unit.sandbox_iru import Tenant


@pytest.fixture
def tenant() -> Tenant:
    return Tenant(fleet=4, windows=1)


def test_iru_s_own_cli_may_ask_for_the_tenant_without_a_token(tenant: Tenant) -> None:
    answer = tenant.request("GET", "/app/v1/ping", headers={"Authorization": ""})
    assert answer.status == 200


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer not-a-uuid",
        "Bearer 00000000-0000-4000-8000-000000000000",
        "Basic {token}",
        "Token {token}",
    ],
)
def test_without_a_known_token_nothing_is_answered(tenant: Tenant, authorization: str) -> None:
    headers = {"Authorization": authorization.format(token=tenant.state["api_token"])}
    answer = tenant.request("GET", "/devices", headers=headers)
    assert (answer.status, answer.json) == (401, {"message": "Invalid authentication"})


def test_a_revoked_token_is_refused(tenant: Tenant) -> None:
    tenant.state["tokens"][tenant.state["api_token"]]["active"] = False
    assert tenant.get("/devices").status == 401


def test_a_token_reaches_only_the_endpoints_it_lists(tenant: Tenant) -> None:
    tenant.state["tokens"][tenant.state["api_token"]]["permissions"] = [
        {"path": "/api/v1/blueprints", "http_method": "GET"},
        {"path": "/api/v1/blueprints/{id}/assign-library-item", "http_method": "POST"},
    ]
    blueprint = tenant.named("blueprints", "Sales")["id"]
    body = {"library_item_id": tenant.named("custom_profiles", "Firewall")["id"]}
    assert tenant.get("/blueprints").status == tenant.get("/blueprints/").status == 200
    assert tenant.get("/devices").status == 403
    assert tenant.get(f"/blueprints/{blueprint}").status == 403
    assert tenant.request("POST", "/blueprints", json={}).status == 403
    assert tenant.request("POST", f"/blueprints/{blueprint}/assign-library-item", json=body).status == 200
    assert tenant.request("POST", f"/blueprints/{blueprint}/remove-library-item", json=body).status == 403


def test_rate_limit_headers_count_down(tenant: Tenant) -> None:
    tenant.state["settings"]["rate_limit_second"] = 50
    first, second = tenant.get("/blueprints"), tenant.get("/tags")
    assert (first.headers["X-RateLimit-Limit-Hour"], first.headers["X-RateLimit-Limit-Second"]) == ("10000", "50")
    hours = [int(answer.headers["X-RateLimit-Remaining-Hour"]) for answer in (first, second)]
    # Two requests may fall on both sides of a full hour.
    assert hours[1] in (hours[0] - 1, 9999)
    assert first.headers["RateLimit-Remaining"] == first.headers["X-RateLimit-Remaining-Second"]
    assert first.headers["RateLimit-Reset"] == "1"


def test_the_servers_behind_the_gateway_have_their_own_headers(tenant: Tenant) -> None:
    prism, devices, library = (tenant.get(path) for path in ("/prism/apps", "/devices", "/library/custom-profiles"))
    assert [answer.headers["Server"] for answer in (prism, devices, library)] == ["uvicorn", "waitress", "waitress"]
    assert [answer.headers.get("X-Frame-Options") for answer in (prism, devices)] == [None, "DENY"]
    assert [answer.headers["Content-Type"] for answer in (prism, devices, library)] == [
        "application/json", "application/json", "application/json; charset=utf-8",
    ]  # fmt: skip
    assert {answer.headers["Via"].partition("/")[0] for answer in (prism, devices, library)} == {"kong"}


def test_a_used_up_hour_is_a_429_until_the_window_ends(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = 3600.0 * 1000 + 600
    monkeypatch.setattr(gateway.time, "time", lambda: moment)
    tenant.state["settings"]["rate_limit_hour"] = 2
    assert [tenant.get("/tags").status for _ in range(2)] == [200, 200]
    refused = tenant.get("/tags")
    assert (refused.status, refused.json) == (429, {"message": "API rate limit exceeded"})
    assert refused.headers["Retry-After"] == refused.headers["RateLimit-Reset"] == "3000"
    assert refused.headers["X-RateLimit-Remaining-Hour"] == "0"
    moment += 3000
    assert tenant.get("/tags").status == 200


def test_a_used_up_second_lasts_a_second_and_retry_after_can_be_off(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = 1000.5
    monkeypatch.setattr(gateway.time, "time", lambda: moment)
    tenant.state["settings"] |= {"rate_limit_second": 1, "retry_after": False}
    assert [tenant.get("/tags").status for _ in range(2)] == [200, 429]
    assert "Retry-After" not in tenant.get("/tags").headers
    moment += 1
    assert tenant.get("/tags").status == 200


def test_an_address_that_does_not_exist_is_django_s_page(tenant: Tenant) -> None:
    answer = tenant.get("/nothing")
    assert (answer.status, answer.headers["Content-Type"].partition(";")[0]) == (404, "text/html")


def test_a_method_that_does_not_exist_names_those_that_do(tenant: Tenant) -> None:
    answer = tenant.request("PUT", "/blueprints", json={})
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, POST")


def test_every_answer_lists_the_methods_of_its_address(tenant: Tenant) -> None:
    assert tenant.get("/library/custom-profiles").headers["Allow"] == "GET, POST"
    profile = tenant.named("custom_profiles", "Firewall")["id"]
    assert tenant.get(f"/library/custom-profiles/{profile}").headers["Allow"] == "GET, PATCH, DELETE"


def test_unknown_parameters_and_a_slash_at_the_end_do_not_matter(tenant: Tenant) -> None:
    assert tenant.get("/devices/", source="iructl", nothing="1").json == tenant.get("/devices").json


def test_a_body_that_is_no_json_or_of_another_type(tenant: Tenant) -> None:
    headers = {"Content-Type": "application/json"}
    cut = tenant.request("POST", "/tags", data=b'{"name": "x"', headers=headers)
    assert cut.status == 400
    assert cut.json["detail"].startswith("JSON parse error - ")
    other = tenant.request("POST", "/tags", data=b"name", headers={"Content-Type": "text/csv"})
    assert other.status == 415
