# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters that build what comes after the certificate: SSO extension, settings of Okta Verify and of browsers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_browsers import browser_policy_payloads
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_okta_verify import (
    edr_plugin_payloads,
    managed_app_config_payloads,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_sso import (
    platform_sso_payloads,
    sso_extension_payload,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._windows_certificate import (
    client_certificate_install,
)
from ansible_collections.okta_iru.attestation.plugins.plugin_utils._filters import builder


class FilterModule:
    """The filters of this file by name."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Name to filter."""
        builders = (
            browser_policy_payloads,
            client_certificate_install,
            edr_plugin_payloads,
            managed_app_config_payloads,
            platform_sso_payloads,
            sso_extension_payload,
        )
        return {function.__name__: builder(function) for function in builders}
