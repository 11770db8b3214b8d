"""Subject strings."""

from __future__ import annotations

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_subject import (
    format_subject,
    is_subject,
    parse_subject,
)
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("CN=$SERIAL_NUMBER", [[["CN", "$SERIAL_NUMBER"]]]),
        ("CN=$SERIAL_NUMBER,OU=$UDID", [[["CN", "$SERIAL_NUMBER"]], [["OU", "$UDID"]]]),
        ("OU=b , cn = a b ,C=DE", [[["OU", "b"]], [["CN", "a b"]], [["C", "DE"]]]),
        ("CN=managementAttestation %HardwareUUID%", [[["CN", "managementAttestation %HardwareUUID%"]]]),
        (r"O=Acme\, Inc.,CN=a\+b", [[["O", "Acme, Inc."]], [["CN", "a+b"]]]),
        (r"CN=\ a\ ,O=\#1", [[["CN", " a "]], [["O", "#1"]]]),
        (r"CN=M\c3\bcller", [[["CN", "Müller"]]]),
        ("CN=Müller", [[["CN", "Müller"]]]),
        ("CN=a=b#c", [[["CN", "a=b#c"]]]),
        ("1.2.840.113549.1.9.1=a@b.example", [[["1.2.840.113549.1.9.1", "a@b.example"]]]),
        ("OU=a,OU=b", [[["OU", "a"]], [["OU", "b"]]]),
    ],
)
def test_subject_strings(text, subject):
    assert parse_subject(text) == subject
    assert is_subject(subject)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["empty", "CN=$SERIAL_NUMBER"]),
        ("/CN=a/O=b", ["slash form"]),
        ("CN", ["no '='", "position 1"]),
        ("CN=a,b", ["no '='", "position 6", "\\,"]),
        ("CN=a,", ["empty part", "position 6"]),
        ("CN=a,,O=b", ["empty part", "position 6"]),
        ("CN=", ["empty value", "position 4"]),
        ("CN= ,O=b", ["empty value", "position 4"]),
        ("CN=a+OU=b", ["position 5", "\\+", "one RDN"]),
        ("CN=a;OU=b", ["position 5", "commas"]),
        ('CN="a, b"', ["position 4", "old form"]),
        ("CN=#0401", ["position 4", "DER"]),
        ("CN=a\\", ["position 5", "backslash"]),
        ("CN=a\\x", ["position 5", "backslash"]),
        ("CN=\\ff", ["UTF-8", "position 4"]),
        ("=a", ["position 1", "attribute ''"]),
        ("CN=a,E=b@c", ["position 6", "'E'", "1.2.840.113549.1.9.1"]),
        ("serialNumber=a", ["2.5.4.5"]),
        ("S=a", ["Write ST"]),
        ("FOO=a", ["'FOO'", "C, L, ST, O, OU, CN"]),
        ("1.02.3=a", ["'1.02.3'"]),
    ],
)
def test_mistakes_are_named_with_their_position(text, words):
    with pytest.raises(InvalidInput) as caught:
        parse_subject(text)
    assert all(word in caught.value.message for word in words), caught.value.message


subjects = st.lists(
    st.tuples(
        st.sampled_from(["C", "L", "ST", "O", "OU", "CN", "2.5.4.5"]),
        st.text(
            st.characters(exclude_categories=("Cs",)) | st.sampled_from(' ,+"\\<>;#=\n\t$%'), min_size=1, max_size=8
        ),
    ).map(lambda pair: [list(pair)]),
    min_size=1,
    max_size=4,
)


@given(subjects)
def test_any_subject_survives_the_way_through_text(subject):
    assert parse_subject(format_subject(subject)) == subject


@given(st.text(st.sampled_from('CNOU=,+\\" #;a1.'), max_size=12))
def test_any_text_is_parsed_or_refused(text):
    try:
        subject = parse_subject(text)
    except InvalidInput:
        return
    assert parse_subject(format_subject(subject)) == subject


@pytest.mark.parametrize(
    "value", [None, "CN=a", [], [[]], [["CN", "a"]], [[["CN"]]], [[["CN", 1]]], [[["CN", "a", "b"]]], [[("CN", "a")]]]
)
def test_what_is_no_subject(value):
    assert not is_subject(value)
