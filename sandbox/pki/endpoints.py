"""HTTP of Okta's certificate authority: the SCEP data path and the page that hands out one-time challenges."""

from __future__ import annotations

import base64
import binascii
import time
from collections import deque
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.okta import rate_limits
from sandbox.okta.access import needs
from sandbox.okta.answers import not_found
from sandbox.pki import challenges, scep
from sandbox.web import WORLD

if TYPE_CHECKING:
    from sandbox.world import World

CHALLENGE_PATH = "/api/v1/certificateAuthorities/{ca_id}/registrationAuthorities/{ra_id}/challenge"
SCEP_PATH = "/pki/{ca_id}/scep/{ra_id}"

_ISSUE_TIMES = "pki_issue_times"
_CHALLENGE_PAGE = """<HTML><Head><Meta HTTP-Equiv="Content-Type" Content="text/html; charset=windows-1252">\
<Title>Network Device Enrollment Service</Title></Head><Body>
<P> To complete certificate enrollment for your network device you will need the following information:
<P> The enrollment challenge password is: <B> {challenge} </B>
<P> This password can be used only once and will expire within {minutes} minutes.
</Body></HTML>
"""


def routes(world: World) -> list[web.RouteDef]:
    """All routes, for the Okta origin. Which authority is ours is looked up at each request: a state may be loaded."""
    return [*scep_routes(world), web.get(CHALLENGE_PATH, _challenge, allow_head=False)]


def scep_routes(world: World) -> list[web.RouteDef]:
    """The SCEP data path alone, which holds no credentials outside its encrypted messages."""
    del world
    return [web.get(SCEP_PATH, _scep_get, allow_head=False), web.post(SCEP_PATH, _scep_post)]


async def _scep_get(request: web.Request) -> web.Response:
    world = _world(request)
    match request.query.get("operation"):
        case "GetCACaps":
            return web.Response(text="\n".join(scep.CAPABILITIES), content_type="text/plain")
        case "GetCACert":
            return web.Response(body=scep.ca_certificates(world), content_type="application/x-x509-ca-ra-cert")
        case "PKIOperation":
            # A "+" that a client did not percent-encode arrives as a blank.
            message = request.query.get("message", "").replace(" ", "+")
            try:
                return _pki_operation(world, base64.b64decode(message, validate=True))
            except binascii.Error:
                return _not_understood(world, "the message parameter is not base64")
    return _not_understood(world, "unknown operation")


async def _scep_post(request: web.Request) -> web.Response:
    world = _world(request)
    if request.query.get("operation") != "PKIOperation":
        return _not_understood(world, "unknown operation")
    return _pki_operation(world, await request.read())


def _pki_operation(world: World, message: bytes) -> web.Response:
    if _is_throttled(world):
        return web.Response(status=429, text="Too Many Requests")
    try:
        return web.Response(body=scep.answer(world, message), content_type="application/x-pki-message")
    except scep.NotAnswerable as error:
        return _not_understood(world, str(error))


def _not_understood(world: World, reason: str) -> web.Response:
    """Plain text, as micromdm's scepserver was recorded to answer; Okta's own answer to garbage is not known."""
    return web.Response(status=world.data["pki"]["settings"]["garbage_status"], text=reason)


def _is_throttled(world: World) -> bool:
    """Count a request against ``requests_per_minute``: limits of Okta's SCEP are reported, their size is not known."""
    limit = world.data["pki"]["settings"]["requests_per_minute"]
    if limit is None:
        return False
    times: deque[float] = world.runtime.cache.setdefault(_ISSUE_TIMES, deque())
    now = time.monotonic()
    while times and now - times[0] >= 60:
        times.popleft()
    if len(times) >= limit:
        return True
    times.append(now)
    return False


@needs(None, rate_limits.CERTIFICATE_AUTHORITIES)
async def _challenge(request: web.Request) -> web.Response:
    """The page with a one-time challenge. Okta's own list of paths puts it into a bucket of 100 requests a minute."""
    world = request.app[WORLD]
    if not _is_ours(request):
        raise not_found(request.match_info["ra_id"], "RegistrationAuthority")
    if not challenges.credentials_match(world, request.headers.get("Authorization", "")):
        return web.Response(status=401, headers={"WWW-Authenticate": 'Basic realm="Okta"'})
    minutes = world.data["pki"]["settings"]["challenge_minutes"]
    page = _CHALLENGE_PAGE.format(challenge=challenges.fetch_one_time(world), minutes=minutes)
    return web.Response(body=page.encode("windows-1252"), content_type="text/html", charset="windows-1252")


def _world(request: web.Request) -> World:
    if not _is_ours(request):
        raise web.HTTPNotFound
    return request.app[WORLD]


def _is_ours(request: web.Request) -> bool:
    pki = request.app[WORLD].data["pki"]
    return (request.match_info["ca_id"], request.match_info["ra_id"]) == (pki["ca_id"], pki["ra_id"])
