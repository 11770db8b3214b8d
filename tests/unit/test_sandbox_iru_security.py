"""Threats, vulnerabilities and licences as Iru's published collection shows them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.sandbox_iru import Tenant
from tests.unit.shapes import MAYBE, misfits

NOTHING = type(None)
VULNERABILITIES = "/vulnerability-management/vulnerabilities"
THREAT = dict.fromkeys((
    "threat_name", "classification", "status", "process_name", "process_owner", "device_name", "device_id",
    "detection_date", "date_of_quarantine", "date_of_release", "released_by", "release_note", "file_path", "file_hash",
    "bundle_path",
), str) | dict.fromkeys((
    "device_serial_number", "blueprint_id", "blueprint_name", "library_item_name", "library_item_id", "pup_posture",
    "malware_posture",
), MAYBE)  # fmt: skip
PROCESS = {"name": str, "command_line": str, "image_path": str, "pid": int, "owner": str, "sha256": str}
BEHAVIOUR = {
    "id": str, "threat_id": str, "rule_version": int, "description": str, "classification": str,
    "informational_tags": list, "malware_family": list, "detection_date": str, "threat_status": str,
    "device_info": {"id": str, "name": str, "serial_number": str}, "parent_process": PROCESS,
    "target_process": PROCESS, "library_item": {"id": str, "name": str, "mal_posture_mode": str},
    "blueprint": {"id": str, "name": str},
}  # fmt: skip
NAMED = {"id": str, "name": str}
DETECTION = dict.fromkeys((
    "device_id", "device_name", "device_serial_number", "device_model", "device_os_version", "blueprint_id",
    "blueprint_name", "name", "path", "version", "bundle_id", "cve_id", "cve_description", "cve_link", "cvss_severity",
    "first_detection_date", "latest_detection_date",
), str) | {"cvss_score": float}  # fmt: skip
VULNERABILITY = {
    "cve_id": str, "severity": str, "cvss_score": float, "kev_score": int, "cve_link": str,
    "first_detection_date": str, "latest_detection_date": str, "cve_description": str, "software": [str],
}  # fmt: skip
DESCRIPTION = {
    "cve_id": str, "cve_link": str, "cve_modified_at": str, "cve_published_at": str, "cvss_score": float,
    "description": str, "device_count": int, "epss_score": float, "first_detection_date": str, "kev_score": int,
    "latest_detection_date": str, "severity": str, "software_count": int,
}  # fmt: skip
APPLICATION = {
    "name": str, "bundle_id": str, "type": NOTHING, "num_devices": int, "num_versions": int, "blueprints": [NAMED],
    "software_versions": [
        {"version": str, "devices_impacted": int, "latest_detection_date": str, "blueprints": [NAMED]}
    ],
}  # fmt: skip
AFFECTED = {
    "device_id": str, "name": str, "serial_number": str, "model": str, "os_version": str, "assigned_user": MAYBE,
    "blueprint_id": str, "blueprint_name": str, "no_of_installs": int,
    "software_summary": {"name": str, "version": str, "path": str, "detection_date": str},
}  # fmt: skip


def numbered(row: Any) -> dict[str, Any]:
    return {"total": int, "page": int, "size": int, "results": [row]}


@pytest.fixture(scope="module")
def tenant() -> Tenant:
    return Tenant(mobile=1)


def test_threats_and_their_filters(tenant: Tenant) -> None:
    answer = tenant.get("/threat-details").json
    envelope = {"count": int, "malware_count": int, "pup_count": int, "next": NOTHING, "previous": NOTHING}
    assert misfits(answer, envelope | {"results": [THREAT]}) == []
    assert answer["count"] == answer["malware_count"] + answer["pup_count"] == len(answer["results"])
    one = answer["results"][0]
    for name, value, left in (
        ("classification", "malware", answer["malware_count"]), ("classification", "pup", answer["pup_count"]),
        ("status", "released", 0), ("device_id", one["device_id"], 1), ("term", one["file_hash"][:9], 1),
        ("date_range", "1", 0), ("limit", "1", 1),
    ):  # fmt: skip
        assert len(tenant.get("/threat-details", **{name: value}).json["results"]) == left, name
    by_name = [each["threat_name"] for each in tenant.get("/threat-details", sort_by="-threat_name").json["results"]]
    assert by_name == sorted(by_name, reverse=True)
    first = tenant.get("/threat-details", limit=1).json
    assert "offset=1" in first["next"] and first["count"] == answer["count"]


def test_behavioral_detections(tenant: Tenant) -> None:
    answer = tenant.get("/behavioral-detections").json
    envelope = {"total_count": int, "malicious_count": int, "suspicious_count": int}
    assert misfits(answer, envelope | {"next": NOTHING, "previous": NOTHING, "results": [BEHAVIOUR]}) == []
    assert tenant.get("/behavioral-detections", classification="malicious").json["results"] == []


def test_vulnerabilities_agree_with_each_other(tenant: Tenant) -> None:
    listed = tenant.get(VULNERABILITIES).json
    assert misfits(listed, numbered(VULNERABILITY)) == [] and listed["total"] == len(listed["results"])
    for one in listed["results"]:
        path = f"{VULNERABILITIES}/{one['cve_id']}"
        described, devices = tenant.get(path).json, tenant.get(f"{path}/devices").json
        apps = tenant.get(f"{path}/applications").json
        assert misfits(described, DESCRIPTION) == misfits(devices, numbered(AFFECTED)) == []
        assert misfits(apps, numbered(APPLICATION)) == []
        assert described["device_count"] == devices["total"] == apps["results"][0]["num_devices"]
        assert described["software_count"] == apps["total"] == len(one["software"])
    assert tenant.get(f"{VULNERABILITIES}/CVE-1999-0001").status == 404


def test_detections_page_by_page(tenant: Tenant) -> None:
    path = "/vulnerability-management/detections"
    everything = tenant.get(path).json
    assert misfits(everything, {"next": MAYBE, "previous": MAYBE, "results": [DETECTION]}) == []
    pages, address = [], f"{path}?size=7"
    while address:
        page = tenant.get(address).json
        pages += page["results"]
        assert len(page["results"]) <= 7
        address = page["next"] and f"{path}?{page['next'].partition('?')[2]}"
    assert pages == everything["results"] and len(pages) > 7


def test_pages_of_vulnerable_devices_are_of_50_at_most(tenant: Tenant) -> None:
    cve = tenant.get(VULNERABILITIES).json["results"][0]["cve_id"]
    first = tenant.get(f"{VULNERABILITIES}/{cve}/devices", size=5).json
    second = tenant.get(f"{VULNERABILITIES}/{cve}/devices", size=5, page=2).json
    assert (first["page"], second["page"], len(first["results"])) == (1, 2, 5)
    assert first["results"] != second["results"]
    assert tenant.get(f"{VULNERABILITIES}/{cve}/devices", size=900).json["size"] == 50


def test_licences_count_the_fleet(tenant: Tenant) -> None:
    answer = tenant.get("/settings/licensing").json
    assert answer["counts"] == {
        "computers_count": 26, "ios_count": 0, "ipados_count": 1, "macos_count": 22, "tvos_count": 0,
    }  # fmt: skip
    limits = {"plan_type": str, "max_devices": int, "max_devices_per_platform": {"macos": int, "ios_ipados": int}}
    assert misfits(answer, {"counts": dict, "limits": limits, "tenantOverLicenseLimit": bool}) == []
