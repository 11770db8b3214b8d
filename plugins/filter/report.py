# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters that join what both vendors tell: a thin layer over ``module_utils/_attestation_stages``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils import _attestation_stages
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.plugin_utils._filters import refusing


@refusing
def attestation_stages(value: Any, devices: Any = (), events: Any = ()) -> list[dict[str, Any]]:
    """How far each Mac has come."""
    given = {"the input": value, "devices": devices, "events": events}
    for name, listed in given.items():
        if not isinstance(listed, (list, tuple)) or not all(isinstance(one, dict) for one in listed):
            raise InvalidInput(f"{name} is of type {type(listed).__name__}; expected a list of dictionaries.")
    return _attestation_stages.stages(value, devices, events)


class FilterModule:
    """The filters of this file by name."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Names and functions."""
        return {"attestation_stages": attestation_stages}
