# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A list of checks, each ok, warning or failed, with what to do; one answer that does not come spoils no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import ApiError, AttestationError

OK, WARNING, FAILED = "ok", "warning", "failed"


@dataclass(frozen=True)
class Finding:
    """What a check found. ``evidence`` holds ids and values that an auditor may look up."""

    status: str
    detail: str
    remedy: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)


class Checklist:
    """Asks questions in order and notes what was found."""

    def __init__(self) -> None:
        self.checks: list[dict[str, Any]] = []
        self.was_forbidden = False  # whether the last question was refused for want of a permission (403)
        self._unanswerable = ""

    def ask(self, check: str, name: str, question: Callable[[], Finding], *, forbidden: str = FAILED) -> bool:
        """Note what a question finds; whether there was an answer. An error is a failed check that says what it says;
        ``forbidden`` is the status where only the permission to ask is missing (403)."""
        if self._unanswerable:
            self._note(check, name, Finding(FAILED, self._unanswerable))
            return False
        try:
            self._note(check, name, question())
        except AttestationError as error:
            self.was_forbidden = isinstance(error, ApiError) and error.status == 403
            self._note(check, name, Finding(forbidden if self.was_forbidden else FAILED, error.message))
            return False
        self.was_forbidden = False
        return True

    def give_up(self, reason: str) -> None:
        """Every further question is unanswered for this reason, and not asked."""
        self._unanswerable = f"Unknown, as {reason}."

    def unknown(self, check: str, name: str, reason: str) -> None:
        """Note a check whose question makes no sense after what was found before."""
        self.ask(check, name, lambda: Finding(FAILED, f"Unknown, as {reason}."))

    @property
    def last_status(self) -> str:
        """The status of the check that was noted last."""
        return str(self.checks[-1]["status"])

    def _note(self, check: str, name: str, finding: Finding) -> None:
        self.checks.append({"check": check, "name": name, **asdict(finding)})


def result_of(checks: list[dict[str, Any]]) -> dict[str, Any]:
    """What a module returns of a list of checks."""
    return {"checks": checks, "failed_checks": [one["check"] for one in checks if one["status"] == FAILED]}
