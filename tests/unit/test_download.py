"""Downloading one file of a known hash: what servers, networks and other runs do, and what is on disk afterwards."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._download import Source, download, hash_of
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import (
    ApiError,
    BadAnswer,
    InvalidInput,
    Refused,
    Unreachable,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client, HeaderAuth
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import OKTA

from tests.unit.http_service import Answer, http_service

CONTENT = bytes(range(256)) * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
HALF = 2 << 16
WHOLE = Answer(body=CONTENT)
CUT = Answer(body=CONTENT, cut=HALF)
GONE = Answer(close=True)


def rest(start: int = HALF, content: bytes = CONTENT) -> Answer:
    """The bytes from a place on."""
    last = len(content) - 1
    return Answer(206, content[start:], {"Content-Range": f"bytes {start}-{last}/{len(content)}"})


def fetch(service: Any, to: Path, *, retries: int = 2, hosts: tuple[str, ...] = (), sha256: str = SHA256) -> int:
    client = Client(OKTA, service.url, HeaderAuth(lambda: "SSWS tok-1"), sleep=lambda seconds: None, retries=retries)
    return download(client, Source(service.url + "/file", sha256, hosts), to, ca_file=None, timeout=5)


def parts(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.glob(".*.part")]


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def ranges(service: Any) -> list[str | None]:
    return [headers.get("Range") for _, _, headers, _ in service.asked]


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ([WHOLE], [None]),
        ([CUT, rest()], [None, "bytes=131072-"]),
        ([CUT, GONE, GONE, rest()], [None, *["bytes=131072-"] * 3]),
        ([GONE, GONE, CUT, GONE, GONE, rest()], [None, None, None, *["bytes=131072-"] * 3]),
        ([CUT, WHOLE], [None, "bytes=131072-"]),
        ([Answer(429), Answer(503), WHOLE], [None, None, None]),
        ([Answer(302, headers={"Location": "/elsewhere"}), WHOLE], [None, None]),
        ([Answer(302, headers={"Location": "/x"}), CUT, Answer(302, headers={"Location": "/x"}), rest()],
         [None, None, "bytes=131072-", "bytes=131072-"]),
    ],
)  # fmt: skip
def test_it_comes_whole_in_the_end(tmp_path, answers, asked):
    with http_service(*answers) as service:
        assert fetch(service, tmp_path / "ov.pkg") == 0
    assert (tmp_path / "ov.pkg").read_bytes() == CONTENT
    assert names(tmp_path) == ["ov.pkg"]
    assert ranges(service) == asked


def test_nobody_is_signed_in(tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password something\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with http_service(Answer(302, headers={"Location": "/y", "Set-Cookie": "a=b"}), WHOLE) as service:
        fetch(service, tmp_path / "ov.pkg")
    assert not [name for _, _, headers, _ in service.asked for name in headers if name.lower() == "authorization"]
    assert service.asked[0][2]["Accept-Encoding"] == "identity"


def test_the_next_run_goes_on(tmp_path):
    to = tmp_path / "ov.pkg"
    to.write_bytes(b"the version before")
    with http_service(CUT, GONE) as service:
        with pytest.raises(Unreachable, match="broke off after 131072 bytes") as caught:
            fetch(service, to, retries=0)
        assert "run again" in str(caught.value)
    assert (to.read_bytes(), parts(tmp_path)) == (b"the version before", [CONTENT[:HALF]])
    with http_service(rest()) as service:
        assert fetch(service, to) == HALF
    assert (to.read_bytes(), parts(tmp_path)) == (CONTENT, [])
    assert ranges(service) == ["bytes=131072-"]


@pytest.mark.parametrize(
    ("kept", "answers", "asked"),
    [
        (b"x" * HALF, [rest(), WHOLE], ["bytes=131072-", None]),
        (CONTENT, [Answer(416)], ["bytes=256000-"]),
        (CONTENT + b"too long", [Answer(416), WHOLE], ["bytes=256008-", None]),
        (CONTENT[:HALF], [Answer(416), WHOLE], ["bytes=131072-", None]),
    ],
)
def test_what_was_kept_may_be_of_another_file(tmp_path, kept, answers, asked):
    part = tmp_path / f".ov.pkg.{SHA256[:16]}.part"
    part.write_bytes(kept)
    with http_service(*answers) as service:
        assert fetch(service, tmp_path / "ov.pkg") == (len(kept) if len(answers) == 1 else 0)
    assert (tmp_path / "ov.pkg").read_bytes() == CONTENT
    assert (parts(tmp_path), ranges(service)) == ([], asked)


@pytest.mark.parametrize(
    ("answers", "error", "says"),
    [
        ([Answer(body=b"altered")], BadAnswer, f"expected {SHA256}"),
        ([Answer(body=b"")], BadAnswer, "thrown away"),
        ([Answer(404)], ApiError, "refused the download of /file with 404"),
        ([Answer(206, b"x", {"Content-Range": "bytes 7-7/9"}), Answer(404)], BadAnswer, "sent others"),
        ([Answer(302, headers={"Location": "/x"})] * 9, BadAnswer, "more than 5 times"),
        ([Answer(302, headers={"Location": "http://localhost:1/x"})], Refused, "allowed_hosts"),
        ([Answer(302, headers={"Location": "file:///etc/passwd"})], Refused, "allowed_hosts"),
        ([Answer(302, headers={"Location": "//example.com/x"})], Refused, "http://example.com"),
        ([Answer(302, headers={"Location": "http://[x/"})], BadAnswer, "no URL"),
        ([GONE] * 3, Unreachable, "after 0 bytes"),
        ([Answer(503)] * 3, ApiError, "503"),
    ],
)
def test_a_failure_leaves_everything_as_it_was(tmp_path, answers, error, says):
    to = tmp_path / "ov.pkg"
    to.write_bytes(b"the version before")
    with http_service(*answers) as service, pytest.raises(error, match=says):
        fetch(service, to)
    assert names(tmp_path) == ["ov.pkg"]
    assert to.read_bytes() == b"the version before"


def test_a_host_that_is_allowed_must_speak_https(tmp_path):
    for scheme, error in (("http", Refused), ("https", Unreachable)):
        elsewhere = Answer(302, headers={"Location": f"{scheme}://localhost:1/x"})
        with http_service(elsewhere, elsewhere) as service, pytest.raises(error, match="localhost:1"):
            fetch(service, tmp_path / "ov.pkg", hosts=("localhost:1",), retries=1)


def test_a_place_that_cannot_be_written(tmp_path):
    secret = tmp_path / "elsewhere"
    secret.write_bytes(b"of somebody else")
    (tmp_path / f".ov.pkg.{SHA256[:16]}.part").symlink_to(secret)
    with http_service() as service:
        with pytest.raises(InvalidInput, match=r"ov\.pkg cannot be written"):
            fetch(service, tmp_path / "ov.pkg")
        with pytest.raises(InvalidInput, match="folder must exist"):
            fetch(service, tmp_path / "none" / "ov.pkg")
    assert (secret.read_bytes(), service.asked) == (b"of somebody else", [])
    assert hash_of(tmp_path / "none") is None
    with pytest.raises(InvalidInput, match="cannot be read"):
        hash_of(tmp_path)


def test_runs_at_the_same_time_bring_it_once(tmp_path):
    to, begins = tmp_path / "ov.pkg", threading.Barrier(4)
    with http_service(CUT, rest(), *[WHOLE] * 6) as service:

        def one() -> None:
            begins.wait()
            fetch(service, to)

        runs = [threading.Thread(target=one) for _ in range(4)]
        for run in runs:
            run.start()
        for run in runs:
            run.join()
    assert ranges(service) == [None, "bytes=131072-"]
    assert (names(tmp_path), to.read_bytes()) == (["ov.pkg"], CONTENT)
