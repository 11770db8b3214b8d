#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Downloads Okta Verify."""

from __future__ import annotations

DOCUMENTATION = r"""
module: okta_verify_package
short_description: Download the newest Okta Verify from an Okta org
version_added: 0.1.0
description:
  - Downloads the package of Okta Verify if the destination does not hold it yet, and checks its SHA-256.
  - The file is never in memory as a whole. A download that breaks off is continued by the next run, and the destination
    is replaced in one step once all of it has come and is right.
  - Okta and Iru advise the app of the Mac App Store by way of Apple Business Manager where that is possible. Iru's Okta
    Device Trust needs that one.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.okta
  - okta_iru.attestation.attributes
notes:
  - No token and no scope is needed, and none is sent.
  - What has come so far is in a hidden file beside the destination whose name ends with C(.part).
options:
  dest:
    description:
      - Where the package shall be. In a folder, which is one that exists or ends with a slash, it keeps the name that
        Okta gives it.
      - The folder must exist. In check mode it need not yet, so that a task before this one may make it.
    type: path
    required: true
  artifact:
    description:
      - Okta's name of the artifact. Only V(OKTA_VERIFY_MACOS) is confirmed.
      - V(OKTA_VERIFY_WINDOWS) follows the same pattern, but no public source confirms it. Of any artifact but the first
        the module warns.
    type: str
    default: OKTA_VERIFY_MACOS
  release_channel:
    description: Release channel.
    type: str
    default: GA
  sha256:
    description:
      - The SHA-256 that the package must have, hexadecimal. The task fails without a download if Okta's newest one has
        another.
      - Needed if Okta tells none.
    type: str
  allowed_hosts:
    description: Hosts besides that of O(url) from which the package may come, such as V(download.example.com).
    type: list
    elements: str
    default: []
seealso:
  - module: okta_iru.attestation.okta_verify_package_info
  - module: okta_iru.attestation.iru_custom_app
"""

EXAMPLES = r"""
- name: The newest Okta Verify for macOS
  okta_iru.attestation.okta_verify_package:
    url: https://example.okta.com
    dest: packages/
  register: okta_verify

- name: Deliver it with Iru
  okta_iru.attestation.iru_custom_app:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    name: Okta Verify
    src: "{{ okta_verify.file }}"
    install_enforcement: install_once
"""

RETURN = r"""
file:
  description: Path of the package.
  returned: success
  type: str
  sample: packages/OktaVerify-9.71.0-6544-f312771.pkg
version:
  description: Version of Okta Verify.
  returned: success
  type: str
  sample: 9.71.0
sha256:
  description: SHA-256 of the package.
  returned: success
  type: str
  sample: cd541e45d818eb45f5879ec9ea8b935e9241ec915b3130593eeb0998f08026f5
size:
  description: Size in bytes. V(null) in check mode for a package that is not there yet.
  returned: success
  type: int
  sample: 74120113
source:
  description: Where the package comes from.
  returned: success
  type: str
  sample: https://example.okta.com/artifacts/OKTA_VERIFY_MACOS/9.71.0/OktaVerify-9.71.0-6544-f312771.pkg
resumed_from:
  description: The number of bytes that an earlier run had brought.
  returned: success
  type: int
  sample: 0
writes:
  description: Always empty, since nothing is changed in Okta.
  returned: success
  type: list
  elements: dict
  sample: []
"""

from pathlib import Path
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._download import (
    Source,
    download,
    hash_of,
    require_allowed,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import BadAnswer, InvalidInput, Refused
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_artifacts import artifact_options, read_latest
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import okta_anonymous_client, okta_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._package import checked_sha256
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

SPEC = ModuleSpec(
    options={
        **okta_options(),
        **artifact_options(),
        "dest": {"type": "path", "required": True},
        "sha256": {"type": "str"},
        "allowed_hosts": {"type": "list", "elements": "str", "default": []},
    },
)


def run(task: Task) -> dict[str, Any]:
    """Bring the package to its destination."""
    options = task.params
    client = okta_anonymous_client(task)
    expected = checked_sha256("sha256", options["sha256"])
    latest = read_latest(client, options, task.warn)
    file = _only_file(latest)
    sha256 = _agreed(file, expected)
    destination = _destination(options["dest"], file["name"], check=task.check)
    found = hash_of(destination)
    resumed_from = 0
    if found != sha256:
        source = Source(file["url"], sha256, tuple(options["allowed_hosts"]))
        require_allowed(client, source.url, source.hosts)
        if not task.check:
            ca_file, timeout = options["ca_file"], options["timeout"]
            resumed_from = download(client, source, destination, ca_file=ca_file, timeout=timeout)
    changed = found != sha256
    return {
        "changed": changed,
        # Not "path": Ansible would add owner and mode of the file, but only to the result of a module process.
        "file": str(destination),
        "version": latest["version"],
        "sha256": sha256,
        "size": None if changed and task.check else destination.stat().st_size,
        "source": file["url"],
        "resumed_from": resumed_from,
        "writes": client.writes,
        **task.diff_result(
            str(destination),
            {"sha256": found} if changed and found else {},
            {"sha256": sha256, "version": latest["version"]} if changed else {},
        ),
    }


def _only_file(latest: Record) -> Record:
    if len(latest["files"]) > 1:
        names = ", ".join(file["name"] for file in latest["files"])
        raise BadAnswer(f"Okta Verify {latest['version']} has several files ({names}); expected one package.")
    file: Record = latest["files"][0]
    return file


def _agreed(file: Record, expected: str | None) -> str:
    """The hash to check by. Raises Refused if there is none, or if Okta's is not the one that is expected."""
    told: str | None = file["sha256"]
    if told is None and expected is None:
        raise Refused(f"Okta tells no SHA-256 of {file['name']}, so it cannot be checked. Give the sha256 to expect.")
    if None not in (told, expected) and told != expected:
        raise Refused(
            f"The newest package, {file['name']}, has the SHA-256 {told}; expected {expected}. Nothing was downloaded. "
            "If that release is wanted, set sha256 to it.",
            sha256=told,
        )
    return expected or str(told)


def _destination(dest: str, name: str, *, check: bool) -> Path:
    path = Path(dest)
    target = path / name if path.is_dir() or dest.endswith("/") else path
    is_made_before = check and not target.parent.exists()
    if not target.parent.is_dir() and not is_made_before:
        raise InvalidInput(f"The folder {target.parent} of dest does not exist; make it first.")
    return target


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
