"""iru_custom_profile refuses what gets in the way of another profile, with as few requests as can be."""

from __future__ import annotations

import copy
import json
import plistlib

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_profile_conflicts import claims_of
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile import mobileconfig, scep_payload
from ansible_collections.okta_iru.attestation.plugins.modules import iru_custom_profile
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.iru_tenant import Tenant, run_in
from tests.unit.profile_strategies import CANARY, payloads

PATH = "/api/v1/library/custom-profiles"
PRISM = "/api/v1/prism/installed_profiles"
CHROME = {"PayloadType": "com.google.Chrome", "AutoLaunchProtocolsFromOrigins": []}
MANAGED_CHROME = {
    "PayloadType": "com.apple.ManagedClient.preferences",
    "PayloadContent": {
        "com.google.Chrome": {"Forced": [{"mcx_preference_settings": {"AutoLaunchProtocolsFromOrigins": []}}]}
    },
}
EDGE = {"PayloadType": "com.microsoft.Edge", "AutoLaunchProtocolsFromOrigins": []}
SSO = {
    "PayloadType": "com.apple.extensiblesso",
    "ExtensionIdentifier": "com.okta.mobile.auth-service-extension",
    "TeamIdentifier": "B7F62B65BN",
    "Type": "Credential",
    "Realm": "Okta Device",
    "Hosts": ["example.okta.com"],
}
REDIRECT = {**SSO, "Type": "Redirect", "URLs": ["https://a.example/Token"], "Hosts": []}
SCEP = scep_payload("https://example.okta.com/pki/AB/scep/rac1", CANARY)


@pytest.fixture
def tenant() -> Tenant:
    return Tenant()


def put(tenant, name, *several, identifier=None, **more):
    """Write a profile of these payloads; the identifier decides the UUIDs of the payloads."""
    wanted = {"name": name, "identifier": identifier or f"com.example.{name}", "payloads": copy.deepcopy(list(several))}
    return run_in(tenant, iru_custom_profile, diff=True, **{**wanted, **more})


def requests_of(tenant):
    return [(method, path) for method, path, _status in tenant.log]


@pytest.mark.parametrize(
    ("first", "second", "claim"),
    [
        (CHROME, CHROME, "com.google.Chrome AutoLaunchProtocolsFromOrigins"),
        (CHROME, MANAGED_CHROME, "com.google.Chrome AutoLaunchProtocolsFromOrigins"),
        (MANAGED_CHROME, CHROME, "com.google.Chrome AutoLaunchProtocolsFromOrigins"),
        (SSO, {**SSO, "Hosts": ["other.example.com", "EXAMPLE.okta.com"]}, "single sign-on for example.okta.com"),
        (
            {**SSO, "Type": "Redirect", "URLs": ["https://a.example/token"], "Hosts": []},
            {**SSO, "Type": "Redirect", "URLs": ["https://a.example/token"], "Hosts": []},
            "single sign-on for https://a.example/token",
        ),
        ({**REDIRECT, "URLs": ["HTTPS://A.example/Token"]}, REDIRECT, "single sign-on for https://a.example/Token"),
        ({**SSO, "Hosts": [".okta.com"]}, SSO, "single sign-on for .okta.com"),
        (SSO, {**SSO, "Hosts": [".Okta.com"]}, "single sign-on for example.okta.com"),
        ({**SSO, "Hosts": [".eu.okta.com"]}, {**SSO, "Hosts": [".okta.com"]}, "single sign-on for .eu.okta.com"),
    ],
)
@pytest.mark.parametrize("check", [True, False])
def test_a_second_profile_that_says_the_same_is_refused(tenant, first, second, claim, check):
    made = put(tenant, "First", first)
    assert "failed" not in made, made
    refused = put(tenant, "Second", second, check=check)
    assert refused["failure"]["kind"] == "Refused"
    assert refused["failure"]["conflicts"] == [{"id": made["profile"]["id"], "name": "First", "claims": [claim]}]
    for part in ("'Second'", "'First'", made["profile"]["id"], claim, "allow_conflicts"):
        assert part in refused["msg"]
    assert len(tenant.writes()) == 1


def test_it_is_written_when_that_is_allowed(tenant):
    put(tenant, "First", CHROME)
    for check in (True, False):
        allowed = put(tenant, "Second", CHROME, allow_conflicts=True, check=check)
        assert allowed["changed"]
        assert [one["name"] for one in allowed["conflicts"]] == ["First"]
        assert "'First'" in allowed["warnings"][-1]
    for quiet in (True, False):
        again = put(tenant, "Second", CHROME, allow_conflicts=quiet)
        assert (again["changed"], "warnings" in again) == (False, not quiet)
        assert [one["name"] for one in again["conflicts"]] == ["First"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((CHROME, {}), (EDGE, {})),
        ((CHROME, {}), ({"PayloadType": "com.google.Chrome", "HomepageLocation": "https://a.example"}, {})),
        ((CHROME, {"active": False}), (CHROME, {})),
        ((CHROME, {}), (CHROME, {"active": False})),
        ((CHROME, {"platforms": ["ipad"]}), (CHROME, {"platforms": ["mac"]})),
        ((SSO, {}), ({**SSO, "Hosts": ["other.example.com"]}, {})),
        ((SSO, {}), ({**SSO, "Hosts": [".example.okta.com", ".ta.com"]}, {})),
        ((REDIRECT, {}), ({**REDIRECT, "URLs": ["https://a.example/token"]}, {})),
        ((REDIRECT, {}), ({**SSO, "Hosts": [".example"]}, {})),
        ((SCEP, {}), (SCEP, {})),
    ],
)
def test_what_does_not_meet_is_no_conflict(tenant, first, second):
    for number, (payload, more) in enumerate((first, second)):
        result = put(tenant, f"Number {number}", payload, **more)
        assert result["changed"], result
        assert result["conflicts"] == []


