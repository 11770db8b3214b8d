"""What tasks of one's own have changed or removed with the record on comes back, each kind by its own way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_compare import canonical

from tests.integration.playbook import writes_sent, writes_told
from tests.integration.test_attestation import iru, okta
from tests.integration.test_roles_alone import FQCN, imported, play
from tests.integration.test_teardown import configuration
from tests.integration.test_teardown_of_all import differing
from tests.sandbox_process import SandboxProcess

TWO_FACTORS = {"appSignOn": {"access": "ALLOW", "verificationMethod": {"type": "ASSURANCE", "factorMode": "2FA"}}}
POLICY = {"name": "Theirs", "type": "ACCESS_POLICY"}
MAC = {"name": "Their Macs", "platform": "MACOS", "osVersion": {"minimum": "14.1"}, "displayRemediationMode": "SHOW"}


@pytest.fixture
def lived_in(sandbox: SandboxProcess) -> SandboxProcess:
    """An org and a tenant on which others have something of every kind that can be changed."""
    policy = okta(sandbox, "POST", "/api/v1/policies", {**POLICY, "description": "by hand"})
    okta(sandbox, "POST", "/api/v1/policies", {**POLICY, "name": "Theirs, without a description"})
    for name, people in (("Kept", {}), ("Lost", {"groups": {"include": [group(sandbox)]}})):
        rule = {"type": "ACCESS_POLICY", "name": name, "conditions": {"people": people}, "actions": TWO_FACTORS}
        okta(sandbox, "POST", f"/api/v1/policies/{policy['id']}/rules", rule)
    okta(sandbox, "POST", "/api/v1/device-assurances", MAC)
    iru(sandbox, "POST", "/api/v1/tags", json={"name": "Theirs"})
    fields = {"name": "Theirs", "description": "by hand", "enrollment_code.is_active": "true"}
    iru(sandbox, "POST", "/api/v1/blueprints", data=fields)
    return sandbox


def group(sandbox: SandboxProcess) -> str:
    (found,) = okta(sandbox, "GET", "/api/v1/groups?q=Desktop%20users")
    return str(found["id"])


def changes(serial: str) -> list[dict[str, Any]]:
    """Tasks that change all of it, some of it twice, and make something of their own."""
    allow = {"access": "allow", "require": "fastpass"}
    rules = [{"name": "Kept", "state": "disabled", "platforms": ["macos"], **allow}, {"name": "New", **allow}]
    deny = {"catch_all": {"access": "deny"}, "confirm_deny": True}
    tasks: list[tuple[str, dict[str, Any]]] = [
        ("okta_access_policy", {"name": "Theirs", "description": "ours"}),
        ("okta_access_policy", {"name": "Theirs", "description": "still ours", "state": "disabled"}),
        ("okta_access_policy", {"name": "Theirs, without a description", "description": "ours"}),
        ("okta_access_policy_rules", {"policy": "Theirs", "rules": rules, "exact": True, **deny}),
        ("okta_device_assurance", {"name": "Their Macs", "os_version": {"minimum": "15.2"}, "purge": True}),
        ("okta_device_integration", {"name": "com.crowdstrike.zta", "platform": "macos", "state": "disabled"}),
        ("iru_tag", {"name": "Ours", "previous_name": "Theirs"}),
        ("iru_tag", {"name": "Made"}),
        ("iru_blueprint", {"name": "Theirs", "description": "ours", "enrollment_code": {"is_active": False}}),
        ("iru_blueprint", {"name": "Made"}),
        ("iru_device", {"serial_numbers": [serial], "blueprint": "Made", "asset_tag": "A-1", "tags": ["Made"]}),
        ("iru_device", {"serial_numbers": [serial], "user": "", "tags": ["Too"], "create_tags": True}),
        ("iru_library_assignment", {"library_item": "Okta Verify", "blueprints": ["Engineering"], "state": "absent"}),
    ]  # fmt: skip
    return [{"name": f"{module} {number}", FQCN + module: options} for number, (module, options) in enumerate(tasks)]


def meaning(seen: dict[str, Any]) -> dict[str, Any]:
    """What is seen without what means nothing: numbers of priorities, which Okta leaves as shifted; the id of a rule
    that was made again; empty conditions; in which order items are on a Blueprint."""
    policies = {
        key: {
            **policy,
            "rules": [
                {**canonical(rule), "name": rule["name"], "status": rule["status"]}
                for rule in sorted(policy["rules"], key=lambda rule: rule["priority"])
            ],
        }
        for key, policy in seen["policies"].items()
    }
    blueprints = {
        key: {**blueprint, "nodes": [{**node, "items": sorted(node["items"])} for node in blueprint["nodes"]]}
        for key, blueprint in seen["blueprints"].items()
    }
    assurances = {key: one["content"] for key, one in seen["assurances"].items()}
    return seen | {"policies": policies, "blueprints": blueprints, "assurances": assurances}


def test_what_was_changed_comes_back(tmp_path: Path, lived_in: SandboxProcess) -> None:
    sandbox, record = lived_in, str(tmp_path / "record.json")
    serial = next(iter(sandbox.state()["iru"]["devices"].values()))["serial_number"]
    before, devices = configuration(sandbox), sandbox.state()["iru"]["devices"]
    recording = {"okta_iru_attestation_record": record}
    run = play(sandbox, tmp_path / "changed", changes(serial), variables=recording)
    assert len(run.changed()) == len(changes(serial)), run.output
    changed = configuration(sandbox)
    assert [kind for kind in before if changed[kind] == before[kind]] == [
        "apps", "authenticators", "custom_profiles", "custom_apps", "custom_scripts",
    ]  # fmt: skip
    values = {
        "teardown_record": record,
        "teardown_confirm": True,
        "teardown_services": [sandbox.ready["okta_url"], sandbox.ready["iru_url"]],
    }
    checked = play(sandbox, tmp_path / "check", [imported("teardown", values)], check=True, variables=recording)
    assert writes_sent(sandbox) == []
    back = play(sandbox, tmp_path / "back", [imported("teardown", values)], variables=recording)
    assert writes_told(back) == writes_sent(sandbox)
    assert writes_told(checked) == writes_told(back)
    after = configuration(sandbox)
    assert list(differing(meaning(before), meaning(after))) == []
    fields = ("blueprint_id", "asset_tag", "user_id", "tags")
    now = sandbox.state()["iru"]["devices"]
    assert {key: [one.get(field) for field in fields] for key, one in now.items()} == {
        key: [one.get(field) for field in fields] for key, one in devices.items()
    }
    assert not Path(record).exists()
