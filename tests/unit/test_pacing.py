"""Waiting times come from the servers' headers and the servers' clocks."""

from __future__ import annotations

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._pacing import IruPacer, OktaPacer
from hypothesis import example, given
from hypothesis import strategies as st

DATE = "Tue, 24 Nov 2026 03:00:00 GMT"
EPOCH = 1795489200


def okta(**headers):
    return {"Date": DATE, **{f"X-Rate-Limit-{key.title()}": str(value) for key, value in headers.items()}}


def test_okta_waits_for_the_reset_plus_one_second_by_the_servers_clock():
    assert OktaPacer().seconds_until_refill(200, okta(limit=50, remaining=0, reset=EPOCH + 8)) == 9


def test_okta_does_not_wait_while_requests_remain():
    assert OktaPacer().seconds_until_refill(200, okta(limit=50, remaining=1, reset=EPOCH + 8)) is None


def test_okta_concurrency_limit_is_a_short_wait():
    assert OktaPacer().seconds_until_refill(429, okta(limit=0, remaining=0, reset=EPOCH + 60)) == 2.0


def test_iru_waits_for_the_next_second_or_the_next_hour():
    pacer = IruPacer()
    assert pacer.seconds_until_refill(200, {"X-RateLimit-Remaining-Second": "0", "RateLimit-Reset": "1"}) == 1.0
    late = {"Date": "Tue, 24 Nov 2026 03:59:30 GMT", "X-RateLimit-Remaining-Hour": "0"}
    assert pacer.seconds_until_refill(429, late) == 30.0
    assert pacer.seconds_until_refill(200, {"X-RateLimit-Remaining-Hour": "9000"}) is None


def test_iru_is_believed_when_it_names_the_end_of_the_hour_itself():
    pacer = IruPacer(monotonic=lambda: 0.0)
    spent = {"Date": "Tue, 24 Nov 2026 03:30:00 GMT", "X-RateLimit-Remaining-Hour": "0"}
    assert pacer.seconds_until_refill(200, {**spent, "RateLimit-Remaining": "0", "RateLimit-Reset": "40"}) == 40.0
    assert pacer.seconds_until_refill(200, {**spent, "RateLimit-Remaining": "49", "RateLimit-Reset": "1"}) == 1800.0
    left = {"RateLimit-Remaining": "0", "RateLimit-Reset": "1", "X-RateLimit-Remaining-Second": "9"}
    assert pacer.seconds_until_refill(200, {**spent, **left}) == 1.0
    pacer.note("/api/v1/devices", 200, spent)
    assert pacer.delay_before("/api/v1/devices") == 1800.0
    pacer.note("/api/v1/devices", 429, {**spent, "Retry-After": "7"})
    assert pacer.delay_before("/api/v1/devices") == 0.0


def test_iru_names_the_hour_that_is_spent_and_forgets_it_afterwards():
    pacer = IruPacer()
    pacer.note("/api/v1/devices", 429, {"X-RateLimit-Remaining-Hour": "0"})
    assert pacer.limit_of("/api/v1/users") == "limit of requests an hour for the whole tenant"
    pacer.note("/api/v1/devices", 200, {"X-RateLimit-Remaining-Hour": "10000"})
    assert pacer.limit_of("/api/v1/users") == "rate limit"


def test_buckets_are_told_apart_and_run_out_with_time():
    now = [0.0]
    pacer = OktaPacer(monotonic=lambda: now[0])
    pacer.note("/api/v1/devices", 200, okta(limit=50, remaining=0, reset=EPOCH + 8))
    assert pacer.delay_before("/api/v1/devices/guo1/lifecycle/suspend") == 9
    assert pacer.delay_before("/api/v1/devices/guo1/users") == 0
    assert pacer.delay_before("/api/v1/logs") == 0
    now[0] = 9.5
    assert pacer.delay_before("/api/v1/devices") == 0


@pytest.mark.parametrize(
    ("path", "bucket"),
    [
        ("/api/v1/policies/rst1/rules", "/api/v1"),
        ("/api/v1/authenticators", "/api/v1"),
        ("/api/v1/logs?since=x", "/api/v1/logs"),
        ("/api/v1/devices/guo1/users", "/api/v1/devices/{id}/users"),
        ("/api/v1/apps", "/api/v1/apps"),
        ("/api/v1/apps/0oa1", "/api/v1/apps/{id}"),
        ("/api/v1/apps/0oa1/policies/rst1", "/api/v1/apps/{id}/policies"),
        ("/oauth2/v1/token", "/oauth2/v1/token"),
        ("/.well-known/okta-organization", "/.well-known/okta-organization"),
        ("/x", "/x"),
    ],
)
def test_buckets_of_okta(path, bucket):
    assert OktaPacer().bucket_of(path) == bucket


HEADERS = [
    "Date",
    "RateLimit-Remaining",
    "RateLimit-Reset",
    "X-Rate-Limit-Limit",
    "X-Rate-Limit-Remaining",
    "X-Rate-Limit-Reset",
    "X-RateLimit-Remaining-Hour",
    "X-RateLimit-Remaining-Second",
]


@pytest.mark.parametrize("pacer", [OktaPacer, IruPacer])
@example(headers={"RateLimit-Remaining": "0", "RateLimit-Reset": "-1"})
@given(
    headers=st.dictionaries(
        st.sampled_from(["Date", "X-Rate-Limit-Remaining", "X-Rate-Limit-Reset", "X-RateLimit-Remaining-Hour"]),
        st.text(max_size=12) | st.just("0"),
    )
)
def test_no_header_breaks_pacing(pacer, headers):
    seconds = pacer().seconds_until_refill(429, headers)
    assert seconds is None or seconds >= 0
