"""How a computer obtains a certificate: it makes a key and enrols by SCEP."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from sandbox.computers import scep
from sandbox.computers.keys import new_key

if TYPE_CHECKING:
    from sandbox.world import World


async def obtain(world: World, request: scep.Request, bits: int) -> dict[str, Any]:
    """The certificate for a new key of ``bits`` bits, with the key, as the state keeps them. Raises ScepFailure."""
    key = await new_key(world, bits)
    return _kept(world, await scep.enroll(request, key, _trust(world)), key)


def _kept(world: World, certificate: x509.Certificate, key: rsa.RSAPrivateKey) -> dict[str, Any]:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    pem, encoding = serialization.NoEncryption(), serialization.Encoding.PEM
    return {
        "common_name": str(names[0].value) if names else "",
        "sha256": certificate.fingerprint(hashes.SHA256()).hex(),
        "certificate": certificate.public_bytes(encoding).decode(),
        "private_key": key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, pem).decode(),
        "obtained_at": world.clock.now().isoformat(),
    }


def _trust(world: World) -> ssl.SSLContext:
    """The sandbox's certificate authority for TLS, which stands for those that computers trust."""
    cached = world.runtime.cache.get("computer_trust")
    if cached is None:
        cached = ssl.create_default_context(cafile=world.runtime.files.get("ca"))
        world.runtime.cache["computer_trust"] = cached
    context: ssl.SSLContext = cached
    return context
