"""SCEP as a Mac speaks it (RFC 8894), written on its own and apart from the collection's client.

Only the CMS codec is shared with the certificate authority.
"""

from __future__ import annotations

import base64
import hashlib
import os
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import aiohttp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import NameOID

from sandbox.codec import cms

_TIMEOUT = aiohttp.ClientTimeout(total=30)
_PKCS_REQ, _CERT_REP = 19, 3
_SUCCESS, _PENDING = 0, 3
_FAIL_INFO = {0: "badAlg", 1: "badMessageCheck", 2: "badRequest", 3: "badTime", 4: "badCertId"}
_FINGERPRINTS = {16: "md5", 20: "sha1", 32: "sha256", 64: "sha512"}
"""Hash by length in bytes: Apple's schema does not say which one CAFingerprint is."""


class ScepFailure(Exception):
    """The enrolment failed; the text is what the Mac writes into its log."""


@dataclass(frozen=True)
class Request:
    """What a ``com.apple.security.scep`` payload asks for, variables expanded."""

    url: str
    message: str
    """``Name`` of the payload, sent as the message of GetCACert."""
    challenge: str
    subject: x509.Name
    extensions: Sequence[x509.ExtensionType]
    ca_fingerprint: bytes
    """Empty when the payload names none."""


@dataclass(frozen=True)
class _Authority:
    certificates: list[x509.Certificate]
    capabilities: frozenset[str]

    @property
    def recipient(self) -> x509.Certificate:
        """The one to encrypt for: the registration authority's (no CA, keyEncipherment), else the first."""
        for certificate in self.certificates:
            if not _is_ca(certificate) and _may_encipher(certificate):
                return certificate
        return self.certificates[0]

    @property
    def cipher(self) -> str:
        return "aes128" if self.capabilities & {"AES", "SCEPSTANDARD"} else "des3"

    @property
    def digest(self) -> str:
        return "sha256" if self.capabilities & {"SHA-256", "SCEPSTANDARD"} else "sha1"


async def enroll(request: Request, key: rsa.RSAPrivateKey, trust: ssl.SSLContext) -> x509.Certificate:
    """A certificate for ``key``. Raises ScepFailure."""
    connector = aiohttp.TCPConnector(ssl=trust)
    try:
        async with aiohttp.ClientSession(connector=connector, timeout=_TIMEOUT) as session:
            authority = await _authority(session, request)
            return await _enroll(session, request, key, authority)
    except aiohttp.InvalidURL as error:
        raise ScepFailure(f"The SCEP server URL is not valid: {request.url!r}") from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise ScepFailure(f"The SCEP server could not be reached: {error or type(error).__name__}") from error
    except ValueError as error:  # what the codec and x509 raise
        raise ScepFailure(f"The SCEP server's answer cannot be read: {error}") from error


async def _authority(session: aiohttp.ClientSession, request: Request) -> _Authority:
    capabilities = (await _get(session, request.url, "GetCACaps")).decode("ascii", "replace")
    answer = await _get(session, request.url, "GetCACert", request.message)
    try:
        certificates = [x509.load_der_x509_certificate(answer)]
    except ValueError:
        certificates = _chain(answer)
    _check_fingerprint(request, certificates)
    return _Authority(certificates, frozenset(line.strip().upper() for line in capabilities.splitlines()))


def _chain(answer: bytes) -> list[x509.Certificate]:
    try:
        return list(cms.read_certs_only(answer))
    except ValueError as error:
        raise ScepFailure(f"The SCEP server's answer to GetCACert is no certificate: {error}") from error


def _check_fingerprint(request: Request, certificates: list[x509.Certificate]) -> None:
    if not request.ca_fingerprint:
        return
    name = _FINGERPRINTS.get(len(request.ca_fingerprint))
    if name is None:
        raise ScepFailure(f"CAFingerprint has {len(request.ca_fingerprint)} bytes, which is no known hash")
    found = [hashlib.new(name, each.public_bytes(serialization.Encoding.DER)).digest() for each in certificates]
    if request.ca_fingerprint not in found:
        raise ScepFailure("The fingerprint of the SCEP server's CA certificate is not the one in the profile")


