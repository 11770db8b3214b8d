"""The shape of one event of the System Log: LogEvent of okta/okta-management-openapi-spec, every field of its example.

Who called, from where and with what comes from the request that is being answered; what the sandbox does by itself
(its computers, its certificate authority) has a client of nulls, as real events of the system have.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Caller:
    """Where a request came from. ``token_id`` is that of the API token, None for OAuth and for people."""

    ip: str
    user_agent: str
    request_id: str
    uri: str
    token_id: str | None = None


_caller: ContextVar[Caller | None] = ContextVar("caller", default=None)
_NOWHERE = {"city": None, "state": None, "country": None, "postalCode": None, "geolocation": None}


@contextmanager
def called_by(caller: Caller | None) -> Iterator[None]:
    """While it lasts, new events are of this caller, or of the system."""
    token = _caller.set(caller)
    try:
        yield
    finally:
        _caller.reset(token)


def computer_client(operating_system: str, ip: str) -> dict[str, Any]:
    """The client of a sign-in at a computer; where it stands is not known."""
    agent = f"Mozilla/5.0 ({operating_system}) okta-verify"
    return {
        "userAgent": {"rawUserAgent": agent, "os": operating_system, "browser": "UNKNOWN"},
        "zone": None,
        "device": "Computer",
        "id": None,
        "ipAddress": ip,
        "geographicalContext": dict(_NOWHERE),
    }


def log_event(
    event_type: str,
    *,
    uuid: str,
    published: str,
    display_message: str,
    outcome: str = "SUCCESS",
    reason: str | None = None,
    severity: str = "INFO",
    actor: dict[str, Any] | None = None,
    client: dict[str, Any] | None = None,
    device: dict[str, Any] | None = None,
    target: Sequence[dict[str, Any]] = (),
    debug_data: dict[str, Any] | None = None,
    session: str | None = None,
) -> dict[str, Any]:
    """An event. ``outcome`` is SUCCESS, FAILURE, ALLOW, DENY, CHALLENGE, SKIPPED or UNKNOWN; ``actor`` and ``target``
    entries have some of id, type, alternateId, displayName, detailEntry; ``session`` is that of a sign-in."""
    caller = _caller.get()
    return {
        "actor": _entity(actor) if actor else None,
        "client": client or _client(caller),
        "device": device,
        "authenticationContext": {
            "authenticationProvider": None,
            "credentialProvider": None,
            "credentialType": None,
            "issuer": None,
            "interface": None,
            "authenticationStep": 0,
            "rootSessionId": session or "unknown",
            "externalSessionId": session or "unknown",
        },
        "displayMessage": display_message,
        "eventType": event_type,
        "outcome": {"result": outcome, "reason": reason},
        "published": published,
        "securityContext": {"asNumber": None, "asOrg": None, "isp": None, "domain": None, "isProxy": None},
        "severity": severity,
        "debugContext": {"debugData": {**_debug_data(caller), **(debug_data or {})}},
        "legacyEventType": None,
        "transaction": _transaction(caller),
        "uuid": uuid,
        "version": "0",
        "request": {"ipChain": _ip_chain(caller)},
        "target": [_entity(each) for each in target] or None,
    }


def _entity(fields: dict[str, Any]) -> dict[str, Any]:
    return {"id": None, "type": None, "alternateId": None, "displayName": None, "detailEntry": None, **fields}


def _client(caller: Caller | None) -> dict[str, Any]:
    """A program is no browser: constructed after what Okta writes of clients that it cannot tell apart."""
    if caller is None:
        return dict.fromkeys(("userAgent", "zone", "device", "id", "ipAddress", "geographicalContext"))
    return {
        "userAgent": {"rawUserAgent": caller.user_agent, "os": "Unknown", "browser": "UNKNOWN"},
        "zone": None,
        "device": "Unknown",
        "id": None,
        "ipAddress": caller.ip,
        "geographicalContext": dict(_NOWHERE),
    }


def _debug_data(caller: Caller | None) -> dict[str, Any]:
    if caller is None:
        return {}
    return {"requestId": caller.request_id, "requestUri": caller.uri, "url": f"{caller.uri}?"}


def _transaction(caller: Caller | None) -> dict[str, Any]:
    if caller is None:
        return {"type": "JOB", "id": secrets.token_hex(16), "detail": None}
    detail = {"requestApiTokenId": caller.token_id} if caller.token_id else None
    return {"type": "WEB", "id": caller.request_id, "detail": detail}


def _ip_chain(caller: Caller | None) -> list[dict[str, Any]]:
    if caller is None:
        return []
    version = "V6" if ":" in caller.ip else "V4"
    return [{"ip": caller.ip, "geographicalContext": dict(_NOWHERE), "version": version, "source": None}]
