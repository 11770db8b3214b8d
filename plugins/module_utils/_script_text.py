# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scripts for devices: given as text or as a file, and compared as Iru stores them.

Iru removes white space at the end of a script (verified live by irusdk and by a Terraform provider). A server that
removes it at the beginning as well, as its framework usually does, is taken into account.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import Task


def script_options(*names: str) -> dict[str, Any]:
    """For each script an option with its text and one, ending in ``_file``, with the file that holds it."""
    options: dict[str, Any] = {}
    for name in names:
        options |= {name: {"type": "str"}, f"{name}_file": {"type": "path"}}
    return options


def one_way_each(*names: str) -> list[tuple[str, str]]:
    """The rule that a script is given in one of the two ways."""
    return [(name, f"{name}_file") for name in names]


def script_text(task: Task, name: str) -> str | None:
    """The text of a script, the empty one to remove it, ``None`` if the user gave none. Raises InvalidInput."""
    text, path = task.params[name], task.params[f"{name}_file"]
    if path is not None:
        try:
            text = Path(path).read_bytes().decode("utf-8")
        except OSError as error:
            raise InvalidInput(f"The {name}_file {path} cannot be read: {error.strerror}.") from None
        except UnicodeDecodeError:
            raise InvalidInput(
                f"The {name}_file {path} is no text in UTF-8; Iru takes scripts, not programs."
            ) from None
        if not text.strip():
            raise InvalidInput(f"The {name}_file {path} is empty. To remove a script, give {name} as an empty text.")
    if text is not None and "\r\n" in text:
        task.warn(f"{name} has the line ends of Windows; a Mac takes the invisible character before each for a word.")
    return None if text is None else text.rstrip()


def is_same_script(wanted: str, stored: Any) -> bool:
    """Whether Iru stores the text, but for white space that it removes."""
    return (stored or "") in (wanted, wanted.rstrip(), wanted.strip())
