"""The sandbox's Iru tenant as the oldest published client sees it: ``kandji`` of 2022 (PyPI, not by Iru), over TLS.

It reads dictionaries and lists as they come, so a test of it says that addresses, filters and the places of values are
those of then. It takes the certificate authority from the environment only.
"""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.sandbox_process import SandboxProcess

kandji = pytest.importorskip("kandji.kandji", reason="kandji is not installed; it is in requirements-test.txt")


@pytest.fixture
def client(iru_sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", iru_sandbox.ready["ca_file"])
    monkeypatch.setenv("NO_PROXY", "*")
    return kandji.Kandji(iru_sandbox.ready["iru_url"], iru_sandbox.ready["iru_token"])


def test_blueprints(client: Any, iru_sandbox: SandboxProcess) -> None:
    page = client.list_blueprints(limit=2)
    assert page["count"] == len(iru_sandbox.state()["iru"]["blueprints"]) and len(page["results"]) == 2
    one = page["results"][0]
    assert client.get_blueprint(one["id"])["name"] == one["name"]
    assert [each["id"] for each in client.list_blueprints(name=one["name"])["results"]] == [one["id"]]
    templates = client.get_blueprint_templates()["results"]
    assert {"id", "name", "templates"} <= set(templates[0])


def test_devices(client: Any) -> None:
    devices = client.list_devices()
    macs = client.list_devices(platform="Mac")
    assert len(devices) == 8 and {one["platform"] for one in macs} == {"Mac"} and len(macs) == 7
    assert client.list_devices(limit=3, offset=3) == devices[3:6]
    assert client.list_devices(serial_number=macs[0]["serial_number"]) == [macs[0]]
    assert client.list_devices(user_email="nobody@example.com") == []


def test_everything_about_a_device(client: Any) -> None:
    device = next(one for one in client.list_devices(platform="Mac") if one["last_check_in"])
    device_id = device["device_id"]
    assert client.get_device(device_id) == device
    details = client.get_device_details(device_id)
    assert details["general"]["device_name"] == device["device_name"]
    assert details["hardware_overview"]["serial_number"] == device["serial_number"]
    assert client.get_device_apps(device_id)["apps"]
    assert {one["name"] for one in client.get_device_libraryitems(device_id)["library_items"]}
    assert client.get_device_status(device_id)["library_items"]
    assert {one["status"] for one in client.get_device_parameters(device_id)["parameters"]}
    assert client.get_device_activity(device_id)["activity"]["results"]
    assert client.get_device_commands(device_id)["commands"]["count"] >= 0
    unknown = "00000000-0000-4000-8000-000000000000"
    assert client.get_device(unknown) == {"response": {"status": 404}}


def test_notes_and_secrets_of_a_device(client: Any, iru_sandbox: SandboxProcess) -> None:
    device_id = client.list_devices(platform="Mac")[0]["device_id"]
    # It writes nothing itself.
    path = f"{iru_sandbox.ready['iru_url']}/api/v1/devices/{device_id}/notes"
    body, ca_file = {"content": "Lent to the fair."}, iru_sandbox.ready["ca_file"]
    assert requests.post(path, json=body, headers=client.headers, verify=ca_file, timeout=30).status_code == 201
    (note,) = client.list_device_notes(device_id)
    assert note["content"] == "Lent to the fair." and client.get_device_note(device_id, note["note_id"]) == note
    assert client.get_device_filevaultkey(device_id)["key"]
    assert client.get_device_unlockpin(device_id) == {"pin": None}
    assert set(client.get_device_bypasscode(device_id)) == {"user_based_albc", "device_based_albc"}


def test_automated_device_enrollment(client: Any) -> None:
    one = client.list_ade_integrations()["results"][0]
    assert client.get_ade_integration(one["id"]) == one
    devices = client.list_ade_devices(one["id"], page=1)
    assert devices["count"] == one["device_counts"]["total"] == len(devices["results"])
    assert None in [each["mdm_device"] for each in devices["results"]]
    assert client.get_ade_public_key().startswith("-----BEGIN CERTIFICATE-----")
