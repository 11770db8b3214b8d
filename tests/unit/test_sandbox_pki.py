"""Okta's certificate authority in the sandbox: who gets a certificate, what is in it, and how long it counts."""

from __future__ import annotations

import datetime
import functools
import json

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.codec import cms
from sandbox.pki import ca, challenges, scep
from sandbox.world import World
from tests.unit.sandbox_pki_requester import TRANSACTION, Requester, events, key, new_world

BAD_ALG, BAD_MESSAGE_CHECK, BAD_REQUEST = 0, 1, 2
FAILURE = 2
DAY = 24 * 60


@pytest.fixture
def world() -> World:
    return new_world()


@pytest.fixture
def requester(world: World) -> Requester:
    return Requester(challenge=world.data["pki"]["secret"])


def enrol(world: World, requester: Requester) -> x509.Certificate:
    return requester.issued(scep.answer(world, requester.message(world)))[0]


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def refusal(world: World, requester: Requester) -> int | None:
    """The failInfo of a request that must not lead to a certificate."""
    reply = cms.read_pki_message(scep.answer(world, requester.message(world)))
    assert (reply.attributes.pki_status, reply.content) == (FAILURE, b"")
    assert ca.issued(world) == []
    return reply.attributes.fail_info


# --- the hierarchy and its certificates


def test_hierarchy_is_the_one_seen_in_the_field(world: World) -> None:
    root, intermediate, registration = (
        ca.authority(world, name).certificate for name in ("root", "intermediate", "registration")
    )
    org = world.data["okta"]["org"]
    assert (
        intermediate.subject.rfc4514_string()
        == f"CN=Organization Intermediate Authority,OU={org['id']},DC={org['subdomain']},DC=okta,DC=com"
    )
    root.verify_directly_issued_by(root)
    intermediate.verify_directly_issued_by(root)
    registration.verify_directly_issued_by(intermediate)
    usage = registration.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature and usage.key_encipherment and not usage.key_cert_sign
    assert cms.read_certs_only(scep.ca_certificates(world)) == [registration, intermediate, root]


def test_a_computer_gets_the_certificate_that_okta_issues(world: World, requester: Requester) -> None:
    certificate = enrol(world, requester)
    certificate.verify_directly_issued_by(ca.authority(world, "intermediate").certificate)
    assert certificate.subject == requester.subject()
    assert certificate.public_key() == key().public_key()
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc == datetime.timedelta(days=365)
    assert certificate.not_valid_before_utc < world.clock.now()
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature and usage.key_agreement and not usage.key_encipherment
    purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(purposes) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_issuing_is_recorded_and_logged(world: World, requester: Requester) -> None:
    certificate = enrol(world, requester)
    (record,) = ca.issued(world)
    assert record["serial"] == ca.serial_text(certificate)
    assert (record["subject"], record["transaction_id"]) == ("CN=C02XG0AAJGH5", TRANSACTION)
    assert x509.load_pem_x509_certificate(record["certificate"].encode()) == certificate
    event = world.data["okta"]["logs"][-1]
    assert (event["eventType"], event["displayMessage"]) == ("pki.cert.issue", "Issue client certificate")
    assert event["target"][0]["id"] == record["serial"]


@pytest.mark.parametrize(("kept", "expected"), [(True, ["mac.example"]), (False, None)])
def test_alternative_names_are_taken_over_when_switched_so(
    world: World, requester: Requester, kept: bool, expected: list[str] | None
) -> None:
    world.data["pki"]["settings"]["keep_alternative_names"] = kept
    requester.alternative_name = "mac.example"
    extensions = {each.oid: each.value for each in enrol(world, requester).extensions}
    names = extensions.get(x509.SubjectAlternativeName.oid)
    assert (names and names.get_values_for_type(x509.DNSName)) == expected


# --- the answer


@pytest.mark.parametrize(
    ("asked", "answered"),
    [("des", "des3"), ("des3", "des3"), ("aes128", "aes128"), ("aes192", "aes192"), ("aes256", "aes256")],
)
def test_the_answer_uses_a_cipher_that_the_requester_knows(
    world: World, requester: Requester, asked: str, answered: str
) -> None:
    requester.cipher = asked
    assert requester.issued(scep.answer(world, requester.message(world)))[1] == answered


@pytest.mark.parametrize("digest", ["sha1", "sha256", "sha384", "sha512"])
def test_the_answer_belongs_to_the_request_and_is_signed_by_the_registration_authority(
    world: World, requester: Requester, digest: str
) -> None:
    requester.digest = digest
    reply = cms.read_pki_message(scep.answer(world, requester.message(world)))
    assert reply.attributes.message_type == 3
    assert reply.attributes.transaction_id == TRANSACTION
    assert reply.attributes.recipient_nonce == requester.nonce
    assert reply.attributes.sender_nonce not in (None, requester.nonce)
    assert reply.signer == ca.authority(world, "registration").certificate
    assert reply.digest == digest


