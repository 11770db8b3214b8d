"""Devices of the sandbox's Okta org, and the FastPass sign-in that makes them managed."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from sandbox.okta import fastpass
from sandbox.pki import ca
from sandbox.pki import seed as seed_pki
from sandbox.world import World
from tests.unit.okta_org import Org, in_org, new_world
from tests.unit.sandbox_pki_requester import key


def company() -> World:
    """An org with its CA and three people."""
    world = new_world()
    world.runtime.seeders.append(seed_pki)
    world.reset()
    return world


def computer(world: World, number: int = 0, **changes: Any) -> dict[str, Any]:
    return {
        "serial_number": f"C02TEST{number:05d}",
        "udid": f"00000000-0000-4000-8000-{number:012d}",
        "platform": "MACOS",
        "display_name": f"Mac {number}",
        "os_version": "15.1",
        "user_login": world.data["people"][number]["login"],
        "okta_verify_registered": True,
        **changes,
    }


def certificate(world: World) -> bytes:
    """A certificate that the org's CA has just issued."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "C02TEST00000")])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key(), hashes.SHA256())
    return ca.issue(world, request).public_bytes(Encoding.DER)


def events(world: World) -> list[str]:
    return [event["eventType"] for event in world.data["okta"]["logs"]]


def statuses(world: World) -> list[str]:
    devices = world.data["okta"]["devices"].values()
    return [link["managementStatus"] for device in devices for link in device["users"]]


def test_registered_then_managed_then_managed_again() -> None:
    world = company()
    mac = computer(world)
    first = fastpass.sign_in(world, mac, None)
    assert (first.signed_in, first.managed, first.reason) == (True, False, "no_certificate")
    assert statuses(world) == ["NOT_MANAGED"]
    issued = certificate(world)
    second = fastpass.sign_in(world, mac, issued)
    assert (second.signed_in, second.managed, second.reason) == (True, True, "")
    assert second.device_id == first.device_id
    assert statuses(world) == ["MANAGED"]
    assert fastpass.sign_in(world, mac, issued).managed
    assert events(world).count("device.enrollment.create") == 1
    assert events(world).count("pki.cert.bind") == 1
    assert events(world).count("user.authentication.auth_via_mfa") == 3
    bind = next(event for event in world.data["okta"]["logs"] if event["eventType"] == "pki.cert.bind")
    assert bind["debugContext"]["debugData"]["certificateSerialNumber"] == ca.is_issued_and_valid(world, issued).serial


def test_losing_the_certificate_ends_management() -> None:
    world = company()
    mac, issued = computer(world), certificate(world)
    assert fastpass.sign_in(world, mac, issued).managed
    assert not fastpass.sign_in(world, mac, None).managed
    assert statuses(world) == ["NOT_MANAGED"]


def test_certificate_of_another_device_does_not_count() -> None:
    world = company()
    issued = certificate(world)
    assert fastpass.sign_in(world, computer(world, 0), issued).managed
    copied = fastpass.sign_in(world, computer(world, 1), issued)
    assert (copied.signed_in, copied.managed) == (True, False)
    assert copied.reason == "certificate_bound_to_another_device"


def test_certificate_dies_with_the_device_record() -> None:
    async def scenario(org: Org) -> None:
        seed_pki(org.world)
        mac, issued = computer(org.world), certificate(org.world)
        device = fastpass.sign_in(org.world, mac, issued).device_id
        assert (await org.call("DELETE", f"devices/{device}"))[0] == 400
        assert await org.call("POST", f"devices/{device}/lifecycle/deactivate") == (204, None)
        assert await org.call("GET", f"devices/{device}/users") == (200, [])
        refused = fastpass.sign_in(org.world, mac, issued)
        assert (refused.signed_in, refused.reason) == (False, "device_deactivated")
        assert await org.call("DELETE", f"devices/{device}") == (204, None)
        again = fastpass.sign_in(org.world, mac, issued)
        assert (again.signed_in, again.managed) == (True, False)
        assert again.device_id != device

    in_org(scenario)


@pytest.mark.parametrize(
    ("days", "reason"),
    [
        (61, "certificate_expired"),
        (91, "certificate_revoked"),
        (0, "certificate_unknown_issuer"),
        (-1, "certificate_malformed"),
    ],
)
def test_certificates_that_prove_nothing(days: int, reason: str) -> None:
    world = company()
    world.data["pki"]["settings"]["leaf_days"] = 60
    issued = certificate(world) if days > 0 else self_signed() if days == 0 else b"\x30\x03abc"
    world.clock.advance(max(0, days) * 24 * 60)
    assert fastpass.sign_in(world, computer(world), issued).reason == reason
    assert statuses(world) == ["NOT_MANAGED"]


