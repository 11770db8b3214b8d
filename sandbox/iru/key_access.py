"""The key-access script for PCs, as an administrator has put it into the console as a Custom Script for Windows.

Iru's guide for Okta on Windows has such a script: the certificate is in the machine's store, Okta Verify runs as the
user, and the script lets the user read the key. No API that makes a script for Windows is documented, so no list of
custom scripts shows it (constructed); it is assigned by id like every Library item.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.iru.tenant import Record, derived_uuid, tenant

if TYPE_CHECKING:
    from sandbox.world import World

NAME = "Okta SCEP key access (Windows)"


def seed(world: World) -> Record:
    """Adds the item; it is on no Blueprint."""
    item_id = derived_uuid(world, "native", NAME)
    item: Record = {
        "id": item_id, "name": NAME, "type": "custom-script", "active": True, "self_service": False,
        "platforms": ["Windows"], "key_access": True,
    }  # fmt: skip
    tenant(world)["native_items"][item_id] = item
    return item
