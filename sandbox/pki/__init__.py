"""Okta's certificate authority: SCEP with a static secret or one-time challenges, certificates and revocation."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import hashes

from sandbox.okta import system_log
from sandbox.pki import ca, challenges
from sandbox.pki.endpoints import CHALLENGE_PATH, SCEP_PATH, routes, scep_routes

if TYPE_CHECKING:
    from sandbox.world import World

__all__ = ["ready_fields", "root_thumbprint", "routes", "scep_routes", "seed"]

SETTINGS: dict[str, Any] = {
    "challenge_type": "any",
    "challenge_minutes": 60,
    "secret_underscore": False,
    "leaf_days": 365,
    "unused_days": 90,
    "minimum_key_bits": 2048,
    "keep_alternative_names": True,
    "refuse_long_common_name": False,
    "garbage_status": 500,
    "requests_per_minute": None,
}
"""Behaviour that Okta documents with a number, or that nobody has documented; docs/sandbox-pki.md explains each."""


def seed(world: World) -> None:
    """Set up one platform with Okta as certificate authority, as *Add platform* in the console does."""
    org = world.data["okta"]["org"]
    world.data["pki"] = {
        # An id of 40 upper-case hexadecimal digits and one that starts with rac: the form of real SCEP URLs.
        "ca_id": (world.new_uuid() + world.new_uuid()).replace("-", "")[:40].upper(),
        "ra_id": world.new_okta_id("rac"),
        "authorities": copy.deepcopy(ca.hierarchy(org["id"], org["subdomain"])),
        "secret": challenges.new_secret_key(world, underscore=SETTINGS["secret_underscore"]),
        "challenge_username": challenges.new_username(world),
        "challenge_password": world.new_secret(challenges.SECRET_LENGTH),
        "challenges": {},
        "issued": {},
        "settings": dict(SETTINGS),
    }
    system_log.append(world, "pki.ca.add")
    system_log.append(world, "device.platform.add")


def ready_fields(world: World) -> dict[str, str]:
    """What the console shows once, at the end of *Add platform*: URLs, secret and credentials.

    ``scep_http_url`` is the same SCEP service without TLS, for clients that cannot be given a trust anchor.
    """
    pki, origins = world.data["pki"], world.runtime.origins
    scep_path, challenge_path = (path.format_map(pki) for path in (SCEP_PATH, CHALLENGE_PATH))
    return {
        "scep_url": origins["okta"] + scep_path,
        "scep_http_url": origins["scep_http"] + scep_path,
        "scep_challenge": pki["secret"],
        "scep_challenge_url": origins["okta"] + challenge_path,
        "scep_username": pki["challenge_username"],
        "scep_password": pki["challenge_password"],
    }


def root_thumbprint(world: World) -> str:
    """The SHA-1 of the root's certificate, which an administrator downloads, in hexadecimal digits."""
    return ca.authority(world, "root").certificate.fingerprint(hashes.SHA1()).hex().upper()  # noqa: S303 - the CSP's
