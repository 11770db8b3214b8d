"""iru_device_info and iru_library_item_info: the quirks of the answers, the buckets, and waiting."""

from __future__ import annotations

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import TimedOut
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru import utc_time
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_status import (
    BUCKETS,
    bucket_of,
    counts_of,
    is_reached,
    wait_for,
)
from ansible_collections.okta_iru.attestation.plugins.modules import iru_device_info, iru_library_item_info

from tests.unit.iru_tenant import Tenant, run_in

ITEM = "3427ebbc-7f59-4d8c-8a57-bd36f8c2ad6b"


def device(number, blueprint=None, **fields):
    return {
        "device_id": f"device-{number}",
        "device_name": f"Mac {number}",
        "serial_number": f"C02ABC{number}",
        "platform": "Mac",
        "last_check_in": "2026-03-16T09:12:44.120000Z",
        "first_enrollment": "2022-06-24 14:20:19.961496+00:00",
        "last_enrollment": "",
        "user": {"id": 17, "name": "Ada", "email": "ada@example.com", "is_archived": False},
        "blueprint_id": blueprint and blueprint["id"],
        "blueprint_name": blueprint and blueprint["name"],
        **fields,
    }


def row(number, status, blueprint=None, reported_at="2026-03-16T09:12:44.120000Z"):
    return {
        "id": number,
        "computer": {"id": f"device-{number}", "name": f"Mac {number}"},
        "blueprint": {"id": blueprint and blueprint["id"], "name": blueprint and blueprint["name"]},
        "status": status,
        "reported_at": reported_at,
        "log": "",
    }


@pytest.fixture
def tenant() -> Tenant:
    return Tenant()


def devices(tenant, **options):
    return run_in(tenant, iru_device_info, **options)["devices"]


def item(tenant, **options):
    return run_in(tenant, iru_library_item_info, **{"library_item": ITEM, **options})


def test_users_and_times_are_made_uniform(tenant):
    tenant.devices = [device(1), device(2, user="", last_check_in="", serial_number=None)]
    one, two = devices(tenant)
    assert one["user"] == {"id": "17", "name": "Ada", "email": "ada@example.com", "is_archived": False}
    assert one["first_enrollment"] == "2022-06-24T14:20:19.961496Z"
    assert (one["last_check_in"], one["last_enrollment"]) == ("2026-03-16T09:12:44.120000Z", None)
    assert (two["user"], two["last_check_in"], two["serial_number"]) == (None, None, "")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2024-01-02T03:04:05Z", "2024-01-02T03:04:05Z"),
        ("2024-01-02T05:04:05+02:00", "2024-01-02T03:04:05Z"),
        ("2024-01-02 03:04:05", "2024-01-02T03:04:05Z"),
        ("", None),
        (None, None),
        ("yesterday", "yesterday"),
    ],
)
def test_times(given, expected):
    assert utc_time(given) == expected


def test_devices_come_300_a_request_and_once_each(tenant):
    tenant.devices = [device(number) for number in range(601)]
    tenant.devices[300] = tenant.devices[299]  # a page that moved while it was read
    found = devices(tenant)
    assert len(found) == len({one["device_id"] for one in found}) == 600
    assert len(tenant.log) == 3


def test_serial_numbers_are_whole_and_regardless_of_case(tenant):
    tenant.devices = [device(1), device(10), device(2)]
    assert [one["device_id"] for one in devices(tenant, serial_numbers=["c02abc1"])] == ["device-1"]
    found = devices(tenant, serial_numbers=["C02ABC10", "C02ABC2", "NOPE"])
    assert [one["device_id"] for one in found] == ["device-10", "device-2"]
    assert devices(tenant, serial_numbers=[]) == []


def test_the_status_of_an_item_is_joined_without_a_request_a_device(tenant):
    tenant.devices = [device(number) for number in (1, 2)]
    tenant.rows[ITEM] = [row(1, "success")]
    found = devices(tenant, status_of=ITEM)
    assert [one["library_item_status"]["bucket"] for one in found] == ["compliant", "missing"]
    assert len(tenant.log) == 2


def test_a_planned_blueprint_has_no_devices(tenant):
    assert run_in(tenant, iru_device_info, check=True, blueprint="planned:blueprint:New")["devices"] == []
    assert tenant.log == []


