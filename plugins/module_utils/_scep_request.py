# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A SCEP certificate request (PKCSReq) and the answer to it (CertRep), as data. Sends nothing."""

from __future__ import annotations

import datetime
import os
from dataclasses import dataclass

from ansible_collections.okta_iru.attestation.plugins.module_utils import _cms as cms
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import (
    AttestationError,
    BadAnswer,
    InvalidInput,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_subject import Subject
from ansible_collections.okta_iru.attestation.plugins.module_utils._scep_ca import CaCertificates, Capabilities

try:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
except ImportError:  # ansible-test imports every file without third-party packages
    pass

FAIL_INFO = {
    cms.BAD_ALG: "badAlg",
    cms.BAD_MESSAGE_CHECK: "badMessageCheck",
    cms.BAD_REQUEST: "badRequest",
    cms.BAD_TIME: "badTime",
    cms.BAD_CERT_ID: "badCertId",
}
_MEANING = {
    "badAlg": "the CA does not support an algorithm of the request",
    "badMessageCheck": "the CA could not verify the request's signature or decrypt it",
    "badRequest": "the CA refuses this request; a wrong, missing, used or expired challenge is answered so",
    "badTime": "the request's time is too far from the CA's",
    "badCertId": "the CA knows no such certificate or request",
}
_SHORT_NAMES = {"C": "2.5.4.6", "L": "2.5.4.7", "ST": "2.5.4.8", "O": "2.5.4.10", "OU": "2.5.4.11", "CN": "2.5.4.3"}
_CHALLENGE_PASSWORD = "1.2.840.113549.1.9.7"  # noqa: S105 - an object identifier


@dataclass(frozen=True)
class ScepRequest:
    """A PKCSReq that is ready to be sent, and what is needed to read the answer."""

    message: bytes
    transaction_id: str
    sender_nonce: bytes
    key: rsa.RSAPrivateKey
    signer: x509.Certificate


@dataclass(frozen=True)
class CertRep:
    """A verified answer. ``status``: success, pending or failure; ``fail_info`` in words with a failure only."""

    status: str
    fail_info: str | None = None
    certificate: x509.Certificate | None = None
    cipher: str | None = None
    digest: str = ""


class EnrolmentRefused(AttestationError):
    """The CA answered FAILURE; ``details["fail_info"]`` is its reason."""


class EnrolmentPending(AttestationError):
    """The CA holds the request for approval; macOS would ask again, this client does not."""


def new_key() -> rsa.RSAPrivateKey:
    """An RSA key of 2048 bits, the size that Okta asks for."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def build_name(subject: Subject) -> x509.Name:
    """A distinguished name from RDNs as Apple's ``Subject`` spells them: ``[[["O", "Acme"]], [["CN", "x"]]]``.

    Types are C, L, ST, O, OU, CN or dotted object identifiers. Errors: InvalidInput.
    """
    try:
        return x509.Name([x509.RelativeDistinguishedName([_attribute(*pair) for pair in rdn]) for rdn in subject])
    except ValueError as error:
        raise InvalidInput(f"The certificate subject {subject} cannot be encoded: {error}") from None


def build_request(
    subject: Subject,
    challenge: str | None,
    ca: CaCertificates,
    capabilities: Capabilities,
    key: rsa.RSAPrivateKey | None = None,
) -> ScepRequest:
    """A PKCSReq for ``subject`` (see build_name), signed with a self-signed certificate of the same key.

    ``challenge`` None leaves the challengePassword out. A key is made if none is given. Errors: InvalidInput.
    """
    key = key or new_key()
    name = build_name(subject)
    request = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(name)
        .add_extension(_digital_signature(), critical=True)  # what a profile with Key Usage 1 asks for
    )
    if challenge is not None:
        request = request.add_attribute(x509.ObjectIdentifier(_CHALLENGE_PASSWORD), challenge.encode())
    csr = request.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    # Derived from the key, as RFC 8894 3.2.1.1 suggests, so that a repeated request is recognised.
    transaction_id = _key_digest(key)
    signer = _self_signed(name, key)
    try:
        envelope = cms.envelope(csr, ca.recipient, capabilities.cipher)
    except cms.CmsError as error:
        raise BadAnswer(f"GetCACert: no certificate for which a request can be encrypted: {error}.") from None
    nonce = os.urandom(16)
    attributes = cms.ScepAttributes(cms.PKCS_REQ, transaction_id, sender_nonce=nonce)
    message = cms.sign_pki_message(envelope, attributes, signer, key, digest=capabilities.digest)
    return ScepRequest(message, transaction_id, nonce, key, signer)


def parse_cert_rep(content: bytes, request: ScepRequest, ca: CaCertificates) -> CertRep:
    """Read and check the answer to ``request``.

    Checked: signature; the signer is one of the CA's certificates; transactionID and nonce are ours; an issued
    certificate holds our key. Errors: BadAnswer.
    """
    try:
        message = cms.read_pki_message(content)
        _check_answer(message, request, ca)
        status = message.attributes.pki_status
        if status == cms.SUCCESS:
            certificates, cipher = cms.open_envelope(message.content, request.signer, request.key)
            certificate = _ours(cms.read_certs_only(certificates), request)
            return CertRep("success", certificate=certificate, cipher=cipher, digest=message.digest)
    except cms.CmsError as error:
        raise BadAnswer(f"The CA's answer to the certificate request cannot be used: {error}.") from None
    if status == cms.PENDING:
        return CertRep("pending", digest=message.digest)
    if status == cms.FAILURE:
        number = message.attributes.fail_info
        words = "no reason given" if number is None else FAIL_INFO.get(number, f"unknown reason {number}")
        return CertRep("failure", fail_info=words, digest=message.digest)
    raise BadAnswer(f"The CA's answer has the pkiStatus {status}; expected 0 (success), 2 (failure) or 3 (pending).")


def require_certificate(answer: CertRep) -> x509.Certificate:
    """The issued certificate. Errors: EnrolmentRefused, EnrolmentPending."""
    if answer.certificate is not None:
        return answer.certificate
    if answer.status == "pending":
        raise EnrolmentPending(
            "The CA holds the certificate request for approval (PENDING). Let it answer at once: computers give up "
            "after a few tries."
        )
    meaning = _MEANING.get(answer.fail_info or "", "see the CA's log")
    raise EnrolmentRefused(
        f"The CA refused the certificate request with {answer.fail_info}: {meaning}. Compare the challenge with the "
        "one of this platform; if the secret key was reset, the old one is dead.",
        fail_info=answer.fail_info,
    )


def _attribute(kind: str, value: str) -> x509.NameAttribute:
    if not value or (kind == "CN" and len(value) > 64):  # before cryptography 43 the library lets both pass
        raise ValueError(f"{kind} has {len(value)} characters; X.520 allows 1 to 64 in a CN")
    return x509.NameAttribute(x509.ObjectIdentifier(_SHORT_NAMES.get(kind, kind)), value)


def _check_answer(message: cms.PkiMessage, request: ScepRequest, ca: CaCertificates) -> None:
    attributes = message.attributes
    if message.signer not in ca.certificates:
        raise BadAnswer(
            f"The CA's answer is signed by {message.signer.subject.rfc4514_string()}, which is none of the "
            "certificates of GetCACert; it is not trusted."
        )
    if attributes.message_type != cms.CERT_REP:
        raise BadAnswer(f"The CA's answer has messageType {attributes.message_type}; expected 3 (CertRep).")
    if attributes.transaction_id != request.transaction_id:
        raise BadAnswer("The CA's answer has another transactionID than the request: it belongs to another one.")
    if attributes.recipient_nonce != request.sender_nonce:
        raise BadAnswer("The CA's answer does not repeat the nonce of the request: it may be a replay.")


def _ours(certificates: list[x509.Certificate], request: ScepRequest) -> x509.Certificate:
    own = request.key.public_key().public_numbers()  # keys themselves are not comparable before cryptography 40
    for certificate in certificates:
        try:
            key = certificate.public_key()
        except ValueError:
            continue
        if isinstance(key, rsa.RSAPublicKey) and key.public_numbers() == own:
            return certificate
    raise BadAnswer("The CA answers success, but no certificate in its answer holds the key of the request.")


def _key_digest(key: rsa.RSAPrivateKey) -> str:
    """SHA-256 of the public key, hexadecimal."""
    digest = hashes.Hash(hashes.SHA256())
    public = serialization.PublicFormat.SubjectPublicKeyInfo
    digest.update(key.public_key().public_bytes(serialization.Encoding.DER, public))
    return digest.finalize().hex()


def _self_signed(name: x509.Name, key: rsa.RSAPrivateKey) -> x509.Certificate:
    """The certificate that signs the request and for which the answer is encrypted."""
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))  # clocks differ
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(_digital_signature(key_encipherment=True), critical=True)
        .sign(key, hashes.SHA256())
    )


def _digital_signature(key_encipherment: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_encipherment=key_encipherment,
        content_commitment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
