"""Fleets and logs of any size: exactly the requests that the page sizes force, in memory that does not grow with them.

tests/bench/okta_scale.py measures the same at 100,000 devices and 1,000,000 events.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils import _http
from ansible_collections.okta_iru.attestation.plugins.modules import okta_device_info, okta_system_log_info

from tests.integration.test_okta_modules import run
from tests.sandbox_process import SandboxProcess

LIFTED = {"rate_limits": {"/api/v1/logs": 10**6, "/api/v1/devices": 10**6}}
WEEK = {"since": "-8d", "until": "2100-01-01T00:00:00Z"}


def peak(read: Callable[[], dict[str, Any]]) -> tuple[dict[str, Any], int]:
    """The result, and the most memory in bytes that Python held meanwhile."""
    tracemalloc.start()
    try:
        result = read()
        return result, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def requests_of(sandbox: SandboxProcess, path: str) -> int:
    return sum(one["path"] == path for one in sandbox.requests("okta"))


@pytest.mark.parametrize(
    ("options", "more_requests"),
    [
        ({**WEEK, "count_by": ["eventType"]}, 0),
        ({**WEEK, "newest_per": "eventType"}, 0),
        ({"output_file": "{folder}/log.jsonl", "cursor_file": "{folder}/cursor"}, 1),  # polling: the empty page
    ],
)
def test_a_log_of_any_length(
    sandbox: SandboxProcess, tmp_path: Path, options: dict[str, Any], more_requests: int
) -> None:
    peaks = []
    for events in (2_000, 6_000):
        sandbox.settings(okta={**LIFTED, "synthetic_events": events, "synthetic_devices": 500})
        sandbox.clear_requests()
        folder = tmp_path / str(events)
        folder.mkdir()
        filled = {
            key: value.format(folder=folder) if isinstance(value, str) else value for key, value in options.items()
        }
        result, most = peak(lambda filled=filled: run(sandbox, okta_system_log_info, **filled))
        assert result["count"] >= events
        assert requests_of(sandbox, "/api/v1/logs") == -(-result["count"] // 1000) + more_requests
        peaks.append(most)
    assert peaks[1] < peaks[0] * 1.15, peaks


def test_a_fleet_of_any_size(sandbox: SandboxProcess, tmp_path: Path) -> None:
    peaks = []
    for devices in (1_000, 4_000):
        sandbox.settings(okta={**LIFTED, "synthetic_devices": devices})
        sandbox.clear_requests()
        options = {"output_file": str(tmp_path / "devices.jsonl"), "fields": ["serial_number", "management"]}
        result, most = peak(lambda options=options: run(sandbox, okta_device_info, **options))
        # Of each hundred one is an older record of the computer before it.
        assert sum(result["counts"].values()) == devices * 99 // 100
        assert requests_of(sandbox, "/api/v1/devices") == devices // 200
        peaks.append(most)
    assert peaks[1] < peaks[0] * 1.15, peaks


def test_pages_of_twenty_where_the_org_insists(sandbox: SandboxProcess) -> None:
    sandbox.settings(okta={**LIFTED, "synthetic_devices": 60, "device_expand_limit": 20})
    result = run(sandbox, okta_device_info)
    assert sum(result["counts"].values()) == 60
    assert "20 a request" in result["warnings"][0]
    assert requests_of(sandbox, "/api/v1/devices") == 1 + 3


def test_the_log_is_paced_by_the_orgs_headers(sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(_http.Client, "_wait", lambda client, seconds, request: waited.append(seconds))
    sandbox.settings(
        okta={"synthetic_events": 3_000, "rate_limits": {"/api/v1/logs": 2}, "rate_limits_enforced": False}
    )
    run(sandbox, okta_system_log_info, **WEEK, count_by=["eventType"])
    assert [one["status"] for one in sandbox.requests("okta")] == [200] * 4
    # Two requests are let through, then each is held back until the minute is over.
    assert waited[:2] == [0.0, 0.0]
    assert [50 < seconds <= 61 for seconds in waited[2:]] == [True, True]