def test_the_same_profile_under_a_new_name_is_refused(tenant):
    put(tenant, "Old name", SCEP, identifier="com.example.scep")
    refused = put(tenant, "New name", SCEP, identifier="com.example.scep")
    assert refused["failure"]["conflicts"][0]["claims"][0].startswith("the payload ")
    assert "give the id together with the name" in refused["msg"]
    assert CANARY not in json.dumps(refused)


def test_a_change_is_held_against_others_only_for_what_it_adds(tenant):
    put(tenant, "First", CHROME)
    made = put(tenant, "Second", CHROME, allow_conflicts=True)["profile"]
    changed = {**CHROME, "HomepageLocation": "https://a.example"}
    assert put(tenant, "Second", changed)["changed"]
    put(tenant, "Third", EDGE)
    for by in ({}, {"id": made["id"]}):
        refused = put(tenant, "Second", changed, EDGE, **by)
        assert [one["name"] for one in refused["failure"]["conflicts"]] == ["Third"]


@pytest.mark.parametrize("back", [{"active": True}, {"platforms": ["mac"]}])
def test_a_profile_that_comes_back_is_held_against_others(tenant, back):
    asleep = {"active": False} if "active" in back else {"platforms": ["tv"]}
    put(tenant, "First", CHROME, **asleep)
    put(tenant, "Second", CHROME)
    refused = run_in(tenant, iru_custom_profile, name="First", **back)
    assert refused["failure"]["kind"] == "Refused"


def test_others_that_cannot_be_read_and_tenants_without_flags_are_no_failure(tenant):
    put(tenant, "First", CHROME)
    tenant.profiles["broken"] = {"id": "broken", "name": "Broken", "active": True, "profile": "no plist"}
    tenant.returns_flags = False
    assert put(tenant, "Second", CHROME)["failure"]["conflicts"][0]["name"] == "First"
    assert put(tenant, "Third", EDGE)["changed"]


def trusted(tenant, kind="scep", device="MacBook Air of Ada"):
    tenant.installed.append({"payload_identifier": f"com.kandji.profile.odt.{kind}", "device__name": device})


@pytest.mark.parametrize(("payload", "kind"), [(SCEP, "scep"), (SSO, "sso")])
def test_nothing_is_put_beside_okta_device_trust(tenant, payload, kind):
    tenant.installed.append({"payload_identifier": "com.example.other", "device__name": "Other"})
    trusted(tenant, kind)
    refused = put(tenant, "Mine", payload)
    assert refused["failure"]["conflicts"] == [
        {
            "id": f"com.kandji.profile.odt.{kind}",
            "name": "Okta Device Trust of Iru",
            "claims": ["a profile on MacBook Air of Ada"],
        }
    ]
    assert tenant.writes() == []
    assert put(tenant, "Mine", payload, allow_conflicts=True)["changed"]


def test_device_trust_is_asked_for_once_and_only_for_what_it_brings(tenant):
    other_ca = scep_payload("https://scep.example.com/wifi", CANARY)
    for name, payload in (("Chrome", CHROME), ("Wi-Fi", other_ca), ("Okta", SCEP)):
        put(tenant, name, payload)
    assert requests_of(tenant).count(("GET", PRISM)) == 1
    tenant.log.clear()
    assert not put(tenant, "Okta", SCEP)["changed"]
    assert put(tenant, "Okta", SCEP, reissue=True)["reissued"]
    listed = [("GET", PATH)]
    assert requests_of(tenant)[:2] == [*listed, *listed]
    assert ("GET", PRISM) not in requests_of(tenant)


def test_a_token_that_may_not_look_is_told(tenant):
    tenant.answers[PRISM] = 403, {"detail": "You do not have permission to perform this action."}
    made = put(tenant, "Okta", SCEP)
    assert made["changed"]
    assert '"Prism: Installed profiles"' in made["warnings"][-1]


@given(st.lists(payloads, min_size=1, max_size=3))
def test_a_profile_claims_the_same_after_its_way_through_iru(several):
    text = mobileconfig(several, identifier="com.example.a", name="A")
    tenant = Tenant()
    stored = tenant.add_profile("A", text)["profile"]
    from_text, from_stored = (claims_of(_loaded(one)) for one in (text, stored))
    assert from_text == from_stored
    assert len([claim for claim in from_text if claim.startswith("the payload ")]) == len(several)


def _loaded(text):
    return plistlib.loads(text if isinstance(text, bytes) else text.encode())
