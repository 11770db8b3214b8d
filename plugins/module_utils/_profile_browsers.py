# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the browser policies that spare users the prompt "Open Okta Verify".

Okta's page "Let users skip the Open Okta Verify prompt" names one policy of Chrome and Edge: it adds a box "always" to
the prompt, which the user ticks once. That browsers open Okta Verify in silence, and may ask it on the loopback
interface without a prompt of their own (Chrome 139, Edge 140 and later), is documented by their vendors, not by Okta.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_keys_apps import CHROME, EDGE, FIREFOX
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_options import (
    boolean,
    choice,
    okta_hosts,
    texts,
)

PROTOCOL = "com-okta-authenticator"
BROWSERS = {
    "chrome": (CHROME, "Google Chrome"),
    "edge": (EDGE, "Microsoft Edge"),
    "firefox": (FIREFOX, "Mozilla Firefox"),
}


def browser_policy_payloads(
    browsers: str | Sequence[str],
    *,
    hosts: str | Sequence[str] | None = None,
    checkbox: bool = True,
    auto_launch: bool = False,
    local_network_access: bool = False,
) -> list[dict[str, Any]]:
    """One payload a browser (chrome, edge, firefox), whose type is the browser's preference domain.

    ``checkbox`` is the policy that Okta documents. ``auto_launch`` opens Okta Verify in silence from ``hosts`` (the org
    and its custom domains), ``local_network_access`` lets these reach it on the loopback interface. Firefox knows
    ``auto_launch`` only. Raises InvalidInput, also where nothing is left to say.
    """
    switches = {"checkbox": checkbox, "auto_launch": auto_launch, "local_network_access": local_network_access}
    for option, value in switches.items():
        boolean(option, value)
    names = texts("browsers", browsers)
    if not names:
        raise InvalidInput(f"browsers is empty; expected some of {', '.join(BROWSERS)}.")
    named = okta_hosts("hosts", hosts or []) if auto_launch or local_network_access else []
    origins = [f"https://{host}" for host in named]
    return [_payload(choice("browsers", name, tuple(BROWSERS)), switches, origins) for name in dict.fromkeys(names)]


def _payload(name: str, switches: dict[str, bool], origins: list[str]) -> dict[str, Any]:
    domain, shown = BROWSERS[name]
    policies: dict[str, Any] = {}
    if switches["auto_launch"]:
        # An array of dictionaries on a Mac. (On Windows the same policy is JSON text.)
        policies["AutoLaunchProtocolsFromOrigins"] = [{"protocol": PROTOCOL, "allowed_origins": list(origins)}]
    if domain != FIREFOX and switches["checkbox"]:
        policies["ExternalProtocolDialogShowAlwaysOpenCheckbox"] = True
    if domain != FIREFOX and switches["local_network_access"]:
        policies["LocalNetworkAccessAllowedForUrls"] = list(origins)
    if not policies:
        hint = "Firefox has no checkbox policy: switch auto_launch on or leave it out." if domain == FIREFOX else ""
        raise InvalidInput(f"There is no policy to set for {shown}. {hint}".rstrip())
    if domain == FIREFOX:
        policies["EnterprisePoliciesEnabled"] = True
    return {
        "PayloadType": domain,
        "PayloadVersion": 1,
        "PayloadDisplayName": f"{shown}, Okta Verify",
        **policies,
    }
