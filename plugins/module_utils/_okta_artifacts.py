# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Okta Verify for download from an org: its version, file and SHA-256. No token is needed.

Okta publishes no reference; paths and the metadata ``{version, files: [{href, fileHashes: {SHA-256}}]}`` are those that
public scripts and the Homebrew cask use.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urljoin, urlsplit

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import ApiError, BadAnswer, NotFound
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record, in_path

MACOS = "OKTA_VERIFY_MACOS"
CHANNEL = "GA"

_SHA256 = re.compile(r"[0-9a-f]{64}")


def artifact_options() -> Record:
    """The options that name an artifact."""
    return {
        "artifact": {"type": "str", "default": MACOS},
        "release_channel": {"type": "str", "default": CHANNEL},
    }


def read_latest(client: Client, options: Record, warn: Callable[[str], None]) -> Record:
    """``version`` and ``files`` (name, url, sha256) of the newest release. Raises NotFound, BadAnswer."""
    artifact, channel = options["artifact"], options["release_channel"]
    if artifact != MACOS:
        warn(f"No public source confirms that Okta has an artifact {artifact}; only {MACOS} is known to exist.")
    path = f"/api/v1/artifacts/{in_path(artifact)}/latest"
    try:
        body = client.get(path, {"releaseChannel": channel})
    except ApiError as error:
        if error.status == 404:
            raise NotFound(
                f"The org at {client.base_url} has no artifact {artifact!r} in the release channel {channel!r}. For "
                f"macOS it is {MACOS} in {CHANNEL}; the Admin Console shows others under Settings, Downloads."
            ) from None
        raise
    files = body.get("files") if isinstance(body, dict) else None
    if not isinstance(files, list) or not files or not isinstance(body.get("version"), str):
        raise BadAnswer(f"GET {path} answered no version and files of a package; check that the url is that of an org.")
    return {"version": body["version"], "files": [_file(client, one) for one in files]}


def _file(client: Client, file: Any) -> Record:
    href = file.get("href") if isinstance(file, dict) else None
    try:
        url = urljoin(client.base_url, href)
        name = PurePosixPath(urlsplit(url).path).name
    except (ValueError, TypeError, AttributeError):
        name = ""
    if not isinstance(href, str) or not href or not name:
        raise BadAnswer(f"{client.base_url} named a file of the package by what is no URL: {href!r:.80}")
    told = str((file.get("fileHashes") or {}).get("SHA-256") or "").strip().lower()
    return {"name": name, "url": url, "sha256": told if _SHA256.fullmatch(told) else None}
