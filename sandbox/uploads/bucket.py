"""The bucket: its credentials, what lies in it, and forms signed for one upload.

Of every object hash and size are kept, of the latest small ones the bytes as well.

A form is a *presigned POST* with Signature Version 4, as Amazon documents it ("Browser-based uploads using POST").
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sandbox.uploads.errors import Refused

if TYPE_CHECKING:
    from sandbox.world import World

SETTINGS: dict[str, Any] = {
    # The published example of a form expires after a day.
    "form_lifetime_minutes": 1440,
    # Iru documents 5 GB for a package.
    "maximum_bytes": 5 * 1024**3,
    # How long a link to an object can be used; Iru calls it temporary.
    "link_lifetime_minutes": 60,
    # How many bytes of objects are in memory at most, so that they can be fetched again.
    "kept_bytes": 8 * 1024**2,
}
"""Behaviours that can be changed while the sandbox runs (``POST /control/settings``), with their first values."""

Record = dict[str, Any]

_BUCKET, _REGION, ALGORITHM = "sandbox-uploads", "us-east-1", "AWS4-HMAC-SHA256"
# What a form may hold without its policy naming it.
_FREE_FIELDS = frozenset({"policy", "x-amz-signature", "file"})


def seed(world: World) -> None:
    """Adds ``data["uploads"]``: an empty bucket. Its credentials come from the seed without drawing from it."""
    world.data["uploads"] = {
        "settings": dict(SETTINGS),
        "access_key_id": "ASIA" + _derived(world, "access key").hex()[:16].upper(),
        "secret_access_key": base64.b64encode(_derived(world, "secret")[:30]).decode(),
        "session_token": base64.b64encode(_derived(world, "token") * 4).decode(),
        "objects": {},
    }


def stored(world: World, key: str) -> Record | None:
    """``sha256``, ``size`` and ``at`` of the object of this key, None where nothing was uploaded."""
    found: Record | None = world.data["uploads"]["objects"].get(key)
    return found


def put(world: World, key: str, sha256: str, size: int, content: bytes | None) -> None:
    """Notes a complete upload; a later one of the same key replaces it. ``content`` is None for one that is too large
    to be kept; for another one the oldest are let go."""
    at = world.clock.now().isoformat()
    world.data["uploads"]["objects"][key] = {"sha256": sha256, "size": size, "at": at}
    if content is None:
        return
    all_kept = _all_kept(world)
    all_kept[key] = content
    while sum(map(len, all_kept.values())) > world.data["uploads"]["settings"]["kept_bytes"]:
        del all_kept[next(iter(all_kept))]


def kept(world: World, key: str) -> bytes | None:
    """The bytes of an object, if they are kept."""
    return _all_kept(world).get(key)


def _all_kept(world: World) -> dict[str, bytes]:
    found: dict[str, bytes] = world.runtime.cache.setdefault("uploads", {})
    return found


def credential_of(world: World, moment: datetime) -> str:
    """Who signs something on a day, as it stands in forms and links."""
    return f"{world.data['uploads']['access_key_id']}/{moment:%Y%m%d}/{_REGION}/s3/aws4_request"


def form_for(world: World, key: str) -> tuple[str, dict[str, str], datetime]:
    """Where to post a file that is to become ``key``, with which fields before it, and until when."""
    state, moment = world.data["uploads"], world.clock.now()
    expires = moment + timedelta(minutes=state["settings"]["form_lifetime_minutes"])
    fields = {
        "key": key,
        "x-amz-algorithm": ALGORITHM,
        "x-amz-credential": credential_of(world, moment),
        "x-amz-date": f"{moment:%Y%m%dT%H%M%SZ}",
        "x-amz-security-token": state["session_token"],
    }
    policy = {
        "expiration": f"{expires:%Y-%m-%dT%H:%M:%S}.{expires.microsecond // 1000:03}Z",
        "conditions": [
            {"bucket": _BUCKET},
            ["content-length-range", 0, state["settings"]["maximum_bytes"]],
            *({name: value} for name, value in fields.items()),
        ],
    }
    fields["policy"] = base64.b64encode(json.dumps(policy).encode()).decode()
    fields["x-amz-signature"] = signature(state["secret_access_key"], fields["policy"], fields["x-amz-date"][:8])
    return f"{world.runtime.origins.get('uploads', '')}/", fields, expires


def check_form(world: World, fields: dict[str, str]) -> int:
    """How many bytes the form allows. Raises Refused with S3's own codes for a form that it does not take."""
    if "policy" not in fields:
        raise Refused(403, "AccessDenied", "Access Denied")
    for name in ("key", "x-amz-signature", "x-amz-credential", "x-amz-date"):
        if name not in fields:
            text = f"Bucket POST must contain a field named '{name}'.  If it is specified, please check the order of"
            raise Refused(400, "InvalidArgument", f"{text} the fields.", ArgumentName=name, ArgumentValue="")
    _check_credentials(world, fields)
    policy = _policy(fields["policy"])
    if datetime.fromisoformat(policy["expiration"]) <= world.clock.now():
        raise _against_policy("Policy expired.")
    return _check_conditions(policy["conditions"], fields)


def _check_credentials(world: World, fields: dict[str, str]) -> None:
    state = world.data["uploads"]
    if fields["x-amz-credential"].partition("/")[0] != state["access_key_id"]:
        text = "The AWS Access Key Id you provided does not exist in our records."
        raise Refused(403, "InvalidAccessKeyId", text)
    if not hmac.compare_digest(fields.get("x-amz-security-token", "").encode(), state["session_token"].encode()):
        raise Refused(400, "InvalidToken", "The provided token is malformed or otherwise invalid.")
    ours = signature(state["secret_access_key"], fields["policy"], fields["x-amz-date"][:8])
    if not hmac.compare_digest(fields["x-amz-signature"].encode(), ours.encode()):
        text = "The request signature we calculated does not match the signature you provided."
        raise Refused(403, "SignatureDoesNotMatch", f"{text} Check your key and signing method.")


def _check_conditions(conditions: list[Any], fields: dict[str, str]) -> int:
    maximum, named = 0, set(_FREE_FIELDS)
    for condition in conditions:
        if isinstance(condition, list):
            maximum = condition[2]
            continue
        ((name, value),) = condition.items()
        named.add(name)
        if name != "bucket" and fields.get(name) != value:
            raise _against_policy(f'Policy Condition failed: ["eq", "${name}", "{value}"]')
    extra = sorted(name for name in fields if name not in named and not name.startswith("x-ignore-"))
    if extra:
        raise _against_policy(f"Extra input fields: {', '.join(extra)}")
    return maximum


def _against_policy(text: str) -> Refused:
    return Refused(403, "AccessDenied", f"Invalid according to Policy: {text}")


def _policy(text: str) -> dict[str, Any]:
    """The policy, which only we can have signed by now."""
    policy: dict[str, Any] = json.loads(base64.b64decode(text))
    return policy


def signature(secret_access_key: str, policy: str, date: str) -> str:
    """Signature Version 4 of a policy in base 64, by a key of one day (``20260316``) and our region."""
    return hmac.digest(signing_key(secret_access_key, date), policy.encode(), "sha256").hex()


def signing_key(secret_access_key: str, date: str) -> bytes:
    """The key of a day (``20260316``) in our region."""
    key = f"AWS4{secret_access_key}".encode()
    for part in (date, _REGION, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def _derived(world: World, name: str) -> bytes:
    return hashlib.sha256(f"uploads:{world.data['sandbox']['seed']}:{name}".encode()).digest()
