# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares configuration profiles by what they mean, not by their text.

Iru serialises a stored profile anew (keys sorted, comments lost) and owns three top-level keys: PayloadIdentifier
becomes ``com.kandji.profile.custom.<item id>``, PayloadDisplayName the name of the Library item, and PayloadUUID
changes with every write (recorded; irusdk changelog 0.2.0, kandji-inc/iructl live tests). PayloadContent it keeps
verbatim, with variables and inner UUIDs. A write that changes nothing makes every Mac install the profile and enrol
again, so what differs has to be known exactly.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any, Union

from ansible_collections.okta_iru.attestation.plugins.module_utils._profile import SCEP
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_plist import (
    KeyPath,
    load,
    normalise,
    show_path,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_secrets import (
    hide_secrets,
    secret_values,
    under_secret_key,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_subject import format_subject, is_subject
from ansible_collections.okta_iru.attestation.plugins.module_utils._secrets import MASK, Secrets

__all__ = ["Difference", "before_and_after", "differences", "payload_summary", "same_profile", "secret_values"]

Profile = Union[Mapping[str, Any], str, bytes]  # noqa: UP007 - ansible-test's pylint reads aliases as Python 3.8 would

IRU_OWNS = ("PayloadIdentifier", "PayloadUUID", "PayloadDisplayName")


class _Absent:
    """Stands for the side on which a key does not exist."""


_ABSENT = _Absent()


@dataclass(frozen=True)
class Difference:
    """One place at which two profiles differ. ``before`` and ``after`` are JSON-native and hold no secret; the side on
    which the key does not exist is None."""

    path: str
    before: Any
    after: Any
    change: str
    """``added``, ``removed`` or ``changed``."""

    def __str__(self) -> str:
        return f"{self.path}: {self.change}"


def differences(wanted: Profile, found: Profile) -> list[Difference]:
    """Where the stored profile ``found`` differs from ``wanted``; empty if and only if nothing needs to be written.

    Both may be text or dictionaries. Left out are the top-level keys that Iru owns, and PayloadScope if ``wanted`` does
    not set it (Iru may add it). Arrays are compared in order, data as bytes, and 1, 1.0 and true are three values.
    Raises InvalidInput when text is no property list.
    """
    after, before = _read(wanted), _read(found)
    secrets = Secrets(secret_values(after) | secret_values(before))
    ignored = IRU_OWNS if "PayloadScope" in after else (*IRU_OWNS, "PayloadScope")
    for profile in (before, after):
        for key in ignored:
            profile.pop(key, None)
    return [_difference(place, secrets) for place in _profile_places(before, after)]


def same_profile(wanted: Profile, found: Profile) -> bool:
    """Whether ``differences`` finds none."""
    return not differences(wanted, found)


def before_and_after(found: list[Difference]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The two sides of a ``--diff``: path to value, absent keys left out."""
    before = {one.path: one.before for one in found if one.change != "added"}
    after = {one.path: one.after for one in found if one.change != "removed"}
    return before, after


def payload_summary(profile: Profile) -> list[dict[str, Any]]:
    """What a profile delivers, without secrets: ``type``, ``identifier``, ``uuid`` of each payload.

    A SCEP payload also has ``url``, ``subject`` (as text), ``key_size``, ``key_usage`` and ``challenge_set``.
    """
    content = _read(profile).get("PayloadContent")
    return [_summary(payload) for payload in content or [] if isinstance(payload, dict)]


def _summary(payload: dict[str, Any]) -> dict[str, Any]:
    names = {"type": "PayloadType", "identifier": "PayloadIdentifier", "uuid": "PayloadUUID"}
    summary = {name: payload.get(key) for name, key in names.items()}
    content = payload.get("PayloadContent")
    if payload.get("PayloadType") == SCEP and isinstance(content, dict):
        subject = content.get("Subject")
        summary["url"] = content.get("URL")
        summary["subject"] = format_subject(subject) if is_subject(subject) else None
        summary["key_size"] = content.get("Keysize")
        summary["key_usage"] = content.get("Key Usage")
        summary["challenge_set"] = bool(content.get("Challenge"))
    return summary


@dataclass(frozen=True)
class _Place:
    path: KeyPath
    before: Any
    after: Any
    secret: bool = False


def _profile_places(before: dict[str, Any], after: dict[str, Any]) -> Iterator[_Place]:
    """The places, payloads named by their type instead of an index."""
    content = before.pop("PayloadContent", _ABSENT), after.pop("PayloadContent", _ABSENT)
    yield from _places(before, after, ())
    if all(isinstance(side, list) and all(isinstance(one, dict) for one in side) for side in content):
        yield from _payload_places(*content)
    else:
        yield from _places(*content, ("PayloadContent",))


def _payload_places(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> Iterator[_Place]:
    """Payloads are paired by position; if their types differ, by type and identifier, so that one that was added does
    not make all that follow it look changed."""
    if [one.get("PayloadType") for one in before] == [one.get("PayloadType") for one in after]:
        several = len({str(one.get("PayloadType")) for one in after}) < len(after)
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            number = f" number {index + 1}" if several else ""
            yield from _places(old, new, (f"payload {new.get('PayloadType')}{number}",))
        return
    old_by_key, new_by_key = _keyed(before), _keyed(after)
    for key in [*old_by_key, *(key for key in new_by_key if key not in old_by_key)]:
        yield from _places(old_by_key.get(key, _ABSENT), new_by_key.get(key, _ABSENT), (key,))
    old_order = [key for key in old_by_key if key in new_by_key]
    new_order = [key for key in new_by_key if key in old_by_key]
    if old_order != new_order:
        yield _Place(("order of the payloads",), old_order, new_order)


def _keyed(payloads: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    seen: Counter[str] = Counter()
    keyed = {}
    for payload in payloads:
        name = f"payload {payload.get('PayloadType')} ({payload.get('PayloadIdentifier')})"
        seen[name] += 1
        keyed[name if seen[name] == 1 else f"{name} number {seen[name]}"] = payload
    return keyed


def _places(before: Any, after: Any, path: KeyPath, secret: bool = False) -> Iterator[_Place]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            hidden = secret or under_secret_key(before, key) or under_secret_key(after, key)
            yield from _places(before.get(key, _ABSENT), after.get(key, _ABSENT), (*path, key), hidden)
    elif isinstance(before, list) and isinstance(after, list):
        for index, (old, new) in enumerate(zip_longest(before, after, fillvalue=_ABSENT)):
            yield from _places(old, new, (*path, index), secret)
    elif type(before) is not type(after) or before != after:
        yield _Place(path, before, after, secret)


def _difference(place: _Place, secrets: Secrets) -> Difference:
    change = "added" if place.before is _ABSENT else "removed" if place.after is _ABSENT else "changed"
    before, after = (_shown(side, place.secret, secrets) for side in (place.before, place.after))
    if change == "changed" and before == after:  # both masked, or equal in Python but not in a property list
        before, after = f"{before} ({_kind(place.before)}, before)", f"{after} ({_kind(place.after)}, after)"
    return Difference(show_path(place.path), before, after, change)


def _shown(value: Any, secret: bool, secrets: Secrets) -> Any:
    if value is _ABSENT:
        return None
    if secret and not isinstance(value, bool):
        return MASK
    return secrets.scrub(_json(hide_secrets(value)))


def _json(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_json(item) for item in value]
    if isinstance(value, bytes):
        return f"data, {len(value)} bytes, SHA-256 {hashlib.sha256(value).hexdigest()[:16]}…"
    return f"{value.isoformat()}Z" if isinstance(value, datetime) else value


def _kind(value: Any) -> str:
    kinds = {bool: "boolean", int: "integer", float: "real", str: "text", bytes: "data", datetime: "date"}
    return kinds.get(type(value), type(value).__name__)


def _read(profile: Profile) -> dict[str, Any]:
    return dict(normalise(profile)) if isinstance(profile, Mapping) else load(profile)
