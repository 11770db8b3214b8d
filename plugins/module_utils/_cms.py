# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CMS (RFC 5652) as SCEP (RFC 8894) uses it. Knows neither client nor CA, so both can use it.

Signed pkiMessage::

    sign_pki_message(content, ScepAttributes(message_type=PKCS_REQ, transaction_id="..", sender_nonce=b".."),
                     certificate, key, digest="sha256", more_certificates=()) -> DER    # certificate: the signer's
    read_pki_message(data) -> PkiMessage        # digest and signature are verified, trust in the signer is not
        .content        bytes, b"" for a FAILURE or PENDING answer
        .attributes     ScepAttributes
        .signer         certificate whose key made the signature (a client's is self-signed)
        .certificates   all certificates of the message, in its order
        .digest         "sha1", "sha256", "sha384" or "sha512": what the sender can do

Envelope::

    envelope(content, recipient_certificate, cipher="aes128") -> DER      # ciphers: see CIPHERS
    open_envelope(data, recipient_certificate, key) -> (content, cipher)  # cipher: what the sender used

Certificates without a signature (CertRep content, GetCACert chain)::

    certs_only(certificates) -> DER
    read_certs_only(data) -> list of certificates, in the order of the message
    load_certificate(data) -> certificate    # a single one, DER

Errors: everything that can be wrong with the input is a ``CmsError`` (a ValueError): ``BadSignature`` (a CA answers
badMessageCheck), ``UnsupportedAlgorithm`` (badAlg), ``NotRecipient`` and plain ``CmsError`` for the rest. When
``read_pki_message`` got as far as the SCEP attributes, ``error.attributes`` holds them, unverified, so that a CA can
address its FAILURE answer.

Only RSA, as SCEP has it. Works with cryptography 38 to 50.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass

from ansible_collections.okta_iru.attestation.plugins.module_utils import _der as der
from ansible_collections.okta_iru.attestation.plugins.module_utils._cms_envelope import (
    CIPHERS,
    envelope,
    open_envelope,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._cms_parts import (
    DATA,
    RSA_ENCRYPTION,
    SIGNED_DATA,
    BadSignature,
    CmsError,
    NotRecipient,
    ScepAttributes,
    UnsupportedAlgorithm,
    algorithm_identifier,
    certificate_set,
    certificates_in,
    certs_only,
    content_info,
    is_identified,
    issuer_and_serial,
    load_certificate,
    name_of,
    read_certs_only,
    read_content,
    rsa_key,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._der import DerError, Node

try:
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.exceptions import UnsupportedAlgorithm as UnsupportedByLibrary
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa
except ImportError:  # ansible-test imports every file without third-party packages
    pass

__all__ = [
    "CIPHERS",
    "BadSignature",
    "CmsError",
    "NotRecipient",
    "PkiMessage",
    "ScepAttributes",
    "UnsupportedAlgorithm",
    "certs_only",
    "envelope",
    "load_certificate",
    "open_envelope",
    "read_certs_only",
    "read_pki_message",
    "sign_pki_message",
]

# messageType
CERT_REP, RENEWAL_REQ, PKCS_REQ, CERT_POLL = 3, 17, 19, 20
# pkiStatus
SUCCESS, FAILURE, PENDING = 0, 2, 3
# failInfo
BAD_ALG, BAD_MESSAGE_CHECK, BAD_REQUEST, BAD_TIME, BAD_CERT_ID = range(5)

DIGESTS = {
    "sha1": "1.3.14.3.2.26",
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}
_SIGNATURE_DIGESTS = {
    "1.2.840.113549.1.1.5": "sha1",
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
}
_CONTENT_TYPE, _MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
_SCEP = "2.16.840.1.113733.1.9"
_MESSAGE_TYPE, _PKI_STATUS, _FAIL_INFO = f"{_SCEP}.2", f"{_SCEP}.3", f"{_SCEP}.4"
_SENDER_NONCE, _RECIPIENT_NONCE, _TRANSACTION_ID = f"{_SCEP}.5", f"{_SCEP}.6", f"{_SCEP}.7"


@dataclass(frozen=True)
class PkiMessage:
    """A pkiMessage whose signature is right."""

    content: bytes
    attributes: ScepAttributes
    signer: x509.Certificate
    certificates: tuple[x509.Certificate, ...]
    digest: str


def sign_pki_message(
    content: bytes,
    attributes: ScepAttributes,
    certificate: x509.Certificate,
    key: rsa.RSAPrivateKey,
    *,
    digest: str = "sha256",
    more_certificates: Iterable[x509.Certificate] = (),
) -> bytes:
    """A signed pkiMessage, DER. ``content`` is the pkcsPKIEnvelope; b"" for FAILURE and PENDING.

    The signature algorithm is named rsaEncryption, not sha256WithRSA: strongSwan up to 5.9.10 refuses the latter.
    An empty content is present with zero length, not absent: clients fail on a missing one.
    """
    signed_attributes = b"".join(sorted(_attribute_elements(content, attributes, digest)))
    signature = key.sign(der.encode(der.SET, signed_attributes), padding.PKCS1v15(), _hash(digest))
    signer_info = der.sequence(
        der.integer(1),
        issuer_and_serial(certificate),
        algorithm_identifier(DIGESTS[digest]),
        der.encode(0xA0, signed_attributes),
        algorithm_identifier(RSA_ENCRYPTION),
        der.octet_string(signature),
    )
    signed_data = der.sequence(
        der.integer(1),
        der.set_of(algorithm_identifier(DIGESTS[digest])),
        der.sequence(der.oid(DATA), der.explicit(0, der.octet_string(content))),
        certificate_set((certificate, *more_certificates)),
        der.set_of(signer_info),
    )
    return content_info(SIGNED_DATA, signed_data)


def _attribute_elements(content: bytes, attributes: ScepAttributes, digest: str) -> list[bytes]:
    numbers = {
        _MESSAGE_TYPE: attributes.message_type,
        _PKI_STATUS: attributes.pki_status,
        _FAIL_INFO: attributes.fail_info,
    }
    nonces = {_SENDER_NONCE: attributes.sender_nonce, _RECIPIENT_NONCE: attributes.recipient_nonce}
    values = {
        _CONTENT_TYPE: der.oid(DATA),
        _MESSAGE_DIGEST: der.octet_string(hashlib.new(digest, content).digest()),
        _TRANSACTION_ID: der.printable_string(attributes.transaction_id),
    }
    values.update({oid: der.printable_string(str(value)) for oid, value in numbers.items() if value is not None})
    values.update({oid: der.octet_string(value) for oid, value in nonces.items() if value is not None})
    return [der.sequence(der.oid(oid), der.set_of(value)) for oid, value in values.items()]


def read_pki_message(data: bytes) -> PkiMessage:
    """Reads a signed pkiMessage and verifies digest and signature with the certificate inside it.

    Whether the signer may be trusted is the caller's question. Errors: CmsError and its subclasses.
    """
    try:
        return _read_pki_message(data)
    except DerError as error:
        raise CmsError(f"not a SCEP message: {error}") from error


def _read_pki_message(data: bytes) -> PkiMessage:
    signed_data = read_content(data, SIGNED_DATA)
    encapsulated = signed_data[2]
    content = der.as_octets(encapsulated[1][0]) if len(encapsulated) > 1 else b""
    if len(signed_data) < 4 or len(signed_data[-1].expect(der.SET)) != 1:
        raise CmsError("not a SCEP message: it must have exactly one signature")
    signer_info = signed_data[-1][0]
    signed_attributes = signer_info[3].expect(0xA0)
    values = _attribute_values(signed_attributes)
    attributes = _scep_attributes(values)
    try:
        digest = name_of(DIGESTS, der.as_oid(signer_info[2][0]), "digest")
        certificates = certificates_in(signed_data)
        signer = _signer(certificates, signer_info[1])
        if not hmac.compare_digest(
            der.as_octets(_value(values, _MESSAGE_DIGEST)), hashlib.new(digest, content).digest()
        ):
            raise BadSignature("the content digest of the SCEP message is wrong")
        _verify(signer, signer_info, der.encode(der.SET, signed_attributes.content), digest)
    except DerError as error:
        raise _with_attributes(CmsError(f"not a SCEP message: {error}"), attributes) from error
    except CmsError as error:
        raise _with_attributes(error, attributes) from None
    return PkiMessage(content, attributes, signer, tuple(certificates), digest)


def _with_attributes(error: CmsError, attributes: ScepAttributes) -> CmsError:
    error.attributes = attributes
    return error


def _verify(signer: x509.Certificate, signer_info: Node, signed: bytes, digest: str) -> None:
    algorithm = der.as_oid(signer_info[4][0])
    if algorithm != RSA_ENCRYPTION:
        digest = _SIGNATURE_DIGESTS.get(algorithm, "")
        if not digest:
            raise UnsupportedAlgorithm(f"signature algorithm {algorithm} is not supported")
    try:
        rsa_key(signer).verify(der.as_octets(signer_info[5]), signed, padding.PKCS1v15(), _hash(digest))
    except InvalidSignature:
        raise BadSignature("the signature of the SCEP message is wrong") from None
    except UnsupportedByLibrary as error:
        raise UnsupportedAlgorithm(f"{digest} signatures are switched off in this cryptography library") from error


def _attribute_values(signed_attributes: Node) -> dict[str, Node]:
    values: dict[str, Node] = {}
    for attribute in signed_attributes.children:
        name = der.as_oid(attribute[0])
        if name in values:
            raise CmsError(f"not a SCEP message: attribute {name} occurs twice")
        values[name] = attribute[1].expect(der.SET)[0]
    return values


def _value(values: dict[str, Node], name: str) -> Node:
    if name not in values:
        raise CmsError(f"not a SCEP message: signed attribute {name} is missing")
    return values[name]


def _scep_attributes(values: dict[str, Node]) -> ScepAttributes:
    def number(name: str) -> int | None:
        if name not in values:
            return None
        text = der.as_text(values[name])
        if not (text.isascii() and text.isdigit() and len(text) < 4):
            raise CmsError(f"not a SCEP message: attribute {name} is {text[:20]!r}, expected a decimal number")
        return int(text)

    def octets(name: str) -> bytes | None:
        return der.as_octets(values[name]) if name in values else None

    message_type = number(_MESSAGE_TYPE)
    if message_type is None:
        raise CmsError("not a SCEP message: it has no messageType")
    transaction_id = der.as_text(_value(values, _TRANSACTION_ID))
    if not (transaction_id.isascii() and 0 < len(transaction_id) <= 255):
        raise CmsError("not a SCEP message: its transactionID is no ASCII text of 1 to 255 characters")
    return ScepAttributes(
        message_type=message_type,
        transaction_id=transaction_id,
        sender_nonce=octets(_SENDER_NONCE),
        recipient_nonce=octets(_RECIPIENT_NONCE),
        pki_status=number(_PKI_STATUS),
        fail_info=number(_FAIL_INFO),
    )


def _signer(certificates: list[x509.Certificate], identifier: Node) -> x509.Certificate:
    for certificate in certificates:
        if is_identified(certificate, identifier):
            return certificate
    raise CmsError("not a SCEP message: the signer's certificate is not in it")


def _hash(digest: str) -> hashes.HashAlgorithm:
    return getattr(hashes, digest.upper())()
