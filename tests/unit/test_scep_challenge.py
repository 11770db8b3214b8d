"""The page with a dynamic challenge, Okta's and Microsoft's."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import ApiError, AttestationError
from ansible_collections.okta_iru.attestation.plugins.module_utils._scep_challenge import (
    ChallengeError,
    fetch_dynamic_challenge,
    parse_challenge_page,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._scep_http import HttpAnswer
from hypothesis import given, settings
from hypothesis import strategies as st

CHALLENGE = "dGhpcy1pcy1hLWNoYWxsZW5nZV8xMjM0"
# The wording of NDES, which Okta's page repeats in the part that MDMs read.
PAGE = (
    "<HTML><Head><Title>Network Device Enrollment Service</Title></Head><Body><P> The thumbprint (hash value) for the "
    "CA certificate is: <B> 1C 0D 3F </B> <P> The enrollment challenge password is: <B> {} </B> <P> This password can "
    "be used only once and will expire within 60 minutes. </Body></HTML>"
)


def answer(page: bytes, content_type: str = "text/html") -> HttpAnswer:
    return HttpAnswer(200, content_type, page)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(answer(PAGE.format(CHALLENGE).encode()), id="utf-8"),
        pytest.param(answer(PAGE.format(CHALLENGE).encode(), "text/html; charset=windows-1252"), id="windows-1252"),
        pytest.param(answer(PAGE.format(CHALLENGE).encode(), "text/html; charset=klingon"), id="unknown charset"),
        pytest.param(answer(b"\xa0" + PAGE.format(CHALLENGE).encode()), id="undeclared windows-1252"),
        pytest.param(answer(PAGE.format(CHALLENGE).encode("utf-16-le")), id="utf-16 without mark"),
        pytest.param(answer(PAGE.format(CHALLENGE).encode("utf-16")), id="utf-16 with mark"),
        pytest.param(answer(("\r\n" + PAGE.format(CHALLENGE)).encode("utf-16-le")), id="utf-16 after a line end"),
        pytest.param(answer(b"\xef\xbb\xbf" + PAGE.format(CHALLENGE).encode()), id="utf-8 with mark"),
        pytest.param(answer(f"challenge password is:\n<b>{CHALLENGE}</b>".encode()), id="lower case"),
    ],
)
def test_the_challenge_is_found(page: HttpAnswer) -> None:
    assert parse_challenge_page(page) == CHALLENGE


def test_entities_are_resolved() -> None:
    assert parse_challenge_page(answer(PAGE.format("a&amp;b&#95;c").encode())) == "a&b_c"


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-", min_size=1, max_size=64))
def test_every_challenge_of_okta_s_alphabet_is_found_in_both_encodings(challenge: str) -> None:
    for encoding in ("utf-8", "utf-16-le", "cp1252"):
        assert parse_challenge_page(answer(PAGE.format(challenge).encode(encoding))) == challenge


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.binary(max_size=200), st.text(max_size=30))
def test_any_other_page_is_an_error_of_ours(page: bytes, content_type: str) -> None:
    with pytest.raises(ChallengeError):
        parse_challenge_page(answer(page, content_type))


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (b"<HTML>The password cache is full.</HTML>", "cache_full"),
        ("<HTML>The password cache is full.</HTML>".encode("utf-16-le"), "cache_full"),
        (b"<HTML>You do not have sufficient permission to enroll with SCEP. Please", "no_permission"),
        (b"<html>Sign in to Okta</html>", "no_challenge"),
        (b"", "no_challenge"),
        (b"The enrollment challenge password is: <B> </B>", "no_challenge"),
    ],
)
def test_why_there_is_no_challenge_is_told(page: bytes, reason: str) -> None:
    with pytest.raises(ChallengeError) as error:
        parse_challenge_page(answer(page))
    assert error.value.details == {"reason": reason}


@pytest.mark.parametrize(
    ("status", "kind", "text"),
    [
        (401, ChallengeError, "password"),
        (403, ChallengeError, "password"),
        (404, ApiError, "404"),
        (500, ApiError, "500"),
    ],
)
def test_a_refusal_is_told(status: int, kind: type[AttestationError], text: str) -> None:
    def fetch(method: str, query: Mapping[str, str], body: bytes | None) -> HttpAnswer:
        assert (method, query, body) == ("GET", {}, None)
        return HttpAnswer(status, "text/html", PAGE.format(CHALLENGE).encode())

    with pytest.raises(kind, match=text) as error:
        fetch_dynamic_challenge(fetch)
    assert error.value.details["status"] == status


def test_a_new_challenge_is_fetched() -> None:
    assert fetch_dynamic_challenge(lambda *_: answer(PAGE.format(CHALLENGE).encode())) == CHALLENGE
