"""The HTTP client: what is repeated, what is waited for, what never leaves, and what happens once."""

from __future__ import annotations

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import (
    ApiError,
    BadAnswer,
    OutcomeUnknown,
    TimedOut,
    Unreachable,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import VERSION, Client, HeaderAuth, Request
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import IRU, OKTA
from ansible_collections.okta_iru.attestation.plugins.module_utils._paging import (
    by_cursor,
    by_envelope,
    by_link_header,
    by_offset,
    by_page,
)

from tests.unit.http_service import Answer, http_service

DATE = "Tue, 24 Nov 2026 03:00:00 GMT"
EPOCH = 1795489200
ONE, TWO, THREE = {"id": 1}, {"id": 2}, {"id": 3}


def make_client(service, vendor=OKTA, slept=None, **options):
    slept = slept if slept is not None else []
    return Client(vendor, service.url, HeaderAuth(lambda: "SSWS tok-1"), sleep=slept.append, **options)


def test_a_get_is_sent_with_the_token_and_our_name():
    with http_service(Answer(body={"id": "00o1"})) as service:
        assert make_client(service).get("/api/v1/org") == {"id": "00o1"}
        headers = service.asked[0][2]
    assert headers["Authorization"] == "SSWS tok-1"
    assert headers["User-Agent"] == f"okta_iru.attestation/{VERSION}"


def test_a_netrc_entry_never_replaces_the_token(tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password other\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with http_service(Answer(body={})) as service:
        make_client(service).get("/x")
        assert service.asked[0][2]["Authorization"] == "SSWS tok-1"


@pytest.mark.parametrize("status", [423, 429, 500, 502, 503, 504])
def test_a_read_is_repeated_after_a_passing_failure(status):
    slept = []
    with http_service(Answer(status, {}), Answer(body=[1])) as service:
        assert make_client(service, slept=slept).get("/x") == [1]
    assert len(slept) == 1


def test_a_read_survives_a_dropped_connection():
    with http_service(Answer(close=True), Answer(body=[1])) as service:
        assert make_client(service).get("/x") == [1]


def test_a_read_that_is_cut_is_repeated_and_then_reported():
    with http_service(*[Answer(body={"long": "x" * 100}, cut=20)] * 2) as service:
        with pytest.raises(Unreachable, match="GET /x"):
            make_client(service, retries=1).get("/x")
        assert service.methods() == ["GET", "GET"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409])
def test_a_refusal_is_not_repeated(status):
    with http_service(Answer(status, {"errorCode": "E1", "errorSummary": "no"})) as service:
        with pytest.raises(ApiError) as failure:
            make_client(service).get("/x")
        assert failure.value.status == status
        assert len(service.asked) == 1


def test_retry_after_is_obeyed_as_seconds_and_as_a_date_by_the_servers_clock():
    slept = []
    answers = [
        Answer(429, {}, {"Retry-After": "7"}),
        Answer(503, {}, {"Retry-After": "Tue, 24 Nov 2026 03:00:09 GMT", "Date": DATE}),
        Answer(body={}),
    ]
    with http_service(*answers) as service:
        make_client(service, IRU, slept).get("/x")
    assert slept == [7.0, 9.0]


def test_an_empty_okta_bucket_is_waited_for_before_the_next_request():
    slept = []
    headers = {
        "Date": DATE,
        "X-Rate-Limit-Limit": "50",
        "X-Rate-Limit-Remaining": "0",
        "X-Rate-Limit-Reset": str(EPOCH + 8),
    }
    with http_service(Answer(body={}, headers=headers), Answer(body={}), Answer(body={})) as service:
        client = make_client(service, slept=slept)
        client.get("/api/v1/devices")
        client.get("/api/v1/logs")
        assert slept == []
        client.get("/api/v1/devices/guo1")
    assert len(slept) == 1
    assert 8 < slept[0] <= 9


def test_a_wait_longer_than_the_patience_is_a_failure_that_says_so():
    busy = Answer(429, {}, {"Retry-After": "4000"})
    with http_service(busy) as service, pytest.raises(TimedOut, match="rate_limit_patience"):
        make_client(service, IRU, patience=300).get("/x")


@pytest.mark.parametrize(
    ("location", "says"), [("https://elsewhere.example/x", r"elsewhere\.example"), ("http://[x/", "what is no URL")]
)
def test_a_redirect_is_not_followed(location, says):
    with http_service(Answer(302, None, {"Location": location})) as service:
        with pytest.raises(BadAnswer, match=says):
            make_client(service).get("/x")
        assert len(service.asked) == 1


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Answer(body=b"<!DOCTYPE html><html>hello", headers={"Content-Type": "text/html"}), "web page"),
        (Answer(body=b'{"id": "00o1", "na'), "cut or altered"),
    ],
)
def test_an_answer_that_is_no_json_is_explained(answer, message):
    with http_service(answer) as service, pytest.raises(BadAnswer, match=message):
        make_client(service).get("/x")


