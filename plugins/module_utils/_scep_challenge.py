# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Okta's dynamic SCEP challenge: a web page that looks like Microsoft's NDES and holds a one-time password.

Okta documents only that MDMs treat it as "Dynamic-Microsoft CA". The page and its errors are known from two MDMs that
read it (zentralopensource/zentral ``okta_ca.py``, fleetdm/fleet ``scep_proxy.go``). Every page that is fetched uses up
one challenge: it is good for one enrolment within 60 minutes.
"""

from __future__ import annotations

import html
import re

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import AttestationError
from ansible_collections.okta_iru.attestation.plugins.module_utils._scep_http import Fetch, HttpAnswer, require_ok

_CHALLENGE = re.compile(r"challenge\s+password\s+is:\s*<B>\s*([^\s<]{1,255})", re.IGNORECASE)
_CACHE_FULL = re.compile(r"password\s+cache\s+is\s+full", re.IGNORECASE)
_NO_PERMISSION = re.compile(r"\bnot\b[^<]{0,40}sufficient\s+permission\s+to\s+enroll\s+with\s+SCEP", re.IGNORECASE)
_PRINTABLE = re.compile(r"[A-Za-z0-9 '()+,\-./:=?]*")
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)


NOT_FOR_WINDOWS = (
    "Windows encodes the challenge as PrintableString and fails on any character but letters, digits, blank "
    "and ' ( ) + , - . / : = ? — often on the underscore (fleetdm/fleet issue 49552). Reset the secret key in "
    "Okta until it has no other."
)


class ChallengeError(AttestationError):
    """No dynamic challenge was got. ``details["reason"]``: credentials, cache_full, no_permission or no_challenge."""


def windows_can_encode(challenge: str) -> bool:
    """Whether Windows can put a challenge into a request; NOT_FOR_WINDOWS says why it cannot."""
    return bool(_PRINTABLE.fullmatch(challenge))


def fetch_dynamic_challenge(fetch: Fetch) -> str:
    """One new challenge; ``fetch`` is bound to the challenge URL and holds its HTTP Basic credentials.

    Errors: ChallengeError, and those of the fetch and of ``require_ok``.
    """
    answer = fetch("GET", {}, None)
    if answer.status in (401, 403):
        raise ChallengeError(
            f"The challenge URL refuses the user name or password (status {answer.status}). Copy both from the Okta "
            "console; a lost password is replaced there with Reset password.",
            reason="credentials",
            status=answer.status,
        )
    if answer.status != 200:
        require_ok(answer, "Dynamic challenge")
    return parse_challenge_page(answer)


def parse_challenge_page(answer: HttpAnswer) -> str:
    """The challenge on a page of Okta or NDES. Errors: ChallengeError; no message holds text of the page."""
    text = _decode(answer)
    found = _CHALLENGE.search(text)
    if found:
        return html.unescape(found[1])
    if _CACHE_FULL.search(text):
        raise ChallengeError(
            "The CA has no free challenge (its password cache is full): issued ones must be used or expire first, "
            "after 60 minutes.",
            reason="cache_full",
        )
    if _NO_PERMISSION.search(text):
        raise ChallengeError(
            "The challenge account may not enrol by SCEP; give the user name and password of this platform.",
            reason="no_permission",
        )
    raise ChallengeError(
        "The challenge URL answers a page without a challenge, so it is probably not the challenge URL. Copy it from "
        "the Okta console; the SCEP URL is another one.",
        reason="no_challenge",
    )


def _decode(answer: HttpAnswer) -> str:
    """The page as text. NDES sends UTF-16LE, often without saying so; Okta is read as UTF-8 or windows-1252."""
    content = answer.content
    if content.startswith(b"\xff\xfe") or content[1:2] == b"\x00":
        return content.decode("utf-16-le", "replace")
    declared = _CHARSET.search(answer.content_type.encode()) or _CHARSET.search(content[:2048])
    try:
        return content.decode(declared[1].decode() if declared else "utf-8")
    except (LookupError, UnicodeError):
        return content.decode("cp1252", "replace")