async def _enroll(
    session: aiohttp.ClientSession, request: Request, key: rsa.RSAPrivateKey, authority: _Authority
) -> x509.Certificate:
    transaction, nonce = hashlib.sha256(_public_key(key.public_key())).hexdigest(), os.urandom(16)
    signer = _self_signed(request.subject, key)
    enveloped = cms.envelope(_signing_request(request, key), authority.recipient, authority.cipher)
    attributes = cms.ScepAttributes(message_type=_PKCS_REQ, transaction_id=transaction, sender_nonce=nonce)
    message = cms.sign_pki_message(enveloped, attributes, signer, key, digest=authority.digest)
    answer = await _operate(session, request.url, message, post="POSTPKIOPERATION" in authority.capabilities)
    reply = cms.read_pki_message(answer)
    _check_reply(reply, authority, transaction, nonce)
    content, _cipher = cms.open_envelope(reply.content, signer, key)
    issued = cms.read_certs_only(content)
    for certificate in issued:
        if _public_key(certificate.public_key()) == _public_key(key.public_key()):
            return certificate
    raise ScepFailure("The SCEP server's answer holds no certificate for the key of this computer")


def _check_reply(reply: cms.PkiMessage, authority: _Authority, transaction: str, nonce: bytes) -> None:
    attributes = reply.attributes
    if reply.signer not in authority.certificates:
        raise ScepFailure("The SCEP server's answer is signed by somebody else than its authority")
    if attributes.message_type != _CERT_REP or attributes.transaction_id != transaction:
        raise ScepFailure("The SCEP server answered another transaction")
    if attributes.recipient_nonce != nonce:
        raise ScepFailure("The SCEP server did not return the nonce of the request")
    if attributes.pki_status == _PENDING:
        raise ScepFailure("The SCEP server has put the request on hold for approval")
    if attributes.pki_status != _SUCCESS:
        reason = _FAIL_INFO.get(-1 if attributes.fail_info is None else attributes.fail_info, "no reason")
        raise ScepFailure(f"The SCEP server refused the request: {reason}")


def _signing_request(request: Request, key: rsa.RSAPrivateKey) -> bytes:
    builder = x509.CertificateSigningRequestBuilder().subject_name(request.subject)
    for extension in request.extensions:
        builder = builder.add_extension(extension, critical=False)
    if request.challenge:
        builder = builder.add_attribute(x509.oid.AttributeOID.CHALLENGE_PASSWORD, request.challenge.encode())
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _self_signed(subject: x509.Name, key: rsa.RSAPrivateKey) -> x509.Certificate:
    """RFC 8894 2.3: who has no certificate yet signs with a self-signed one of the same subject and key."""
    now = datetime.now(UTC)
    # The issuer of a certificate must not be empty, the subject of a request may be.
    name = subject if list(subject) else x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "SCEP client")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    return builder.sign(key, hashes.SHA256())


async def _get(session: aiohttp.ClientSession, url: str, operation: str, message: str = "") -> bytes:
    query = {"operation": operation} | ({"message": message} if message else {})
    async with session.get(url, params=query) as response:
        return await _body(response, operation)


async def _operate(session: aiohttp.ClientSession, url: str, message: bytes, *, post: bool) -> bytes:
    if not post:
        return await _get(session, url, "PKIOperation", base64.b64encode(message).decode())
    headers = {"Content-Type": "application/x-pki-message"}
    async with session.post(url, params={"operation": "PKIOperation"}, data=message, headers=headers) as response:
        return await _body(response, "PKIOperation")


async def _body(response: aiohttp.ClientResponse, operation: str) -> bytes:
    if response.status != 200:
        raise ScepFailure(f"The SCEP server answered {operation} with HTTP status {response.status}")
    return await response.read()


def _public_key(key: CertificatePublicKeyTypes) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _is_ca(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _may_encipher(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value.key_encipherment
    except x509.ExtensionNotFound:
        return True
