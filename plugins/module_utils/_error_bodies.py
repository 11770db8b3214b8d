# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the error bodies of both vendors, whatever their shape, into one message.

Okta: ``{errorCode, errorSummary, errorId, errorCauses: [{errorSummary}]}``, and OAuth's ``{error, error_description}``.
Iru: an object of field to messages, ``{"detail": …}``, ``{"message": …}``, a list of texts, a bare JSON string, plain
text, a web page, or nothing at all.
"""

from __future__ import annotations

import json
import re
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import ApiError
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Response
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_permissions import permission_for

_LONGEST_TEXT = 400
_LONGEST_BODY = 100_000  # characters of a body that are read for a message

_OKTA_ADVICE = {
    "E0000015": "The org or the token's owner does not have this feature: check the licence and the admin role.",
    "E0000047": "The rate limit is used up: run again in a minute, or with fewer parallel tenants.",
}
_IRU_ADVICE = {
    401: "The API token is wrong, expired or revoked: create a new one in Iru under Access, API tokens.",
    403: "The API token has no permission for this request: add it to the token in Iru under Access, API tokens.",
    404: "There is no such object in this tenant.",
    413: "What was sent is larger than Iru takes, which documents no limit: make the profile or script smaller.",
    429: "The rate limit (50 a second, 10,000 an hour) is used up: run again later.",
}


def explain_okta(response: Response) -> ApiError:
    """The failure that an Okta answer of status 400 or more stands for."""
    body = _decoded(response)
    challenge = _challenge(response)
    code, summary = challenge.get("error"), challenge.get("error_description")
    error_id = None
    causes: list[str] = []
    if isinstance(body, dict):
        code = body.get("errorCode") or body.get("error")
        summary = body.get("errorSummary") or body.get("error_description")
        error_id = body.get("errorId")
        listed = body.get("errorCauses")
        causes = [
            str(cause.get("errorSummary"))
            for cause in (listed if isinstance(listed, list) else [])
            if isinstance(cause, dict)
        ]
    text = "; ".join(filter(None, [_as_text(summary or body), *causes]))
    request_id = response.headers.get("X-Okta-Request-Id")
    reference = f" (error id {error_id}, request id {request_id})" if error_id or request_id else ""
    return ApiError(
        _sentence("Okta", response, code, text + reference, _OKTA_ADVICE.get(str(code), "")),
        status=response.status,
        code=code,
        summary=summary,
        causes=causes or None,
        error_id=error_id,
        request_id=request_id,
        scope=challenge.get("scope"),
    )


def explain_iru(response: Response) -> ApiError:
    """The failure that an Iru answer of status 400 or more stands for. ``summary`` holds the vendor's own text, and
    ``permission`` the one that the token lacks."""
    text = _as_text(_decoded(response))
    advice = _IRU_ADVICE.get(response.status, "")
    permission = None
    if response.status == 403:
        permission = permission_for(response.request.method, response.request.path)
        named = f'"{permission}"' if permission else "the one"
        advice = f"{advice} It is {named} for {response.request.method} on {response.request.path}."
    return ApiError(
        _sentence("Iru", response, None, text, advice), status=response.status, summary=text, permission=permission
    )


def _sentence(vendor: str, response: Response, code: str | None, text: str, advice: str) -> str:
    status = f"{response.status} {code}" if code else str(response.status)
    said = f": {text}" if text else ""
    return f"{vendor} refused {response.request.title} with {status}{said}." + (f" {advice}" if advice else "")


def _challenge(response: Response) -> dict[str, str]:
    """The parameters of WWW-Authenticate (RFC 6750, RFC 9449): what is wrong with an OAuth token stands there, and the
    body is empty."""
    return dict(re.findall(r'(\w+)="([^"]*)"', response.headers.get("WWW-Authenticate", "")))


def _decoded(response: Response) -> Any:
    if response.is_html:
        title = re.search(rb"<title>(.*?)</title>", response.content, re.IGNORECASE | re.DOTALL)
        return f"a web page titled {title[1].decode('utf-8', 'replace').strip()!r}" if title else "a web page"
    text = response.content[:_LONGEST_BODY].decode("utf-8", "replace").strip()
    try:
        return json.loads(text) if text else ""
    except (ValueError, RecursionError):
        return text


def _as_text(body: Any) -> str:
    """All texts of a body, in its order, with the fields they belong to, and cut where it is too long for a message."""
    try:
        text = _joined(body)
    except RecursionError:
        text = "an answer nested too deeply to be read"
    return text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + "…"


def _joined(body: Any) -> str:
    if isinstance(body, dict):
        for key in ("detail", "message", "error", "errors"):
            if key in body and len(body) == 1:
                return _joined(body[key])
        return "; ".join(f"{key}: {_joined(value)}" for key, value in body.items())
    if isinstance(body, list):
        return "; ".join(_joined(item) for item in body)
    return str(body).strip().rstrip(".") if body is not None else ""
