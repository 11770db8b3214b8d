# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the record of a tenant keeps of a profile that was there before it was changed.

The record may lie in version control. So a text is kept only where it is known which of its keys are secrets, which is
true of the payloads that this collection makes itself; and one with a secret is kept without it, to be read and not to
be restored.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_keys_apple import (
    MANAGED_PREFERENCES,
    PAYLOADS,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_keys_apps import DOMAINS
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_secrets import hide_secrets, secret_values
from ansible_collections.okta_iru.attestation.plugins.module_utils._record import NOT_KEPT

# Managed preferences may be those of any app, with keys that nobody here knows.
_KNOWN = {*PAYLOADS, *DOMAINS} - {MANAGED_PREFERENCES}


def text_for_record(profile: Mapping[str, Any]) -> dict[str, Any]:
    """``text``, the profile as it was, which is `NOT_KEPT` where it must not be written down, and then perhaps
    ``text_without_secrets``. Both are dictionaries, as ``profile`` is: lines of a text could be taken for those of the
    one that the task holds, which are masked. What JSON cannot hold, such as a certificate, is not kept either.
    """
    payloads = profile.get("PayloadContent")
    listed = payloads if isinstance(payloads, list) else [None]
    if not all(isinstance(one, dict) and one.get("PayloadType") in _KNOWN for one in listed):
        return {"text": NOT_KEPT}
    readable = hide_secrets(profile)
    try:
        json.dumps(readable)
    except TypeError:
        return {"text": NOT_KEPT}
    return {"text": NOT_KEPT, "text_without_secrets": readable} if secret_values(profile) else {"text": readable}
