"""Profiles that were there before under the same name: brought back if the record may hold them, else told in time."""

from __future__ import annotations

import json
import plistlib
from pathlib import Path
from typing import Any

from tests.ansible_run import AnsibleRun
from tests.integration.playbook import attest, writes_sent, writes_told
from tests.integration.test_attestation import PROFILE, iru
from tests.integration.test_optional_roles import profiles
from tests.integration.test_teardown import MEANT, teardown
from tests.sandbox_process import SandboxProcess

EXTENSION = "Okta FastPass SSO extension"
CANARY = "cAnArYofanolderplatform0123456789"
SWITCHES = {"attestation_sso_extension": True, "sso_extension_blueprints": ["Engineering"]}


def put(sandbox: SandboxProcess, name: str, **payload: Any) -> dict[str, Any]:
    """A profile that somebody made by hand; returns it as a dictionary."""
    common = {"PayloadVersion": 1, "PayloadUUID": "1B2C3D4E-0000-4000-8000-000000000001"}
    content = {
        **common,
        "PayloadType": "Configuration",
        "PayloadIdentifier": f"com.example.{payload['PayloadType']}",
        "PayloadDisplayName": name,
        "PayloadContent": [{**common, "PayloadIdentifier": "com.example.payload", **payload}],
    }
    file = ("profile.mobileconfig", plistlib.dumps(content))
    fields = {"name": name, "active": "true", "runs_on_mac": "true"}
    iru(sandbox, "POST", "/api/v1/library/custom-profiles", files={"file": file}, data=fields)
    return said(sandbox, name)


def said(sandbox: SandboxProcess, name: str) -> dict[str, Any]:
    """What a profile says, without what Iru renews with every write."""
    content = plistlib.loads(profiles(sandbox)[name]["profile"].encode())
    return {key: value for key, value in content.items() if key != "PayloadUUID"}


def warnings(run: AnsibleRun) -> list[str]:
    return [one for task in run.tasks for one in task.result.get("warnings", []) if "was there before" in one]


def test_a_profile_without_secrets_comes_back(tmp_path: Path, sandbox: SandboxProcess) -> None:
    by_hand = {
        "Type": "Credential",
        "ExtensionIdentifier": "com.example.sso",
        "Realm": "Example",
        "Hosts": ["a.example"],
    }
    before = put(sandbox, EXTENSION, PayloadType="com.apple.extensiblesso", TeamIdentifier="ABCDE12345", **by_hand)
    run = attest(tmp_path / "first", sandbox, variables=SWITCHES)
    assert warnings(run) == []
    assert said(sandbox, EXTENSION) != before
    checked = teardown(tmp_path / "check", sandbox, check=True)
    back = teardown(tmp_path / "down", sandbox, variables=MEANT)
    assert writes_told(checked) == writes_told(back) == writes_sent(sandbox)
    assert said(sandbox, EXTENSION) == before, back.output
    assert not sandbox.record_file.exists()


def test_one_with_a_secret_is_told_in_time_and_stays(tmp_path: Path, sandbox: SandboxProcess) -> None:
    settings = {"URL": sandbox.ready["scep_url"], "Challenge": CANARY, "Keysize": 2048, "Name": "By hand"}
    put(sandbox, PROFILE, PayloadType="com.apple.security.scep", PayloadContent=settings)
    checked = attest(tmp_path / "check", sandbox, check=True)
    assert writes_sent(sandbox) == []
    run = attest(tmp_path / "first", sandbox)
    assert warnings(checked) == warnings(run)
    (told,) = warnings(run)
    assert PROFILE in told
    ours = said(sandbox, PROFILE)
    down = teardown(tmp_path / "down", sandbox, variables=MEANT)
    stays = down.only("okta_iru.attestation.teardown : Say what stays").result["msg"]
    assert [(one["kind"], one["name"]) for one in stays] == [("iru_custom_profile", PROFILE)]
    assert "By hand" in str(stays[0]["was"]["text_without_secrets"])
    assert said(sandbox, PROFILE) == ours
    record = sandbox.record_file.read_text(encoding="utf-8")
    assert [one["name"] for one in json.loads(record)["objects"]] == [PROFILE]
    assert CANARY not in record + run.output + down.output + checked.output