def self_signed() -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "impostor")])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key().public_key())
    dated = builder.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=9)).serial_number(7)
    return dated.sign(key(), hashes.SHA256()).public_bytes(Encoding.DER)


def test_no_fastpass_without_registration_user_or_method() -> None:
    world = company()
    assert (
        fastpass.sign_in(world, computer(world, okta_verify_registered=False), None).reason
        == "okta_verify_not_registered"
    )
    assert fastpass.sign_in(world, computer(world, user_login="nobody@attest.example"), None).reason == "no_active_user"
    for authenticator in world.data["okta"]["authenticators"].values():
        if authenticator["key"] == "okta_verify":
            authenticator["methods"]["signed_nonce"]["status"] = "INACTIVE"
    assert fastpass.sign_in(world, computer(world), None).reason == "fastpass_off"
    assert world.data["okta"]["devices"] == {}


def test_policy_decides_after_the_device_is_known() -> None:
    async def scenario(org: Org) -> None:
        seed_pki(org.world)
        rules = f"policies/{org.policy('Okta Dashboard')['id']}/rules"
        method = {"type": "ASSURANCE", "factorMode": "2FA"}
        body = {
            "type": "ACCESS_POLICY",
            "name": "Managed",
            "conditions": {
                "device": {"registered": True, "managed": True},
                "people": {"groups": {"include": [org.group("Desktop users")]}},
                "platform": {"include": [{"type": "DESKTOP", "os": {"type": "MACOS"}}]},
            },
            "actions": {"appSignOn": {"access": "ALLOW", "verificationMethod": method}},
        }
        _, rule = await org.call("POST", rules, body)
        catch_all = next(each for each in org.policy("Okta Dashboard")["rules"] if each["system"])
        deny = {"type": "ACCESS_POLICY", "name": "Catch-all Rule", "actions": {"appSignOn": {"access": "DENY"}}}
        assert (await org.call("PUT", f"{rules}/{catch_all['id']}", deny))[0] == 200
        refused = fastpass.sign_in(org.world, computer(org.world), None)
        assert (refused.signed_in, refused.reason) == (False, "denied_by_policy")
        assert fastpass.sign_in(org.world, computer(org.world), certificate(org.world)).signed_in
        evaluated = [each for each in org.data["logs"] if each["eventType"] == "policy.evaluate_sign_on"]
        assert [each["outcome"]["result"] for each in evaluated] == ["DENY", "ALLOW"]
        assert [each["target"][2]["id"] for each in evaluated] == [catch_all["id"], rule["id"]]
        windows = computer(org.world, 1, platform="WINDOWS")
        assert not fastpass.sign_in(org.world, windows, certificate(org.world)).signed_in

    in_org(scenario)


def test_devices_are_listed_searched_and_expanded() -> None:
    async def scenario(org: Org) -> None:
        for number in range(3):
            platform = "WINDOWS" if number == 2 else "MACOS"
            fastpass.sign_in(org.world, computer(org.world, number, platform=platform), None)
        ids = list(org.data["devices"])
        first = await org.raw("GET", "devices?limit=2&expand=userSummary")
        page = await first.json()
        assert [each["id"] for each in page] == ids[:2]
        link = page[0]["_embedded"]["users"][0]
        assert link["managementStatus"] == "NOT_MANAGED"
        assert link["user"]["profile"]["login"] == org.world.data["people"][0]["login"]
        assert "managed" not in page[0]["profile"]
        assert "users" not in page[0]
        following = next(each for each in first.headers.getall("Link") if 'rel="next"' in each)
        assert f"after={ids[1]}" in following
        rest = await org.raw("GET", f"devices?limit=2&after={ids[1]}")
        assert [each["id"] for each in await rest.json()] == ids[2:]
        assert not any('rel="next"' in each for each in rest.headers.getall("Link"))
        _, found = await org.call("GET", 'devices?search=profile.platform+eq+"WINDOWS"+and+status+eq+"ACTIVE"')
        assert [each["id"] for each in found] == ids[2:]
        assert await org.call("GET", 'devices?search=profile.serialNumber+eq+"none"') == (200, [])
        for wrong in ("search=name+eq+1", "search=profile.model+co+%22M%22", "search=(", "after=guoNone"):
            assert (await org.call("GET", f"devices?{wrong}"))[1]["errorCode"] == "E0000031"
        for wrong in ("limit=201", "expand=all"):
            assert (await org.call("GET", f"devices?{wrong}"))[1]["errorCode"] == "E0000001"
        _, users = await org.call("GET", f"devices/{ids[0]}/users")
        assert users[0]["user"]["profile"]["email"]
        assert (await org.call("GET", "devices/guoX/users"))[1]["errorSummary"].endswith("guoX (GenericUDObject)")
        assert (await org.call("GET", "devices/guoX"))[1]["errorSummary"].endswith("guoX (Device)")
        _, one = await org.call("GET", f"devices/{ids[0]}")
        assert one["_embedded"]["originatedFrom"][0]["key"] == "okta_verify"

    in_org(scenario)


