"""Runs the Iru modules in this process, against the tenant of a running sandbox."""

from __future__ import annotations

import json
from typing import Any
from unittest import mock

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.okta_iru.attestation.plugins.module_utils import _http
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile import scep_payload
from ansible_collections.okta_iru.attestation.plugins.module_utils._secrets import Secrets
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import Task, execute

from tests.sandbox_process import SandboxProcess

NAME = "Okta attestation"


def run(sandbox: SandboxProcess, module: Any, *, check: bool = False, **options: Any) -> dict[str, Any]:
    """The result of a module, without waiting between two tries; a failure is an assertion error unless ``fails`` is
    among the options."""
    fails = options.pop("fails", False)
    ready, spec = sandbox.ready, module.SPEC
    connection = {"url": ready["iru_url"], "token": ready["iru_token"], "ca_file": ready["ca_file"]}
    validation = ArgumentSpecValidator(spec.options, **spec.rules()).validate({**connection, **options})
    assert not validation.error_messages, validation.error_messages
    task = Task(validation.validated_parameters, check, True, Secrets(validation._no_log_values))
    with mock.patch.object(_http, "_backoff", lambda attempt: 0.0):
        result = execute(module.run, task)
    assert bool(result.get("failed")) is fails, result
    assert ready["scep_challenge"] not in json.dumps(result)
    return result


def scep_options(sandbox: SandboxProcess, **more: Any) -> dict[str, Any]:
    """Options of iru_custom_profile for a SCEP profile of the sandbox's CA; ``more`` are those of the payload."""
    payload = scep_payload(sandbox.ready["scep_url"], sandbox.ready["scep_challenge"], **more)
    return {"name": NAME, "identifier": "com.example.okta.scep", "payloads": [payload]}


def written(sandbox: SandboxProcess) -> list[dict[str, str]]:
    """The writes in the request log that the tenant carried out, as modules name them."""
    carried_out = [one for one in sandbox.requests("iru") if one["method"] != "GET" and one["status"] < 400]
    return [{"method": one["method"], "path": one["path"]} for one in carried_out]
