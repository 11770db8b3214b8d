"""Two runs side by side that both found nothing of the name leave one object, in line with what both wanted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.modules import iru_custom_app, iru_custom_script, iru_tag

from tests.integration.iru_runs import run
from tests.sandbox_process import SandboxProcess

CASES: dict[str, tuple[Any, str, str, dict[str, Any]]] = {
    "app": (iru_custom_app, "find_item", "custom_apps", {"name": "N", "install_enforcement": "install_once"}),
    "script": (
        iru_custom_script,
        "find_item",
        "custom_scripts",
        {"name": "N", "script": "true", "execution_frequency": "once"},
    ),
    "tag": (iru_tag, "find_tag", "tags", {"name": "N"}),
}


@pytest.mark.parametrize("case", CASES)
def test_the_later_run_gives_way(
    sandbox: SandboxProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    sandbox.settings(iru={"upload_processing_polls": 0})
    module, find, kind, options = CASES[case]
    if module is iru_custom_app:
        package = tmp_path / "a.pkg"
        package.write_bytes(b"xar!")
        options = {**options, "src": str(package)}
    first = run(sandbox, module, **options)
    monkeypatch.setattr(module, find, lambda *_positional, **_named: None)  # it looked before the first one was there
    wanted = options if module is iru_tag else {**options, "active": False}
    second = run(sandbox, module, **wanted)
    monkeypatch.undo()
    key = next(name for name in ("app", "script", "tag") if name in second)
    assert second[key]["id"] == first[key]["id"]
    assert [one["method"] for one in second["writes"]].count("DELETE") == 1
    left = sandbox.state()["iru"][kind]
    named = [one for one in left.values() if (one if isinstance(one, str) else one["name"]) == "N"]
    assert len(named) == 1
    assert not run(sandbox, module, **wanted)["changed"]
