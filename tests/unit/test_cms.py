"""Signed and enveloped messages of SCEP."""

from __future__ import annotations

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils import _cms as cms
from ansible_collections.okta_iru.attestation.plugins.module_utils import _der as der
from ansible_collections.okta_iru.attestation.plugins.module_utils._cms_parts import issuer_and_serial
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.scep_identities import Identity, computer, intermediate, issue, key, ra, root

few = settings(max_examples=25, deadline=None, derandomize=True)
some = settings(max_examples=150, deadline=None, derandomize=True)

REQUEST = cms.ScepAttributes(cms.PKCS_REQ, "0123456789ABCDEF", sender_nonce=b"n" * 16)
RSA_ENCRYPTION, SHA256_WITH_RSA = der.oid("1.2.840.113549.1.1.1"), der.oid("1.2.840.113549.1.1.11")
PSS = der.oid("1.2.840.113549.1.1.10")


def signed(content: bytes = b"content", attributes: cms.ScepAttributes = REQUEST, digest: str = "sha256") -> bytes:
    return cms.sign_pki_message(content, attributes, computer().certificate, computer().key, digest=digest)


def as_ber(data: bytes) -> bytes:
    """Indefinite lengths and octet strings in pieces; certificates, their names and signed attributes stay DER."""
    content = der.read(data)[1][0]
    signer_infos = content[-1]
    signed_attributes = signer_infos[0][3].encoded if signer_infos.tag == der.SET else b""
    certificate = computer().certificate
    return _as_ber(
        der.read(data), (certificate.public_bytes(Encoding.DER), issuer_and_serial(certificate), signed_attributes)
    )


def _as_ber(node: der.Node, untouched: tuple[bytes, ...]) -> bytes:
    if node.tag in (der.OCTET_STRING, 0x80) and len(node.content) > 8:
        pieces = (der.octet_string(node.content[i : i + 8]) for i in range(0, len(node.content), 8))
        return bytes((node.tag | der.CONSTRUCTED, 0x80)) + b"".join(pieces) + b"\x00\x00"
    if not node.constructed or node.encoded in untouched:
        return node.encoded
    return bytes((node.tag, 0x80)) + b"".join(_as_ber(part, untouched) for part in node.children) + b"\x00\x00"


@few
@given(
    st.binary(max_size=200),
    st.sampled_from(sorted(cms.DIGESTS)),
    st.builds(
        cms.ScepAttributes,
        message_type=st.sampled_from([3, 17, 19, 20]),
        transaction_id=st.text("0123456789ABCDEF", min_size=1, max_size=64),
        sender_nonce=st.none() | st.binary(min_size=16, max_size=16),
        recipient_nonce=st.none() | st.binary(min_size=16, max_size=16),
        pki_status=st.sampled_from([None, 0, 2, 3]),
        fail_info=st.sampled_from([None, 0, 1, 2, 3, 4]),
    ),
)
def test_a_signed_message_is_read_as_written(content: bytes, digest: str, attributes: cms.ScepAttributes) -> None:
    message = cms.read_pki_message(signed(content, attributes, digest))
    assert (message.content, message.attributes, message.digest) == (content, attributes, digest)
    assert message.signer == computer().certificate


def test_the_signer_and_further_certificates_are_told_apart() -> None:
    data = cms.sign_pki_message(
        b"", REQUEST, ra().certificate, ra().key, more_certificates=[intermediate().certificate, root().certificate]
    )
    message = cms.read_pki_message(data)
    assert message.signer == ra().certificate
    assert message.certificates == (ra().certificate, intermediate().certificate, root().certificate)


def test_an_empty_content_is_present_with_no_length() -> None:
    encapsulated = der.read(signed(b""))[1][0][2]
    assert encapsulated[1].encoded == bytes.fromhex("a0020400")


def test_a_missing_content_is_read_as_empty() -> None:
    node = der.read(signed(b""))
    absent = signed(b"").replace(node[1][0][2].encoded, der.sequence(der.oid("1.2.840.113549.1.7.1")))
    assert cms.read_pki_message(relength(absent, -4)).content == b""


