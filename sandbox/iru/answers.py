"""Request bodies, pages and errors in the forms that Iru's API has."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from aiohttp import web

from sandbox.iru.tenant import setting
from sandbox.web import WORLD, json_response

if TYPE_CHECKING:
    from sandbox.world import World

MAXIMUM_LIMIT = 300
"""Documented upper limit of a page. A larger ``limit`` is cut down to the switch ``page_limit``, which begins with this
(constructed: it could be refused as well)."""

# Recorded from "Delete Custom Profile" with an unknown id: Django's page, not JSON.
NOT_FOUND_PAGE = """<!doctype html>
<html lang="en">
<head>
  <title>Not Found</title>
</head>
<body>
  <h1>Not Found</h1><p>The requested resource was not found on this server.</p>
</body>
</html>
"""


class Refused(Exception):
    """A request that is answered with an error; ``response`` is that answer."""

    def __init__(self, response: web.Response) -> None:
        super().__init__(response.status)
        self.response = response


def bare_string(text: str, status: int = 400) -> web.Response:
    """An error that is a JSON string, as Blueprint assignments answer."""
    return json_response(text, status)


def detail(text: str, status: int) -> web.Response:
    """An error in the form of Django REST framework."""
    return json_response({"detail": text}, status)


def message(text: str, status: int) -> web.Response:
    """An error in the form of the Kong gateway."""
    return json_response({"message": text}, status)


def not_found_page() -> web.Response:
    """404 of the Library's custom items, and of paths that do not exist."""
    return web.Response(status=404, text=NOT_FOUND_PAGE, content_type="text/html")


def not_found() -> web.Response:
    """404 of everything else."""
    return detail("Not found.", 404)


def invalid(world: World, field: str, text: str) -> web.Response:
    """400 for a value that is refused. No source shows this body, so its shape can be setting (docs/sandbox-iru.md)."""
    shapes: dict[str, Any] = {"fields": {field: [text]}, "list": [text], "string": text, "detail": {"detail": text}}
    return json_response(shapes[setting(world, "validation_error_shape")], 400)


async def fields_of(request: web.Request) -> dict[str, Any]:
    """The fields of a JSON, urlencoded (dotted keys are nested) or multipart body; a file part is bytes.

    Raises Refused for a body that cannot be read.
    """
    kind = request.content_type
    if not request.body_exists:
        return {}
    if kind == "application/json":
        return _json_fields(await request.text())
    if kind == "application/x-www-form-urlencoded":
        return nested({name: value for name, value in (await request.post()).items() if isinstance(value, str)})
    if kind == "multipart/form-data":
        return nested(await _multipart_fields(request))
    raise Refused(detail(f'Unsupported media type "{kind}" in request.', 415))


def _json_fields(text: str) -> dict[str, Any]:
    try:
        fields = json.loads(text) if text.strip() else {}
    except ValueError as error:
        raise Refused(detail(f"JSON parse error - {error}", 400)) from error
    if not isinstance(fields, dict):
        raise Refused(detail("Invalid data. Expected a dictionary.", 400))
    return fields


async def _multipart_fields(request: web.Request) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in (await request.post()).items():
        fields[name] = value.file.read() if isinstance(value, web.FileField) else value
    return fields


def nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """``{"enrollment_code.is_active": "true"}`` as ``{"enrollment_code": {"is_active": "true"}}``.

    A key whose group is a value as well stays as it is.
    """
    fields: dict[str, Any] = {}
    for name, value in flat.items():
        group, dot, rest = name.partition(".")
        if dot and isinstance(fields.setdefault(group, {}), dict):
            fields[group][rest] = value
        else:
            fields[name] = value
    return fields


def as_bool(world: World, field: str, value: Any) -> bool:
    """A JSON boolean, or the text of one. Raises Refused for anything else."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in ("true", "false", "1", "0"):
        return value.strip().lower() in ("true", "1")
    raise Refused(invalid(world, field, "Must be a valid boolean."))


def whole_number(request: web.Request, name: str, default: int) -> int:
    """A paging parameter; what is not a number of 0 or more counts as absent, as in Django REST framework."""
    text = request.query.get(name, "")
    return int(text) if text.isdecimal() else default


def window(request: web.Request, default_limit: int = MAXIMUM_LIMIT) -> tuple[int, int]:
    """``(offset, limit)`` of a request."""
    most = int(setting(request.app[WORLD], "page_limit"))
    limit = min(whole_number(request, "limit", default_limit) or default_limit, most)
    return whole_number(request, "offset", 0), limit


def page_url(request: web.Request, base: str | None = None, **changes: Any) -> str:
    """The address of another page of the same list; other query parameters stay."""
    query = {**request.query, **{name: str(value) for name, value in changes.items()}}
    return f"{base or request.url.origin()}{request.path}?{urlencode(query)}"


def offset_page(request: web.Request, rows: Sequence[Any], default_limit: int = MAXIMUM_LIMIT) -> dict[str, Any]:
    """The ``{count,next,previous,results}`` envelope by ``limit`` and ``offset``."""
    offset, limit = window(request, default_limit)
    following = page_url(request, limit=limit, offset=offset + limit) if offset + limit < len(rows) else None
    previous = page_url(request, limit=limit, offset=max(0, offset - limit)) if offset > 0 else None
    return {"count": len(rows), "next": following, "previous": previous, "results": list(rows[offset : offset + limit])}


def totals(count: int, pages: int = 1, following: str | None = None, previous: str | None = None) -> dict[str, str]:
    """Headers beside a bare array, and recorded beside some objects. Recorded literally: an address, or None."""
    link = f'<{following}>; rel="next", <{previous}>; rel="prev"'
    return {"X-Total-Count": str(count), "X-Total-Pages": str(pages), "Link": link}


def numbered_page(request: web.Request, rows: Sequence[Any], size: int, base: str | None = None) -> dict[str, Any]:
    """The same envelope by ``page``; ``base`` is another origin for its links. Raises Refused (404 ``Invalid page.``)
    behind the last one."""
    page = whole_number(request, "page", 1)
    pages = max(1, -(-len(rows) // size))
    if not 1 <= page <= pages:
        raise Refused(detail("Invalid page.", 404))
    return {
        "count": len(rows),
        "next": page_url(request, base, page=page + 1) if page < pages else None,
        "previous": page_url(request, base, page=page - 1) if page > 1 else None,
        "results": list(rows[(page - 1) * size : page * size]),
    }
