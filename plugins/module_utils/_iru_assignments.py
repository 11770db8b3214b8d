# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts Library items on Blueprints and takes them off, on classic Blueprints and on Assignment Maps.

``assign-library-item`` and ``remove-library-item`` are two paths; the official collection prints the first for both.
Iru tells the nodes of an Assignment Map nowhere, nor which node an item is in: the item list of a map is that of all
its nodes. So whether an item is in a given node shows only in the 400 that answers a repeated request.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import is_planned, not_found, only_match
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import (
    ApiError,
    AttestationError,
    InvalidInput,
    NotFound,
    Refused,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client, Request
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru import is_id
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_blueprints import (
    CLASSIC,
    PATH,
    items_of,
    planned_blueprint,
)

_NO_CHANGE = {
    "Library Item already exists on Blueprint",
    "Library Item already exists in Assignment Node",
    "Library Item does not exist on Blueprint",
    "Library Item does not exist in Assignment Node",
}
_ONE_OF_A_TYPE = "Assignment node can only have one of this Library Item type"
_NODE_NEEDED = "Must provide assignment_node_id for Assignment Map Blueprint"
_NODE_FORBIDDEN = "assignment_node_id cannot be provided for Classic Blueprint"
_NODE_UNKNOWN = "Assignment node not found"

_WHERE_NODES_ARE = (
    "The console shows the id of a node while Option is held down on the map; it stays the same for the node's life. "
    "Give it as node beside the Blueprint's name."
)

Record = dict[str, Any]


@dataclass(frozen=True)
class Target:
    """A Blueprint, and on an Assignment Map with conditional logic the node that is meant."""

    blueprint: Record
    node: str | None = None

    @property
    def title(self) -> str:
        """For messages and diffs."""
        return f"{self.blueprint['name']}, node {self.node}" if self.node else str(self.blueprint["name"])


def resolve_targets(client: Client, wanted: Iterable[Any], blueprints: list[Record]) -> list[Target]:
    """What the user listed: names, ids, or dictionaries with ``name`` or ``id`` and ``node``.

    Raises InvalidInput, NotFound, Ambiguous before anything is written.
    """
    targets: dict[tuple[str, str | None], Target] = {}
    for entry in wanted:
        reference, node = _reference(entry)
        target = Target(_resolve(client, reference, blueprints), node)
        if node and target.blueprint.get("type") == CLASSIC:
            raise InvalidInput(
                f"The Blueprint {target.blueprint['name']!r} is a classic one without nodes; leave node {node!r} out."
            )
        targets.setdefault((target.blueprint["id"], node), target)
    return list(targets.values())


def is_unreadable(target: Target, on_blueprint: bool) -> bool:
    """Whether the API cannot tell if the item is where the target says: it is somewhere on the map."""
    return target.node is not None and on_blueprint


def assign(client: Client, item: Record, target: Target, on_blueprint: bool) -> bool | None:
    """Put the item there. ``on_blueprint``: the Blueprint's list has it. Returns whether that changed anything.

    ``None``: the node already has an item of this type, and only the console shows whether it is this one.
    """
    if on_blueprint and (target.node is None or client.check):
        return False
    return _request(client, "assign", item, target, on_blueprint)


def remove(client: Client, item: Record, target: Target, on_blueprint: bool) -> bool | None:
    """Take the item off. Returns whether that changed anything."""
    return on_blueprint and _request(client, "remove", item, target, on_blueprint)


def _request(client: Client, verb: str, item: Record, target: Target, on_blueprint: bool) -> bool | None:
    body = {"library_item_id": item["id"], **({"assignment_node_id": target.node} if target.node else {})}
    repeated = False

    def read_back() -> list[str] | None:
        nonlocal repeated
        repeated = True
        ids = [str(one["id"]) for one in items_of(client, target.blueprint["id"])]
        # In a node it cannot be seen; there the repeated request tells by its 400.
        return ids if not target.node and (item["id"] in ids) == (verb == "assign") else None

    request = Request("POST", f"{PATH}/{target.blueprint['id']}/{verb}-library-item", json=body)
    try:
        client.write(request, predicted=[], read_back=read_back)
    except ApiError as error:
        text = str(error.details.get("summary"))
        same_perhaps = text == _ONE_OF_A_TYPE and on_blueprint
        if text in _NO_CHANGE or same_perhaps:
            if not repeated:
                client.writes.pop()  # refused: nothing was written
            return None if same_perhaps else repeated
        raise _explained(error, text, item, target) from None
    return True


def _explained(error: ApiError, text: str, item: Record, target: Target) -> AttestationError:
    name, blueprint = item["name"] or item["id"], target.blueprint["name"]
    details = {"status": error.status, "summary": text, "blueprint": blueprint, "node": target.node}
    if text == _NODE_NEEDED:
        return InvalidInput(
            f"The Blueprint {blueprint!r} is an Assignment Map with conditional logic, so Iru has to be told the node "
            f"for the Library item {name!r}. {_WHERE_NODES_ARE}",
            **details,
        )
    if text == _NODE_FORBIDDEN:
        return InvalidInput(f"The Blueprint {blueprint!r} is a classic one without nodes; leave node out.", **details)
    if text == _NODE_UNKNOWN:
        return NotFound(f"The Blueprint {blueprint!r} has no node {target.node!r}. {_WHERE_NODES_ARE}", **details)
    if text == _ONE_OF_A_TYPE:
        return Refused(
            f"The Library item {name!r} cannot be added to {target.title!r}: an item of the same type is there, and "
            "Iru allows one of this type in a node. Remove the other one first, or choose another node.",
            **details,
        )
    if error.status == 404 and "LibraryItem" in text:
        return NotFound(f"There is no Library item {name!r} ({item['id']}) in this tenant.", **details)
    return error


def _reference(entry: Any) -> tuple[str, str | None]:
    """Id or name, and node, of an entry of the option ``blueprints``."""
    if isinstance(entry, str) and entry:
        return entry, None
    if isinstance(entry, dict) and not entry.keys() - {"name", "id", "node"}:
        given = [str(entry[key]) for key in ("id", "name") if entry.get(key)]
        if len(given) == 1:
            return given[0], str(entry["node"]) if entry.get("node") else None
    raise InvalidInput(
        f"An entry of blueprints is {entry!r}; expected a name, an id, or a dictionary of name or id, and node."
    )


def _resolve(client: Client, reference: str, blueprints: list[Record]) -> Record:
    if is_id(reference, check=client.check):
        if is_planned(reference, check=client.check):
            return planned_blueprint(reference)
        found = next((one for one in blueprints if str(one["id"]).lower() == reference.lower()), None)
    else:
        found = only_match((one for one in blueprints if one.get("name") == reference), "Blueprint", reference)
    if found is None:
        raise not_found("Blueprint", reference, (str(one.get("name")) for one in blueprints))
    return found
