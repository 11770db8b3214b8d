"""Each Okta module with the scopes that its documentation names and no others does what it does for a super admin."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.okta_iru.attestation.plugins.module_utils import _http
from ansible_collections.okta_iru.attestation.plugins.module_utils._secrets import Secrets
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import Task, execute

from tests.integration.test_both_ways import CASES, MODULES, _filled
from tests.sandbox_process import SandboxProcess

_NONE = "No token and no scope is needed"
_SCOPE = re.compile(r"C\((okta\.\w+\.(?:read|manage))\)")
_IDS_AND_TIMES = re.compile(r"\b[0-9a-z]{3}[0-9A-Za-z]{17}\b|\d{4}-\d\d-\d\dT[\d:.]+Z|[0-9a-f]{32}")


def _module(name: str) -> Any:
    return importlib.import_module(f"ansible_collections.okta_iru.attestation.plugins.modules.{name}")


def _documented(name: str) -> list[str]:
    """The scopes in the documentation of a module; it may refer to those of another one."""
    text = _module(name).DOCUMENTATION
    other = re.search(r"scopes are those of M\(okta_iru\.attestation\.(\w+)\)", text)
    return _documented(other[1]) if other else sorted(set(_SCOPE.findall(text)))


OKTA_MODULES = [name for name in MODULES if name.startswith("okta_")]
SIGNED_IN = [name for name in OKTA_MODULES if _documented(name)]


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_http, "_backoff", lambda attempt: 0.0)


def test_every_module_says_which_scopes_it_needs() -> None:
    assert SIGNED_IN
    silent = [name for name in OKTA_MODULES if not _documented(name) and _NONE not in _module(name).DOCUMENTATION]
    assert silent == []


@pytest.mark.parametrize("name", SIGNED_IN)
def test_the_documented_scopes_are_enough(sandbox: SandboxProcess, tmp_path: Path, name: str) -> None:
    module = _module(name)
    scopes = _documented(name)
    ready, start = sandbox.ready, sandbox.state()
    app = {"client_id": ready["okta_client_id"], "private_key_file": ready["okta_private_key_file"]}
    files, told = {**ready, "files": str(tmp_path)}, []
    for sign_in in ({"token": ready["okta_token"]}, app):
        sandbox.load_state(start)
        sandbox.settings(okta={"oauth_scopes": scopes})
        told.append(
            [_told(files, module, options, check, sign_in) for check in (True, False) for options in CASES[name]]
        )
    assert told[0] == told[1]
    assert 403 not in {one["status"] for one in sandbox.requests("okta")} or "403" in str(told[0])


def _told(
    ready: dict[str, Any], module: Any, options: dict[str, Any], check: bool, sign_in: dict[str, Any]
) -> dict[str, Any]:
    """What a case gives, without what differs from run to run."""
    connection = {"url": ready["okta_url"], "ca_file": ready["ca_file"], "retries": 0, **sign_in}
    accepted = {key: value for key, value in connection.items() if key in module.SPEC.options}
    validation = ArgumentSpecValidator(module.SPEC.options, **module.SPEC.rules()).validate(
        {**accepted, **_filled(options, ready)}
    )
    if validation.error_messages:
        return {"refused": validation.error_messages}
    result = execute(module.run, Task(validation.validated_parameters, check, True, Secrets(validation._no_log_values)))
    return dict(json.loads(_IDS_AND_TIMES.sub("-", json.dumps(result))))
