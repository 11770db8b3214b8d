"""The HTTP client against what no well-behaved service, network or user does: it ends in a message, nothing leaks."""

from __future__ import annotations

import ssl

import pytest
import requests
from ansible_collections.okta_iru.attestation.plugins.module_utils._error_bodies import explain_iru, explain_okta
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import (
    AttestationError,
    BadAnswer,
    InvalidInput,
    OutcomeUnknown,
    TimedOut,
    Unreachable,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client, HeaderAuth, Request, Response
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import IRU, OKTA, iru_client, okta_client
from ansible_collections.okta_iru.attestation.plugins.module_utils._paging import (
    by_cursor,
    by_envelope,
    by_link_header,
    by_offset,
    by_page,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import Task

from tests.unit.http_service import Answer, http_service

FIRST = Request("GET", "/api/v1/devices", {"limit": "2"})
DEEP = b"[" * 100_000


def make_client(url, vendor=OKTA, **options):
    return Client(vendor, url, HeaderAuth(lambda: "SSWS tok-1"), sleep=lambda seconds: None, **options)


def connection(**options):
    return {
        "url": "https://example.okta.com",
        "token": "tok-1",
        "client_id": None,
        "private_key": None,
        "private_key_file": None,
        "key_id": None,
        "ca_file": None,
        "timeout": 30.0,
        "retries": 4,
        "rate_limit_patience": 300.0,
        **options,
    }


@pytest.mark.parametrize("vendor", [OKTA, IRU])
@pytest.mark.parametrize(
    "link",
    [
        ".evil.example/api/v1/devices?after=x",
        "@evil.example/api/v1/devices?after=x",
        ":8443/api/v1/devices?after=x",
        "api/v1/devices?after=x",
        "https://example.okta.com@evil.example/api/v1/devices?after=x",
        "//evil.example/api/v1/devices?after=x",
        "https://example.okta.com:8443/api/v1/devices?after=x",
        "http://example.okta.com/api/v1/devices?after=x",
        "https://[broken/api/v1/devices?after=x",
        "https://example.okta.com:none/api/v1/devices?after=x",
        "javascript:alert(1)",
        7,
        {"href": "https://example.okta.com"},
    ],
)
def test_no_next_link_leads_away_from_the_origin(vendor, link):
    client = make_client("https://example.okta.com", vendor)
    try:
        following = client.next_page(FIRST, link)
    except BadAnswer:
        return
    prepared = requests.Request("GET", client.base_url + following.path).prepare()
    assert prepared.url.startswith("https://example.okta.com/")


@pytest.mark.parametrize(
    "host", ["https://example.okta.com", "https://EXAMPLE.okta.com", "https://example.okta.com:443", ""]
)
@pytest.mark.parametrize("url", ["https://example.okta.com", "https://Example.okta.com:443/"])
def test_the_own_origin_has_several_spellings(url, host):
    following = make_client(url).next_page(FIRST, f"{host}/api/v1/devices?after=x")
    assert (following.path, following.params) == ("/api/v1/devices", {"after": "x"})


def test_a_path_that_would_change_the_host_is_never_sent():
    with pytest.raises(ValueError, match="slash"):
        Request("GET", "@evil.example/")


def test_pages_that_go_round_in_a_circle_end():
    around = [Answer(body=[{"id": 1}], headers={"Link": f'</x?after={after}>; rel="next"'}) for after in "abab"]
    with http_service(*around) as service, pytest.raises(BadAnswer, match="page"):
        list(by_link_header(make_client(service.url), "/x", {}))
    assert len(service.asked) == 3


def test_a_cursor_that_comes_back_ends():
    around = [Answer(body={"data": [{"id": 1}], "cursor": cursor}) for cursor in "abab"]
    with http_service(*around) as service, pytest.raises(BadAnswer, match="read before"):
        list(by_cursor(make_client(service.url, IRU), "/x", {}, limit=1))


@pytest.mark.parametrize(
    "read",
    [
        by_link_header,
        by_envelope,
        lambda client, path, params: by_offset(client, path, params, limit=2),
        lambda client, path, params: by_cursor(client, path, params, limit=2),
        lambda client, path, params: by_page(client, path, params, size=2),
    ],
)
@pytest.mark.parametrize(
    "body",
    [
        None,
        7,
        "text",
        [1, 2],
        [None],
        {"results": None, "data": None},
        {"results": ["text"], "data": ["text"]},
        {"results": {}, "data": {}},
    ],
)
def test_a_listing_of_something_else_is_explained(read, body):
    with http_service(Answer(body=body)) as service, pytest.raises(BadAnswer, match="GET /x"):
        list(read(make_client(service.url, IRU), "/x", {}))


def test_a_total_that_is_no_number_is_not_counted_on():
    with http_service(Answer(body=[{"id": 1}], headers={"X-Total-Count": "\u00b2"})) as service:
        assert list(by_offset(make_client(service.url, IRU), "/x", {}, limit=2)) == [{"id": 1}]


def test_an_answer_nested_without_end_is_explained():
    with http_service(Answer(body=DEEP)) as service, pytest.raises(BadAnswer, match="GET /x"):
        make_client(service.url).get("/x")


@pytest.mark.parametrize("explain", [explain_okta, explain_iru])
@pytest.mark.parametrize(
    "content",
    [DEEP, b'{"a":' * 400 + b"1" + b"}" * 400, b'{"' + b"x" * 9000 + b'":1}', b'["yyyy"' + b',"y"' * 9000 + b"]"],
)
def test_a_refusal_of_any_shape_becomes_a_message_of_bounded_length(explain, content):
    error = explain(Response(FIRST, 400, {}, content))
    assert len(error.message) < 1000
    assert "400" in error.message


@pytest.mark.parametrize("value", ["9" * 400, "\u00b2", "1e999", "nan", "-5", "", "soon"])
@pytest.mark.parametrize("name", ["Retry-After", "RateLimit-Reset"])
def test_a_waiting_time_of_any_form_ends_in_a_wait_or_a_message(name, value):
    headers = {"RateLimit-Remaining": "0", name: value}
    with http_service(Answer(429, {}, headers), Answer(body=[1])) as service:
        try:
            assert make_client(service.url, IRU).get("/x") == [1]
        except TimedOut as error:
            assert "rate_limit_patience" in error.message


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("retries", -1),
        ("timeout", 0.0),
        ("timeout", -1.0),
        ("timeout", float("nan")),
        ("timeout", float("inf")),
        ("rate_limit_patience", -1.0),
        ("rate_limit_patience", float("nan")),
        ("ca_file", "/no/such/file.pem"),
        ("ca_file", __file__),
        ("token", "tok\n"),
        ("token", "tok\u2026"),
        ("token", "to ken"),
    ],
)
@pytest.mark.parametrize("make", [lambda task: okta_client(task, ("okta.orgs.read",)), iru_client])
def test_a_connection_that_cannot_work_is_refused_before_anything_is_sent(make, option, value):
    with pytest.raises(InvalidInput, match=option) as refused:
        make(Task(connection(**{option: value})))
    assert "tok\n" not in refused.value.message


