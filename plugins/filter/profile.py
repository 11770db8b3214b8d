# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters that build and check configuration profiles: a thin layer over ``module_utils/_profile*``.

They translate Ansible's habits (text where a number is meant, options as a dictionary or as keywords) and turn errors
into AnsibleFilterError. A message never holds the challenge.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.okta_iru.attestation.plugins.module_utils import _profile
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import AttestationError, InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_lint import lint
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_subject import parse_subject
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_variables import closest

_SCEP_OPTIONS = frozenset(inspect.signature(_profile.scep_payload).parameters)
_NUMBERS = ("key_size", "key_usage", "retries", "retry_delay")
_BOOLEANS = ("allow_all_apps_access", "key_is_extractable")

# Payloads on their own are linted inside a profile of this identifier.
_LINT_IDENTIFIER = "attestation.profile-lint"


def _filter(function: Callable[..., Any]) -> Callable[..., Any]:
    """Errors for a person. The cause is dropped: its frames hold the arguments, and so the challenge."""

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except AttestationError as exc:
            message = exc.message
        raise AnsibleFilterError(f"okta_iru.attestation.{function.__name__}: {message}")

    return wrapper


@_filter
def scep_payload(value: Any, /, **options: Any) -> dict[str, Any]:
    """A com.apple.security.scep payload of a URL, or of a dictionary of options; keywords win over the dictionary."""
    given = dict(value) if isinstance(value, Mapping) else {"url": value}
    # None and omitted mean the same, so that a role can pass an option through.
    given = {key: item for key, item in {**given, **options}.items() if item is not None}
    for option in given:
        if option not in _SCEP_OPTIONS:
            meant = closest(str(option), _SCEP_OPTIONS)
            hint = f"did you mean {meant}?" if meant else f"expected some of {', '.join(sorted(_SCEP_OPTIONS))}."
            raise InvalidInput(f"There is no option {option}; {hint}")
    for option in ("url", "challenge"):
        given.setdefault(option, "")
    return _profile.scep_payload(**{key: _typed(key, item) for key, item in given.items()})


@_filter
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


@_filter
def scep_subject(value: Any) -> list[list[list[str]]]:
    """The RDN arrays of a subject string."""
    if not isinstance(value, str):
        raise InvalidInput(f"The subject is of type {type(value).__name__}; expected text such as CN=$SERIAL_NUMBER.")
    return parse_subject(value)


@_filter
def profile_lint(value: Any, *, windows: bool = False, ignore: Any = ()) -> list[dict[str, str]]:
    """The findings of a profile (text or dictionary) or of a list of payloads."""
    if isinstance(value, (list, tuple)):
        value = _profile.mobileconfig(value, identifier=_LINT_IDENTIFIER, name="lint")
    elif not isinstance(value, (str, bytes, Mapping)):
        raise InvalidInput("Expected the text of a .mobileconfig, a dictionary, or a list of payloads.")
    codes = [ignore] if isinstance(ignore, str) else list(ignore)
    return [finding.as_dict() for finding in lint(value, windows=_boolean("windows", windows), ignore=codes)]


def _typed(option: str, value: Any) -> Any:
    """Before ansible-core 2.19 a template gives text for numbers and booleans."""
    if option in _NUMBERS and isinstance(value, str) and value.isdecimal():
        return int(value)
    return _boolean(option, value) if option in _BOOLEANS else value


def _boolean(option: str, value: Any) -> bool:
    try:
        return bool(boolean(value))
    except TypeError:
        raise InvalidInput(f"{option} must be true or false.") from None


class FilterModule:
    """The filters of this file by name."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Name to filter."""
        return {
            "mobileconfig": mobileconfig,
            "profile_lint": profile_lint,
            "scep_payload": scep_payload,
            "scep_subject": scep_subject,
        }
