"""The native SCEP item: an administrator typed Okta's URL and secret key into the console, Iru makes the profile.

The API neither creates it nor shows what is in it, and it is for Macs and for PCs (documented). That its profile is a
``com.apple.security.scep`` payload follows from Apple; its identifier is constructed. PCs get a document for their CSP.
"""

from __future__ import annotations

import plistlib
from typing import TYPE_CHECKING, Any

from sandbox import pki
from sandbox.iru import client_certificate, scope
from sandbox.iru.tenant import Record, derived_uuid, tenant

if TYPE_CHECKING:
    from sandbox.world import World

NAME = "SCEP (Okta)"
# Iru's guide for Okta: subject, size, usage and retries. What it leaves open is Apple's default.
_FIELDS = {"Subject": [[["CN", "$SERIAL_NUMBER"]]], "Keysize": 2048, "Key Type": "RSA", "Key Usage": 1, "Retries": 3}


def seed(world: World) -> Record:
    """Adds the item; it is on no Blueprint."""
    item_id = derived_uuid(world, "native", NAME)
    item: Record = {
        "id": item_id,
        "name": NAME,
        # Not known; what devices get of it is a profile.
        "type": "profile",
        "active": True,
        "self_service": False,
        "platforms": ["Mac", "Windows"],
        "mdm_identifier": f"com.kandji.profile.scep.{item_id}",
        "payload_uuid": derived_uuid(world, "native", NAME, "profile"),
        "scep": dict(_FIELDS),
    }
    tenant(world)["native_items"][item_id] = item
    return item


def wanted_profiles(world: World, device: Record) -> dict[str, Record]:
    """The profiles of SCEP items that a device is to have. None without Okta's CA in the world."""
    return {item["id"]: _profile(world, item) for item in _wanted(world, device)}


def wanted_documents(world: World, device: Record) -> dict[str, str]:
    """The same for a PC: the documents for its CSP."""
    items = _wanted(world, device)
    if not items:
        return {}
    shown = pki.ready_fields(world)
    values = {"url": shown["scep_url"], "challenge": shown["scep_challenge"], "thumbprint": pki.root_thumbprint(world)}
    return {item["id"]: client_certificate.document(item["id"], **values) for item in items}


def _wanted(world: World, device: Record) -> list[Record]:
    native = tenant(world)["native_items"].values() if "pki" in world.data else ()
    return [item for item in native if "scep" in item and scope.in_scope(world, device, item)]


def _profile(world: World, item: Record) -> Record:
    """The item with the text of its profile; made again when Okta's secret key was reset, as an administrator would."""
    shown = pki.ready_fields(world)
    key = ("iru_native_scep", item["id"], shown["scep_url"], shown["scep_challenge"])
    cache: dict[Any, Any] = world.runtime.cache
    if key not in cache:
        cache[key] = _text(item, shown["scep_url"], shown["scep_challenge"])
    return item | {"profile": cache[key]}


def _text(item: Record, url: str, challenge: str) -> str:
    payload = {
        "PayloadType": "com.apple.security.scep",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"{item['mdm_identifier']}.scep",
        "PayloadUUID": item["payload_uuid"],
        "PayloadContent": {**item["scep"], "Name": "Okta", "URL": url, "Challenge": challenge},
    }
    content = {
        "PayloadType": "Configuration",
        "PayloadVersion": 1,
        "PayloadIdentifier": item["mdm_identifier"],
        "PayloadUUID": item["payload_uuid"],
        "PayloadDisplayName": item["name"],
        "PayloadScope": "System",
        "PayloadContent": [payload],
    }
    return plistlib.dumps(content, sort_keys=True).decode()
