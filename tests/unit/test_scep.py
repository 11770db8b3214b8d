"""The SCEP client against a CA without a network."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
from collections.abc import Callable

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils import _cms as cms
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import ApiError, BadAnswer, InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._scep import ScepClient
from ansible_collections.okta_iru.attestation.plugins.module_utils._scep_ca import (
    Capabilities,
    describe,
    is_issued_by,
    parse_ca_certificates,
    parse_capabilities,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._scep_http import HttpAnswer
from ansible_collections.okta_iru.attestation.plugins.module_utils._scep_request import (
    CertRep,
    EnrolmentPending,
    EnrolmentRefused,
    build_name,
    build_request,
    parse_cert_rep,
    require_certificate,
)
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.scep_identities import NOW, computer, intermediate, issue, key, ra, root
from tests.unit.scep_lab_ca import CHALLENGE, LabCa, challenge_of

SUBJECT = [[["O", "Lab"]], [["CN", "C02ABC123"]]]
KEY = 4  # of the computer
HTML = HttpAnswer(200, "text/html", b"<!DOCTYPE html><html>Sign in</html>")

Alter = Callable[[cms.ScepAttributes], cms.ScepAttributes]


def ask(lab: LabCa, challenge: str | None = CHALLENGE) -> CertRep:
    return ScepClient(lab.fetch).request(SUBJECT, challenge, key(KEY))


# --- what the CA says of itself ---


@pytest.mark.parametrize(
    ("names", "cipher", "digest"),
    [
        (("AES", "DES3", "SHA-256", "SHA-512"), "aes128", "sha256"),
        (("DES3", "SHA-512"), "des3", "sha512"),
        (("SHA-384",), "des", "sha384"),
        (("SCEPStandard",), "aes128", "sha256"),
        (("aes", "sha-256"), "aes128", "sha256"),
        ((), "des", "sha1"),
    ],
)
def test_the_best_common_algorithms_are_chosen(names: tuple[str, ...], cipher: str, digest: str) -> None:
    capabilities = Capabilities(names)
    assert (capabilities.cipher, capabilities.digest) == (cipher, digest)


@pytest.mark.parametrize("text", [b"AES\nSHA-256", b"AES\r\nSHA-256\r\n", b"\nAES \n\nSHA-256\n"])
def test_capabilities_are_lines_of_any_kind(text: bytes) -> None:
    assert parse_capabilities(text).names == ("AES", "SHA-256")


@pytest.mark.parametrize("content", [b"\x30\x82\x01", b"x" * 100, b"a\n" * 100, "é".encode()])
def test_something_else_is_no_list_of_capabilities(content: bytes) -> None:
    with pytest.raises(BadAnswer, match="GetCACaps"):
        parse_capabilities(content)


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 2, 0]])
def test_chain_roles_and_recipient_do_not_depend_on_the_order(order: list[int]) -> None:
    certificates = [[ra(), intermediate(), root()][index].certificate for index in order]
    ca = parse_ca_certificates(cms.certs_only(certificates))
    assert ca.chain == (root().certificate, intermediate().certificate)
    assert ca.recipient == ra().certificate
    assert [ca.role(item) for item in (*ca.chain, *ca.ra)] == ["root", "intermediate", "ra"]


def test_without_an_ra_the_issuing_ca_is_the_recipient() -> None:
    ca = parse_ca_certificates(cms.certs_only([root().certificate, intermediate().certificate]))
    assert (ca.recipient, ca.ra) == (intermediate().certificate, ())


def test_a_single_certificate_is_read_without_a_message_around_it() -> None:
    ca = parse_ca_certificates(root().certificate.public_bytes(Encoding.DER))
    assert (ca.recipient, ca.chain) == (root().certificate, (root().certificate,))


@pytest.mark.parametrize("content", [b"", b"nothing", cms.certs_only([])])
def test_something_else_is_no_ca_certificate(content: bytes) -> None:
    with pytest.raises(BadAnswer, match="GetCACert"):
        parse_ca_certificates(content)


CHAIN = cms.certs_only([ra().certificate, intermediate().certificate, root().certificate])


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.integers(0, len(CHAIN) - 1), st.integers(0, 255), st.booleans())
def test_altered_or_cut_ca_certificates_are_described_or_refused(position: int, octet: int, cut: bool) -> None:
    data = CHAIN[:position] if cut else CHAIN[:position] + bytes([octet]) + CHAIN[position + 1 :]
    try:
        ca = parse_ca_certificates(data)
        described = [describe(certificate) for certificate in ca.certificates]
    except BadAnswer:
        return
    assert described and ca.recipient in ca.certificates


def test_a_certificate_is_described() -> None:
    certificate = intermediate().certificate
    assert describe(certificate) == {
        "subject": "CN=Lab Intermediate",
        "issuer": "CN=Lab Root",
        "serial": "2",
        "sha1": hashlib.sha1(certificate.public_bytes(Encoding.DER)).hexdigest().upper(),  # noqa: S324
        "sha256": hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest().upper(),
        "not_before": NOW.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "not_after": (NOW + datetime.timedelta(days=365)).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def test_issued_by_needs_name_and_signature() -> None:
    assert is_issued_by(intermediate().certificate, root().certificate)
    assert is_issued_by(root().certificate, root().certificate)
    assert not is_issued_by(ra().certificate, root().certificate)
    assert not is_issued_by(computer().certificate, root().certificate)
    forged = issue("Forged", key(5).public_key(), root(), key(5))
    assert forged.issuer == root().certificate.subject
    assert not is_issued_by(forged, root().certificate)


# --- enrolment ---


def test_enrols() -> None:
    lab = LabCa()
    client = ScepClient(lab.fetch)
    answer = client.request(SUBJECT, CHALLENGE, key(KEY))
    certificate = require_certificate(answer)
    assert is_issued_by(certificate, client.ca.chain[-1])
    assert certificate.serial_number == 4711
    assert (answer.status, answer.cipher, answer.digest) == ("success", "aes128", "sha256")
    assert lab.requests == [("GET", "GetCACert"), ("GET", "GetCACaps"), ("POST", "PKIOperation")]
    assert client.ca_content_type == "application/x-x509-ca-ra-cert"


def test_the_request_is_what_rfc_8894_asks_for() -> None:
    lab = LabCa()
    ask(lab)
    [(csr, message, cipher)] = lab.seen
    assert csr.subject.rfc4514_string() == "CN=C02ABC123,O=Lab"
    assert challenge_of(csr) == CHALLENGE
    assert csr.public_key().public_numbers() == key(KEY).public_key().public_numbers()  # type: ignore[union-attr]
    assert message.attributes.message_type == cms.PKCS_REQ
    assert len(message.attributes.sender_nonce or b"") == 16
    assert message.signer.subject == csr.subject == message.signer.issuer
    assert (cipher, message.digest) == ("aes128", "sha256")


def test_a_missing_challenge_is_left_out() -> None:
    lab = LabCa()
    ask(lab, None)
    assert challenge_of(lab.seen[0][0]) is None


@pytest.mark.parametrize(
    ("capabilities", "method", "cipher", "digest"),
    [("DES3\nSHA-512\nPOSTPKIOperation", "POST", "des3", "sha512"), ("", "GET", "des", "sha1")],
)
def test_an_old_ca_is_asked_its_way(capabilities: str, method: str, cipher: str, digest: str) -> None:
    lab = LabCa(capabilities=capabilities)
    assert ask(lab).status == "success"
    assert lab.requests[-1] == (method, "PKIOperation")
    assert (lab.seen[0][2], lab.seen[0][1].digest) == (cipher, digest)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "badAlg"),
        (1, "badMessageCheck"),
        (2, "badRequest"),
        (3, "badTime"),
        (4, "badCertId"),
        (9, "unknown reason 9"),
        (None, "no reason given"),
    ],
)
def test_a_failure_is_told_in_words(number: int | None, words: str) -> None:
    answer = ScepClient(LabCa(fail_info=number).fetch).request(SUBJECT, "canary-4711", key(KEY))
    assert (answer.status, answer.fail_info) == ("failure", words)
    with pytest.raises(EnrolmentRefused, match=words) as error:
        require_certificate(answer)
    assert error.value.details == {"fail_info": words}
    assert "canary" not in error.value.message


def test_pending_is_told() -> None:
    answer = ScepClient(LabCa(pending=True).fetch).request(SUBJECT, CHALLENGE, key(KEY))
    assert (answer.status, answer.fail_info) == ("pending", None)
    with pytest.raises(EnrolmentPending, match="approval"):
        require_certificate(answer)


@pytest.mark.parametrize(
    ("alter", "message"),
    [
        (lambda told: dataclasses.replace(told, transaction_id="AB"), "transactionID"),
        (lambda told: dataclasses.replace(told, recipient_nonce=b"x" * 16), "nonce"),
        (lambda told: dataclasses.replace(told, recipient_nonce=None), "nonce"),
        (lambda told: dataclasses.replace(told, message_type=cms.PKCS_REQ), "messageType 19"),
        (lambda told: dataclasses.replace(told, pki_status=7), "pkiStatus 7"),
        (lambda told: dataclasses.replace(told, pki_status=None), "pkiStatus None"),
    ],
    ids=["transaction", "nonce", "no nonce", "type", "status", "no status"],
)
def test_an_answer_to_something_else_is_refused(alter: Alter, message: str) -> None:
    with pytest.raises(BadAnswer, match=message):
        ask(LabCa(alter=alter))


def test_a_stranger_s_answer_is_refused() -> None:
    with pytest.raises(BadAnswer, match=r"CN=C02ABC123.*GetCACert"):
        ask(LabCa(signer=computer()))


def test_a_certificate_for_another_key_is_refused() -> None:
    with pytest.raises(BadAnswer, match="key of the request"):
        ask(LabCa(issued_key=5))


CLIENT = ScepClient(LabCa().fetch)
REQUEST = build_request(SUBJECT, CHALLENGE, CLIENT.ca, CLIENT.capabilities, key(KEY))
ANSWER = LabCa().fetch("POST", {"operation": "PKIOperation"}, REQUEST.message).content


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.integers(0, len(ANSWER) - 1), st.integers(0, 255), st.booleans())
def test_an_altered_or_cut_answer_is_refused_or_says_the_same(position: int, octet: int, cut: bool) -> None:
    data = ANSWER[:position] if cut else ANSWER[:position] + bytes([octet]) + ANSWER[position + 1 :]
    try:
        answer = parse_cert_rep(data, REQUEST, CLIENT.ca)
    except BadAnswer:
        return
    assert answer == parse_cert_rep(ANSWER, REQUEST, CLIENT.ca)


@pytest.mark.parametrize("operation", ["GetCACaps", "GetCACert", "PKIOperation"])
@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        (HTML, BadAnswer, "web page"),
        (HttpAnswer(302, "", b""), BadAnswer, "redirects"),
        (HttpAnswer(404, "text/html", b"<html>"), ApiError, "status 404"),
        (HttpAnswer(429, "", b""), ApiError, "too many requests"),
        (HttpAnswer(500, "text/plain", b"boom"), ApiError, "status 500"),
        (HttpAnswer(204, "", b""), BadAnswer, "status 204"),
        (HttpAnswer(200, "application/json", b'{"error": "caf\xc3\xa9"}'), BadAnswer, "expected|cannot be used"),
    ],
    ids=["html", "redirect", "404", "429", "500", "204", "json"],
)
def test_what_is_no_scep_answer_is_told(
    operation: str, answer: HttpAnswer, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        ask(LabCa(overrides={operation: answer}))


@pytest.mark.parametrize(
    "subject", [[[["CN", "x" * 65]]], [[["C", "USA"]]], [[["nonsense", "x"]]], [[["CN", ""]]]], ids=str
)
def test_a_subject_that_cannot_be_encoded_is_refused_before_anything_is_sent(subject: list[list[list[str]]]) -> None:
    lab = LabCa()
    with pytest.raises(InvalidInput, match="subject"):
        ScepClient(lab.fetch).request(subject, CHALLENGE, key(KEY))
    assert "PKIOperation" not in {operation for _, operation in lab.requests}


def test_subject_attributes_keep_their_order_and_rdns() -> None:
    name = build_name([[["C", "US"]], [["O", "A"], ["OU", "B"]], [["2.5.4.5", "S"]]])
    assert [len(rdn) for rdn in name.rdns] == [1, 2, 1]
    assert [attribute.oid.dotted_string for attribute in name] == ["2.5.4.6", "2.5.4.10", "2.5.4.11", "2.5.4.5"]
