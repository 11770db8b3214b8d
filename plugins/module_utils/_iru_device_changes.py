# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of devices: Blueprint, user, asset tag and tags, each device by one PATCH with what differs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import not_found
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import Ambiguous, InvalidInput, NotFound
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client, Request
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru import as_record, is_id
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_blueprints import (
    existing_blueprint,
    list_blueprints,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_devices import PATH, normalised
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_directory import list_tags, list_users
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_tags import create_tag, note_tag
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import Task

TAGS_MODES = ("add", "exact", "remove")

Record = dict[str, Any]


@dataclass(frozen=True)
class WantedDevice:
    """What a device is to be; ``None`` is left as it is, the empty text takes away."""

    blueprint: str | None = None
    asset_tag: str | None = None
    user: str | None = None
    tags: tuple[str, ...] | None = None
    tags_mode: str = "add"


class Lookup:
    """Finds what devices are given by name, each listing read at most once and only when something differs."""

    def __init__(self, client: Client, wanted: list[WantedDevice]) -> None:
        self._client = client
        self._emails = {one.user for one in wanted if one.user and not is_id(one.user, check=client.check)}
        self._references = {one.blueprint for one in wanted if one.blueprint}
        self._blueprints: dict[str, Record] = {}
        self._users: list[Record] | None = None

    def blueprint(self, reference: str) -> Record:
        """The Blueprint of a name or an id. Raises NotFound and Ambiguous."""
        if not self._blueprints and len(self._references) > 1:
            listed = list(list_blueprints(self._client))
            names = [str(one.get("name")) for one in listed]
            self._blueprints = {str(one.get("name")): one for one in listed if names.count(str(one.get("name"))) == 1}
            self._blueprints |= {str(one["id"]): one for one in listed}
        if reference not in self._blueprints:
            self._blueprints[reference] = existing_blueprint(self._client, reference)
        return self._blueprints[reference]

    def user_id(self, reference: str) -> str:
        """The id of a user who is given by it or by an e-mail address. Raises NotFound, Ambiguous, InvalidInput."""
        if is_id(reference, check=self._client.check):
            return reference.lower()
        if self._users is None:
            self._users = list(list_users(self._client, {}, self._emails))
        named = [user for user in self._users if str(user.get("email")).lower() == reference.lower()]
        active = [user for user in named if not user.get("archived")]
        if len(active) > 1:
            ids = [str(user["id"]) for user in active]
            raise Ambiguous(
                f"{len(active)} users have the address {reference} ({', '.join(ids)}): give the id.", ids=ids
            )
        if not active and named:
            raise InvalidInput(f"The user {reference} is archived in Iru and cannot be assigned to a device.")
        if not active:
            raise not_found("user", reference, (str(user.get("email")) for user in list_users(self._client, {})))
        return str(active[0]["id"])


def changes_of(wanted: WantedDevice, device: Record, lookup: Lookup) -> Record:
    """The fields that a PATCH has to send; ``None`` takes away."""
    changes: Record = {}
    if wanted.blueprint is not None:
        blueprint_id = str(lookup.blueprint(wanted.blueprint)["id"])
        if blueprint_id != str(device.get("blueprint_id")).lower():
            changes["blueprint_id"] = blueprint_id
    if wanted.asset_tag is not None and wanted.asset_tag != (device.get("asset_tag") or ""):
        changes["asset_tag"] = wanted.asset_tag or None
    if wanted.user is not None and not _has_user(wanted.user, device):
        changes["user"] = lookup.user_id(wanted.user) if wanted.user else None
    if wanted.tags is not None:
        tags = _tags_after(wanted, list(device.get("tags") or []))
        if set(tags) != set(device.get("tags") or []):
            changes["tags"] = tags
    return changes


def ensure_tags(task: Task, client: Client, devices: list[tuple[Record, Record]], *, create: bool) -> None:
    """See to it that tags exist before devices get them; what Iru does with one that does not is not known.

    Raises NotFound for one that does not exist, unless ``create``.
    """
    wanted = {tag for device, changes in devices for tag in changes.get("tags", []) if tag not in device["tags"]}
    if not wanted:
        return
    known = {str(tag.get("name")) for tag in list_tags(client)}
    for name in sorted(wanted - known):
        if not create:
            failure = not_found("tag", name, known)
            failure.message += " Set create_tags to make it."
            raise failure
        tag, ours = create_tag(client, name)
        if ours:
            note_tag(task, client, tag, None, {"name": name})


def update_device(client: Client, device: Record, changes: Record, blueprint: Record | None) -> Record:
    """Send what differs. ``blueprint`` is the one that the device moves to, for the prediction of check mode."""
    path = f"{PATH}/{device['device_id']}"

    def read_back() -> Record | None:
        now = as_record(client.find(path))
        if not now:
            raise NotFound(f"The device {title_of(device)} was removed while it was written.")
        return now if _has_arrived(changes, normalised(now)) else None

    answer = client.write(Request("PATCH", path, json=changes), predicted=None, read_back=read_back)
    if client.check:
        moved = {"blueprint_name": blueprint["name"]} if blueprint and "blueprint_id" in changes else {}
        shown = {**changes, "user": {"id": changes["user"]}} if changes.get("user") else changes
        return {**device, **shown, **moved}
    return normalised(as_record(answer) or {**device, **changes})


def delete_device(client: Client, device: Record) -> None:
    """Remove a device's record. Iru then unenrols it, and its agent uninstalls itself (documented)."""
    client.write(Request("DELETE", f"{PATH}/{device['device_id']}"))


def title_of(device: Record) -> str:
    """A device for messages and diffs."""
    return str(device.get("serial_number") or device.get("device_name") or device["device_id"])


def fields_before(device: Record, changes: Record) -> Record:
    """The changed fields as they are, for a diff: a Blueprint by its name, a user by the address."""
    user = as_record(device.get("user"))
    shown = {
        "blueprint_id": ("blueprint", device.get("blueprint_name")),
        "user": ("user", user.get("email") or user.get("id")),
    }
    return dict(shown.get(key, (key, device.get(key))) for key in changes)


def stored_fields(device: Record, keys: Iterable[str]) -> Record:
    """Fields as a PATCH would bring them back."""
    shown = {
        "asset_tag": device.get("asset_tag") or None,
        "user": as_record(device.get("user")).get("id"),
        "blueprint_id": device.get("blueprint_id"),
        "tags": device.get("tags"),
    }
    return {key: shown[key] for key in keys}


def fields_after(wanted: WantedDevice, changes: Record, moved_to: Record | None) -> Record:
    """The changed fields as they are to be, for a diff; the user as the task gives it."""
    shown = {
        "blueprint_id": ("blueprint", (moved_to or {}).get("name")),
        "user": ("user", wanted.user or None),
    }
    return dict(shown.get(key, (key, value)) for key, value in changes.items())


def _has_user(wanted: str, device: Record) -> bool:
    user = as_record(device.get("user"))
    return wanted.lower() in (str(user.get("email") or "").lower(), str(user.get("id") or "").lower())


def _tags_after(wanted: WantedDevice, present: list[str]) -> list[str]:
    tags = list(dict.fromkeys(wanted.tags or ()))
    if wanted.tags_mode == "exact":
        return tags
    if wanted.tags_mode == "remove":
        return [tag for tag in present if tag not in tags]
    return [*present, *(tag for tag in tags if tag not in present)]


def _has_arrived(changes: Record, now: Record) -> bool:
    """Whether a device is as a PATCH wanted it."""
    seen = {
        "blueprint_id": now.get("blueprint_id"),
        "asset_tag": now.get("asset_tag") or None,
        "user": as_record(now.get("user")).get("id"),
    }
    plain = {key: value for key, value in changes.items() if key != "tags"}
    tags = set(changes["tags"]) == set(now["tags"]) if "tags" in changes else True
    return tags and all(str(seen[key]) == str(value) for key, value in plain.items())
