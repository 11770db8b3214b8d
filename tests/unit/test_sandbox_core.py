"""What all services of the sandbox share: world, request log, faults, control API, TLS."""

from __future__ import annotations

import asyncio
import json
import ssl
import stat
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from sandbox import __main__ as command_line
from sandbox import okta, pki
from sandbox.clock import okta_time, parse_okta_time
from sandbox.control import control_app
from sandbox.faults import FaultRules
from sandbox.request_log import RequestLog
from sandbox.server import check_loopback
from sandbox.tls import server_context, write_private
from sandbox.web import json_response, service_app
from sandbox.world import World

Client = TestClient[Any, Any]
PATH = "/api/v1/things"


def seeded_world() -> World:
    world = World(3, 2, 1)
    world.runtime.seeders = [okta.seed, pki.seed]
    world.reset()
    return world


def test_same_seed_same_world_and_other_seed_another() -> None:
    first, second, other = World(1, 5, 1), World(1, 5, 1), World(2, 5, 1)
    assert first.data == second.data
    assert [first.new_uuid(), first.new_okta_id("rul")] == [second.new_uuid(), second.new_okta_id("rul")]
    assert first.data["people"] != other.data["people"]
    assert len({person["login"] for person in first.data["people"]}) == 5


def test_snapshot_restores_random_state_and_clock() -> None:
    world = World(1, 2, 0)
    kept = json.loads(json.dumps(world.snapshot()))
    drawn, before = [world.random(), world.choice("abcdef"), world.new_secret()], world.clock.now()
    world.clock.advance(60)
    assert timedelta(minutes=60) <= world.clock.now() - before < timedelta(minutes=61)
    world.load(kept)
    assert [world.random(), world.choice("abcdef"), world.new_secret()] == drawn
    assert world.clock.now() - before < timedelta(minutes=1)


def test_world_refuses_what_cannot_be() -> None:
    with pytest.raises(ValueError, match="windows computers are part of the fleet"):
        World(1, 2, 3)
    with pytest.raises(ValueError, match="cannot go back"):
        World().clock.advance(-1)
    with pytest.raises(ValueError, match="lacks: people, sandbox"):
        World().load({})


def test_okta_times_read_back() -> None:
    text = "2026-05-17T13:26:47.123Z"
    assert okta_time(parse_okta_time(text)) == text
    assert parse_okta_time("2026-05-17T15:26:47.123+02:00") == parse_okta_time(text)


def with_service(test: Callable[[World, Client, list[str]], Awaitable[None]]) -> None:
    """Runs a test against a service of one resource; the list notes the effects of requests."""
    effects: list[str] = []

    async def things(request: web.Request) -> web.Response:
        effects.append(request.method)
        body = {
            "next": "https://org.example/api?page=2",
            "items": ["x" * 50],
            "nested": {"next": {"href": "http://a/b"}},
        }
        return json_response(body, headers={"Link": '<https://org.example/s>; rel="self"'})

    async def failing(_request: web.Request) -> web.Response:
        raise RuntimeError("a defect of a service")

    async def run() -> None:
        world = World(1, 1, 0)
        world.runtime.error_responses = {"okta": okta.error_response}
        routes = [web.get(PATH, things), web.post(PATH, things), web.get("/failing", failing)]
        async with TestClient(TestServer(service_app(world, "okta", routes, []))) as client:
            await test(world, client, effects)

    asyncio.run(run())


def log_of(world: World) -> list[tuple[str, str, int | None]]:
    assert world.runtime.requests is not None
    return [(each["method"], each["path"], each["status"]) for each in world.runtime.requests.as_json()["requests"]]


def add_fault(world: World, do: dict[str, Any], **match: Any) -> None:
    assert world.runtime.faults is not None
    world.runtime.faults.add({"match": match, "do": do})


def test_request_log_keeps_order_but_no_secrets() -> None:
    async def scenario(world: World, client: Client, _effects: list[str]) -> None:
        await client.post(PATH + "?a=1", data="canary-body", headers={"Authorization": "canary-token"})
        await client.get("/missing")
        await client.get("/failing")
        await client.get("/pki/1/scep/2")
        assert world.runtime.requests is not None
        entries = world.runtime.requests.as_json()["requests"]
        assert [entry["n"] for entry in entries] == [1, 2, 3, 4]
        assert [entry["status"] for entry in entries] == [200, 404, 500, 404]
        assert [entry["service"] for entry in entries] == ["okta", "okta", "okta", "scep"]
        assert entries[0]["query"] == "a=1"
        assert "canary" not in json.dumps(entries)

    with_service(scenario)


