# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SCEP URLs: which are accepted, and what Okta's own form tells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, urlsplit

from ansible_collections.okta_iru.attestation.plugins.module_utils._base_url import is_host_of_okta, is_loopback
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput

# Seen on a real org; Okta documents no format, so another path on an Okta host is a warning, not an error.
_OKTA_PATH = re.compile(r"/pki/(?P<ca_id>[0-9A-F]{40})/scep/(?P<ra_id>rac[0-9A-Za-z]{17})")
_EXAMPLE = "https://example.okta.com/pki/<40 hexadecimal digits>/scep/<rac and 17 characters>"


@dataclass(frozen=True)
class ScepUrl:
    """A checked SCEP URL. ``ca_id`` and ``ra_id`` are set if it has the form that Okta's console shows."""

    url: str
    ca_id: str | None
    ra_id: str | None

    @property
    def challenge_url(self) -> str | None:
        """Okta's dynamic challenge URL of the same platform, ``None`` for other CAs.

        Derived: both URLs that the console shows hold the same two ids. Okta documents neither.
        """
        if self.ca_id is None:
            return None
        parts = urlsplit(self.url)
        path = f"/api/v1/certificateAuthorities/{self.ca_id}/registrationAuthorities/{self.ra_id}/challenge"
        return f"{parts.scheme}://{parts.netloc}{path}"

    @property
    def doubt(self) -> str | None:
        """What is unusual about the URL, in words for a warning; ``None`` if nothing is."""
        host = urlsplit(self.url).hostname or ""
        if self.ca_id is None and is_host_of_okta(host):
            return f"The SCEP url is on an Okta host but has not the form that Okta shows, {_EXAMPLE}; compare it."
        return None


def parse_scep_url(url: str) -> ScepUrl:
    """Check a SCEP URL: https (http for loopback only), a host, no credentials, no SCEP operation in it.

    Errors: InvalidInput, which says what to give instead.
    """
    parts = _checked(url, "SCEP")
    if {"operation", "message"} & {name.lower() for name in parse_qs(parts.query, keep_blank_values=True)}:
        raise InvalidInput("The SCEP url must not hold a SCEP operation; give it without '?operation=…'.")
    match = _OKTA_PATH.fullmatch(parts.path)
    ids = match.groupdict() if match else {"ca_id": None, "ra_id": None}
    return ScepUrl(url=url, **ids)


def is_of_okta(url: str) -> bool:
    """Whether a SCEP URL is one of Okta's: on an Okta host, or below ``/pki/`` on a custom domain."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return is_host_of_okta(parts.hostname or "") or bool(_OKTA_PATH.fullmatch(parts.path))


def parse_challenge_url(url: str) -> str:
    """Check the URL of a dynamic challenge by the same rules. Errors: InvalidInput."""
    _checked(url, "challenge")
    return url


def _checked(url: str, kind: str) -> SplitResult:
    give = "Copy it from the Okta console" + (f", for example {_EXAMPLE}." if kind == "SCEP" else ".")
    if not url or any(character.isspace() or not character.isprintable() for character in url):
        raise InvalidInput(f"The {kind} url is empty or holds blanks. {give}")
    try:
        parts = urlsplit(url)
        _port = parts.port  # raises for a port that is no number
    except ValueError as error:
        raise InvalidInput(f"The {kind} url is malformed: {error}. {give}") from None
    if parts.username is not None or parts.password is not None:
        raise InvalidInput(f"The {kind} url must not hold a user name or password. {give}")
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise InvalidInput(f"The {kind} url {url!r} has no https:// and host. {give}")
    if parts.fragment:
        raise InvalidInput(f"The {kind} url {url!r} must not hold a '#'. {give}")
    if parts.scheme == "http" and not is_loopback(url):
        raise InvalidInput(
            f"The {kind} url {url!r} is not encrypted, so the challenge could be read on the way; http is accepted for "
            f"the loopback interface only. {give}"
        )
    return parts
