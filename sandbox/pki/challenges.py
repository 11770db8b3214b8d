"""The two SCEP challenges of Okta: the static secret key, and one-time challenges that are fetched one by one."""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import secrets
import string
from typing import TYPE_CHECKING

from sandbox.clock import okta_time, parse_okta_time
from sandbox.okta import system_log

if TYPE_CHECKING:
    from sandbox.world import World

SECRET_LENGTH = 43
"""Characters of base64url in the secret keys that people have shown."""
_ONE_TIME_BYTES = 24  # 32 characters of base64url, as MDM vendors found them


def new_username(world: World) -> str:
    """Make a user name of the form that Okta's console shows: ``okta-`` and six upper-case letters."""
    return "okta-" + "".join(world.choice(string.ascii_uppercase) for _ in range(6))


def new_secret_key(world: World, *, underscore: bool) -> str:
    """Make a static secret: 43 characters of base64url, as recorded. About half of such have an underscore, which
    Windows cannot put into a request; this one has one or not as asked."""
    secret = world.new_secret(SECRET_LENGTH)
    if not underscore:
        return secret.replace("_", "-")
    return secret if "_" in secret else f"_{secret[1:]}"


def reset_secret(world: World) -> str:
    """Do what *Reset secret key* does in the console: the old secret dies at once. Returns the new one."""
    pki = world.data["pki"]
    pki["secret"] = new_secret_key(world, underscore=pki["settings"]["secret_underscore"])
    system_log.append(world, "device.platform.secret_key.reset")
    return str(pki["secret"])


def fetch_one_time(world: World) -> str:
    """Hand out a challenge that is good for one request, for 60 minutes (both reported by MDM vendors)."""
    pki = world.data["pki"]
    now = world.clock.now()
    _forget_expired(pki["challenges"], now)
    life = datetime.timedelta(minutes=pki["settings"]["challenge_minutes"])
    challenge = secrets.token_urlsafe(_ONE_TIME_BYTES)
    pki["challenges"][_digest(challenge)] = okta_time(now + life)
    return challenge


def credentials_match(world: World, authorization: str) -> bool:
    """Compare an Authorization header with the HTTP Basic credentials of the challenge URL, in constant time."""
    pki = world.data["pki"]
    scheme, _, credentials = authorization.partition(" ")
    expected = base64.b64encode(f"{pki['challenge_username']}:{pki['challenge_password']}".encode()).decode()
    return scheme.lower() == "basic" and _same(credentials.strip(), expected)


def accept(world: World, challenge: str) -> bool:
    """Say whether a request with this challenge may have a certificate; spends a one-time challenge."""
    pki = world.data["pki"]
    kind = pki["settings"]["challenge_type"]
    if kind != "dynamic" and _same(challenge, pki["secret"]):
        return True
    return kind != "static" and _spend(pki["challenges"], challenge, world.clock.now())


def _spend(expiries: dict[str, str], challenge: str, now: datetime.datetime) -> bool:
    expiry = expiries.pop(_digest(challenge), None)
    return expiry is not None and now < parse_okta_time(expiry)


def _forget_expired(expiries: dict[str, str], now: datetime.datetime) -> None:
    for digest in [digest for digest, expiry in expiries.items() if now >= parse_okta_time(expiry)]:
        del expiries[digest]


def _digest(challenge: str) -> str:
    return hashlib.sha256(challenge.encode()).hexdigest()


def _same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())
