"""Exports of Prism: the steps, the keys and types that Iru publishes, and the signed link."""

from __future__ import annotations

import csv
import io
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.unit.sandbox_iru import Answer, Tenant
from tests.unit.shapes import MAYBE, misfits

EXPORT = {
    "id": str,
    "status": str,
    "category": str,
    "args": {"filter": dict, "columns": list, "sort_by": str, "blueprint_ids": list, "device_families": list},
    "error_msg": MAYBE,
    "path": MAYBE,
    "signed_url": MAYBE,
    "created_at": str,
    "updated_at": str,
}


@pytest.fixture
def tenant() -> Tenant:
    return Tenant(fleet=6, windows=1)


def asked(tenant: Tenant, **fields: Any) -> dict[str, Any]:
    answer = tenant.request("POST", "/prism/export", json={"category": "device_information"} | fields)
    assert answer.status == 200, answer.text
    body: dict[str, Any] = answer.json
    return body


def finished(tenant: Tenant, **fields: Any) -> dict[str, Any]:
    path = f"/prism/export/{asked(tenant, **fields)['id']}"
    tenant.get(path)
    body: dict[str, Any] = tenant.get(path).json
    return body


def fetched(tenant: Tenant, link: str, **headers: str) -> Answer:
    parts = urlsplit(link)
    return tenant.get_from_store(parts.path, dict(parse_qsl(parts.query)), parts.netloc, **headers)


def rows(tenant: Tenant, **fields: Any) -> list[list[str]]:
    answer = fetched(tenant, finished(tenant, **fields)["signed_url"])
    assert answer.headers["Content-Type"].startswith("text/csv")
    return list(csv.reader(io.StringIO(answer.text)))


def test_steps(tenant: Tenant) -> None:
    first = asked(tenant)
    assert misfits(first, EXPORT) == []
    path = f"/prism/export/{first['id']}"
    assert tenant.get(path).json == first
    tenant.world.clock.advance(1)
    done = tenant.get(path).json
    assert misfits(done, EXPORT) == []
    assert (first["status"], first["signed_url"], done["status"]) == ("pending", None, "success")
    assert done["updated_at"] > done["created_at"] and tenant.get(path).json == done
    day = done["created_at"][:10]
    assert done["path"].endswith(f"/export-{day}-device_information-{done['id']}.csv")


def test_the_file_has_the_rows_of_the_category(tenant: Tenant) -> None:
    header, *records = rows(tenant)
    page = tenant.get("/prism/device_information").json["data"]
    assert header == list(page[0])
    assert [dict(zip(header, one, strict=True))["serial_number"] for one in records] == [
        row["serial_number"] for row in page
    ]


def test_columns_filter_families_and_blueprints(tenant: Tenant) -> None:
    page = tenant.get("/prism/device_information").json["data"]
    serial, blueprint = page[0]["serial_number"], page[0]["blueprint_id"]
    wanted = {"columns": ["serial_number", "tags"], "filter": {"serial_number": {"in": [serial]}}}
    assert rows(tenant, **wanted) == [["serial_number", "tags"], [serial, rows(tenant, **wanted)[1][1]]]
    assert rows(tenant, device_families=["iPhone"]) == [[]]
    on_it = [row["serial_number"] for row in page if row["blueprint_id"] == blueprint]
    assert rows(tenant, columns=["serial_number"], blueprint_ids=[blueprint], sort_by="-serial_number") == [
        ["serial_number"], *([one] for one in on_it)
    ]  # fmt: skip


def test_an_export_can_fail(tenant: Tenant) -> None:
    tenant.state["settings"]["prism_export_error"] = "Timed out"
    failed = finished(tenant)
    assert (failed["status"], failed["error_msg"], failed["signed_url"]) == ("failed", "Timed out", None)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"category": "printers"}, {"detail": "Invalid category: printers"}),
        ({"filter": {"nothing": {"in": ["x"]}}}, {"detail": "Invalid filter key: nothing"}),
        ({"filter": "x"}, {"filter": ["Not a valid dictionary."]}),
        ({"columns": "a"}, {"columns": ['Expected a list of items but got type "str".']}),
    ],
)
def test_what_is_refused(tenant: Tenant, fields: dict[str, Any], said: dict[str, Any]) -> None:
    answer = tenant.request("POST", "/prism/export", json={"category": "filevault"} | fields)
    assert (answer.status, answer.json) == (400, said)


def test_an_export_that_does_not_exist(tenant: Tenant) -> None:
    assert tenant.get("/prism/export/6d0ab4e6-0000-4000-8000-000000000000").status == 404


def test_the_link_is_all_it_takes_and_lasts_two_days(tenant: Tenant) -> None:
    link = finished(tenant)["signed_url"]
    assert fetched(tenant, link).status == 200
    with_token = fetched(tenant, link, Authorization="Bearer x")
    assert (with_token.status, "InvalidArgument" in with_token.text) == (400, True)
    assert "AccessDenied" in fetched(tenant, link.partition("?")[0]).text
    assert "SignatureDoesNotMatch" in fetched(tenant, link.replace("device_information", "filevault")).text
    assert "SignatureDoesNotMatch" in fetched(tenant, link.replace("172800", "999999")).text
    tenant.world.clock.advance(2 * 24 * 60)
    expired = fetched(tenant, link)
    assert (expired.status, "Request has expired" in expired.text) == (403, True)
