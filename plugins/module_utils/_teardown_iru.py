# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What teardown does on the Iru side: what is on Blueprints leaves them or comes back; then the Library items."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._iru import as_record
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_blueprints import CLASSIC_ONLY, MAP
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_profiles import PLATFORMS
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_plist import dump
from ansible_collections.okta_iru.attestation.plugins.module_utils._teardown_since import (
    KEEP,
    NO_WAY_BACK,
    NOTHING,
    REMOVE,
    RESTORE,
    Object,
    Step,
    Verdict,
    judge,
    named,
    settled,
)

ITEMS = {"iru_custom_profile": "profiles", "iru_custom_app": "custom_apps", "iru_custom_script": "scripts"}
# What the modules take back of a Library item; the rest of an app or a script is listed.
_RESTORABLE = ("name", "active", "text", *PLATFORMS.values())
_ASSIGNMENT = "iru_library_assignment"


class IruPlan:
    """The verdicts on the objects of a tenant, and the steps that follow.

    ``there`` holds what the modules return: ``profiles``, ``custom_apps``, ``scripts``; ``blueprints`` with their
    ``library_items``; ``tags``; ``devices``.
    """

    def __init__(self, of_kind: Mapping[str, Sequence[Object]], there: Mapping[str, Any], changed_since: str) -> None:
        self._blueprints = {one["id"]: one for one in there.get("blueprints") or ()}
        self._devices = {one["device_id"]: one for one in there.get("devices") or ()}
        self._profiles = {one["id"]: one for one in there.get("profiles") or ()}
        self._of_kind = of_kind
        listed = {
            "iru_device": {key: _device_form(one) for key, one in self._devices.items()},
            **{kind: {one["id"]: one for one in there.get(name) or ()} for kind, name in ITEMS.items()},
            "iru_tag": {one["id"]: one for one in there.get("tags") or ()},
            "iru_blueprint": {key: _blueprint_form(one) for key, one in self._blueprints.items()},
        }
        self._verdicts: dict[str, list[Verdict]] = {}
        for kind, known in listed.items():  # devices first: what is made for them goes only when they have left it
            judged = [self._judge(one, known.get(one["id"])) for one in of_kind.get(kind, ())]
            self._verdicts[kind] = settled(judged, changed_since)
        items_kept = (one.one for kind in ITEMS for one in self._verdicts[kind] if one.verb == KEEP)
        staying = {one["id"] for one in items_kept if one["was"] is None}
        self._verdicts[_ASSIGNMENT] = [self._judge_place(one, staying) for one in of_kind.get(_ASSIGNMENT, ())]

    def verdicts(self) -> list[Verdict]:
        """All of them."""
        return [one for found in self._verdicts.values() for one in found]

    def steps(self) -> dict[str, list[Step]]:
        """What is to be done, in this order."""
        places = self._verdicts[_ASSIGNMENT]
        return {
            "unassign": self._grouped_places(one.one for one in places if one.verb == REMOVE),
            "assign": self._grouped_places(one.one for one in places if one.verb == RESTORE),
            "restore_devices": [_device(one) for one in self._chosen("iru_device", RESTORE)],
            **{f"remove_{kind}": [named(one.one) for one in self._chosen(kind, REMOVE)] for kind in ITEMS},
            **{f"restore_{kind}": [self._item(one) for one in self._chosen(kind, RESTORE)] for kind in ITEMS},
            "remove_iru_tag": [named(one.one) for one in self._chosen("iru_tag", REMOVE)],
            "restore_iru_tag": [{**named(one.one), **one.back} for one in self._chosen("iru_tag", RESTORE)],
            "remove_iru_blueprint": [
                {**named(one.one), "leaving": len(self._devices_on(one.one["id"]))}
                for one in self._chosen("iru_blueprint", REMOVE)
            ],
            "restore_iru_blueprint": [_blueprint(one) for one in self._chosen("iru_blueprint", RESTORE)],
        }

    def _chosen(self, kind: str, verb: str) -> list[Verdict]:
        return [one for one in self._verdicts[kind] if one.verb == verb]

    def _judge(self, one: Object, present: Object | None) -> Verdict:
        kind = one["kind"]
        stamp = (present or {}).get("payload_uuid" if kind == "iru_custom_profile" else "updated_at")
        verdict = judge(one, present, stamp=stamp, form=_FORMS.get(kind, dict))
        if kind in ITEMS and verdict.verb == RESTORE and not set(verdict.back) <= set(_RESTORABLE):
            return Verdict(one, KEEP, NO_WAY_BACK)
        if any(key in verdict.back and not verdict.back[key] for key in CLASSIC_ONLY):
            return Verdict(one, KEEP, "it had no colour or no icon before, and no call is known that takes one away")
        if self._platforms(verdict) == []:
            return Verdict(one, KEEP, "others have taken it off the platforms that it was for")
        if "blueprint_id" in verdict.back and verdict.back["blueprint_id"] not in self._blueprints:
            return Verdict(one, KEEP, "the Blueprint that it was on is no longer there")
        if verdict.verb == REMOVE:
            return self._with_uses_of_others(verdict)
        return verdict

    def _with_uses_of_others(self, verdict: Verdict) -> Verdict:
        """What was made, with what others do with it: Blueprints that they put an item on, devices that they gave a tag
        or put on a Blueprint, items that they put on one."""
        one = verdict.one
        if one["kind"] in ITEMS:
            theirs = [
                f"the Blueprint {blueprint['name']}"
                for blueprint in self._blueprints.values()
                if _is_on(one["id"], blueprint) and one["id"] not in self._items_of_ours(blueprint["id"])
            ]
            return Verdict(one, REMOVE, since=(*verdict.since, *theirs))
        if one["kind"] == "iru_tag":
            users = [device for device in self._devices.values() if one["name"] in device["tags"]]
            leaving = {key for key, back in self._coming_back("tags").items() if one["name"] not in (back or ())}
        else:
            users = self._devices_on(one["id"])
            leaving = set(self._coming_back("blueprint_id"))
        named_devices = [f"{device['device_name']}" for device in users if device["device_id"] not in leaving]
        if named_devices:
            return Verdict(one, KEEP, f"others have put devices on it ({', '.join(named_devices[:10])})")
        if one["kind"] == "iru_blueprint":
            ours = self._items_of_ours(one["id"])
            items = self._blueprints[one["id"]].get("library_items") or ()
            theirs = [f"the Library item {item['name']}" for item in items if item["id"] not in ours]
            return Verdict(one, REMOVE, since=(*verdict.since, *theirs))
        return verdict

    def _items_of_ours(self, blueprint_id: str) -> set[str]:
        """Items that tasks put on a Blueprint, or that came along when one was made as a copy of another. What a
        template brings along is not known."""
        places = (place["id"].split("/") for place in self._of_kind.get(_ASSIGNMENT, ()))
        ours = {item for item, blueprint, *_node in places if blueprint == blueprint_id}
        for one in self._of_kind.get("iru_blueprint", ()):
            if one["id"] == blueprint_id and one["was"] is None:
                source = self._blueprints.get(as_record(as_record(one["now"]).get("source")).get("id"), {})
                ours |= {item["id"] for item in source.get("library_items") or ()}
        return ours

    def _devices_on(self, blueprint_id: str) -> list[Object]:
        return [device for device in self._devices.values() if device["blueprint_id"] == blueprint_id]

    def _coming_back(self, field: str) -> dict[str, Any]:
        """What devices get back in this field, by id; none of those of which only others come back."""
        restored = self._chosen("iru_device", RESTORE)
        return {one.one["id"]: one.back[field] for one in restored if field in one.back}

    def _judge_place(self, one: Object, staying: set[str]) -> Verdict:
        item, blueprint_id, *node = one["id"].split("/")
        blueprint = self._blueprints.get(blueprint_id)
        if blueprint is None:
            return Verdict(one, NOTHING, "the Blueprint is no longer there")
        is_on = _is_on(item, blueprint)
        if one["was"] is None:
            if item in staying:
                return Verdict(one, KEEP, "the Library item stays")
            return Verdict(one, REMOVE) if is_on else Verdict(one, NOTHING, "it is no longer on the Blueprint")
        # In which node of a map an item is cannot be read.
        return Verdict(one, NOTHING, "it is on the Blueprint again") if is_on and not node else Verdict(one, RESTORE)

    def _item(self, verdict: Verdict) -> Step:
        back = verdict.back
        return {
            **named(verdict.one),
            "new_name": back.get("name"),
            "active": back.get("active"),
            "content": dump(back["text"]).decode("utf-8") if "text" in back else None,
            "platforms": self._platforms(verdict),
        }

    def _platforms(self, verdict: Verdict) -> list[str] | None:
        """All platforms that a profile will be for, if any flag comes back: the option of iru_custom_profile switches
        off what it does not name, and the record holds only the flags that changed."""
        back, present = verdict.back, self._profiles.get(verdict.one["id"], {})
        if not any(flag in back for flag in PLATFORMS.values()):
            return None
        return [platform for platform, flag in PLATFORMS.items() if back.get(flag, present.get(flag))]

    def _grouped_places(self, assignments: Iterable[Object]) -> list[Step]:
        """Assignments by Library item, whose id comes first in theirs, before the Blueprint's and the node's."""
        by_item: dict[str, list[dict[str, str]]] = defaultdict(list)
        ids: dict[str, list[str]] = defaultdict(list)
        # Iru tells no name of an item that is on no Blueprint, so assignments may know its id only.
        names = {one["id"]: str(one["name"]) for kind in ITEMS for one in self._of_kind.get(kind, ())}
        for one in assignments:
            item, blueprint, *node = one["id"].split("/")
            ids[item].append(one["id"])
            by_item[item].append({"id": blueprint, **({"node": node[0]} if node else {})})
            names.setdefault(item, str(one["name"]).rpartition(" on ")[0])
        return [
            {"library_item": item, "name": names[item], "blueprints": found, "ids": ids[item]}
            for item, found in by_item.items()
        ]


