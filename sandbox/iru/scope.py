"""Which Library items a device is to have, by its Blueprint, and the status row that each such pair has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.iru.tenant import Record, library_item, library_items, next_row_id, setting, tenant

if TYPE_CHECKING:
    from sandbox.world import World

_NO_REPORT: Record = {
    "reported_at": None,
    "log": None,
    "last_audit_run": None,
    "last_audit_log": None,
    "control_log": None,
    "control_reported_at": None,
}


def no_report() -> Record:
    """What a status row holds before the device has reported."""
    return dict(_NO_REPORT)


def assigned_items(blueprint: Record) -> list[str]:
    """Ids of all Library items on a Blueprint, each once, in the order of assignment."""
    return list(dict.fromkeys(item_id for node in blueprint["nodes"] for item_id in node["items"]))


def node_applies(node: Record, device: Record) -> bool:
    """Whether a device is in a node of an Assignment Map. A rule names a tag; a node without one takes everybody."""
    rule = node["rule"]
    return rule is None or rule["tag_id"] in device["tag_ids"]


def is_for(item: Record, device: Record) -> bool:
    """Whether an item is active and made for the device's platform."""
    return bool(item["active"]) and device["platform"] in item["platforms"]


def wanted_status(world: World, device: Record, item: Record) -> str | None:
    """The status of a row that has just been made, or None when there is no row.

    ``EXCLUDED`` is documented as "not in scope for assignment rule". That a device of another platform has no row at
    all is constructed (``INCOMPATIBLE`` would be the other possibility).
    """
    blueprint = tenant(world)["blueprints"].get(device["blueprint_id"])
    if blueprint is None or device["is_removed"] or not is_for(item, device):
        return None
    nodes = [node for node in blueprint["nodes"] if item["id"] in node["items"]]
    if not nodes:
        return None
    return first_status(item) if any(node_applies(node, device) for node in nodes) else "EXCLUDED"


def first_status(item: Record) -> str:
    """Waiting for the device. Documented: profiles use lower case, everything else upper case."""
    return "pending" if item["type"] == "profile" else "PENDING"


def refresh_item(world: World, item_id: str) -> None:
    """Makes and drops the status rows of one item after an assignment or the item has changed."""
    item = library_item(world, item_id)
    if item is None:
        tenant(world)["statuses"].pop(item_id, None)
        return
    for device in tenant(world)["devices"].values():
        _refresh(world, device, item)


def refresh_device(world: World, device: Record) -> None:
    """Makes and drops the status rows of one device after its Blueprint or tags have changed."""
    for item in library_items(world):
        _refresh(world, device, item)


def _refresh(world: World, device: Record, item: Record) -> None:
    rows = tenant(world)["statuses"].setdefault(item["id"], {})
    status, row = wanted_status(world, device, item), rows.get(device["device_id"])
    if status is None:
        rows.pop(device["device_id"], None)
    elif row is None or (status == "EXCLUDED") != (row["status"] == "EXCLUDED"):
        row_id = row["id"] if row else next_row_id(world)
        rows[device["device_id"]] = {"id": row_id, "status": status, **_NO_REPORT}


def profile_updated(world: World, profile: Record) -> None:
    """After a write every row waits for the next installation: each one gives a profile a new UUID."""
    item_updated(world, profile, afresh=True)


def item_updated(world: World, item: Record, *, afresh: bool) -> None:
    """After a write; ``afresh`` when devices have to install or run it anew. Then every row waits for that, unless
    ``update_resets_status`` is off."""
    refresh_item(world, item["id"])
    if not afresh or not setting(world, "update_resets_status"):
        return
    for row in tenant(world)["statuses"][item["id"]].values():
        if row["status"] != "EXCLUDED":
            row |= {"status": first_status(item), **_NO_REPORT}


def row_of(world: World, item_id: str, device_id: str) -> Record | None:
    """The status row of an item on a device."""
    row: Record | None = tenant(world)["statuses"].get(item_id, {}).get(device_id)
    return row


def in_scope(world: World, device: Record, item: Record) -> bool:
    """Whether the device is to have the item now."""
    return wanted_status(world, device, item) not in (None, "EXCLUDED")
