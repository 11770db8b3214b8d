# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter of the role `teardown`."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.plugin_utils._filters import refusing

_PLAN = "ansible_collections.okta_iru.attestation.plugins.module_utils._teardown"


def teardown_plan(*args: Any, **kwargs: Any) -> Any:
    """The plan, of `_teardown`.

    Imported when it is called: Ansible loads every file of filters to find any one of them, and this needs most of what
    knows Okta and Iru.
    """
    return importlib.import_module(_PLAN).teardown_plan(*args, **kwargs)


class FilterModule:
    """The filters of this file by name."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Name to filter."""
        return {"teardown_plan": refusing(teardown_plan)}
