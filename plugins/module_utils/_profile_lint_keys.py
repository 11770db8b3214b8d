# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks a dictionary of a profile against a table of the keys that its reader knows.

The tables are data: ``_profile_keys_apple.py`` for macOS, ``_profile_keys_apps.py`` for Okta Verify and browsers. What
depends on several keys is not in a table but a check of its own, next to those of its payload.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_finding import Context, Finding
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_plist import KeyPath
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_secrets import is_secret_key
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_variables import closest

SLIP = 0.93
"""How alike a name is to a known one of which it is a slip of the pen, among names of which not all are known."""

_IN_WORDS = {
    str: "text",
    list: "an array",
    dict: "a dictionary",
    int: "an integer",
    float: "a number",
    bool: "a boolean",
    bytes: "data",
    datetime: "a date",
}


@dataclass(frozen=True)
class Key:
    """What one key may hold.

    ``kinds`` are Python's names for the types of a property list. ``allowed`` is the range list and ``lowest`` the
    range of the schema. ``table`` describes a dictionary, ``others`` the values of one whose keys are free, ``items``
    the items of an array.
    """

    kinds: tuple[type, ...]
    required: bool = False
    allowed: tuple[Any, ...] = ()
    lowest: int | None = None
    table: Table | None = None
    others: Key | None = None
    items: Key | None = None

    def needed(self) -> Key:
        """The same key, required."""
        return replace(self, required=True)


@dataclass(frozen=True)
class Table:
    """The keys of a dictionary, who reads them, and whether these are all that the reader knows.

    ``alike`` is how alike an unknown key has to be to be taken for a misspelt one, of 1. In the tables of apps a
    misspelt key is a warning: apps learn new keys between two versions of this collection.
    """

    keys: Mapping[str, Key]
    reader: str = "macOS"
    closed: bool = True
    alike: float = 0.65
    new_keys: bool = False


TEXT = Key((str,))
FLAG = Key((bool,))
DATA = Key((bytes,))
INTEGER = Key((int,))
REAL = Key((float, int))
DATE = Key((datetime,))
ANYTHING = Key(tuple(_IN_WORDS))
TEXTS = Key((list,), items=TEXT)


def one_of(*allowed: str | int) -> Key:
    """Text or an integer of a range list."""
    return Key((type(allowed[0]),), allowed=allowed)


def at_least(lowest: int) -> Key:
    """An integer that has a smallest value."""
    return Key((int,), lowest=lowest)


def array(items: Key) -> Key:
    """An array of items of one kind."""
    return Key((list,), items=items)


def dictionary(table: Table | None = None, others: Key | None = None) -> Key:
    """A dictionary of known keys, or of free keys whose values are ``others`` (anything if not given)."""
    return Key((dict,), table=table, others=others)


def is_a(value: Any, *kinds: type) -> bool:
    """Whether a value is of one of the types of property lists, where a boolean is no integer."""
    return bool in kinds if isinstance(value, bool) else isinstance(value, kinds)


def check_table(
    context: Context,
    value: Mapping[str, Any],
    table: Table,
    path: KeyPath = (),
    beside: Mapping[str, Key] | None = None,
) -> Iterator[Finding]:
    """What is wrong with a dictionary at ``path`` of the payload; ``beside`` are keys that are checked elsewhere."""
    for key, item in value.items():
        if key in table.keys:
            yield from check_value(context, item, table.keys[key], (*path, key), table)
        elif key not in (beside or {}):
            yield from _unknown(context, key, value, table, path)
    for key, wanted in table.keys.items():
        if wanted.required and key not in value:
            yield context.error("key-missing", f"{table.reader} needs {key} here.", *path, key)


def check_value(context: Context, value: Any, wanted: Key, path: KeyPath, table: Table) -> Iterator[Finding]:
    """What is wrong with one value and what is in it."""
    name = str(path[-1])
    if not is_a(value, *wanted.kinds):
        expected = " or ".join(_IN_WORDS[kind] for kind in wanted.kinds)
        found = _IN_WORDS.get(type(value), type(value).__name__)
        yield context.error("wrong-type", f"{name} must be {expected}; it is {found}.", *path)
    elif wanted.allowed and value not in wanted.allowed:
        expected = ", ".join(map(str, wanted.allowed))
        yield context.error("value", f"{name} is {_shown(path, value)}; {table.reader} knows {expected}.", *path)
    elif wanted.lowest is not None and value < wanted.lowest:
        yield context.error("out-of-range", f"{name} is {value}; the smallest is {wanted.lowest}.", *path)
    elif isinstance(value, dict) and wanted.table is not None:
        yield from check_table(context, value, wanted.table, path)
    elif isinstance(value, dict) and wanted.others is not None:
        for key, item in value.items():
            yield from check_value(context, item, wanted.others, (*path, key), table)
    elif isinstance(value, list) and wanted.items is not None:
        for index, item in enumerate(value):
            yield from check_value(context, item, wanted.items, (*path, index), table)


def _unknown(context: Context, key: str, value: Mapping[str, Any], table: Table, path: KeyPath) -> Iterator[Finding]:
    meant = closest(key, table.keys, table.alike if table.closed else SLIP)
    if meant and meant not in value:
        finding = context.warning if table.new_keys else context.error
        yield finding("key-misspelt", f"{table.reader} ignores {key!r}; write {meant!r}.", *path, key)
    elif table.closed and table.new_keys:
        yield context.warning("key-unknown", f"It is not known that {table.reader} reads {key!r}.", *path, key)
    elif table.closed:
        message = f"{table.reader} does not know {key!r} and ignores it; remove it."
        yield context.warning("key-unknown", message, *path, key)


def _shown(path: KeyPath, value: Any) -> str:
    hidden = any(isinstance(part, str) and is_secret_key(part) for part in path)
    return "something else" if hidden else repr(value)
