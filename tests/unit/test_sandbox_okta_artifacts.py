"""Okta Verify for download from the sandbox's Okta org."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from tests.unit.okta_org import Org, in_org

LATEST = "artifacts/OKTA_VERIFY_MACOS/latest?releaseChannel=GA"


async def _get(org: Org, path: str, **headers: str) -> tuple[int, Any, bytes]:
    """One request of nobody: status, headers and body."""
    answer = await org.client.get(path, headers=headers, allow_redirects=False)
    return answer.status, answer.headers, await answer.read()


def test_metadata_redirect_and_file_need_no_token() -> None:
    async def scenario(org: Org) -> None:
        org.headers = {}
        org.data["settings"]["artifact_bytes"] = 200_001
        status, latest = await org.call("GET", LATEST)
        assert status == 200 and list(latest) == ["version", "files"]
        (file,) = latest["files"]
        assert list(file) == ["href", "fileHashes"] and list(file["fileHashes"]) == ["SHA-256"]
        start = f"/artifacts/OKTA_VERIFY_MACOS/{latest['version']}/OktaVerify-{latest['version']}-"
        assert file["href"].startswith(start) and file["href"].endswith(".pkg")
        path = "/api/v1/artifacts/OKTA_VERIFY_MACOS/download?releaseChannel=GA&packageType=PKG"
        status, headers, body = await _get(org, path)
        assert (status, body) == (302, b"")
        assert headers["Location"].endswith(file["href"])
        status, headers, body = await _get(org, file["href"])
        assert (status, len(body), body[:4]) == (200, 200_001, b"xar!")
        assert hashlib.sha256(body).hexdigest() == file["fileHashes"]["SHA-256"]
        answer = await org.client.head(file["href"])
        assert (answer.headers["Content-Length"], await answer.read()) == ("200001", b"")

    in_org(scenario)


def test_any_part_of_the_file() -> None:
    async def scenario(org: Org) -> None:
        org.data["settings"]["artifact_bytes"] = 200_001
        _, latest = await org.call("GET", LATEST)
        href = latest["files"][0]["href"]
        _, headers, whole = await _get(org, href)
        tag = headers["ETag"]
        for wanted, first, behind in (
            ("bytes=0-0", 0, 1),
            ("bytes=65535-65536", 65_535, 65_537),
            ("bytes=131072-", 131_072, 200_001),
            ("bytes=200000-900000", 200_000, 200_001),
        ):
            status, headers, body = await _get(org, href, Range=wanted, **{"If-Range": tag})
            assert (status, body) == (206, whole[first:behind])
            assert headers["Content-Range"] == f"bytes {first}-{behind - 1}/200001"
        status, headers, _ = await _get(org, href, Range="bytes=200001-")
        assert (status, headers["Content-Range"]) == (416, "bytes */200001")
        assert (await _get(org, href, Range="bytes=5-", **{"If-Range": '"another"'}))[::2] == (200, whole)
        org.data["settings"]["artifact_ranges"] = False
        assert (await _get(org, href, Range="bytes=5-"))[::2] == (200, whole)

    in_org(scenario)


@pytest.mark.parametrize(
    "path",
    [
        "artifacts/OKTA_VERIFY_MACOS/latest?releaseChannel=BETA",
        "artifacts/OKTA_VERIFY_WINDOWS/latest",
        "artifacts/OKTA_VERIFY/download",
    ],
)
def test_what_is_not_there(path: str) -> None:
    async def scenario(org: Org) -> None:
        status, body = await org.call("GET", path)
        assert (status, body["errorCode"]) == (404, "E0000007")

    in_org(scenario)


def test_only_the_newest_file_is_there() -> None:
    async def scenario(org: Org) -> None:
        _, latest = await org.call("GET", LATEST)
        org.data["settings"]["artifact_version"] = "9.72.0"
        assert (await _get(org, latest["files"][0]["href"]))[0] == 404
        org.data["settings"] |= {"windows_artifact": True, "artifact_hashes": False}
        _, latest = await org.call("GET", "artifacts/OKTA_VERIFY_WINDOWS/latest")
        (file,) = latest["files"]
        assert list(file) == ["href"] and file["href"].endswith(".exe")
        assert (await _get(org, file["href"]))[0] == 200

    in_org(scenario)
