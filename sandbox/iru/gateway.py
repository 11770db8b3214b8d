"""What stands in front of every Iru endpoint: rate limits, the API token, its permissions, and the usual headers."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.iru.answers import Refused, detail, message, not_found_page
from sandbox.iru.tenant import Record, setting, tenant
from sandbox.web import Handler, Middleware

if TYPE_CHECKING:
    from sandbox.world import World

TOKEN: web.RequestKey[Record] = web.RequestKey("iru_token", dict)
"""The token record of a request that was let in."""

_BEARER = re.compile(r"Bearer ([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})")
# Recorded where Allow says something else than what the address takes: one view serves all actions of a Blueprint.
_ALLOW = {
    "/api/v1/blueprints": ["GET", "HEAD", "POST"],
    "/api/v1/blueprints/{blueprint_id}": ["GET", "HEAD", "PATCH", "DELETE"],
    **{
        f"/api/v1/blueprints/{{blueprint_id}}/{action}-library-item{plural}": ["GET", "POST", "PATCH", "DELETE"]
        for action, plural in (("list", "s"), ("assign", ""), ("remove", ""))
    },
    **{
        f"/api/v1/devices/{{device_id}}/{view}": ["GET", "HEAD", "OPTIONS"]
        for view in ("activity", "library-items", "parameters", "status")
    },
    "/api/v1/integrations/apple/ade/{ade_token_id}": ["GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"],
    "/api/v1/self-service/categories": ["GET", "POST", "PATCH", "DELETE"],
}
PING = "/app/v1/ping"
"""Iru's own CLI asks it, without a token, whether the tenant is there (kandji-inc/iructl)."""
# Recorded on every answer of 2024 tenants, beside the rate-limit headers: Kong, and the delivery network before it.
_EDGE_HEADERS = {
    "Via": "kong/3.2.2, 1.1 varnish, 1.1 varnish",
    "X-Kong-Upstream-Latency": "139",
    "X-Kong-Proxy-Latency": "108",
    "Access-Control-Allow-Origin": "*",
    "X-Served-By": "cache-attest-1, cache-attest-2",
    "X-Cache": "MISS, MISS",
    "X-Cache-Hits": "0, 0",
}
# Published of the two servers behind them: Prism is another one than everything else.
_PRISM_HEADERS = {"Server": "uvicorn", "Vary": "Accept-Encoding"}
_APP_HEADERS = {
    "Server": "waitress",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Feature-Policy": "; ".join(
        f"{name} 'none'"
        for name in (
            "accelerometer", "camera", "geolocation", "gyroscope", "magnetometer", "microphone", "payment", "usb",
        )
    ),
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Vary": "Origin",
}  # fmt: skip
# Published: the younger part of the API names the charset of its JSON.
_WITH_CHARSET = ("/api/v1/library/", "/api/v1/self-service/")


def gateway_middleware(world: World) -> Middleware:
    """The middleware of all Iru routes."""

    async def pass_gateway(request: web.Request, handler: Handler) -> web.StreamResponse:
        remaining = _take(world)
        response = _limited(world) if remaining is None else await _answer(world, request, handler)
        response.headers.update(_fixed_headers(request) | _rate_headers(world, remaining or {"hour": 0, "second": 0}))
        if response.content_type == "application/json" and request.path.startswith(_WITH_CHARSET):
            response.charset = "utf-8"
        methods = _methods(request)
        if methods:
            response.headers["Allow"] = ", ".join(methods)
        return response

    return pass_gateway


def _fixed_headers(request: web.Request) -> dict[str, str]:
    server = _PRISM_HEADERS if request.path.startswith("/api/v1/prism/") else _APP_HEADERS
    return _EDGE_HEADERS | server


async def ping(_request: web.Request) -> web.Response:
    """``GET /app/v1/ping``. Only the status is known."""
    return web.json_response({})


def error_response(status: int) -> web.Response:
    """Iru's answer for a status that a fault rule asks for."""
    answers: dict[int, Callable[[], web.Response]] = {
        401: lambda: message("Invalid authentication", 401),
        403: _no_permission,
        404: not_found_page,
        429: lambda: message("API rate limit exceeded", 429),
        500: lambda: web.Response(status=500, text="<h1>Server Error (500)</h1>", content_type="text/html"),
    }
    answer = answers.get(status)
    return answer() if answer else message("The upstream server is not available", status)


async def _answer(world: World, request: web.Request, handler: Handler) -> web.StreamResponse:
    turned_away = _turned_away(world, request)
    if turned_away is not None:
        return turned_away
    try:
        return await handler(request)
    except Refused as refusal:
        return refusal.response
    except web.HTTPRequestEntityTooLarge:
        return _too_large()


