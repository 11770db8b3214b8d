"""Running a module: whatever it does, the result is complete, masked, and never an exception."""

from __future__ import annotations

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._secrets import Secrets
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import Task, execute

SECRET = "s3cret-value"


def nested(depth):
    value = [SECRET]
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize("depth", [10, 100_000])
def test_a_result_of_any_depth_is_masked_or_refused(depth):
    result = execute(lambda task: {"changed": False, "deep": nested(depth)}, Task({}, secrets=Secrets([SECRET])))
    text = str(result["deep"]) if depth == 10 else result["msg"]
    assert SECRET not in text
    assert bool(result.get("failed")) is (depth != 10)


def test_an_exception_becomes_a_masked_failure():
    def run(task):
        raise RuntimeError(f"with {SECRET}")

    result = execute(run, Task({}, secrets=Secrets([SECRET])))
    assert result["failed"]
    assert SECRET not in str(result)
