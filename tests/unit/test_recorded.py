"""Every module that writes tells what it did, for the record of the tenant, or is listed here with the reason."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("[a-z]*.py"))
# Modules whose result has ``writes`` and that record nothing.
NOT_RECORDED = {
    "iru_device_action": "an act that cannot be taken back: a Mac that was restarted or sent a profile",
    "iru_prism_export": "an export is a file that Iru forgets; nothing of the tenant is other than before",
    "okta_device": "an act and no configuration: teardown must never let a device in again that was suspended as lost",
    "okta_verify_package": "a file on the controller",
    "scep_probe": "a certificate that was issued to prove the secret; nobody can take it back",
}


def returned(module: str) -> dict[str, object]:
    found = importlib.import_module(f"ansible_collections.okta_iru.attestation.plugins.modules.{module}")
    return dict(yaml.safe_load(found.RETURN) or {})


@pytest.mark.parametrize("module", MODULES)
def test_a_module_that_writes_tells_what_it_did(module: str) -> None:
    keys = returned(module)
    if module in NOT_RECORDED:
        assert "writes" in keys and "changes" not in keys
    else:
        assert ("changes" in keys) == ("writes" in keys)


def test_the_documentation_says_what_is_not_recorded() -> None:
    text = (ROOT / "docs" / "record.md").read_text(encoding="utf-8")
    assert not [module for module in NOT_RECORDED if f"`{module}`" not in text]
