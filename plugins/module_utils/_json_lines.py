# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file of JSON Lines (jsonlines.org) for listings that are too long for a module's result: one object a line."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._output_file import OutputFile


class JsonLines(OutputFile):
    """Takes objects one by one and counts them. ``scrub`` masks secrets in each line."""

    def __init__(
        self, option: str, path: str, *, check: bool = False, scrub: Callable[[str], str] = lambda text: text
    ) -> None:
        super().__init__(option, path, check=check)
        self.count = 0
        self._scrub = scrub

    def __enter__(self) -> JsonLines:
        super().__enter__()
        return self

    def add(self, record: Any) -> None:
        """Add an object."""
        text = self._scrub(json.dumps(record, ensure_ascii=False, separators=(",", ":")))
        self.write(text.encode() + b"\n")
        self.count += 1
