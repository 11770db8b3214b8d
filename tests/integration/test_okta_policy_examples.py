"""The examples in the documentation of the policy modules work as they stand, twice."""

from __future__ import annotations

import importlib
import json
from typing import Any

import pytest
import yaml

from tests.integration.okta_module import run

MODULES = "ansible_collections.okta_iru.attestation.plugins.modules."
FQCN = "okta_iru.attestation."
NAMES = (
    "okta_access_policy", "okta_access_policy_rule", "okta_access_policy_rules", "okta_app_policy",
    "okta_policy_simulate",
)  # fmt: skip


def examples(name: str) -> list[dict[str, Any]]:
    """The options of each task of the module itself, with an administrator whom the sandbox has."""
    text = importlib.import_module(MODULES + name).EXAMPLES.replace("admin@example.com", "admin@attest.example")
    return [task[FQCN + name] for task in yaml.safe_load(text) if FQCN + name in task]


def do(sandbox, name: str, options: dict[str, Any]) -> dict[str, Any]:
    own = {key: value for key, value in options.items() if key not in ("url", "token")}
    return run(sandbox, importlib.import_module(MODULES + name), **json.loads(json.dumps(own)))


@pytest.fixture(autouse=True)
def policy(sandbox) -> None:
    """What the examples take to be there."""
    do(sandbox, "okta_access_policy", {"name": "Managed desktops"})
    device = {"registered": True, "managed": True}
    for name in ("Managed desktop with FastPass", "Break glass", "Managed Macs and PCs"):
        groups = ["Break glass"] if name == "Break glass" else ["Attestation pilot"]
        options = {"policy": "Managed desktops", "name": name, "groups": groups, "device": device}
        do(sandbox, "okta_access_policy_rule", {**options, "require": "managed_fastpass"})
    do(sandbox, "okta_app_policy", {"apps": ["Salesforce"], "policy": "Managed desktops"})


@pytest.mark.parametrize("name", NAMES)
def test_examples(sandbox, name: str) -> None:
    found = examples(name)
    assert found
    for options in found:
        do(sandbox, name, options)
        assert not do(sandbox, name, options)["changed"]
