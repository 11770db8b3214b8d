# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ASN.1: a strict DER writer and a tolerant BER reader.

Writing::

    sequence(integer(1), oid("1.2.840.113549.1.7.1"), octet_string(b"..."))    # each function returns encoded bytes

Reading::

    node = read(data)              # one element, nothing may follow; raises DerError
    node[0], len(node)             # parts of a constructed element; node[7] that is missing raises DerError
    node.tag, node.content         # identifier octet; content octets
    as_integer(node), as_oid(node), as_octets(node), as_text(node)

The reader accepts indefinite lengths and octet strings cut into pieces, because SCEP servers that use Go's pkcs7
package (micromdm) answer so. It is bounded in size, depth and number of elements: hostile input gives ``DerError``.
"""

from __future__ import annotations

from dataclasses import dataclass

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL, OID = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06
UTF8_STRING, PRINTABLE_STRING, IA5_STRING = 0x0C, 0x13, 0x16
SEQUENCE, SET = 0x30, 0x31
CONSTRUCTED = 0x20

MAX_BYTES = 1 << 20
"""Largest input that is read; a SCEP message with a CA chain has some ten thousand bytes."""
MAX_ELEMENTS = 20_000
MAX_DEPTH = 32

_TEXT_ENCODINGS = {
    UTF8_STRING: "utf-8",
    PRINTABLE_STRING: "ascii",
    IA5_STRING: "ascii",
    0x14: "latin-1",
    0x1E: "utf-16-be",
}


class DerError(ValueError):
    """The bytes are not the ASN.1 that was expected."""


# --- writing -----------------------------------------------------------------------------------------------------


def encode(tag: int, *parts: bytes) -> bytes:
    """One element with the identifier octet ``tag``; its content is ``parts`` one after the other."""
    content = b"".join(parts)
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def sequence(*parts: bytes) -> bytes:
    """SEQUENCE of already encoded parts."""
    return encode(SEQUENCE, *parts)


def set_of(*parts: bytes) -> bytes:
    """SET OF, sorted as DER demands."""
    return encode(SET, *sorted(parts))


def explicit(number: int, *parts: bytes) -> bytes:
    """Context-specific constructed element ``[number]``."""
    return encode(0xA0 | number, *parts)


def integer(value: int) -> bytes:
    """INTEGER, any sign and size."""
    size = (value if value >= 0 else ~value).bit_length() // 8 + 1
    return encode(INTEGER, value.to_bytes(size, "big", signed=True))


def octet_string(value: bytes) -> bytes:
    """OCTET STRING, primitive."""
    return encode(OCTET_STRING, value)


def printable_string(value: str) -> bytes:
    """PrintableString; only ASCII is checked here."""
    return encode(PRINTABLE_STRING, value.encode("ascii"))


def null() -> bytes:
    """NULL."""
    return encode(NULL)


def oid(dotted: str) -> bytes:
    """OBJECT IDENTIFIER from its dotted form."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    return encode(OID, b"".join(_base128(arc) for arc in (first * 40 + second, *rest)))


def _base128(value: int) -> bytes:
    octets = [value & 0x7F]
    while value := value >> 7:
        octets.append(0x80 | value & 0x7F)
    return bytes(reversed(octets))


# --- reading -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Node:
    """One element: ``tag`` is the identifier octet, ``content`` the content octets without end-of-contents marks,
    ``encoded`` the element as it came, ``children`` the parts of a constructed element."""

    tag: int
    content: bytes
    encoded: bytes
    children: tuple[Node, ...] = ()

    @property
    def constructed(self) -> bool:
        return bool(self.tag & CONSTRUCTED)

    def __len__(self) -> int:
        return len(self.children)

    def __getitem__(self, index: int) -> Node:
        if not -len(self.children) <= index < len(self.children):
            raise DerError(f"element 0x{self.tag:02x} has {len(self.children)} parts, part {index} is missing")
        return self.children[index]

    def expect(self, tag: int) -> Node:
        """This element, if its identifier octet is ``tag``; otherwise DerError."""
        if self.tag != tag:
            raise DerError(f"expected element 0x{tag:02x}, found 0x{self.tag:02x}")
        return self


