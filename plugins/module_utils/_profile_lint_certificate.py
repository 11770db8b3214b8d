# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of payloads that hold a certificate: ``com.apple.security.root`` and ``com.apple.security.pkcs1``."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_finding import Context, Finding

try:
    from cryptography import x509
except ImportError:  # ansible-test imports every file without third-party packages
    x509 = None  # type: ignore[assignment]


def _check_certificate(context: Context) -> Iterator[Finding]:
    data = context.payload.get("PayloadContent")
    if not isinstance(data, bytes):
        return
    if data.lstrip().startswith(b"-----BEGIN"):
        message = "The certificate is PEM; this payload takes DER, the bytes that its base64 lines stand for."
        yield context.error("certificate-form", message, "PayloadContent")
        return
    if x509 is None:  # on a managed host without it a profile can be written as well, only less checked
        return
    try:
        x509.load_der_x509_certificate(data)
    except ValueError:
        yield context.error("certificate-form", "The data is no X.509 certificate in DER.", "PayloadContent")


CHECKS = (_check_certificate,)
