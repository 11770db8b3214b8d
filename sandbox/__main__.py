"""``python -m sandbox``: serve the sandbox, or ask a running one through the ready file."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import ssl
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

READY_FILE_VARIABLE = "ATTESTATION_SANDBOX"
_TICK_TIMEOUT = 3600


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line; returns the exit code (0 fine, 1 failed with a message on standard error)."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (ValueError, OSError) as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    serve = commands.add_parser("serve", help="serve until stopped")
    serve.add_argument("--host", default="127.0.0.1", help="loopback address to listen on")
    serve.add_argument("--okta-port", type=int, default=0, help="0 takes a free one")
    serve.add_argument("--iru-port", type=int, default=0, help="0 takes a free one")
    serve.add_argument("--fleet", type=int, default=25, help="number of computers")
    serve.add_argument("--windows", type=int, default=3, help="how many of them run Windows")
    serve.add_argument("--mobile", type=int, default=0, help="iPads, iPhones, Apple TVs beside them; they do not act")
    serve.add_argument("--seed", type=int, default=1, help="same seed, same company")
    serve.add_argument("--state", type=Path, help="loaded at the start if it exists, saved at the end")
    serve.set_defaults(run=_serve)
    tick = commands.add_parser("tick", help="let time pass: computers check in, install, enrol, users sign in")
    tick.add_argument("--minutes", type=float, required=True)
    tick.set_defaults(run=lambda options: _call(options, "POST", "/control/tick", {"minutes": options.minutes}))
    requests = commands.add_parser("requests", help="show the log of API requests")
    requests.set_defaults(run=lambda options: _call(options, "GET", "/control/requests"))
    reset = commands.add_parser("reset", help="back to the seed")
    reset.set_defaults(run=lambda options: _call(options, "POST", "/control/reset"))
    for command in (serve, tick, requests, reset):
        command.add_argument("--ready-file", type=Path, help=f"default: ${READY_FILE_VARIABLE}")
    return parser


def _ready_file(options: argparse.Namespace) -> Path | None:
    named = options.ready_file or os.environ.get(READY_FILE_VARIABLE)
    return Path(named) if named else None


def _serve(options: argparse.Namespace) -> int:
    from sandbox.server import Options, serve  # noqa: PLC0415 - the small clients need none of it

    values = {name: value for name, value in vars(options).items() if name not in {"run", "ready_file"}}
    asyncio.run(serve(Options(**values, ready_file=_ready_file(options))))
    return 0


def _call(options: argparse.Namespace, method: str, path: str, body: Any = None) -> int:
    ready_file = _ready_file(options)
    if ready_file is None:
        raise ValueError(f"name the ready file of a running sandbox with --ready-file or {READY_FILE_VARIABLE}")
    ready = json.loads(ready_file.read_text(encoding="utf-8"))
    request = urllib.request.Request(  # noqa: S310 - the scheme comes from our own ready file
        ready["control_url"] + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {ready['control_token']}", "Content-Type": "application/json"},
    )
    context = ssl.create_default_context(cafile=ready["ca_file"])
    try:
        with urllib.request.urlopen(request, timeout=_TICK_TIMEOUT, context=context) as answer:  # noqa: S310
            text = answer.read().decode()
    except urllib.error.HTTPError as error:
        raise ValueError(f"{method} {path}: {error.code} {error.read().decode()}") from error
    if text:
        print(json.dumps(json.loads(text), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
