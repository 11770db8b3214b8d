"""Okta's certificate authority: which certificates it issued, which of them still count, and which it revoked.

Everything is kept under ``world.data["pki"]`` as JSON-native data, keys and certificates as PEM, so that a saved state
still answers for certificates that computers hold.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox.clock import okta_time, parse_okta_time
from sandbox.okta import system_log
from sandbox.pki import certificates

if TYPE_CHECKING:
    from sandbox.world import World


class Authority(NamedTuple):
    """A certificate of the hierarchy and the key that belongs to it."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey


class Verdict(NamedTuple):
    """What the authority says about a certificate that somebody presents.

    ``reason`` is one of ``valid``, ``malformed``, ``unknown_issuer``, ``not_issued_here``, ``revoked``, ``expired``,
    ``not_yet_valid``; ``serial`` is the serial number in lower-case hexadecimal, empty when it could not be read.
    """

    valid: bool
    reason: str
    serial: str = ""


@functools.lru_cache(maxsize=16)
def hierarchy(org_id: str, subdomain: str) -> Mapping[str, Mapping[str, str]]:
    """Make root, intermediate and registration authority of an org, as the state keeps them.

    Three RSA keys take a sixth of a second; they are made once in a process for an org, so that a sandbox that goes
    back to its seed still has the CA that computers trust.
    """
    now = datetime.datetime.now(datetime.UTC)
    organization = certificates.organization_name(org_id, subdomain)
    root_key, intermediate_key, ra_key = (certificates.new_key() for _ in range(3))
    root = certificates.root(root_key, organization, now)
    intermediate = certificates.intermediate(intermediate_key, organization, root, root_key, now)
    registration = certificates.registration_authority(ra_key, organization, intermediate, intermediate_key, now)
    return {
        "root": _kept(root, root_key),
        "intermediate": _kept(intermediate, intermediate_key),
        "registration": _kept(registration, ra_key),
    }


def authority(world: World, name: str) -> Authority:
    """Give the ``root``, ``intermediate`` or ``registration`` authority."""
    kept = world.data["pki"]["authorities"][name]
    return Authority(certificates.certificate_from_pem(kept["certificate"]), certificates.key_from_pem(kept["key"]))


def issue(world: World, request: x509.CertificateSigningRequest, transaction_id: str = "") -> x509.Certificate:
    """Issue the certificate that a request asks for and log it as ``pki.cert.issue``.

    Whether the request may have one (secret, key size) is for the caller to decide.
    """
    settings = world.data["pki"]["settings"]
    now = world.clock.now()
    issuer = authority(world, "intermediate")
    certificate = certificates.leaf(
        request,
        issuer.certificate,
        issuer.key,
        now,
        datetime.timedelta(days=settings["leaf_days"]),
        keep_alternative_names=settings["keep_alternative_names"],
    )
    record = _record(certificate, now, transaction_id)
    world.data["pki"]["issued"][record["serial"]] = record
    _log(world, "pki.cert.issue", "Issue client certificate", record)
    return certificate


def issued(world: World) -> list[dict[str, Any]]:
    """List what was issued, oldest first.

    Each entry has ``serial`` (hexadecimal), ``subject`` (RFC 4514), ``not_before``, ``not_after``, ``issued_at``,
    ``used_at``, ``revoked_at`` (ISO 8601, UTC; the last two may be None), ``revocation_reason``, ``transaction_id`` and
    ``certificate`` (PEM).
    """
    return list(world.data["pki"]["issued"].values())


def is_issued_and_valid(world: World, certificate_der: bytes) -> Verdict:
    """Say whether a certificate is one of ours, not revoked, and within its validity by the world's clock."""
    try:
        certificate = x509.load_der_x509_certificate(certificate_der)
        serial = serial_text(certificate)
    except ValueError:
        return Verdict(False, "malformed")
    reason = _standing(world, certificate, serial)
    return Verdict(reason == "valid", reason, serial)


