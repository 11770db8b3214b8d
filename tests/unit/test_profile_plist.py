"""Reading and writing property lists: strict, deterministic, and never quoting a value in a message."""

from __future__ import annotations

import plistlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_plist import dump, load, normalise, scan_xml
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.profile_strategies import CANARY, keys, values


def plist(body: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0">{body}</plist>\n'


@given(st.dictionaries(keys, values, max_size=4))
def test_what_is_written_is_read_back(value):
    assert load(dump(value)) == value
    assert dump(load(dump(value))) == dump(value)


@given(st.dictionaries(keys, values, min_size=2, max_size=4))
def test_the_order_of_keys_does_not_change_the_text(value):
    assert dump(dict(reversed(value.items()))) == dump(value)


def test_normalise_gives_what_a_property_list_gives_back():
    class Tagged(str):
        def __str__(self) -> str:
            return "not this"

    moment = datetime(2026, 3, 1, 12, 0, 0, 999, tzinfo=timezone(timedelta(hours=2)))
    value = normalise({Tagged("a"): Tagged("b\r\nc\rd"), "when": moment, "data": bytearray(b"x"), "list": (1, True)})
    assert value == {"a": "b\nc\nd", "when": datetime(2026, 3, 1, 10), "data": b"x", "list": [1, True]}
    assert {type(key) for key in value} == {str}
    assert type(value["a"]) is str
    assert load(dump(value)) == value
    assert normalise(datetime(2026, 1, 1, tzinfo=UTC)) == datetime(2026, 1, 1)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"a": [{"b": None}]}, ["a → 0 → b", "NoneType", "Leave the key out"]),
        ({"a": {1: "x"}}, ["keys", "text"]),
        ({"a": f"{CANARY}\x00"}, ["a", "control character"]),
        ({"a": "\ud800"}, ["control character"]),
        ({"a": float("nan")}, ["not finite"]),
        ({"a": 1 << 64}, ["64 bits"]),
        ({"a": {1, 2}}, ["set"]),
    ],
)
def test_what_a_property_list_cannot_hold_is_refused_with_its_place(value, words):
    with pytest.raises(InvalidInput) as caught:
        dump(value)
    assert all(word in caught.value.message for word in words)
    assert CANARY not in caught.value.message


def test_bottomless_nesting_is_refused():
    value: dict = {}
    value["self"] = value
    with pytest.raises(InvalidInput, match="nested deeper"):
        dump(value)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("", ["empty"]),
        (" \n", ["empty"]),
        (b"\x30\x82\x01\x00signed", ["signed (CMS)", "Iru rewrites", "openssl cms"]),
        (b'{"PayloadType": "Configuration"}', ["JSON", "payloads as dictionaries"]),
        (b"  [1]", ["JSON"]),
        (b"<!DOCTYPE html>\n<html><body>Sign in</body></html>", ["web page"]),
        (b"MIME-Version: 1.0\nContent-Type: multipart/signed", ["S/MIME", "not signed"]),
        (b"-----BEGIN PKCS7-----\nAA==\n", ["signed (CMS)"]),
        ("\n" + plist("<dict/>"), ["white space"]),
        ("PayloadType: Configuration", ["not well-formed XML", "line 1"]),
        (plist(f"<dict><key>a</key><string>{CANARY} & b</string></dict>"), ["not well-formed XML", "&amp;"]),
        (plist(f"<dict><key>Challenge</key><integer>{CANARY}</integer></dict>"), ["no property list"]),
        (plist(f"<dict><key>Challenge</key><date>{CANARY}</date></dict>"), ["no property list"]),
        (plist(f"<dict><key>{CANARY}</key></dict>"), ["no property list", "near line"]),
        (plist("<array/>"), ["type list"]),
        (plist(""), ["nothing"]),
        (
            '<!DOCTYPE x [<!ENTITY a "b">]><plist><dict><key>a</key><string>&a;</string></dict></plist>',
            ["property list"],
        ),
        (plist("<dict><key>a</key><string>\ud800</string></dict>"), ["not well-formed"]),
        (b"bplist00garbage", ["no property list"]),
    ],
)
def test_unreadable_profiles_say_why_and_quote_no_value(source, words):
    with pytest.raises(InvalidInput) as caught:
        load(source)
    assert all(word in caught.value.message for word in words), caught.value.message
    assert CANARY not in caught.value.message
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("cut", range(0, 260, 13))
def test_a_profile_cut_anywhere_is_refused(cut):
    text = dump({"PayloadContent": [{"Challenge": CANARY, "n": 5, "d": b"abc"}]})
    with pytest.raises(InvalidInput) as caught:
        load(text[:cut])
    assert CANARY not in caught.value.message


def test_binary_plists_are_read():
    value = {"a": [1, True, b"x"]}
    assert load(plistlib.dumps(value, fmt=plistlib.FMT_BINARY)) == value


def test_the_scan_finds_what_plistlib_passes_over():
    text = plist(
        "<dict><key>a</key><array><string>x</string><dict><key>b</key><true/><key>c</key><dict><key>b</key><true/></dict>"
        "<key>b</key><false/></dict></array>\n<key>a</key><True/><string>y</string></dict>"
    )
    assert load(text) == {"a": "y"}, "plistlib keeps the last of two keys and drops <True/>"
    scan = scan_xml(text)
    assert scan.duplicate_keys == [("a", 1, "b"), ("a",)]
    assert scan.unknown_elements == [("True", 3)]


@given(st.dictionaries(keys, values, max_size=4))
def test_the_scan_has_nothing_to_say_about_what_dump_writes(value):
    scan = scan_xml(dump(value))
    assert scan.duplicate_keys == []
    assert scan.unknown_elements == []
