# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a preflight learns from a SCEP CA: does it refuse a wrong challenge, and is what it issues good enough?"""

from __future__ import annotations

import datetime
import secrets
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import (
    ApiError,
    AttestationError,
    InvalidInput,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_subject import Subject, parse_subject
from ansible_collections.okta_iru.attestation.plugins.module_utils._scep import ScepClient
from ansible_collections.okta_iru.attestation.plugins.module_utils._scep_ca import describe, is_issued_by, validity
from ansible_collections.okta_iru.attestation.plugins.module_utils._scep_request import CertRep

try:
    from cryptography import x509
except ImportError:  # ansible-test imports every file without third-party packages
    x509 = None  # type: ignore[assignment]

MARK = "preflight"
"""What the CN of every certificate holds that is asked for here, so that it is recognised in the CA's log."""


def preflight_subject(text: str | None) -> Subject:
    """The RDNs of ``text``, or a marked and random subject. Errors: InvalidInput if no CN in it holds the mark."""
    if text is None:
        return [[["OU", "okta_iru.attestation"]], [["CN", f"{MARK} {secrets.token_hex(4)}"]]]
    subject = parse_subject(text)
    if not any(kind == "CN" and MARK in value.lower() for rdn in subject for kind, value in rdn):
        raise InvalidInput(
            f"The subject {text!r} must have a CN with the word {MARK!r} in it: the certificate is really issued, and "
            "nobody should take it for one of a computer."
        )
    return subject


def probe_wrong_challenge(client: ScepClient) -> dict[str, Any]:
    """Ask for a certificate with a random challenge. A CA that is in order refuses, and nothing is issued.

    It is asked by GET, the older form of SCEP, which no log takes for a change, and by POST only if it
    does not answer to that.

    Returns ``refused``, ``fail_info`` (of the answer), ``status`` (HTTP, if the refusal was none of SCEP) and
    ``doubt`` (text for a warning, or None). Errors: AttestationError if the CA issues a certificate, and those of the
    client.
    """
    try:
        answer = _ask_with_wrong_challenge(client)
    except ApiError as error:
        # How Okta refuses is not documented. All CAs that were tried answer 200 with a signed FAILURE.
        if error.status not in (400, 401, 403):
            raise
        return {
            "refused": True,
            "fail_info": None,
            "status": error.status,
            "doubt": f"The CA refuses a wrong challenge with HTTP status {error.status}, not with a signed answer, so "
            "encryption and signature of its answers are not proved.",
        }
    if answer.certificate is not None:
        raise AttestationError(
            "The CA issued a certificate for a random challenge: anyone who knows the SCEP URL can get one. Switch "
            "challenges on in the CA, and revoke the certificate with this serial number.",
            serial=f"{answer.certificate.serial_number:X}",
        )
    doubt = None
    if answer.status == "pending":
        doubt = "The CA holds a request with a wrong challenge for approval (PENDING) instead of refusing it."
    elif answer.fail_info != "badRequest":
        doubt = (
            f"The CA refuses a wrong challenge with {answer.fail_info}, expected badRequest: it may have refused the "
            "request for another reason, before it looked at the challenge."
        )
    return {"refused": answer.status == "failure", "fail_info": answer.fail_info, "status": 200, "doubt": doubt}


def _ask_with_wrong_challenge(client: ScepClient) -> CertRep:
    subject, challenge = preflight_subject(None), secrets.token_urlsafe(24)
    try:
        return client.request(subject, challenge, by_get=True)
    except ApiError:
        if "POSTPKIOperation" not in client.capabilities:
            raise
        return client.request(subject, challenge)


def expiry_doubts(client: ScepClient, minimum_days: int) -> list[str]:
    """Warnings for certificates of the CA that end within ``minimum_days``."""
    return [
        f"The {client.ca.role(certificate)} certificate {certificate.subject.rfc4514_string()} of the CA "
        + (f"is valid for {days} more days only." if days > 0 else "has expired.")
        for certificate in client.ca.certificates
        if (days := days_left(certificate)) < minimum_days
    ]


def issued_doubts(certificate: x509.Certificate, client: ScepClient) -> list[str]:
    """Warnings for an issued certificate that clients may not be able to use."""
    doubts = []
    if not any(is_issued_by(certificate, ca) for ca in client.ca.chain):
        doubts.append("The issued certificate is signed by none of the CA certificates of GetCACert.")
    if not _allows_client_authentication(certificate):
        doubts.append("The issued certificate may not be used for client authentication (extended key usage).")
    return doubts


def require_validity(certificate: x509.Certificate, minimum_days: int) -> dict[str, Any]:
    """The issued certificate as a module returns it, with ``days``. Errors: AttestationError if it ends too early."""
    told = {**describe(certificate), "days": days_left(certificate)}
    if told["days"] < minimum_days:
        raise AttestationError(
            f"The CA issued a certificate that is valid for {told['days']} days; expected at least {minimum_days} "
            "(minimum_validity_days). Change the validity in the CA, or the option.",
            serial=told["serial"],
            not_after=told["not_after"],
        )
    return told


def days_left(certificate: x509.Certificate) -> int:
    """Whole days from now, or from not_before if that is later, to not_after; negative if it has expired."""
    not_before, not_after = validity(certificate)
    return (not_after - max(not_before, datetime.datetime.now(datetime.UTC))).days


def _allows_client_authentication(certificate: x509.Certificate) -> bool:
    try:
        usages = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    except ValueError:
        return False
    return any(usage.dotted_string in ("1.3.6.1.5.5.7.3.2", "2.5.29.37.0") for usage in usages)
