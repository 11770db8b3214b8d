"""Audit events of the tenant, and the activity of single Library items."""

from __future__ import annotations

import base64
import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.iru.answers import Refused, detail, invalid, not_found, offset_page, page_url, whole_number
from sandbox.iru.gateway import TOKEN
from sandbox.iru.tenant import Record, library_item, next_row_id, now, parse_time, setting, tenant
from sandbox.web import WORLD, json_response

if TYPE_CHECKING:
    from sandbox.world import World

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_KEPT = timedelta(days=365)


def record(
    request: web.Request,
    action: str,
    target: tuple[str, str],
    new_state: Record,
    component: str = "",
    *,
    metadata: Record | None = None,
) -> None:
    """Appends an audit event: ``action`` create, update or delete; ``target`` is ``(type, id)``."""
    world = request.app[WORLD]
    tenant(world)["audit_events"].append(
        {
            "id": ulid(world.clock.now(), world.new_uuid()),
            "action": action,
            "occurred_at": now(world),
            "actor_id": request[TOKEN]["id"],
            # Documented as "admin user, api token, kandji, etc."; recorded events are those of users.
            "actor_type": "api_token",
            "target_id": target[1],
            "target_type": target[0],
            "target_component": component,
            "new_state": new_state,
            "metadata": metadata or {},
        }
    )


def record_item(world: World, item_id: str, activity_type: str, details: list[str] | None = None) -> None:
    """Appends to a Library item's activity; types are ``library_item_`` created, edited, deleted, assignment_changed.

    Who did it is the administrator who made the token: what Iru writes there for a token is not known.
    """
    admin = tenant(world)["admin"]
    rows = tenant(world)["item_activity"].setdefault(item_id, [])
    rows.append(
        {
            "id": next_row_id(world),
            "activity_time": now(world),
            "activity_type": activity_type,
            "user_id": admin["id"],
            "user_email": admin["email"],
            "details": details,
        }
    )


def ulid(moment: datetime, random: str) -> str:
    """A ULID: 48 bits of milliseconds and 80 random ones (of a UUID) in Crockford's base 32."""
    number = int(moment.timestamp() * 1000) << 80 | (uuid.UUID(random).int & ((1 << 80) - 1))
    return "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


async def list_events(request: web.Request) -> web.Response:
    """``GET /audit/events``."""
    world = request.app[WORLD]
    most = int(setting(world, "audit_page_limit"))
    limit = min(whole_number(request, "limit", most) or most, most)
    events = _sorted(request, [event for event in tenant(world)["audit_events"] if _in_period(world, request, event)])
    start = _cursor_offset(request)
    following = page_url(request, cursor=_cursor(start + limit)) if start + limit < len(events) else None
    return json_response({"results": events[start : start + limit], "previous": None, "next": following})


def _in_period(world: World, request: web.Request, event: Record) -> bool:
    occurred = parse_time(event["occurred_at"])
    if occurred < world.clock.now() - _KEPT:
        return False
    start, end = _date(world, request, "start_date"), _date(world, request, "end_date")
    return (start is None or occurred >= start) and (end is None or occurred <= end)


def _date(world: World, request: web.Request, name: str) -> datetime | None:
    text = request.query.get(name)
    if not text:
        return None
    try:
        return parse_time(text)
    except ValueError as error:
        raise Refused(invalid(world, name, "Enter a valid date.")) from error


def _sorted(request: web.Request, events: list[Record]) -> list[Record]:
    name = request.query.get("sort_by", "occurred_at")
    key = name.lstrip("-")
    if key not in ("occurred_at", "id"):
        return events
    return sorted(events, key=lambda event: str(event[key]), reverse=name.startswith("-"))


def _cursor(offset: int) -> str:
    return base64.urlsafe_b64encode(f"o={offset}".encode()).decode()


def _cursor_offset(request: web.Request) -> int:
    text = request.query.get("cursor", "")
    if not text:
        return 0
    try:
        return int(base64.urlsafe_b64decode(text).decode().removeprefix("o="))
    except ValueError as error:
        raise Refused(detail("Invalid cursor", 404)) from error


async def list_item_activity(request: web.Request) -> web.Response:
    """``GET /library/library-items/{id}/activity``."""
    world, item_id = request.app[WORLD], request.match_info["library_item_id"]
    rows: list[Record] = tenant(world)["item_activity"].get(item_id, [])
    if not rows and library_item(world, item_id) is None:
        return not_found()
    wanted: dict[str, Any] = {
        name: request.query[name] for name in ("activity_type", "user_id", "user_email") if request.query.get(name)
    }
    matching = [row for row in reversed(rows) if all(row[name] == value for name, value in wanted.items())]
    return json_response(offset_page(request, matching))
