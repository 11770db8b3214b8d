"""An Iru (formerly Kandji) tenant: the part of its API that management attestation needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.iru.gateway import error_response, gateway_middleware
from sandbox.iru.routing import route_definitions, storage_definitions
from sandbox.iru.seed import seed
from sandbox.web import Middleware

if TYPE_CHECKING:
    from sandbox.world import World

__all__ = ["LARGEST_BODY", "error_response", "middlewares", "routes", "seed", "storage_routes"]

LARGEST_BODY = 64 * 1024**2
"""What the sandbox reads of one request; no limit of Iru's is known, the switch ``maximum_body_bytes`` sets one."""


def routes(_world: World) -> list[web.RouteDef]:
    """All routes of the tenant's origin."""
    return route_definitions()


def storage_routes(_world: World) -> list[web.RouteDef]:
    """What the tenant adds to the origin of object storage."""
    return storage_definitions()


def middlewares(world: World) -> list[Middleware]:
    """What wraps every route."""
    return [gateway_middleware(world)]
