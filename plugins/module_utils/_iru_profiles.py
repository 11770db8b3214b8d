# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Custom profiles of the Iru Library: find, compare, create, change, remove.

A PATCH is never harmless: Iru gives the profile a new PayloadUUID on every write, even one of the name alone (irusdk
changelog 0.2.0, recorded answers), so that every Mac installs it again and, for a SCEP payload, fetches a new
certificate. So only what differs is sent, and nothing if nothing does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import only_match, planned_id
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import (
    BadAnswer,
    InvalidInput,
    NotFound,
    OutcomeUnknown,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client, Request
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_custom_items import (
    CUSTOM_PROFILE,
    delete_item,
    find_item,
    first_of_the_name,
    list_items,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_compare import (
    Difference,
    differences,
    payload_summary,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_plist import load
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_record import text_for_record
from ansible_collections.okta_iru.attestation.plugins.module_utils._record import NOT_KEPT
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import Task

PATH = CUSTOM_PROFILE.path

PLATFORMS = {
    "mac": "runs_on_mac",
    "iphone": "runs_on_iphone",
    "ipad": "runs_on_ipad",
    "tv": "runs_on_tv",
    "vision": "runs_on_vision",
}
"""The platforms of a custom profile and their flags. Flags for Android and Windows are read only and never true."""

Record = dict[str, Any]


@dataclass(frozen=True)
class WantedProfile:
    """What the user set; ``None`` is left as it is. ``content`` is the text of a .mobileconfig."""

    name: str | None = None
    content: bytes | None = None
    active: bool | None = None
    platforms: frozenset[str] | None = None

    def fields(self) -> dict[str, Any]:
        """The fields of the API that say it, but for the file."""
        fields: dict[str, Any] = {}
        if self.name is not None:
            fields["name"] = self.name
        if self.active is not None:
            fields["active"] = self.active
        if self.platforms is not None:
            fields |= {flag: platform in self.platforms for platform, flag in PLATFORMS.items()}
        return fields

    def flags(self, found: Record | None) -> dict[str, bool]:
        """The platforms that it will be for: those wanted, else those of the profile that is there, else the Mac."""
        if found is None:
            now = {flag: platform == "mac" for platform, flag in PLATFORMS.items()}
        else:
            now = {flag: found.get(flag) is True for flag in PLATFORMS.values()}
        return now | {key: value for key, value in self.fields().items() if key in now}


@dataclass(frozen=True)
class ProfileChanges:
    """What differs: ``fields`` to send, ``content`` where the profiles themselves differ."""

    fields: dict[str, Any] = field(default_factory=dict)
    content: list[Difference] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.fields or self.content)


def list_profiles(client: Client) -> Iterator[Record]:
    """All custom profiles, their text included, 300 a request."""
    return list_items(client, CUSTOM_PROFILE)


def find_profile(client: Client, *, profile_id: str | None = None, name: str | None = None) -> Record | None:
    """The profile of an id or else of a name. Raises Ambiguous: names need not be unique."""
    return find_item(client, CUSTOM_PROFILE, item_id=profile_id, name=name)


def named_profile(profiles: Iterable[Record], name: str) -> Record | None:
    """The one of this name. Raises Ambiguous."""
    return only_match((profile for profile in profiles if profile.get("name") == name), "custom profile", name)


def stored_content(profile: Record) -> Record:
    """The stored profile as a dictionary. Raises BadAnswer when it cannot be read, since then nothing can be compared
    and a blind write would make every device install the profile again."""
    text = profile.get("profile")
    try:
        return load(text if isinstance(text, (str, bytes)) else "")
    except InvalidInput as error:
        raise BadAnswer(
            f"Iru's custom profile {profile.get('name')!r} ({profile.get('id')}) holds no profile that can be read: "
            f"{error.message} Nothing was written. Look at it in the console; if it is broken there, remove it first."
        ) from None


def changes_of(wanted: WantedProfile, found: Record) -> ProfileChanges:
    """What a PATCH has to say. A flag that the tenant does not return (recorded in 2024) is not compared."""
    fields = {key: value for key, value in wanted.fields().items() if key in found and found[key] != value}
    content = differences(wanted.content, stored_content(found)) if wanted.content is not None else []
    return ProfileChanges(fields, content)


def create_profile(client: Client, name: str, content: bytes, wanted: WantedProfile) -> tuple[Record, bool]:
    """Create it, for the Mac if no platform was named.

    Returns the profile, in check mode one with a planned id, and whether it is ours: of two runs side by side that both
    found none of the name, the later one removes its own, which is assigned nowhere yet, and gets the other one's.
    """
    fields = {"name": name, **wanted.flags(None), **wanted.fields()}
    created: Record = client.write(
        Request("POST", PATH, multipart=_multipart(fields, content)),
        predicted={
            "id": planned_id("custom_profile", name),
            "active": True,
            "profile": content,
            "payload_uuid": None,
            **fields,
        },
        read_back=lambda: _created_after_all(client, wanted),
        returns_object=True,
    )
    return first_of_the_name(client, CUSTOM_PROFILE, created)


def update_profile(client: Client, found: Record, wanted: WantedProfile, changes: ProfileChanges) -> Record:
    """Send what differs; with no changes at all the name alone, which makes Iru distribute the profile anew."""
    fields = changes.fields if changes else {"name": found["name"]}
    uuid_before = stored_content(found).get("PayloadUUID")

    def read_back() -> Record | None:
        now = find_profile(client, profile_id=found["id"])
        if now is None:
            raise NotFound(f"The custom profile {found['name']!r} ({found['id']}) was removed while it was written.")
        renewed = stored_content(now).get("PayloadUUID") != uuid_before
        return now if renewed and not changes_of(wanted, now) else None

    content = wanted.content if changes.content else None
    request = Request("PATCH", f"{PATH}/{found['id']}", multipart=_multipart(fields, content))
    predicted = {**found, **fields, "profile": content or found["profile"], "payload_uuid": None, "updated_at": None}
    updated: Record = client.write(request, predicted=predicted, read_back=read_back, returns_object=True)
    return updated


def delete_profile(client: Client, found: Record) -> None:
    """Remove it from the Library, and so from all its Blueprints and devices."""
    delete_item(client, CUSTOM_PROFILE, found)


def note_profile(
    task: Task, client: Client, profiles: tuple[Record, Record | None], was: Record | None, now: Record | None
) -> None:
    """Tell what was done to a profile, given as it was found and as it was written, for the record of the tenant.

    Iru renews the PayloadUUID with every write, so that tells later whether others have written since.
    """
    found, written = profiles
    stamp = None if written is None or task.check else stored_content(written).get("PayloadUUID")
    kind, name = "iru_custom_profile", (written or found).get("name")
    task.note(kind, client.base_url, str(found["id"]), name, was=was, now=now, stamp=stamp)


def text_that_was(found: Record) -> Record:
    """What the record keeps of the text of a profile (`text_for_record`); nothing of one that cannot be read."""
    try:
        return text_for_record(stored_content(found))
    except BadAnswer:
        return {"text": NOT_KEPT}


def profile_view(profile: Record) -> Record:
    """A profile for results: without its text, with the ``payload_uuid`` that a device with the latest push reports
    (``None`` where it will be known only after the write), and a summary of the ``payloads``. It holds no secret."""
    content = stored_content(profile)
    return {
        "mdm_identifier": None,
        "created_at": None,
        "updated_at": None,
        "payload_uuid": content.get("PayloadUUID"),
        **{key: value for key, value in profile.items() if key != "profile"},
        "payloads": payload_summary(content),
    }


def _multipart(fields: dict[str, Any], content: bytes | None) -> list[tuple[str, Any]]:
    parts: list[tuple[str, Any]] = [(key, (None, _as_text(value))) for key, value in fields.items()]
    if content is not None:
        parts.append(("file", ("profile.mobileconfig", content, "application/x-apple-aspen-config")))
    return parts


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _created_after_all(client: Client, wanted: WantedProfile) -> Record | None:
    found = find_profile(client, name=wanted.name)
    if found is not None and changes_of(wanted, found):
        raise OutcomeUnknown(
            f"While the custom profile {wanted.name!r} was being created, another one of that name appeared "
            f"({found['id']}) that says something else. Nothing more was written; run again to bring it in line."
        )
    return found
