# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tasks of one run tell each other and nobody else: memory that a process and those that it forks share.

Ansible forks a worker for each task. The action plugin calls `share` where it is loaded, in the controller, so every
worker inherits the memory. It has no name and no file, and it is gone with the last of these processes.
"""

from __future__ import annotations

import hashlib
import json
import mmap
from typing import Any

_SLOT = 16 * 1024  # bytes; an access token of Okta has one or two thousand
_SLOTS = 1024
_DIGEST = hashlib.sha256().digest_size
_LENGTH = 4


class SharedMemory:
    """Small JSON objects by name. One may get lost, as in a cache: another name takes its place now and then."""

    def __init__(self) -> None:
        # Anonymous and shared; pages that were never written to cost nothing.
        self._memory = mmap.mmap(-1, _SLOT * _SLOTS)

    def recall(self, name: str) -> dict[str, Any] | None:
        """What was remembered under this name last, if it is still there."""
        start = self._start(name)
        length = int.from_bytes(self._memory[start : start + _LENGTH], "big")
        begin = start + _LENGTH + _DIGEST
        content = self._memory[begin : begin + length]
        # Two processes may write at the same time: what is not whole is not there.
        if not length or hashlib.sha256(content).digest() != self._memory[start + _LENGTH : begin]:
            return None
        entry = json.loads(content)
        return entry["value"] if entry["name"] == name else None

    def remember(self, name: str, value: dict[str, Any]) -> None:
        """Keep an object for the processes of this run; one that is too large is not kept."""
        content = json.dumps({"name": name, "value": value}).encode()
        if len(content) <= _SLOT - _LENGTH - _DIGEST:
            start = self._start(name)
            entry = len(content).to_bytes(_LENGTH, "big") + hashlib.sha256(content).digest() + content
            self._memory[start : start + len(entry)] = entry

    @staticmethod
    def _start(name: str) -> int:
        return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") % _SLOTS * _SLOT


_of_this_run: list[SharedMemory] = []


def share() -> None:
    """Make the memory that this process and those that it forks from now on have in common, once."""
    if not _of_this_run:
        _of_this_run.append(SharedMemory())


def shared() -> SharedMemory | None:
    """That memory; none in a module process, whose tasks have nothing in common."""
    return _of_this_run[0] if _of_this_run else None
