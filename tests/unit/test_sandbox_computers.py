"""Simulated computers: they install what Iru delivers, enrol by SCEP, and their users sign in."""

from __future__ import annotations

import functools
import hashlib
import itertools
import socket
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from sandbox.computers import keys, simulation
from sandbox.iru.tenant import parse_time
from sandbox.pki import ca
from tests.unit.sandbox_company import Company, certificates


@pytest.fixture(autouse=True)
def quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Making keys is nine tenths of an enrolment; test_sandbox_computers_keys.py tests that they are made."""
    turns = itertools.cycle(range(6))
    monkeypatch.setattr(keys, "_generate", lambda bits: some_key(bits, next(turns)))


@functools.cache
def some_key(bits: int, _number: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@pytest.fixture
def company() -> Company:
    return Company()


def key_of(kept: dict[str, Any]) -> Any:
    return serialization.load_pem_private_key(kept["private_key"].encode(), password=None)


def test_a_mac_enrols_and_is_managed_after_its_user_signs_in(company: Company) -> None:
    profile = company.deliver()
    first = company.tick(60)
    assert (first["installed"], first["failed"], first["certificates"]) == (3, 0, 3)
    company.tick(60)
    for computer in company.fleet:
        (certificate,) = certificates(computer)
        assert certificate.subject.rfc4514_string() == f"CN={computer['serial_number']}"
        certificate.verify_directly_issued_by(ca.authority(company.world, "intermediate").certificate)
        assert key_of(computer["certificates"][0]).public_key() == certificate.public_key()
        assert company.row(profile, computer)["status"] == "success"
    assert company.management() == {computer["serial_number"]: "MANAGED" for computer in company.fleet}


def test_nothing_is_managed_before_the_sign_in(company: Company) -> None:
    company.deliver()
    for computer in company.fleet:
        computer["sign_in_delay_minutes"] = 20
    company.tick(15)
    assert all(computer["certificates"] for computer in company.fleet)
    assert "MANAGED" not in company.management().values()
    company.tick(30)
    assert set(company.management().values()) == {"MANAGED"}


@pytest.mark.parametrize(
    ("settings", "log"),
    [
        ({"Challenge": "wrong"}, "refused the request: badRequest"),
        ({"Challenge": None}, "refused the request: badRequest"),
        ({"URL": "okta.example/pki"}, "has no http or https scheme"),
        ({"URL": None}, "has no http or https scheme"),
        ({"URL": "{scep_url}x"}, "GetCACaps with HTTP status 404"),
        ({"Keysize": 3072}, "asks for a key that cannot be made"),
        ({"Key Type": "EC"}, "asks for a key that cannot be made"),
        ({"Subject": [[["XX", "x"]]]}, "subject of the SCEP payload is not valid"),
        (
            {"Subject": [[["CN", "managementAttestation $UDID $SERIAL_NUMBER"]]]},
            "subject of the SCEP payload is not valid",
        ),
        ({"Subject": "CN=x"}, "Subject of the SCEP payload is of the wrong type"),
        ({"Key Usage": "1"}, "Key Usage of the SCEP payload is of the wrong type"),
        ({"SubjectAltName": {"dnsName": "x"}}, "unknown kind of alternative name"),
        ({"CAFingerprint": bytes(32)}, "fingerprint"),
        ({"CAFingerprint": bytes(5)}, "no known hash"),
    ],
)
def test_a_failure_is_a_failed_profile_with_a_log_and_no_certificate(settings: dict[str, Any], log: str) -> None:
    company = Company(fleet=1)
    profile = company.deliver(**settings)
    happened = company.tick(15)
    (computer,) = company.fleet
    assert (happened["failed"], happened["certificates"]) == (1, 0)
    assert computer["certificates"] == []
    assert profile["id"] not in computer["profiles"]
    assert company.row(profile, computer)["status"] == "failed"
    assert log in company.row(profile, computer)["log"]
    company.tick(1500)
    assert set(company.management().values()) == {"NOT_MANAGED"}


def test_a_server_that_is_not_there(company: Company) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    profile = company.deliver(URL=f"http://127.0.0.1:{port}/scep")
    company.tick(15)
    assert "could not be reached" in company.row(profile, company.fleet[0])["log"]


def test_the_log_never_holds_the_secret(company: Company) -> None:
    profile = company.deliver(Challenge="wrong-but-secret")
    company.tick(15)
    assert "wrong-but-secret" not in str(company.row(profile, company.fleet[0]))


@pytest.mark.parametrize("digest", ["md5", "sha1", "sha256"])
def test_a_right_fingerprint_is_accepted(digest: str) -> None:
    company = Company(fleet=1)
    certificate = ca.authority(company.world, "root").certificate
    der = certificate.public_bytes(serialization.Encoding.DER)
    company.deliver(CAFingerprint=hashlib.new(digest, der).digest())
    assert company.tick(15)["certificates"] == 1


def test_the_request_holds_what_the_payload_asks_for() -> None:
    company = Company(fleet=1)
    company.deliver(
        Subject=[[["O", "Acme"]], [["CN", "%SerialNumber%"]], [["OU", "$EMAIL"]], [["1.2.3.4", "%Unknown%"]]],
        SubjectAltName={
            "rfc822Name": "$EMAIL",
            "dNSName": ["a.example", "b.example"],
            "ntPrincipalName": "%HardwareUUID%",
        },
    )
    company.tick(15)
    (computer,) = company.fleet
    (certificate,) = certificates(computer)
    names = [(each.oid.dotted_string, each.value) for each in certificate.subject]
    assert names == [
        (NameOID.ORGANIZATION_NAME.dotted_string, "Acme"),
        (NameOID.COMMON_NAME.dotted_string, computer["serial_number"]),
        (NameOID.ORGANIZATIONAL_UNIT_NAME.dotted_string, computer["user_login"]),
        ("1.2.3.4", "%Unknown%"),
    ]
    alternative = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert alternative.get_values_for_type(x509.RFC822Name) == [computer["user_login"]]
    assert alternative.get_values_for_type(x509.DNSName) == ["a.example", "b.example"]
    assert alternative.get_values_for_type(x509.OtherName)[0].value == b"\x0c\x24" + computer["udid"].encode()


def test_a_repush_brings_a_new_certificate_and_the_newest_one_is_used(company: Company) -> None:
    profile = company.deliver()
    company.tick(120)
    company.repush(profile)
    assert company.tick(120)["certificates"] == 3
    for computer in company.fleet:
        assert [each["payload_uuid"] for each in computer["certificates"]][1] == profile["payload_uuid"]
        assert computer["signed_in_with"] == computer["certificates"][1]["sha256"]


def test_whether_a_replaced_certificate_stays_can_be_switched(company: Company) -> None:
    company.settings["replaced_certificates_stay"] = False
    profile = company.deliver()
    company.tick(15)
    company.repush(profile)
    assert company.tick(15)["certificates"] == 3
    assert [len(computer["certificates"]) for computer in company.fleet] == [1, 1, 1]


def test_a_withdrawn_profile_takes_its_certificates_along(company: Company) -> None:
    profile = company.deliver()
    company.tick(120)
    company.withdraw(profile)
    assert company.tick(15)["removed"] == 3
    assert all(computer["certificates"] == [] for computer in company.fleet)
    company.tick(1500)
    assert set(company.management().values()) == {"NOT_MANAGED"}


def test_a_computer_that_iru_no_longer_manages_loses_all_profiles(company: Company) -> None:
    company.deliver()
    company.tick(15)
    (gone, *stay) = company.fleet
    del company.iru["devices"][gone["device_id"]]
    company.tick(15)
    assert (gone["profiles"], gone["certificates"]) == ({}, [])
    assert all(computer["certificates"] for computer in stay)


def test_a_computer_that_is_off_does_nothing(company: Company) -> None:
    profile = company.deliver()
    company.fleet[0]["online"] = False
    assert company.tick(120)["installed"] == 2
    assert company.row(profile, company.fleet[0])["status"] == "pending"


def test_who_never_registered_okta_verify_is_not_known_to_okta(company: Company) -> None:
    company.deliver()
    company.fleet[0]["okta_verify_registered"] = False
    company.fleet[1]["user_login"] = None
    company.tick(1500)
    assert list(company.management()) == [company.fleet[2]["serial_number"]]


def test_pcs_check_in_and_get_no_profile() -> None:
    company = Company(fleet=3, windows=2)
    company.deliver()
    happened = company.tick(15)
    assert (happened["check_ins"], happened["certificates"]) == (3, 1)
    pcs = [computer for computer in company.fleet if computer["platform"] == "WINDOWS"]
    assert [computer["profiles"] for computer in pcs] == [{}, {}]
    company.tick(1500)
    managed = company.management()
    assert [managed[computer["serial_number"]] for computer in pcs] == ["NOT_MANAGED", "NOT_MANAGED"]


def test_a_sign_in_that_failed_is_tried_again(company: Company) -> None:
    company.deliver()
    authenticators = company.okta["authenticators"].values()
    fastpass = next(each for each in authenticators if each["key"] == "okta_verify")["methods"]["signed_nonce"]
    fastpass["status"] = "INACTIVE"
    happened = company.tick(120)
    assert happened["sign_ins"] == 0 < happened["failed_sign_ins"]
    fastpass["status"] = "ACTIVE"
    company.tick(60)
    assert set(company.management().values()) == {"MANAGED"}


def test_users_sign_in_every_day_also_in_a_long_tick(company: Company) -> None:
    company.tick(60 * 24 * 3)
    assert company.tick(60 * 24 * 10)["sign_ins"] == pytest.approx(30, abs=3)


def test_only_what_is_due_checks_in(company: Company) -> None:
    assert company.tick(15)["check_ins"] == 3
    assert company.tick(5)["check_ins"] == 0
    assert company.tick(10)["check_ins"] == 3
    assert company.tick(60)["check_ins"] == 12


def test_the_clock_has_moved_by_the_tick_and_check_ins_lie_within_it(company: Company) -> None:
    before = company.world.clock.now()
    company.tick(100)
    after = company.world.clock.now()
    assert timedelta(minutes=100) <= after - before < timedelta(minutes=101)
    for device in company.iru["devices"].values():
        assert before < parse_time(device["last_check_in"]) <= after


def test_most_of_a_company_is_managed_after_two_hours_and_some_are_not() -> None:
    company = Company(fleet=20)
    company.deliver()
    company.tick(60)
    company.tick(60)
    managed = list(company.management().values()).count("MANAGED")
    assert managed == 16


@given(st.floats(0, 60 * 24 * 366, allow_nan=False), st.floats(1, 60))
def test_the_steps_of_a_tick_sum_up_to_it(minutes: float, usual: float) -> None:
    steps = simulation._steps(minutes, usual)
    assert sum(steps) == pytest.approx(minutes)
    assert 1 <= len(steps) <= max(98, 1)
