"""The X.509 certificates of Okta's certificate authority: how each one is made, nothing about when or for whom.

The hierarchy is the one that is seen above certificates of Okta's management attestation in the field: *Organization
Root Authority*, below it ``CN=Organization Intermediate Authority, OU=<org id>, DC=<subdomain>, DC=okta, DC=com``.
That a registration authority answers for it is told by Okta's event catalogue (``device.platform.renew`` speaks of an
"RA configuration"); its subject is constructed.
"""

from __future__ import annotations

import datetime
import functools

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

KEY_BITS = 2048
BACKDATE = datetime.timedelta(minutes=5)
"""A certificate starts a little before its issue, for computers whose clock is behind."""

_AUTHORITY_AGE = datetime.timedelta(days=2 * 365)
_AUTHORITY_LIFE = datetime.timedelta(days=10 * 365)


def new_key() -> rsa.RSAPrivateKey:
    """Make an RSA key of 2048 bits, the size that Okta documents for its SCEP profiles."""
    return rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)


def key_to_pem(key: rsa.RSAPrivateKey) -> str:
    """Write a private key as unencrypted PKCS#8, the form in which the state keeps it."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode("ascii")


@functools.lru_cache(maxsize=64)
def key_from_pem(pem: str) -> rsa.RSAPrivateKey:
    """Read a private key; cached, because OpenSSL checks a key each time it is loaded."""
    key = serialization.load_pem_private_key(pem.encode("ascii"), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError(f"the CA's state must hold RSA keys, found {type(key).__name__}")
    return key


def certificate_to_pem(certificate: x509.Certificate) -> str:
    """Write a certificate as PEM."""
    return certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")


def certificate_to_der(certificate: x509.Certificate) -> bytes:
    """Write a certificate as DER."""
    return certificate.public_bytes(serialization.Encoding.DER)


@functools.lru_cache(maxsize=64)
def certificate_from_pem(pem: str) -> x509.Certificate:
    """Read a certificate of the state."""
    return x509.load_pem_x509_certificate(pem.encode("ascii"))


def root(key: rsa.RSAPrivateKey, organization: x509.Name, now: datetime.datetime) -> x509.Certificate:
    """Make the *Organization Root Authority*, self-signed."""
    subject = _named("Organization Root Authority", organization)
    return _authority(subject, key, subject, key, path_length=None, now=now)


def intermediate(
    key: rsa.RSAPrivateKey,
    organization: x509.Name,
    issuer: x509.Certificate,
    issuer_key: rsa.RSAPrivateKey,
    now: datetime.datetime,
) -> x509.Certificate:
    """Make the *Organization Intermediate Authority*, which signs every certificate of a computer."""
    subject = _named("Organization Intermediate Authority", organization)
    return _authority(subject, key, issuer.subject, issuer_key, path_length=0, now=now)


def registration_authority(
    key: rsa.RSAPrivateKey,
    organization: x509.Name,
    issuer: x509.Certificate,
    issuer_key: rsa.RSAPrivateKey,
    now: datetime.datetime,
) -> x509.Certificate:
    """Make the certificate that opens SCEP requests and signs the answers; constructed, Okta's was never recorded."""
    builder = _builder(_named("Organization Registration Authority", organization), key.public_key(), issuer.subject)
    builder = _lasting(builder, now - _AUTHORITY_AGE, _AUTHORITY_LIFE)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_key_usage(digital_signature=True, key_encipherment=True), critical=True)
    return _signed(builder, key.public_key(), issuer_key)


def leaf(
    request: x509.CertificateSigningRequest,
    issuer: x509.Certificate,
    issuer_key: rsa.RSAPrivateKey,
    now: datetime.datetime,
    life: datetime.timedelta,
    *,
    keep_alternative_names: bool,
) -> x509.Certificate:
    """Make the certificate of a computer.

    Key usage (digital signature, key agreement) and extended key usage (client authentication) are those of
    certificates in the field; of the request only subject, key and, if wanted, alternative names are taken over.
    """
    public_key = request.public_key()
    if not isinstance(public_key, rsa.RSAPublicKey):
        raise TypeError(f"a certificate request must hold an RSA key, found {type(public_key).__name__}")
    builder = _lasting(_builder(request.subject, public_key, issuer.subject), now - BACKDATE, life)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_key_usage(digital_signature=True, key_agreement=True), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
    if keep_alternative_names:
        builder = _with_alternative_names(builder, request)
    return _signed(builder, public_key, issuer_key)


def organization_name(org_id: str, subdomain: str) -> x509.Name:
    """Name the org as the certificates do: ``DC=com, DC=okta, DC=<subdomain>, OU=<org id>``."""
    parts = [(NameOID.DOMAIN_COMPONENT, text) for text in ("com", "okta", subdomain)]
    parts.append((NameOID.ORGANIZATIONAL_UNIT_NAME, org_id))
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in parts])


def _named(common_name: str, organization: x509.Name) -> x509.Name:
    return x509.Name([*organization, x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _authority(
    subject: x509.Name,
    key: rsa.RSAPrivateKey,
    issuer: x509.Name,
    issuer_key: rsa.RSAPrivateKey,
    *,
    path_length: int | None,
    now: datetime.datetime,
) -> x509.Certificate:
    builder = _lasting(_builder(subject, key.public_key(), issuer), now - _AUTHORITY_AGE, _AUTHORITY_LIFE)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
    builder = builder.add_extension(_key_usage(key_cert_sign=True, crl_sign=True), critical=True)
    return _signed(builder, key.public_key(), issuer_key)


def _builder(subject: x509.Name, public_key: rsa.RSAPublicKey, issuer: x509.Name) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
    )


def _lasting(
    builder: x509.CertificateBuilder, start: datetime.datetime, life: datetime.timedelta
) -> x509.CertificateBuilder:
    return builder.not_valid_before(start).not_valid_after(start + life)


def _signed(
    builder: x509.CertificateBuilder, public_key: rsa.RSAPublicKey, issuer_key: rsa.RSAPrivateKey
) -> x509.Certificate:
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    issued_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    return builder.add_extension(issued_by, critical=False).sign(issuer_key, hashes.SHA256())


def _key_usage(**wanted: bool) -> x509.KeyUsage:
    usages = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return x509.KeyUsage(**(usages | wanted))


def _with_alternative_names(
    builder: x509.CertificateBuilder, request: x509.CertificateSigningRequest
) -> x509.CertificateBuilder:
    try:
        names = request.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return builder
    return builder.add_extension(names.value, critical=names.critical)
