# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The thumbprint by which Windows knows a root authority: the SHA-1 of its certificate, in hexadecimal digits."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput

try:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
except ImportError:  # ansible-test imports every file without third-party packages; ansible-core needs this one itself
    pass

_DIGITS = {40: "SHA-1", 64: "SHA-256"}


def root_thumbprint(certificate: str | bytes | None, thumbprint: str | None) -> str:
    """Forty upper-case digits, of the certificate of the root or as given. Raises InvalidInput.

    ``certificate`` is PEM, DER or DER in base64; of several in one PEM text the root is taken. A SHA-256 is refused:
    Windows compares twenty bytes.
    """
    if (certificate is None) == (thumbprint is None):
        raise InvalidInput("Give either ca_certificate, the certificate of the root authority, or ca_thumbprint.")
    if thumbprint is not None:
        return _checked(thumbprint)
    roots = [one for one in _certificates(certificate) if one.subject == one.issuer]
    if not roots:
        raise InvalidInput(
            "ca_certificate is no root: its issuer is another authority. Windows wants the root of Okta's chain "
            "(Device Integrations, Certificate authority)."
        )
    return roots[0].fingerprint(hashes.SHA1()).hex().upper()  # noqa: S303 - Microsoft's CSP asks for SHA-1


def _checked(thumbprint: Any) -> str:
    digits = re.sub(r"[\s:]", "", thumbprint) if isinstance(thumbprint, str) else ""
    if not re.fullmatch(r"[0-9A-Fa-f]{40}", digits):
        found = f"it is a {_DIGITS[len(digits)]}" if len(digits) in _DIGITS else f"it has {len(digits)}"
        raise InvalidInput(f"ca_thumbprint must be a SHA-1, 40 hexadecimal digits; {found}.")
    return digits.upper()


def _certificates(given: Any) -> list[x509.Certificate]:
    data = given.encode() if isinstance(given, str) else bytes(given)
    try:
        if b"-----BEGIN" in data:
            return x509.load_pem_x509_certificates(data)
        if isinstance(given, str):
            data = base64.b64decode(data, validate=False)
        return [x509.load_der_x509_certificate(data)]
    except (ValueError, binascii.Error):
        raise InvalidInput("ca_certificate is no X.509 certificate in PEM, DER or base64.") from None
