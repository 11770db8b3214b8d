# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EnvelopedData (RFC 5652 section 6) for one RSA recipient; documented in _cms.py."""

from __future__ import annotations

import hmac
import os
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils import _der as der
from ansible_collections.okta_iru.attestation.plugins.module_utils._cms_parts import (
    DATA,
    ENVELOPED_DATA,
    RSA_ENCRYPTION,
    CmsError,
    NotRecipient,
    UnsupportedAlgorithm,
    algorithm_identifier,
    content_info,
    is_identified,
    issuer_and_serial,
    name_of,
    read_content,
    rsa_key,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._der import DerError, Node

try:
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm as UnsupportedByLibrary
    from cryptography.hazmat.primitives.asymmetric import padding, rsa
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    try:
        from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
    except ImportError:  # before cryptography 43
        from cryptography.hazmat.primitives.ciphers.algorithms import TripleDES
except ImportError:  # ansible-test imports every file without third-party packages
    pass

CIPHERS = {
    "des": "1.3.14.3.2.7",
    "des3": "1.2.840.113549.3.7",
    "aes128": "2.16.840.1.101.3.4.1.2",
    "aes192": "2.16.840.1.101.3.4.1.22",
    "aes256": "2.16.840.1.101.3.4.1.42",
}
_KEY_SIZES = {"des": 8, "des3": 24, "aes128": 16, "aes192": 24, "aes256": 32}  # bytes


def envelope(content: bytes, recipient: x509.Certificate, cipher: str = "aes128") -> bytes:
    """EnvelopedData for one RSA recipient, DER. ``cipher``: a name of CIPHERS; "des" only for peers without more."""
    key, vector = os.urandom(_KEY_SIZES[cipher]), os.urandom(_block_size(cipher))
    recipient_info = der.sequence(
        der.integer(0),
        issuer_and_serial(recipient),
        algorithm_identifier(RSA_ENCRYPTION),
        der.octet_string(rsa_key(recipient).encrypt(key, padding.PKCS1v15())),
    )
    pad = len(vector) - len(content) % len(vector)
    try:
        encryptor = _cipher(cipher, key, vector).encryptor()
        encrypted = encryptor.update(content + bytes([pad]) * pad) + encryptor.finalize()
    except UnsupportedByLibrary as error:
        raise _switched_off(cipher) from error
    algorithm = der.sequence(der.oid(CIPHERS[cipher]), der.octet_string(vector))
    enveloped_data = der.sequence(
        der.integer(0),
        der.set_of(recipient_info),
        der.sequence(der.oid(DATA), algorithm, der.encode(0x80, encrypted)),
    )
    return content_info(ENVELOPED_DATA, enveloped_data)


def open_envelope(data: bytes, recipient: x509.Certificate, key: rsa.RSAPrivateKey) -> tuple[bytes, str]:
    """Content and cipher name of an EnvelopedData for ``recipient``.

    Errors: NotRecipient, UnsupportedAlgorithm, CmsError. A wrong key and damaged content give the same message, so
    that a CA does not become a padding oracle.
    """
    try:
        enveloped_data = read_content(data, ENVELOPED_DATA)
        encrypted_info = enveloped_data[-1]
        if encrypted_info.tag != der.SEQUENCE:  # unprotectedAttrs come last
            encrypted_info = enveloped_data[-2]
        cipher = name_of(CIPHERS, der.as_oid(encrypted_info[1][0]), "cipher")
        vector = der.as_octets(encrypted_info[1][1])
        encrypted = der.as_octets(encrypted_info[2])
        encrypted_key = _encrypted_key(enveloped_data, recipient)
    except DerError as error:
        raise CmsError(f"not an encrypted message: {error}") from error
    return _decrypt(cipher, encrypted_key, vector, encrypted, key), cipher


def _encrypted_key(enveloped_data: Node, recipient: x509.Certificate) -> bytes:
    recipient_infos = next((part for part in enveloped_data.children if part.tag == der.SET), None)
    for info in recipient_infos.children if recipient_infos else ():
        if info.tag == der.SEQUENCE and is_identified(recipient, info[1]):
            algorithm = der.as_oid(info[2][0])
            if algorithm != RSA_ENCRYPTION:
                raise UnsupportedAlgorithm(f"key transport {algorithm} is not supported")
            return der.as_octets(info[3])
    raise NotRecipient(f"the message is not encrypted for {recipient.subject.rfc4514_string()}")


def _decrypt(cipher: str, encrypted_key: bytes, vector: bytes, encrypted: bytes, key: rsa.RSAPrivateKey) -> bytes:
    size = _block_size(cipher)
    try:
        content_key = key.decrypt(encrypted_key, padding.PKCS1v15())
        if len(content_key) != _KEY_SIZES[cipher] or len(vector) != size:
            raise ValueError
        decryptor = _cipher(cipher, content_key, vector).decryptor()
        padded = decryptor.update(encrypted) + decryptor.finalize()
        pad = padded[-1] if padded else 0
        if not 0 < pad <= size or not hmac.compare_digest(padded[-pad:], bytes([pad]) * pad):
            raise ValueError
    except UnsupportedByLibrary as error:
        raise _switched_off(cipher) from error
    except ValueError:
        raise CmsError("the message cannot be decrypted with this key") from None
    return padded[:-pad]


def _cipher(name: str, key: bytes, vector: bytes) -> Cipher[Any]:
    if name == "des":  # OpenSSL 3 has no DES without its legacy provider; three times the same key is DES
        key = key * 3
    return Cipher(TripleDES(key) if name in ("des", "des3") else algorithms.AES(key), modes.CBC(vector))


def _switched_off(cipher: str) -> UnsupportedAlgorithm:
    return UnsupportedAlgorithm(f"the cipher {cipher} is switched off in this OpenSSL (FIPS mode?)")


def _block_size(cipher: str) -> int:
    return 8 if cipher in ("des", "des3") else 16