def test_nothing_listens():
    with http_service() as service:
        url = service.url
    client = Client(OKTA, url, None, retries=0)
    with pytest.raises(Unreachable, match="did not answer GET /x") as failure:
        client.get("/x")
    assert "refused" in failure.value.message
    assert "0x" not in failure.value.message


def test_a_post_that_only_asks_is_repeated_like_a_read_and_is_no_write_in_check_mode_either():
    question = Request("POST", "/api/v1/policies/simulate", params={"expand": ["A", "B"]}, json={"a": 1})
    for check in (False, True):
        with http_service(Answer(close=True), Answer(503, {}), Answer(body={"evaluation": []})) as service:
            client = make_client(service, check=check)
            assert client.ask(question) == {"evaluation": []}
            assert (len(service.asked), client.writes) == (3, [])


def test_check_mode_sends_no_write_but_notes_it():
    with http_service() as service:
        client = make_client(service, check=True)
        assert client.write(Request("POST", "/p", json={"a": 1}), predicted={"id": "planned:p:x"}) == {
            "id": "planned:p:x"
        }
        assert client.writes == [{"method": "POST", "path": "/p"}]
        assert service.asked == []


@pytest.mark.parametrize("lost", [Answer(close=True), Answer(503, {}), Answer(body=b'{"id": "1', cut=None)])
def test_a_post_of_unknown_outcome_is_read_back_and_not_repeated(lost):
    with http_service(lost) as service:
        client = make_client(service)
        assert client.write(Request("POST", "/p", json={}), read_back=lambda: {"id": "found"}) == {"id": "found"}
        assert service.methods() == ["POST"]
        assert len(client.writes) == 1


def test_a_post_that_did_not_happen_is_repeated_once_read_back_says_so():
    with http_service(Answer(503, {}), Answer(body={"id": "new"})) as service:
        assert make_client(service).write(Request("POST", "/p", json={}), read_back=lambda: None) == {"id": "new"}
        assert service.methods() == ["POST", "POST"]


def test_a_post_without_read_back_is_reported_as_unknown():
    with http_service(Answer(close=True)) as service:
        with pytest.raises(OutcomeUnknown, match="no complete answer"):
            make_client(service).write(Request("POST", "/p", json={}))
        assert service.methods() == ["POST"]


@pytest.mark.parametrize("status", [423, 429])
def test_a_post_that_was_not_done_for_sure_is_repeated(status):
    with http_service(Answer(status, {}), Answer(body={"id": "1"})) as service:
        assert make_client(service).write(Request("POST", "/p", json={})) == {"id": "1"}


def test_a_repetition_tells_okta_which_request_it_repeats():
    slept = []
    answers = [
        Answer(429, {}, {"x-okta-request-id": "first"}),
        Answer(close=True),
        Answer(503, {}, {"X-Okta-Request-Id": "other"}),
        Answer(body={}),
        Answer(body={}),
    ]
    with http_service(*answers) as service:
        client = make_client(service, slept=slept)
        client.get("/x")
        client.get("/y")
        sent = [(asked[2].get("X-Okta-Retry-For"), asked[2].get("X-Okta-Retry-Count")) for asked in service.asked]
    assert sent == [(None, None), ("first", "1"), ("first", "2"), ("first", "3"), (None, None)]


def test_iru_is_told_nothing_of_repetitions():
    with http_service(Answer(503, {}, {"X-Okta-Request-Id": "x"}), Answer(body={})) as service:
        make_client(service, IRU).get("/x")
        assert not [name for name in service.asked[1][2] if "retry" in name.lower()]


