# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Property lists as configuration profiles use them: read strictly, write the same bytes every time.

``plistlib`` is lenient where a profile cannot afford it: of two equal keys it keeps the last, elements that it does not
know it drops, and a time zone it ignores. Here each of these is found or refused, with the place named. No message
holds a value: it may be a secret.
"""

from __future__ import annotations

import math
import plistlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Union
from xml.parsers import expat

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput

KeyPath = tuple[Union[str, int], ...]  # noqa: UP007 - ansible-test's pylint reads aliases as Python 3.8 would

# Far deeper than any profile, far shallower than the recursion limit of Python.
_DEEPEST = 60

_ELEMENTS = frozenset({"plist", "dict", "array", "key", "string", "data", "date", "integer", "real", "true", "false"})
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BINARY = b"bplist00"


def show_path(path: KeyPath) -> str:
    """A key path for a person: ``PayloadContent → 0 → URL``."""
    return " → ".join(str(part) for part in path) or "the top level"


def load(source: bytes | str) -> dict[str, Any]:
    """The dictionary in a property list, XML or binary.

    Raises InvalidInput when the text is empty, signed (CMS), no XML, no property list, or not a dictionary.
    """
    data = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else bytes(source)
    _refuse_what_is_no_plist(data)
    fmt = plistlib.FMT_BINARY if is_binary(data) else plistlib.FMT_XML
    try:
        value = plistlib.loads(data, fmt=fmt)
    except expat.ExpatError as exc:
        raise InvalidInput(
            f"The profile is not well-formed XML: {expat.ErrorString(exc.code)} at line {exc.lineno}, "
            f"column {exc.offset}. Check that the whole file was read, and that & < > in values are written "
            "&amp; &lt; &gt;."
        ) from None
    except (ValueError, AttributeError, TypeError, LookupError, OverflowError, RecursionError) as exc:
        line = re.search(r"line (\d+)", str(exc))  # the rest of plistlib's message can quote a value
        where = f" near line {line[1]}" if line else ""
        raise InvalidInput(
            f"The profile is no property list{where}: a key without a value, a value that does not fit its element "
            "(integer, date, data), or an element in the wrong place. `plutil -lint` on a Mac names the place."
        ) from None
    if not isinstance(value, dict):
        raise InvalidInput(
            f"The profile is a property list of {_kind(value)}; expected a dictionary with PayloadType and "
            "PayloadContent."
        )
    plain: dict[str, Any] = normalise(value)
    return plain


def dump(value: Mapping[str, Any]) -> bytes:
    """The XML property list of ``value``: keys sorted, tabs, final newline; equal values give equal bytes.

    Raises InvalidInput, with the key path, for a value that a property list cannot hold.
    """
    return plistlib.dumps(normalise(value), fmt=plistlib.FMT_XML, sort_keys=True)


def is_binary(source: bytes | str) -> bool:
    """Whether this is a binary property list."""
    return isinstance(source, (bytes, bytearray)) and source.startswith(_BINARY)


def normalise(value: Any, path: KeyPath = ()) -> Any:
    """A deep copy in plain Python types, exactly as a property list would give it back.

    Subclasses (Ansible tags its strings) become the plain type, line ends become LF, dates become UTC without a zone
    and without fractions of a second. Raises InvalidInput, with the key path, for what a property list cannot hold.
    """
    if len(path) > _DEEPEST:
        raise InvalidInput(f"The profile is nested deeper than {_DEEPEST} levels at {show_path(path[:3])}.")
    if isinstance(value, Mapping):
        return {_key(key, path): normalise(item, (*path, str(key))) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [normalise(item, (*path, index)) for index, item in enumerate(value)]
    return _scalar(value, path)


def _scalar(value: Any, path: KeyPath) -> Any:
    if isinstance(value, str):
        return _text(value, path)
    if isinstance(value, bool):
        return bool(value)
    if isinstance(value, int):
        if not -(1 << 63) <= value < 1 << 64:
            raise InvalidInput(f"The whole number at {show_path(path)} does not fit 64 bits.")
        return int(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise InvalidInput(f"The number at {show_path(path)} is not finite; a property list cannot hold it.")
        return float(value)
    if isinstance(value, (bytes, bytearray)):
        return bytes(value)
    if isinstance(value, date):
        return _utc(value)
    hint = " Leave the key out instead." if value is None else ""
    raise InvalidInput(
        f"The value at {show_path(path)} is of type {type(value).__name__}; a property list holds text, numbers, "
        f"booleans, dates, data, arrays and dictionaries.{hint}"
    )


def _utc(value: date) -> datetime:
    # The dates of a property list are UTC, and Python gives them without a zone.
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)
    if value.tzinfo is not None:
        value = value.astimezone(UTC)
    return datetime(value.year, value.month, value.day, value.hour, value.minute, value.second)


def _text(value: str, path: KeyPath) -> str:
    if _NOT_XML.search(value):
        raise InvalidInput(f"The text at {show_path(path)} holds a control character; XML cannot hold it.")
    # str() of a subclass may be overridden; joining gives the plain text. XML readers turn CRLF and CR into LF.
    return "".join(value).replace("\r\n", "\n").replace("\r", "\n")


def _key(key: Any, path: KeyPath) -> str:
    if not isinstance(key, str):
        raise InvalidInput(f"A key at {show_path(path)} is {_kind(key)}; the keys of a property list are text.")
    return _text(key, (*path, "a key"))


def _kind(value: Any) -> str:
    return "nothing" if value is None else f"type {type(value).__name__}"


def _refuse_what_is_no_plist(data: bytes) -> None:
    if not data.strip():
        raise InvalidInput("The profile is empty; expected the text of a .mobileconfig file.")
    if data.startswith(b"-----BEGIN") or (data[:1] == b"\x30" and data[1:2] and data[1] >= 0x80):
        raise InvalidInput(
            "The profile is signed (CMS). Iru rewrites the top level of every custom profile, which no signature "
            "survives, so the unsigned text is needed: "
            "openssl cms -verify -noverify -inform DER -in signed.mobileconfig -out profile.mobileconfig"
        )
    if data.lstrip()[:1] in (b"{", b"["):
        raise InvalidInput(
            "The profile is JSON (or a dictionary that became text); expected a property list, XML or binary. Give "
            "payloads as dictionaries instead."
        )
    if data.lstrip()[:14].lower().startswith((b"<!doctype html", b"<html")):
        raise InvalidInput("The profile is a web page (HTML); expected the text of a .mobileconfig file.")
    if data.lstrip()[:13].lower() == b"mime-version:":
        raise InvalidInput("The profile is an S/MIME message; expected the text of a .mobileconfig file, not signed.")
    if data[:1].isspace() and data.lstrip().startswith(b"<?xml"):
        raise InvalidInput("The profile begins with white space; <?xml must be the very first characters of the text.")


@dataclass
class XmlScan:
    """What ``plistlib`` passes over in silence: key paths set twice in one dictionary, and unknown elements by line."""

    duplicate_keys: list[KeyPath] = field(default_factory=list)
    unknown_elements: list[tuple[str, int]] = field(default_factory=list)


def scan_xml(source: bytes | str) -> XmlScan:
    """Walk the XML of a property list that ``load`` accepted (entity declarations are refused there)."""
    walker = _Walker()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, _attributes: walker.begin(name, parser.CurrentLineNumber)
    parser.EndElementHandler = walker.end
    parser.CharacterDataHandler = walker.characters
    parser.Parse(source.encode("utf-8", "surrogatepass") if isinstance(source, str) else bytes(source), True)
    return walker.scan


class _Walker:
    """Keeps, for each open dict or array, where it stands: the last key and the keys seen, or the index."""

    def __init__(self) -> None:
        self.scan = XmlScan()
        self._open: list[tuple[str, set[str], list[str | int]]] = []
        self._key: str | None = None

    def begin(self, name: str, line: int) -> None:
        if name not in _ELEMENTS:
            self.scan.unknown_elements.append((name, line))
        elif name == "key":
            self._key = ""
        elif name != "plist":
            if self._open and self._open[-1][0] == "array":
                self._open[-1][2][0] = int(self._open[-1][2][0]) + 1
            if name in ("dict", "array"):
                self._open.append((name, set(), [-1] if name == "array" else [""]))

    def characters(self, text: str) -> None:
        if self._key is not None:
            self._key += text

    def end(self, name: str) -> None:
        if name in ("dict", "array"):
            self._open.pop()
        elif name == "key" and self._open:
            key, self._key = self._key or "", None
            _kind, seen, position = self._open[-1]
            position[0] = key
            if key in seen:
                self.scan.duplicate_keys.append(tuple(place[2][0] for place in self._open))
            seen.add(key)
