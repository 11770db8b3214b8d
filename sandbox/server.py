"""Brings the origins up in one event loop, writes the ready file, and serves until it is told to stop."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import secrets
import shutil
import signal
import socket
import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from sandbox import computers, iru, okta, pki, uploads
from sandbox.control import control_app
from sandbox.proxy import Proxy
from sandbox.tls import private_key_pem, server_context, write_private
from sandbox.web import service_app
from sandbox.world import World

_SHUTDOWN_SECONDS = 1
"""How long requests that are still being answered may keep a sandbox alive that was told to stop."""


class Running(Protocol):
    """What has to be ended with the sandbox."""

    async def cleanup(self) -> None:
        """Ends it."""


@dataclass(frozen=True)
class Options:
    """What `python -m sandbox serve` takes."""

    host: str = "127.0.0.1"
    okta_port: int = 0
    iru_port: int = 0
    fleet: int = 25
    windows: int = 3
    mobile: int = 0
    seed: int = 1
    state: Path | None = None
    ready_file: Path | None = None


def new_world(options: Options) -> World:
    """A world with every service's data, from the seed or from the state file."""
    world = World(options.seed, options.fleet, options.windows, options.mobile)
    world.runtime.seeders = [okta.seed, pki.seed, uploads.seed, iru.seed, computers.seed]
    world.runtime.error_responses = {
        "okta": okta.error_response,
        "iru": iru.error_response,
        "uploads": uploads.error_response,
    }
    world.reset()
    if options.state and options.state.exists():
        world.load(json.loads(options.state.read_text(encoding="utf-8")))
    return world


def check_loopback(host: str) -> None:
    """Raises ValueError when others than this machine could reach ``host``: everything here is open to its callers."""
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise ValueError(f"--host must be a loopback address (127.0.0.1, ::1 or localhost), got {host!r}")


async def serve(options: Options) -> None:
    """Serves until SIGINT or SIGTERM. Raises ValueError for a host that is not loopback, OSError for a port in use."""
    check_loopback(options.host)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    world = new_world(options)
    ready_file = options.ready_file or Path(tempfile.mkdtemp(prefix="sandbox-")) / "ready.json"
    folder = ready_file.with_name(ready_file.name + ".files")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    runners: list[Running] = []
    try:
        ready = await _bring_up(world, options, folder, runners)
        write_private(ready_file, (json.dumps(ready, indent=2) + "\n").encode())
        print(f"sandbox ready: {ready_file}", flush=True)
        await stop.wait()
    finally:
        for runner in runners:
            await runner.cleanup()
        ready_file.unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
        if options.ready_file is None:
            ready_file.parent.rmdir()
        if options.state:
            write_private(options.state, json.dumps(world.snapshot()).encode())


async def _bring_up(world: World, options: Options, folder: Path, runners: list[Running]) -> dict[str, Any]:
    """Starts every origin and returns the ready file's content."""
    tls, ca_file = server_context(folder)
    key_files = _service_app_keys(world, folder)
    world.runtime.files = {"ca": str(ca_file), "okta_private_key": str(key_files["client_id"])}
    control_token = secrets.token_urlsafe(32)
    ports = {"okta": options.okta_port, "iru": options.iru_port, "uploads": 0, "control": 0, "scep_http": 0}
    sockets = {name: _listen(options.host, port) for name, port in ports.items()}
    proxy, proxy_socket = (
        Proxy({name: sockets[name].getsockname()[:2] for name in ("okta", "iru")}),
        _listen(options.host),
    )
    world.runtime.origins = {name: _origin(name, options.host, each) for name, each in sockets.items()}
    apps = {
        "okta": service_app(world, "okta", [*okta.routes(world), *pki.routes(world)], okta.middlewares(world)),
        "iru": service_app(world, "iru", iru.routes(world), iru.middlewares(world), largest_body=iru.LARGEST_BODY),
        "uploads": service_app(
            world, "uploads", [*iru.storage_routes(world), *uploads.routes(world)], uploads.middlewares(world)
        ),
        # For SCEP clients that cannot be given a trust anchor (Debian's scepclient).
        "scep_http": service_app(world, "scep", pki.scep_routes(world), []),
        "control": control_app(world, control_token),
    }
    for name, app in apps.items():
        runners.append(await _start(app, sockets[name], None if name == "scep_http" else tls))
    await proxy.start(proxy_socket)
    runners.append(proxy)
    origins = world.runtime.origins
    return {
        "okta_url": origins["okta"],
        "okta_token": world.data["okta"]["api_token"],
        "okta_client_id": world.data["okta"]["client_id"],
        "okta_private_key_file": str(key_files["client_id"]),
        "okta_ec_client_id": world.data["okta"]["ec_client_id"],
        "okta_ec_private_key_file": str(key_files["ec_client_id"]),
        "iru_url": origins["iru"],
        "iru_token": world.data["iru"]["api_token"],
        "ca_file": str(ca_file),
        "proxy_url": _origin("proxy", options.host, proxy_socket),
        **pki.ready_fields(world),
        "control_url": origins["control"],
        "control_token": control_token,
    }


def _service_app_keys(world: World, folder: Path) -> dict[str, Path]:
    """Gives each service app a key pair, which belongs to this process and not to the state; returns the private ones.

    RSA 2048 is what Okta's console generates; elliptic-curve keys are brought along.
    """
    keys: dict[str, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey] = {
        "client_id": rsa.generate_private_key(public_exponent=65537, key_size=2048),
        "ec_client_id": ec.generate_private_key(ec.SECP256R1()),
    }
    files = {name: folder / f"okta_{name.removesuffix('_id')}_key.pem" for name in keys}
    for name, key in keys.items():
        write_private(files[name], private_key_pem(key))
        okta.register_key(world, world.data["okta"][name], key.public_key())
    return files


def _listen(host: str, port: int = 0) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=512)


def _origin(name: str, host: str, listener: socket.socket) -> str:
    scheme = "http" if name in ("scep_http", "proxy") else "https"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"


async def _start(app: web.Application, listener: socket.socket, tls: ssl.SSLContext | None) -> web.AppRunner:
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=_SHUTDOWN_SECONDS)
    await runner.setup()
    await web.SockSite(runner, listener, ssl_context=tls).start()
    return runner