def test_a_conflict_of_two_writes_at_once_is_tried_once_more():
    with http_service(Answer(409, {}), Answer(body={"id": "1"})) as service:
        assert make_client(service).write(Request("PUT", "/p/1", json={})) == {"id": "1"}
    with http_service(Answer(409, {}), Answer(409, {})) as service, pytest.raises(ApiError):
        make_client(service).write(Request("PUT", "/p/1", json={}))
    assert service.methods() == ["PUT", "PUT"]
    with http_service(Answer(409, {})) as service, pytest.raises(ApiError):
        make_client(service).write(Request("POST", "/p", json={}))


def test_the_concurrency_limit_is_waited_for_shortly():
    slept = []
    full = {
        "X-Rate-Limit-Limit": "0",
        "X-Rate-Limit-Remaining": "0",
        "X-Rate-Limit-Reset": str(EPOCH + 60),
        "Date": DATE,
    }
    with http_service(Answer(429, {}, full), Answer(body=[1])) as service:
        assert make_client(service, slept=slept).get("/api/v1/logs") == [1]
    assert sum(slept) <= 4


def test_deleting_what_is_gone_is_done():
    with http_service(Answer(404, {"errorCode": "E0000007"})) as service:
        assert make_client(service).write(Request("DELETE", "/p/1")) is None


def test_okta_pages_are_followed_on_the_same_origin_only():
    with http_service() as service:
        service.answers += [
            Answer(body=[ONE, TWO], headers={"Link": f'<{service.url}/api/v1/devices?after=x&limit=2>; rel="next"'}),
            Answer(body=[THREE]),
        ]
        assert list(by_link_header(make_client(service), "/api/v1/devices", {"limit": 2})) == [ONE, TWO, THREE]
        assert service.paths() == ["/api/v1/devices?limit=2", "/api/v1/devices?after=x&limit=2"]


def test_okta_a_foreign_next_link_is_refused_and_the_token_stays():
    link = {"Link": '<https://evil.example/api/v1/devices?after=x>; rel="next"'}
    refused = pytest.raises(BadAnswer, match=r"another host \(evil\.example\)")
    with http_service(Answer(body=[ONE], headers=link)) as service, refused:
        list(by_link_header(make_client(service), "/api/v1/devices", {}))


@pytest.mark.parametrize("host", ["acme.okta.com", "acme.oktapreview.com", "ACME.okta-emea.com:443"])
def test_okta_a_next_link_to_okta_s_own_name_of_the_org_is_taken_over_to_our_base_url(host):
    """An org that is asked under its custom domain may name its own; the token stays with the url all the same."""
    link = {"Link": f'<https://{host}/api/v1/elsewhere?after=x&limit=1>; rel="next"'}
    with http_service(Answer(body=[ONE], headers=link), Answer(body=[TWO])) as service:
        assert list(by_link_header(make_client(service), "/api/v1/devices", {})) == [ONE, TWO]
        assert service.paths()[1] == "/api/v1/devices?after=x&limit=1"


@pytest.mark.parametrize("host", ["okta.com.evil.example", "notokta.com", "okta.com", "acme.okta.com@evil.example"])
def test_okta_a_next_link_to_what_only_looks_like_okta_is_refused(host):
    link = {"Link": f'<https://{host}/api/v1/devices?after=x>; rel="next"'}
    with http_service(Answer(body=[ONE], headers=link)) as service, pytest.raises(BadAnswer, match="another host"):
        list(by_link_header(make_client(service), "/api/v1/devices", {}))


def test_iru_a_foreign_next_link_is_taken_over_to_our_own_base_url():
    first = {"next": "https://accuhive.kandji.io/api/v1/users?cursor=abc", "previous": None, "results": [ONE]}
    with http_service(Answer(body=first), Answer(body={"next": None, "results": [TWO]})) as service:
        assert list(by_envelope(make_client(service, IRU), "/api/v1/users", {})) == [ONE, TWO]
        assert service.paths()[1] == "/api/v1/users?cursor=abc"


def test_a_next_link_that_names_itself_ends_with_an_error():
    with http_service() as service:
        page = {"next": f"{service.url}/u?cursor=a", "results": [ONE]}
        service.answers += [Answer(body=page), Answer(body=page)]
        with pytest.raises(BadAnswer, match="page that was read before"):
            list(by_envelope(make_client(service, IRU), "/u", {}))


