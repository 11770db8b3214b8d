"""okta_device_info against a scripted org: what is asked for, page sizes that an org refuses, files and filters."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils import _http
from ansible_collections.okta_iru.attestation.plugins.modules import okta_device_info

from tests.unit.http_service import Answer, Service, http_service
from tests.unit.test_okta_resources import run as run_module

REFUSED = {"errorCode": "E0000001", "errorSummary": "Api validation failed: limit", "errorCauses": []}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_http, "_backoff", lambda attempt: 0.0)


def run(service: Service, **options: Any) -> dict[str, Any]:
    return run_module(service, okta_device_info, **options)


def device(number: int, *, managed: bool = True, **more: Any) -> dict[str, Any]:
    profile = {"platform": "MACOS", "serialNumber": f"C02{number}"}
    link = {"managementStatus": "MANAGED" if managed else "NOT_MANAGED", "user": {"id": f"00u{number}"}}
    found = {"id": f"guo{number}", "status": "ACTIVE", "lastUpdated": "2026-03-16T09:00:00.000Z", "profile": profile}
    return {**found, "_embedded": {"users": [link]}, **more}


def asked(service: Service, number: int = 0) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(urlsplit(service.paths()[number]).query).items()}


def test_conditions_are_searched_for_by_the_org() -> None:
    with http_service(Answer(body=[]), Answer(body=[])) as service:
        run(service, platform="macos", status=["ACTIVE", "SUSPENDED"], search='profile.model sw "Mac"')
        run(service, status=["ACTIVE"])
        searched = [asked(service, number)["search"] for number in (0, 1)]
    assert searched == [
        'profile.platform eq "MACOS" and (status eq "ACTIVE" or status eq "SUSPENDED") and (profile.model sw "Mac")',
        'status eq "ACTIVE"',
    ]


def test_the_last_page_is_not_asked_for_what_follows() -> None:
    following = {"Link": '</api/v1/devices?after=guo1&limit=200&expand=userSummary>; rel="next"'}
    with http_service(Answer(body=[device(1)], headers=following), Answer(body=[device(2)])) as service:
        assert len(run(service)["devices"]) == 2
    assert len(service.asked) == 2


def test_an_org_that_refuses_large_pages_is_asked_for_small_ones() -> None:
    with http_service(Answer(400, REFUSED), Answer(body=[device(1)])) as service:
        result = run(service)
        assert [asked(service, number)["limit"] for number in (0, 1)] == ["200", "20"]
    assert (len(result["devices"]), "20 a request" in result["warnings"][0]) == (1, True)
    with http_service(Answer(400, REFUSED)) as service:
        assert run(service, page_size=100)["failure"]["code"] == "E0000001"
    other = {**REFUSED, "errorSummary": "Api validation failed: search"}
    with http_service(Answer(400, other)) as service:
        assert run(service)["failure"]["code"] == "E0000001"


def test_a_page_that_takes_the_org_too_long_is_asked_for_in_parts() -> None:
    late = [Answer(504, {})] * 5
    with http_service(*late, Answer(body=[device(1)])) as service:
        assert len(run(service)["devices"]) == 1
        assert asked(service, 5)["limit"] == "20"


def test_managed_and_not() -> None:
    fleet = [device(1), device(2, managed=False), device(3, status="DEACTIVATED", _embedded={})]
    with http_service(*[Answer(body=fleet)] * 3) as service:
        every = run(service, fields=["id"])
        assert every["devices"] == [{"id": "guo1"}, {"id": "guo2"}, {"id": "guo3"}]
        assert every["counts"] == {"managed": 1, "not_managed": 1, "deactivated": 1}
        assert [one["id"] for one in run(service, managed=True)["devices"]] == ["guo1"]
        assert run(service, managed=False)["counts"] == {"managed": 0, "not_managed": 1, "deactivated": 1}


def test_a_file_takes_the_devices(tmp_path: Path) -> None:
    path = tmp_path / "devices.jsonl"
    with http_service(*[Answer(body=[device(1), device(2)])] * 2) as service:
        result = run(service, output_file=str(path), fields=["serial_number"])
        assert (result["devices"], result["counts"]["managed"], result["changed"]) == ([], 2, True)
        assert [json.loads(line) for line in path.read_text().splitlines()] == [
            {"serial_number": "C021"},
            {"serial_number": "C022"},
        ]
        assert run(service, output_file=str(path), fields=["serial_number"])["changed"] is False


def test_a_device_without_an_id_is_explained() -> None:
    with http_service(Answer(body=[{"status": "ACTIVE"}])) as service:
        assert "without an id" in run(service)["msg"]
