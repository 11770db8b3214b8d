"""Which SCEP URLs are accepted, and what Okta's own tell."""

from __future__ import annotations

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._scep_url import parse_challenge_url, parse_scep_url

CA_ID, RA_ID = "0123456789ABCDEF0123456789ABCDEF01234567", "rac1a2B3c4D5e6F7g8h9"
OKTA = f"https://acme.okta.com/pki/{CA_ID}/scep/{RA_ID}"


def test_okta_s_form_gives_ids_and_challenge_url() -> None:
    url = parse_scep_url(OKTA)
    assert (url.url, url.ca_id, url.ra_id, url.doubt) == (OKTA, CA_ID, RA_ID, None)
    assert url.challenge_url == (
        f"https://acme.okta.com/api/v1/certificateAuthorities/{CA_ID}/registrationAuthorities/{RA_ID}/challenge"
    )


def test_okta_s_form_on_loopback_keeps_the_port() -> None:
    challenge_url = parse_scep_url(f"https://127.0.0.1:8443/pki/{CA_ID}/scep/{RA_ID}").challenge_url
    assert challenge_url is not None
    assert challenge_url.startswith("https://127.0.0.1:8443/api/v1/certificateAuthorities/")


@pytest.mark.parametrize(
    "url", ["https://scep.example.com/scep", "http://127.0.0.1:8080/scep", "http://[::1]/s", "http://localhost/s?ca=a"]
)
def test_other_cas_are_accepted(url: str) -> None:
    told = parse_scep_url(url)
    assert (told.url, told.ca_id, told.ra_id, told.challenge_url, told.doubt) == (url, None, None, None, None)


@pytest.mark.parametrize(
    "path",
    ["/", "/pki/YOUR_SCEP_PATH", f"/pki/{CA_ID.lower()}/scep/{RA_ID}", f"/pki/{CA_ID}/scep/{RA_ID}/", f"/pki/{CA_ID}"],
)
def test_another_path_on_an_okta_host_raises_a_doubt_only(path: str) -> None:
    url = parse_scep_url(f"https://acme.okta.com{path}")
    assert url.ca_id is None
    assert "compare" in (url.doubt or "")


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "empty"),
        ("https://acme.okta.com/pki/ x", "blanks"),
        (f"{OKTA}\n", "blanks"),
        ("acme.okta.com/pki", "no https://"),
        ("ftp://acme.okta.com/pki", "no https://"),
        ("https:///pki", "no https://"),
        ("https://[acme/pki", "malformed"),
        ("https://acme.okta.com:port/pki", "malformed"),
        ("https://user:secret@acme.okta.com/pki", "user name"),
        ("http://acme.okta.com/pki", "not encrypted"),
        ("http://127.0.0.1.example.com/pki", "not encrypted"),
        (f"{OKTA}#top", "#"),
    ],
)
def test_a_malformed_url_is_refused(url: str, message: str) -> None:
    for parse in (parse_scep_url, parse_challenge_url):
        with pytest.raises(InvalidInput, match=message) as error:
            parse(url)
        assert "secret@" not in error.value.message


def test_an_operation_in_the_url_is_refused() -> None:
    with pytest.raises(InvalidInput, match="operation"):
        parse_scep_url(f"{OKTA}?operation=GetCACert")
