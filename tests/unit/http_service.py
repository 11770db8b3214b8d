"""A scripted HTTP service on loopback for tests of the client: answers in order, and notes what it was asked."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Answer:
    """One scripted answer; ``close`` drops the connection, ``cut`` sends that many bytes of the body only."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    close: bool = False
    cut: int | None = None

    def content(self) -> bytes:
        """The body as bytes."""
        if isinstance(self.body, bytes):
            return self.body
        return b"" if self.body is None else json.dumps(self.body).encode()


@dataclass
class Service:
    """The running service."""

    url: str
    asked: list[tuple[str, str, dict[str, str], bytes]]
    answers: list[Answer]

    def methods(self) -> list[str]:
        """The methods asked, in order."""
        return [method for method, *_ in self.asked]

    def paths(self) -> list[str]:
        """The paths with query, in order."""
        return [path for _, path, *_ in self.asked]


@contextmanager
def http_service(*answers: Answer) -> Iterator[Service]:
    """Serve the answers in order; a request beyond them is answered with 599."""
    service = Service("", [], list(answers))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # head and body are two packets, and the second would wait 40 ms for the client

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            service.asked.append((self.command, self.path, dict(self.headers), self.rfile.read(length)))
            answer = service.answers.pop(0) if service.answers else Answer(599, {"message": "nothing scripted"})
            if answer.close:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            content = answer.content()
            self.send_response_only(answer.status)
            headers = {
                "Date": self.date_time_string(),
                "Content-Type": "application/json",
                **answer.headers,
                "Content-Length": str(len(content)),
            }
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content if answer.cut is None else content[: answer.cut])
            self.close_connection = answer.cut is not None

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    service.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
