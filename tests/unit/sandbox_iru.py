"""The sandbox's Iru tenant in this process, for tests: one world, plain HTTP, a new connection for each request."""

from __future__ import annotations

import asyncio
import json
import plistlib
from typing import Any

from aiohttp import FormData, web
from aiohttp.test_utils import TestClient, TestServer
from multidict import CIMultiDictProxy

from sandbox import iru, uploads
from sandbox.web import service_app
from sandbox.world import World

API = "/api/v1"


class Answer:
    """What came back."""

    def __init__(self, status: int, headers: CIMultiDictProxy[str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.text = body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.text)


class Tenant:
    """A tenant and a token that may do everything."""

    def __init__(self, fleet: int = 25, windows: int = 3, mobile: int = 0) -> None:
        self.world = World(1, fleet, windows, mobile)
        self.world.runtime.seeders = [uploads.seed, iru.seed]
        self.world.reset()
        self.state: dict[str, Any] = self.world.data["iru"]
        self.state["settings"]["rate_limit_second"] = 10_000

    def request(self, method: str, path: str, **options: Any) -> Answer:
        routes, layers = iru.routes(self.world), iru.middlewares(self.world)
        app = service_app(self.world, "iru", routes, layers, largest_body=iru.LARGEST_BODY)
        headers = {"Authorization": f"Bearer {self.state['api_token']}"} | options.pop("headers", {})
        address = path if path.startswith(("/api", "/app")) else API + path
        return _exchange(app, method, address, headers=headers, **options)

    def store(self, fields: dict[str, str], content: bytes, *, last: str = "file", **options: Any) -> Answer:
        """Posts a form and a file to object storage, without any token."""
        form = FormData()
        for name, value in fields.items():
            form.add_field(name, value)
        form.add_field(last, content, filename="package.pkg", content_type="application/octet-stream")
        return self.post_to_store(data=form, **options)

    def get_from_store(self, path: str, query: dict[str, str], host: str, **headers: str) -> Answer:
        app = service_app(self.world, "uploads", [*iru.storage_routes(self.world), *uploads.routes(self.world)], [])
        return _exchange(app, "GET", path, params=query, headers={"Host": host} | headers)

    def post_to_store(self, **options: Any) -> Answer:
        app = service_app(self.world, "uploads", uploads.routes(self.world), [])
        return _exchange(app, "POST", "/", **options)

    def uploaded(self, content: bytes, name: str = "package.pkg") -> str:
        """The key of a file that lies in object storage."""
        form = self.request("POST", "/library/custom-apps/upload", json={"name": name}).json
        assert self.store(form["post_data"], content).status == 204
        return str(form["file_key"])

    def get(self, path: str, **query: Any) -> Answer:
        return self.request("GET", path, params={name: str(value) for name, value in query.items()})

    def upload(self, method: str, path: str, file: bytes | None = None, **fields: str) -> Answer:
        """A multipart request, as custom profiles take it."""
        form = FormData()
        for name, value in fields.items():
            form.add_field(name, value, content_type="text/plain")
        if file is not None:
            form.add_field("file", file, filename="p.mobileconfig", content_type="application/x-apple-aspen-config")
        return self.request(method, path, data=form)

    def named(self, kind: str, name: str) -> dict[str, Any]:
        """The object of ``blueprints``, ``custom_profiles`` or ``native_items`` that has this name."""
        return next(each for each in self.state[kind].values() if each["name"] == name)

    def devices_on(self, blueprint: dict[str, Any], platform: str = "Mac") -> list[dict[str, Any]]:
        devices = self.state["devices"].values()
        return [each for each in devices if each["blueprint_id"] == blueprint["id"] and each["platform"] == platform]


def _exchange(app: web.Application, method: str, address: str, **options: Any) -> Answer:
    async def exchange() -> Answer:
        async with TestClient(TestServer(app)) as client, client.request(method, address, **options) as got:
            return Answer(got.status, got.headers, await got.read())

    return asyncio.run(exchange())


def mobileconfig(*payloads: dict[str, Any], **top: Any) -> bytes:
    """A profile that somebody made: its own identifier, UUID and name at the top."""
    content = {
        "PayloadType": "Configuration",
        "PayloadVersion": 1,
        "PayloadIdentifier": "com.example.mine",
        "PayloadUUID": "11111111-2222-3333-4444-555555555555",
        "PayloadDisplayName": "Mine",
        "PayloadContent": list(payloads),
    }
    return plistlib.dumps(content | top)
