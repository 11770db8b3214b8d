"""Which addresses a token may be sent to."""

from __future__ import annotations

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._base_url import base_url_of, is_loopback
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("https://example.okta.com", "https://example.okta.com"),
        ("https://example.okta.com/", "https://example.okta.com"),
        (" https://127.0.0.1:8443 ", "https://127.0.0.1:8443"),
        ("http://localhost:80", "http://localhost:80"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
    ],
)
def test_accepted(given, expected):
    assert base_url_of(given, "Okta") == expected


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("http://example.okta.com", "not encrypted"),
        ("http://127.0.0.1.example.com", "not encrypted"),
        ("example.okta.com", "no https://"),
        ("ftp://example.okta.com", "no https://"),
        ("", "no https://"),
        ("https://user:pw@example.okta.com", "user name or password"),
        ("https://example.okta.com/admin", "end after the host"),
        ("https://example.okta.com?x=1", "end after the host"),
        ("https://example.okta.com:99999", "malformed"),
        ("https://[::1", "malformed"),
    ],
)
def test_refused_with_what_to_give(given, message):
    with pytest.raises(InvalidInput, match=message) as failure:
        base_url_of(given, "Okta")
    assert "https://example.okta.com" in failure.value.message
    assert "pw" not in failure.value.message


@pytest.mark.parametrize(
    "url", ["https://example.api.kandji.io", "https://example.api.eu.kandji.io", "https://example.api.iru.com"]
)
def test_every_address_of_the_iru_api_is_accepted(url):
    assert base_url_of(url, "Iru") == url


@pytest.mark.parametrize(
    ("given", "right"),
    [
        ("https://example.kandji.io", "https://example.api.kandji.io"),
        ("https://example.eu.kandji.io/", "https://example.api.eu.kandji.io"),
    ],
)
def test_the_console_of_iru_is_told_from_its_api(given, right):
    with pytest.raises(InvalidInput, match="web console") as failure:
        base_url_of(given, "Iru")
    assert right in failure.value.message


def test_loopback():
    assert is_loopback("https://127.8.8.8:1")
    assert not is_loopback("https://localhost.example.com")
