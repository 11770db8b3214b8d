"""What a simulated Mac keeps of a profile, and which single sign-on extensions it refuses."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from sandbox.iru import profiles, scope
from tests.unit.sandbox_company import Company
from tests.unit.sandbox_iru import mobileconfig

CREDENTIAL: dict[str, Any] = {
    "PayloadType": "com.apple.extensiblesso",
    "ExtensionIdentifier": "com.example.extension",
    "TeamIdentifier": "ABCDE12345",
    "Type": "Credential",
    "Hosts": ["acme.example"],
}
REDIRECT = {**CREDENTIAL, "Type": "Redirect", "Hosts": ["acme.example"], "URLs": ["https://acme.example/token"]}


def assign(company: Company, name: str, payload: dict[str, Any]) -> dict[str, Any]:
    """A profile that every Mac gets."""
    profile = profiles.create(company.world, name, mobileconfig(payload))
    for blueprint in company.iru["blueprints"].values():
        blueprint["nodes"][0]["items"].append(profile["id"])
    scope.refresh_item(company.world, profile["id"])
    return profile


@pytest.fixture
def company() -> Company:
    return Company(fleet=2)


def test_a_mac_keeps_what_it_received_with_its_own_values(company: Company) -> None:
    payload = {
        "PayloadType": "com.example.app",
        "login": "$EMAIL",
        "serial": ["$SERIAL_NUMBER"],
        "logo": b"\0\1",
        "since": datetime(2026, 1, 2, 3, 4, 5),
    }
    profile = assign(company, "App", payload)
    company.tick(15)
    for computer in company.fleet:
        (received,) = computer["profiles"][profile["id"]]["payloads"]
        assert received["login"] == computer["user_login"]
        assert received["serial"] == [computer["serial_number"]]
        assert (received["logo"], received["since"]) == ("AAE=", "2026-01-02T03:04:05")


def test_what_was_there_before_is_kept_as_well(company: Company) -> None:
    kept = [profile["payloads"][0] for profile in company.fleet[0]["profiles"].values()]
    assert {payload["PayloadType"] for payload in kept} >= {"com.apple.loginwindow"}


@pytest.mark.parametrize(
    ("change", "log"),
    [
        ({"Hosts": []}, "Type Credential has no Hosts"),
        ({"Hosts": ["https://acme.example"]}, "a host that is none"),
        ({"TeamIdentifier": ""}, "has no TeamIdentifier"),
        ({"Type": "Redirect"}, "Type Redirect has no URLs"),
        ({"Type": "Other"}, "unknown Type"),
        ({"Type": "Redirect", "URLs": ["acme.example/token"]}, "a URL that is not allowed"),
        ({"Type": "Redirect", "URLs": ["https://acme.example/token?x"]}, "a URL that is not allowed"),
    ],
)
def test_a_mac_refuses_an_extension_that_breaks_apples_rules(
    company: Company, change: dict[str, Any], log: str
) -> None:
    profile = assign(company, "SSO", {**CREDENTIAL, **change})
    assert company.tick(15)["failed"] == 2
    for computer in company.fleet:
        assert profile["id"] not in computer["profiles"]
        assert log in company.row(profile, computer)["log"]


def test_a_host_is_in_one_profile_only(company: Company) -> None:
    first = assign(company, "SSO", CREDENTIAL)
    company.tick(15)
    second = assign(company, "SSO again", {**CREDENTIAL, "Hosts": ["other.example", "ACME.example"]})
    assert company.tick(15)["failed"] == 2
    assert "configured for acme.example already" in company.row(second, company.fleet[0])["log"]
    # The same profile may come again, and a Redirect extension goes by URLs.
    company.repush(first)
    third = assign(company, "Platform SSO", REDIRECT)
    assert company.tick(15)["installed"] == 4
    assert company.row(third, company.fleet[0])["status"] == "success"
