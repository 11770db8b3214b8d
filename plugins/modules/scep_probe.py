#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module scep_probe."""

from __future__ import annotations

DOCUMENTATION = r"""
module: scep_probe
short_description: Check a SCEP CA before computers are sent to it
version_added: 0.1.0
description:
  - Asks a SCEP CA (RFC 8894) for its capabilities and certificates, and shows with a deliberately wrong challenge that
    the URL, the encryption and the signatures work. None of this issues a certificate.
  - A wrong or reset challenge can only be found by really enrolling, see O(enroll).
  - Made for Okta as certificate authority, whose SCEP URL and challenge come from the Okta Admin Console
    (there is no public API for them), but works with every SCEP CA that has RSA certificates.
author:
  - okta_iru.attestation contributors (@okta-iru)
requirements:
  - requests
  - cryptography >= 38
attributes:
  check_mode:
    description:
      - Asks for capabilities and certificates only. Sends no certificate request, not even one with a wrong challenge,
        and fetches no dynamic challenge.
    support: full
  diff_mode:
    description: There is nothing to show; an enrolment only adds a certificate.
    support: none
  idempotent:
    description: Changes nothing unless O(enroll) is set, which issues a certificate with every run.
    support: partial
options:
  url:
    description:
      - SCEP URL, as the Okta Admin Console shows it.
      - It must be https; http is accepted for the loopback interface.
    type: str
    required: true
  challenge:
    description: Static challenge, which the Okta Admin Console calls secret key. Used by O(enroll) only.
    type: str
  challenge_url:
    description:
      - URL that hands out dynamic challenges. Used by O(enroll) only, as each challenge is good for one enrolment.
      - If it is not set and O(url) has the form of Okta's, it is derived from it. Okta does not document that relation.
    type: str
  challenge_username:
    description: User name for O(challenge_url).
    type: str
  challenge_password:
    description: Password for O(challenge_url).
    type: str
  wrong_challenge_probe:
    description:
      - Sends a certificate request with a random challenge and expects that the CA refuses it. It goes by GET, and by
        POST only if the CA does not answer to that.
      - Fails if the CA issues a certificate for it.
      - Not done in check mode.
    type: bool
    default: true
  enroll:
    description:
      - Really gets a certificate, which is the only proof that the challenge is right.
      - The CA records it, and a dynamic challenge is used up. The private key is thrown away.
    type: bool
    default: false
  subject:
    description:
      - Subject of the certificate for O(enroll), such as V(CN=preflight lab,O=Example).
      - Its CN must contain the word V(preflight). Default is a random one.
    type: str
  minimum_validity_days:
    description:
      - The enrolled certificate must be valid for at least so many days.
      - Also gives a warning if a certificate of the CA ends earlier.
    type: int
    default: 30
  ca_file:
    description: PEM file of the certificate authorities that are trusted for TLS, instead of the system's.
    type: path
  timeout:
    description: Seconds to wait for a connection, and for more data.
    type: float
    default: 30.0
seealso:
  - name: Configure a certificate authority in Okta
    description: Where the SCEP URL and the challenge come from.
    link: https://help.okta.com/oie/en-us/content/topics/identity-engine/devices/configure-ca-main.htm
"""

EXAMPLES = r"""
- name: Check the SCEP URL without issuing anything
  okta_iru.attestation.scep_probe:
    url: "{{ okta_scep_url }}"
  register: scep

- name: Show the fingerprint that a Windows profile needs
  ansible.builtin.debug:
    msg: "{{ scep.ca_certificates | selectattr('role', 'equalto', 'root') | map(attribute='sha1') | first }}"

- name: Prove that the static challenge is right by getting a certificate
  okta_iru.attestation.scep_probe:
    url: "{{ okta_scep_url }}"
    challenge: "{{ okta_scep_challenge }}"
    enroll: true
    minimum_validity_days: 300

- name: The same with a dynamic challenge
  okta_iru.attestation.scep_probe:
    url: "{{ okta_scep_url }}"
    challenge_url: "{{ okta_scep_challenge_url }}"
    challenge_username: "{{ okta_scep_username }}"
    challenge_password: "{{ okta_scep_password }}"
    enroll: true
"""

RETURN = r"""
okta_platform:
  description: What the form of O(url) tells of Okta's platform; null for another CA.
  returned: success
  type: dict
  contains:
    ca_id:
      description: Id of the certificate authority.
      type: str
      sample: 0123456789ABCDEF0123456789ABCDEF01234567
    ra_id:
      description: Id of the registration authority, which stands for the platform.
      type: str
      sample: rac1a2B3c4D5e6F7g8h9
    challenge_url:
      description: Derived URL of dynamic challenges.
      type: str
capabilities:
  description: The lines of the answer to GetCACaps.
  returned: success
  type: list
  elements: str
  sample: [AES, POSTPKIOperation, SCEPStandard, SHA-256]
cipher:
  description: Cipher that follows from the capabilities.
  returned: success
  type: str
  sample: aes128
digest:
  description: Digest that follows from the capabilities.
  returned: success
  type: str
  sample: sha256
content_type:
  description: Content type of the answer to GetCACert.
  returned: success
  type: str
  sample: application/x-x509-ca-ra-cert
ca_certificates:
  description: Certificates of the CA, the root first, then intermediates, then those of the registration authority.
  returned: success
  type: list
  elements: dict
  contains:
    role:
      description: One of V(root), V(intermediate) and V(ra).
      type: str
    recipient:
      description: Whether requests are encrypted for this one.
      type: bool
    subject:
      description: Subject, in the form of RFC 4514.
      type: str
    issuer:
      description: Issuer, in the form of RFC 4514.
      type: str
    serial:
      description: Serial number, hexadecimal.
      type: str
    sha1:
      description: SHA-1 fingerprint, hexadecimal. That of the root is the CAThumbprint of a Windows profile.
      type: str
    sha256:
      description: SHA-256 fingerprint, hexadecimal.
      type: str
    not_before:
      description: Start of validity, UTC.
      type: str
    not_after:
      description: End of validity, UTC.
      type: str
wrong_challenge:
  description: Answer to the request with a wrong challenge; null if it was not sent.
  returned: success
  type: dict
  contains:
    refused:
      description: Whether the CA refused it.
      type: bool
    fail_info:
      description: The CA's reason in the words of RFC 8894; V(badRequest) is usual for a wrong challenge.
      type: str
    status:
      description: HTTP status of the answer.
      type: int
enrolment:
  description:
    - The certificate that was issued, with the keys of RV(ca_certificates) but RV(ca_certificates[].role) and
      RV(ca_certificates[].recipient), and C(days), the number of days for which it is valid.
    - Null if nothing was issued.
  returned: success
  type: dict
writes:
  description: The requests that issue a certificate; in check mode those that would have been sent.
  returned: success
  type: list
  elements: dict
"""

