"""What happened in the tenant before: who made the Library items and Blueprints and put them together.

All of it is derived from ids that are there, so that it changes no draw of the world's random source.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sandbox.iru import audit, enrollment, scope
from sandbox.iru.tenant import Record, derived_uuid, iso_time, library_item, library_items, next_row_id, tenant

if TYPE_CHECKING:
    from sandbox.world import World

_MADE_DAYS_AGO, _ASSIGNED_DAYS_AGO, _REMOVED_DAYS_AGO = 200, 190, 100


def seed(world: World, native_scep: Record) -> None:
    """Adds audit events, activity of the items, and Blueprint Routing. The native SCEP item was on Sales once."""
    history = _History(world)
    state = tenant(world)
    state["blueprint_routing"] = enrollment.seed_routing(world)
    for item in library_items(world):
        history.item_made(item)
    for blueprint in state["blueprints"].values():
        history.blueprint_made(blueprint)
        for item_id in scope.assigned_items(blueprint):
            history.assigned(blueprint, item_id, added=True)
    sales = next(one for one in state["blueprints"].values() if one["name"] == "Sales")
    for added in (True, False):
        history.assigned(sales, native_scep["id"], added=added)
    history.routing_enabled()


class _History:
    def __init__(self, world: World) -> None:
        self._world = world
        self._minutes = 0
        self._admin = tenant(world)["admin"]

    def _moment(self, days_ago: int) -> datetime:
        """Each call is a minute later, so that the order is certain."""
        self._minutes += 1
        return self._world.clock.now() - timedelta(days=days_ago) + timedelta(minutes=self._minutes)

    def _event(self, moment: datetime, action: str, target: tuple[str, str], new_state: Record, **more: object) -> None:
        events = tenant(self._world)["audit_events"]
        event = {
            "id": audit.ulid(moment, derived_uuid(self._world, "event", str(len(events)))),
            "action": action,
            "occurred_at": iso_time(moment),
            "actor_id": self._admin["id"],
            "actor_type": "user",
            "target_id": target[1],
            "target_type": target[0],
            "target_component": "",
            "new_state": new_state,
            "metadata": {},
        }
        events.append(event | more)

    def _activity(self, moment: datetime, item_id: str, kind: str) -> None:
        row = {
            "id": next_row_id(self._world),
            "activity_time": iso_time(moment),
            "activity_type": kind,
            "user_id": self._admin["id"],
            "user_email": self._admin["email"],
            "details": None,
        }
        tenant(self._world)["item_activity"].setdefault(item_id, []).append(row)

    def item_made(self, item: Record) -> None:
        moment = self._moment(_MADE_DAYS_AGO)
        shown = {"active": item["active"], "label": None, "type": item["type"], "name": item["name"]}
        self._event(moment, "create", ("library_item", item["id"]), shown)
        self._activity(moment, item["id"], "library_item_created")

    def blueprint_made(self, blueprint: Record) -> None:
        shown = {"description": blueprint["description"], "type": blueprint["type"], "name": blueprint["name"]}
        moment, made_from = self._moment(_MADE_DAYS_AGO), {"source_id": None, "source": None}
        self._event(moment, "create", ("blueprint", blueprint["id"]), shown, metadata=made_from)

    def assigned(self, blueprint: Record, item_id: str, *, added: bool) -> None:
        moment = self._moment(_ASSIGNED_DAYS_AGO if added else _REMOVED_DAYS_AGO)
        item = library_item(self._world, item_id) or {}
        changed = [{"id": item_id, "name": item["name"]}]
        new_state = {
            "library_items_added": changed if added else [],
            "library_items_removed": [] if added else changed,
            "library_items_scoped": changed if added else [],
            "name": blueprint["name"],
        }
        target = ("blueprint", blueprint["id"])
        self._event(moment, "update", target, new_state, target_component="library_items")
        self._activity(moment, item_id, "library_item_assignment_changed")

    def routing_enabled(self) -> None:
        row = {
            "id": next_row_id(self._world),
            "activity_time": iso_time(self._moment(_MADE_DAYS_AGO)),
            "activity_type": "enrollment_settings_changed",
            "user": dict(self._admin),
            "device_id": None,
            "details": {"is_active": {"new": True, "old": False}},
        }
        tenant(self._world)["blueprint_routing"]["activity"].append(row)
