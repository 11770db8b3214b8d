"""The module scep_probe against a CA without a network."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils import _cms as cms
from ansible_collections.okta_iru.attestation.plugins.module_utils._scep_http import HttpAnswer
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import Task, execute
from ansible_collections.okta_iru.attestation.plugins.modules import scep_probe
from cryptography import x509

from tests.unit.scep_identities import intermediate, ra, root
from tests.unit.scep_lab_ca import CHALLENGE, LabCa, challenge_of

IDS = {"ca_id": "0123456789ABCDEF0123456789ABCDEF01234567", "ra_id": "rac1a2B3c4D5e6F7g8h9"}
URL = f"https://acme.okta.com/pki/{IDS['ca_id']}/scep/{IDS['ra_id']}"
CHALLENGE_URL = f"https://acme.okta.com/api/v1/certificateAuthorities/{IDS['ca_id']}/registrationAuthorities/{IDS['ra_id']}/challenge"
PAGE = f"The enrollment challenge password is: <B> {CHALLENGE} </B>"
DYNAMIC = {"challenge_username": "okta-ABCDEF", "challenge_password": "canary-password"}

Probe = Callable[..., dict[str, Any]]


@pytest.fixture
def lab() -> LabCa:
    return LabCa()


@pytest.fixture
def fetched() -> list[tuple[str, dict[str, Any]]]:
    """The URLs for which the module made a fetch, and how."""
    return []


@pytest.fixture
def probe(lab: LabCa, fetched: list[Any], monkeypatch: pytest.MonkeyPatch) -> Probe:
    """Runs the module with options and check mode, without a network."""

    def fetch_for(url: str, **how: Any) -> Any:
        fetched.append((url, how))
        if url == URL:
            return lab.fetch
        return lambda method, query, body: HttpAnswer(200, "text/html", PAGE.encode())

    monkeypatch.setattr(scep_probe, "http_fetch", fetch_for)

    def run(check: bool = False, **options: Any) -> dict[str, Any]:
        defaults = {name: spec.get("default") for name, spec in scep_probe.SPEC.options.items()}
        return execute(scep_probe.run, Task({**defaults, "url": URL, **options}, check=check))

    return run


def operations(lab: LabCa) -> list[str]:
    return [operation for _, operation in lab.requests]


def test_tells_what_the_ca_is(probe: Probe) -> None:
    result = probe()
    assert not result.get("failed"), result
    assert "warnings" not in result
    assert result["changed"] is False
    assert result["okta_platform"] == {**IDS, "challenge_url": CHALLENGE_URL}
    assert result["capabilities"] == ["AES", "DES3", "POSTPKIOperation", "SCEPStandard", "SHA-256", "SHA-384"]
    assert (result["cipher"], result["digest"]) == ("aes128", "sha256")
    assert result["content_type"] == "application/x-x509-ca-ra-cert"
    assert [(told["role"], told["recipient"], told["subject"]) for told in result["ca_certificates"]] == [
        ("root", False, "CN=Lab Root"),
        ("intermediate", False, "CN=Lab Intermediate"),
        ("ra", True, "CN=Lab RA"),
    ]
    assert result["wrong_challenge"] == {"refused": True, "fail_info": "badRequest", "status": 200}
    assert (result["enrolment"], result["writes"]) == (None, [])


def test_the_wrong_challenge_is_random_and_marked(probe: Probe, lab: LabCa) -> None:
    probe(challenge=CHALLENGE)
    probe(challenge=CHALLENGE)
    challenges = {challenge_of(csr) for csr, *_ in lab.seen}
    assert len(challenges) == 2
    assert CHALLENGE not in challenges
    assert all("preflight" in csr.subject.rfc4514_string() for csr, *_ in lab.seen)


def test_enrols_only_when_asked_to(probe: Probe, lab: LabCa) -> None:
    assert probe(challenge=CHALLENGE)["enrolment"] is None
    result = probe(challenge=CHALLENGE, enroll=True, subject="O=Lab,CN=preflight 1")
    assert result["changed"] is True
    assert result["writes"] == [{"method": "POST", "path": f"/pki/{IDS['ca_id']}/scep/{IDS['ra_id']}"}]
    assert result["enrolment"]["serial"] == "1267"
    assert result["enrolment"]["subject"] == "CN=preflight 1"
    assert result["enrolment"]["issuer"] == "CN=Lab Intermediate"
    assert result["enrolment"]["days"] in (364, 365)
    assert lab.seen[-1][0].subject.rfc4514_string() == "CN=preflight 1,O=Lab"
    assert CHALLENGE not in json.dumps(result)


def test_the_two_requests_of_a_run_are_different_transactions(probe: Probe, lab: LabCa) -> None:
    probe(challenge=CHALLENGE, enroll=True)
    first, second = (message.attributes.transaction_id for _, message, _ in lab.seen)
    assert first != second


def test_check_mode_only_asks(probe: Probe, lab: LabCa, fetched: list[Any]) -> None:
    result = probe(check=True, enroll=True, **DYNAMIC)
    assert set(operations(lab)) == {"GetCACaps", "GetCACert"}
    assert [url for url, _ in fetched] == [URL]
    assert (result["wrong_challenge"], result["enrolment"], result["changed"]) == (None, None, True)
    assert result["writes"] == probe(enroll=True, **DYNAMIC)["writes"]


def test_a_dynamic_challenge_is_fetched_for_an_enrolment_only(probe: Probe, fetched: list[Any]) -> None:
    probe(**DYNAMIC)
    assert [url for url, _ in fetched] == [URL]
    result = probe(enroll=True, ca_file="ca.pem", timeout=7.0, **DYNAMIC)
    assert result["enrolment"]["serial"] == "1267"
    assert fetched[-1] == (
        CHALLENGE_URL,
        {"ca_file": "ca.pem", "timeout": 7.0, "credentials": ("okta-ABCDEF", "canary-password")},
    )
    assert CHALLENGE not in json.dumps(result)


def test_a_given_challenge_url_wins(probe: Probe, fetched: list[Any]) -> None:
    probe(enroll=True, challenge_url="https://acme.okta.com/other", **DYNAMIC)
    assert fetched[-1][0] == "https://acme.okta.com/other"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"url": "http://acme.okta.com/pki"}, "not encrypted"),
        ({"url": "acme"}, "no https://"),
        ({"url": "https://scep.example.com/scep", **DYNAMIC}, "challenge_url is missing"),
        ({"challenge_url": "http://acme.okta.com/x", **DYNAMIC}, "not encrypted"),
        ({"subject": "CN=C02ABC123"}, "preflight"),
        ({"subject": "preflight"}, "no '='"),
    ],
)
def test_wrong_options_are_refused_before_anything_is_sent(
    probe: Probe, fetched: list[Any], options: dict[str, Any], message: str
) -> None:
    result = probe(**options)
    assert result["failed"] and result["failure"]["kind"] == "InvalidInput"
    assert message in result["msg"]
    assert fetched == []


def test_a_wrong_challenge_fails_an_enrolment(probe: Probe) -> None:
    result = probe(challenge="canary-4711", enroll=True)
    assert result["failed"] and result["failure"] == {"kind": "EnrolmentRefused", "fail_info": "badRequest"}
    assert re.search("badRequest.*challenge", result["msg"])
    assert "canary" not in json.dumps(result)


def test_a_ca_that_does_not_look_at_challenges_fails(probe: Probe, lab: LabCa, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.unit.scep_lab_ca.challenge_of", lambda csr: CHALLENGE)
    result = probe()
    assert result["failed"]
    assert "anyone" in result["msg"]
    assert result["failure"]["serial"] == "1267"
    assert probe(wrong_challenge_probe=False)["wrong_challenge"] is None


@pytest.mark.parametrize(
    ("change", "warning", "wrong_challenge"),
    [
        ({"pending": True}, "PENDING", {"refused": False, "fail_info": None, "status": 200}),
        ({"fail_info": cms.BAD_ALG}, "badAlg", {"refused": True, "fail_info": "badAlg", "status": 200}),
        (
            {"overrides": {"PKIOperation": HttpAnswer(403, "", b"")}},
            "status 403",
            {"refused": True, "fail_info": None, "status": 403},
        ),
    ],
    ids=["pending", "other reason", "403"],
)
def test_an_unusual_refusal_is_a_warning(
    probe: Probe, lab: LabCa, change: dict[str, Any], warning: str, wrong_challenge: dict[str, Any]
) -> None:
    for name, value in change.items():
        setattr(lab, name, value)
    result = probe()
    assert [warning in text for text in result["warnings"]] == [True]
    assert result["wrong_challenge"] == wrong_challenge


@pytest.mark.parametrize(
    ("operation", "answer", "message"),
    [
        ("GetCACert", HttpAnswer(200, "text/html", b"<html>"), "web page"),
        ("GetCACaps", HttpAnswer(404, "", b""), "404"),
        ("PKIOperation", HttpAnswer(500, "", b""), "500"),
    ],
)
def test_a_wrong_url_is_told(probe: Probe, lab: LabCa, operation: str, answer: HttpAnswer, message: str) -> None:
    lab.overrides = {operation: answer}
    result = probe()
    assert result["failed"]
    assert re.search(f"{operation} of {re.escape(URL)}.*{message}", result["msg"])


def test_a_short_validity_fails_and_names_the_certificate(probe: Probe, lab: LabCa) -> None:
    lab.days = 20
    result = probe(challenge=CHALLENGE, enroll=True)
    assert result["failed"]
    assert "expected at least 30" in result["msg"]
    assert result["failure"]["serial"] == "1267"
    assert probe(challenge=CHALLENGE, enroll=True, minimum_validity_days=10)["enrolment"]["days"] in (19, 20)


def test_ca_certificates_that_end_soon_are_a_warning(probe: Probe) -> None:
    warnings = probe(minimum_validity_days=1000)["warnings"]
    assert len(warnings) == 3
    assert any("root certificate CN=Lab Root" in text for text in warnings)


def test_a_certificate_that_is_not_for_clients_is_a_warning(probe: Probe, lab: LabCa) -> None:
    lab.purpose = x509.oid.ExtendedKeyUsageOID.SERVER_AUTH
    warnings = probe(challenge=CHALLENGE, enroll=True)["warnings"]
    assert any("client authentication" in text for text in warnings)
    lab.purpose = x509.oid.ExtendedKeyUsageOID.CLIENT_AUTH
    assert "warnings" not in probe(challenge=CHALLENGE, enroll=True)


def test_a_certificate_of_an_unknown_issuer_is_a_warning(probe: Probe, lab: LabCa) -> None:
    lab.shown = [ra(), root()]
    warnings = probe(challenge=CHALLENGE, enroll=True)["warnings"]
    assert any("signed by none" in text for text in warnings)
    lab.shown = [ra(), intermediate()]
    assert "warnings" not in probe(challenge=CHALLENGE, enroll=True)


def test_the_wrong_challenge_goes_by_get(probe: Probe, lab: LabCa) -> None:
    probe()
    assert [method for method, operation in lab.requests if operation == "PKIOperation"] == ["GET"]


def test_a_ca_that_takes_no_request_by_get_is_asked_by_post(
    probe: Probe, lab: LabCa, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = lab.fetch

    def without_get(method: str, query: Any, body: bytes | None) -> HttpAnswer:
        if (method, query["operation"]) == ("GET", "PKIOperation"):
            return HttpAnswer(405, "text/plain", b"")
        return answer(method, query, body)

    monkeypatch.setattr(lab, "fetch", without_get)
    assert probe()["wrong_challenge"] == {"refused": True, "fail_info": "badRequest", "status": 200}
    assert lab.requests[-1] == ("POST", "PKIOperation")