@pytest.mark.parametrize(
    ("status", "bucket"),
    [
        ("PASS", "compliant"),
        ("success", "compliant"),
        ("pending", "waiting"),
        ("PENDING", "waiting"),
        ("INSTALLING", "waiting"),
        ("DOWNLOADING", "waiting"),
        ("CACHED", "waiting"),
        ("CHANGE_PENDING", "waiting"),
        ("failed", "failed"),
        ("ERROR", "failed"),
        ("EXCLUDED", "out_of_scope"),
        ("INCOMPATIBLE", "out_of_scope"),
        ("AVAILABLE", "optional"),
        ("SOMETHING_NEW", "unknown"),
        (None, "unknown"),
    ],
)
def test_buckets(status, bucket):
    assert bucket_of(status) == bucket


def test_the_counts_name_every_bucket_and_an_unknown_status_is_told(tenant):
    tenant.rows[ITEM] = [row(1, "success"), row(2, "NEWS"), row(3, "failed")]
    result = item(tenant)
    assert result["counts"] == dict.fromkeys(BUCKETS, 0) | {"compliant": 1, "unknown": 1, "failed": 1}
    assert "NEWS" in result["warnings"][0]
    assert [one["device_id"] for one in result["rows"]] == ["device-1", "device-2", "device-3"]
    assert "rows" not in item(tenant, rows=False)


def test_the_newest_row_of_a_device_counts(tenant):
    tenant.rows[ITEM] = [row(1, "success", reported_at="2026-03-17T00:00:00Z"), row(1, "failed")]
    assert item(tenant)["counts"] == dict.fromkeys(BUCKETS, 0) | {"compliant": 1}


def test_devices_of_the_blueprints_without_a_row_are_missing(tenant):
    pilot, other = tenant.add_blueprint("Pilot"), tenant.add_blueprint("Other")
    tenant.devices = [device(1, pilot), device(2, pilot), device(3, pilot, platform="iPhone")]
    tenant.devices.append(device(4, pilot, is_removed=True))
    tenant.rows[ITEM] = [row(1, "success", pilot), row(9, "failed", other)]
    result = item(tenant, blueprints=["Pilot"])
    assert result["counts"] == dict.fromkeys(BUCKETS, 0) | {"compliant": 1, "missing": 1}
    assert [one["device_id"] for one in result["rows"] if one["bucket"] == "missing"] == ["device-2"]


def test_a_run_in_check_mode_does_not_wait_and_takes_planned_items(tenant):
    tenant.rows[ITEM] = [row(1, "pending")]
    wait = {"timeout": 3600.0, "interval": 60.0}
    assert item(tenant, check=True, wait=wait)["counts"]["waiting"] == 1
    planned = item(tenant, check=True, wait=wait, library_item="planned:custom_profile:A")
    assert planned["counts"] == dict.fromkeys(BUCKETS, 0)


def test_waiting_looks_until_it_is_reached_and_tells_progress():
    looks = iter([[], [{"bucket": "waiting"}], [{"bucket": "failed"}]])
    said, slept = [], []
    rows = wait_for(
        lambda: next(looks),
        lambda counts: is_reached("settled", counts, empty_is_settled=False),
        timeout=100,
        interval=7,
        progress=said.append,
        title="Okta",
        sleep=slept.append,
        monotonic=lambda: 0.0,
    )
    assert rows == [{"bucket": "failed"}]
    assert said == ["Okta: no device yet", "Okta: 1 waiting", "Okta: 1 failed"]
    assert slept == [7, 7]


def test_waiting_ends_with_the_counts():
    now = [0.0]

    def sleep(seconds):
        now[0] += seconds

    with pytest.raises(TimedOut, match=r"After 10 s .* 1 waiting") as caught:
        wait_for(
            lambda: [{"bucket": "waiting"}],
            lambda counts: is_reached("any_compliant", counts, empty_is_settled=True),
            timeout=10,
            interval=7,
            progress=lambda text: None,
            title="Okta",
            sleep=sleep,
            monotonic=lambda: now[0],
        )
    assert now == [10]
    assert caught.value.details["counts"]["waiting"] == 1


@pytest.mark.parametrize(
    ("until", "buckets", "empty_is_settled", "reached"),
    [
        ("settled", [], False, False),
        ("settled", [], True, True),
        ("settled", ["compliant", "failed", "out_of_scope"], False, True),
        ("settled", ["compliant", "missing"], True, False),
        ("settled", ["compliant", "waiting"], False, False),
        ("any_compliant", ["compliant", "waiting"], False, True),
        ("any_compliant", ["failed"], True, False),
    ],
)
def test_what_is_reached_when(until, buckets, empty_is_settled, reached):
    counts = counts_of({"bucket": bucket} for bucket in buckets)
    assert is_reached(until, counts, empty_is_settled=empty_is_settled) is reached
