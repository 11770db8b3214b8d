# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Masks secrets in everything that leaves a module: result, diff, warnings, messages, tracebacks.

Core masks a module's ``no_log`` values only in results; up to 2.21 it lets warnings, exceptions and results of action
plugins through, and it knows nothing of secrets found inside profiles. So all output passes here first.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

MASK = "********"

# A shorter secret would mask half of the output wherever its letters occur; it is masked only where it is the text.
_SHORTEST_INSIDE_TEXT = 4
# Lines of a PEM key are longer; shorter ones are as often ordinary words.
_SHORTEST_LINE = 16


class Secrets:
    """The secret values of one task."""

    def __init__(self, values: Iterable[Any] = ()) -> None:
        self._values: set[str] = set()
        self.add(*values)

    def add(self, *values: Any) -> None:
        """Register values (text, or containers whose leaves are text); ``None`` and empty text are ignored."""
        for value in values:
            if isinstance(value, str):
                if value:
                    self._values.add(value)
                    self._register_with_core(value)
            elif isinstance(value, dict):
                self.add(*value.values())
            elif isinstance(value, (list, tuple, set, frozenset)):
                self.add(*value)
            elif isinstance(value, bytes):
                self.add(value.decode("utf-8", "replace"))

    @property
    def values(self) -> frozenset[str]:
        """The registered values."""
        return frozenset(self._values)

    def scrub(self, value: Any) -> Any:
        """A deep copy of ``value`` in which every secret, in any of its usual spellings, is masked."""
        return _scrub(value, self._needles(), self._values)

    def _needles(self) -> list[str]:
        spellings: set[str] = set()
        for secret in {part for value in self._values for part in _parts(value)}:
            if len(secret) >= _SHORTEST_INSIDE_TEXT:
                spellings |= _spellings(secret)
        # Longest first: a secret that contains another one is masked whole.
        return sorted(spellings, key=len, reverse=True)

    @staticmethod
    def _register_with_core(value: str) -> None:
        try:  # ansible-core >= 2.22 masks registered secrets in everything that it prints itself
            from ansible.module_utils.secrets import register_secret  # noqa: PLC0415
        except ImportError:
            return
        register_secret(value)


def _parts(secret: str) -> set[str]:
    """A secret, without the line break at its end, and its lines: whoever quotes a key quotes some of its lines."""
    lines = {line.strip() for line in secret.splitlines()} if "\n" in secret else set()
    return {secret, secret.strip(), *(line for line in lines if len(line) >= _SHORTEST_LINE and line[:5] != "-----")}


def _spellings(secret: str) -> set[str]:
    raw = secret.encode("utf-8", "surrogatepass")
    return {
        secret,
        quote(secret, safe="", errors="replace"),
        quote_plus(secret, errors="replace"),
        base64.b64encode(raw).decode("ascii"),
        base64.urlsafe_b64encode(raw).decode("ascii"),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        escape(secret),
        escape(secret, {'"': "&quot;", "'": "&apos;"}),
        repr(secret)[1:-1],
    }


def _scrub(value: Any, needles: list[str], whole: set[str]) -> Any:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, str):
        if value in whole:
            return MASK
        for needle in needles:
            if needle in value:
                value = value.replace(needle, MASK)
        return value
    if isinstance(value, dict):
        return {_scrub(key, needles, set()): _scrub(item, needles, whole) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_scrub(item, needles, whole) for item in value]
    if isinstance(value, (int, float)) and not isinstance(value, bool) and str(value) in needles:
        return MASK  # a secret of digits that came back as a number
    return value
