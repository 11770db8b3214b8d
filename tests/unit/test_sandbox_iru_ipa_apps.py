"""In-house apps of the sandbox's Iru tenant: the published answers, from upload to removal."""

from __future__ import annotations

import io
import plistlib
import zipfile
from typing import Any

import pytest

from tests.unit.sandbox_iru import Tenant

PATH = "/library/ipa-apps"
# Keys and types of the published answer to "Get In-House App".
PUBLISHED = {
    "id": str, "name": str, "file_key": str, "active": bool, "icon": str, "ipad_icon": str, "identifier": str,
    "app_identifier": str, "app_name": str, "app_version": str, "supported_device_families": list,
    "minimum_os_version": str, "file_url": str, "sha256": str, "file_size": int, "file_updated": str,
    "created_at": str, "updated_at": str, "runs_on_iphone": bool, "runs_on_ipad": bool, "runs_on_tv": bool,
    "runs_on_mac": bool, "runs_on_ipod": bool, "runs_on_watch": bool,
}  # fmt: skip
METADATA = {
    "app_icon": str, "app_identifier": str, "app_name": str, "app_version": str, "file_key": str, "file_size": int,
    "icon": str, "icon_path": str, "ipad_icon": str, "ipad_icon_path": str, "minimum_os_version": str,
    "supported_device_families": list,
}  # fmt: skip


@pytest.fixture
def tenant() -> Tenant:
    return Tenant(fleet=4, windows=1)


def ipa(**info: Any) -> bytes:
    usual = {"CFBundleIdentifier": "example.tool", "CFBundleName": "Tool", "CFBundleShortVersionString": "1.2"}
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as written:
        written.writestr("Payload/Tool.app/Info.plist", plistlib.dumps(usual | info))
    return archive.getvalue()


def types(record: dict[str, Any]) -> dict[str, type]:
    return {key: type(value) for key, value in record.items()}


def reserved(tenant: Tenant) -> dict[str, Any]:
    answer = tenant.request("POST", f"{PATH}/upload", json={"filename": "Tool.ipa"})
    assert answer.status == 201
    form: dict[str, Any] = answer.json
    return form


def status(tenant: Tenant, form: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = tenant.get(f"{PATH}/upload/{form['id']}/status").json
    return found


def uploaded(tenant: Tenant, content: bytes) -> dict[str, Any]:
    form = reserved(tenant)
    assert tenant.store(form["post_data"], content).status == 204
    return form


def test_the_states_of_an_upload(tenant: Tenant) -> None:
    form = reserved(tenant)
    assert list(form) == ["id", "filename", "sha256", "expires", "post_url", "post_data", "file_key"]
    assert status(tenant, form)["status"] == "UPLOADING"
    tenant.store(form["post_data"], ipa())
    assert status(tenant, form) == {"reason": "The IPA file is still being validated", "status": "UPLOADED"}
    done = status(tenant, form)
    assert (done["status"], types(done["metadata"])) == ("VALIDATED", METADATA)
    assert (done["metadata"]["app_identifier"], done["metadata"]["app_version"]) == ("example.tool", "1.2")


def test_a_package_that_is_no_app(tenant: Tenant) -> None:
    form = uploaded(tenant, b"no archive")
    status(tenant, form)
    assert set(status(tenant, form)) == {"reason", "status", "sha256"}
    sent = {"name": "Tool", "file_key": form["file_key"]}
    assert tenant.request("POST", PATH, json=sent).status == 400
    assert tenant.get(f"{PATH}/upload/nothing/status").status == 404


def test_from_create_to_removal(tenant: Tenant) -> None:
    form = uploaded(tenant, ipa(UIDeviceFamily=[1, 2]))
    app = tenant.request("POST", PATH, json={"name": "Tool 1", "file_key": form["file_key"]}).json
    assert types(app) == PUBLISHED
    assert (app["runs_on_iphone"], app["runs_on_tv"], app["supported_device_families"]) == (
        True, False, ["iPhone", "iPad"],
    )  # fmt: skip
    assert app["id"] in [each["id"] for each in tenant.get(PATH).json["results"]]
    newer = uploaded(tenant, ipa(CFBundleShortVersionString="2.0"))["file_key"]
    after = tenant.request("PATCH", f"{PATH}/{app['id']}", json={"file_key": newer, "runs_on_ipad": False}).json
    assert (after["app_version"], after["runs_on_ipad"], after["name"]) == ("2.0", False, "Tool 1")
    nothing = tenant.request("PATCH", f"{PATH}/{app['id']}", json={"runs_on_iphone": False})
    assert nothing.status == 400
    assert tenant.request("DELETE", f"{PATH}/{app['id']}").status == 204
    assert tenant.get(f"{PATH}/{app['id']}").status == 404
