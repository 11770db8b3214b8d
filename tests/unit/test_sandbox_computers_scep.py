"""What a simulated computer's SCEP client accepts, and what it refuses, of an authority that may be wrong."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import functools
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from sandbox.codec import cms
from sandbox.computers import payload, scep


@functools.cache
def key(_owner: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@functools.cache
def certificate(owner: str, of: str | None = None) -> x509.Certificate:
    """A certificate for the key of ``of``, signed by ``owner``."""
    now = datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, owner)])
    builder = x509.CertificateBuilder(name, name, key(of or owner).public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    return builder.sign(key(owner), hashes.SHA256())


@dataclass
class Authority:
    """A SCEP server; each field is something that a test makes it do otherwise."""

    capabilities: str = "POSTPKIOperation\nSHA-256\nAES\n"
    status: int = 0
    fail_info: int | None = None
    transaction: str | None = None
    nonce: bytes | None = None
    message_type: int = 3
    signer: str = "authority"
    issue_for: str = "computer"
    answer: bytes | None = None
    ca_answer: bytes | None = None
    seen: list[tuple[str, str, cms.PkiMessage, str]] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        operation = request.query["operation"]
        if operation == "GetCACaps":
            return web.Response(text=self.capabilities)
        if operation == "GetCACert":
            return web.Response(body=self.ca_answer if self.ca_answer is not None else _der(certificate("authority")))
        post = request.method == "POST"
        message = cms.read_pki_message(await request.read() if post else base64.b64decode(request.query["message"]))
        content, cipher = cms.open_envelope(message.content, certificate("authority"), key("authority"))
        challenge = x509.load_der_x509_csr(content).attributes.get_attribute_for_oid(
            x509.oid.AttributeOID.CHALLENGE_PASSWORD
        )
        self.seen.append((request.method, cipher, message, challenge.value.decode()))
        return web.Response(body=self.answer if self.answer is not None else self._reply(message))

    def _reply(self, message: cms.PkiMessage) -> bytes:
        issued = cms.certs_only([certificate("authority", of=self.issue_for)])
        attributes = cms.ScepAttributes(
            message_type=self.message_type,
            transaction_id=self.transaction or message.attributes.transaction_id,
            sender_nonce=bytes(16),
            recipient_nonce=message.attributes.sender_nonce if self.nonce is None else self.nonce,
            pki_status=self.status,
            fail_info=self.fail_info,
        )
        enveloped = cms.envelope(issued, message.signer) if self.status == 0 else b""
        return cms.sign_pki_message(enveloped, attributes, certificate(self.signer), key(self.signer))


def _der(each: x509.Certificate) -> bytes:
    return each.public_bytes(serialization.Encoding.DER)


def enroll(authority: Authority) -> x509.Certificate:
    async def run() -> x509.Certificate:
        app = web.Application()
        app.router.add_route("*", "/scep", authority.handle)
        async with TestServer(app) as server:
            settings = {"URL": str(server.make_url("/scep")), "Challenge": "secret", "Subject": [[["CN", "x"]]]}
            request = payload.scep_request(settings, {})
            return await scep.enroll(request, key("computer"), ssl.create_default_context())

    return asyncio.run(run())


def test_the_modern_way() -> None:
    authority = Authority()
    assert enroll(authority).public_key() == key("computer").public_key()
    ((method, cipher, message, challenge),) = authority.seen
    assert (method, cipher, message.digest, challenge) == ("POST", "aes128", "sha256", "secret")
    assert message.attributes.message_type == 19
    assert message.signer.subject == message.signer.issuer


def test_the_old_way_when_the_server_names_nothing_better() -> None:
    authority = Authority(capabilities="")
    enroll(authority)
    ((method, cipher, message, _challenge),) = authority.seen
    assert (method, cipher, message.digest) == ("GET", "des3", "sha1")


@pytest.mark.parametrize(
    ("authority", "text"),
    [
        (Authority(status=2, fail_info=2), "refused the request: badRequest"),
        (Authority(status=2), "refused the request: no reason"),
        (Authority(status=3), "on hold"),
        (Authority(transaction="other"), "another transaction"),
        (Authority(message_type=19), "another transaction"),
        (Authority(nonce=bytes(16)), "did not return the nonce"),
        (Authority(signer="stranger"), "signed by somebody else"),
        (Authority(issue_for="stranger"), "no certificate for the key"),
        (Authority(answer=b"<html>"), "cannot be read"),
        (Authority(answer=b""), "cannot be read"),
        (Authority(ca_answer=b"<html>"), "GetCACert is no certificate"),
        (Authority(ca_answer=cms.certs_only([])), "GetCACert is no certificate"),
    ],
)
def test_what_is_wrong_is_refused(authority: Authority, text: str) -> None:
    with pytest.raises(scep.ScepFailure, match=text):
        enroll(authority)


_KEYS = ("URL", "Name", "Challenge", "Subject", "Key Usage", "Keysize", "Key Type", "CAFingerprint", "SubjectAltName")
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.binary(max_size=3) | st.just("http://x/y"),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["CN", "dNSName", "x"]), inner, max_size=2)
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(_KEYS), _VALUES))
def test_whatever_a_payload_holds_it_is_read_or_refused_in_words(settings: dict[str, Any]) -> None:
    settings.setdefault("URL", "http://x/y")
    with contextlib.suppress(payload.BadPayload):
        assert payload.key_size(settings) in (1024, 2048, 4096)
    with contextlib.suppress(payload.BadPayload):
        assert payload.scep_request(settings, {}).url.startswith("http")
