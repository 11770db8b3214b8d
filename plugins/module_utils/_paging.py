# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads listings page by page, with the fewest requests that the page sizes allow.

Every function yields items, all of them objects; with ``key`` each has a text there. Raises BadAnswer for all else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import BadAnswer
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client, Request

_LINK = re.compile(r'<([^>]*)>\s*;\s*rel="?next"?')


def by_link_header(client: Client, path: str, params: Mapping[str, Any]) -> Iterator[Any]:
    """Okta: bare arrays, ``Link: <…>; rel="next"``. Stops at an empty page too: polled logs always have a next."""
    request: Request | None = Request("GET", path, params)
    read: set[int] = set()
    while request is not None:
        read_once(request, read)
        response = client.send(request)
        page = _listed(response.json(), request)
        yield from page
        following = next_link(response.headers)
        request = client.next_page(request, following) if page else None


def by_envelope(
    client: Client, path: str, params: Mapping[str, Any], *, key: str | None = None, inside: str | None = None
) -> Iterator[Any]:
    """Iru: ``{count, next, previous, results}``, also without count (users, audit events), and ``inside`` another
    object (activity and commands of a device)."""
    request: Request | None = Request("GET", path, params)
    read: set[int] = set()
    while request is not None:
        read_once(request, read)
        page, request = envelope_page(client, request, key, inside)
        yield from page


def envelope_page(
    client: Client, request: Request, key: str | None = None, inside: str | None = None
) -> tuple[list[Any], Request | None]:
    """One page of such a listing, and the request for the next one."""
    body = client.send(request).json()
    if inside is not None and isinstance(body, dict):
        body = body.get(inside)
    if not isinstance(body, dict) or "results" not in body:
        raise _not_a_listing(request, "an object with 'results'", body)
    return _listed(body["results"], request, key), client.next_page(request, body.get("next"))


def by_offset(
    client: Client, path: str, params: Mapping[str, Any], *, limit: int, key: str | None = None
) -> Iterator[Any]:
    """Iru devices: bare arrays, ``limit`` and ``offset``, the total in ``X-Total-Count``, else a ``Link`` that may
    name the page ``None``."""
    offset = 0
    while True:
        request = Request("GET", path, {**params, "limit": limit, "offset": offset})
        response = client.send(request)
        page = _listed(response.json(), request, key)
        yield from page
        offset += len(page)
        if not page or not _has_more(response.headers, offset, is_full=len(page) >= limit):
            return


def by_cursor(client: Client, path: str, params: Mapping[str, Any], *, limit: int) -> Iterator[Any]:
    """Iru Prism: ``{data, cursor, offset, limit, total}``, all but ``data`` and ``limit`` often ``null``.

    The cursor is valid only beside the same other parameters, and there is none for rows in an order of one's own
    (``sort_by``): those, and tenants that have no cursor, are read by offset.
    """
    is_sorted = bool(params.get("sort_by"))
    place: dict[str, Any] = {}
    number = 0
    read: set[int] = set()
    while True:
        request = Request("GET", path, {**params, "limit": limit, **place})
        read_once(request, read)
        body = client.send(request).json()
        if not isinstance(body, dict) or "data" not in body:
            raise _not_a_listing(request, "an object with 'data'", body)
        page = _listed(body["data"], request)
        yield from page
        number += len(page)
        cursor = None if is_sorted else body.get("cursor")
        by_place = is_sorted or "cursor" not in body
        is_full = len(page) >= _granted(body, limit)
        if not page or not (cursor or _is_unfinished(body.get("total"), number, by_place and is_full)):
            return
        place = {"cursor": cursor} if cursor else {"offset": number}


def by_page(client: Client, path: str, params: Mapping[str, Any], *, size: int) -> Iterator[Any]:
    """Iru vulnerabilities: ``{total, page, size, results}`` by ``page``, counted from 1, and ``size``."""
    number, page = 0, 1
    while True:
        request = Request("GET", path, {**params, "page": page, "size": size})
        body = client.send(request).json()
        if not isinstance(body, dict) or "results" not in body:
            raise _not_a_listing(request, "an object with 'results'", body)
        rows = _listed(body["results"], request)
        yield from rows
        number, page = number + len(rows), page + 1
        if not rows or not _is_unfinished(body.get("total"), number, len(rows) >= size):
            return


def next_link(headers: Mapping[str, str]) -> str | None:
    """The ``next`` of a Link header, ``None`` on the last page."""
    found = _LINK.search(headers.get("Link", ""))
    return found[1] if found else None


def _has_more(headers: Mapping[str, str], read: int, *, is_full: bool) -> bool:
    total = headers.get("X-Total-Count", "")
    if total.isdecimal():
        return read < int(total)
    if "Link" in headers:
        return next_link(headers) not in (None, "", "None")
    return is_full


def _granted(body: dict[str, Any], limit: int) -> int:
    """The page size that the answer names: a service may grant less than it was asked for."""
    granted = body.get("limit")
    return min(limit, granted) if isinstance(granted, int) and granted > 0 else limit


def _is_unfinished(total: Any, read: int, otherwise: bool) -> bool:
    """Whether a total that is a number says that there is more; ``otherwise`` where it says nothing."""
    return read < total if isinstance(total, int) and not isinstance(total, bool) else otherwise


def read_once(request: Request, read: set[int]) -> None:
    """Note that this page is read now. Raises BadAnswer for one that was read before, else reading would never end.

    Only a hash of the page is kept: what is noted of 1,000,000 log events is a thousand numbers.
    """
    page = hash(urlencode({"path": request.path, **request.params}, doseq=True))
    if page in read:
        raise BadAnswer(f"{request.title} named a page as its next page that was read before; reading stopped.")
    read.add(page)


def _listed(body: Any, request: Request, key: str | None = None) -> list[Any]:
    if not isinstance(body, list):
        raise _not_a_listing(request, "a list", body)
    for item in body:
        if not isinstance(item, dict):
            raise _not_a_listing(request, "a list of objects", item)
        if key is not None and not (isinstance(item.get(key), str) and item[key]):
            raise BadAnswer(
                f"{request.title} listed an object without {key!r}, which is always documented to be there."
            )
    return body


def _not_a_listing(request: Request, expected: str, body: Any) -> BadAnswer:
    return BadAnswer(
        f"{request.title} answered {type(body).__name__} where {expected} was expected; check that the url is "
        "the API's own."
    )