def _is_on(item: str, blueprint: Object) -> bool:
    return any(one["id"] == item for one in blueprint.get("library_items") or ())


def _blueprint_form(blueprint: Object) -> dict[str, Any]:
    """With the two fields of the enrollment code each by itself; the code itself is in no record. Without what was only
    sent: Iru does not tell what a Blueprint was made from, and ignores the looks of a map."""
    unlike = ("enrollment_code", "source", *(CLASSIC_ONLY if blueprint.get("type") == MAP else ()))
    plain = {key: value for key, value in blueprint.items() if key not in unlike}
    return plain | {
        f"enrollment_code.{key}": value for key, value in as_record(blueprint.get("enrollment_code")).items()
    }


def _device_form(device: Object) -> dict[str, Any]:
    return {
        "blueprint_id": device.get("blueprint_id"),
        "asset_tag": device.get("asset_tag"),
        "user": as_record(device.get("user")).get("id"),
        "tags": device.get("tags"),
    }


def _unordered(device: Object) -> dict[str, Any]:
    """Tags in one order, since iru_device compares and writes them as a set."""
    return {key: sorted(value or ()) if key == "tags" else value for key, value in device.items()}


_FORMS = {"iru_blueprint": _blueprint_form, "iru_device": _unordered}


def _blueprint(verdict: Verdict) -> Step:
    back = verdict.back
    switch = back.get("enrollment_code.is_active")
    return {
        **named(verdict.one),
        "new_name": back.get("name"),
        "description": (back["description"] or "") if "description" in back else None,
        **{key: back.get(key) for key in CLASSIC_ONLY},
        "enrollment_code": None if switch is None else {"is_active": switch},
    }


def _device(verdict: Verdict) -> Step:
    """The options of iru_device; the empty text takes a user or an asset tag away."""
    back = verdict.back
    return {
        "device_id": verdict.one["id"],
        **({"blueprint": back["blueprint_id"]} if "blueprint_id" in back else {}),
        **{key: back[key] or "" for key in ("asset_tag", "user") if key in back},
        **({"tags": back["tags"] or []} if "tags" in back else {}),
    }
