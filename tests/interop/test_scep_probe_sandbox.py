"""The module scep_probe against the sandbox's certificate authority, over TLS."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import Task, execute
from ansible_collections.okta_iru.attestation.plugins.modules import scep_probe

from tests.interop.sandbox_pki import issued, reset_secret
from tests.sandbox_process import SandboxProcess


def probe(sandbox: SandboxProcess, check: bool = False, **options: Any) -> dict[str, Any]:
    defaults = {name: spec.get("default") for name, spec in scep_probe.SPEC.options.items()}
    given = {"url": sandbox.ready["scep_url"], "ca_file": sandbox.ready["ca_file"], **options}
    return execute(scep_probe.run, Task({**defaults, **given}, check=check))


def dynamic(sandbox: SandboxProcess) -> dict[str, str]:
    return {
        "challenge_username": sandbox.ready["scep_username"],
        "challenge_password": sandbox.ready["scep_password"],
    }


def test_finds_root_intermediate_and_ra_and_a_refused_challenge(sandbox: SandboxProcess) -> None:
    result = probe(sandbox)
    assert not result.get("failed"), result
    assert [told["role"] for told in result["ca_certificates"]] == ["root", "intermediate", "ra"]
    assert [told["recipient"] for told in result["ca_certificates"]] == [False, False, True]
    assert result["wrong_challenge"] == {"refused": True, "fail_info": "badRequest", "status": 200}
    assert result["okta_platform"]["challenge_url"] == sandbox.ready["scep_challenge_url"]
    assert (result["changed"], issued(sandbox)) == (False, [])


@pytest.mark.parametrize("kind", ["static", "dynamic"])
def test_enrols(sandbox: SandboxProcess, kind: str) -> None:
    given = {"challenge": sandbox.ready["scep_challenge"]} if kind == "static" else dynamic(sandbox)
    result = probe(sandbox, enroll=True, subject="CN=preflight 1,O=Lab", **given)
    assert not result.get("failed"), result
    assert "warnings" not in result  # so it is signed by the intermediate, and for client authentication
    [target] = issued(sandbox)
    assert int(target["id"], 16) == int(result["enrolment"]["serial"], 16)
    assert result["enrolment"]["days"] >= 30


def test_check_mode_predicts_the_writes_and_only_asks(sandbox: SandboxProcess) -> None:
    planned = probe(sandbox, check=True, enroll=True, **dynamic(sandbox))
    asked = sandbox.requests()
    assert {entry["method"] for entry in asked} == {"GET"}
    assert not any(entry["path"].endswith("/challenge") for entry in asked)
    real = probe(sandbox, enroll=True, wrong_challenge_probe=False, **dynamic(sandbox))
    sent = [entry for entry in sandbox.requests() if entry["method"] != "GET" and "control" not in entry["path"]]
    assert planned["writes"] == real["writes"] == [{"method": one["method"], "path": one["path"]} for one in sent]


def test_a_secret_that_was_reset_is_found_by_enrolling(sandbox: SandboxProcess) -> None:
    old = sandbox.ready["scep_challenge"]
    new = reset_secret(sandbox)
    refused = probe(sandbox, challenge=old, enroll=True)
    assert refused["failure"] == {"kind": "EnrolmentRefused", "fail_info": "badRequest"}
    assert probe(sandbox, challenge=new, enroll=True)["enrolment"]


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"ca_file": None}, "Unreachable", "not trusted"),
        ({"challenge_password": "wrong"}, "ChallengeError", "refuses the user name or password"),
    ],
)
def test_what_is_wrong_is_told(sandbox: SandboxProcess, options: dict[str, Any], kind: str, message: str) -> None:
    result = probe(sandbox, **{"enroll": True, **dynamic(sandbox), **options})
    assert result["failure"]["kind"] == kind
    assert message in result["msg"]


def test_the_address_of_the_org_is_not_the_scep_url(sandbox: SandboxProcess) -> None:
    result = probe(sandbox, url=sandbox.ready["okta_url"] + "/login")
    assert result["failed"]
    assert "URL" in result["msg"]
