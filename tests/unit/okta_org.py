"""An Okta org of the sandbox in this process, for tests of its API."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer

from sandbox import okta
from sandbox.web import service_app
from sandbox.world import World


class Org:
    """The org's API with its SSWS token; every call returns (status, JSON body or None)."""

    def __init__(self, world: World, client: TestClient[Any, Any]) -> None:
        self.world = world
        self.client = client
        self.headers = {"Authorization": f"SSWS {world.data['okta']['api_token']}"}

    @property
    def data(self) -> dict[str, Any]:
        """The org's part of the state."""
        return dict(self.world.data["okta"])

    async def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """One request below /api/v1 (or at another absolute path)."""
        response = await self.raw(method, path, body)
        content = await response.read()
        return response.status, (await response.json()) if content else None

    async def raw(self, method: str, path: str, body: Any = None, **options: Any) -> ClientResponse:
        """One request; the response itself."""
        path = path if path.startswith(("/api", "/oauth2", "/.")) else f"/api/v1/{path}"
        return await self.client.request(method, path, json=body, headers=self.headers, **options)

    def policy(self, name: str) -> dict[str, Any]:
        """A policy of the state."""
        return next(each for each in self.data["policies"].values() if each["name"] == name)

    def app(self, label: str) -> dict[str, Any]:
        """An app of the state."""
        return next(each for each in self.data["apps"].values() if each["label"] == label)

    def group(self, name: str) -> str:
        """The id of a group."""
        return next(key for key, each in self.data["groups"].items() if each["profile"]["name"] == name)


def in_org(test: Callable[[Org], Awaitable[None]], fleet: int = 3) -> None:
    """Runs a test against a new org."""

    async def run() -> None:
        world = new_world(fleet)
        app = service_app(world, "okta", okta.routes(world), okta.middlewares(world))
        async with TestClient(TestServer(app)) as client:
            await test(Org(world, client))

    asyncio.run(run())


def new_world(fleet: int = 3) -> World:
    """A world that has only the Okta org."""
    world = World(1, fleet, 0)
    world.runtime.seeders = [okta.seed]
    world.reset()
    return world
