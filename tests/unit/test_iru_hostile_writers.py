"""The modules for apps, scripts, tags and devices against answers that Iru never gives: no internal error, ever."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.modules import (
    iru_custom_app,
    iru_custom_app_info,
    iru_custom_script,
    iru_custom_script_info,
    iru_device,
    iru_device_action,
    iru_tag,
)

from tests.unit.iru_tenant import Tenant, run_in
from tests.unit.test_iru_hostile import ITEM, RECORDS, AnyPath, bodies

CREATE_APP = {"name": "N", "install_enforcement": "install_once"}
CREATE_SCRIPT = {"name": "N", "script": "true", "execution_frequency": "once"}
SHOWN = {"show_in_self_service": True, "self_service_category": "A"}

RUNS: dict[str, tuple[Any, dict[str, Any]]] = {
    "app": (iru_custom_app, CREATE_APP),
    "app in Self Service": (iru_custom_app, {**CREATE_APP, **SHOWN}),
    "app of the name": (iru_custom_app, {"name": "A", "active": False, "preinstall_script": "true"}),
    "app by id": (iru_custom_app, {"id": ITEM, "install_enforcement": "install_once"}),
    "another package": (iru_custom_app, {"name": "A", "src": "package"}),
    "no app": (iru_custom_app, {"name": "A", "state": "absent"}),
    "apps": (iru_custom_app_info, {}),
    "script": (iru_custom_script, {**CREATE_SCRIPT, **SHOWN}),
    "script of the name": (iru_custom_script, {"name": "A", "script": "false", **SHOWN, "resend_self_service": True}),
    "no script": (iru_custom_script, {"id": ITEM, "state": "absent"}),
    "scripts": (iru_custom_script_info, {"id": ITEM}),
    "tag": (iru_tag, {"name": "N"}),
    "tag with another name": (iru_tag, {"name": "N", "previous_name": "A"}),
    "tag by id": (iru_tag, {"id": ITEM, "name": "N"}),
    "device": (
        iru_device,
        {"serial_numbers": ["C1"], "blueprint": "A", "user": "a@example.com", "tags": ["A"], "asset_tag": "x"},
    ),
    "device by id": (iru_device, {"device_ids": [ITEM], "user": "", "tags": [], "tags_mode": "exact"}),
    "no device": (iru_device, {"serial_numbers": ["C1"], "state": "absent", "unenroll": True}),
    "action": (iru_device_action, {"action": "blankpush", "serial_numbers": ["C1"]}),
    "action for those that wait": (iru_device_action, {"action": "blankpush", "waiting_for": "A"}),
}

MORE: list[Any] = [
    {"id": ITEM, "name": "A", "sha256": 7, "file_size": "many", "show_in_self_service": "no", "audit_script": 7},
    {"id": ITEM, "name": "A", "show_in_self_service": True, "install_type": [], "install_enforcement": None},
    {"id": ITEM, "name": "A", "script": None, "remediation_script": {}, "execution_frequency": 7},
    {"device_id": ITEM, "serial_number": "C1", "platform": "Mac", "user": {"id": 7, "email": None}, "tags": "Pilot"},
    {"device_id": ITEM, "serial_number": "c1", "platform": 7, "blueprint_id": 7, "tags": [7, None, {}]},
    {"id": ITEM, "email": "A@example.com", "archived": "yes"},
    {"post_url": 7, "post_data": {"key": None}, "file_key": {}},
    "text",
    [[]],
]


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
@pytest.mark.parametrize("record", [*RECORDS, *MORE], ids=str)
@pytest.mark.parametrize("check", [True, False])
def test_no_answer_ends_in_an_internal_error(tmp_path: Path, run: Any, record: Any, check: bool) -> None:
    module, options = run
    if module is iru_custom_app and "state" not in options:
        package = tmp_path / "package.pkg"
        package.write_bytes(b"xar!")
        options = {**options, "src": str(package), "retries": 0, "processing_timeout": 0.0}
    for body in bodies(record):
        tenant = Tenant()
        tenant.answers = AnyPath(body)
        result = run_in(tenant, module, check=check, **options)
        assert result.get("failure", {}).get("kind") != "InternalError", (body, result)
