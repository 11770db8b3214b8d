"""One Okta module run in this process against the sandbox, as a task would run it."""

from __future__ import annotations

import json
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.okta_iru.attestation.plugins.module_utils._secrets import Secrets
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import Task, execute


def run(sandbox, module, *, check=False, fails=False, oauth=False, **options) -> dict[str, Any]:
    """The result of a module, signed in by API token or as the service app."""
    ready, spec = sandbox.ready, module.SPEC
    sign_in = {"token": ready["okta_token"]}
    if oauth:
        sign_in = {"client_id": ready["okta_client_id"], "private_key_file": ready["okta_private_key_file"]}
    connection = {"url": ready["okta_url"], "ca_file": ready["ca_file"], **sign_in}
    validation = ArgumentSpecValidator(spec.options, **spec.rules()).validate({**connection, **options})
    assert not validation.error_messages, validation.error_messages
    task = Task(validation.validated_parameters, check, True, Secrets(validation._no_log_values))
    result = execute(module.run, task)
    assert bool(result.get("failed")) is fails, result
    assert ready["okta_token"] not in json.dumps(result)
    assert ready["scep_challenge"] not in json.dumps(result)
    return result


def written(sandbox) -> list[dict[str, str]]:
    """The writes in the request log that the org carried out, as modules name them."""
    log = [one for one in sandbox.requests("okta") if one["method"] != "GET" and one["path"] != "/oauth2/v1/token"]
    return [{"method": one["method"], "path": one["path"]} for one in log if (one["status"] or 500) < 400]
