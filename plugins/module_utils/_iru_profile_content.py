# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The .mobileconfig that a task wants, from payloads, text or a file; its secrets registered, and checked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile import mobileconfig
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_lint import lint
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_plist import dump, is_binary, load
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_secrets import secret_values
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import Task


def wanted_content(task: Task) -> bytes | None:
    """The text of the wanted profile, ``None`` if the task gives none.

    Registers its secrets first, since whatever comes later may quote a part of it. Raises InvalidInput.
    """
    options = task.params
    if options["payloads"]:
        task.secrets.add(*secret_values({"PayloadContent": options["payloads"]}))
        return mobileconfig(
            options["payloads"],
            identifier=options["identifier"],
            name=options["name"] or options["identifier"],
            organization=options["organization"],
            description=options["description"],
            scope=options["scope"] or "System",
        )
    if options["payloads"] is not None:
        raise InvalidInput("payloads is empty; a profile needs at least one payload.")
    text = _text(options)
    if text is None:
        return None
    task.secrets.add(*secret_values(text))
    # Whether Iru takes a binary property list is not known, and it stores XML in any case.
    return dump(load(text)) if is_binary(text) else text


def lint_content(task: Task, content: bytes) -> list[dict[str, Any]]:
    """The findings of a profile, warnings handed on to the user. Raises InvalidInput with all of them if one is an
    error."""
    findings = lint(content, ignore=task.params["lint_ignore"])
    errors = [str(finding) for finding in findings if finding.severity == "error"]
    if errors:
        raise InvalidInput(
            "The profile cannot work as it is; nothing was written. " + " ".join(errors),
            findings=[finding.as_dict() for finding in findings],
        )
    for finding in findings:
        task.warn(str(finding))
    return [finding.as_dict() for finding in findings]


def _text(options: dict[str, Any]) -> bytes | None:
    if options["src"] is None:
        return options["content"].encode() if options["content"] is not None else None
    try:
        return Path(options["src"]).read_bytes()
    except OSError as error:
        raise InvalidInput(f"The profile {options['src']} cannot be read: {error.strerror}.") from None
