"""The control API: time, request log, faults, state and settings. Its own requests are not in the request log."""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from sandbox import computers
from sandbox.pki import ca, challenges
from sandbox.web import WORLD, json_response
from sandbox.world import World

MAXIMUM_MINUTES = 60 * 24 * 366 * 5
_MAXIMUM_BODY = 1 << 30  # a state of 100,000 computers is large


def control_app(world: World, token: str) -> web.Application:
    """The control origin. Every call needs ``Authorization: Bearer <control_token>``."""
    app = web.Application(middlewares=[_authenticate(token), _json_errors], client_max_size=_MAXIMUM_BODY)
    app[WORLD] = world
    app.add_routes(
        [
            web.post("/control/tick", _tick),
            web.get("/control/requests", _requests),
            web.delete("/control/requests", _clear_requests),
            web.get("/control/faults", _faults),
            web.post("/control/faults", _add_faults),
            web.delete("/control/faults", _clear_faults),
            web.get("/control/state", _state),
            web.put("/control/state", _load_state),
            web.post("/control/reset", _reset),
            web.get("/control/settings", _settings),
            web.post("/control/settings", _change_settings),
            web.post("/control/okta/reset-secret", _reset_secret),
        ]
    )
    return app


def _authenticate(token: str) -> Any:
    @web.middleware
    async def check(request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> Any:
        sent = request.headers.get("Authorization", "")
        if not hmac.compare_digest(sent.encode(), f"Bearer {token}".encode()):
            return _error(401, "the control API needs 'Authorization: Bearer <control_token of the ready file>'")
        return await handler(request)

    return check


@web.middleware
async def _json_errors(request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> Any:
    try:
        return await handler(request)
    except ValueError as error:
        return _error(400, str(error))
    except web.HTTPException as error:
        return _error(error.status, f"{request.method} {request.path}: {error.reason}")


def _error(status: int, message: str) -> web.Response:
    return json_response({"error": message}, status)


async def _json_body(request: web.Request) -> Any:
    try:
        return await request.json()
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{request.method} {request.path} expects a JSON body: {error}") from error


async def _tick(request: web.Request) -> web.Response:
    body = await _json_body(request)
    minutes = body.get("minutes") if isinstance(body, dict) else None
    if isinstance(minutes, bool) or not isinstance(minutes, int | float) or not 0 <= minutes <= MAXIMUM_MINUTES:
        raise ValueError(f'expected {{"minutes": n}} with 0 <= n <= {MAXIMUM_MINUTES}, got {body!r}')
    world = request.app[WORLD]
    happened = await computers.tick(world, minutes)
    ca.expire_unused(world)
    return json_response({"minutes": minutes, "now": world.clock.now().isoformat(), "computers": happened})


async def _requests(request: web.Request) -> web.Response:
    log = request.app[WORLD].runtime.requests
    return json_response(log.as_json() if log else {"requests": [], "dropped": 0})


async def _clear_requests(request: web.Request) -> web.Response:
    log = request.app[WORLD].runtime.requests
    if log:
        log.clear()
    return web.Response(status=204)


async def _faults(request: web.Request) -> web.Response:
    rules = request.app[WORLD].runtime.faults
    return json_response(rules.as_json() if rules else [])


async def _add_faults(request: web.Request) -> web.Response:
    rules = request.app[WORLD].runtime.faults
    if rules is None:
        return _error(409, "no service is up that faults could apply to")
    return json_response({"added": rules.add(await _json_body(request))})


async def _clear_faults(request: web.Request) -> web.Response:
    rules = request.app[WORLD].runtime.faults
    if rules:
        rules.clear()
    return web.Response(status=204)


async def _state(request: web.Request) -> web.Response:
    return json_response(request.app[WORLD].snapshot())


async def _load_state(request: web.Request) -> web.Response:
    body = await _json_body(request)
    if not isinstance(body, dict):
        raise ValueError("a state is a JSON object, as GET /control/state gives it")
    request.app[WORLD].load(body)
    return web.Response(status=204)


async def _reset(request: web.Request) -> web.Response:
    """Back to the seed, and also no faults and an empty request log."""
    world = request.app[WORLD]
    world.reset()
    if world.runtime.requests and world.runtime.faults:
        world.runtime.requests.clear()
        world.runtime.faults.clear()
    return web.Response(status=204)


def _all_settings(world: World) -> dict[str, dict[str, Any]]:
    services = {name: part for name, part in world.data.items() if isinstance(part, dict) and "settings" in part}
    return {name: part["settings"] for name, part in services.items()}


async def _settings(request: web.Request) -> web.Response:
    return json_response(_all_settings(request.app[WORLD]))


async def _change_settings(request: web.Request) -> web.Response:
    """Sets switches of a service, ``{"okta": {"pipeline": "v1"}}``; all of them or, with an unknown name, none."""
    changes, settings = await _json_body(request), _all_settings(request.app[WORLD])
    if not isinstance(changes, dict) or not all(isinstance(values, dict) for values in changes.values()):
        raise ValueError('expected {"<service>": {"<switch>": value}}')
    for service, values in changes.items():
        for name in values:
            if name not in settings.get(service, {}):
                known = [f"{each}.{switch}" for each, switches in settings.items() for switch in switches]
                raise ValueError(f"unknown setting {service}.{name}; there are: {', '.join(known)}")
    for service, values in changes.items():
        settings[service].update(values)
    return json_response(settings)


async def _reset_secret(request: web.Request) -> web.Response:
    """*Reset secret key* of Okta's console: the old secret dies; only this answer shows the new one."""
    return json_response({"scep_challenge": challenges.reset_secret(request.app[WORLD])})
