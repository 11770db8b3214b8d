"""Object storage on an origin of its own: where packages go by a form that Iru has signed, as in Amazon S3."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.uploads.bucket import Record, form_for, kept, seed, stored
from sandbox.uploads.errors import Refused, error_response
from sandbox.uploads.get import check_link, get_object, link_for
from sandbox.uploads.post import post_object
from sandbox.web import Middleware

if TYPE_CHECKING:
    from sandbox.world import World

__all__ = [
    "Record",
    "Refused",
    "check_link",
    "error_response",
    "form_for",
    "kept",
    "link_for",
    "middlewares",
    "routes",
    "seed",
    "stored",
]


def routes(_world: World) -> list[web.RouteDef]:
    """The bucket takes files at its root and gives them back under their keys."""
    return [web.post("/", post_object), web.get("/{key:.+}", get_object)]


def middlewares(_world: World) -> list[Middleware]:
    """None: a signed form is all the authorisation there is."""
    return []
