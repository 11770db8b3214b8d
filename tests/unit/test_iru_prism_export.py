"""Counting the records of a CSV file that comes in pieces."""

from __future__ import annotations

import csv
import io

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_prism_export import CountedRecords
from hypothesis import given
from hypothesis import strategies as st

ROWS = st.lists(st.lists(st.text(alphabet='a,"\r\n ', max_size=5), min_size=2, max_size=3), max_size=6)


@given(rows=ROWS, size=st.integers(1, 9), ends=st.booleans())
def test_records_are_counted_as_a_reader_counts_them(rows: list[list[str]], size: int, ends: bool) -> None:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    data = text.getvalue().encode()
    data = data if ends else data.removesuffix(b"\r\n")
    counted = CountedRecords()
    for start in range(0, len(data), size):
        counted.take(data[start : start + size])
    assert counted.end() == len(rows)


@pytest.mark.parametrize(("data", "count"), [(b"", 0), (b"\r\n", 0), (b"a\n\nb", 2), (b"a\r\n", 1)])
def test_empty_lines_are_no_records(data: bytes, count: int) -> None:
    counted = CountedRecords()
    counted.take(data)
    assert counted.end() == count
