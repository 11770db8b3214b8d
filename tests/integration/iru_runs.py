"""Runs an Iru module in this process against a sandbox."""

from __future__ import annotations

import json
from types import ModuleType
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.okta_iru.attestation.plugins.module_utils._secrets import Secrets
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import Task, execute

from tests.sandbox_process import SandboxProcess


def run(
    sandbox: SandboxProcess, module: ModuleType, *, check: bool = False, fails: bool = False, **options: Any
) -> dict[str, Any]:
    """The result of a module; fails unless the module does as ``fails`` says."""
    ready, spec = sandbox.ready, module.SPEC
    connection = {"url": ready["iru_url"], "token": ready["iru_token"], "ca_file": ready["ca_file"]}
    validation = ArgumentSpecValidator(spec.options, **spec.rules()).validate({**connection, **options})
    assert not validation.error_messages, validation.error_messages
    task = Task(validation.validated_parameters, check, True, Secrets(validation._no_log_values))
    result = execute(module.run, task)
    assert bool(result.get("failed")) is fails, result
    shown = json.dumps(result)
    assert ready["iru_token"] not in shown
    return result


def written(sandbox: SandboxProcess) -> list[dict[str, str]]:
    """The writes in the request log that the tenant carried out, as modules name them."""
    carried_out = [one for one in sandbox.requests("iru") if one["method"] != "GET" and one["status"] < 400]
    return [{"method": one["method"], "path": one["path"]} for one in carried_out]
