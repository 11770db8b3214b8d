"""A world with Okta's CA in it and a SCEP requester that can be wrong in every way; shared by the tests of the CA."""

from __future__ import annotations

import datetime
import functools
import os
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import AttributeOID, NameOID

from sandbox import okta, pki
from sandbox.codec import cms
from sandbox.pki import ca
from sandbox.world import World

TRANSACTION = "2F3C88114C283E9A6CD57BB8266CE642DB0BEE0D"


def new_world() -> World:
    """A world of an Okta org and its CA, without computers."""
    world = World(seed=1, fleet=0, windows=0)
    world.runtime.seeders = [okta.seed, pki.seed]
    world.reset()
    return world


def events(world: World) -> list[str]:
    """Event types of the System Log, oldest first."""
    return [event["eventType"] for event in world.data["okta"]["logs"]]


def key(bits: int = 2048) -> rsa.RSAPrivateKey:
    """A key of the computer; one a process, as making them is most of the time of an enrolment."""
    return _key(bits)


@functools.cache
def _key(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@dataclass
class Requester:
    """Builds a PKCSReq; what a test wants to be wrong is a field."""

    challenge: str | None
    common_name: str = "C02XG0AAJGH5"
    key_bits: int = 2048
    cipher: str = "aes128"
    digest: str = "sha256"
    message_type: int = 19
    transaction: str = TRANSACTION
    alternative_name: str | None = None
    recipient: x509.Certificate | None = None
    content: bytes | None = None
    nonce: bytes = field(default_factory=lambda: os.urandom(16))

    def csr(self) -> x509.CertificateSigningRequest:
        """The PKCS #10 request, with the challenge as challengePassword."""
        builder = x509.CertificateSigningRequestBuilder().subject_name(self.subject())
        if self.challenge is not None:
            builder = builder.add_attribute(AttributeOID.CHALLENGE_PASSWORD, self.challenge.encode())
        if self.alternative_name:
            names = x509.SubjectAlternativeName([x509.DNSName(self.alternative_name)])
            builder = builder.add_extension(names, critical=False)
        return builder.sign(key(self.key_bits), hashes.SHA256())

    def subject(self) -> x509.Name:
        """The subject; empty when there is no common name."""
        parts = [(NameOID.COMMON_NAME, self.common_name)] if self.common_name else []
        return x509.Name([x509.NameAttribute(oid, text, _validate=False) for oid, text in parts])

    @functools.cached_property
    def certificate(self) -> x509.Certificate:
        """The self-signed certificate that signs the message and that the answer is encrypted for."""
        now = datetime.datetime.now(datetime.UTC)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "SCEP requester")])
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key().public_key())
        builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
        return builder.sign(key(), hashes.SHA256())

    def message(self, world: World) -> bytes:
        """The signed pkiMessage, DER."""
        recipient = self.recipient or ca.authority(world, "registration").certificate
        content = self.csr().public_bytes(serialization.Encoding.DER) if self.content is None else self.content
        attributes = cms.ScepAttributes(
            message_type=self.message_type, transaction_id=self.transaction, sender_nonce=self.nonce
        )
        enveloped = cms.envelope(content, recipient, self.cipher)
        return cms.sign_pki_message(enveloped, attributes, self.certificate, key(), digest=self.digest)

    def issued(self, answer: bytes) -> tuple[x509.Certificate, str]:
        """The certificate in a SUCCESS answer, and the cipher of its envelope."""
        reply = cms.read_pki_message(answer)
        assert reply.attributes.pki_status == 0, f"failInfo {reply.attributes.fail_info}"
        content, cipher = cms.open_envelope(reply.content, self.certificate, key())
        (certificate,) = cms.read_certs_only(content)
        return certificate, cipher
