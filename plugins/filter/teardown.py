# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter of the role `teardown`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._teardown import teardown_plan
from ansible_collections.okta_iru.attestation.plugins.plugin_utils._filters import refusing


class FilterModule:
    """The filters of this file by name."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Name to filter."""
        return {"teardown_plan": refusing(teardown_plan)}
