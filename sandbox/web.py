"""What every service of the sandbox shares: the application, the request log and injected faults."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from aiohttp import web

from sandbox.faults import FaultRules
from sandbox.request_log import RequestLog
from sandbox.world import World

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Middleware = Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]

WORLD: web.AppKey[World] = web.AppKey("world", World)
_SCEP_PREFIX = "/pki/"
_NEXT_LINK = re.compile(r'<([^>]*)>(?=[^,<]*rel="next")')


def service_app(
    world: World,
    service_name: str,
    routes: Iterable[web.AbstractRouteDef],
    middlewares: Iterable[Middleware],
    *,
    largest_body: int = 1024**2,
) -> web.Application:
    """The application of one origin: request log and faults wrap the vendor's own middlewares, and these the routes.

    A request with more than ``largest_body`` bytes raises web.HTTPRequestEntityTooLarge where it is read.

    Handlers find the world as ``request.app[WORLD]``. Requests below ``/pki/`` are logged as service ``scep``,
    on whatever origin they arrive.
    """
    if world.runtime.requests is None:
        world.runtime.requests = RequestLog()
    if world.runtime.faults is None:
        world.runtime.faults = FaultRules()
    generic = (_log_middleware(world.runtime.requests, service_name), _fault_middleware(world, service_name))
    chain: list[Any] = [web.middleware(each) for each in (*generic, *middlewares)]
    app = web.Application(middlewares=chain, client_max_size=largest_body)
    app[WORLD] = world
    app.add_routes(routes)
    return app


def json_response(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """A JSON answer in UTF-8; its Content-Type has no charset, as in recordings of Okta."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return web.Response(body=text.encode(), status=status, headers=headers, content_type="application/json")


def _service_of(path: str, service_name: str) -> str:
    return "scep" if path.startswith(_SCEP_PREFIX) else service_name


def _log_middleware(log: RequestLog, service_name: str) -> Middleware:
    async def log_request(request: web.Request, handler: Handler) -> web.StreamResponse:
        entry = log.arrived(_service_of(request.path, service_name), request.method, request.path, request.query_string)
        try:
            response = await handler(request)
        except web.HTTPException as error:
            entry["status"] = error.status
            raise
        except Exception:
            entry["status"] = 500
            raise
        # A connection that a fault cut has no status: the client saw none.
        cut_short = request.transport is None or request.transport.is_closing()
        entry["status"] = response.status if response.prepared or not cut_short else None
        return response

    return log_request


def _fault_middleware(world: World, service_name: str) -> Middleware:
    async def apply_fault(request: web.Request, handler: Handler) -> web.StreamResponse:
        assert world.runtime.faults is not None  # noqa: S101 - service_app has set it
        service = _service_of(request.path, service_name)
        fault = world.runtime.faults.hit(service, request.method, request.path)
        if fault is None:
            return await handler(request)
        if fault.get("close") == "before":
            return _cut(request)
        response = await _faulty_response(world, service, fault, request, handler)
        await asyncio.sleep(fault.get("delay", 0))
        if fault.get("close") == "after":
            return _cut(request)
        return await _send_half(request, response) if fault.get("truncate") else response

    return apply_fault


async def _faulty_response(
    world: World, service: str, fault: dict[str, Any], request: web.Request, handler: Handler
) -> web.StreamResponse:
    """The answer to send: the real one (changed as the rule says), or an error in its place."""
    replaced = "status" in fault and not fault.get("effect")
    response = web.Response(status=fault["status"]) if replaced else await _answer(request, handler)
    if "status" in fault:
        error_response = world.runtime.error_responses.get(service)
        response = error_response(fault["status"]) if error_response else web.Response(status=fault["status"])
    if "body" in fault:
        response = _with_body(response.status, fault["body"])
    if "next_host" in fault and isinstance(response, web.Response):
        response = _with_foreign_next(response, fault["next_host"])
    if "retry_after" in fault:
        response.headers["Retry-After"] = str(fault["retry_after"])
    return response


async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as error:
        return web.Response(status=error.status, text=error.text, headers=error.headers)


def _with_body(status: int, body: Any) -> web.Response:
    if isinstance(body, str):
        content_type = "text/html" if body.lstrip().startswith("<") else "text/plain"
        return web.Response(status=status, text=body, content_type=content_type)
    return json_response(body, status)


def _cut(request: web.Request) -> web.Response:
    """Drops the connection; what is returned can no longer be sent."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _send_half(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """Announces the whole body, sends its first half and closes: JSON cut in the middle."""
    body = response.body if isinstance(response, web.Response) and isinstance(response.body, bytes) else b""
    cut = web.StreamResponse(status=response.status, headers=response.headers)
    cut.content_length = len(body)
    await cut.prepare(request)
    await cut.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return cut


def _with_foreign_next(response: web.Response, host: str) -> web.Response:
    """Sends `next` links to another host, in Link headers and in JSON bodies."""
    links = [
        _NEXT_LINK.sub(lambda m: f"<{_on_host(m[1], host)}>", link) for link in response.headers.getall("Link", [])
    ]
    response.headers.popall("Link", None)
    for link in links:
        response.headers.add("Link", link)
    if response.content_type == "application/json" and response.text:
        response.body = json.dumps(_foreign_next(json.loads(response.text), host)).encode()
    return response


def _foreign_next(value: Any, host: str) -> Any:
    if isinstance(value, list):
        return [_foreign_next(item, host) for item in value]
    if not isinstance(value, dict):
        return value
    changed = {key: _foreign_next(item, host) for key, item in value.items()}
    following = changed.get("next")
    if isinstance(following, str):
        changed["next"] = _on_host(following, host)
    elif isinstance(following, dict) and isinstance(following.get("href"), str):
        following["href"] = _on_host(following["href"], host)
    return changed


def _on_host(url: str, host: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=host)) if parts.netloc else url
