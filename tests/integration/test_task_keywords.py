"""Keywords of Ansible that every task may have, on modules that run in the worker."""

from __future__ import annotations

import sys

from tests.ansible_run import run_tasks


def test_keywords_work_in_the_worker(tmp_path, sandbox):
    # Core does not quote the interpreter of asynchronous tasks, and this checkout may lie in any folder.
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o700)
    ready = sandbox.ready
    connection = {"url": ready["iru_url"], "token": ready["iru_token"], "ca_file": ready["ca_file"]}
    module = "okta_iru.attestation.iru_blueprint"
    new = {module: {**connection, "name": "{{ item }}"}}
    run = run_tasks(
        tmp_path,
        [
            {"name": "loop in check mode", **new, "loop": ["New 1", "New 2"], "check_mode": True, "diff": True},
            {"name": "hidden", module: {**connection, "name": "New 3"}, "check_mode": True, "no_log": True},
            {"name": "unknown option", module: {**connection, "name": "x", "nme": "x"}, "ignore_errors": True},
            {"name": "delegated", **new, "loop": ["New 4"], "delegate_to": "127.0.0.1"},
            {"name": "omitted", module: {**connection, "name": "New 4", "color": "{{ nothing | default(omit) }}"}},
            {
                "name": "asynchronous",
                module: {**connection, "name": "New 4"},
                "async": 60,
                "poll": 1,
                "vars": {"ansible_async_dir": str(tmp_path / "async")},
            },
        ],
        variables={"ansible_python_interpreter": str(python)},
    )
    assert [one["changed"] for one in run.only("loop in check mode").result["results"]] == [True, True]
    assert "blueprint" not in run.only("hidden").result
    assert "nme" in run.only("unknown option").result["msg"]
    assert [one["changed"] for one in run.only("delegated").result["results"]] == [True]
    assert run.only("omitted").result["changed"] is False
    assert run.only("asynchronous").result["changed"] is False
    assert [one["path"] for one in sandbox.requests() if one["method"] != "GET"] == ["/api/v1/blueprints"]