def test_two_ways_to_sign_in_are_told_apart_by_the_user_and_not_by_us():
    with pytest.raises(InvalidInput, match="OKTA_TOKEN"):
        okta_client(Task(connection(client_id="0oa1")), ("okta.orgs.read",))


def test_an_anonymous_client_sends_no_credentials_of_a_netrc_file(tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password other\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with http_service(Answer(body={})) as service:
        client = Client(OKTA, service.url, None)
        client._session.trust_env = True  # as for every host that is not loopback
        client.get("/x")
        assert "Authorization" not in service.asked[0][2]


def raising(client, error):
    def request(*args, **options):
        raise error

    client._session.request = request
    return client


def untrusted():
    return requests.exceptions.SSLError(ssl.SSLCertVerificationError("certificate verify failed: self-signed"))


def broken():
    return requests.exceptions.SSLError(ssl.SSLEOFError(8, "EOF occurred in violation of protocol"))


def test_a_certificate_that_is_not_trusted_is_final_and_nothing_was_sent():
    with pytest.raises(Unreachable, match="nothing was sent"):
        raising(make_client("https://example.okta.com"), untrusted()).write(Request("POST", "/x"))


def test_a_tls_connection_that_breaks_under_a_post_leaves_its_outcome_unknown():
    with pytest.raises(OutcomeUnknown, match="EOF occurred"):
        raising(make_client("https://example.okta.com"), broken()).write(Request("POST", "/x"))


def test_a_failed_read_back_says_that_the_write_may_have_happened():
    with http_service(Answer(503), Answer(403, {"errorSummary": "no"})) as service:
        client = make_client(service.url)
        with pytest.raises(OutcomeUnknown, match=r"POST /x.*503.*GET /x"):
            client.write(Request("POST", "/x"), read_back=lambda: client.get("/x"))


def test_an_unknown_outcome_keeps_what_the_service_said():
    body = {"errorCode": "E0000009", "errorSummary": "Internal Server Error", "errorId": "oaeX"}
    with http_service(Answer(500, body)) as service, pytest.raises(OutcomeUnknown, match="oaeX") as failure:
        make_client(service.url).write(Request("POST", "/x"))
    assert failure.value.details["status"] == 500


@pytest.mark.parametrize("body", [None, [], "created", {"name": "no id"}, {"id": None}])
def test_a_created_object_without_an_id_is_read_back(body):
    with http_service(Answer(201, body)) as service:
        answer = make_client(service.url).write(
            Request("POST", "/x"), read_back=lambda: {"id": "found"}, returns_object=True
        )
    assert answer == {"id": "found"}
    assert len(service.asked) == 1


def test_messages_name_no_query(monkeypatch):
    client = make_client("https://example.okta.com", retries=0)
    error = requests.exceptions.InvalidURL("Failed to parse: https://example.okta.com/x?user=someone")
    with pytest.raises(AttestationError) as failure:
        raising(client, error).get("/x", {"user": "someone"})
    assert "someone" not in failure.value.message
