"""SCEP (RFC 8894) as Okta's certificate authority would speak it: one request message in, one answer out.

Okta publishes nothing about its SCEP data path but that it takes PKCSReq with a challenge, issues through a
registration authority, and does not renew. The rest follows RFC 8894 and what independent clients need;
docs/sandbox-pki.md lists which is which.
"""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import AttributeOID, NameOID

from sandbox.codec import cms
from sandbox.pki import ca, challenges

if TYPE_CHECKING:
    from sandbox.world import World

CAPABILITIES = ("SHA-1", "SHA-256", "SHA-384", "SHA-512", "AES", "DES3", "SCEPStandard", "POSTPKIOperation")
"""SHA-384 has to be there: strongSwan up to 5.9.10 reads it in place of AES. No Renewal: Okta documents it has none."""

_LONGEST_COMMON_NAME = 64  # X.520
_NONCE_BYTES = 16
_LOG = logging.getLogger(__name__)


class NotAnswerable(ValueError):
    """The bytes are no SCEP message, so there is nobody to send a FAILURE to."""


class _Refusal(Exception):
    def __init__(self, fail_info: int, reason: str) -> None:
        super().__init__(reason)
        self.fail_info = fail_info


def ca_certificates(world: World) -> bytes:
    """The GetCACert answer: registration authority, intermediate and root in a PKCS #7 without signature."""
    names = ("registration", "intermediate", "root")
    return cms.certs_only(ca.authority(world, name).certificate for name in names)


def answer(world: World, data: bytes) -> bytes:
    """Answer a PKIOperation: a CertRep with a new certificate, or one with FAILURE and its failInfo.

    Raises NotAnswerable for bytes that do not even name a transaction.
    """
    try:
        message = cms.read_pki_message(data)
    except cms.CmsError as error:
        if error.attributes is None or not _is_printable(error.attributes):
            raise NotAnswerable(str(error)) from error
        return _failure(world, error.attributes, _fail_info(error), str(error))
    if not _is_printable(message.attributes):
        raise NotAnswerable("not a SCEP message: the transactionID is not ASCII text")
    try:
        request, cipher = _open(world, message)
        _check(world, request)
    except _Refusal as refusal:
        return _failure(world, message.attributes, refusal.fail_info, str(refusal), message.digest)
    certificate = ca.issue(world, request, message.attributes.transaction_id)
    content = cms.envelope(cms.certs_only([certificate]), message.signer, cipher)
    return _reply(world, message.attributes, cms.SUCCESS, content=content, digest=message.digest)


def _open(world: World, message: cms.PkiMessage) -> tuple[x509.CertificateSigningRequest, str]:
    """The certificate request inside, and the cipher to answer with."""
    if message.attributes.message_type != cms.PKCS_REQ:
        raise _Refusal(cms.BAD_REQUEST, f"messageType {message.attributes.message_type}: only PKCSReq (19) is served")
    registration = ca.authority(world, "registration")
    try:
        content, cipher = cms.open_envelope(message.content, registration.certificate, registration.key)
    except cms.CmsError as error:
        raise _Refusal(_fail_info(error), str(error)) from error
    try:
        request = x509.load_der_x509_csr(content)
    except ValueError as error:
        raise _Refusal(cms.BAD_REQUEST, f"not a PKCS #10 request: {error}") from error
    # DES and Triple DES are answered with Triple DES: whoever asks so may know no AES, but DES protects nothing.
    return request, cipher if cipher.startswith("aes") else "des3"


def _check(world: World, request: x509.CertificateSigningRequest) -> None:
    """Refuse what may not have a certificate. The challenge comes last: a malformed request does not spend it."""
    settings = world.data["pki"]["settings"]
    _check_key(request, settings["minimum_key_bits"])
    if not list(request.subject):
        raise _Refusal(cms.BAD_REQUEST, "the certificate request has no subject")
    if settings["refuse_long_common_name"] and any(
        len(name.value) > _LONGEST_COMMON_NAME for name in request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    ):
        raise _Refusal(cms.BAD_REQUEST, f"the common name is longer than {_LONGEST_COMMON_NAME} characters")
    challenge = _challenge(request)
    if challenge is None or not challenges.accept(world, challenge):
        raise _Refusal(cms.BAD_REQUEST, "the challenge password is missing, wrong, spent or expired")


def _check_key(request: x509.CertificateSigningRequest, minimum_bits: int) -> None:
    try:
        key = request.public_key()
        proven = request.is_signature_valid
    except Exception as error:  # an unknown curve, hash or encoding; each raises another exception
        raise _Refusal(cms.BAD_ALG, f"the key or signature of the request cannot be read: {error}") from error
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < minimum_bits:
        raise _Refusal(cms.BAD_ALG, f"the certificate request must have an RSA key of {minimum_bits} bits or more")
    if not proven:
        raise _Refusal(cms.BAD_REQUEST, "the certificate request is not signed with its own key")


def _challenge(request: x509.CertificateSigningRequest) -> str | None:
    try:
        value = request.attributes.get_attribute_for_oid(AttributeOID.CHALLENGE_PASSWORD).value
        return value.decode("utf-8")
    except (x509.AttributeNotFound, ValueError):
        return None


def _fail_info(error: cms.CmsError) -> int:
    return cms.BAD_ALG if isinstance(error, cms.UnsupportedAlgorithm) else cms.BAD_MESSAGE_CHECK


def _is_printable(attributes: cms.ScepAttributes) -> bool:
    return attributes.transaction_id.isascii() and attributes.transaction_id.isprintable()


def _failure(world: World, request: cms.ScepAttributes, fail_info: int, reason: str, digest: str = "sha256") -> bytes:
    _LOG.info("SCEP request %s refused: %s", request.transaction_id, reason)
    return _reply(world, request, cms.FAILURE, fail_info=fail_info, digest=digest)


def _reply(
    world: World,
    request: cms.ScepAttributes,
    status: int,
    *,
    fail_info: int | None = None,
    content: bytes = b"",
    digest: str,
) -> bytes:
    registration = ca.authority(world, "registration")
    attributes = cms.ScepAttributes(
        message_type=cms.CERT_REP,
        transaction_id=request.transaction_id,
        sender_nonce=os.urandom(_NONCE_BYTES),
        recipient_nonce=request.sender_nonce,
        pki_status=status,
        fail_info=fail_info,
    )
    return cms.sign_pki_message(content, attributes, registration.certificate, registration.key, digest=digest)