def test_a_failure_carries_an_empty_content_that_is_present(world: World) -> None:
    """A missing content makes several clients fail before they see the failInfo."""
    answer = scep.answer(world, Requester(challenge="wrong").message(world))
    data_then_empty = bytes.fromhex("06092a864886f70d010701") + bytes.fromhex("a0020400")
    assert data_then_empty in answer


# --- who is refused


@pytest.mark.parametrize("challenge", ["wrong", "", None])
def test_without_the_secret_there_is_no_certificate(world: World, challenge: str | None) -> None:
    assert refusal(world, Requester(challenge=challenge)) == BAD_REQUEST
    assert "pki.cert.issue" not in events(world)


@pytest.mark.parametrize(
    ("flaw", "fail_info"),
    [
        ({"message_type": 17}, BAD_REQUEST),
        ({"message_type": 20}, BAD_REQUEST),
        ({"common_name": ""}, BAD_REQUEST),
        ({"content": b"no PKCS #10"}, BAD_REQUEST),
        ({"key_bits": 1024}, BAD_ALG),
    ],
    ids=["RenewalReq", "CertPoll", "no subject", "no request", "1024 bits"],
)
def test_a_request_that_is_not_served(
    world: World, requester: Requester, flaw: dict[str, object], fail_info: int
) -> None:
    for name, value in flaw.items():
        setattr(requester, name, value)
    assert refusal(world, requester) == fail_info


def test_an_envelope_for_somebody_else(world: World, requester: Requester) -> None:
    requester.recipient = ca.authority(world, "root").certificate
    assert refusal(world, requester) == BAD_MESSAGE_CHECK


def test_a_request_that_its_key_did_not_sign(world: World, requester: Requester) -> None:
    request = bytearray(requester.csr().public_bytes(serialization.Encoding.DER))
    request[-1] ^= 1
    requester.content = bytes(request)
    assert refusal(world, requester) == BAD_REQUEST


def test_a_message_with_a_damaged_signature(world: World, requester: Requester) -> None:
    message = bytearray(requester.message(world))
    message[-1] ^= 1
    reply = cms.read_pki_message(scep.answer(world, bytes(message)))
    assert (reply.attributes.pki_status, reply.attributes.fail_info) == (FAILURE, BAD_MESSAGE_CHECK)
    assert ca.issued(world) == []


_KNOWN_TO_BE_LONG = pytest.mark.filterwarnings("ignore:Attribute's length must be")


@_KNOWN_TO_BE_LONG
@pytest.mark.parametrize(("refused", "length"), [(True, 64), (False, 65)])
def test_long_common_names_pass_unless_switched_off(
    world: World, requester: Requester, refused: bool, length: int
) -> None:
    world.data["pki"]["settings"]["refuse_long_common_name"] = refused
    requester.common_name = "x" * length
    assert enrol(world, requester).subject == requester.subject()


@_KNOWN_TO_BE_LONG
def test_a_long_common_name_can_be_refused(world: World, requester: Requester) -> None:
    world.data["pki"]["settings"]["refuse_long_common_name"] = True
    requester.common_name = "x" * 65
    assert refusal(world, requester) == BAD_REQUEST


@pytest.mark.parametrize("data", [b"", b"hello", b"0\x80", bytes(2000)])
def test_what_is_no_message_cannot_be_answered(world: World, data: bytes) -> None:
    with pytest.raises(scep.NotAnswerable):
        scep.answer(world, data)


@functools.cache
def _target() -> tuple[World, bytes]:
    world = new_world()
    return world, Requester(challenge=world.data["pki"]["secret"]).message(world)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(place=st.integers(0, 10_000), flip=st.integers(1, 255), cut=st.booleans())
def test_no_damage_crashes_the_authority(place: int, flip: int, cut: bool) -> None:
    """Law: whatever arrives is answered with a CertRep or refused as no message; nothing else is ever raised."""
    world, whole = _target()
    damaged = bytearray(whole)
    damaged[place % len(whole)] ^= flip
    try:
        answer = scep.answer(world, bytes(damaged[: place % len(whole)] if cut else damaged))
    except scep.NotAnswerable:
        return
    assert cms.read_pki_message(answer).attributes.message_type == 3


# --- challenges


def test_a_one_time_challenge_works_once(world: World) -> None:
    requester = Requester(challenge=challenges.fetch_one_time(world))
    enrol(world, requester)
    reply = cms.read_pki_message(scep.answer(world, requester.message(world)))
    assert (reply.attributes.pki_status, reply.attributes.fail_info) == (FAILURE, BAD_REQUEST)


