# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every failure that a user can see.

A message names the object, what was expected, what came, and what to do next. Structured details go beside it, under
``failure`` in the result of a module, so that a playbook can decide on them.
"""

from __future__ import annotations

from typing import Any


class AttestationError(Exception):
    """A failure with a message for a person and details for a playbook."""

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = {key: value for key, value in details.items() if value is not None}

    def as_result(self) -> dict[str, Any]:
        """The module result of this failure: ``failed``, ``msg`` and ``failure`` (kind and details)."""
        return {"failed": True, "msg": self.message, "failure": {"kind": type(self).__name__, **self.details}}


class InvalidInput(AttestationError):
    """The user gave a value that cannot work; nothing was sent."""


class NotFound(AttestationError):
    """No object of that name or id."""


class Ambiguous(AttestationError):
    """More than one object of a name; the details list their ids."""


class Refused(AttestationError):
    """The collection declines to do this without an explicit option."""


class TimedOut(AttestationError):
    """Something that was waited for did not happen in time."""


class NotAsExpected(AttestationError):
    """What was found is not what the user said that it shall be; nothing was changed."""


class MissingLibrary(AttestationError):
    """A Python library that the module needs is not installed where it runs."""


class Unreachable(AttestationError):
    """No answer: name, connection, TLS or time-out. Nothing is known to have been changed."""


class BadAnswer(AttestationError):
    """The server answered something that its API never answers: HTML, cut JSON, a redirect, a foreign link."""


class ApiError(AttestationError):
    """The server refused the request. ``status`` is the HTTP status, ``code`` the vendor's error code if it has one."""

    def __init__(self, message: str, *, status: int, code: str | None = None, **details: Any) -> None:
        super().__init__(message, status=status, code=code, **details)
        self.status = status
        self.code = code

    def with_advice(self, advice: str) -> ApiError:
        """The same refusal whose message ends with what to do about it."""
        return type(self)(f"{self.message} {advice}", **self.details) if advice else self  # details hold the status


class OutcomeUnknown(AttestationError):
    """A write was sent and no trustworthy answer came: it may or may not have happened."""
