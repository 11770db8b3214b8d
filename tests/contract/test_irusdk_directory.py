"""Devices, users and tags as irusdk reads them, over TLS and unchanged.

Its models refuse three things that Iru documents, so this tenant has none of them: the id of a directory integration
that is a number, the empty text for a device without a user, and the one for a device that never checked in.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox_process import SandboxProcess

irusdk = pytest.importorskip("irusdk", reason="irusdk is not installed; it is in requirements-test.txt")

pytestmark = pytest.mark.filterwarnings("ignore:.verify=<str>.:DeprecationWarning")


@pytest.fixture
def state(iru_sandbox: SandboxProcess) -> dict[str, Any]:
    """The tenant's state: users of no directory, and every device with a user and a check-in."""
    whole = iru_sandbox.state()
    tenant: dict[str, Any] = whole["iru"]
    for user in tenant["users"].values():
        user["integration"] = None
    for device in tenant["devices"].values():
        device["user_id"] = device["user_id"] or next(iter(tenant["users"]))
        device["last_check_in"] = device["last_check_in"] or device["first_enrollment"]
    iru_sandbox.load_state(whole)
    return tenant


def test_devices_page_by_page_and_filtered(iru_client: Any, iru_sandbox: SandboxProcess, state: dict[str, Any]) -> None:
    iru_sandbox.clear_requests()
    listed = list(iru_client.devices.list(page_size=3))
    assert [each.device_id for each in listed] == list(state["devices"])
    assert len(iru_sandbox.requests("iru")) == 3
    assert {each.user.id for each in listed} <= set(state["users"])
    one = listed[0]
    for chosen in ({"serial_number": one.serial_number}, {"device_name": one.device_name}):
        assert one.device_id in [each.device_id for each in iru_client.devices.list(**chosen)]
    on_blueprint = list(iru_client.devices.list(blueprint_id=one.blueprint_id, platform="Mac"))
    assert on_blueprint and {each.blueprint_id for each in on_blueprint} == {one.blueprint_id}


def test_users(iru_client: Any, iru_sandbox: SandboxProcess, state: dict[str, Any]) -> None:
    listed = list(iru_client.users.list())
    assert [each.id for each in listed] == list(state["users"])
    one = listed[0]
    assert iru_client.users.get(one.id) == one and one.unknown_fields == {}
    assert [each.id for each in iru_client.users.list(email=one.email)] == [one.id]
    with pytest.raises(irusdk.IruError, match="status_code: 400"):
        iru_client.users.delete(next(each.id for each in listed if each.device_count))
    with pytest.raises(irusdk.NotFoundError):
        iru_client.users.get("00000000-0000-4000-8000-000000000000")


def test_tags_page_by_page(iru_client: Any, state: dict[str, Any]) -> None:
    assert [each.name for each in iru_client.tags.list(page_size=1)] == list(state["tags"].values())
    assert list(iru_client.tags.list(search="nothing")) == []
