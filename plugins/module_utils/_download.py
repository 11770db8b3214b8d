# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Downloads one file whose SHA-256 is known: in constant memory, going on where an earlier try ended, all or nothing.

What has come so far is in a file beside the destination, named by the hash that it shall have. Only when the hash is
right it takes the destination's place, in one step. Nobody is signed in, and no redirect leaves the hosts allowed.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import hashlib
import os
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urljoin, urlsplit

from ansible_collections.okta_iru.attestation.plugins.module_utils._base_url import is_loopback, is_same_origin
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import (
    ApiError,
    AttestationError,
    BadAnswer,
    InvalidInput,
    Refused,
    Unreachable,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import USER_AGENT, Client, HeaderAuth
from ansible_collections.okta_iru.attestation.plugins.module_utils._package import CHUNK, LARGEST
from ansible_collections.okta_iru.attestation.plugins.module_utils._transport import is_untrusted, reason_of

try:
    import requests
except ImportError:
    requests = None  # type: ignore[assignment]

_REDIRECTS = 5
# At most so much is lost when the connection breaks off, since what a read has of a chunk then goes with it.
_PIECE = 1 << 16
_PASSING = frozenset({429, 500, 502, 503, 504})
# Anybody may have put a link in a folder such as /tmp.
_NO_LINK = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(?:\d+|\*)")

Get = Callable[..., Any]


@dataclass(frozen=True)
class Source:
    """A file to download. ``sha256`` is lower-case hexadecimal; ``hosts`` may serve it besides the client's own."""

    url: str
    sha256: str
    hosts: Collection[str] = ()


@dataclass
class _Part:
    """What has come so far, and its hash."""

    file: BinaryIO
    size: int = 0
    digest: Any = field(default_factory=hashlib.sha256)

    def add(self, chunk: bytes) -> None:
        self.file.write(chunk)
        self.digest.update(chunk)
        self.size += len(chunk)

    def restart(self) -> None:
        self.file.seek(0)
        self.file.truncate()
        self.size, self.digest = 0, hashlib.sha256()


def hash_of(path: Path) -> str | None:
    """The SHA-256 of a file, ``None`` if there is none. Raises InvalidInput for one that cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from None


def require_allowed(client: Client, url: str, hosts: Collection[str]) -> None:
    """Raise Refused for a URL that is neither the client's own origin nor https on one of the hosts."""
    try:
        parts = urlsplit(url)
        allowed = is_same_origin(url, client.base_url) or (parts.scheme == "https" and parts.netloc in hosts)
    except ValueError:
        raise BadAnswer(f"{client.vendor.name} named a file to download by what is no URL: {url!r:.80}") from None
    if not allowed:
        raise Refused(
            f"The file is on {parts.scheme}://{parts.netloc}, which is not {client.base_url}. Nothing was fetched from "
            "there. If it is to be trusted with this file, name the host in allowed_hosts.",
            host=parts.netloc,
        )


def download(client: Client, source: Source, destination: Path, *, ca_file: str | None, timeout: float) -> int:
    """Bring the file to ``destination``; the number of bytes that an earlier try had left.

    Raises Unreachable when the connection breaks off too often (what has come is kept), BadAnswer when the hash is
    wrong, Refused for a host that is not allowed, ApiError, InvalidInput for a place that cannot be written.
    """
    place = destination.with_name(f".{destination.name}.{source.sha256[:16]}.part")
    try:
        with _locked(place) as file, requests.Session() as session:
            session.trust_env = not is_loopback(client.base_url)
            session.headers.update({"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "identity"})
            # Given with every request: a session's own setting loses against REQUESTS_CA_BUNDLE.
            get = functools.partial(session.get, verify=ca_file or True, timeout=timeout)
            part = _Part(file)
            try:
                # Another run may have brought it meanwhile.
                if hash_of(destination) == source.sha256:
                    return 0
                kept = _complete(client, get, source, part)
                file.flush()
                os.fsync(file.fileno())
                place.replace(destination)
                return kept
            finally:
                if not part.size:
                    place.unlink(missing_ok=True)
    except OSError as error:
        raise InvalidInput(
            f"{destination} cannot be written: {error.strerror}. The folder must exist, have room and be writable."
        ) from None


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[BinaryIO]:
    """The file, made if need be, for this process alone; another one waits until it is free."""
    while True:
        with os.fdopen(os.open(path, _NO_LINK, 0o666), "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            # The run before may have moved the file to its destination while this one waited.
            if path.exists() and os.path.samestat(path.stat(), os.fstat(file.fileno())):
                yield file
                return


def _complete(client: Client, get: Get, source: Source, part: _Part) -> int:
    """Fill the part until its hash is right; how much was there before. Raises BadAnswer and drops it if not."""
    while chunk := part.file.read(CHUNK):
        part.digest.update(chunk)
        part.size += len(chunk)
    kept = part.size
    _fetch(client, get, source, part)
    if kept and part.digest.hexdigest() != source.sha256:
        part.restart()  # what was kept may have been of another file
        kept = 0
        _fetch(client, get, source, part)
    found = part.digest.hexdigest()
    if found != source.sha256:
        part.restart()
        raise BadAnswer(
            f"The file from {source.url} has the SHA-256 {found}; expected {source.sha256}. It was altered on the way "
            "or is another one; it was thrown away and the destination left as it was."
        )
    return kept


def _fetch(client: Client, get: Get, source: Source, part: _Part) -> None:
    """Get what is still missing, by as many requests as it takes as long as each brings something."""
    failures = 0
    while True:
        before = part.size
        try:
            with _opened(client, get, source, part) as answer:
                if answer is not None:
                    _append(answer, part)
            return
        except requests.exceptions.RequestException as error:
            failure = _broken(source, part, error)
        except ApiError as error:
            if error.status not in _PASSING:
                raise
            failure = error
        failures = 0 if part.size > before else failures + 1
        if failures > client.retries or failure.details.get("final"):
            raise failure
        client.pause(failures)


@contextlib.contextmanager
def _opened(client: Client, get: Get, source: Source, part: _Part) -> Iterator[Any]:
    """The answer whose body is what comes next; ``None`` if nothing is missing any more."""
    url = source.url
    for _redirect in range(_REDIRECTS + 1):
        require_allowed(client, url, source.hosts)
        headers = {"Range": f"bytes={part.size}-"} if part.size else {}
        try:
            answer = get(url, headers=headers, auth=HeaderAuth(None), stream=True, allow_redirects=False)
        except requests.exceptions.RequestException:
            raise
        except ValueError:  # requests looks where a redirect leads to, whether it is followed or not
            raise BadAnswer(f"{url} was redirected to what is no URL; nothing was fetched.") from None
        with answer:
            if 300 <= answer.status_code < 400 and answer.headers.get("Location"):
                url = urljoin(url, answer.headers["Location"])
                continue
            yield answer if _is_next(answer, url, part) else None
            return
    raise BadAnswer(f"{source.url} was redirected more than {_REDIRECTS} times; nothing was fetched.")


def _is_next(answer: Any, url: str, part: _Part) -> bool:
    """Whether the body goes on where the part ends; a server that begins anew is taken at its word. Raises ApiError."""
    if answer.status_code == 416 and part.size:
        return False  # it is all there; the hash will tell
    if answer.status_code == 206:
        start = _CONTENT_RANGE.fullmatch(answer.headers.get("Content-Range", ""))
        if start is None or int(start[1]) != part.size:
            raise BadAnswer(
                f"{url} was asked for the bytes from {part.size} on and sent others; nothing was concluded."
            )
        return True
    if answer.status_code != 200:
        raise ApiError(
            f"{urlsplit(url).netloc} refused the download of {urlsplit(url).path} with {answer.status_code}.",
            status=answer.status_code,
        )
    if part.size:
        part.restart()
    return True


def _append(answer: Any, part: _Part) -> None:
    announced, before = answer.headers.get("Content-Length", ""), part.size
    for chunk in answer.iter_content(_PIECE):
        part.add(chunk)
        if part.size > LARGEST:
            raise BadAnswer(f"The download does not end after {LARGEST} bytes; it was given up.")
    if announced.isdecimal() and part.size - before < int(announced):
        raise requests.exceptions.ConnectionError("the connection ended before the file did")


def _broken(source: Source, part: _Part, error: Any) -> AttestationError:
    # The last one of the redirects, if the error tells.
    host = urlsplit(error.request.url if error.request else source.url).netloc
    if is_untrusted(error):
        return Unreachable(
            f"The certificate of {host} is not trusted ({reason_of(error)}). Give its authority in ca_file.",
            final=True,
        )
    kept = "They are kept; run again to go on from there." if part.size else "Check that the host can be reached."
    return Unreachable(f"The download from {host} broke off after {part.size} bytes: {reason_of(error)}. {kept}")
