# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Warns of a profile that blocks for browsers what another one allows.

They are different keys of one preference domain, which macOS merges, so neither gets in the way of the other; but the
browsers ask those that block before ``LocalNetworkAccessAllowedForUrls`` (docs/profiles.md, after Microsoft).
"""

from __future__ import annotations

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_profile_conflicts import (
    claims_of,
    conflicts_with,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_profiles import WantedProfile
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_plist import load
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import Task

_ALLOWING = "LocalNetworkAccessAllowedForUrls"
_BLOCKING = ("LoopbackNetworkBlockedForUrls", "LocalNetworkAccessBlockedForUrls")

Record = dict[str, Any]


def warn_of_blocked(task: Task, wanted: WantedProfile, found: Record | None, listed: list[Record] | None) -> None:
    """Tell which of the custom profiles that were ``listed`` anyway block what ``wanted`` allows."""
    active = (found or {}).get("active") if wanted.active is None else wanted.active
    if wanted.content is None or active is False or task.params["allow_conflicts"]:
        return
    domains = [claim.removesuffix(_ALLOWING) for claim in claims_of(load(wanted.content)) if claim.endswith(_ALLOWING)]
    blocking = {f"{domain}{key}" for domain in domains for key in _BLOCKING}
    others = (one for one in listed or [] if found is None or one["id"] != found["id"])
    for other in conflicts_with(blocking, wanted.flags(found), others):
        task.warn(
            f"The custom profile {other['name']!r} ({other['id']}) has {', '.join(other['claims'])}, which browsers "
            f"ask before {_ALLOWING}: see that it does not name the hosts that are allowed here, or set "
            "allow_conflicts if no device gets both."
        )
