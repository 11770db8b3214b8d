# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Subject strings such as ``CN=$SERIAL_NUMBER,OU=$UDID`` and the RDN arrays that Apple's SCEP payload takes.

The text form is RFC 4514 with the order kept as typed. Apple documents the short names C, L, ST, O, OU and CN for
``Subject`` of com.apple.security.scep, and dotted object identifiers for everything else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, TypeGuard

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput

SHORT_NAMES = ("C", "L", "ST", "O", "OU", "CN")

Subject = list[list[list[str]]]

# Names that other tools know, with what Apple takes instead.
_OTHER_NAMES = {
    "DC": "0.9.2342.19200300.100.1.25",
    "DNQ": "2.5.4.46",
    "DNQUALIFIER": "2.5.4.46",
    "E": "1.2.840.113549.1.9.1",
    "EMAIL": "1.2.840.113549.1.9.1",
    "EMAILADDRESS": "1.2.840.113549.1.9.1",
    "GIVENNAME": "2.5.4.42",
    "GN": "2.5.4.42",
    "S": "ST",
    "SERIALNUMBER": "2.5.4.5",
    "SN": "2.5.4.4",
    "STREET": "2.5.4.9",
    "SURNAME": "2.5.4.4",
    "T": "2.5.4.12",
    "TITLE": "2.5.4.12",
    "UID": "0.9.2342.19200300.100.1.1",
}
_OID = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+")
_HEX_PAIR = re.compile(r"[0-9A-Fa-f]{2}")
_ESCAPABLE = ',+"\\<>;#= '
_MUST_ESCAPE = ',+"\\<>;'


def parse_subject(text: str) -> Subject:
    """The RDN arrays of a subject string, one attribute an RDN, in the order typed.

    ``\\`` escapes one of ``, + " \\ < > ; # =``, a blank, or is followed by two hexadecimal digits (a byte of UTF-8).
    Blanks around names and values do not count. Raises InvalidInput, with the position (from 1), for anything else,
    for an RDN of several values (an unescaped ``+``) and for an unknown attribute name.
    """
    if not text.strip():
        raise InvalidInput("The subject is empty; expected something like CN=$SERIAL_NUMBER.")
    if text.lstrip().startswith("/"):
        raise InvalidInput(
            f"The subject {text!r} is in the slash form of OpenSSL; separate the parts by commas: "
            "CN=$SERIAL_NUMBER,O=Example."
        )
    subject: Subject = []
    position = 0
    while position <= len(text):
        attribute, position = _attribute(text, position)
        value, position = _value(text, position)
        subject.append([[attribute, value]])
        position += 1  # the comma
    return subject


def format_subject(subject: Sequence[Sequence[Sequence[str]]]) -> str:
    """The subject string of RDN arrays; ``parse_subject`` gives the same arrays back (RDNs of one value)."""
    return ",".join("+".join(f"{name}={_escape(value)}" for name, value in rdn) for rdn in subject)


def is_subject(value: Any) -> TypeGuard[Subject]:
    """Whether ``value`` has the shape of Apple's schema: arrays of RDNs of pairs of attribute name and text."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(rdn, list) and rdn and all(map(_is_pair, rdn)) for rdn in value)
    )


def canonical_attribute(name: str) -> str | None:
    """The attribute name as Apple spells it (``cn`` becomes ``CN``), a dotted OID as it is, or None if unknown."""
    if name.upper() in SHORT_NAMES:
        return name.upper()
    return name if _OID.fullmatch(name) else None


def unknown_attribute(name: str) -> str:
    """What is wrong with an attribute name, and what to write instead."""
    instead = _OTHER_NAMES.get(name.upper())
    hint = f" Write {instead} instead." if instead else ""
    return f"Apple does not know the attribute {name!r}; it takes {', '.join(SHORT_NAMES)} and dotted OIDs.{hint}"


def _attribute(text: str, start: int) -> tuple[str, int]:
    end = start
    while end < len(text) and text[end] not in "=,":
        end += 1
    name = text[start:end].strip()
    if not name and (end == len(text) or text[end] == ","):
        raise InvalidInput(
            f"The subject {text!r} has an empty part at position {start + 1}; is there a comma too many?"
        )
    if end == len(text) or text[end] == ",":
        raise InvalidInput(
            f"The subject {text!r} has no '=' in the part at position {start + 1}; expected NAME=value. "
            "A comma inside a value is written \\,"
        )
    attribute = canonical_attribute(name)
    if attribute is None:
        raise InvalidInput(f"The subject {text!r}, position {start + 1}: {unknown_attribute(name)}")
    return attribute, end + 1


def _value(text: str, start: int) -> tuple[str, int]:
    """The value from ``start`` on, and the position of the comma or end after it."""
    out = bytearray()
    position = start
    kept = 0  # the value up to here ends in an escaped character, so blanks before it count
    while position < len(text) and text[position] != ",":
        char = text[position]
        if char == "\\":
            taken, position = _escaped(text, position)
            out += taken
            kept = len(out)
            continue
        if char in _MUST_ESCAPE:
            raise _must_be_escaped(text, position)
        if char == "#" and not out:
            raise _must_be_escaped(text, position)
        if out or not char.isspace():
            out += char.encode("utf-8", "surrogatepass")
        position += 1
    try:
        value = out[:kept].decode("utf-8") + out[kept:].decode("utf-8").rstrip()
    except UnicodeDecodeError:
        raise InvalidInput(
            f"The subject {text!r}: the escaped bytes in the value at position {start + 1} are no UTF-8."
        ) from None
    if not value:
        raise InvalidInput(f"The subject {text!r} has an empty value at position {start + 1}.")
    return value, position


def _escaped(text: str, position: int) -> tuple[bytes, int]:
    if pair := _HEX_PAIR.match(text, position + 1):
        return bytes.fromhex(pair[0]), position + 3
    char = text[position + 1 : position + 2]
    if char and char in _ESCAPABLE:
        return char.encode(), position + 2
    raise InvalidInput(
        f"The subject {text!r}, position {position + 1}: a backslash is followed by one of {_ESCAPABLE!r} or by two "
        "hexadecimal digits; a backslash itself is written twice."
    )


def _must_be_escaped(text: str, position: int) -> InvalidInput:
    char = text[position]
    why = {
        "+": "It would join two attributes in one RDN, which this collection does not build.",
        "#": "At the start of a value it would announce DER bytes.",
        ";": "Parts are separated by commas.",
        '"': "Quoted values are an old form.",
    }.get(char, "")
    return InvalidInput(
        f"The subject {text!r}, position {position + 1}: write \\{char} for the character {char}. {why}".rstrip()
    )


def _escape(value: str) -> str:
    escaped = "".join(f"\\{char}" if char in _MUST_ESCAPE else char for char in value)
    if escaped[:1] in ("#", " "):
        escaped = "\\" + escaped
    if len(value) > 1 and value.endswith(" "):
        escaped = escaped[:-1] + "\\ "
    # White space other than the blank has no escape of its own; in the middle of a value it needs none.
    return re.sub(r"^[^\S ]|[^\S ]$", lambda found: "".join(f"\\{byte:02x}" for byte in found[0].encode()), escaped)


def _is_pair(pair: Any) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair)
