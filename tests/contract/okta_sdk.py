"""Okta's own Python SDK as the tests call it: it is asynchronous, and returns errors instead of raising them."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from okta.client import Client

from tests.sandbox_process import SandboxProcess


class TrustedContext(ssl.SSLContext):
    """What the SDK verifies the org by. It copies its configuration deeply, which no plain context allows."""

    def __deepcopy__(self, memo: dict[int, Any]) -> TrustedContext:
        return self


def connect(sandbox: SandboxProcess, credentials: dict[str, Any]) -> Client:
    trusted = TrustedContext(ssl.PROTOCOL_TLS_CLIENT)
    trusted.load_verify_locations(sandbox.ready["ca_file"])
    settings = {"orgUrl": sandbox.ready["okta_url"], "sslContext": trusted, "rateLimit": {"maxRetries": 0}}
    return Client({**settings, **credentials})


def ask(call: Awaitable[tuple[Any, ...]]) -> Any:
    """The typed answer of a call of the SDK, which returns errors instead of raising them."""
    answer, *_response, error = asyncio.run(awaited(call))
    assert error is None, error
    return answer


def refusal(call: Awaitable[tuple[Any, ...]]) -> Any:
    """The error of a call: an object of the SDK with status, code and causes."""
    error = asyncio.run(awaited(call))[-1]
    assert error is not None, "the call was not refused"
    return error


def pages(call: Callable[..., Awaitable[tuple[Any, ...]]], **options: Any) -> list[list[Any]]:
    """All pages of a listing; the SDK hands out the response, whose `Link` headers name the next page's cursor."""
    found, cursor = [], {}
    while True:
        answer, response, error = asyncio.run(awaited(call(**options, **cursor)))
        assert error is None, error
        found.append(answer)
        cursor = _cursor(response)
        if not cursor:
            return found


def _cursor(response: Any) -> dict[str, str]:
    links = [link for name, value in response.headers.items() if name.lower() == "link" for link in value.split(", ")]
    query = next((urlsplit(link[1:].partition(">")[0]).query for link in links if 'rel="next"' in link), "")
    after = dict(parse_qsl(query)).get("after")
    return {"after": after} if after else {}


async def awaited(call: Awaitable[tuple[Any, ...]]) -> tuple[Any, ...]:
    return await call