def test_devices_by_the_hundred_thousand_are_made_when_they_are_read() -> None:
    async def scenario(org: Org) -> None:
        fastpass.sign_in(org.world, computer(org.world), None)
        org.data["settings"].update(synthetic_devices=250)
        ids: list[str] = []
        after = ""
        while True:
            response = await org.raw("GET", f"devices?limit=100&expand=userSummary{after}")
            page = await response.json()
            ids += [each["id"] for each in page]
            if not any('rel="next"' in link for link in response.headers.getall("Link")):
                break
            after = f"&after={ids[-1]}"
        assert len(set(ids)) == len(ids) == 251
        assert len(org.data["devices"]) == 1
        assert page[-1]["_embedded"]["users"][0]["user"]["profile"]["login"] == "syn000249@attest.example"
        _, found = await org.call("GET", 'devices?search=profile.serialNumber eq "SYN000000098"')
        assert [each["status"] for each in found] == ["ACTIVE", "DEACTIVATED"]
        assert (await org.call("GET", f"devices/{ids[-1]}/users"))[1][0]["managementStatus"] == "NOT_MANAGED"
        assert (await org.call("POST", f"devices/{ids[-1]}/lifecycle/suspend"))[0] == 404
        assert (await org.call("GET", "devices?after=guoSYN99999999999999"))[1]["errorCode"] == "E0000031"

    in_org(scenario)


def test_fields_and_the_limit_of_expanded_pages() -> None:
    async def scenario(org: Org) -> None:
        fastpass.sign_in(org.world, computer(org.world), None)
        _, found = await org.call("GET", "devices?fields=status,profile.platform,profile.serialNumber")
        assert found[0]["profile"] == {"platform": "MACOS", "serialNumber": "C02TEST00000"}
        assert sorted(found[0]) == ["id", "profile", "status"]
        assert (await org.call("GET", "devices?fields=colour"))[0] == 400
        org.data["settings"]["device_expand_limit"] = 20
        assert (await org.call("GET", "devices?limit=200"))[0] == 200
        status, refusal = await org.call("GET", "devices?limit=200&expand=user")
        assert (status, refusal["errorCode"]) == (400, "E0000001")
        assert (await org.call("GET", "devices?limit=20&expand=user"))[0] == 200

    in_org(scenario)


def test_search_sees_a_changed_device_as_it_was() -> None:
    async def scenario(org: Org) -> None:
        device = fastpass.sign_in(org.world, computer(org.world), None).device_id
        org.world.clock.advance(10)
        org.data["settings"]["device_search_lag_seconds"] = 90
        assert (await org.call("POST", f"devices/{device}/lifecycle/suspend"))[0] == 204
        _, found = await org.call("GET", 'devices?search=status eq "ACTIVE"')
        assert [each["status"] for each in found] == ["ACTIVE"]
        assert (await org.call("GET", f"devices/{device}"))[1]["status"] == "SUSPENDED"
        org.world.clock.advance(2)
        assert await org.call("GET", 'devices?search=status eq "ACTIVE"') == (200, [])

    in_org(scenario)


def test_search_lags_behind_when_told_to() -> None:
    async def scenario(org: Org) -> None:
        fastpass.sign_in(org.world, computer(org.world), None)
        org.data["settings"]["device_search_lag_seconds"] = 90
        search = 'devices?search=profile.platform+eq+"MACOS"'
        assert await org.call("GET", search) == (200, [])
        assert len((await org.call("GET", "devices"))[1]) == 1
        org.world.clock.advance(2)
        assert len((await org.call("GET", search))[1]) == 1

    in_org(scenario)
