"""System Log events of administration."""

from __future__ import annotations

from sandbox.okta import system_log
from sandbox.world import World


def audit(world: World, event_type: str, message: str, target_type: str, target: tuple[str, str]) -> None:
    """Notes an administrator's change of ``target`` (id and name)."""
    system_log.append(
        world,
        event_type,
        display_message=message,
        actor=world.data["okta"]["administrator"],
        target=[{"id": target[0], "type": target_type, "alternateId": "unknown", "displayName": target[1]}],
    )
