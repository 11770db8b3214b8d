"""The sandbox's System Log: bounded and polling queries end as Okta documents."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest

from sandbox.clock import okta_time
from sandbox.okta import system_log
from tests.unit.okta_org import Org, in_org


def fill(org: Org, count: int, event_type: str = "pki.cert.issue") -> list[str]:
    """Adds events a minute apart; their uuids."""
    uuids = []
    for _ in range(count):
        org.world.clock.advance(1)
        uuids.append(system_log.append(org.world, event_type, target=[{"id": "SERIAL", "type": "Certificate"}])["uuid"])
    return uuids


async def page(org: Org, path: str) -> tuple[list[str], str | None]:
    """Uuids of a page, and the path of the next."""
    response = await org.raw("GET", path)
    assert response.status == 200, await response.text()
    following = [link for link in response.headers.getall("Link") if 'rel="next"' in link]
    events = await response.json()
    return [each["uuid"] for each in events], following[0].split(">")[0].partition("/api/v1/")[2] if following else None


async def pages(org: Org, path: str) -> list[list[str]]:
    """All pages of a bounded query."""
    found = []
    following: str | None = path
    while following:
        events, following = await page(org, following)
        found.append(events)
    return found


def around(org: Org, minutes_before: int) -> str:
    """A moment before the world's present, quoted for a query."""
    return quote(okta_time(org.world.clock.now() - timedelta(minutes=minutes_before)))


def test_bounded_query_has_a_last_page() -> None:
    async def scenario(org: Org) -> None:
        uuids = fill(org, 5)
        window = f"since={around(org, 30)}&until={quote('2999-01-01T00:00:00Z')}"
        assert await pages(org, f"logs?{window}&limit=2") == [uuids[:2], uuids[2:4], uuids[4:]]
        descending = await pages(org, f"logs?{window}&limit=2&sortOrder=DESCENDING")
        assert descending == [[uuids[4], uuids[3]], [uuids[2], uuids[1]], [uuids[0]]]
        assert await pages(org, f"logs?{window}&limit=5") == [uuids]

    in_org(scenario)


def test_polling_always_has_a_next_link_that_finds_later_events() -> None:
    async def scenario(org: Org) -> None:
        uuids = fill(org, 3)
        events, following = await page(org, f"logs?since={around(org, 30)}&limit=2")
        assert events == uuids[:2]
        assert following
        events, following = await page(org, following)
        assert events == uuids[2:]
        assert following
        events, following = await page(org, following)
        assert events == []
        assert following
        later = fill(org, 1)
        events, _ = await page(org, following)
        assert events == later

    in_org(scenario)


def test_since_is_exclusive() -> None:
    async def scenario(org: Org) -> None:
        uuids = fill(org, 2)
        first = org.data["logs"][-2]["published"]
        events, _ = await page(org, f"logs?since={quote(first)}")
        assert events == uuids[1:]

    in_org(scenario)


def test_filter_and_keywords() -> None:
    async def scenario(org: Org) -> None:
        fill(org, 2)
        bind = fill(org, 1, "pki.cert.bind")
        events, _ = await page(org, "logs?filter=" + quote('eventType eq "pki.cert.bind"'))
        assert events == bind
        events, _ = await page(org, "logs?q=serial+PKI.cert.BIND")
        assert events == bind
        events, _ = await page(org, "logs?filter=" + quote('target.id eq "SERIAL" and not (eventType sw "pki.cert.i")'))
        assert events == bind

    in_org(scenario)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("since=2001-01-01T00:00:00Z", "E0000053"),
        ("since=yesterday", "E0000001"),
        ("filter=eventType", "E0000053"),
        ('filter=target[type+eq+"User"]', "E0000053"),
        ('filter=published+gt+"2024"', "E0000053"),
        ("q=" + "x" * 41, "E0000001"),
        ("q=" + "+".join("abcdefghijk"), "E0000001"),
        ("after=bm90aGluZw", "E0000031"),
        ("after=WyJiIiwxXQ", "E0000031"),
        ("limit=1001", "E0000001"),
        ("sortOrder=UP", "E0000001"),
    ],
)
def test_refused_queries(query: str, code: str) -> None:
    async def scenario(org: Org) -> None:
        fill(org, 1)
        status, answer = await org.call("GET", f"logs?{query}")
        assert (status, answer["errorCode"]) == (400, code)

    in_org(scenario)


def test_default_window_is_a_week_and_retention_ninety_days() -> None:
    async def scenario(org: Org) -> None:
        fill(org, 1)
        assert len((await page(org, "logs"))[0]) == 1
        org.world.clock.advance(8 * 24 * 60)
        assert (await page(org, "logs"))[0] == []
        assert len((await page(org, f"logs?since={around(org, 30 * 24 * 60)}"))[0]) == 1
        org.world.clock.advance(90 * 24 * 60)
        assert (await page(org, f"logs?since={around(org, 170 * 24 * 60)}"))[0] == []

    in_org(scenario)


def test_administration_is_logged() -> None:
    async def scenario(org: Org) -> None:
        await org.call("POST", "policies", {"type": "ACCESS_POLICY", "name": "Desktop"})
        event = org.data["logs"][-1]
        assert event["eventType"] == "policy.lifecycle.create"
        assert event["target"][0]["displayName"] == "Desktop"
        assert event["actor"]["alternateId"] == "admin@attest.example"

    in_org(scenario)
