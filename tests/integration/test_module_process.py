"""A module as a process of its own: what it prints when Ansible itself refuses its arguments."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CANARY = "chal-cAnArY-7Qx"


def test_a_refused_argument_does_not_show_the_challenge_inside_another_one(tmp_path):
    payload = {"PayloadType": "com.apple.security.scep", "PayloadContent": {"Challenge": CANARY}}
    options = {"url": "https://127.0.0.1:1", "token": "tok", "name": "A", "identifier": "com.example.a"}
    arguments = tmp_path / "arguments.json"
    arguments.write_text(json.dumps({"ANSIBLE_MODULE_ARGS": {**options, "payloads": [payload], "nme": "A"}}))
    module = "ansible_collections.okta_iru.attestation.plugins.modules.iru_custom_profile"
    done = subprocess.run(
        [sys.executable, "-m", module, str(arguments)],
        env={"PYTHONPATH": str(ROOT / "collections")},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    result = json.loads(done.stdout)
    assert result["failed"]
    assert "Unsupported parameters" in result["msg"]
    assert CANARY not in done.stdout + done.stderr
