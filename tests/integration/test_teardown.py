"""Teardown takes away exactly what was made, and nothing that was there or that others made."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

from tests.ansible_run import ROOT, AnsibleRun
from tests.integration.playbook import attest, attested, inventory_with, writes_sent, writes_told
from tests.integration.test_attestation import iru, okta, policies, profile
from tests.sandbox_process import SandboxProcess

TEARDOWN = ROOT / "playbooks" / "teardown.yml"
MEANT = {"teardown_confirm": True}
# What a run leaves behind that no teardown takes back: who did what when, and which numbers were given out.
_HISTORY = {"logs", "audit_events", "lastUpdated", "updated_at", "clock", "requests", "random", "activity", "counters"}


def teardown(folder: Path, sandbox: SandboxProcess, **options: Any) -> AnsibleRun:
    """Run playbooks/teardown.yml against the sandbox."""
    return attest(folder, sandbox, playbook=TEARDOWN, **options)


def configuration(sandbox: SandboxProcess) -> dict[str, Any]:
    """What an administrator sees in both consoles: everything but history."""
    return configuration_in(sandbox.state())


def configuration_in(state: dict[str, Any]) -> dict[str, Any]:
    """The same of a state that was kept."""
    seen = {
        "policies": state["okta"]["policies"],
        "apps": state["okta"]["apps"],
        "integrations": state["okta"]["device_integrations"],
        "assurances": state["okta"].get("device_assurances"),
        "authenticators": state["okta"]["authenticators"],
        **{
            kind: state["iru"][kind]
            for kind in ("custom_profiles", "custom_apps", "custom_scripts", "blueprints", "tags")
        },
    }
    return dict(_without_history(copy.deepcopy(seen)))


def _without_history(value: Any) -> Any:
    if isinstance(value, dict):
        # A description can be taken away, but not made null again, which the consoles show alike.
        return {
            key: item or None if key == "description" else _without_history(item)
            for key, item in value.items()
            if key not in _HISTORY
        }
    return [_without_history(item) for item in value] if isinstance(value, list) else value


def test_everything_is_as_before_the_first_run(tmp_path: Path, sandbox: SandboxProcess) -> None:
    """Documented tasks 0 to 5; with the optional ones: test_teardown_of_all.py."""
    before = configuration(sandbox)
    attest(tmp_path / "first", sandbox)
    attest(tmp_path / "second", sandbox)
    assert configuration(sandbox) != before
    checked = teardown(tmp_path / "check", sandbox, check=True, diff=True)
    assert writes_sent(sandbox) == []
    run = teardown(tmp_path / "teardown", sandbox, variables=MEANT)
    assert writes_told(checked) == writes_told(run) == writes_sent(sandbox)
    assert configuration(sandbox) == before
    again = teardown(tmp_path / "again", sandbox, variables=MEANT)
    assert (again.changed(), writes_sent(sandbox)) == ([], [])
    restored = attest(tmp_path / "restored", sandbox)
    assert len(restored.changed()) >= 5


def test_mapping_and_policy_with_its_rule_go_first_and_macs_lose_the_profile(
    tmp_path: Path, sandbox: SandboxProcess
) -> None:
    attested(tmp_path / "first", sandbox)
    sandbox.tick(120)
    teardown(tmp_path / "teardown", sandbox, variables=MEANT)
    kinds = [
        re.sub(r"[0-9A-Za-z]{20}|[0-9a-f-]{36}", "ID", f"{method} {path}") for method, path in writes_sent(sandbox)
    ]
    assert kinds[:2] == [
        "PUT /api/v1/apps/ID/policies/ID",
        "DELETE /api/v1/policies/ID",
    ]
    assert kinds[-1] == "DELETE /api/v1/library/custom-profiles/ID"
    sandbox.tick(60)
    fleet = sandbox.state()["computers"]["fleet"].values()
    assert not [one for one in fleet if one["certificates"]]


def test_nothing_goes_without_a_word(tmp_path: Path, sandbox: SandboxProcess) -> None:
    attested(tmp_path / "first", sandbox)
    run = teardown(tmp_path / "teardown", sandbox, fails=True)
    assert "teardown_confirm" in run.output
    assert "Managed desktops" in run.output
    assert writes_sent(sandbox) == []


def test_nothing_goes_without_a_record(tmp_path: Path, sandbox: SandboxProcess) -> None:
    attest(tmp_path / "first", sandbox, variables={"attestation_record": str(tmp_path / "one.json")})
    other = {**MEANT, "attestation_record": str(tmp_path / "another.json")}
    run = teardown(tmp_path / "teardown", sandbox, variables=other)
    assert (run.changed(), writes_sent(sandbox)) == ([], [])
    assert policies(sandbox)["Managed desktops"]


def test_what_was_there_before_stays(tmp_path: Path, sandbox: SandboxProcess) -> None:
    """A policy and an assignment that somebody made by hand before, an app that had a policy of its own."""
    made = okta(sandbox, "POST", "/api/v1/policies", {"name": "Managed desktops", "type": "ACCESS_POLICY"})
    special = okta(sandbox, "POST", "/api/v1/policies", {"name": "Special", "type": "ACCESS_POLICY"})
    apps = {app["label"]: app["id"] for app in okta(sandbox, "GET", "/api/v1/apps?limit=200")}
    okta(sandbox, "PUT", f"/api/v1/apps/{apps['Zoom']}/policies/{special['id']}")
    before = configuration(sandbox)
    inventory = inventory_with(
        tmp_path,
        sandbox,
        authentication_policy_apps=["Salesforce", "Zoom"],
        attestation_record=str(tmp_path / "record.json"),
    )
    attest(tmp_path / "first", sandbox, inventory=inventory)
    assert policies(sandbox)["Managed desktops"]["id"] == made["id"]
    teardown(tmp_path / "teardown", sandbox, inventory=inventory, variables=MEANT)
    assert configuration(sandbox) == before


def test_what_others_made_since_stays(tmp_path: Path, sandbox: SandboxProcess) -> None:
    """A rule of somebody else in the policy that was made, and an app that got another policy by hand."""
    inventory = inventory_with(
        tmp_path,
        sandbox,
        authentication_policy_apps=["Salesforce", "Zoom"],
        attestation_record=str(tmp_path / "record.json"),
    )
    attest(tmp_path / "first", sandbox, inventory=inventory)
    policy = policies(sandbox)["Managed desktops"]["id"]
    rule = {
        "type": "ACCESS_POLICY",
        "name": "By hand",
        "actions": {"appSignOn": {"access": "ALLOW", "verificationMethod": {"type": "ASSURANCE", "factorMode": "1FA"}}},
    }
    okta(sandbox, "POST", f"/api/v1/policies/{policy}/rules", rule)
    dashboard = policies(sandbox)["Okta Dashboard"]["id"]
    apps = {app["label"]: app["id"] for app in okta(sandbox, "GET", "/api/v1/apps?limit=200")}
    okta(sandbox, "PUT", f"/api/v1/apps/{apps['Zoom']}/policies/{dashboard}")
    run = teardown(tmp_path / "teardown", sandbox, inventory=inventory, variables=MEANT)
    assert "By hand" in run.output
    assert [one["name"] for one in okta(sandbox, "GET", f"/api/v1/policies/{policy}/rules")] == [
        "By hand",
        "Catch-all Rule",
    ]
    after = {
        app["label"]: app["_links"]["accessPolicy"]["href"].rpartition("/")[2]
        for app in okta(sandbox, "GET", "/api/v1/apps?limit=200")
    }
    assert after["Zoom"] == dashboard
    assert after["Salesforce"] == policies(sandbox)["Any two factors"]["id"]
    record = json.loads((tmp_path / "record.json").read_text(encoding="utf-8"))["objects"]
    assert policy in [one["id"] for one in record], "what stays is remembered"


def test_what_somebody_removed_by_hand_does_not_stop_it(tmp_path: Path, sandbox: SandboxProcess) -> None:
    before = configuration(sandbox)
    attest(tmp_path / "first", sandbox)
    found = policies(sandbox)["Managed desktops"]["id"]
    default = policies(sandbox)["Any two factors"]["id"]
    for app in okta(sandbox, "GET", "/api/v1/apps?limit=200"):
        if app["_links"].get("accessPolicy", {}).get("href", "").endswith(found):
            okta(sandbox, "PUT", f"/api/v1/apps/{app['id']}/policies/{default}")
    okta(sandbox, "DELETE", f"/api/v1/policies/{found}")
    iru(sandbox, "DELETE", f"/api/v1/library/custom-profiles/{profile(sandbox)['id']}")
    teardown(tmp_path / "teardown", sandbox, variables=MEANT)
    assert configuration(sandbox) == before
