"""A profile that is as it should be, and another one that somebody made since."""

from __future__ import annotations

import pytest
from ansible_collections.okta_iru.attestation.plugins.modules import iru_custom_profile

from tests.unit.iru_tenant import Tenant, run_in
from tests.unit.test_iru_profile_conflicts import CHROME, EDGE, SSO, put, requests_of

ALLOWING = {**CHROME, "LocalNetworkAccessAllowedForUrls": ["https://example.okta.com"]}
FIREFOX = {"PayloadType": "org.mozilla.firefox", "EnterprisePoliciesEnabled": True}


@pytest.fixture
def tenant() -> Tenant:
    return Tenant()


@pytest.mark.parametrize(("payload", "claim"), [(SSO, "example.okta.com"), (CHROME, "AutoLaunchProtocolsFromOrigins")])
def test_it_is_told_by_the_one_request_that_is_sent_anyway(tenant, payload, claim):
    mine = put(tenant, "Mine", payload)["profile"]
    made = put(tenant, "Since", payload, allow_conflicts=True)["profile"]
    tenant.log.clear()
    again = put(tenant, "Mine", payload)
    assert again["changed"] is False
    assert [one["id"] for one in again["conflicts"]] == [made["id"]]
    (warning,) = again["warnings"]
    assert all(word in warning for word in ("'Mine'", "'Since'", made["id"], claim, "allow_conflicts")), warning
    assert len(requests_of(tenant)) == 1
    by_id = run_in(tenant, iru_custom_profile, id=mine["id"])
    assert (by_id["changed"], by_id["conflicts"], "warnings" in by_id) == (False, [], False)


@pytest.mark.parametrize("more", [{"active": False}, {"platforms": ["ipad"]}])
def test_what_no_mac_gets_is_not_told(tenant, more):
    put(tenant, "Mine", SSO)
    put(tenant, "Since", SSO, **more)
    again = put(tenant, "Mine", SSO)
    assert (again["conflicts"], "warnings" in again) == ([], False)
    mine = put(tenant, "Asleep", EDGE, active=False)["profile"]
    put(tenant, "Awake", EDGE)
    assert put(tenant, mine["name"], EDGE)["conflicts"] == []


def test_the_switch_that_all_profiles_of_firefox_have_is_no_conflict(tenant):
    put(tenant, "Home page", {**FIREFOX, "Homepage": {"URL": "https://a.example"}})
    made = put(tenant, "Prompt", {**FIREFOX, "AutoLaunchProtocolsFromOrigins": []})
    assert (made["changed"], made["conflicts"]) == (True, [])
    refused = put(tenant, "Again", {**FIREFOX, "AutoLaunchProtocolsFromOrigins": []})
    (conflict,) = refused["failure"]["conflicts"]
    assert conflict["claims"] == ["org.mozilla.firefox AutoLaunchProtocolsFromOrigins"]


@pytest.mark.parametrize("key", ["LoopbackNetworkBlockedForUrls", "LocalNetworkAccessBlockedForUrls"])
def test_what_blocks_the_local_network_is_told_with_no_further_request(tenant, key):
    blocking = put(tenant, "Blocks", {"PayloadType": "com.google.Chrome", key: ["*"]})["profile"]
    for time, requests in (("new", 3), ("as it is", 1)):
        tenant.log.clear()
        mine = put(tenant, "Mine", ALLOWING)
        assert (mine["changed"], mine["conflicts"]) == (time == "new", [])
        (warning,) = mine["warnings"]
        assert all(word in warning for word in ("'Blocks'", blocking["id"], f"com.google.Chrome {key}")), warning
        assert len(requests_of(tenant)) == requests
    assert "warnings" not in put(tenant, "Mine", ALLOWING, allow_conflicts=True)
    assert "warnings" not in put(tenant, "Edge", {**ALLOWING, "PayloadType": "com.microsoft.Edge"})
    put(tenant, "Blocks", active=False, payloads=None)
    assert "warnings" not in put(tenant, "Mine", ALLOWING)
