# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What turns a plain function into a filter: Ansible's habits with options, and errors for a person.

Options come as keywords or as a dictionary, None and omitted mean the same, and before ansible-core 2.19 a template
gives text for numbers, booleans and None. A message never holds a secret: builders do not quote any.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.module_utils.parsing.convert_bool import boolean as to_boolean
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import AttestationError, InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_variables import closest


def refusing(function: Callable[..., Any]) -> Callable[..., Any]:
    """Errors for a person. The cause is dropped: its frames hold the arguments, and so perhaps a secret."""

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except AttestationError as exc:
            message = exc.message
        raise AnsibleFilterError(f"okta_iru.attestation.{function.__name__}: {message}")

    return wrapper


def builder(function: Callable[..., Any]) -> Callable[..., Any]:
    """The filter of a builder: the input is its first option, or a dictionary of options, over which keywords win."""
    parameters = inspect.signature(function).parameters
    first = next(iter(parameters))

    @functools.wraps(function)
    def build(value: Any, /, **options: Any) -> Any:
        given = dict(value) if isinstance(value, Mapping) else {first: value}
        given = {key: item for key, item in {**given, **options}.items() if item is not None}
        for option in given:
            if option not in parameters:
                meant = closest(str(option), parameters)
                hint = f"did you mean {meant}?" if meant else f"expected some of {', '.join(sorted(parameters))}."
                raise InvalidInput(f"There is no option {option}; {hint}")
        for option, parameter in parameters.items():
            if parameter.default is inspect.Parameter.empty:
                given.setdefault(option, "")
        return function(**{key: _typed(key, item, str(parameters[key].annotation)) for key, item in given.items()})

    return refusing(build)


def boolean(option: str, value: Any) -> bool:
    """True or false, in any of Ansible's spellings. Raises InvalidInput."""
    try:
        return bool(to_boolean(value))
    except TypeError:
        raise InvalidInput(f"{option} must be true or false.") from None


def _typed(option: str, value: Any, annotation: str) -> Any:
    kinds = annotation.split(" | ")
    if value == "" and "None" in kinds:
        return None
    if "int" in kinds and isinstance(value, str) and value.isdecimal():
        return int(value)
    return boolean(option, value) if "bool" in kinds else value