def test_a_one_time_challenge_lives_an_hour(world: World) -> None:
    early, late = challenges.fetch_one_time(world), challenges.fetch_one_time(world)
    world.clock.advance(59)
    assert challenges.accept(world, early)
    world.clock.advance(1)
    assert not challenges.accept(world, late)


def test_a_malformed_request_does_not_spend_a_challenge(world: World) -> None:
    challenge = challenges.fetch_one_time(world)
    assert refusal(world, Requester(challenge=challenge, key_bits=1024)) == BAD_ALG
    enrol(world, Requester(challenge=challenge))


@pytest.mark.parametrize(("kind", "static", "dynamic"), [("static", True, False), ("dynamic", False, True)])
def test_a_platform_of_one_challenge_type_takes_no_other(world: World, kind: str, static: bool, dynamic: bool) -> None:
    world.data["pki"]["settings"]["challenge_type"] = kind
    assert challenges.accept(world, world.data["pki"]["secret"]) is static
    assert challenges.accept(world, challenges.fetch_one_time(world)) is dynamic


def test_resetting_the_secret_kills_the_old_one(world: World, requester: Requester) -> None:
    secret = challenges.reset_secret(world)
    assert refusal(world, requester) == BAD_REQUEST
    enrol(world, Requester(challenge=secret))
    assert "device.platform.secret_key.reset" in events(world)


# --- what becomes of a certificate


def test_verdicts_over_the_life_of_a_certificate(world: World, requester: Requester) -> None:
    certificate = enrol(world, requester)
    ca.record_use(world, der(certificate))
    assert ca.is_issued_and_valid(world, der(certificate)) == (True, "valid", ca.serial_text(certificate))
    world.clock.advance(366 * DAY)
    assert ca.is_issued_and_valid(world, der(certificate)).reason == "expired"


def test_verdicts_on_certificates_that_are_not_ours(world: World, requester: Requester) -> None:
    issuer = ca.authority(world, "intermediate")
    registration = ca.authority(world, "registration").certificate
    forged = (
        x509.CertificateBuilder()
        .subject_name(requester.subject())
        .issuer_name(issuer.certificate.subject)
        .public_key(key().public_key())
        .serial_number(4711)
        .not_valid_before(issuer.certificate.not_valid_before_utc)
        .not_valid_after(issuer.certificate.not_valid_after_utc)
        .sign(key(), hashes.SHA256())
    )
    assert ca.is_issued_and_valid(world, b"no certificate").reason == "malformed"
    assert ca.is_issued_and_valid(world, der(requester.certificate)).reason == "unknown_issuer"
    assert ca.is_issued_and_valid(world, der(forged)).reason == "unknown_issuer"
    assert ca.is_issued_and_valid(world, der(registration)).reason == "not_issued_here"


def test_revoking(world: World, requester: Requester) -> None:
    certificate = enrol(world, requester)
    assert ca.revoke(world, ca.serial_text(certificate))
    assert not ca.revoke(world, ca.serial_text(certificate))
    assert ca.is_issued_and_valid(world, der(certificate)).reason == "revoked"
    assert events(world).count("pki.cert.revoke") == 1
    with pytest.raises(KeyError):
        ca.revoke(world, "4711")


def test_unused_certificates_are_revoked_after_ninety_days(world: World, requester: Requester) -> None:
    used, unused = enrol(world, requester), enrol(world, requester)
    ca.record_use(world, der(used))
    world.clock.advance(90 * DAY - 1)
    assert ca.expire_unused(world) == []
    assert ca.is_issued_and_valid(world, der(unused)).valid
    world.clock.advance(1)
    assert ca.is_issued_and_valid(world, der(unused)).reason == "revoked"
    assert ca.expire_unused(world) == [ca.serial_text(unused)]
    assert ca.expire_unused(world) == []
    assert ca.is_issued_and_valid(world, der(used)).valid
    assert ca.is_issued_and_valid(world, der(unused)).reason == "revoked"


def test_a_saved_state_still_answers_for_its_certificates(world: World, requester: Requester) -> None:
    certificate = enrol(world, requester)
    challenge = challenges.fetch_one_time(world)
    other = new_world()
    other.load(json.loads(json.dumps(world.snapshot())))
    assert ca.is_issued_and_valid(other, der(certificate)).valid
    enrol(other, Requester(challenge=challenge))


def test_going_back_to_the_seed_keeps_authority_and_secret(world: World, requester: Requester) -> None:
    certificate = enrol(world, requester)
    world.reset()
    assert ca.is_issued_and_valid(world, der(certificate)).reason == "not_issued_here"
    enrol(world, requester)