def test_request_log_drops_the_oldest_and_says_so() -> None:
    log = RequestLog(maximum=2)
    for path in "abc":
        log.arrived("okta", "GET", path, "")
    assert log.as_json()["dropped"] == 1
    assert [entry["path"] for entry in log.as_json()["requests"]] == ["b", "c"]


def test_status_fault_has_the_vendors_body_and_no_effect() -> None:
    async def scenario(world: World, client: Client, effects: list[str]) -> None:
        add_fault(world, {"status": 429, "retry_after": 7}, path="/api/*")
        response = await client.post(PATH)
        assert (response.status, response.headers["Retry-After"]) == (429, "7")
        assert (await response.json())["errorCode"] == "E0000047"
        assert effects == []
        assert (await client.post(PATH)).status == 200  # once, unless `times` says more
        add_fault(world, {"status": 500, "effect": True})
        assert (await client.post(PATH)).status == 500
        assert effects == ["POST", "POST"]
        assert log_of(world) == [("POST", PATH, 429), ("POST", PATH, 200), ("POST", PATH, 500)]

    with_service(scenario)


@pytest.mark.parametrize(("when", "effect"), [("before", []), ("after", ["POST"])])
def test_connection_closed_before_or_after_the_effect(when: str, effect: list[str]) -> None:
    async def scenario(world: World, client: Client, effects: list[str]) -> None:
        add_fault(world, {"close": when}, method="post")
        with pytest.raises(aiohttp.ClientConnectionError):
            await client.post(PATH)
        assert effects == effect
        assert log_of(world) == [("POST", PATH, None)]

    with_service(scenario)


def test_body_cut_in_the_middle() -> None:
    async def scenario(world: World, client: Client, _effects: list[str]) -> None:
        whole = await (await client.get(PATH)).read()
        add_fault(world, {"truncate": True})
        response = await client.get(PATH)
        assert response.content_length == len(whole)
        with pytest.raises(aiohttp.ClientPayloadError):
            await response.read()

    with_service(scenario)


def test_html_in_place_of_json() -> None:
    async def scenario(world: World, client: Client, _effects: list[str]) -> None:
        add_fault(world, {"body": "<html>proxy</html>"})
        response = await client.get(PATH)
        assert (response.status, response.content_type) == (200, "text/html")
        add_fault(world, {"body": {"a": 1}, "status": 503})
        response = await client.get(PATH)
        assert (response.status, await response.json()) == (503, {"a": 1})

    with_service(scenario)


def test_next_links_to_a_foreign_host() -> None:
    async def scenario(world: World, client: Client, _effects: list[str]) -> None:
        add_fault(world, {"next_host": "foreign.example:8443"})
        response = await client.get(PATH)
        body = await response.json()
        assert body["next"] == "https://foreign.example:8443/api?page=2"
        assert body["nested"]["next"]["href"] == "http://foreign.example:8443/b"
        assert response.headers["Link"] == '<https://org.example/s>; rel="self"'

    with_service(scenario)


def test_next_link_header_to_a_foreign_host() -> None:
    async def scenario() -> None:
        world = World(1, 1, 0)
        world.runtime.seeders = [okta.seed]
        world.reset()
        app = service_app(world, "okta", okta.routes(world), okta.middlewares(world))
        async with TestClient(TestServer(app)) as client:
            add_fault(world, {"next_host": "foreign.example"})
            headers = {"Authorization": f"SSWS {world.data['okta']['api_token']}"}
            links = (await client.get("/api/v1/apps?limit=1", headers=headers)).headers.getall("Link")
            assert [link.split("/")[2] == "foreign.example" for link in links] == [False, True]

    asyncio.run(scenario())


