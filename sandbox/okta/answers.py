"""What Okta's answers look like: error bodies, paging by Link header, request ids."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Collection, Sequence
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from sandbox.web import WORLD, json_response

_SUMMARIES = {
    "E0000001": (400, "Api validation failed: {0}"),
    "E0000002": (400, "The request was not valid: {0}"),
    "E0000003": (400, "The request body was not well-formed."),
    "E0000006": (403, "You do not have permission to perform the requested action"),
    "E0000007": (404, "Not found: {0}"),
    "E0000009": (500, "Internal Server Error"),
    "E0000011": (401, "Invalid token provided"),
    "E0000015": (401, "You do not have permission to access the feature you are requesting"),
    # 400 as a client met it (okta/okta-sdk-python issue 400).
    "E0000021": (400, "Bad request. Accept and/or Content-Type headers likely do not match supported values."),
    "E0000022": (405, "The endpoint does not support the provided HTTP method"),
    "E0000029": (400, "Invalid paging request."),
    "E0000031": (400, "Invalid search criteria."),
    "E0000047": (429, "API call exceeded rate limit due to too many requests."),
    "E0000053": (400, "Invalid request: {0}"),
    "E0000056": (403, "Delete application forbidden."),
    # Recorded (okta/terraform-provider-okta, TestAccResourceOktaAuthenticator_OktaVerifyCRUD).
    "E0000148": (
        403,
        "Cannot modify/disable this authenticator because it is enabled in one or more policies. To continue, disable "
        "the authenticator in these policies. Additionally, if disabling Okta Verify when Fastpass is active, the "
        '"Device state" must not be set to "registered" in app assurance policies.',
    ),
    "E0000239": (423, "The rule priorities are being reconciled."),
}
# Parameters of apps that no recorded Link header repeats.
_NOT_REPEATED = {"useOptimization", "alwaysIncludeVpnSettings", "includeNonDeleted"}
_CODE_OF_STATUS = {status: code for code, (status, _) in reversed(_SUMMARIES.items())}


class OktaError(Exception):
    """An error answer; `okta.access` turns it into a response."""

    def __init__(self, code: str, detail: str = "", causes: Sequence[str] = (), status: int | None = None) -> None:
        usual_status, summary = _SUMMARIES[code]
        self.status = status or usual_status
        self.code = code
        self.summary = summary.format(detail)
        self.causes = causes
        super().__init__(self.summary)

    def response(self) -> web.Response:
        """The answer with Okta's error body."""
        return json_response(error_body(self.code, self.summary, self.causes), self.status)


def not_found(object_id: str, kind: str) -> OktaError:
    """404 as recorded: ``Not found: Resource not found: <id> (PolicyRule)``."""
    return OktaError("E0000007", f"Resource not found: {object_id} ({kind})")


def invalid(subject: str, *causes: str) -> OktaError:
    """400 E0000001; the causes name the fields."""
    return OktaError("E0000001", subject, causes)


def error_response(status: int) -> web.Response:
    """Okta's error body for a status, as the `status` fault needs it."""
    code = _CODE_OF_STATUS.get(status)
    if code:
        return OktaError(code, "injected fault").response()
    return json_response(error_body("E0000009", "Internal Server Error", ()), status)


def error_body(code: str, summary: str, causes: Sequence[str]) -> dict[str, Any]:
    """The JSON of an error answer."""
    return {
        "errorCode": code,
        "errorSummary": summary,
        "errorLink": code,
        # Not from the world's source of ids: an error must leave the state as it was.
        "errorId": "oae" + secrets.token_urlsafe(16),
        "errorCauses": [{"errorSummary": cause} for cause in causes],
    }


def oauth_error_response(
    error: str, description: str, status: int = 400, headers: dict[str, str] | None = None
) -> web.Response:
    """An OAuth error (RFC 6749, 5.2); its headers are those of the example in Okta's guide on DPoP."""
    no_store = {"Cache-Control": "no-cache, no-store", "Pragma": "no-cache"}
    return json_response({"error": error, "error_description": description}, status, {**no_store, **(headers or {})})


def unknown_client_response() -> web.Response:
    """The token endpoint's answer to a client id that it does not know: in the form of the API's errors, not OAuth's.

    The body is quoted by a support article of Okta; its status was seen as 400 and as 401.
    """
    return json_response(error_body("invalid_client", "Invalid value for 'client_id' parameter.", ()), 400)


