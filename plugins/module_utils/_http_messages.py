# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests and answers as data, which `_http.Client` sends and gets."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import BadAnswer

_REPEATABLE = frozenset({"GET", "HEAD", "PUT", "DELETE"})


@dataclass(frozen=True)
class Request:
    """One request. ``path`` begins with a slash and is relative to the base URL; at most one kind of body is set."""

    method: str
    path: str
    params: Mapping[str, Any] = field(default_factory=dict)
    json: Any = None
    form: Mapping[str, str] | None = None
    multipart: Sequence[tuple[str, Any]] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    reads: bool = False
    """A POST that changes nothing, such as a simulation: it may be repeated as a GET may."""

    def __post_init__(self) -> None:
        if not self.path.startswith("/"):
            raise ValueError(f"A path begins with a slash, or it would become a part of the host: {self.path!r}")

    @property
    def title(self) -> str:
        """``GET /api/v1/devices``, for messages: no query, since it may hold names of people."""
        return f"{self.method} {self.path}"

    @property
    def is_repeatable(self) -> bool:
        """Whether sending it twice comes to the same as sending it once."""
        return self.reads or self.method in _REPEATABLE

    def at(self, path: str, query: str) -> Request:
        """The same request on another page."""
        return replace(self, path=path, params=dict(parse_qsl(query, keep_blank_values=True)))


@dataclass(frozen=True)
class Response:
    """One complete answer."""

    request: Request
    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def is_html(self) -> bool:
        """Whether the body is a web page."""
        kind = self.headers.get("Content-Type", "").lower()
        return "html" in kind or self.content.lstrip()[:15].lower().startswith((b"<!doctype html", b"<html"))

    def json(self) -> Any:
        """The body as JSON, ``None`` if there is none. Raises BadAnswer with what came instead."""
        if not self.content:
            return None
        if self.is_html:
            raise BadAnswer(
                f"{self.request.title} answered a web page (HTML) where JSON was expected; check that the URL is the "
                "API's own address and not a console, proxy or login page.",
                status=self.status,
            )
        try:
            return json.loads(self.content)
        except RecursionError:
            raise BadAnswer(
                f"{self.request.title} answered JSON that is nested too deeply to be read ({len(self.content)} bytes); "
                "no such answer is documented. Check that the url is the API's own.",
                status=self.status,
            ) from None
        except ValueError as error:
            raise BadAnswer(
                f"{self.request.title} answered JSON that cannot be read ({error}; {len(self.content)} bytes): it was "
                "cut or altered on the way. Nothing was concluded from it; run again.",
                status=self.status,
            ) from None
