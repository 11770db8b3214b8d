"""The sandbox's Iru tenant as an independent client sees it: irusdk (PyPI, not by Iru), over TLS.

irusdk accepts the full API URL, host and port included, and a CA file, so nothing of it is changed here. Left out is
what its models refuse although Iru documents it (test_irusdk_directory.py).
"""

from __future__ import annotations

import plistlib
from pathlib import Path

import pytest

from tests.sandbox_process import SandboxProcess

irusdk = pytest.importorskip("irusdk", reason="irusdk is not installed; it is in requirements-test.txt")

# irusdk takes a CA file as text, which its HTTP library calls deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:.verify=<str>.:DeprecationWarning")

PAYLOAD = {
    "PayloadType": "com.apple.security.scep",
    "PayloadContent": {"URL": "https://x", "Challenge": "$SERIAL_NUMBER"},
}


@pytest.fixture
def sandbox(iru_sandbox: SandboxProcess) -> SandboxProcess:
    return iru_sandbox


@pytest.fixture
def client(iru_client: irusdk.IruClient) -> irusdk.IruClient:
    return iru_client


def mobileconfig() -> bytes:
    top = {"PayloadType": "Configuration", "PayloadVersion": 1, "PayloadIdentifier": "mine", "PayloadUUID": "MINE"}
    return plistlib.dumps(top | {"PayloadContent": [PAYLOAD]})


def test_profiles_from_create_to_delete(client: irusdk.IruClient) -> None:
    created = client.custom_profiles.create(name="Okta", profile=mobileconfig(), active=True, runs_on_mac=True)
    assert created.unknown_fields == {}
    stored = plistlib.loads(created.profile.encode())
    assert stored["PayloadContent"] == [PAYLOAD]
    assert stored["PayloadIdentifier"] == created.mdm_identifier
    assert created.id in [each.id for each in client.custom_profiles.list()]
    updated = client.custom_profiles.update(created.id, name="Okta 2")
    assert plistlib.loads(updated.profile.encode())["PayloadUUID"] != stored["PayloadUUID"]
    assert client.custom_profiles.get(created.id).name == "Okta 2"
    client.custom_profiles.delete(created.id)
    with pytest.raises(irusdk.NotFoundError):
        client.custom_profiles.get(created.id)


def test_lists_go_through_all_pages(client: irusdk.IruClient, sandbox: SandboxProcess) -> None:
    state = sandbox.state()["iru"]
    assert [each.id for each in client.blueprints.list(page_size=1)] == list(state["blueprints"])
    assert [each.name for each in client.tags.list()] == list(state["tags"].values())
    assert next(each.name for each in client.self_service.categories()) == "Apps"


def test_assignment_and_removal(client: irusdk.IruClient) -> None:
    profile = client.custom_profiles.create(name="Assigned", profile=mobileconfig(), active=True, runs_on_mac=True)
    (sales,) = client.blueprints.list(name="Sales")
    assert profile.id in client.blueprints.assign_library_item(sales.id, profile.id)
    assert profile.id in [each.id for each in client.blueprints.library_items(sales.id)]
    with pytest.raises(irusdk.IruError, match="status_code: 400"):
        client.blueprints.assign_library_item(sales.id, profile.id)
    assert profile.id not in client.blueprints.remove_library_item(sales.id, profile.id)


def test_blueprints_and_devices(client: irusdk.IruClient, sandbox: SandboxProcess) -> None:
    made = client.blueprints.create("New", type="map", enrollment_code={"is_active": True})
    assert client.blueprints.update(made.id, description="d").description == "d"
    client.blueprints.delete(made.id)
    device_id = next(iter(sandbox.state()["iru"]["devices"]))
    # Documented since Windows and Android can be managed, and not yet in irusdk.
    later = {"api_level", "full_software_version", "security_patch_level"}
    assert set(client.devices.get(device_id).unknown_fields) == later
    assert client.devices.details(device_id)["general"]["device_id"] == device_id


def test_a_wrong_token_is_recognised(sandbox: SandboxProcess, tmp_path: Path) -> None:
    config = irusdk.IruConfig(verify=sandbox.ready["ca_file"], max_retries=0)
    wrong = "00000000-0000-4000-8000-000000000000"
    with (
        irusdk.IruClient(sandbox.ready["iru_url"], wrong, config=config) as stranger,
        pytest.raises(irusdk.AuthenticationError),
    ):
        list(stranger.blueprints.list())
