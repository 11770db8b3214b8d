# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends a package to the object storage that Iru names, by the form that Iru has signed.

The storage is not the tenant: it gets no token, on a session of its own. It wants the length beforehand, the fields
before the file, and the file last (Amazon S3, "Browser-based uploads using POST"). So the body is made while it is
sent, piece by piece, with a length that is known from the start; memory does not depend on the size.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.okta_iru.attestation.plugins.module_utils._base_url import is_loopback
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import ApiError, BadAnswer, Unreachable
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import (
    USER_AGENT,
    Client,
    HeaderAuth,
    Request,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru import as_record
from ansible_collections.okta_iru.attestation.plugins.module_utils._package import Package
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import Task
from ansible_collections.okta_iru.attestation.plugins.module_utils._transport import is_untrusted, reason_of
from ansible_collections.okta_iru.attestation.plugins.module_utils._xml_error import code_and_message

try:
    import requests
except ImportError:
    requests = None  # type: ignore[assignment]

_STORED_WITHIN = 300.0  # seconds that the storage may take to answer once it has the whole file
_READ_OF_AN_ERROR = 10_000  # bytes
# Fields of a form that whoever knows them could upload with; the others are names and dates.
_CREDENTIAL = "x-amz-credential"
_SECRET_FIELDS = ("policy", "x-amz-signature", "x-amz-security-token", _CREDENTIAL, "signature")


class FormExpired(Exception):
    """The storage no longer takes the form."""


@dataclass(frozen=True)
class UploadForm:
    """What Iru answers to a request for an upload."""

    url: str
    fields: Mapping[str, str]
    file_key: str


class MultipartBody:
    """A ``multipart/form-data`` body of text fields and one file, whose length is known and whose file is read while it
    is sent. It can be iterated again for another try."""

    def __init__(self, fields: Mapping[str, str], package: Package, file_name: str) -> None:
        boundary = uuid.uuid4().hex
        parts = [_field(boundary, name, value) for name, value in fields.items()]
        disposition = f'form-data; name="file"; filename="{_quoted(file_name)}"'
        parts.append(
            f"--{boundary}\r\nContent-Disposition: {disposition}\r\nContent-Type: application/octet-stream\r\n\r\n"
        )
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self._package = package
        self._head = "".join(parts).encode()
        self._tail = f"\r\n--{boundary}--\r\n".encode()

    def __len__(self) -> int:
        return len(self._head) + self._package.size + len(self._tail)

    def __iter__(self) -> Iterator[bytes]:
        yield self._head
        yield from self._package.chunks()
        yield self._tail


def upload(task: Task, client: Client, path: str, package: Package, file_name: str) -> str:
    """Upload a package and return its ``file_key``; ``path`` is where Iru gives forms out.

    A form that has expired is replaced once; a connection that breaks off is tried again. Nothing exists in the Library
    until the key is used. In check mode nothing is sent. Raises PackageChanged, ApiError, BadAnswer, Unreachable.
    """
    form = _reserve(task, client, path, file_name)
    if client.check:
        return form.file_key
    try:
        _send(task, client, form, package, file_name)
    except FormExpired:
        form = _reserve(task, client, path, file_name)
        try:
            _send(task, client, form, package, file_name)
        except FormExpired:
            raise BadAnswer(
                f"The object storage at {_host(form.url)} says of a form that Iru has only just signed that it has "
                "expired. Nothing was created; look whether a proxy holds requests back, then run again."
            ) from None
    return form.file_key


def _reserve(task: Task, client: Client, path: str, file_name: str) -> UploadForm:
    # An unused form is nothing, so the request may be repeated when its outcome is unknown.
    request = Request("POST", path, json={"name": file_name})
    planned = {"post_url": "", "post_data": {}, "file_key": f"planned:{file_name}"}
    body = as_record(client.write(request, predicted=planned, read_back=lambda: None))
    fields = {str(name): str(value) for name, value in as_record(body.get("post_data")).items()}
    task.secrets.add(*(value for name, value in fields.items() if name.lower() in _SECRET_FIELDS))
    # Of a credential (key, day, region, service) the storage may show the key alone.
    task.secrets.add(*(value.partition("/")[0] for name, value in fields.items() if name.lower() == _CREDENTIAL))
    form = UploadForm(str(body.get("post_url") or ""), fields, str(body.get("file_key") or ""))
    if client.check:
        return form
    if not form.file_key or not fields:
        raise BadAnswer(f"{request.title} on Iru answered no form for an upload: file_key or post_data is missing.")
    parts = urlsplit(form.url)
    if not parts.hostname or (parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(form.url))):
        raise BadAnswer(
            f"{request.title} on Iru named {parts.scheme}://{parts.hostname or ''} to upload to; expected an https "
            "address. Nothing was sent."
        )
    return form


def _send(task: Task, client: Client, form: UploadForm, package: Package, file_name: str) -> None:
    body = MultipartBody(form.fields, package, file_name)
    for attempt in range(client.retries + 1):
        task.progress(f"Uploading {package.size} bytes of {file_name}")
        try:
            answer = _post(form.url, body, ca_file=task.params["ca_file"], timeout=task.params["timeout"])
        except requests.exceptions.RequestException as error:
            if is_untrusted(error) or attempt == client.retries:
                raise _unreachable(form, error) from None
        else:
            if answer.status_code < 300:
                return
            failure = _explained(form, answer)
            if answer.status_code < 500 or attempt == client.retries:
                raise failure
        client.pause(attempt)


def _post(url: str, body: MultipartBody, *, ca_file: str | None, timeout: float) -> Any:
    with requests.Session() as session:
        if is_loopback(url):
            session.trust_env = False
        return session.post(
            url,
            data=body,
            headers={"Content-Type": body.content_type, "User-Agent": USER_AGENT},
            auth=HeaderAuth(None),  # nor anything from a netrc file
            timeout=(timeout, max(timeout, _STORED_WITHIN)),
            allow_redirects=False,
            verify=ca_file or True,
        )


def _explained(form: UploadForm, answer: Any) -> Exception:
    """The storage's refusal."""
    text = answer.content[:_READ_OF_AN_ERROR].decode("utf-8", "replace")
    code, message = code_and_message(text)
    if answer.status_code in (400, 403) and (code == "ExpiredToken" or "expired" in message.lower()):
        return FormExpired()
    said = ": ".join(filter(None, [code, message]))
    return ApiError(
        f"The object storage at {_host(form.url)} refused the package with {answer.status_code}"
        f"{f' {said}' if said else ''}. Nothing was created in Iru; run again, and if it stays so show Iru's support "
        "this message.",
        status=answer.status_code,
        code=code or None,
        summary=message or None,
    )


def _unreachable(form: UploadForm, error: Exception) -> Unreachable:
    if is_untrusted(error):
        return Unreachable(
            f"The certificate of the object storage at {_host(form.url)} is not trusted ({reason_of(error)}). Packages "
            "go there directly and not to Iru: give the certificate authority of a proxy between in ca_file, together "
            "with the usual ones. Nothing was sent."
        )
    return Unreachable(
        f"The object storage at {_host(form.url)} did not take the package: {reason_of(error)}. Packages go there "
        "directly and not to Iru; check the network and a proxy between. Nothing was created."
    )


def _host(url: str) -> str:
    return urlsplit(url).netloc


def _field(boundary: str, name: str, value: str) -> str:
    return f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"\r\n\r\n{value}\r\n'


def _quoted(text: str) -> str:
    """A name in a header, as browsers write it (WHATWG, multipart/form-data encoding)."""
    for character in '"\r\n':
        text = text.replace(character, f"%{ord(character):02X}")
    return text