def read(data: bytes) -> Node:
    """The one element that ``data`` holds.

    Errors: DerError when it is cut off, too large, nested too deeply, or followed by other bytes.
    """
    if len(data) > MAX_BYTES:
        raise DerError(f"{len(data)} bytes are more than the {MAX_BYTES} that are read")
    reader = _Reader(data)
    node, end = reader.element(0, len(data), 0)
    if end != len(data):
        raise DerError(f"{len(data) - end} bytes follow the element")
    return node


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.elements = 0

    def element(self, start: int, limit: int, depth: int) -> tuple[Node, int]:
        """The element at ``start``, which must end at ``limit`` or before, and the offset behind it."""
        self.elements += 1
        if self.elements > MAX_ELEMENTS:
            raise DerError(f"more than {MAX_ELEMENTS} elements")
        if depth > MAX_DEPTH:
            raise DerError(f"nested more than {MAX_DEPTH} levels deep")
        tag = self._octet(start, limit)
        if tag & 0x1F == 0x1F:
            raise DerError("tags above 30 are not used in CMS")
        length, begin = self._length(start + 1, limit)
        if length is None:
            if not tag & CONSTRUCTED:
                raise DerError("an indefinite length needs a constructed element")
            children, end, after = self._children(begin, limit, depth, until_mark=True)
        else:
            end = after = begin + length
            if end > limit:
                raise DerError(f"element of {length} bytes is cut off after {limit - begin}")
            children = self._children(begin, end, depth, until_mark=False)[0] if tag & CONSTRUCTED else ()
        return Node(tag, self.data[begin:end], self.data[start:after], children), after

    def _children(self, begin: int, limit: int, depth: int, until_mark: bool) -> tuple[tuple[Node, ...], int, int]:
        """The parts, the end of their content, and the offset behind the end-of-contents mark."""
        children: list[Node] = []
        offset = begin
        while True:
            if until_mark and self.data[offset : min(offset + 2, limit)] == b"\x00\x00":
                return tuple(children), offset, offset + 2
            if not until_mark and offset == limit:
                return tuple(children), offset, offset
            child, offset = self.element(offset, limit, depth + 1)
            children.append(child)

    def _length(self, offset: int, limit: int) -> tuple[int | None, int]:
        first = self._octet(offset, limit)
        if first < 0x80:
            return first, offset + 1
        size = first & 0x7F
        if size == 0:
            return None, offset + 1
        if size > 4 or offset + 1 + size > limit:
            raise DerError(f"length of {size} octets is cut off or absurd")
        return int.from_bytes(self.data[offset + 1 : offset + 1 + size], "big"), offset + 1 + size

    def _octet(self, offset: int, limit: int) -> int:
        if offset >= limit:
            raise DerError("cut off in the middle of an element")
        return self.data[offset]


def as_integer(node: Node) -> int:
    """Value of an INTEGER (up to 4096 octets)."""
    content = node.expect(INTEGER).content
    if not 0 < len(content) <= 4096:
        raise DerError(f"INTEGER of {len(content)} octets")
    return int.from_bytes(content, "big", signed=True)


def as_oid(node: Node) -> str:
    """Dotted form of an OBJECT IDENTIFIER."""
    content = node.expect(OID).content
    if not content or content[-1] & 0x80 or len(content) > 64:
        raise DerError("malformed OBJECT IDENTIFIER")
    arcs, value = [], 0
    for octet in content:
        value = value << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(str(arc) for arc in (first, arcs[0] - first * 40, *arcs[1:]))


def as_octets(node: Node) -> bytes:
    """Octets of an OCTET STRING, also of an implicitly tagged one and of one cut into pieces."""
    if not node.constructed:
        return node.content
    return b"".join(as_octets(part.expect(OCTET_STRING | part.tag & CONSTRUCTED)) for part in node.children)


def as_text(node: Node) -> str:
    """Value of a character string."""
    encoding = _TEXT_ENCODINGS.get(node.tag)
    if encoding is None:
        raise DerError(f"element 0x{node.tag:02x} is no character string")
    try:
        return node.content.decode(encoding)
    except UnicodeDecodeError as error:
        raise DerError(f"character string is not {encoding}") from error
