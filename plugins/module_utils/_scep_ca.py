# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a SCEP CA says of itself: capabilities (GetCACaps) and certificates (GetCACert)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._cms import (
    CmsError,
    load_certificate,
    read_certs_only,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import BadAnswer

try:
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
except ImportError:  # ansible-test imports every file without third-party packages
    pass


@dataclass(frozen=True)
class Capabilities:
    """The lines of GetCACaps, in the server's order and spelling, and what follows from them (RFC 8894 3.5.2)."""

    names: tuple[str, ...]

    def __contains__(self, name: str) -> bool:
        known = {item.lower() for item in self.names}
        # SCEPStandard stands for these three and a few things that a client need not ask for.
        implied = name in ("AES", "POSTPKIOperation", "SHA-256") and "scepstandard" in known
        return name.lower() in known or implied

    @property
    def cipher(self) -> str:
        """The best cipher for the envelope, as a name of ``_cms.CIPHERS``; single DES if nothing better is listed."""
        if "AES" in self:
            return "aes128"
        return "des3" if "DES3" in self else "des"

    @property
    def digest(self) -> str:
        """The digest for the signature, as a name of ``_cms.DIGESTS``; SHA-1 if nothing better is listed."""
        best = next((name for name in ("SHA-256", "SHA-512", "SHA-384") if name in self), "SHA-1")
        return best.lower().replace("-", "")


def parse_capabilities(content: bytes) -> Capabilities:
    """The capabilities in a GetCACaps answer; lines end in LF or CRLF, an empty list is allowed. Errors: BadAnswer."""
    lines = [line.strip() for line in content.decode("ascii", "replace").splitlines()]
    names = tuple(line for line in lines if line)
    if len(names) > 64 or not all(len(name) <= 64 and name.isprintable() and name.isascii() for name in names):
        raise BadAnswer(
            "GetCACaps: expected a short list of capabilities, one a line, but the answer is something else; compare "
            "the SCEP URL."
        )
    return Capabilities(names)


@dataclass(frozen=True)
class CaCertificates:
    """The certificates of a GetCACert answer."""

    certificates: tuple[x509.Certificate, ...]
    """As they came."""
    chain: tuple[x509.Certificate, ...]
    """The CA certificates, the root (or the nearest to it) first, the issuing CA last."""
    ra: tuple[x509.Certificate, ...]
    """Certificates of the registration authority."""
    recipient: x509.Certificate
    """For whom requests are encrypted."""

    def role(self, certificate: x509.Certificate) -> str:
        """``ra``, ``intermediate`` or ``root``."""
        if certificate in self.ra:
            return "ra"
        return "root" if certificate.subject == certificate.issuer else "intermediate"


def parse_ca_certificates(content: bytes) -> CaCertificates:
    """The certificates in a GetCACert answer: one certificate, or a CMS message of several. Errors: BadAnswer.

    The structure decides, not the content type: a server that names the wrong one is still read.
    """
    certificates = _certificates(content)
    ra = tuple(item for item in certificates if not _is_ca(item))
    chain = _ordered([item for item in certificates if _is_ca(item)])
    recipient = next((item for item in ra if _may_receive_keys(item)), None)
    if recipient is None:
        recipient = chain[-1] if chain else certificates[0]
    return CaCertificates(tuple(certificates), tuple(chain), ra, recipient)


def is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether ``issuer`` has the right name and its key made the signature (RSA or elliptic curve)."""
    if certificate.issuer != issuer.subject:
        return False
    try:
        key, digest = issuer.public_key(), certificate.signature_hash_algorithm
        if digest is None:
            return False
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(certificate.signature, certificate.tbs_certificate_bytes, padding.PKCS1v15(), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(certificate.signature, certificate.tbs_certificate_bytes, ec.ECDSA(digest))
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True


def validity(certificate: x509.Certificate) -> tuple[datetime.datetime, datetime.datetime]:
    """not_before and not_after, in UTC with time zone."""
    try:
        return certificate.not_valid_before_utc, certificate.not_valid_after_utc
    except AttributeError:  # before cryptography 42
        before, after = certificate.not_valid_before, certificate.not_valid_after
        return before.replace(tzinfo=datetime.UTC), after.replace(tzinfo=datetime.UTC)


def describe(certificate: x509.Certificate) -> dict[str, Any]:
    """Subject, issuer, serial number and fingerprints (upper-case hexadecimal), dates (ISO 8601, UTC)."""
    not_before, not_after = validity(certificate)
    return {
        "subject": certificate.subject.rfc4514_string(),
        "issuer": certificate.issuer.rfc4514_string(),
        "serial": f"{certificate.serial_number:X}",
        "sha1": certificate.fingerprint(hashes.SHA1()).hex().upper(),  # noqa: S303 - Windows' CAThumbprint is SHA-1
        "sha256": certificate.fingerprint(hashes.SHA256()).hex().upper(),
        "not_before": not_before.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "not_after": not_after.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _certificates(content: bytes) -> list[x509.Certificate]:
    try:
        return [load_certificate(content)]
    except CmsError:
        pass
    try:
        return read_certs_only(content)
    except CmsError as error:
        raise BadAnswer(
            f"GetCACert: expected a CA certificate or a set of them, got {len(content)} bytes of something else "
            f"({error}); compare the SCEP URL."
        ) from None


def _is_ca(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return certificate.subject == certificate.issuer  # version 1 roots have no extensions
    except ValueError:
        return False


def _may_receive_keys(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value.key_encipherment
    except x509.ExtensionNotFound:
        return True
    except ValueError:
        return False


def _ordered(certificates: list[x509.Certificate]) -> list[x509.Certificate]:
    """From the root down. The order of the message means nothing: DER sorts a set by its bytes."""

    def height(certificate: x509.Certificate) -> int:
        levels, current, seen = 0, certificate, [certificate]
        while True:
            above = next((item for item in certificates if item not in seen and is_issued_by(current, item)), None)
            if above is None:
                return levels
            levels, current = levels + 1, above
            seen.append(above)

    return sorted(certificates, key=height)
