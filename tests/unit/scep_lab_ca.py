"""A small SCEP CA behind a Fetch, made from the codec; what a test wants to be wrong is an attribute."""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ansible_collections.okta_iru.attestation.plugins.module_utils import _cms as cms
from ansible_collections.okta_iru.attestation.plugins.module_utils._scep_http import HttpAnswer
from cryptography import x509

from tests.unit.scep_identities import Identity, intermediate, issue, key, ra, root

CHALLENGE = "right-Challenge_0123456789"
CAPABILITIES = "AES\nDES3\nPOSTPKIOperation\nSCEPStandard\nSHA-256\nSHA-384\n"


@dataclass
class LabCa:
    """Answers as Okta presumably does: an RA, the intermediate and the root, one of them the issuer."""

    capabilities: str = CAPABILITIES
    shown: list[Identity] = field(default_factory=lambda: [ra(), intermediate(), root()])
    signer: Identity = field(default_factory=ra)
    issued_key: int | None = None
    alter: Callable[[cms.ScepAttributes], cms.ScepAttributes] = lambda attributes: attributes
    pending: bool = False
    fail_info: int | None = cms.BAD_REQUEST
    days: int = 365
    purpose: x509.ObjectIdentifier | None = None
    overrides: dict[str, HttpAnswer] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)
    seen: list[tuple[x509.CertificateSigningRequest, cms.PkiMessage, str]] = field(default_factory=list)

    def fetch(self, method: str, query: Mapping[str, str], body: bytes | None) -> HttpAnswer:
        operation = query["operation"]
        self.requests.append((method, operation))
        if operation in self.overrides:
            return self.overrides[operation]
        if operation == "GetCACaps":
            return HttpAnswer(200, "text/plain", self.capabilities.encode())
        if operation == "GetCACert":
            chain = cms.certs_only([identity.certificate for identity in self.shown])
            return HttpAnswer(200, "application/x-x509-ca-ra-cert; charset=binary", chain)
        data = body if method == "POST" else base64.b64decode(query["message"])
        assert data
        return HttpAnswer(200, "application/x-pki-message", self._cert_rep(cms.read_pki_message(data)))

    def _cert_rep(self, request: cms.PkiMessage) -> bytes:
        pkcs10, cipher = cms.open_envelope(request.content, ra().certificate, ra().key)
        csr = x509.load_der_x509_csr(pkcs10)
        self.seen.append((csr, request, cipher))
        answer = cms.ScepAttributes(
            cms.CERT_REP, request.attributes.transaction_id, b"s" * 16, request.attributes.sender_nonce, cms.SUCCESS
        )
        content = b""
        if self.pending:
            answer = dataclasses.replace(answer, pki_status=cms.PENDING)
        elif challenge_of(csr) != CHALLENGE:
            answer = dataclasses.replace(answer, pki_status=cms.FAILURE, fail_info=self.fail_info)
        else:
            content = cms.envelope(cms.certs_only([self._issue(csr)]), request.signer, cipher)
        return cms.sign_pki_message(content, self.alter(answer), self.signer.certificate, self.signer.key)

    def _issue(self, csr: x509.CertificateSigningRequest) -> x509.Certificate:
        public = key(self.issued_key).public_key() if self.issued_key else csr.public_key()
        common_name = csr.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value
        assert csr.is_signature_valid
        return issue(
            str(common_name), public, intermediate(), key(2), days=self.days, serial=4711, purpose=self.purpose
        )  # type: ignore[arg-type]


def challenge_of(csr: x509.CertificateSigningRequest) -> str | None:
    """The challengePassword of a request, None if it has none."""
    try:
        return csr.attributes.get_attribute_for_oid(x509.oid.AttributeOID.CHALLENGE_PASSWORD).value.decode()
    except x509.AttributeNotFound:
        return None