def _turned_away(world: World, request: web.Request) -> web.Response | None:
    """The answer to a request that does not get to its handler."""
    unknown = request.match_info.http_exception
    if unknown is not None:
        return not_found_page() if unknown.status == 404 else _method_not_allowed(request)
    if request.path.rstrip("/") == PING:
        return None
    token = _token(world, request)
    if token is None:
        # Body as in Mondoo's provider test data; what Iru sends for a missing header is not recorded.
        return message("Invalid authentication", 401)
    if not _permitted(token, request):
        return _no_permission()
    request[TOKEN] = token
    most = setting(world, "maximum_body_bytes")
    return _too_large() if most is not None and (request.content_length or 0) > most else None


def _too_large() -> web.Response:
    """Constructed: no limit of Iru's and no such answer is known."""
    return detail("Request body too large.", 413)


def _token(world: World, request: web.Request) -> Record | None:
    """The active token of the request. Tokens are UUID-shaped (Iru's own CLI refuses others)."""
    found = _BEARER.fullmatch(request.headers.get("Authorization", ""))
    token: Record | None = tenant(world)["tokens"].get(found[1].lower()) if found else None
    return token if token and token["active"] else None


def _permitted(token: Record, request: web.Request) -> bool:
    """Whether the token's list of ``{path, http_method}`` holds this endpoint; None stands for all of them."""
    permissions = token["permissions"]
    resource = request.match_info.route.resource
    if permissions is None or resource is None:
        return True
    # Iru has a permission for each Prism category, which here is one route: such a row names the path itself.
    paths = {_pattern(resource.canonical), request.path.rstrip("/")}
    return any(
        _pattern(each["path"]) in paths and each["http_method"].upper() == request.method for each in permissions
    )


def _pattern(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path).rstrip("/")


def _no_permission() -> web.Response:
    # The status is documented, the body is constructed (Django REST framework's own text).
    return detail("You do not have permission to perform this action.", 403)


def _method_not_allowed(request: web.Request) -> web.Response:
    return detail(f'Method "{request.method}" not allowed.', 405)


def _methods(request: web.Request) -> list[str]:
    """The methods of this address, which every answer lists in ``Allow``."""
    unknown = request.match_info.http_exception
    if isinstance(unknown, web.HTTPMethodNotAllowed):
        return sorted(unknown.allowed_methods)
    resource = request.match_info.route.resource
    if resource is None:
        return []
    return _ALLOW.get(resource.canonical.rstrip("/")) or [route.method for route in resource]


def _windows(world: World) -> dict[str, int]:
    """Length of each window in seconds."""
    return {"hour": int(setting(world, "rate_limit_hour_seconds")), "second": 1}


def _limits(world: World) -> dict[str, int]:
    return {window: int(setting(world, f"rate_limit_{window}")) for window in _windows(world)}


def _take(world: World) -> dict[str, int] | None:
    """Counts one request; what then remains in each window, or None when one was used up already."""
    limits, moment = _limits(world), time.time()
    used: dict[str, tuple[int, int]] = world.runtime.cache.setdefault("iru_requests", {})
    counted = {}
    for window, seconds in _windows(world).items():
        number = int(moment // seconds)
        counted[window] = (number, (used[window][1] if used.get(window, (None,))[0] == number else 0) + 1)
    if any(counted[window][1] > limits[window] for window in counted):
        return None
    used.update(counted)
    return {window: limits[window] - count for window, (_number, count) in counted.items()}


def _limited(world: World) -> web.Response:
    response = message("API rate limit exceeded", 429)
    if setting(world, "retry_after"):
        response.headers["Retry-After"] = str(_seconds_to_reset(world))
    return response


def _seconds_to_reset(world: World) -> int:
    """Whole seconds until the window that is used up starts again: the hour's when that is the one, else 1."""
    used = world.runtime.cache.get("iru_requests", {}).get("hour", (None, 0))
    moment = time.time()
    length = _windows(world)["hour"]
    exhausted = used[0] == int(moment // length) and used[1] >= _limits(world)["hour"]
    return length - int(moment % length) if exhausted else 1


def _rate_headers(world: World, remaining: dict[str, int]) -> dict[str, str]:
    """``RateLimit-*`` is about the window of which the least is left, as in Kong's own source: mostly the second."""
    limits = _limits(world)
    tightest = min(("second", "hour"), key=lambda window: remaining[window])
    return {
        "X-RateLimit-Limit-Hour": str(limits["hour"]),
        "X-RateLimit-Remaining-Hour": str(remaining["hour"]),
        "X-RateLimit-Limit-Second": str(limits["second"]),
        "X-RateLimit-Remaining-Second": str(remaining["second"]),
        "RateLimit-Limit": str(limits[tightest]),
        "RateLimit-Remaining": str(remaining[tightest]),
        "RateLimit-Reset": str(_seconds_to_reset(world)),
    }
