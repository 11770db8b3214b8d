"""How the Iru modules read and wait, against the sandbox: both rate windows, every style of paging, odd answers."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client, HeaderAuth
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import IRU
from ansible_collections.okta_iru.attestation.plugins.module_utils._paging import by_page
from ansible_collections.okta_iru.attestation.plugins.modules import (
    iru_audit_event_info,
    iru_blueprint_info,
    iru_custom_app_info,
    iru_custom_profile,
    iru_custom_script,
    iru_custom_script_info,
    iru_device_info,
    iru_library_item_info,
    iru_prism_info,
    iru_tag_info,
    iru_user_info,
)

from tests.integration.iru_module import run
from tests.sandbox_process import SandboxProcess

UNKNOWN = "00000000-0000-4000-8000-000000000000"
SMALL = {
    **dict.fromkeys(("page_limit", "users_page_size", "audit_page_limit"), 2),
    **{f"custom_{kind}_page_size": 1 for kind in ("profiles", "apps", "scripts")},
}
# Module, options, and where in the result the rows are: one for each way in which Iru pages.
STYLES: dict[str, tuple[Any, dict[str, Any], str]] = {
    "offset, totals in headers": (iru_device_info, {}, "devices"),
    "offset, an envelope": (iru_blueprint_info, {"library_items": True}, "blueprints"),
    "offset, status rows": (iru_library_item_info, {"library_item": "Okta Verify", "activity": True}, "rows"),
    "an envelope without documented parameters": (iru_tag_info, {}, "tags"),
    "page numbers, apps": (iru_custom_app_info, {}, "apps"),
    "page numbers, scripts": (iru_custom_script_info, {}, "scripts"),
    "cursor on another host": (iru_user_info, {}, "users"),
    "cursor, newest first": (iru_audit_event_info, {}, "events"),
    "Prism by cursor": (iru_prism_info, {"category": "apps"}, "rows"),
    "Prism by offset": (iru_prism_info, {"category": "apps", "sort_by": "-version"}, "rows"),
}


@pytest.mark.parametrize("style", STYLES)
def test_small_pages_on_a_foreign_host_hold_the_same(sandbox: SandboxProcess, style: str) -> None:
    module, options, key = STYLES[style]
    for number in range(4):
        script = {"name": f"Script {number}", "script": "#!/bin/sh", "execution_frequency": "once"}
        run(sandbox, iru_custom_script, **script)
    whole = run(sandbox, module, **options)
    assert whole[key]
    sandbox.clear_requests()
    sandbox.settings(iru=SMALL)
    sandbox.faults({"match": {"service": "iru", "times": 0}, "do": {"next_host": "evil.example"}})
    assert run(sandbox, module, **options)[key] == whole[key]
    assert len(sandbox.requests("iru")) > 1 or len(whole[key]) == 1


def test_numbered_pages_of_a_size_of_one_s_own(sandbox: SandboxProcess) -> None:
    auth = HeaderAuth(lambda: f"Bearer {sandbox.ready['iru_token']}")
    client = Client(IRU, sandbox.ready["iru_url"], auth, ca_file=sandbox.ready["ca_file"])
    path = "/api/v1/vulnerability-management/vulnerabilities"
    flaw = next(iter(by_page(client, path, {}, size=50)))
    whole, small = (list(by_page(client, f"{path}/{flaw['cve_id']}/devices", {}, size=size)) for size in (50, 5))
    assert len(whole) > 5 and small == whole


@pytest.mark.parametrize("slash", ["", "/"])
def test_an_url_with_a_slash_at_its_end(sandbox: SandboxProcess, slash: str) -> None:
    url = f"{sandbox.ready['iru_url']}{slash}"
    assert run(sandbox, iru_tag_info, url=url)["tags"]
    assert {one["path"] for one in sandbox.requests("iru")} == {"/api/v1/tags"}


def test_a_page_of_html_is_no_part_of_the_message(sandbox: SandboxProcess) -> None:
    refused = run(sandbox, iru_custom_profile, id=UNKNOWN, active=False, fails=True)
    assert UNKNOWN in refused["msg"] and "<" not in refused["msg"]


def spend(sandbox: SandboxProcess, count: int) -> None:
    """Somebody else's requests to the same tenant."""
    with requests.Session() as session:
        session.trust_env, session.verify = False, sandbox.ready["ca_file"]
        session.headers["Authorization"] = f"Bearer {sandbox.ready['iru_token']}"
        for _number in range(count):
            session.get(f"{sandbox.ready['iru_url']}/api/v1/tags")


def test_the_limit_of_a_second_is_paced_and_never_met(sandbox: SandboxProcess) -> None:
    sandbox.settings(iru={"rate_limit_second": 4, "page_limit": 3})
    assert len(run(sandbox, iru_device_info)["devices"]) == 25
    log = sandbox.requests("iru")
    assert len(log) == 9 and {one["status"] for one in log} == {200}


@pytest.mark.parametrize("retry_after", [True, False])
def test_a_burst_of_somebody_else_is_waited_for(sandbox: SandboxProcess, retry_after: bool) -> None:
    sandbox.settings(iru={"retry_after": retry_after})
    refusal = {"status": 429} | ({"retry_after": 1} if retry_after else {})
    sandbox.faults({"match": {"service": "iru", "path": "/api/v1/devices"}, "do": refusal})
    before = time.monotonic()
    assert len(run(sandbox, iru_device_info)["devices"]) == 25
    assert time.monotonic() - before >= 1
    assert [one["status"] for one in sandbox.requests("iru")] == [429, 200]


def test_the_end_of_a_spent_hour_is_waited_for(sandbox: SandboxProcess) -> None:
    sandbox.settings(iru={"rate_limit_hour": 5, "rate_limit_hour_seconds": 3, "page_limit": 3})
    assert len(run(sandbox, iru_device_info)["devices"]) == 25
    log = sandbox.requests("iru")
    assert len(log) == 9 and {one["status"] for one in log} == {200}


def test_an_hour_that_somebody_else_has_spent_is_not_asked_again(sandbox: SandboxProcess) -> None:
    sandbox.settings(iru={"rate_limit_hour": 2, "rate_limit_hour_seconds": 86_400 * 365})
    spend(sandbox, 2)
    sandbox.clear_requests()
    refused = run(sandbox, iru_device_info, fails=True)
    assert refused["failure"]["kind"] == "TimedOut"
    assert "limit of requests an hour for the whole tenant" in refused["msg"]
    assert [one["status"] for one in sandbox.requests("iru")] == [429]
