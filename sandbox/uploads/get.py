"""``GET /<key>``: gives an object back to who has a signed link, as long as its bytes are kept."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

from aiohttp import web

from sandbox.uploads.bucket import ALGORITHM, credential_of, kept, signing_key, stored
from sandbox.uploads.errors import Refused
from sandbox.web import WORLD

if TYPE_CHECKING:
    from sandbox.world import World

_TIME = "%Y%m%dT%H%M%SZ"


def link_for(world: World, key: str, minutes: int | None = None) -> str:
    """The address from which anybody can fetch the object for a while (Signature Version 4 in the query): as long as
    the setting ``link_lifetime_minutes`` says, or for so many minutes."""
    state, moment = world.data["uploads"], world.clock.now()
    origin = world.runtime.origins.get("uploads", "https://uploads.invalid")
    query = {
        "X-Amz-Algorithm": ALGORITHM,
        "X-Amz-Credential": credential_of(world, moment),
        "X-Amz-Date": f"{moment:{_TIME}}",
        "X-Amz-Expires": str((minutes or state["settings"]["link_lifetime_minutes"]) * 60),
        "X-Amz-SignedHeaders": "host",
    }
    query["X-Amz-Signature"] = signature(state["secret_access_key"], urlsplit(origin).netloc, key, query)
    return f"{origin}/{quote(key)}?{urlencode(query, quote_via=quote, safe='')}"


def signature(secret_access_key: str, host: str, key: str, query: dict[str, str]) -> str:
    """Amazon's signature of a link (documented: "Authenticating requests: using query parameters")."""
    canonical_query = urlencode(sorted(query.items()), quote_via=quote, safe="")
    canonical = "\n".join(("GET", f"/{quote(key)}", canonical_query, f"host:{host}", "", "host", "UNSIGNED-PAYLOAD"))
    moment = query["X-Amz-Date"]
    scope = query["X-Amz-Credential"].partition("/")[2]
    text = "\n".join((ALGORITHM, moment, scope, hashlib.sha256(canonical.encode()).hexdigest()))
    return hmac.digest(signing_key(secret_access_key, moment[:8]), text.encode(), "sha256").hex()


async def get_object(request: web.Request) -> web.StreamResponse:
    """The bytes of an object. Only the latest ones are kept, all others are gone (404)."""
    world, key = request.app[WORLD], request.match_info["key"]
    try:
        check_link(world, request, key)
    except Refused as refusal:
        return refusal.response
    content = kept(world, key) if stored(world, key) else None
    if content is None:
        return Refused(404, "NoSuchKey", "The specified key does not exist.", Key=key).response
    return web.Response(body=content, content_type="application/octet-stream")


def check_link(world: World, request: web.Request, key: str) -> None:
    """Raises Refused, with Amazon's codes, for a request without a link that holds for this object."""
    if "Authorization" in request.headers:
        text = "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string"
        raise Refused(400, "InvalidArgument", f"{text} parameter or the Authorization header should be specified")
    query = dict(request.query)
    given = query.pop("X-Amz-Signature", None)
    if given is None or "X-Amz-Date" not in query or "X-Amz-Credential" not in query:
        raise Refused(403, "AccessDenied", "Access Denied")
    ours = signature(world.data["uploads"]["secret_access_key"], request.host, key, query)
    if not hmac.compare_digest(given.encode(), ours.encode()):
        text = "The request signature we calculated does not match the signature you provided."
        raise Refused(403, "SignatureDoesNotMatch", f"{text} Check your key and signing method.")
    signed_at = datetime.strptime(query["X-Amz-Date"] + "+0000", _TIME + "%z")
    if world.clock.now() >= signed_at + timedelta(seconds=int(query["X-Amz-Expires"])):
        raise Refused(403, "AccessDenied", "Request has expired")
