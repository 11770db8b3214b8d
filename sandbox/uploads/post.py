"""``POST /``: takes one file by a signed form. Of a large one only hash and size stay: all need the same memory."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from aiohttp import BodyPartReader, web

from sandbox.uploads.bucket import check_form, put
from sandbox.uploads.errors import HOST_ID, REQUEST_ID, Refused
from sandbox.web import WORLD

if TYPE_CHECKING:
    from sandbox.world import World

_CHUNK = 1 << 18
# Documented by Amazon: what may stand before the file.
_LONGEST_FIELDS = 20_480


async def post_object(request: web.Request) -> web.StreamResponse:
    """Takes a file whose form is signed, unexpired and complete; the fields come before the file, as S3 demands."""
    try:
        _check_request(request)
        return await _take(request)
    except Refused as refusal:
        return refusal.response
    except (ValueError, AssertionError):  # aiohttp's words for a body that is no multipart, or ends too early
        text = "The body of your POST request is not well-formed multipart/form-data."
        return Refused(400, "MalformedPOSTRequest", text).response


def _check_request(request: web.Request) -> None:
    authorization = request.headers.get("Authorization")
    if authorization is not None:
        # S3 knows no bearer tokens, and shows the one it got in its answer.
        raise Refused(
            400, "InvalidArgument", "Unsupported Authorization Type",
            ArgumentName="Authorization", ArgumentValue=authorization,
        )  # fmt: skip
    if request.content_type != "multipart/form-data":
        text = "At least one of the pre-conditions you specified did not hold"
        raise Refused(
            412, "PreconditionFailed", text, Condition="Bucket POST must be of the enclosure-type multipart/form-data"
        )
    if request.content_length is None:
        raise Refused(411, "MissingContentLength", "You must provide the Content-Length HTTP header.")


async def _take(request: web.Request) -> web.Response:
    world, fields = request.app[WORLD], dict[str, str]()
    reader = await request.multipart()
    while (part := await reader.next()) is not None:
        if not isinstance(part, BodyPartReader) or not part.name:
            raise ValueError("a part without a name")
        if part.name.lower() == "file":
            file = await _read(part, check_form(world, fields), world.data["uploads"]["settings"]["kept_bytes"])
            await reader.next()  # a file that no boundary ends was cut off: a ValueError
            put(world, fields["key"], file.sha256, file.size, file.content)
            return _accepted(world, fields["key"], file)
        fields[part.name.lower()] = (await part.read()).decode()
        if sum(map(len, fields.values())) > _LONGEST_FIELDS:
            text = "Your POST request fields preceding the upload file were too large."
            raise Refused(400, "MaxPostPreDataLengthExceeded", text)
    text = "POST requires exactly one file upload per request."
    raise Refused(400, "InvalidArgument", text, ArgumentName="file", ArgumentValue="0")


@dataclass(frozen=True)
class _File:
    sha256: str
    md5: str
    size: int
    content: bytes | None
    """None for a file that is too large to be kept."""


async def _read(part: BodyPartReader, maximum: int, kept: int) -> _File:
    """Reads a file. Raises Refused for more bytes than the form allows."""
    sha256, md5, size, chunks = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0, list[bytes]()
    while chunk := await part.read_chunk(_CHUNK):
        size += len(chunk)
        if size > maximum:
            text = "Your proposed upload exceeds the maximum allowed size"
            raise Refused(400, "EntityTooLarge", text, ProposedSize=size, MaxSizeAllowed=maximum)
        sha256.update(chunk)
        md5.update(chunk)
        chunks.append(chunk)
        if size > kept:
            chunks.clear()
    content = b"".join(chunks) if size <= kept else None
    return _File(sha256.hexdigest(), md5.hexdigest(), size, content)


def _accepted(world: World, key: str, file: _File) -> web.Response:
    headers = {
        "x-amz-id-2": HOST_ID,
        "x-amz-request-id": REQUEST_ID,
        "x-amz-server-side-encryption": "AES256",
        "ETag": f'"{file.md5}"',
        "Location": f"{world.runtime.origins.get('uploads', '')}/{quote(key, safe='')}",
        "Server": "AmazonS3",
    }
    return web.Response(status=204, headers=headers)
