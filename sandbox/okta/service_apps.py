"""OAuth service apps of the org: their public keys, and what they may ask for."""

from __future__ import annotations

import json
import secrets
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from sandbox.world import World

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

SCOPES = frozenset(
    f"okta.{resource}.{verb}"
    for resource, verbs in {
        "apps": ("read", "manage"),
        "authenticators": ("read", "manage"),
        "deviceAssurance": ("read", "manage"),
        "deviceIntegrations": ("read", "manage"),
        "devicePostureChecks": ("read", "manage"),
        "devices": ("read", "manage"),
        "domains": ("read", "manage"),
        "features": ("read", "manage"),
        "groups": ("read", "manage"),
        "logs": ("read",),
        "networkZones": ("read", "manage"),
        "oauthIntegrations": ("read", "manage"),
        "orgs": ("read", "manage"),
        "policies": ("read", "manage"),
        "users": ("read", "manage"),
        "userTypes": ("read", "manage"),
    }.items()
    for verb in verbs
)
"""Scopes of the endpoints here and of those the product may ask for besides."""


def register_key(world: World, client_id: str, key: PublicKey) -> str:
    """Adds a public key to a service app, as its admin page does, and returns the ``kid`` that the org gave it."""
    jwk = json.loads(RSAAlgorithm.to_jwk(key) if isinstance(key, rsa.RSAPublicKey) else ECAlgorithm.to_jwk(key))
    key_id = secrets.token_urlsafe(32)
    world.runtime.client_keys.setdefault(client_id, []).append({**jwk, "kid": key_id, "use": "sig"})
    return key_id


def keys_of(world: World, client_id: str) -> list[dict[str, Any]] | None:
    """The public keys of a service app, None where there is no such app.

    The apps are the two of the ready file; an app without a key exists, but nobody can sign in as it.
    """
    okta = world.data["okta"]
    if client_id not in {okta["client_id"], okta["ec_client_id"]}:
        return None
    return world.runtime.client_keys.get(client_id, [])
