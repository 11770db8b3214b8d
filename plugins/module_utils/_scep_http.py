# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SCEP client's HTTP: one small function, so that everything above it runs without a network in tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple, Optional

from ansible_collections.okta_iru.attestation.plugins.module_utils._base_url import is_loopback
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import (
    ApiError,
    BadAnswer,
    InvalidInput,
    MissingLibrary,
    OutcomeUnknown,
    Unreachable,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import USER_AGENT
from ansible_collections.okta_iru.attestation.plugins.module_utils._transport import (
    is_untrusted,
    reason_of,
    was_never_sent,
)

try:
    import requests
except ImportError:  # ansible-test imports every file without third-party packages
    requests = None  # type: ignore[assignment]

MAX_ANSWER = 1 << 20
"""Largest answer in bytes that is read."""


class HttpAnswer(NamedTuple):
    """Status, Content-Type (may be empty) and body."""

    status: int
    content_type: str
    content: bytes

    @property
    def is_html(self) -> bool:
        """Whether the body is a web page."""
        start = self.content.lstrip()[:15].lower()
        return "html" in self.content_type.lower() or start.startswith((b"<!doctype html", b"<html"))


Fetch = Callable[[str, Mapping[str, str], Optional[bytes]], HttpAnswer]  # noqa: UP045 - ansible-test's pylint reads aliases as Python 3.8 would
"""``fetch(method, query, body)`` sends one request to the one URL that it is bound to."""


def http_fetch(
    url: str, *, ca_file: str | None = None, timeout: float = 30.0, credentials: tuple[str, str] | None = None
) -> Fetch:
    """A Fetch over HTTP(S) bound to ``url``.

    TLS is always verified: against ``ca_file`` (PEM) if given, else against the usual authorities. Redirects are not
    followed, loopback is asked without a proxy, ``timeout`` (seconds) bounds connecting and every wait for data.
    ``credentials``: user name and password for HTTP Basic.

    The Fetch raises Unreachable, OutcomeUnknown (a POST went out and no complete answer came) and BadAnswer.
    """
    if requests is None:
        raise MissingLibrary("This module needs the Python library 'requests' where it runs: pip install requests")
    if ca_file and not Path(ca_file).is_file():
        raise InvalidInput(f"The ca_file {ca_file!r} does not exist; expected a file with PEM certificates.")
    session = requests.Session()
    session.trust_env = not is_loopback(url)
    session.headers.update({"User-Agent": USER_AGENT})
    # Without an auth of our own, requests would send credentials from a netrc file.
    auth = (credentials[0].encode(), credentials[1].encode()) if credentials else lambda prepared: prepared

    def fetch(method: str, query: Mapping[str, str], body: bytes | None) -> HttpAnswer:
        try:
            with session.request(
                method,
                url,
                params=query,
                data=body,
                headers={"Content-Type": "application/x-pki-message"} if body is not None else None,
                auth=auth,  # type: ignore[arg-type]
                timeout=timeout,
                allow_redirects=False,
                stream=True,
                # Given with every request: a session's own setting loses against REQUESTS_CA_BUNDLE.
                verify=ca_file or True,
            ) as response:
                content = b""
                for chunk in response.iter_content(65536):
                    content += chunk
                    if len(content) > MAX_ANSWER:
                        raise BadAnswer(f"{url} answered more than {MAX_ANSWER} bytes; is it a SCEP URL?")
                return HttpAnswer(response.status_code, response.headers.get("Content-Type", ""), content)
        except OSError as error:  # what every exception of requests is
            if is_untrusted(error):
                raise Unreachable(
                    f"The TLS certificate of {url} is not trusted ({reason_of(error)}). Give the certificate authority "
                    "in ca_file, or correct the URL; nothing was sent."
                ) from None
            if method == "POST" and not was_never_sent(error):
                raise OutcomeUnknown(
                    f"The SCEP request was sent to {url}, but no complete answer came: {reason_of(error)}. A "
                    "certificate may have been issued and a one-time challenge used up; look for it in the CA's log."
                ) from None
            raise Unreachable(
                f"{url} cannot be reached: {reason_of(error)}. Check the URL, the network and a proxy between."
            ) from None

    return fetch


def require_ok(answer: HttpAnswer, what: str) -> bytes:
    """The body of a 200 answer that is no web page. ``what`` names the request in messages.

    Errors: BadAnswer (redirect, web page), ApiError (status above 399).
    """
    if answer.status == 429:
        raise ApiError(
            f"{what}: the CA answers 429, too many requests. Wait some minutes and run again; at scale, deliver the "
            "profile in waves.",
            status=429,
        )
    if 300 <= answer.status < 400:
        raise BadAnswer(f"{what}: the server redirects elsewhere; the URL is not the SCEP URL itself. Compare it.")
    if answer.status >= 400:
        hint = "the URL is wrong or the platform was deleted" if answer.status in (404, 410) else "see the CA's log"
        raise ApiError(f"{what}: the server answers status {answer.status}; {hint}.", status=answer.status)
    if answer.is_html:
        raise BadAnswer(
            f"{what}: the server answers a web page (HTML), so this is not the SCEP URL. Copy the SCEP URL again, not "
            "the address of a console, login page or challenge page."
        )
    if answer.status != 200:
        raise BadAnswer(f"{what}: the server answers status {answer.status}, expected 200.")
    return answer.content
