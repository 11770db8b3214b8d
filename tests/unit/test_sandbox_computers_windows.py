"""PCs of the sandbox: what the native SCEP item brings them, what their user can do with it, and what goes wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from cryptography import x509

from sandbox.computers import windows
from sandbox.iru import client_certificate, scope
from sandbox.pki import challenges
from tests.unit.sandbox_company import Company, certificates

SCEP, ACCESS = "SCEP (Okta)", "Okta SCEP key access (Windows)"
Change = Callable[[str], str]


@pytest.fixture
def company() -> Company:
    return Company(fleet=3, windows=2)


def item(company: Company, name: str) -> dict[str, Any]:
    (found,) = [one for one in company.iru["native_items"].values() if one["name"] == name]
    return dict(found)


def assign(company: Company, name: str) -> dict[str, Any]:
    """Puts a native item on all Blueprints."""
    found = item(company, name)
    for blueprint in company.iru["blueprints"].values():
        blueprint["nodes"][0]["items"].append(found["id"])
    scope.refresh_item(company.world, found["id"])
    return found


def take_off(company: Company, found: dict[str, Any]) -> None:
    for blueprint in company.iru["blueprints"].values():
        if found["id"] in blueprint["nodes"][0]["items"]:
            blueprint["nodes"][0]["items"].remove(found["id"])
    scope.refresh_item(company.world, found["id"])


def pcs(company: Company) -> list[dict[str, Any]]:
    return [one for one in company.fleet if one["platform"] == "WINDOWS"]


def managed(company: Company) -> list[str]:
    return [company.management()[one["serial_number"]] for one in pcs(company)]


def test_an_auto_app_is_there_once_a_pc_has_checked_in(company: Company) -> None:
    app = item(company, "Okta Verify (Windows)")
    first, other = pcs(company)
    for pc in (first, other):
        assert pc["apps"] == {app["id"]: "newest"}, "the first check-ins brought it"
        pc["apps"] = {}
    take_off(company, app)
    assign(company, app["name"])
    other["online"] = False
    assert company.tick(20)["apps"] == 1
    rows = company.iru["statuses"][app["id"]]
    assert [(pc["apps"], rows[pc["device_id"]]["status"]) for pc in (first, other)] == [
        ({app["id"]: "newest"}, "PASS"),
        ({}, "PENDING"),
    ]


def test_a_pc_fetches_its_certificate_into_the_store_of_the_machine(company: Company) -> None:
    scep = assign(company, SCEP)
    happened = company.tick(75)
    assert (happened["certificates"], happened["installed"], happened["failed"]) == (3, 3, 0), "once, and the Mac too"
    for pc in pcs(company):
        (certificate,) = certificates(pc)
        assert certificate.subject.rfc4514_string() == f"CN={pc['serial_number']}"
        assert pc["certificates"][0]["store"] == "LocalMachine\\My"
        assert company.row(scep, pc)["status"] == "success"
        (received,) = pc["profiles"][scep["id"]]["payloads"]
        assert received["SubjectName"] == f"CN={pc['serial_number']}"
        assert (received["KeyUsage"], received["EKUMapping"]) == ("128", "1.3.6.1.5.5.7.3.2+2.5.29.37.0")


def test_the_user_can_use_the_key_only_after_the_script_ran(company: Company) -> None:
    assign(company, SCEP)
    company.tick(1500)
    assert managed(company) == ["NOT_MANAGED", "NOT_MANAGED"], "Okta Verify runs as the user"
    script = assign(company, ACCESS)
    assert company.tick(1500)["scripts"] > 0
    assert managed(company) == ["MANAGED", "MANAGED"]
    assert {company.row(script, pc)["status"] for pc in pcs(company)} == {"PASS"}


def test_where_users_may_read_machine_keys_no_script_is_needed(company: Company) -> None:
    company.settings["machine_keys_readable"] = True
    assign(company, SCEP)
    company.tick(1500)
    assert managed(company) == ["MANAGED", "MANAGED"]


def test_the_script_fails_where_there_is_no_certificate_and_macs_do_not_get_it(company: Company) -> None:
    script = assign(company, ACCESS)
    company.tick(15)
    rows = company.iru["statuses"][script["id"]]
    assert set(rows) == {pc["device_id"] for pc in pcs(company)}
    assert {row["status"] for row in rows.values()} == {"ERROR"}
    assert "no certificate" in next(iter(rows.values()))["log"]


@pytest.mark.parametrize(("tells", "status"), [("accepted", "success"), ("enrolled", "failed")])
def test_a_secret_with_an_underscore_fails_on_the_pc_after_it_said_yes(
    company: Company, tells: str, status: str
) -> None:
    company.world.data["pki"]["settings"]["secret_underscore"] = True
    company.iru["settings"]["windows_scep_status"] = tells
    assert "_" in challenges.reset_secret(company.world)
    scep = assign(company, SCEP)
    company.tick(15)
    for pc in pcs(company):
        assert pc["certificates"] == []
        assert pc["event_log"] == ["Event 309: CRYPT_E_INVALID_PRINTABLE_STRING (0x2ab0003)"]
        assert company.row(scep, pc)["status"] == status
    (mac,) = [one for one in company.fleet if one["platform"] == "MACOS"]
    assert mac["certificates"], "a Mac sends it as UTF-8"
    company.world.data["pki"]["settings"]["secret_underscore"] = False
    assert "_" not in challenges.reset_secret(company.world)
    company.tick(15)
    assert all(pc["certificates"] for pc in pcs(company)), "a changed item is sent again"


def test_an_item_that_is_taken_off_takes_the_certificate_along(company: Company) -> None:
    scep = assign(company, SCEP)
    company.tick(15)
    take_off(company, scep)
    assert company.tick(15)["removed"] == 3
    assert [(pc["certificates"], pc["profiles"]) for pc in pcs(company)] == [([], {}), ([], {})]


DOCUMENT = client_certificate.document("x", url="https://a.example/s", challenge="c", thumbprint="AB" * 20)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text[:-5], "no XML"),
        (lambda text: text.replace("./Device/", "./Other/"), "404"),
        (lambda text: text.replace("/Enroll", "/Enrol"), "Enroll is missing"),
        (lambda text: text.replace("/SubjectName", "/Subject"), "SubjectName is missing"),
        (lambda text: text.replace("<Data>128<", "<Data>64<"), "KeyUsage 64"),
        (lambda text: re.sub("<Data>[0-9A-F]{40}<", "<Data>AB<", text), "no SHA-1"),
        (lambda text: text.replace("CN=$SERIAL_NUMBER", "no name"), "SubjectName no name"),
    ],
)
def test_a_request_that_breaks_microsofts_rules_is_refused(
    company: Company, monkeypatch: pytest.MonkeyPatch, change: Change, words: str
) -> None:
    made = client_certificate.document
    monkeypatch.setattr(client_certificate, "document", lambda *args, **values: change(made(*args, **values)))
    scep = assign(company, SCEP)
    company.tick(15)
    for pc in pcs(company):
        row = company.row(scep, pc)
        assert (row["status"], pc["certificates"]) == ("failed", [])
        assert words in row["log"]


def test_the_document_is_read_as_it_was_written() -> None:
    nodes = windows.read_document(DOCUMENT)
    assert nodes["LocURI"] == "./Device/Vendor/MSFT/ClientCertificateInstall/SCEP/x"
    assert (nodes["ServerURL"], nodes["Challenge"], nodes["RetryDelay"]) == ("https://a.example/s", "c", "5")


def test_the_request_asks_for_the_usages_of_the_item(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    async def obtain(_world: Any, request: Any, bits: int) -> dict[str, Any]:
        asked.append((request, bits))
        return {"sha256": "a", "common_name": "b", "obtained_at": company.world.clock.now().isoformat()}

    monkeypatch.setattr("sandbox.computers.certificates.obtain", obtain)
    assign(company, SCEP)
    company.tick(0)
    request, bits = asked[-1]
    usage, purposes = request.extensions
    assert (bits, usage.digital_signature, usage.key_encipherment) == (2048, True, False)
    assert x509.ObjectIdentifier("2.5.29.37.0") in list(purposes)
    assert len(request.ca_fingerprint) == 20