def test_nth_and_times_count_matching_requests() -> None:
    rules = FaultRules()
    rules.add([{"match": {"path": "/a", "nth": 2, "times": 2}, "do": {"status": 500}}])
    paths = ["/a", "/b", "/a", "/b", "/a", "/a"]
    assert [bool(rules.hit("okta", "GET", path)) for path in paths] == [False, False, True, False, True, False]
    rules.add({"match": {"service": "iru", "times": 0}, "do": {"status": 500}})
    assert [bool(rules.hit(service, "GET", "/")) for service in ("iru", "okta", "iru", "iru")] == [
        True,
        False,
        True,
        True,
    ]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"do": {}}, "must not be empty"),
        ({"do": {"status": "503"}}, "do.status"),
        ({"do": {"status": True}}, "do.status"),
        ({"do": {"explode": 1}}, "unknown key do.explode"),
        ({"do": {"close": "now"}}, "do.close"),
        ({"match": {"verb": "GET"}, "do": {"status": 500}}, "unknown key match.verb"),
        ({"match": {"nth": 0}, "do": {"status": 500}}, "match.nth"),
        ({"if": {}, "do": {"status": 500}}, "unknown keys"),
        ("status 500", "is an object"),
    ],
)
def test_refused_fault_rules(rule: Any, message: str) -> None:
    rules = FaultRules()
    with pytest.raises(ValueError, match=message):
        rules.add([{"do": {"status": 500}}, rule])
    assert rules.as_json() == []


def test_control_api() -> None:
    async def scenario() -> None:
        world = seeded_world()
        service_app(world, "okta", [], [])
        async with TestClient(TestServer(control_app(world, "secret"))) as client:
            assert (await client.get("/control/state")).status == 401
            client.session.headers["Authorization"] = "Bearer secret"
            state = await (await client.get("/control/state")).json()
            assert state == world.data
            changed = await client.post("/control/settings", json={"okta": {"pipeline": "v1"}})
            assert (await changed.json())["okta"]["pipeline"] == "v1"
            for wrong in ({"okta": {"pipe": 1}}, {"nothing": {"a": 1}}, [1]):
                refused = await client.post("/control/settings", json=wrong)
                assert refused.status == 400
                assert (await refused.json())["error"]
            world.clock.advance(90)
            assert (await client.put("/control/state", json=state)).status == 204
            assert world.data == state
            assert (await client.put("/control/state", json=[])).status == 400
            assert (await client.put("/control/state", data="{")).status == 400
            await client.post("/control/faults", json={"do": {"status": 500}})
            assert len(await (await client.get("/control/faults")).json()) == 1
            assert (await client.post("/control/faults", json={"do": {}})).status == 400
            world.data["okta"]["policies"].clear()
            assert (await client.post("/control/reset")).status == 204
            assert world.data["okta"]["policies"]
            assert await (await client.get("/control/faults")).json() == []
            for minutes in ("1", True, -1, None):
                assert (await client.post("/control/tick", json={"minutes": minutes})).status == 400
            assert await (await client.get("/control/requests")).json() == {"requests": [], "dropped": 0}

    asyncio.run(scenario())


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "sandbox.example", ""])  # noqa: S104
def test_only_loopback_is_served(host: str) -> None:
    with pytest.raises(ValueError, match="--host must be a loopback address"):
        check_loopback(host)


def test_refused_host_ends_the_command_with_a_message(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    assert command_line.main(["serve", "--host", "0.0.0.0", "--ready-file", str(ready)]) == 1  # noqa: S104
    assert "--host must be a loopback address" in capsys.readouterr().err
    assert not ready.exists()


def test_client_commands_need_a_ready_file(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ATTESTATION_SANDBOX", raising=False)
    assert command_line.main(["tick", "--minutes", "5"]) == 1
    assert "ATTESTATION_SANDBOX" in capsys.readouterr().err


def test_tls_certificate_is_good_for_loopback_and_its_key_is_private(tmp_path: Path) -> None:
    async def scenario() -> None:
        context, ca_file = server_context(tmp_path)
        assert stat.S_IMODE((tmp_path / "server.pem").stat().st_mode) == 0o600
        trust = ssl.create_default_context(cafile=str(ca_file))
        trust.verify_flags |= ssl.VERIFY_X509_STRICT
        server = TestServer(web.Application())
        await server.start_server(ssl=context)
        async with aiohttp.ClientSession() as session:
            for host in ("127.0.0.1", "localhost"):
                url = f"https://{host}:{server.port}/"
                async with session.get(url, ssl=trust) as response:
                    assert response.status == 404
            with pytest.raises(aiohttp.ClientConnectorCertificateError):
                await session.get(url, ssl=ssl.create_default_context())
        await server.close()

    asyncio.run(scenario())


def test_private_files_are_private_from_the_start(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("old")
    path.chmod(0o644)
    write_private(path, b"new")
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"new", 0o600)
    assert list(tmp_path.iterdir()) == [path]
