# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the objects of a listing go: into the result of the module, or one by one into a file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._json_lines import JsonLines
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import Task


def listing_options() -> dict[str, Any]:
    """The options that the documentation fragment ``listing`` describes."""
    return {"fields": {"type": "list", "elements": "str"}, "output_file": {"type": "path"}}


def collected(task: Task, key: str, rows: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The rows under ``key`` and their ``count``. With the option ``output_file`` they are written there instead, for
    which any number of them needs the memory of one page."""
    file = task.params["output_file"]
    if file is None:
        listed = list(rows)
        return {key: listed, "count": len(listed)}
    with JsonLines("output_file", file, check=task.check, scrub=task.secrets.scrub) as lines:
        for row in rows:
            lines.add(row)
    return {key: [], "count": lines.count, "changed": lines.changed, "output_file": str(lines.path)}
