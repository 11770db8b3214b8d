"""Masking: whatever spelling a secret takes on its way out, it is not there."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote
from xml.sax.saxutils import escape

from ansible_collections.okta_iru.attestation.plugins.module_utils._secrets import MASK, Secrets
from hypothesis import given
from hypothesis import strategies as st

secret_text = st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=6, max_size=40)
spelling = st.sampled_from(
    [
        str,
        lambda s: quote(s, safe=""),
        lambda s: base64.b64encode(s.encode()).decode(),
        json.dumps,
        escape,
        repr,
    ]
)


@given(secret=secret_text, spell=spelling)
def test_no_spelling_of_a_secret_survives(secret, spell):
    around = {"msg": f"before {spell(secret)} after", "list": [{"deep": spell(secret)}], spell(secret): 1}
    scrubbed = Secrets([secret]).scrub(around)
    texts = [scrubbed["msg"], scrubbed["list"][0]["deep"], *scrubbed]
    assert not any(spell(secret) in text.replace(MASK, "") for text in texts)


def test_a_longer_secret_that_holds_a_shorter_one_is_masked_whole():
    assert Secrets(["abcdef", "abcdefghij"]).scrub("x abcdefghij y") == f"x {MASK} y"


def test_a_tiny_secret_is_masked_only_where_it_is_the_whole_text():
    scrubbed = Secrets(["ab"]).scrub({"value": "ab", "word": "absolute"})
    assert scrubbed == {"value": MASK, "word": "absolute"}


def test_containers_are_registered_by_their_leaves_and_nothing_else_is_touched():
    secrets = Secrets()
    secrets.add({"key": ["s3cret-value", None, ""]}, b"bytes-secret")
    assert secrets.values == {"s3cret-value", "bytes-secret"}
    assert secrets.scrub([1, True, None, "key"]) == [1, True, None, "key"]


def test_no_line_of_a_secret_of_many_lines_survives():
    lines = ["MIIEvQIBADANBgkqhkiG9w0BAQEFAASC", "BKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj"]
    key = "\n".join(["-----BEGIN PRIVATE KEY-----", *lines, "-----END PRIVATE KEY-----", ""])
    for quoted in (key, key.strip(), f"line 2: {lines[0]}", key.replace("\n", "\r\n"), key.splitlines(), key.encode()):
        assert not any(line in json.dumps(Secrets([key]).scrub(quoted)) for line in lines)


def test_a_secret_with_a_line_break_at_its_end_is_masked_without_it_as_well():
    assert Secrets(["tok-123456\n"]).scrub("SSWS tok-123456") == f"SSWS {MASK}"


def test_a_secret_that_comes_back_as_a_number_is_masked():
    assert Secrets(["12345678"]).scrub({"challenge": 12345678, "count": 7}) == {"challenge": MASK, "count": 7}
