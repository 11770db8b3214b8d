"""The sandbox's object storage: which forms it takes, with the codes that Amazon S3 documents."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from sandbox.uploads import get
from sandbox.uploads.bucket import signature
from tests.unit.sandbox_iru import Tenant

AMAZONS_POLICY = (
    "eyAiZXhwaXJhdGlvbiI6ICIyMDE1LTEyLTMwVDEyOjAwOjAwLjAwMFoiLA0KICAiY29uZGl0aW9ucyI6IFsNCiAgICB7ImJ1Y2tl"
    "dCI6ICJzaWd2NGV4YW1wbGVidWNrZXQifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRrZXkiLCAidXNlci91c2VyMS8iXSwNCiAg"
    "ICB7ImFjbCI6ICJwdWJsaWMtcmVhZCJ9LA0KICAgIHsic3VjY2Vzc19hY3Rpb25fcmVkaXJlY3QiOiAiaHR0cDovL3NpZ3Y0ZXhh"
    "bXBsZWJ1Y2tldC5zMy5hbWF6b25hd3MuY29tL3N1Y2Nlc3NmdWxfdXBsb2FkLmh0bWwifSwNCiAgICBbInN0YXJ0cy13aXRoIiwg"
    "IiRDb250ZW50LVR5cGUiLCAiaW1hZ2UvIl0sDQogICAgeyJ4LWFtei1tZXRhLXV1aWQiOiAiMTQzNjUxMjM2NTEyNzQifSwNCiAg"
    "ICB7IngtYW16LXNlcnZlci1zaWRlLWVuY3J5cHRpb24iOiAiQUVTMjU2In0sDQogICAgWyJzdGFydHMtd2l0aCIsICIkeC1hbXot"
    "bWV0YS10YWciLCAiIl0sDQoNCiAgICB7IngtYW16LWNyZWRlbnRpYWwiOiAiQUtJQUlPU0ZPRE5ON0VYQU1QTEUvMjAxNTEyMjkv"
    "dXMtZWFzdC0xL3MzL2F3czRfcmVxdWVzdCJ9LA0KICAgIHsieC1hbXotYWxnb3JpdGhtIjogIkFXUzQtSE1BQy1TSEEyNTYifSwN"
    "CiAgICB7IngtYW16LWRhdGUiOiAiMjAxNTEyMjlUMDAwMDAwWiIgfQ0KICBdDQp9"
)

CONTENT = b"xar!" + bytes(range(256)) * 40


@pytest.fixture
def tenant() -> Tenant:
    return Tenant(fleet=0, windows=0)


def form(tenant: Tenant) -> dict[str, str]:
    fields: dict[str, str] = reserved(tenant)["post_data"]
    return fields


def reserved(tenant: Tenant, name: str = "Okta Verify.pkg") -> dict[str, Any]:
    answer = tenant.request("POST", "/library/custom-apps/upload", json={"name": name})
    assert answer.status == 201
    body: dict[str, Any] = answer.json
    return body


def test_a_form_has_the_published_fields(tenant: Tenant) -> None:
    body = reserved(tenant)
    assert list(body) == ["name", "expires", "post_url", "post_data", "file_key"]
    assert list(body["post_data"]) == [
        "key", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-security-token", "policy", "x-amz-signature",
    ]  # fmt: skip
    assert body["post_data"]["key"] == body["file_key"]
    folder, _, name = body["file_key"].rpartition("/")
    assert folder == f"companies/companies/{tenant.state['tenant_id']}/library/custom_apps"
    assert name.startswith("Okta Verify_") and name.endswith(".pkg") and len(name) == len("Okta Verify_12345678.pkg")
    assert reserved(tenant)["file_key"] != body["file_key"]


def test_the_policy_expires_as_iructl_reads_it(tenant: Tenant) -> None:
    policy = json.loads(base64.b64decode(form(tenant)["policy"]))
    assert datetime.fromisoformat(policy["expiration"]) > datetime.now(UTC)


def test_the_signature_is_amazons_own() -> None:
    """The example of Amazon's documentation, "Browser-based upload using HTTP POST (Signature Version 4)"."""
    secret, expected = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "8afdbf4008c03f22c2cd3cdb72e4afbb"
    assert signature(secret, AMAZONS_POLICY, "20151229")[:32] == expected


def test_a_file_is_kept_as_hash_and_size(tenant: Tenant) -> None:
    fields = form(tenant)
    answer = tenant.store(fields, CONTENT)
    assert (answer.status, answer.text) == (204, "")
    kept = tenant.world.data["uploads"]["objects"][fields["key"]]
    assert (kept["sha256"], kept["size"]) == (hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))
    assert answer.headers["ETag"].strip('"') == hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()