def record_use(world: World, certificate_der: bytes) -> None:
    """Remember that a computer signed in with a certificate, which saves it from :func:`expire_unused`.

    Raises KeyError when the certificate was not issued here: ask :func:`is_issued_and_valid` first.
    """
    certificate = x509.load_der_x509_certificate(certificate_der)
    world.data["pki"]["issued"][serial_text(certificate)]["used_at"] = okta_time(world.clock.now())


def revoke(world: World, serial: str, reason: str = "unspecified") -> bool:
    """Revoke a certificate by its serial (hexadecimal) and log ``pki.cert.revoke``; False when it was revoked already.

    Raises KeyError when no certificate has that serial.
    """
    record = world.data["pki"]["issued"][serial]
    if record["revoked_at"]:
        return False
    record["revoked_at"] = okta_time(world.clock.now())
    record["revocation_reason"] = reason
    _log(world, "pki.cert.revoke", "Revoke client certificate", record)
    return True


def expire_unused(world: World) -> list[str]:
    """Revoke every certificate that was issued and never used for too long; returns their serials.

    Documented by Okta (help topic *Configure a certificate authority*): a certificate that is not used for a successful
    authentication within 90 days is revoked.
    """
    stale = [record["serial"] for record in issued(world) if not record["revoked_at"] and _has_lapsed(world, record)]
    for serial in stale:
        revoke(world, serial, "not used within the time allowed")
    return stale


def serial_text(certificate: x509.Certificate) -> str:
    """Write a serial number as lower-case hexadecimal."""
    return format(certificate.serial_number, "x")


def _log(world: World, event_type: str, message: str, record: dict[str, Any]) -> None:
    """Log what happened to a certificate.

    The event catalogue names a target and debug data of the "device trust" kind and no actor; no recorded event shows
    their keys, so serial and subject stand in the fields that every target has.
    """
    target = {"id": record["serial"], "type": "Certificate", "displayName": record["subject"]}
    debug_data = {"certificateSerialNumber": record["serial"], "certificateSubject": record["subject"]}
    system_log.append(world, event_type, display_message=message, target=[target], debug_data=debug_data)


def _kept(certificate: x509.Certificate, key: rsa.RSAPrivateKey) -> dict[str, str]:
    return {"certificate": certificates.certificate_to_pem(certificate), "key": certificates.key_to_pem(key)}


def _standing(world: World, certificate: x509.Certificate, serial: str) -> str:
    if not _issued_by(certificate, authority(world, "intermediate").certificate):
        return "unknown_issuer"
    record = world.data["pki"]["issued"].get(serial)
    if record is None or record["certificate"] != certificates.certificate_to_pem(certificate):
        return "not_issued_here"
    # Lapsed, though the tick in which that happens has not ended: a long one must not give a certificate more time.
    if record["revoked_at"] or _has_lapsed(world, record):
        return "revoked"
    now = world.clock.now()
    if now < certificate.not_valid_before_utc:
        return "not_yet_valid"
    return "expired" if now > certificate.not_valid_after_utc else "valid"


def _has_lapsed(world: World, record: dict[str, Any]) -> bool:
    limit = datetime.timedelta(days=world.data["pki"]["settings"]["unused_days"])
    return not record["used_at"] and world.clock.now() - parse_okta_time(record["issued_at"]) >= limit


def _issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except Exception:  # what is raised depends on the key type and the flaw; each one means "not by this issuer"
        return False
    return True


def _record(certificate: x509.Certificate, now: datetime.datetime, transaction_id: str) -> dict[str, Any]:
    return {
        "serial": serial_text(certificate),
        "subject": certificate.subject.rfc4514_string(),
        "not_before": okta_time(certificate.not_valid_before_utc),
        "not_after": okta_time(certificate.not_valid_after_utc),
        "issued_at": okta_time(now),
        "used_at": None,
        "revoked_at": None,
        "revocation_reason": None,
        "transaction_id": transaction_id,
        "certificate": certificates.certificate_to_pem(certificate),
    }