def challenge_response(
    request: web.Request,
    scheme: str,
    status: int,
    error: str,
    description: str,
    *,
    scope: str | None,
    headers: dict[str, str] | None = None,
) -> web.Response:
    """An answer without a body, whose reason is only in WWW-Authenticate, in the order seen on live orgs (issues 453 of
    okta/okta-sdk-nodejs, 2392 of okta/terraform-provider-okta): also of an https org the addresses are with http."""
    base = base_url(request).replace("https://", "http://", 1)
    parts = {"algs": "RS256 RS384 RS512 ES256 ES384 ES512"} if scheme == "DPoP" else {}
    parts |= {
        "authorization_uri": f"{base}/oauth2/v1/authorize",
        "realm": base,
        "scope": scope or "",
        "error": error,
        "error_description": description,
        "resource": request.path,
    }
    text = ", ".join(f'{name}="{value}"' for name, value in parts.items())
    return web.Response(status=status, headers={"WWW-Authenticate": f"{scheme} {text}", **(headers or {})})


async def json_object(request: web.Request) -> dict[str, Any]:
    """The request's body, which must be a JSON object. Raises OktaError E0000021 or E0000003."""
    body = await json_body(request)
    if not isinstance(body, dict):
        raise OktaError("E0000003")
    return body


async def json_body(request: web.Request) -> Any:
    """The request's body, which must be JSON. Raises OktaError E0000021 or E0000003."""
    if request.content_type != "application/json":
        raise OktaError("E0000021")
    try:
        return await request.json()
    except (ValueError, LookupError, RecursionError) as error:  # not JSON, an unknown charset, nested too deeply
        raise OktaError("E0000003") from error


def base_url(request: web.Request) -> str:
    """The org's URL, without a slash at the end."""
    origin = request.app[WORLD].runtime.origins.get("okta")
    return origin or f"{request.scheme}://{request.host}"


def one_of(value: Any, choices: Collection[str]) -> bool:
    """Whether a value of a request's body is one of these texts; it may be anything that JSON has."""
    return isinstance(value, str) and value in choices


def limit_of(request: web.Request, default: int, maximum: int, minimum: int = 1) -> int:
    """The `limit` parameter. Raises OktaError E0000001 when it is not a number in the documented range."""
    text = request.query.get("limit", str(default))
    # Python refuses to read numbers of thousands of digits.
    if not text.isascii() or not text.isdigit() or len(text) > 9 or not minimum <= int(text) <= maximum:
        raise invalid("limit", f"limit: must be a number from {minimum} to {maximum}, got {text[:20]}")
    return int(text)


def with_links(
    request: web.Request, response: web.Response, *, limit: int | None = None, after: str | None = None
) -> web.Response:
    """Adds Okta's Link headers: `self`, and `next` when there is an ``after``.

    As recorded (okta/okta-sdk-python): `after` comes first, then the page size, which is told even if nobody asked for
    it (None: this list is not paged unless asked), then the other parameters but those that change nothing.
    """
    base, host = base_url(request), request.app[WORLD].data["okta"]["settings"]["link_host"]
    url = (f"https://{host}" if host else base) + request.path.rstrip("/")
    page = {"after": request.query.get("after"), "limit": request.query.get("limit") if limit is None else str(limit)}
    others = {name: value for name, value in request.query.items() if name not in {*page, *_NOT_REPEATED}}

    def link(relation: str, **changes: str) -> str:
        first = {name: value for name, value in {**page, **changes}.items() if value is not None}
        query = urlencode({**first, **others})
        return f'<{url}{"?" if query else ""}{query}>; rel="{relation}"'

    response.headers.add("Link", link("self"))
    if after is not None:
        response.headers.add("Link", link("next", after=after))
    return response


def lifecycle_link(url: str, active: bool) -> dict[str, Any]:
    """The link of an object's possible transition, the only one that it has."""
    operation = "deactivate" if active else "activate"
    return {operation: {"href": f"{url}/lifecycle/{operation}", "hints": {"allow": ["POST"]}}}


def id_page(request: web.Request, objects: list[dict[str, Any]], limit: int) -> tuple[list[dict[str, Any]], str | None]:
    """One page of objects that come in the order of their ids, and the `after` of the next (the last id), if any.

    Raises OktaError E0000029, "Invalid cursor.", for an `after` that is not the id of such an object (recorded of apps,
    okta/okta-sdk-python test_list_applications_pagination_with_after; of devices it is E0000031).
    """
    after = request.query.get("after")
    start = 0
    if after:
        places = [place for place, each in enumerate(objects) if each["id"] == after]
        if not places:
            raise OktaError("E0000029", causes=["Invalid cursor."])
        start = places[0] + 1
    page = objects[start : start + limit]
    return page, page[-1]["id"] if page and start + limit < len(objects) else None


def paged(request: web.Request, objects: list[dict[str, Any]], limit: int) -> web.Response:
    """One page of objects with its Link headers."""
    page, after = id_page(request, objects, limit)
    return with_links(request, json_response(page), limit=limit, after=after)


def to_cursor(value: Any) -> str:
    """An opaque cursor that holds a JSON value."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def from_cursor(text: str) -> Any:
    """The value in a cursor. Raises OktaError E0000031, "Invalid cursor."."""
    try:
        return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError as error:
        raise OktaError("E0000031", causes=["Invalid cursor."]) from error
