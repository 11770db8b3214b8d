# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Blueprints of an Iru tenant: find, create, change, remove, and what is on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import (
    is_planned,
    not_found,
    only_match,
    planned_id,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import ApiError, NotFound
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client, Request
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru import PAGE, as_record, as_records, is_id
from ansible_collections.okta_iru.attestation.plugins.module_utils._paging import by_envelope, by_offset

PATH = "/api/v1/blueprints"

CLASSIC = "classic"
MAP = "map"

# Iru ignores both for an Assignment Map, so comparing them would send them again on every run.
CLASSIC_ONLY = ("color", "icon")

Record = dict[str, Any]


def list_blueprints(client: Client, **filters: str) -> Iterator[Record]:
    """Blueprints, all or by the API's filters (``id``; ``name``, which matches parts of names)."""
    return by_envelope(client, PATH, {"limit": PAGE, **filters}, key="id")


def find_blueprint(client: Client, *, blueprint_id: str | None = None, name: str | None = None) -> Record | None:
    """The Blueprint of an id or else of exactly this name. The listing is asked in both cases, so that the permission
    to list is the only one needed."""
    if blueprint_id is not None:
        listed = list_blueprints(client, id=blueprint_id)
        return next((one for one in listed if one.get("id") == blueprint_id), None)
    matches = (one for one in list_blueprints(client, name=name or "") if one.get("name") == name)
    return only_match(matches, "Blueprint", name or "")


def existing_blueprint(client: Client, reference: str) -> Record:
    """The Blueprint that an id or a name stands for, one planned in check mode included. Raises NotFound."""
    if is_id(reference, check=client.check):
        if is_planned(reference, check=client.check):
            return planned_blueprint(reference)
        found = find_blueprint(client, blueprint_id=reference.lower())
    else:
        found = find_blueprint(client, name=reference)
    if found is None:
        raise not_found("Blueprint", reference, (str(one.get("name")) for one in list_blueprints(client)))
    return found


def existing_blueprints(client: Client, references: Sequence[str]) -> list[Record]:
    """The Blueprints that ids or names stand for: by one listing where there are several. Raises NotFound."""
    if len(references) < 2:
        return [existing_blueprint(client, one) for one in references]
    listed = list(list_blueprints(client))
    found = []
    for reference in references:
        if is_planned(reference, check=client.check):
            found.append(planned_blueprint(reference))
            continue
        matches = [one for one in listed if reference.lower() == one["id"] or reference == one.get("name")]
        one = only_match(matches, "Blueprint", reference)
        if one is None:
            raise not_found("Blueprint", reference, (str(each.get("name")) for each in listed))
        found.append(one)
    return found


def planned_blueprint(identifier: str) -> Record:
    """What is known of a Blueprint that an earlier task of a check-mode run would have created."""
    return {"id": identifier, "name": identifier.rpartition(":")[2], "type": None, "computers_count": 0}


def list_templates(client: Client) -> list[Record]:
    """Iru's templates for new Blueprints, each with the name of its ``category`` instead of the number."""
    categories = by_envelope(client, f"{PATH}/templates/", {"limit": PAGE})
    return [
        {**template, "category": category.get("name")}
        for category in categories
        for template in as_records(category.get("templates"))
    ]


def template_id(client: Client, name: str) -> str:
    """The id of the template of a name. Raises Ambiguous, and NotFound with the closest names."""
    templates = list_templates(client)
    matches = ({**one, "id": str(one.get("id"))} for one in templates if one.get("name") == name)
    found = only_match(matches, "Blueprint template", name)
    if found is None:
        raise not_found("Blueprint template", name, (str(one.get("name")) for one in templates))
    return str(found["id"])


def items_of(client: Client, blueprint_id: str) -> list[Record]:
    """``id`` and ``name`` of every Library item on a Blueprint; on an Assignment Map of all its nodes together."""
    if is_planned(blueprint_id, check=client.check):
        return []
    return list(by_envelope(client, f"{PATH}/{blueprint_id}/list-library-items", {}, key="id"))


def changes_of(wanted: Record, found: Record) -> Record:
    """The fields to send: those of ``wanted`` (``None`` is left as it is) that differ."""
    changes: Record = {}
    for key, value in wanted.items():
        if value is None or (key in CLASSIC_ONLY and found.get("type") == MAP):
            continue
        if isinstance(value, dict):
            nested = changes_of(value, as_record(found.get(key)))
            if nested:
                changes[key] = nested
        elif value not in (found.get(key), found.get(key) or ""):  # no text and the empty text are the same
            changes[key] = value
    return changes


def create_blueprint(client: Client, fields: Record) -> tuple[Record, bool]:
    """Create a Blueprint. Returns it and whether it is ours: names are unique, so if another run made one of the name
    in the meantime, that one is returned."""
    name = fields["name"]
    planned = {"id": planned_id("blueprint", name), "computers_count": 0, "type": None, **fields}
    planned.pop("source", None)
    try:
        created = client.write(
            Request("POST", PATH, form=_form(fields)),
            predicted=planned,
            read_back=lambda: find_blueprint(client, name=name),
            returns_object=True,
        )
    except ApiError as error:
        found = find_blueprint(client, name=name) if error.status == 400 else None
        if found is None:
            raise
        client.writes.pop()  # refused: nothing was written
        return found, False
    return created, True


def update_blueprint(client: Client, found: Record, changes: Record) -> Record:
    """Send what differs."""
    path = f"{PATH}/{found['id']}"

    def read_back() -> Record | None:
        now = find_blueprint(client, blueprint_id=found["id"])
        if now is None:
            raise NotFound(f"The Blueprint {found['name']!r} ({found['id']}) was removed while it was written.")
        return None if changes_of(changes, now) else now

    updated: Record = client.write(
        Request("PATCH", path, form=_form(changes)),
        predicted=_merged(found, changes),
        read_back=read_back,
        returns_object=True,
    )
    return updated


def delete_blueprint(client: Client, found: Record) -> None:
    """Remove it. Iru then un-manages every device that is on it."""
    client.write(Request("DELETE", f"{PATH}/{found['id']}"))


def devices_on(client: Client, blueprint: Record) -> int:
    """How many devices are on a Blueprint, missing ones included; counted where the Blueprint does not say."""
    counts = [blueprint.get(key) for key in ("computers_count", "missing_computers_count")]
    if isinstance(counts[0], int):
        return sum(count for count in counts if isinstance(count, int))
    return sum(1 for _device in by_offset(client, "/api/v1/devices", {"blueprint_id": blueprint["id"]}, limit=PAGE))


def _form(fields: Record, prefix: str = "") -> dict[str, str]:
    """The fields as the documented form: nested ones with a dot, ``enrollment_code.is_active``."""
    form: dict[str, str] = {}
    for key, value in fields.items():
        if isinstance(value, dict):
            form |= _form(value, f"{prefix}{key}.")
        elif value is not None:
            form[f"{prefix}{key}"] = str(value).lower() if isinstance(value, bool) else str(value)
    return form


def _merged(found: Record, changes: Record) -> Record:
    nested = {key: {**as_record(found.get(key)), **value} for key, value in changes.items() if isinstance(value, dict)}
    return {**found, **changes, **nested}
