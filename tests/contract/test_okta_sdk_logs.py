"""The sandbox's System Log and devices as Okta's own Python SDK reads them: pages, and every field of every body."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from okta import models
from okta.client import Client

from tests.contract.test_okta_sdk import ask, connect, pages, refusal
from tests.integration.playbook import attest
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.filterwarnings("ignore:ssl_context is deprecated:DeprecationWarning")

WEEK = {
    "since": (datetime.now(UTC) - timedelta(days=7)).strftime("%Y-%m-%dT%H:%M:%SZ"),
    "until": "2100-01-01T00:00:00Z",
}


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    """A company in which the playbook ran and two hours passed."""
    folder = tmp_path_factory.mktemp("okta-sdk-logs")
    with SandboxProcess(folder, "--fleet", "6", "--windows", "1") as started:
        attest(folder / "run", started)
        started.tick(120)
        yield started


@pytest.fixture
def client(process: SandboxProcess) -> Client:
    return connect(process, {"token": process.ready["okta_token"]})


def lost(sent: Any, kept: Any, path: str = "") -> Iterator[str]:
    """Paths of values that were sent and that the SDK's typed object does not give back."""
    if isinstance(sent, dict) and isinstance(kept, dict):
        for key, value in sent.items():
            if value is not None and key not in kept:
                yield f"{path}.{key}"
            yield from lost(value, kept.get(key), f"{path}.{key}")
    elif isinstance(sent, list) and isinstance(kept, list):
        for number, value in enumerate(sent):
            yield from lost(value, kept[number], f"{path}[{number}]")
    # Times come back with microseconds, and those of whole seconds without a fraction.
    elif sent is not None and kept not in (sent, str(sent).replace("Z", "000Z"), str(sent).replace(".000Z", "Z")):
        yield path


def test_every_field_of_every_event_is_of_the_specification(client: Client, process: SandboxProcess) -> None:
    events = process.state()["okta"]["logs"]
    assert {"pki.cert.issue", "pki.cert.bind", "policy.evaluate_sign_on", "policy.rule.add"} <= {
        event["eventType"] for event in events
    }
    for event in events:
        kept = models.LogEvent.from_dict(event).model_dump(by_alias=True, mode="json")
        missing = set(lost(event, kept))
        # Not in the SDK's model, but in the example of the specification that it is made from.
        assert missing <= {".authenticationContext.rootSessionId", ".device"}, event["eventType"]


def test_a_bounded_log_is_read_to_its_last_page(client: Client, process: SandboxProcess) -> None:
    process.clear_requests()
    read = pages(client.list_log_events, **WEEK, limit=10)
    stored = process.state()["okta"]["logs"]
    assert [event.uuid for page in read for event in page] == [event["uuid"] for event in stored]
    assert len(process.requests("okta")) == -(-len(stored) // 10)
    newest = pages(client.list_log_events, **WEEK, limit=1000, sort_order="DESCENDING")
    assert [event.uuid for event in newest[0]] == [event["uuid"] for event in reversed(stored)]


def test_a_polled_log_always_has_a_next_page(client: Client, process: SandboxProcess) -> None:
    answer, response, error = asyncio.run(_first_page(client))
    assert error is None
    assert answer == []
    assert any('rel="next"' in value for name, value in response.headers.items() if name.lower() == "link")


async def _first_page(client: Client) -> Any:
    return await client.list_log_events(filter='eventType eq "no.such.event"')


def test_refusals_of_the_log(client: Client) -> None:
    for query, code in (
        ({"filter": "eventType"}, "E0000053"),
        ({"filter": 'published gt "2026"'}, "E0000053"),
        ({"filter": 'debugContext.debugData.url co "x"'}, "E0000031"),
        ({"since": "2001-01-01T00:00:00Z"}, "E0000053"),
        ({"since": "yesterday"}, "E0000001"),
        ({"after": "nonsense"}, "E0000031"),
        ({"limit": 1001}, "E0000001"),
    ):
        refused = refusal(client.list_log_events(**query))
        assert (refused.status, refused.error_code) == (400, code), query


@pytest.mark.parametrize("expand", [None, "user", "userSummary"])
def test_every_field_of_every_device_is_of_the_specification(
    client: Client, process: SandboxProcess, expand: str | None
) -> None:
    devices = [one for page in pages(client.list_devices, limit=2, expand=expand) for one in page]
    state = process.state()["okta"]["devices"]
    assert [one.id for one in devices] == list(state)
    for one in devices:
        stored = {key: value for key, value in state[one.id].items() if key != "users"}
        assert not set(lost(stored, one.model_dump(by_alias=True, mode="json")))
        assert (one.resource_type, one.resource_id) == ("UDDevice", one.id)
        assert one.links.deactivate.href.endswith(f"{one.id}/lifecycle/deactivate")
        if expand:
            (link,) = one.embedded.users
            assert link.management_status in {"MANAGED", "NOT_MANAGED"}
            assert link.user.profile.login.endswith("@attest.example")
            assert bool(link.user.links) is (expand == "user")


def test_a_device_its_users_and_its_lifecycle(client: Client, process: SandboxProcess) -> None:
    device_id = next(iter(process.state()["okta"]["devices"]))
    assert ask(client.get_device(device_id)).status.value == "ACTIVE"
    (link,) = ask(client.list_device_users(device_id))
    assert link.user.credentials.provider.type == "OKTA"
    ask(client.suspend_device(device_id))
    assert ask(client.get_device(device_id)).status.value == "SUSPENDED"
    ask(client.unsuspend_device(device_id))
    for missing in (client.get_device("guoNone"), client.list_device_users("guoNone")):
        assert (refused := refusal(missing)).error_code == "E0000007"
        assert refused.status == 404
    for search in ("name eq 1", 'profile.model co "M"', "("):
        assert refusal(client.list_devices(search=search)).error_code == "E0000031"
    found = ask(client.list_devices(search='profile.platform eq "WINDOWS" and status eq "ACTIVE"'))
    assert [one.profile.platform.value for one in found] == ["WINDOWS"] * len(found)


def test_devices_of_a_large_org(client: Client, process: SandboxProcess) -> None:
    process.settings(okta={"synthetic_devices": 450})
    try:
        stored = len(process.state()["okta"]["devices"])
        sizes = [len(page) for page in pages(client.list_devices, limit=200, expand="userSummary")]
        assert sizes == [200, 200, 50 + stored]
    finally:
        process.settings(okta={"synthetic_devices": 0})


def test_the_next_page_may_be_of_another_host(process: SandboxProcess, tmp_path: Path) -> None:
    """As recorded; Okta's SDK gives the link to its caller, who must not follow it there."""
    client = connect(process, {"token": process.ready["okta_token"]})
    process.settings(okta={"link_host": "org.example.okta.com"})
    try:
        _devices, response, error = asyncio.run(_two_devices(client))
        links = [value for name, value in response.headers.items() if name.lower() == "link"]
        assert error is None
        assert any("https://org.example.okta.com/api/v1/devices?after=guo" in link for link in links)
    finally:
        process.settings(okta={"link_host": None})


async def _two_devices(client: Client) -> Any:
    return await client.list_devices(limit=2)
