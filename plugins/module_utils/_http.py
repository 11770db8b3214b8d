# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one HTTP client: authentication, retries, pacing, same origin, and writes that happen once.

Requests are described as data (`Request`) and sent by `Client`; what differs between Okta and Iru is a `Vendor`.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.okta_iru.attestation.plugins.module_utils._base_url import (
    base_url_of,
    is_loopback,
    is_same_origin,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import (
    ApiError,
    BadAnswer,
    InvalidInput,
    MissingLibrary,
    OutcomeUnknown,
    TimedOut,
    Unreachable,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._http_messages import Request, Response
from ansible_collections.okta_iru.attestation.plugins.module_utils._pacing import Pacer, retry_after
from ansible_collections.okta_iru.attestation.plugins.module_utils._transport import (
    is_untrusted,
    reason_of,
    was_never_sent,
)

try:
    import requests
    from requests.auth import AuthBase
except ImportError:
    requests = None  # type: ignore[assignment]
    AuthBase = object  # type: ignore[assignment,misc]

__all__ = ["Client", "HeaderAuth", "Request", "Response", "Vendor"]

VERSION = "0.1.0"
USER_AGENT = f"okta_iru.attestation/{VERSION}"

# Statuses that say "not done, come back": safe to repeat for every method. 423: Okta reconciles rule priorities.
_NOT_DONE = frozenset({423, 429})
# Statuses after which a read, or a write that may be repeated, is tried again.
_TRANSIENT = frozenset({500, 502, 503, 504})
# Two writes at once: the second one is tried once more, no oftener, since 409 also stands for a name that is taken.
_CONFLICT = 409
_LONGEST_BACKOFF = 30.0
# How often a request is sent again because its sign-in was renewed: DPoP takes two, a wrong clock or a dead token one.
_RENEWALS = 3


@dataclass(frozen=True)
class Vendor:
    """What a service does its own way."""

    name: str
    explain: Callable[[Response], ApiError]
    make_pacer: Callable[[], Pacer]
    # Of which other hosts a `next` link is taken over to our own base URL (its query only); all others are refused.
    rebases_next_of: Callable[[str], bool] = lambda host: False
    # Headers of a repeated request: from the headers of the first answer and the number of the repetition.
    retry_headers: Callable[[Mapping[str, str], int], Mapping[str, str]] = lambda first_answer, count: {}


class HeaderAuth(AuthBase):
    """Sets ``Authorization`` itself, or nothing, so that requests never takes credentials from a netrc file instead.

    The base of every way to sign in: `answered` may renew it, `advice` explains refusals that have to do with it.
    """

    def __init__(self, header: Callable[[], str] | None) -> None:
        self._header = header

    def __call__(self, prepared: Any) -> Any:
        if self._header is not None:
            prepared.headers["Authorization"] = self._header()
        return prepared

    def answered(self, response: Response) -> bool:
        """Told of every answer. Whether the request was refused for want of a sign-in that has now been renewed, so
        that it shall be sent once more: such a request had no effect."""
        del response
        return False

    def advice(self, refusal: ApiError) -> str:
        """What to do about a refusal, if this way to sign in knows."""
        del refusal
        return ""


class Client:
    """Talks to one origin for the time of one task.

    Raises Unreachable, BadAnswer, ApiError, OutcomeUnknown, TimedOut (rate limit longer than ``patience`` seconds).
    """

    def __init__(
        self,
        vendor: Vendor,
        url: str,
        auth: HeaderAuth | None,
        *,
        ca_file: str | None = None,
        timeout: float = 30.0,
        retries: int = 4,
        patience: float = 300.0,
        check: bool = False,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if requests is None:
            raise MissingLibrary("This module needs the Python library 'requests' where it runs: pip install requests")
        self.vendor = vendor
        self.base_url = base_url_of(url, vendor.name)
        self.check = check
        self.writes: list[dict[str, str]] = []
        self._auth = auth or HeaderAuth(None)
        self._verify: bool | str = ca_file or True
        self._timeout = timeout
        self.retries = retries
        self._patience = patience
        self._sleep = sleep
        self._pacer = vendor.make_pacer()
        self._session = requests.Session()
        self._session.headers.update({"User-Agent": USER_AGENT, "Accept": "application/json"})
        if is_loopback(self.base_url):
            self._session.trust_env = False  # a proxy for the loopback interface is never meant

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """The JSON body of a GET."""
        return self.send(Request("GET", path, params or {})).json()

    def find(self, path: str, params: Mapping[str, Any] | None = None) -> Any | None:
        """The JSON body of a GET, ``None`` if the service answers 404."""
        try:
            return self.get(path, params)
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def ask(self, request: Request) -> Any:
        """The JSON body of a POST that only reads: it is sent in check mode too and is none of the writes."""
        return self.send(replace(request, reads=True)).json()

    def write(
        self,
        request: Request,
        *,
        predicted: Any = None,
        read_back: Callable[[], Any | None] | None = None,
        returns_object: bool = False,
    ) -> Any:
        """Send a POST, PUT, PATCH or DELETE once and return its JSON body.

        In check mode nothing is sent and ``predicted`` is returned. ``read_back`` is asked when the outcome of a POST
        or PATCH is unknown: it returns the object if the write took effect, else ``None``; only then it is repeated.
        With ``returns_object`` an answer that is no object with an id leaves the outcome unknown as well.
        """
        self.writes.append({"method": request.method, "path": request.path})
        if self.check:
            return predicted
        for attempt in range(self.retries + 1):
            try:
                return self._body_of_write(self.send(request), returns_object)
            except OutcomeUnknown as unknown:
                if read_back is None:
                    raise
                self.pause(attempt)
                try:
                    found = read_back()
                except (Unreachable, BadAnswer, ApiError, TimedOut) as error:
                    raise OutcomeUnknown(
                        f"{unknown.message} Reading back failed as well, so run again to see: {error.message}",
                        **unknown.details,
                    ) from None
                if found is not None:
                    return found
            except ApiError as error:
                if request.method == "DELETE" and error.status == 404:
                    return None  # gone is what was wanted; a repeated DELETE finds it gone as well
                raise
        raise OutcomeUnknown(
            f"{request.title} on {self.vendor.name} at {self.base_url} got no trustworthy answer {self.retries + 1} "
            "times, and reading back shows that it did not happen. Run again later; nothing is left half done.",
        )

    def send(self, request: Request) -> Response:
        """Send with retries and pacing; return the answer of a status below 300."""
        first_answer: Mapping[str, str] = {}
        for attempt in range(self.retries + 1):
            last = attempt == self.retries
            self._wait(self._pacer.delay_before(request.path), request)
            repeated = self.vendor.retry_headers(first_answer, attempt) if first_answer else {}
            try:
                response = self._send_once(replace(request, headers={**request.headers, **repeated}))
            except Unreachable as error:
                if last or error.details.get("final"):
                    raise
                self.pause(attempt)
                continue
            self._pacer.note(request.path, response.status, response.headers)
            if response.status < 300:
                return response
            first_answer = first_answer or response.headers
            if last or not _may_repeat(request, response.status, attempt):
                raise self._failure(response)
            asked = retry_after(response.headers)
            if response.status == 429:
                asked = asked if asked is not None else self._pacer.delay_after_429(request.path)
            self._wait(asked if asked is not None else _backoff(attempt), request)
        raise AssertionError("unreachable")

    def pause(self, attempt: int) -> None:
        """Wait a little before another try, the longer the more (``attempt`` counts from 0)."""
        self._sleep(_backoff(attempt))

    def rest(self, seconds: float) -> None:
        """Wait that long."""
        self._sleep(seconds)

    def next_page(self, request: Request, link: Any) -> Request | None:
        """The request for the page that a ``next`` link names; never one to another origin."""
        if not link or link == "None":
            return None
        try:
            target = urlsplit(link)
            is_own = not target.netloc or is_same_origin(link, self.base_url)
            is_rebased = not is_own and self.vendor.rebases_next_of(target.hostname or "")
            path = target.path if is_own and target.path else request.path
            following = request.at(path, target.query)
        except (ValueError, TypeError, AttributeError):
            raise BadAnswer(
                f"{request.title} on {self.vendor.name} named a next page that is no URL: {link!r:.80}"
            ) from None
        if not is_own and not is_rebased:
            raise BadAnswer(
                f"{request.title} on {self.vendor.name} named a next page on another host ({target.netloc}); expected "
                f"{urlsplit(self.base_url).netloc}. The link was not followed, since the token must not leave its "
                "origin. If the org answers under a custom domain, set the url to the name that the links use.",
            )
        return following

    def _send_once(self, request: Request) -> Response:
        response = self._exchange(request)
        for _renewal in range(_RENEWALS):
            if not self._auth.answered(response):
                break
            response = self._exchange(request)
        return response

    def _exchange(self, request: Request) -> Response:
        try:
            answer = self._session.request(
                request.method,
                self.base_url + request.path,
                params=request.params or None,
                json=request.json,
                data=request.form,
                files=request.multipart,
                headers=dict(request.headers),
                auth=self._auth,
                timeout=self._timeout,
                allow_redirects=False,
                verify=self._verify,
            )
        except requests.exceptions.RequestException as error:
            raise self._broken(request, error) from None
        except ValueError:  # requests looks where a redirect leads to, whether it is followed or not
            raise BadAnswer(f"{request.title} on {self.vendor.name} was redirected to what is no URL.") from None
        return Response(request, answer.status_code, answer.headers, answer.content)

    def _broken(self, request: Request, error: Exception) -> Exception:
        if is_untrusted(error):
            return Unreachable(
                f"The certificate of {self.base_url} is not trusted ({reason_of(error)}). Give the certificate "
                "authority in ca_file, or correct the url; nothing was sent.",
                final=True,
            )
        if isinstance(error, ValueError):  # what requests refuses to send at all: a host or header that cannot be
            return InvalidInput(
                f"{request.title} cannot be sent to {self.vendor.name} at {self.base_url}: {reason_of(error)}."
            )
        if request.is_repeatable or was_never_sent(error):
            return Unreachable(
                f"{self.vendor.name} at {self.base_url} did not answer {request.title}: {reason_of(error)}. "
                "Check the url, the network and a proxy between.",
            )
        return OutcomeUnknown(
            f"{request.title} was sent to {self.vendor.name} at {self.base_url}, but no complete answer came: "
            f"{reason_of(error)}."
        )

    def _failure(self, response: Response) -> Exception:
        if 300 <= response.status < 400:
            host = urlsplit(response.headers.get("Location", "")).netloc or "the same host"
            return BadAnswer(
                f"{response.request.title} on {self.vendor.name} was redirected to {host}; redirects are not followed "
                "with credentials. Set the url to the API's own address.",
                status=response.status,
            )
        refusal = self.vendor.explain(response)
        refusal = refusal.with_advice(self._auth.advice(refusal))
        if response.status in _TRANSIENT and not response.request.is_repeatable:
            return OutcomeUnknown(f"{refusal.message} It may or may not have happened.", **refusal.details)
        return refusal

    def _body_of_write(self, response: Response, returns_object: bool) -> Any:
        try:
            body = response.json()
        except BadAnswer as error:
            if response.request.is_repeatable:
                raise
            raise OutcomeUnknown(error.message, **error.details) from None
        if returns_object and not (isinstance(body, dict) and body.get("id")):
            raise OutcomeUnknown(
                f"{response.request.title} on {self.vendor.name} answered {type(body).__name__} without an id where "
                "the object was expected.",
                status=response.status,
            )
        return body

    def _wait(self, seconds: float, request: Request) -> None:
        if seconds > self._patience:
            raise TimedOut(
                f"{self.vendor.name}'s {self._pacer.limit_of(request.path)} asks to wait {seconds:.0f} s before "
                f"{request.title}, longer than rate_limit_patience ({self._patience:.0f} s). Run again later, or raise "
                "it.",
                wait=round(seconds),
            )
        if seconds > 0:
            self._sleep(seconds)


def _may_repeat(request: Request, status: int, attempt: int) -> bool:
    if status == _CONFLICT:
        return request.method in ("PUT", "DELETE") and attempt == 0
    return status in _NOT_DONE or (status in _TRANSIENT and request.is_repeatable)


def _backoff(attempt: int) -> float:
    """Full jitter, as both vendors' own SDKs do it."""
    return random.uniform(0, min(_LONGEST_BACKOFF, 0.5 * 2 ** (attempt + 1)))  # noqa: S311 - not for secrets