def relength(data: bytes, change: int) -> bytes:
    """The message with the three outermost lengths (all of two octets) corrected after a change inside."""
    out = bytearray(data)
    info = 4 + len(der.oid("1.2.840.113549.1.7.2"))
    for offset in (2, info + 2, info + 6):
        out[offset : offset + 2] = (int.from_bytes(data[offset : offset + 2], "big") + change).to_bytes(2, "big")
    return bytes(out)


def test_the_signature_algorithm_is_written_as_plain_rsa_and_read_in_both_forms() -> None:
    data = signed()
    signer_info = der.read(data)[1][0][-1][0]
    assert signer_info[4][0].encoded == RSA_ENCRYPTION
    head, _, tail = data.rpartition(RSA_ENCRYPTION)
    assert cms.read_pki_message(head + SHA256_WITH_RSA + tail).content == b"content"
    with pytest.raises(cms.UnsupportedAlgorithm, match=r"1\.2\.840\.113549\.1\.1\.10"):
        cms.read_pki_message(head + PSS + tail)


def test_indefinite_lengths_and_pieces_are_read() -> None:
    envelope = cms.envelope(b"secret", computer().certificate)
    message = as_ber(signed(as_ber(envelope)))
    assert message.startswith(b"\x30\x80")
    content = cms.read_pki_message(message).content
    assert content.startswith(b"\x30\x80")
    assert cms.open_envelope(content, computer().certificate, computer().key) == (b"secret", "aes128")


def test_another_content_or_signature_is_refused_and_the_attributes_are_told() -> None:
    data = signed(b"content")
    with pytest.raises(cms.BadSignature, match="digest") as error:
        cms.read_pki_message(data.replace(b"content", b"contend"))
    assert error.value.attributes == REQUEST
    with pytest.raises(cms.BadSignature, match="signature") as error:
        cms.read_pki_message(data[:-1] + bytes([data[-1] ^ 1]))
    assert error.value.attributes == REQUEST


def test_the_key_of_another_certificate_is_refused() -> None:
    data = cms.sign_pki_message(b"content", REQUEST, computer().certificate, key(5))
    with pytest.raises(cms.BadSignature):
        cms.read_pki_message(data)


def test_an_unknown_digest_is_refused() -> None:
    data = signed().replace(der.oid(cms.DIGESTS["sha256"]), der.oid("2.16.840.1.101.3.4.2.8"))  # SHA3-256
    with pytest.raises(cms.UnsupportedAlgorithm, match="digest"):
        cms.read_pki_message(data)


@pytest.mark.parametrize("oid", ["2.16.840.1.113733.1.9.2", "2.16.840.1.113733.1.9.7", "1.2.840.113549.1.9.4"])
def test_a_missing_attribute_is_named(oid: str) -> None:
    other = oid[:-1] + "8"
    with pytest.raises(cms.CmsError, match=r"messageType|missing"):
        cms.read_pki_message(signed().replace(der.oid(oid), der.oid(other)))


MESSAGE = signed(b"content" * 3, cms.ScepAttributes(cms.CERT_REP, "AB12", b"s" * 16, b"r" * 16, 0, None))
EXPECTED = cms.read_pki_message(MESSAGE)


@some
@given(st.integers(0, len(MESSAGE) - 1))
def test_a_cut_message_is_refused(length: int) -> None:
    with pytest.raises(cms.CmsError):
        cms.read_pki_message(MESSAGE[:length])


@some
@given(st.integers(0, len(MESSAGE) - 1), st.integers(1, 255))
def test_an_altered_message_is_refused_or_says_the_same(position: int, change: int) -> None:
    altered = bytearray(MESSAGE)
    altered[position] ^= change
    try:
        message = cms.read_pki_message(bytes(altered))
    except cms.CmsError:
        return
    assert (message.content, message.attributes) == (EXPECTED.content, EXPECTED.attributes)


