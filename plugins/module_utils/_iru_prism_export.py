# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exports of Prism: Iru makes a CSV file of a whole category and signs a link to it.

The file is at an object storage that is not the tenant: it gets no token, and is read on a session of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ansible_collections.okta_iru.attestation.plugins.module_utils._base_url import is_loopback
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import (
    ApiError,
    BadAnswer,
    TimedOut,
    Unreachable,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import (
    USER_AGENT,
    Client,
    HeaderAuth,
    Request,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru import as_record
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_prism import PATH, Record
from ansible_collections.okta_iru.attestation.plugins.module_utils._output_file import OutputFile
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import Task
from ansible_collections.okta_iru.attestation.plugins.module_utils._transport import is_untrusted, reason_of
from ansible_collections.okta_iru.attestation.plugins.module_utils._xml_error import code_and_message

try:
    import requests
except ImportError:
    requests = None  # type: ignore[assignment]

_PIECE = 1 << 16
_READ_OF_AN_ERROR = 10_000  # bytes
_FAILED = ("failed", "error", "canceled", "cancelled")


class CountedRecords:
    """Counts the records of a CSV file that comes in pieces: lines that do not end inside quotes."""

    def __init__(self) -> None:
        self.count = 0
        self._in_quotes = False
        self._at_start = True

    def take(self, piece: bytes) -> None:
        """Look at the next piece."""
        for line in piece.splitlines(keepends=True):
            self._in_quotes ^= line.count(b'"') % 2 == 1
            ended = line.endswith(b"\n") and not self._in_quotes
            self.count += ended and not (self._at_start and not line.strip())
            self._at_start = ended

    def end(self) -> int:
        """How many there were, a last one without a line's end among them."""
        return self.count + (not self._at_start)


def request_export(client: Client, category: str, wanted: Record) -> Record:
    """Ask for an export. In check mode nothing is sent, and the answer has no id."""
    request = Request("POST", f"{PATH}/export", json={"category": category, **wanted})
    # An export that nobody fetches is nothing, so the request may be repeated when its outcome is unknown.
    return as_record(client.write(request, predicted={}, read_back=lambda: None, returns_object=True))


def finished_export(
    client: Client,
    export: Record,
    *,
    timeout: float,
    interval: float,
    progress: Callable[[str], None],
    monotonic: Callable[[], float] = time.monotonic,
) -> Record:
    """The export once it has a link. Raises ApiError where Iru failed to make it, TimedOut."""
    end = monotonic() + timeout
    while True:
        status = str(export.get("status") or "")
        progress(f"Prism export of {export.get('category')}: {status}")
        if export.get("signed_url") and status.lower() == "success":
            return export
        if status.lower() in _FAILED:
            raise ApiError(
                f"Iru could not make the export of {export.get('category')}: "
                f"{export.get('error_msg') or 'it gives no reason'}. The file was left as it was; ask for fewer rows "
                "with filter or blueprints, or read them with iru_prism_info.",
                status=200,
                export=export.get("id"),
            )
        left = end - monotonic()
        if left <= 0:
            raise TimedOut(
                f"After {timeout:.0f} s the export of {export.get('category')} is still {status or 'without a status'}."
                " The file was left as it was; run again with a longer export_timeout.",
                export=export.get("id"),
            )
        client.rest(min(interval, left))
        export = as_record(client.get(f"{PATH}/export/{export.get('id')}"))


def download(task: Task, client: Client, export: Record, output_file: str) -> tuple[OutputFile, int]:
    """Put the file of a finished export in its place. Returns it and how many records it has, the header not counted.

    A connection that breaks off is tried again from the start. Raises ApiError, BadAnswer, Unreachable, InvalidInput.
    """
    link = str(export["signed_url"])
    parts = urlsplit(link)
    task.secrets.add(*(value for name, value in parse_qsl(parts.query) if "signature" in name.lower()))
    if not parts.hostname or (parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(link))):
        raise BadAnswer(
            f"The export of Iru is at {parts.scheme}://{parts.hostname or ''}; expected an https address. It was not "
            "fetched."
        )
    for attempt in range(client.retries + 1):
        try:
            return _fetched(task, link, output_file)
        except requests.exceptions.RequestException as error:
            if is_untrusted(error) or attempt == client.retries:
                raise _unreachable(parts.netloc, error) from None
        except ApiError as error:
            if (error.status or 0) < 500 or attempt == client.retries:
                raise
        client.pause(attempt)
    raise AssertionError("unreachable")


def _fetched(task: Task, link: str, output_file: str) -> tuple[OutputFile, int]:
    records = CountedRecords()
    with requests.Session() as session:
        if is_loopback(link):
            session.trust_env = False
        with session.get(
            link,
            headers={"User-Agent": USER_AGENT},
            auth=HeaderAuth(None),  # nor anything from a netrc file
            timeout=task.params["timeout"],
            allow_redirects=False,
            stream=True,
            verify=task.params["ca_file"] or True,
        ) as answer:
            if answer.status_code != 200:
                raise _explained(answer, urlsplit(link).netloc)
            with OutputFile("output_file", output_file) as file:
                for piece in answer.iter_content(_PIECE):
                    file.write(piece)
                    records.take(piece)
                _check_length(answer, file.size)
    return file, max(records.end() - 1, 0)


def _check_length(answer: Any, size: int) -> None:
    """Older urllib3 says nothing when a body ends early."""
    promised = answer.headers.get("Content-Length", "")
    if promised.isdigit() and not answer.headers.get("Content-Encoding") and int(promised) != size:
        raise requests.exceptions.ConnectionError(f"{size} of {promised} bytes came")


def _explained(answer: Any, host: str) -> Exception:
    text = next(answer.iter_content(_READ_OF_AN_ERROR), b"").decode("utf-8", "replace")
    code, message = code_and_message(text)
    said = ": ".join(filter(None, [code, message]))
    return ApiError(
        f"The object storage at {host} did not give the export: {answer.status_code}{f' {said}' if said else ''}. The "
        "file was left as it was; run again for a new link.",
        status=answer.status_code,
        code=code or None,
        summary=message or None,
    )


def _unreachable(host: str, error: Exception) -> Unreachable:
    if is_untrusted(error):
        return Unreachable(
            f"The certificate of the object storage at {host} is not trusted ({reason_of(error)}). Exports come from "
            "there directly and not from Iru: give the certificate authority of a proxy between in ca_file, together "
            "with the usual ones."
        )
    return Unreachable(
        f"The export did not come from the object storage at {host}: {reason_of(error)}. It comes from there directly "
        "and not from Iru; check the network and a proxy between. The file was left as it was."
    )