@pytest.mark.parametrize("size", [0, 1, 1 << 18, (1 << 18) + 1, 3_000_000])
def test_files_of_every_size_arrive_whole(tenant: Tenant, size: int) -> None:
    content = (b"\r\n--boundary" * (size // 12 + 1))[:size]
    fields = form(tenant)
    assert tenant.store(fields, content).status == 204
    assert tenant.world.data["uploads"]["objects"][fields["key"]]["sha256"] == hashlib.sha256(content).hexdigest()


REFUSALS = {
    "without a policy": ({"policy": None}, 403, "AccessDenied"),
    "without a signature": ({"x-amz-signature": None}, 400, "InvalidArgument"),
    "with another signature": ({"x-amz-signature": "0" * 64}, 403, "SignatureDoesNotMatch"),
    "with another key": ({"key": "somewhere/else.pkg"}, 403, "AccessDenied"),
    "without the security token": ({"x-amz-security-token": None}, 400, "InvalidToken"),
    "with another security token": ({"x-amz-security-token": "other"}, 400, "InvalidToken"),
    "with another policy": ({"policy": "e30="}, 403, "SignatureDoesNotMatch"),
    "with a field that the policy does not name": ({"acl": "public-read"}, 403, "AccessDenied"),
    "of another account": ({"x-amz-credential": "OTHER/20260101/us-east-1/s3/aws4_request"}, 403, "InvalidAccessKeyId"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS)
def test_a_form_is_refused(tenant: Tenant, case: str) -> None:
    changes, status, code = REFUSALS[case]
    fields = {name: value for name, value in (form(tenant) | changes).items() if value is not None}
    answer = tenant.store(fields, CONTENT)
    assert (answer.status, f"<Code>{code}</Code>" in answer.text) == (status, True), answer.text
    assert not tenant.world.data["uploads"]["objects"]


def test_an_expired_form_is_refused(tenant: Tenant) -> None:
    fields = form(tenant)
    tenant.world.clock.advance(1441)
    answer = tenant.store(fields, CONTENT)
    assert answer.status == 403
    assert "Policy expired." in answer.text


def test_a_token_is_refused_and_shown_as_s3_does(tenant: Tenant) -> None:
    answer = tenant.store(form(tenant), CONTENT, headers={"Authorization": "Bearer abc"})
    assert answer.status == 400
    assert "<ArgumentValue>Bearer abc</ArgumentValue>" in answer.text


def test_a_file_that_is_too_large_is_refused(tenant: Tenant) -> None:
    tenant.world.data["uploads"]["settings"]["maximum_bytes"] = len(CONTENT) - 1
    answer = tenant.store(form(tenant), CONTENT)
    assert (answer.status, "EntityTooLarge" in answer.text) == (400, True)


def test_fields_after_the_file_do_not_count(tenant: Tenant) -> None:
    fields = form(tenant)
    answer = tenant.store({}, CONTENT, last="file")
    assert answer.status == 403, "the file came first, so there was no policy yet"
    assert tenant.store(fields, CONTENT, last="other").status == 400, "no part named file"


async def chunks() -> AsyncIterator[bytes]:
    yield CONTENT


def test_a_body_without_a_length_is_refused(tenant: Tenant) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = tenant.post_to_store(data=chunks(), headers=headers)
    assert (answer.status, "MissingContentLength" in answer.text) == (411, True)


@pytest.mark.parametrize(
    "body", [b"", b"no multipart", b"--b\r\n", b'--b\r\nContent-Disposition: form-data; name="key"\r\n\r\nx']
)
def test_a_body_that_is_no_form_is_refused(tenant: Tenant, body: bytes) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    assert tenant.post_to_store(data=body, headers=headers).status == 400


def test_a_file_that_breaks_off_is_not_kept(tenant: Tenant) -> None:
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in form(tenant).items()
    ]
    parts += ['--b\r\nContent-Disposition: form-data; name="file"; filename="p.pkg"\r\n\r\nxar! and no end']
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    assert tenant.post_to_store(data="".join(parts).encode(), headers=headers).status == 400
    assert not tenant.world.data["uploads"]["objects"]


def test_the_signature_of_a_link_is_amazons_own() -> None:
    """The example of Amazon's documentation, "Authenticating requests: using query parameters"."""
    query = {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request",
        "X-Amz-Date": "20130524T000000Z",
        "X-Amz-Expires": "86400",
        "X-Amz-SignedHeaders": "host",
    }
    secret, host = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "examplebucket.s3.amazonaws.com"
    assert get.signature(secret, host, "test.txt", query)[:32] == "aeeed9bbccd4d02ee5c0109b86d86835"


def fetched(tenant: Tenant, key: str, later: float = 0, **changes: str) -> tuple[int, str]:
    host = "127.0.0.1:1"
    tenant.world.runtime.origins["uploads"] = f"http://{host}"
    parts = urlsplit(get.link_for(tenant.world, key))
    tenant.world.clock.advance(later)
    query = dict(parse_qsl(parts.query)) | changes
    answer = tenant.get_from_store(unquote(parts.path), query, host)
    return answer.status, answer.text


def test_an_object_is_given_back_to_who_has_a_link(tenant: Tenant) -> None:
    fields = form(tenant)
    tenant.store(fields, b"xar! content")
    assert fetched(tenant, fields["key"]) == (200, "xar! content")
    assert fetched(tenant, fields["key"], **{"X-Amz-Signature": "0" * 64})[0] == 403
    assert fetched(tenant, fields["key"], **{"X-Amz-Expires": "999999"})[0] == 403
    assert fetched(tenant, fields["key"], later=61)[0] == 403
    assert fetched(tenant, "another/key.pkg")[0] == 404


def test_only_the_latest_small_objects_are_kept(tenant: Tenant) -> None:
    tenant.world.data["uploads"]["settings"]["kept_bytes"] = 30
    keys = []
    for content in (b"x" * 20, b"y" * 20, b"z" * 40):
        fields = form(tenant)
        tenant.store(fields, content)
        keys.append(fields["key"])
    assert [fetched(tenant, key)[0] for key in keys] == [404, 200, 404]
