"""`iru_custom_app_info` and `iru_custom_script_info` against the sandbox."""

from __future__ import annotations

from types import ModuleType

import pytest
from ansible_collections.okta_iru.attestation.plugins.modules import iru_custom_app_info, iru_custom_script_info

from tests.integration.iru_runs import run
from tests.sandbox_process import SandboxProcess


@pytest.mark.parametrize(
    ("module", "kind", "name"),
    [
        (iru_custom_app_info, "apps", "Company Fonts (draft)"),
        (iru_custom_script_info, "scripts", "Uptime (draft)"),
    ],
)
def test_all_one_by_name_and_one_by_id(sandbox: SandboxProcess, module: ModuleType, kind: str, name: str) -> None:
    everything = run(sandbox, module)[kind]
    assert [one["name"] for one in everything] == [name]
    assert run(sandbox, module, name=name)[kind] == everything
    assert run(sandbox, module, name="Nobody")[kind] == []
    assert run(sandbox, module, id=everything[0]["id"].upper())[kind] == everything
    assert run(sandbox, module, id="6d5b7a52-32a8-4b6a-9f0b-3f5f4f1f0f11")[kind] == []
    assert "file_url" not in everything[0], "whoever has it could fetch the package"
