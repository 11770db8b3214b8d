"""The body of an upload: what it says, how long it is, and that it is never in memory as a whole."""

from __future__ import annotations

import email
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils import _iru_upload
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import ApiError, BadAnswer, InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_upload import (
    FormExpired,
    MultipartBody,
    UploadForm,
    upload,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._package import CHUNK, check_type, read_package
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import Task
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NAMES = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=20)
VALUES = st.text("abc=/+ \u00e4{}", max_size=40)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(fields=st.dictionaries(NAMES, VALUES, max_size=5), file_name=NAMES, content=st.binary(min_size=1, max_size=500))
def test_another_parser_reads_the_fields_first_and_then_the_file(
    tmp_path: Path, fields: dict[str, str], file_name: str, content: bytes
) -> None:
    path = tmp_path / "package"
    path.write_bytes(content)
    body = MultipartBody(fields, read_package(str(path)), file_name)
    sent = b"".join(body)
    assert len(sent) == len(body)
    message = email.message_from_bytes(b"Content-Type: " + body.content_type.encode() + b"\r\n\r\n" + sent)
    parts: Any = message.get_payload()
    assert [part.get_payload(decode=True) for part in parts] == [
        *(value.encode() for value in fields.values()),
        content,
    ]
    assert parts[-1].get_param("name", header="content-disposition") == "file"
    assert b"".join(body) == sent, "a second try sends the same"


def test_memory_does_not_depend_on_the_size(tmp_path: Path) -> None:
    path = tmp_path / "large.pkg"
    with path.open("wb") as file:
        file.write(b"xar!")
        file.truncate(64 * CHUNK)
    tracemalloc.start()
    try:
        body = MultipartBody({"key": "k"}, read_package(str(path)), "large.pkg")
        assert sum(len(piece) for piece in body) == len(body) > 64 * CHUNK
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 * CHUNK, f"{peak} bytes at most for a package of {64 * CHUNK}"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"xar!\0\x1c", "package"),
        (b"PK\x03\x04", "zip"),
        (b"\0" * 1000 + b"koly" + b"\0" * 508, "image"),
        (b"#!/bin/sh", None),
        (b"x" * 1000, None),
    ],
)
def test_what_a_file_is_by_its_content(tmp_path: Path, content: bytes, kind: str | None) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    package = read_package(str(path))
    assert package.kind == kind
    for install_type in ("package", "zip", "image"):
        if kind in (None, install_type):
            check_type(package, install_type)
        else:
            with pytest.raises(InvalidInput, match="Set install_type to"):
                check_type(package, install_type)


class Answer:
    """An answer of the storage."""

    def __init__(self, status: int, text: str) -> None:
        self.status_code, self.content = status, text.encode()


EXPIRED = [
    (403, "<Error><Code>AccessDenied</Code><Message>Invalid according to Policy: Policy expired.</Message></Error>"),
    (400, "<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>"),
    (403, "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"),
]
OTHER = [
    (403, "<Error><Code>SignatureDoesNotMatch</Code><Message>no match</Message></Error>"),
    (400, ""),
    (404, "<html>"),
    (307, "<Error><Code>TemporaryRedirect</Code><Message>elsewhere</Message></Error>"),
    (403, "\xff<Code>" * 3000),
]
FORM = UploadForm("https://storage.example/", {"key": "k"}, "k")


@pytest.mark.parametrize(("status", "text"), EXPIRED)
def test_a_form_that_has_expired(status: int, text: str) -> None:
    assert isinstance(_iru_upload._explained(FORM, Answer(status, text)), FormExpired)


@pytest.mark.parametrize(("status", "text"), OTHER)
def test_another_refusal_names_the_storage(status: int, text: str) -> None:
    failure = _iru_upload._explained(FORM, Answer(status, text))
    assert isinstance(failure, ApiError)
    assert (failure.status, "storage.example" in failure.message) == (status, True)
    assert len(failure.message) < 400


class Tenant:
    """A client whose tenant answers every reservation with ``body``."""

    check = False
    retries = 0

    def __init__(self, body: Any) -> None:
        self._body = body

    def write(self, request: Any, *, predicted: Any, read_back: Callable[[], Any]) -> Any:
        assert read_back() is None
        return self._body


BODIES: list[Any] = [
    None,
    [],
    {},
    {"post_url": "https://storage.example/", "post_data": {"key": "k"}},
    {"post_url": "https://storage.example/", "post_data": {}, "file_key": "k"},
    {"post_url": "http://storage.example/", "post_data": {"key": "k"}, "file_key": "k"},
    {"post_url": "file:///etc/passwd", "post_data": {"key": "k"}, "file_key": "k"},
    {"post_url": None, "post_data": {"key": "k"}, "file_key": "k"},
    {"post_url": "", "post_data": ["key"], "file_key": "k"},
]


@pytest.mark.parametrize("body", BODIES)
def test_a_form_that_cannot_be_used_stops_before_anything_is_sent(tmp_path: Path, body: Any) -> None:
    path = tmp_path / "a.pkg"
    path.write_bytes(b"xar!")
    client: Any = Tenant(body)
    with pytest.raises(BadAnswer):
        upload(Task({"ca_file": None, "timeout": 1.0}), client, "/upload", read_package(str(path)), "a.pkg")
