"""okta_system_log_info and okta_device_info against the sandbox's org: going on, late events, and wrong answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils import _http
from ansible_collections.okta_iru.attestation.plugins.modules import (
    okta_access_policy,
    okta_device_info,
    okta_system_log_info,
)

from tests.integration.test_okta_modules import run
from tests.sandbox_process import SandboxProcess

CREATED = {"event_types": ["policy.lifecycle.create"]}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_http, "_backoff", lambda attempt: 0.0)


def read(sandbox: SandboxProcess, **options: Any) -> dict[str, Any]:
    return run(sandbox, okta_system_log_info, **({} if "cursor" in options else CREATED), **options)


def create(sandbox: SandboxProcess, *names: str) -> None:
    for name in names:
        run(sandbox, okta_access_policy, name=name)


def names(result: dict[str, Any]) -> list[str]:
    return [event["target"][0]["displayName"] for event in result["events"]]


def fault(sandbox: SandboxProcess, path: str, do: dict[str, Any], **match: Any) -> None:
    sandbox.faults({"match": {"service": "okta", "path": path, **match}, "do": do})


def test_polling_goes_on_from_a_file_and_misses_nothing_late(sandbox: SandboxProcess, tmp_path: Path) -> None:
    file = {"cursor_file": str(tmp_path / "cursor")}
    sandbox.settings(okta={"log_delay_seconds": 600, "log_delay_every": 2})
    create(sandbox, "A", "B", "C", "D")
    first = names(read(sandbox, **file))
    assert len(first) == 2
    assert names(read(sandbox, **file)) == []
    sandbox.settings(okta={"log_delay_seconds": 0})
    create(sandbox, "E")
    assert names(read(sandbox, **file)) == ["E"]
    sandbox.tick(20)  # the late ones arrive
    create(sandbox, "F")
    late = names(read(sandbox, **file))
    assert sorted(first + late) == ["A", "B", "C", "D", "F"]
    assert names(read(sandbox, **file)) == []


def test_bounded_runs_with_an_overlap_find_the_late_ones_too(sandbox: SandboxProcess, tmp_path: Path) -> None:
    options = {
        "cursor_file": str(tmp_path / "cursor"),
        "since": "-1d",
        "until": "2100-01-01T00:00:00Z",
        "overlap": "1h",
    }
    sandbox.settings(okta={"log_delay_seconds": 600, "log_delay_every": 2})
    create(sandbox, "A", "B", "C", "D")
    first = names(read(sandbox, **options))
    sandbox.tick(20)
    sandbox.settings(okta={"log_delay_seconds": 0})
    create(sandbox, "E")
    second = names(read(sandbox, **options))
    assert len(first) == 2
    assert sorted(first + second) == ["A", "B", "C", "D", "E"]


def test_a_link_that_is_too_old_is_given_up_for_what_okta_still_has(sandbox: SandboxProcess, tmp_path: Path) -> None:
    path = tmp_path / "cursor"
    create(sandbox, "A")
    read(sandbox, cursor_file=str(path), since="-1d")
    kept = json.loads(path.read_text())
    kept["following"] = kept["following"].replace("since=2", "since=1")
    path.write_text(json.dumps(kept))
    create(sandbox, "B")
    again = read(sandbox, cursor_file=str(path), since="-1d")
    assert names(again) == ["B"]
    assert "E0000053" in again["warnings"][0]
    kept["following"] = "/api/v1/logs?after=nonsense"
    path.write_text(json.dumps(kept))
    assert names(read(sandbox, cursor_file=str(path))) == ["B"]


def test_a_file_goes_on_only_where_it_was_written(sandbox: SandboxProcess, tmp_path: Path) -> None:
    output, cursor = tmp_path / "log.jsonl", tmp_path / "cursor"
    create(sandbox, "A", "B")
    written = read(sandbox, output_file=str(output), cursor_file=str(cursor), fields=["target.displayName"])
    assert (written["changed"], written["count"]) == (True, 2)
    assert [json.loads(line)["target.displayName"] for line in output.read_text().splitlines()] == ["A", "B"]
    assert run(sandbox, okta_system_log_info, cursor_file=str(cursor), fails=True)["failure"]["kind"] == "InvalidInput"


@pytest.mark.parametrize(
    ("options", "code", "text"),
    [
        ({"since": "2001-01-01T00:00:00Z"}, "E0000053", "over 180 days prior"),
        ({"filter": "eventType eqq 1"}, "E0000053", "Unrecognized attribute operator 'eqq'"),
        ({"filter": 'published gt "2026"'}, "E0000053", "field is not valid: published"),
        ({"filter": 'debugContext.debugData.url co "x"'}, "E0000031", "not currently supported"),
        ({"q": "x" * 41}, "E0000001", "longer than 40 characters"),
        ({"cursor": "/api/v1/logs?after=nonsense"}, "E0000031", "Invalid cursor"),
    ],
)
def test_what_okta_refuses_is_told_in_its_words(
    sandbox: SandboxProcess, options: dict[str, Any], code: str, text: str
) -> None:
    refused = read(sandbox, **options, fails=True)
    assert refused["failure"]["code"] == code
    assert text in refused["msg"]


@pytest.mark.parametrize(
    "options", [{"cursor": "https://evil.example/api/v1/logs?after=x"}, {"cursor": "/api/v1/users"}]
)
def test_a_cursor_of_another_place_is_not_followed(sandbox: SandboxProcess, options: dict[str, Any]) -> None:
    sandbox.clear_requests()
    assert run(sandbox, okta_system_log_info, **options, fails=True)["failure"]["kind"] in ("BadAnswer", "InvalidInput")
    assert sandbox.requests() == []


@pytest.mark.parametrize("module", [okta_system_log_info, okta_device_info])
def test_links_of_another_host_are_not_followed(sandbox: SandboxProcess, module: Any) -> None:
    sandbox.settings(okta={"link_host": "org.example", "synthetic_devices": 300})
    refused = run(sandbox, module, fails=True)
    assert refused["failure"]["kind"] == "BadAnswer"
    assert "another host (org.example)" in refused["msg"]
    assert "set the url to the name that the links use" in refused["msg"]


def test_links_of_the_orgs_own_name_are_followed_on_the_url_that_was_given(sandbox: SandboxProcess) -> None:
    sandbox.settings(okta={"synthetic_devices": 300})
    expected = run(sandbox, okta_device_info)["devices"]
    sandbox.settings(okta={"link_host": "attest-example.okta.com"})
    assert run(sandbox, okta_device_info)["devices"] == expected


@pytest.mark.parametrize(
    ("module", "path"), [(okta_system_log_info, "/api/v1/logs"), (okta_device_info, "/api/v1/devices")]
)
def test_answers_that_are_cut_or_late_are_asked_for_again(sandbox: SandboxProcess, module: Any, path: str) -> None:
    sandbox.settings(okta={"synthetic_devices": 300})
    whole = (
        run(sandbox, module, until="2100-01-01T00:00:00Z") if module is okta_system_log_info else run(sandbox, module)
    )
    fault(sandbox, path, {"truncate": True})
    fault(sandbox, path, {"status": 503}, nth=2)
    fault(sandbox, path, {"close": "before"}, nth=3)
    again = (
        run(sandbox, module, until="2100-01-01T00:00:00Z") if module is okta_system_log_info else run(sandbox, module)
    )
    assert again == whole
    fault(sandbox, path, {"truncate": True}, times=0)
    assert run(sandbox, module, retries=1, fails=True)["failure"]["kind"] == "Unreachable"


def test_a_web_page_and_a_listing_of_something_else(sandbox: SandboxProcess) -> None:
    fault(sandbox, "/api/v1/logs", {"body": "<html>sign in"})
    assert "a web page" in run(sandbox, okta_system_log_info, fails=True)["msg"]
    fault(sandbox, "/api/v1/logs", {"body": ["event"]})
    assert "a list of events was expected" in run(sandbox, okta_system_log_info, fails=True)["msg"]


def test_lower_case_headers_and_refusals_for_concurrency(
    sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr(_http.Client, "_wait", lambda client, seconds, request: waited.append(seconds))
    sandbox.settings(okta={"lower_case_headers": True, "concurrency_refusals": 2, "synthetic_devices": 500})
    assert len(run(sandbox, okta_device_info, fields=["id"])["devices"]) == 495
    statuses = [one["status"] for one in sandbox.requests("okta")]
    assert statuses == [429, 429, 200, 200, 200]
    assert max(waited) <= 2


def test_waiting_for_a_mention_ends_when_it_comes(sandbox: SandboxProcess) -> None:
    wait = {"mentions": ["Desktop 2"], "interval": 0.1, "timeout": 0.3}
    create(sandbox, "Desktop 1")
    failed = read(sandbox, wait_for=wait, since="-1h", fails=True)
    assert failed["failure"] == {"kind": "TimedOut", "count": 1, "not_mentioned": ["Desktop 2"]}
    create(sandbox, "Desktop 2")
    assert read(sandbox, wait_for=wait, since="-1h")["complete"] is True


def test_search_that_okta_refuses_and_an_index_that_lags(sandbox: SandboxProcess) -> None:
    assert run(sandbox, okta_device_info, search='profile.model co "Mac"', fails=True)["failure"]["code"] == "E0000031"
    assert run(sandbox, okta_device_info, search="name eq 1", fails=True)["failure"]["code"] == "E0000031"
    sandbox.settings(okta={"missing_features": ["devices"]})
    refused = run(sandbox, okta_device_info, fails=True)
    assert (refused["failure"]["status"], refused["failure"]["code"]) == (401, "E0000015")
