# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares what the user set with what is there, and nothing else.

Servers add defaults, times and links to every object. So only the keys of the wanted side are compared; resources
apply the server's known rewrites to the wanted side first.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import Ambiguous, InvalidInput, NotFound

_PLANNED = "planned:"


def is_same(wanted: Any, found: Any, *, is_set: Callable[[str], bool] = lambda path: False, path: str = "") -> bool:
    """Whether ``found`` already holds everything that ``wanted`` says.

    Dictionaries: the keys of ``wanted`` only. Lists: in order, or without order and repetition where ``is_set(path)``
    (a dotted path of keys) says so. ``True`` is not ``1``.
    """
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(
            key in found and is_same(value, found[key], is_set=is_set, path=f"{path}.{key}" if path else key)
            for key, value in wanted.items()
        )
    if isinstance(wanted, list):
        if not isinstance(found, list):
            return False
        if is_set(path):
            return {_canonical(item) for item in wanted} == {_canonical(item) for item in found}
        return len(wanted) == len(found) and all(
            is_same(one, other, is_set=is_set, path=path) for one, other in zip(wanted, found, strict=True)
        )
    return type(wanted) is type(found) and wanted == found


def project(found: Any, wanted: Any) -> Any:
    """``found`` reduced to the keys that ``wanted`` has: the "before" of a diff."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        return {key: project(found[key], wanted[key]) for key in wanted if key in found}
    if isinstance(found, list) and isinstance(wanted, list) and len(found) == len(wanted):
        return [project(one, other) for one, other in zip(found, wanted, strict=True)]
    return found


def without_none(options: dict[str, Any]) -> dict[str, Any]:
    """The options that the user set, at every depth."""
    return {
        key: without_none(value) if isinstance(value, dict) else value
        for key, value in options.items()
        if value is not None
    }


def only_match(matches: Iterable[dict[str, Any]], what: str, name: str, id_key: str = "id") -> dict[str, Any] | None:
    """The only object of a name, ``None`` if there is none. Raises Ambiguous that lists the ids."""
    found = list(matches)
    if len(found) > 1:
        ids = [str(item[id_key]) for item in found]
        raise Ambiguous(
            f"{len(found)} {what}s are named {name!r} ({', '.join(ids)}). Names need not be unique there: give the id.",
            ids=ids,
        )
    return found[0] if found else None


def choose(
    items: Iterable[dict[str, Any]], references: Iterable[str], what: str, name_of: Callable[[dict[str, Any]], Any]
) -> tuple[list[dict[str, Any]], list[str]]:
    """The items that ids or names stand for, each once and in the order given, and the references that no item has.

    Raises Ambiguous.
    """
    known = list(items)
    chosen: dict[str, dict[str, Any]] = {}
    missing = []
    for reference in dict.fromkeys(references):
        found = next((item for item in known if item["id"] == reference), None)
        found = found or only_match((item for item in known if name_of(item) == reference), what, reference)
        if found is None:
            missing.append(reference)
        else:
            chosen[found["id"]] = found
    return list(chosen.values()), missing


def unknown_ones(
    what: str, missing: Iterable[str], suggest: Callable[[str], list[str]], *, must_exist: bool
) -> list[dict[str, Any]]:
    """What an info module tells of references that nothing has. Raises NotFound for the first if it ``must_exist``."""
    unknown = []
    for reference in missing:
        suggestions = suggest(reference)
        if must_exist:
            raise not_found(what, reference, suggestions)
        unknown.append({"reference": reference, "suggestions": suggestions})
    return unknown


def not_found(what: str, name: str, known: Iterable[str]) -> NotFound:
    """The failure that suggests the closest of the names that exist."""
    names = sorted(set(known))
    close = closest(name, names)
    listed = "" if close or not names else f" There are: {', '.join(names[:10])}{' …' if len(names) > 10 else ''}."
    return NotFound(f"There is no {what} {name!r}.{did_you_mean(name, names)}{listed}", suggestions=close or None)


def closest(name: str, known: Iterable[str]) -> list[str]:
    """The names most like this one, three at most."""
    return difflib.get_close_matches(name, sorted(set(known)), n=3, cutoff=0.5)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`` Did you mean …?`` with the closest of the names that exist, empty if none is close."""
    close = closest(name, known)
    return f" Did you mean {' or '.join(repr(one) for one in close)}?" if close else ""


def planned_id(kind: str, name: str) -> str:
    """The id, in check mode, of an object that would be created."""
    return f"{_PLANNED}{kind}:{name}"


def is_planned(identifier: str | None, *, check: bool) -> bool:
    """Whether an id stands for an object that check mode would have created. Raises InvalidInput in a real run."""
    planned = bool(identifier) and str(identifier).startswith(_PLANNED)
    if planned and not check:
        raise InvalidInput(f"{identifier!r} is an id of check mode and stands for nothing in a real run.")
    return planned


def _canonical(item: Any) -> str:
    return json.dumps(item, sort_keys=True, default=str)
