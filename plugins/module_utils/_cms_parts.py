# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What signed and enveloped CMS messages share: errors, certificates, algorithm identifiers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ansible_collections.okta_iru.attestation.plugins.module_utils import _der as der
from ansible_collections.okta_iru.attestation.plugins.module_utils._der import DerError, Node

try:
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm as UnsupportedByLibrary
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
except ImportError:  # ansible-test imports every file without third-party packages
    pass

RSA_ENCRYPTION = "1.2.840.113549.1.1.1"
DATA, SIGNED_DATA, ENVELOPED_DATA = (f"1.2.840.113549.1.7.{n}" for n in (1, 2, 3))


@dataclass(frozen=True)
class ScepAttributes:
    """The signed attributes of a pkiMessage (RFC 8894 3.2.1); None = not in the message."""

    message_type: int
    transaction_id: str
    sender_nonce: bytes | None = None
    recipient_nonce: bytes | None = None
    pki_status: int | None = None
    fail_info: int | None = None


class CmsError(ValueError):
    """The bytes are not the CMS message that was expected."""

    attributes: ScepAttributes | None = None
    """What the message says of itself, unverified."""


class BadSignature(CmsError):
    """Content digest or signature is wrong."""


class UnsupportedAlgorithm(CmsError):
    """A digest, signature or cipher that is not implemented."""


class NotRecipient(CmsError):
    """The envelope is for another certificate."""


def certs_only(certificates: Iterable[x509.Certificate]) -> bytes:
    """Degenerate SignedData that only carries certificates, DER."""
    signed_data = der.sequence(
        der.integer(1), der.set_of(), der.sequence(der.oid(DATA)), certificate_set(certificates), der.set_of()
    )
    return content_info(SIGNED_DATA, signed_data)


def read_certs_only(data: bytes) -> list[x509.Certificate]:
    """Certificates of a SignedData in its order; CmsError if it is none or has none."""
    try:
        certificates = certificates_in(read_content(data, SIGNED_DATA))
    except DerError as error:
        raise CmsError(f"not a set of certificates: {error}") from error
    if not certificates:
        raise CmsError("the set of certificates is empty")
    return certificates


def certificate_set(certificates: Iterable[x509.Certificate]) -> bytes:
    # Not sorted: micromdm's client takes the first certificate of an answer as the issued one.
    return der.explicit(0, *(_certificate_der(certificate) for certificate in certificates))


def certificates_in(signed_data: Node) -> list[x509.Certificate]:
    """The X.509 certificates of a SignedData, in its order."""
    field = next((part for part in signed_data.children if part.tag == 0xA0), None)
    return [load_certificate(part.encoded) for part in (field.children if field else ()) if part.tag == der.SEQUENCE]


def load_certificate(data: bytes) -> x509.Certificate:
    """A certificate whose names and dates can be read; CmsError otherwise."""
    try:
        certificate = x509.load_der_x509_certificate(data)
        # The library parses names only when they are asked for, and would fail later.
        _parsed = (certificate.subject, certificate.issuer, certificate.serial_number)
    except (ValueError, KeyError) as error:  # KeyError: a string type that cryptography 38 does not know
        raise CmsError(f"a certificate cannot be read: {error}") from error
    return certificate


def _certificate_der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def issuer_and_serial(certificate: x509.Certificate) -> bytes:
    # The issuer is copied octet by octet: peers compare it without decoding.
    tbs = der.read(_certificate_der(certificate))[0]
    first = 1 if tbs[0].tag == 0xA0 else 0  # version 1 has no version field
    return der.sequence(tbs[first + 2].encoded, tbs[first].encoded)


def is_identified(certificate: x509.Certificate, identifier: Node) -> bool:
    """Whether a SignerIdentifier or RecipientIdentifier (both forms) means ``certificate``."""
    if identifier.tag == der.SEQUENCE:
        return der.sequence(identifier[0].encoded, identifier[1].encoded) == issuer_and_serial(certificate)
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except (x509.ExtensionNotFound, ValueError):
        return False
    return extension.value.digest == der.as_octets(identifier)


def rsa_key(certificate: x509.Certificate) -> rsa.RSAPublicKey:
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedByLibrary) as error:
        raise CmsError(f"the key of {certificate.subject.rfc4514_string()} cannot be read: {error}") from error
    if not isinstance(key, rsa.RSAPublicKey):
        raise UnsupportedAlgorithm(f"{certificate.subject.rfc4514_string()} has no RSA key, which SCEP needs")
    return key


def content_info(content_type: str, content: bytes) -> bytes:
    return der.sequence(der.oid(content_type), der.explicit(0, content))


def read_content(data: bytes, content_type: str) -> Node:
    info = der.read(data).expect(der.SEQUENCE)
    found = der.as_oid(info[0])
    if found != content_type:
        raise CmsError(f"expected CMS content type {content_type}, found {found}")
    return info[1].expect(0xA0)[0].expect(der.SEQUENCE)


def algorithm_identifier(oid: str) -> bytes:
    return der.sequence(der.oid(oid), der.null())


def name_of(table: dict[str, str], oid: str, kind: str) -> str:
    for name, value in table.items():
        if value == oid:
            return name
    raise UnsupportedAlgorithm(f"{kind} {oid} is not supported")
