"""The sandbox's System Log: events that arrive late or are not stored, their documented fields, and refusals."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from sandbox.okta import system_log
from tests.unit.okta_org import Org, in_org
from tests.unit.test_sandbox_okta_logs import around, fill, page, pages

# Keys of the example ListLogs in okta/okta-management-openapi-spec.
KEYS = {
    "": "actor authenticationContext client debugContext device displayMessage eventType legacyEventType outcome "
    "published request securityContext severity target transaction uuid version",
    "actor": "alternateId detailEntry displayName id type",
    "client": "device geographicalContext id ipAddress userAgent zone",
    "authenticationContext": "authenticationProvider authenticationStep credentialProvider credentialType "
    "externalSessionId interface issuer rootSessionId",
    "outcome": "reason result",
    "securityContext": "asNumber asOrg domain isProxy isp",
    "debugContext": "debugData",
    "transaction": "detail id type",
    "request": "ipChain",
}


def test_a_polling_query_finds_what_arrives_late_and_a_bounded_one_misses_it() -> None:
    async def scenario(org: Org) -> None:
        org.data["settings"].update(log_delay_seconds=600, log_delay_every=2)
        since = around(org, 1)
        uuids = fill(org, 4)  # a minute apart; the second and the fourth are late
        events, following = await page(org, f"logs?since={since}")
        assert events == [uuids[0], uuids[2]]
        window = f"since={since}&until={around(org, -1)}"
        assert await pages(org, f"logs?{window}") == [[uuids[0], uuids[2]]]
        org.world.clock.advance(20)
        later = fill(org, 1)
        assert following
        events, following = await page(org, following)
        assert events == [uuids[1], uuids[3], *later]  # in the order of arrival
        assert await pages(org, f"logs?{window}") == [uuids]  # in the order of publication
        assert following
        assert (await page(org, following))[0] == []

    in_org(scenario)


def test_since_counts_from_arrival_when_polling() -> None:
    async def scenario(org: Org) -> None:
        org.data["settings"].update(log_delay_seconds=600)
        uuids = fill(org, 1)
        org.world.clock.advance(5)
        since = around(org, 0)
        org.world.clock.advance(20)
        assert (await page(org, f"logs?since={since}"))[0] == uuids
        assert (await page(org, f"logs?since={since}&until={around(org, 0)}"))[0] == []

    in_org(scenario)


@pytest.mark.parametrize("order", ["", "&sortOrder=DESCENDING", "&polling"])
def test_synthetic_events_come_before_those_that_happened(order: str) -> None:
    async def scenario(org: Org) -> None:
        org.data["settings"].update(synthetic_events=25, synthetic_devices=3)
        stored = len(org.data["logs"])
        uuids = fill(org, 2)
        until = "" if order == "&polling" else f"&until={quote('2999-01-01T00:00:00Z')}"
        found: list[str] = []
        following: str | None = f"logs?since={around(org, 7 * 24 * 60)}{until}&limit=10{order}"
        requests = 0
        while following:
            events, following = await page(org, following)
            requests += 1
            found += events
            following = following if events else None
        found = found[::-1] if "DESC" in order else found
        assert found[-2:] == uuids
        assert len(set(found)) == len(found) == 25 + stored + 2
        assert requests == -(-len(found) // 10) + (order == "&polling")
        assert len(org.data["logs"]) == stored + 2

    in_org(scenario)


def test_a_synthetic_event_is_the_same_whoever_reads_it() -> None:
    async def scenario(org: Org) -> None:
        org.data["settings"].update(synthetic_events=5)
        read = [(await org.call("GET", f"logs?since={around(org, 7 * 24 * 60)}&limit=5"))[1] for _ in range(2)]
        for one, other in zip(*read, strict=True):
            assert {**one, "transaction": None} == {**other, "transaction": None}
        assert read[0][0]["client"]["ipAddress"] is None

    in_org(scenario)


def test_events_have_every_documented_field() -> None:
    async def scenario(org: Org) -> None:
        await org.call("POST", "policies", {"type": "ACCESS_POLICY", "name": "Desktop"})
        event = (await org.call("GET", "logs"))[1][-1]
        for path, keys in KEYS.items():
            part = event[path] if path else event
            assert " ".join(sorted(part)) == keys, path
        assert sorted(event["client"]["userAgent"]) == ["browser", "os", "rawUserAgent"]
        assert event["debugContext"]["debugData"]["requestUri"] == "/api/v1/policies"
        assert event["transaction"]["detail"]["requestApiTokenId"].startswith("00T")
        (hop,) = event["request"]["ipChain"]
        assert (hop["ip"], hop["version"]) == ("127.0.0.1", "V4")
        issued = system_log.append(org.world, "pki.cert.issue")
        assert issued["client"] == dict.fromkeys(event["client"])

    in_org(scenario)


@pytest.mark.parametrize(
    ("query", "code", "summary"),
    [
        (
            "since=2001-01-01T00:00:00Z",
            "E0000053",
            "Invalid parameter: The since parameter is over 180 days prior to the current day.",
        ),
        (
            'filter=display_message eqq "Create okta user"',
            "E0000053",
            "Invalid filter 'display_message eqq \"Create okta user\"': Unrecognized attribute operator 'eqq' at "
            "position 16. Expected: eq,co,sw,pr,gt,ge,lt,le",
        ),
        ('filter=some_invalid_field eq "x"', "E0000053", "field is not valid: some_invalid_field"),
        ('filter=published gt "2024"', "E0000053", "field is not valid: published"),
        (
            'filter=debugContext.debugData.url co "/oauth/"',
            "E0000031",
            "The supplied combination of operator and field is not currently supported. Operator: co, Field: "
            "debugContext.debugData.url",
        ),
        (
            "until=yesterday",
            "E0000001",
            "Api validation failed: 'until': The date format in your query is not recognized. Please enter dates using "
            "ISO8601 string format. 'until': must be a valid date-time or empty.",
        ),
    ],
)
def test_refusals_are_worded_as_documented(query: str, code: str, summary: str) -> None:
    async def scenario(org: Org) -> None:
        status, answer = await org.call("GET", f"logs?{query}")
        assert (status, answer["errorCode"], answer["errorSummary"]) == (400, code, summary)
        assert "errorLink" not in answer
        assert ("errorCauses" in answer) is (code == "E0000001")

    in_org(scenario)


def test_an_empty_until_is_none_and_a_field_may_be_spelled_with_underscores() -> None:
    async def scenario(org: Org) -> None:
        uuids = fill(org, 1)
        events, following = await page(org, 'logs?until=&filter=event_type eq "pki.cert.issue"')
        assert events == uuids
        assert following

    in_org(scenario)


def test_nothing_is_a_page_too() -> None:
    async def scenario(org: Org) -> None:
        fill(org, 2)
        events, following = await page(org, f"logs?since={around(org, 30)}&limit=0")
        assert events == []
        assert following

    in_org(scenario)
