"""Okta Verify for download: what is known of it comes from public scripts that fetch it (no reference is published).

The package is no real one: it begins with the mark of a flat package (`xar!`), and the rest follows from the seed. So
it may be as large as a test wants, without any memory or disk.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import re
from collections.abc import Iterator
from typing import Any

from aiohttp import web

from sandbox.okta.access import needs
from sandbox.okta.answers import base_url, not_found
from sandbox.web import WORLD, json_response
from sandbox.world import World

_BLOCK = 1 << 16
_MAGIC = b"xar!"
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")
_HASHES = "okta.artifact_hashes"


@needs(None)
async def latest(request: web.Request) -> web.Response:
    """GET /api/v1/artifacts/{artifact}/latest: version and files; needs no token."""
    world, artifact = request.app[WORLD], _artifact(request)
    file: dict[str, Any] = {"href": _path(world, artifact)}
    if world.data["okta"]["settings"]["artifact_hashes"]:
        file["fileHashes"] = {"SHA-256": await _sha256(world, artifact)}
    return json_response({"version": world.data["okta"]["settings"]["artifact_version"], "files": [file]})


@needs(None)
async def download(request: web.Request) -> web.Response:
    """GET /api/v1/artifacts/{artifact}/download: 302 to the file; needs no token."""
    location = base_url(request) + _path(request.app[WORLD], _artifact(request))
    return web.Response(status=302, headers={"Location": location})


async def file(request: web.Request) -> web.StreamResponse:
    """GET /artifacts/{artifact}/{version}/{file}: the package, whole or from a place on."""
    world, artifact = request.app[WORLD], request.match_info["artifact"]
    settings = world.data["okta"]["settings"]
    if artifact not in _known(world) or request.path != _path(world, artifact):
        return web.Response(status=404)
    if settings["artifact_redirect_to"]:
        return web.Response(status=302, headers={"Location": settings["artifact_redirect_to"] + request.path})
    size, tag = settings["artifact_bytes"], f'"{(await _sha256(world, artifact))[:32]}"'
    start, end = _wanted(request, size, tag) if settings["artifact_ranges"] else (0, size)
    if start >= size or end <= start:
        return web.Response(status=416, headers={"Content-Range": f"bytes */{size}"})
    response = web.StreamResponse(status=200 if (start, end) == (0, size) else 206)
    response.content_type, response.content_length = "application/octet-stream", end - start
    response.headers["ETag"] = tag
    if settings["artifact_ranges"]:
        response.headers["Accept-Ranges"] = "bytes"
    if response.status == 206:
        response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    await response.prepare(request)
    return response if request.method == "HEAD" else await _send(request, response, start, end)


async def _send(request: web.Request, response: web.StreamResponse, start: int, end: int) -> web.StreamResponse:
    world = request.app[WORLD]
    settings = world.data["okta"]["settings"]
    cut = settings["artifact_cut_after"]
    left = end - start if cut is None else min(cut, end - start)
    for chunk in _blocks(world, request.match_info["artifact"], start):
        await response.write(chunk[:left])
        left -= len(chunk)
        if left <= 0:
            break
    if cut is not None and request.transport is not None:
        request.transport.close()
    return response


def _wanted(request: web.Request, size: int, tag: str) -> tuple[int, int]:
    """The first byte and the one behind the last; the whole file for what is no range that is served here."""
    match = _RANGE.fullmatch(request.headers.get("Range", ""))
    if match is None or request.headers.get("If-Range", tag) != tag:
        return 0, size
    return int(match[1]), min(size, int(match[2]) + 1) if match[2] else size


def _blocks(world: World, artifact: str, start: int, *, corrupt: bool = True) -> Iterator[bytes]:
    """The content from a place on, without an end."""
    settings = world.data["okta"]["settings"]
    seed = f"{world.data['sandbox']['seed']}:{artifact}:{settings['artifact_version']}"
    pattern = random.Random(seed).randbytes(_BLOCK)  # noqa: S311 - not a secret
    wrong = corrupt and settings["artifact_corrupt"]
    number, skip = divmod(start, _BLOCK)
    while True:
        mark = _MAGIC + number.to_bytes(4, "big") if number == 0 else number.to_bytes(8, "big")
        block = mark + pattern[8:-1] + (b"?" if wrong else b"\n")
        yield block[skip:]
        number, skip = number + 1, 0


async def _sha256(world: World, artifact: str) -> str:
    settings = world.data["okta"]["settings"]
    key = (artifact, settings["artifact_version"], settings["artifact_bytes"])
    hashes: dict[Any, str] = world.runtime.cache.setdefault(_HASHES, {})
    if key not in hashes:
        hashes[key] = await asyncio.to_thread(_hash, world, artifact, settings["artifact_bytes"])
    return hashes[key]


def _hash(world: World, artifact: str, size: int) -> str:
    digest, left = hashlib.sha256(), size
    for block in _blocks(world, artifact, 0, corrupt=False):
        digest.update(block[:left])
        left -= len(block)
        if left <= 0:
            return digest.hexdigest()
    raise AssertionError("blocks have no end")


def _artifact(request: web.Request) -> str:
    artifact = request.match_info["artifact"]
    if artifact not in _known(request.app[WORLD]) or request.query.get("releaseChannel", "GA") != "GA":
        raise not_found(artifact, "Artifact")
    return artifact


def _known(world: World) -> dict[str, str]:
    """Artifact → end of its file name. That of Windows is not confirmed by any public source."""
    windows = {"OKTA_VERIFY_WINDOWS": "exe"} if world.data["okta"]["settings"]["windows_artifact"] else {}
    return {"OKTA_VERIFY_MACOS": "pkg", **windows}


def _path(world: World, artifact: str) -> str:
    version = world.data["okta"]["settings"]["artifact_version"]
    build = hashlib.sha256(f"{artifact}:{version}".encode()).hexdigest()[:7]
    return f"/artifacts/{artifact}/{version}/OktaVerify-{version}-6544-{build}.{_known(world)[artifact]}"