@few
@given(st.binary(max_size=300), st.sampled_from(sorted(cms.CIPHERS)))
def test_an_envelope_is_opened_as_sealed(content: bytes, cipher: str) -> None:
    sealed = cms.envelope(content, ra().certificate, cipher)
    assert len(content) < 8 or content not in sealed
    assert cms.open_envelope(sealed, ra().certificate, ra().key) == (content, cipher)


def test_an_envelope_for_another_certificate_is_not_ours() -> None:
    sealed = cms.envelope(b"secret", ra().certificate)
    with pytest.raises(cms.NotRecipient, match="C02ABC123"):
        cms.open_envelope(sealed, computer().certificate, computer().key)


def test_a_wrong_key_and_damaged_content_look_alike() -> None:
    sealed = cms.envelope(b"secret", ra().certificate)
    messages = set()
    for data, private in ((sealed, key(5)), (sealed[:-1] + bytes([sealed[-1] ^ 0xFF]), ra().key)):
        with pytest.raises(cms.CmsError) as error:
            cms.open_envelope(data, ra().certificate, private)
        messages.add(str(error.value))
    assert messages == {"the message cannot be decrypted with this key"}


def test_a_recipient_named_by_key_identifier_is_found() -> None:
    sealed = cms.envelope(b"secret", ra().certificate)
    info = der.read(sealed)[1][0][1][0]
    identifier = der.encode(0x80, ra().certificate.extensions[0].value.digest)  # type: ignore[attr-defined]
    renamed = der.sequence(der.integer(2), identifier, info[2].encoded, info[3].encoded)
    parts = der.read(sealed)[1][0]
    data = der.sequence(
        der.oid("1.2.840.113549.1.7.3"),
        der.explicit(0, der.sequence(parts[0].encoded, der.set_of(renamed), parts[2].encoded)),
    )
    assert cms.open_envelope(data, ra().certificate, ra().key)[0] == b"secret"
    with pytest.raises(cms.NotRecipient):
        cms.open_envelope(data, computer().certificate, computer().key)


SEALED = cms.envelope(b"secret" * 5, ra().certificate, "des3")


@some
@given(st.integers(0, len(SEALED) - 1), st.integers(0, 255), st.booleans())
def test_an_altered_or_cut_envelope_never_does_worse_than_an_error(position: int, octet: int, cut: bool) -> None:
    data = SEALED[:position] if cut else SEALED[:position] + bytes([octet]) + SEALED[position + 1 :]
    try:
        cms.open_envelope(data, ra().certificate, ra().key)  # no integrity in CBC: altered content may come out
    except cms.CmsError:
        return
    assert not cut


@pytest.mark.parametrize("certificates", [[root()], [ra(), intermediate(), root()]], ids=["one", "chain"])
def test_a_set_of_certificates_keeps_its_order(certificates: list[Identity]) -> None:
    wanted = [identity.certificate for identity in certificates]
    assert cms.read_certs_only(cms.certs_only(wanted)) == wanted


def test_an_empty_or_wrong_set_of_certificates_is_refused() -> None:
    with pytest.raises(cms.CmsError, match="empty"):
        cms.read_certs_only(cms.certs_only([]))
    with pytest.raises(cms.CmsError, match="content type"):
        cms.read_certs_only(SEALED)
    with pytest.raises(cms.CmsError):
        cms.read_certs_only(b"<html>")
    broken = cms.certs_only([root().certificate]).replace(b"\x30\x82", b"\x31\x82")
    with pytest.raises(cms.CmsError):
        cms.read_certs_only(broken)


def test_a_recipient_without_an_rsa_key_is_refused() -> None:
    elliptic = issue("EC", ec.generate_private_key(ec.SECP256R1()).public_key(), root(), root().key)  # type: ignore[arg-type]
    with pytest.raises(cms.UnsupportedAlgorithm, match="RSA"):
        cms.envelope(b"x", elliptic)
