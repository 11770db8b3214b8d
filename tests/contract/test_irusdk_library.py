"""Apps, scripts, tags and devices of the sandbox's tenant as irusdk (PyPI, not by Iru) writes and reads them.

irusdk uploads a package by itself, with its own multipart body and without the token; it waits while Iru answers 503.
Left out: its models refuse devices without a user or a date.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox_process import SandboxProcess

irusdk = pytest.importorskip("irusdk", reason="irusdk is not installed; it is in requirements-test.txt")

# irusdk takes a CA file as text, which its HTTP library calls deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:.verify=<str>.:DeprecationWarning")

CONTENT = b"xar!" + b"okta verify" * 50_000


@pytest.fixture
def package(tmp_path: Path) -> Path:
    path = tmp_path / "Okta Verify 9.52.pkg"
    path.write_bytes(CONTENT)
    return path


def test_apps_from_upload_to_replacement(iru_client: Any, package: Path) -> None:
    key = iru_client.custom_apps.upload(package)
    created = iru_client.custom_apps.create(name="Okta Verify", file_key=key, audit_script="exit 0\n")
    assert created.unknown_fields == {}
    assert (created.sha256, created.file_size) == (hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))
    assert (created.audit_script, created.unzip_location, created.active) == ("exit 0", None, False)
    assert created.id in [each.id for each in iru_client.custom_apps.list()]
    other = iru_client.custom_apps.upload(package, name="renamed.pkg")
    updated = iru_client.custom_apps.update(created.id, file_key=other, active=True, postinstall_script="true")
    assert (updated.file_key, updated.active, updated.postinstall_script) == (other, True, "true")
    category = next(iter(iru_client.self_service.categories())).id
    shown = iru_client.custom_apps.update(created.id, show_in_self_service=True, self_service_category_id=category)
    assert (shown.self_service_category_id, shown.self_service_recommended) == (category, False)
    assert iru_client.custom_apps.get(created.id).self_service_category_id == category


def test_an_upload_that_the_storage_refuses(iru_client: Any, iru_sandbox: SandboxProcess, package: Path) -> None:
    iru_sandbox.settings(uploads={"form_lifetime_minutes": -1})
    try:
        with pytest.raises(irusdk.PayloadTransferError, match=r"(?s)403.*Policy expired"):
            iru_client.custom_apps.upload(package)
    finally:
        iru_sandbox.settings(uploads={"form_lifetime_minutes": 1440})


def test_scripts(iru_client: Any) -> None:
    category = next(iter(iru_client.self_service.categories())).id
    created = iru_client.custom_scripts.create(name="Report", script="echo a\n", execution_frequency="every_day")
    assert created.unknown_fields == {}
    assert (created.script, created.remediation_script, created.show_in_self_service) == ("echo a", None, False)
    changed = iru_client.custom_scripts.update(
        created.id, execution_frequency="no_enforcement", show_in_self_service=True, self_service_category_id=category
    )
    assert (changed.execution_frequency, changed.self_service_category_id) == ("no_enforcement", None)
    assert created.id in [each.id for each in iru_client.custom_scripts.list()]
    iru_client.custom_scripts.delete(created.id)
    with pytest.raises(irusdk.NotFoundError):
        iru_client.custom_scripts.get(created.id)


def test_tags_and_devices(iru_client: Any, iru_sandbox: SandboxProcess) -> None:
    tag = iru_client.tags.create("Attested")
    assert iru_client.tags.update(tag.id, "Attested 2").name == "Attested 2"
    devices = iru_sandbox.state()["iru"]["devices"]
    device_id = next(each["device_id"] for each in devices.values() if each["user_id"] and each["last_check_in"])
    sales = next(iru_client.blueprints.list(name="Sales"))
    device = iru_client.devices.update(device_id, tags=["Attested 2"], asset_tag="A-1", blueprint_id=sales.id)
    assert (device.tags, device.asset_tag, device.blueprint_id) == (["Attested 2"], "A-1", sales.id)
    assert [each.device_id for each in iru_client.devices.list(tag_name="Attested 2")] == [device_id]
    cleared = iru_client.devices.update(device_id, tags=[], asset_tag=None)
    assert (cleared.tags, cleared.asset_tag) == ([], None)
    iru_client.tags.delete(tag.id)
    assert not list(iru_client.tags.list(search="Attested"))
    iru_client.devices.delete(device_id)
    with pytest.raises(irusdk.NotFoundError):
        iru_client.devices.get(device_id)
