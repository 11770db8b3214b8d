# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters that build and check configuration profiles: a thin layer over ``module_utils/_profile*``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils import _profile
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_lint import lint
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_subject import parse_subject
from ansible_collections.okta_iru.attestation.plugins.plugin_utils._filters import boolean, builder, refusing

# Payloads on their own are linted inside a profile of this identifier.
_LINT_IDENTIFIER = "attestation.profile-lint"


@refusing
def mobileconfig(
    value: Any,
    identifier: str = "",
    name: str = "",
    *,
    organization: str | None = None,
    description: str | None = None,
    scope: str = "System",
) -> str:
    """The text of a .mobileconfig that holds a list of payloads."""
    text = _profile.mobileconfig(
        value, identifier=identifier, name=name, organization=organization, description=description, scope=scope
    )
    return text.decode("utf-8")


@refusing
def scep_subject(value: Any) -> list[list[list[str]]]:
    """The RDN arrays of a subject string."""
    if not isinstance(value, str):
        raise InvalidInput(f"The subject is of type {type(value).__name__}; expected text such as CN=$SERIAL_NUMBER.")
    return parse_subject(value)


@refusing
def profile_lint(value: Any, *, windows: bool = False, ignore: Any = ()) -> list[dict[str, str]]:
    """The findings of a profile (text or dictionary) or of a list of payloads."""
    if isinstance(value, (list, tuple)):
        value = _profile.mobileconfig(value, identifier=_LINT_IDENTIFIER, name="lint")
    elif not isinstance(value, (str, bytes, Mapping)):
        raise InvalidInput("Expected the text of a .mobileconfig, a dictionary, or a list of payloads.")
    codes = [ignore] if isinstance(ignore, str) else list(ignore)
    return [finding.as_dict() for finding in lint(value, windows=boolean("windows", windows), ignore=codes)]


class FilterModule:
    """The filters of this file by name."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Name to filter."""
        return {
            "mobileconfig": mobileconfig,
            "profile_lint": profile_lint,
            "scep_payload": builder(_profile.scep_payload),
            "scep_subject": scep_subject,
        }
