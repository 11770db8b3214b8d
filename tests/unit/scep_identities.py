"""Certificates and keys for the SCEP tests: a root, an intermediate, an RA, and a computer with a self-signed one."""

from __future__ import annotations

import datetime
import functools
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

NOW = datetime.datetime.now(datetime.UTC).replace(microsecond=0)


@dataclass(frozen=True)
class Identity:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey


@functools.cache
def key(number: int) -> rsa.RSAPrivateKey:
    """A key that is made once a process; most of the time of these tests would go into keys."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


def issue(
    subject: str,
    public_key: rsa.RSAPublicKey,
    issuer: Identity | None,
    signing_key: rsa.RSAPrivateKey,
    *,
    ca: bool | None = None,
    encipher: bool = False,
    days: int = 365,
    serial: int = 7,
    purpose: x509.ObjectIdentifier | None = None,
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(issuer.certificate.subject if issuer else name(subject))
        .public_key(public_key)
        .serial_number(serial)
        .not_valid_before(NOW)
        .not_valid_after(NOW + datetime.timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    if purpose is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
    usage = x509.KeyUsage(not ca, False, encipher, False, False, bool(ca), bool(ca), False, False)
    return builder.add_extension(usage, critical=True).sign(signing_key, hashes.SHA256())


@functools.cache
def root() -> Identity:
    return Identity(issue("Lab Root", key(1).public_key(), None, key(1), ca=True, serial=1), key(1))


@functools.cache
def intermediate() -> Identity:
    return Identity(issue("Lab Intermediate", key(2).public_key(), root(), key(1), ca=True, serial=2), key(2))


@functools.cache
def ra() -> Identity:
    return Identity(issue("Lab RA", key(3).public_key(), intermediate(), key(2), ca=False, encipher=True), key(3))


@functools.cache
def computer() -> Identity:
    return Identity(issue("C02ABC123", key(4).public_key(), None, key(4), encipher=True), key(4))
