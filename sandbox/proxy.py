"""An HTTPS proxy for clients that insist on the vendors' host names: it leads those names to the sandbox.

Iru's own CLI, for one, takes no address but ``https://<subdomain>.api.kandji.io``. With this proxy in ``HTTPS_PROXY``
and the sandbox's authority in ``SSL_CERT_FILE`` it runs as it is. TLS goes through to the origin, whose certificate has
the names; every other host is refused, so nothing can leave this machine by mistake.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Mapping

HOSTS = {
    "attest.api.kandji.io": "iru",
    "attest.api.eu.kandji.io": "iru",
    "attest.api.iru.com": "iru",
    "attest.okta.com": "okta",
}
"""The vendors' host names, each with the service that answers it."""

_HTTPS = "443"
_LONGEST_HEAD = 16_384
_CHUNK = 65_536


class Proxy:
    """A running proxy. ``origins`` are the addresses of the services, as ``(host, port)``."""

    def __init__(self, origins: Mapping[str, tuple[str, int]]) -> None:
        self._origins = origins
        self._tunnels: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self, listener: socket.socket) -> None:
        """Accepts connections from now on."""
        self._server = await asyncio.start_server(self._accepted, sock=listener, limit=_LONGEST_HEAD)

    async def cleanup(self) -> None:
        """Ends the proxy and all that goes through it."""
        if self._server is not None:
            self._server.close()
        for tunnel in self._tunnels:
            tunnel.cancel()

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - it runs in one
        self._tunnels.add(task)
        try:
            await self._answer(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the client went away, or never said where it wants to go
        finally:
            self._tunnels.discard(task)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        method, _blank, target = head.partition("\r\n")[0].rpartition(" ")[0].partition(" ")
        host, _colon, port = target.rpartition(":")
        service = HOSTS.get(host.lower()) if method == "CONNECT" and port == _HTTPS else None
        if service is None:
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            return
        inner_reader, inner_writer = await asyncio.open_connection(*self._origins[service])
        try:
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await asyncio.gather(_pump(reader, inner_writer), _pump(inner_reader, writer))
        finally:
            inner_writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carries one direction until it ends, then tells the other side."""
    while data := await reader.read(_CHUNK):
        writer.write(data)
        await writer.drain()
    with contextlib.suppress(OSError):
        writer.write_eof() if writer.can_write_eof() else writer.close()