from typing import Any
from urllib.parse import urlsplit

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._scep import ScepClient
from ansible_collections.okta_iru.attestation.plugins.module_utils._scep_ca import describe
from ansible_collections.okta_iru.attestation.plugins.module_utils._scep_challenge import fetch_dynamic_challenge
from ansible_collections.okta_iru.attestation.plugins.module_utils._scep_http import http_fetch
from ansible_collections.okta_iru.attestation.plugins.module_utils._scep_probe import (
    expiry_doubts,
    issued_doubts,
    preflight_subject,
    probe_wrong_challenge,
    require_validity,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._scep_request import require_certificate
from ansible_collections.okta_iru.attestation.plugins.module_utils._scep_url import (
    ScepUrl,
    parse_challenge_url,
    parse_scep_url,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

SPEC = ModuleSpec(
    options={
        "url": {"type": "str", "required": True},
        "challenge": {"type": "str", "no_log": True},
        "challenge_url": {"type": "str"},
        "challenge_username": {"type": "str"},
        "challenge_password": {"type": "str", "no_log": True},
        "wrong_challenge_probe": {"type": "bool", "default": True},
        "enroll": {"type": "bool", "default": False},
        "subject": {"type": "str"},
        "minimum_validity_days": {"type": "int", "default": 30},
        "ca_file": {"type": "path"},
        "timeout": {"type": "float", "default": 30.0},
    },
    mutually_exclusive=[("challenge", "challenge_url"), ("challenge", "challenge_username")],
    required_together=[("challenge_username", "challenge_password")],
    required_by={"challenge_url": ["challenge_username"]},
    required_if=[("enroll", True, ("challenge", "challenge_username"), True)],
)


def run(task: Task) -> dict[str, Any]:
    """Probe the CA; enrol only if asked to, and not in check mode."""
    options = task.params
    url = parse_scep_url(options["url"])
    challenge_url = _challenge_url(url, options)
    subject = preflight_subject(options["subject"])
    client = ScepClient(http_fetch(url.url, ca_file=options["ca_file"], timeout=options["timeout"]), url.url)
    ca, capabilities = client.ca, client.capabilities
    _warn(task, url.doubt, *expiry_doubts(client, options["minimum_validity_days"]))

    wrong = probe_wrong_challenge(client) if options["wrong_challenge_probe"] and not task.check else None
    if wrong:
        _warn(task, wrong.pop("doubt"))

    enrolment = None
    if options["enroll"] and not task.check:
        certificate = require_certificate(client.request(subject, _challenge(task, challenge_url)))
        _warn(task, *issued_doubts(certificate, client))
        enrolment = require_validity(certificate, options["minimum_validity_days"])

    method = "POST" if "POSTPKIOperation" in capabilities else "GET"
    return {
        "changed": options["enroll"],
        "okta_platform": url.ca_id and {"ca_id": url.ca_id, "ra_id": url.ra_id, "challenge_url": url.challenge_url},
        "capabilities": list(capabilities.names),
        "cipher": capabilities.cipher,
        "digest": capabilities.digest,
        "content_type": client.ca_content_type,
        "ca_certificates": [
            {"role": ca.role(item), "recipient": item == ca.recipient, **describe(item)} for item in (*ca.chain, *ca.ra)
        ],
        "wrong_challenge": wrong,
        "enrolment": enrolment,
        "writes": [{"method": method, "path": urlsplit(url.url).path}] if options["enroll"] else [],
    }


def _challenge_url(url: ScepUrl, options: dict[str, Any]) -> str | None:
    """Where dynamic challenges come from; None if the challenge is static."""
    if options["challenge_username"] is None:
        return None
    if options["challenge_url"]:
        return parse_challenge_url(options["challenge_url"])
    if url.challenge_url is None:
        raise InvalidInput(
            "challenge_url is missing: it can be derived only if the SCEP url has the form that Okta shows. Give the "
            "challenge URL of this platform."
        )
    return url.challenge_url


def _challenge(task: Task, challenge_url: str | None) -> str:
    options = task.params
    if challenge_url is None:
        return str(options["challenge"])
    credentials = (options["challenge_username"], options["challenge_password"])
    fetch = http_fetch(challenge_url, ca_file=options["ca_file"], timeout=options["timeout"], credentials=credentials)
    challenge = fetch_dynamic_challenge(fetch)
    task.secrets.add(challenge)
    return challenge


def _warn(task: Task, *doubts: str | None) -> None:
    for doubt in doubts:
        if doubt:
            task.warn(doubt)


def main() -> None:
    """Run as a module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