def test_iru_devices_stop_at_the_total_without_an_empty_page():
    total = {"X-Total-Count": "3", "Link": '<None>; rel="next", <None>; rel="prev"'}
    with http_service(Answer(body=[ONE, TWO], headers=total), Answer(body=[THREE], headers=total)) as service:
        assert list(by_offset(make_client(service, IRU), "/api/v1/devices", {}, limit=2)) == [ONE, TWO, THREE]
        assert service.paths()[1] == "/api/v1/devices?limit=2&offset=2"


def test_prism_pages_by_cursor_with_identical_parameters():
    pages = [{"data": [ONE], "cursor": "c1", "total": None}, {"data": [TWO], "cursor": None, "total": None}]
    with http_service(*[Answer(body=page) for page in pages]) as service:
        assert list(by_cursor(make_client(service, IRU), "/api/v1/prism/apps", {"filter": "{}"}, limit=300)) == [
            ONE,
            TWO,
        ]
        assert service.paths()[1] == "/api/v1/prism/apps?filter=%7B%7D&limit=300&cursor=c1"


@pytest.mark.parametrize(
    ("links", "asked"),
    [
        (['<None>; rel="next", <None>; rel="prev"'], 1),
        (['<https://a.kandji.io/x?offset=2>; rel="next"', '<None>; rel="next", <None>; rel="prev"'], 2),
    ],
)
def test_iru_devices_without_a_total_go_by_the_link_that_may_be_none(links, asked):
    answers = [Answer(body=[ONE, TWO], headers={"Link": link}) for link in links]
    with http_service(*answers) as service:
        assert list(by_offset(make_client(service, IRU), "/api/v1/devices", {}, limit=2)) == [ONE, TWO] * asked
        assert len(service.asked) == asked


@pytest.mark.parametrize("total", [None, 3])
def test_prism_rows_in_an_order_of_ones_own_are_read_by_offset(total):
    pages = [{"data": [ONE, TWO], "cursor": "not valid here", "total": total}, {"data": [THREE], "total": total}]
    with http_service(*[Answer(body=page) for page in pages]) as service:
        read = by_cursor(make_client(service, IRU), "/api/v1/prism/apps", {"sort_by": "-name"}, limit=2)
        assert list(read) == [ONE, TWO, THREE]
        assert service.paths() == [
            "/api/v1/prism/apps?sort_by=-name&limit=2",
            "/api/v1/prism/apps?sort_by=-name&limit=2&offset=2",
        ]


def test_prism_of_a_tenant_that_has_no_cursor_is_read_by_offset():
    pages = [{"data": [ONE, TWO], "offset": 0, "total": 3}, {"data": [THREE], "offset": 2, "total": 3}]
    with http_service(*[Answer(body=page) for page in pages]) as service:
        assert list(by_cursor(make_client(service, IRU), "/api/v1/prism/apps", {}, limit=2)) == [ONE, TWO, THREE]


def test_prism_is_not_asked_again_once_it_gives_no_cursor():
    page = {"data": [ONE, TWO], "cursor": None, "offset": 0, "total": None}
    with http_service(Answer(body=page)) as service:
        assert list(by_cursor(make_client(service, IRU), "/api/v1/prism/apps", {}, limit=2)) == [ONE, TWO]


def test_iru_vulnerabilities_are_read_by_page():
    pages = [{"total": 3, "page": 1, "size": 2, "results": [ONE, TWO]}, {"total": 3, "page": 2, "results": [THREE]}]
    with http_service(*[Answer(body=page) for page in pages]) as service:
        path = "/api/v1/vulnerability-management/vulnerabilities"
        assert list(by_page(make_client(service, IRU), path, {}, size=2)) == [ONE, TWO, THREE]
        assert service.paths() == [f"{path}?page=1&size=2", f"{path}?page=2&size=2"]


@pytest.mark.parametrize("read", [by_envelope, by_link_header])
def test_a_listing_of_the_wrong_shape_is_explained(read):
    with http_service(Answer(body={"hello": 1})) as service, pytest.raises(BadAnswer, match="was expected"):
        list(read(make_client(service, IRU), "/x", {}))
