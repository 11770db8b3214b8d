# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SCEP client (RFC 8894): asks a CA for capabilities, certificates and a certificate.

Knows no HTTP library: every request goes through a ``Fetch`` (see _scep_http.py), which may be ``http_fetch(url)``.
"""

from __future__ import annotations

import base64
from functools import cached_property

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import MissingLibrary
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_subject import Subject
from ansible_collections.okta_iru.attestation.plugins.module_utils._scep_ca import (
    CaCertificates,
    Capabilities,
    parse_ca_certificates,
    parse_capabilities,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._scep_http import Fetch, require_ok
from ansible_collections.okta_iru.attestation.plugins.module_utils._scep_request import (
    CertRep,
    ScepRequest,
    build_request,
    parse_cert_rep,
)

try:
    import cryptography
    from cryptography.hazmat.primitives.asymmetric import rsa
except ImportError:  # ansible-test imports every file without third-party packages
    cryptography = None  # type: ignore[assignment]


class ScepClient:
    """One CA for the time of one task; ``name`` is what messages call it, such as its URL.

    All methods raise BadAnswer, ApiError, and what the fetch raises.
    """

    def __init__(self, fetch: Fetch, name: str = "the SCEP CA") -> None:
        if cryptography is None:
            raise MissingLibrary("SCEP needs the Python library 'cryptography' where it runs: pip install cryptography")
        self._fetch = fetch
        self._name = name
        self.ca_content_type = ""

    @cached_property
    def capabilities(self) -> Capabilities:
        """GetCACaps, asked once."""
        answer = self._fetch("GET", {"operation": "GetCACaps"}, None)
        return parse_capabilities(require_ok(answer, f"GetCACaps of {self._name}"))

    @cached_property
    def ca(self) -> CaCertificates:
        """GetCACert, asked once. As trustworthy as the connection: https proves that the URL's owner sent it."""
        answer = self._fetch("GET", {"operation": "GetCACert"}, None)
        self.ca_content_type = answer.content_type.partition(";")[0].strip().lower()
        return parse_ca_certificates(require_ok(answer, f"GetCACert of {self._name}"))

    def request(
        self,
        subject: Subject,
        challenge: str | None,
        key: rsa.RSAPrivateKey | None = None,
        *,
        by_get: bool = False,
    ) -> CertRep:
        """Ask for a certificate. A CertRep of status success means that the CA has issued one.

        It goes by POST where the CA can, unless ``by_get`` says otherwise. A repetition after OutcomeUnknown would be
        another request; nothing is sent twice.
        """
        request = build_request(subject, challenge, self.ca, self.capabilities, key)
        post = "POSTPKIOperation" in self.capabilities and not by_get
        return parse_cert_rep(self._pki_operation(request, post), request, self.ca)

    def _pki_operation(self, request: ScepRequest, post: bool) -> bytes:
        if post:
            answer = self._fetch("POST", {"operation": "PKIOperation"}, request.message)
        else:
            message = base64.b64encode(request.message).decode("ascii")
            answer = self._fetch("GET", {"operation": "PKIOperation", "message": message}, None)
        return require_ok(answer, f"PKIOperation of {self._name}")
