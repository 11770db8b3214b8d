"""DER writer and BER reader."""

from __future__ import annotations

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils import _der as der
from ansible_collections.okta_iru.attestation.plugins.module_utils._der import DerError
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st

few = settings(max_examples=100, deadline=None, derandomize=True)

# A tree: bytes are a primitive octet string, a list is a sequence of trees.
trees = st.recursive(st.binary(max_size=300), lambda inner: st.lists(inner, max_size=4), max_leaves=12)
Tree = bytes | list["Tree"]


def as_der(tree: Tree) -> bytes:
    return der.octet_string(tree) if isinstance(tree, bytes) else der.sequence(*map(as_der, tree))


def as_ber(tree: Tree) -> bytes:
    """The same with indefinite lengths and octet strings in pieces, as Go's pkcs7 package writes them."""
    if isinstance(tree, bytes):
        pieces = (der.octet_string(tree[i : i + 7]) for i in range(0, len(tree), 7))
        return b"\x24\x80" + b"".join(pieces) + b"\x00\x00"
    return b"\x30\x80" + b"".join(map(as_ber, tree)) + b"\x00\x00"


def tree_of(node: der.Node) -> Tree:
    return [tree_of(part) for part in node.children] if node.tag == der.SEQUENCE else der.as_octets(node)


@few
@given(trees)
def test_what_is_written_is_read(tree: Tree) -> None:
    node = der.read(as_der(tree))
    assert tree_of(node) == tree
    assert node.encoded == as_der(tree)


@few
@given(trees)
def test_indefinite_lengths_and_octet_strings_in_pieces_are_read(tree: Tree) -> None:
    assert tree_of(der.read(as_ber(tree))) == tree


@few
@given(st.integers(min_value=-(2**2100), max_value=2**2100))
def test_integers(value: int) -> None:
    assert der.as_integer(der.read(der.integer(value))) == value


@pytest.mark.parametrize(
    ("value", "encoded"),
    [(0, "020100"), (127, "02017f"), (128, "02020080"), (256, "02020100"), (-1, "0201ff"), (-129, "0202ff7f")],
)
def test_integers_are_as_short_as_x690_wants(value: int, encoded: str) -> None:
    assert der.integer(value).hex() == encoded


@few
@given(st.integers(0, 2), st.integers(0, 39), st.lists(st.integers(0, 2**70), max_size=8))
def test_object_identifiers(first: int, second: int, rest: list[int]) -> None:
    dotted = ".".join(map(str, (first, second, *rest)))
    assert der.as_oid(der.read(der.oid(dotted))) == dotted


@pytest.mark.parametrize(
    "dotted", ["2.16.840.1.113733.1.9.7", "1.3.14.3.2.26", "2.999.1", "0.9.2342.19200300.100.1.25"]
)
def test_object_identifiers_agree_with_cryptography(dotted: str) -> None:
    name = x509.Name([x509.NameAttribute(x509.ObjectIdentifier(dotted), "x")])
    assert der.oid(dotted) in name.public_bytes()


def test_a_set_is_sorted() -> None:
    parts = [der.integer(3), der.integer(1), der.oid("1.2.3"), der.integer(2)]
    assert der.set_of(*parts) == der.set_of(*reversed(parts))
    assert [part.encoded for part in der.read(der.set_of(*parts)).children] == sorted(parts)


@few
@given(trees, st.data())
def test_cut_off_input_is_refused(tree: Tree, data: st.DataObject) -> None:
    encoded = data.draw(st.sampled_from([as_der(tree), as_ber(tree)]))
    with pytest.raises(DerError):
        der.read(encoded[: data.draw(st.integers(0, len(encoded) - 1))])


@few
@given(trees, st.data())
def test_altered_input_is_read_or_refused(tree: Tree, data: st.DataObject) -> None:
    encoded = bytearray(data.draw(st.sampled_from([as_der(tree), as_ber(tree)])))
    for _ in range(data.draw(st.integers(1, 3))):
        encoded[data.draw(st.integers(0, len(encoded) - 1))] = data.draw(st.integers(0, 255))
    try:
        node = der.read(bytes(encoded))
        tree_of(node)
    except DerError:
        return
    assert node.encoded == bytes(encoded)


@few
@given(st.binary(max_size=64))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        node = der.read(data)
    except DerError:
        return
    for convert in (der.as_integer, der.as_oid, der.as_octets, der.as_text):
        try:
            convert(node)
        except DerError:
            continue


@pytest.mark.parametrize(
    ("hostile", "message"),
    [
        pytest.param(b"", "cut off", id="empty"),
        pytest.param(b"\x30\x84\xff\xff\xff\xff", "cut off", id="four gigabytes"),
        pytest.param(b"\x30\x89" + b"\xff" * 9, "absurd", id="length of nine octets"),
        pytest.param(b"\x30\x80" * 1000, "deep", id="deep indefinite"),
        pytest.param(b"\x24\x80" * 34 + b"\x00\x00" * 34, "deep", id="deep octet strings"),
        pytest.param(der.sequence(*[der.null()] * (der.MAX_ELEMENTS + 1)), "elements", id="many elements"),
        pytest.param(bytes(der.MAX_BYTES + 1), "bytes", id="large"),
        pytest.param(b"\x04\x80\x00\x00", "constructed", id="primitive of indefinite length"),
        pytest.param(b"\x30\x80\x04\x01a", "cut off", id="no end mark"),
        pytest.param(b"\x1f\x81\x01\x00", "tags", id="high tag"),
        pytest.param(der.null() + b"x", "follow", id="trailing"),
        pytest.param(b"\x30\x03\x04\x02a", "cut off", id="part larger than whole"),
    ],
)
def test_hostile_input_is_refused(hostile: bytes, message: str) -> None:
    with pytest.raises(DerError, match=message):
        der.read(hostile)


def test_a_wrong_element_is_named() -> None:
    node = der.read(der.sequence(der.null()))
    with pytest.raises(DerError, match="part 1 is missing"):
        node[1]
    with pytest.raises(DerError, match="expected element 0x04, found 0x05"):
        node[0].expect(der.OCTET_STRING)
    for convert in (der.as_integer, der.as_oid, der.as_text):
        with pytest.raises(DerError):
            convert(node[0])
    with pytest.raises(DerError, match="ascii"):
        der.as_text(der.read(der.encode(der.PRINTABLE_STRING, b"\xff")))
