# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Okta's lifecycle calls: ``POST …/lifecycle/<operation>`` gives an object another status."""

from __future__ import annotations

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import ApiError
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client, Request
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record


def transition(client: Client, path: str, operation: str, found: Record, status: str) -> Record:
    """The object at ``path`` after one lifecycle call, with its new ``status``.

    Some calls answer with the object, others with nothing. An object that turns out to have the status already is what
    was wanted: an earlier try of this call, or another run, may have got there first. Raises ApiError.
    """

    def read_back() -> Any | None:
        now = client.get(path)
        return now if isinstance(now, dict) and now.get("status") == status else None

    predicted = {**found, "status": status}
    try:
        request = Request("POST", f"{path}/lifecycle/{operation}")
        answer = client.write(request, predicted=predicted, read_back=read_back)
    except ApiError as refusal:
        if refusal.status != 400 or read_back() is None:
            raise
        return predicted
    # The first read after such a call may still show the former status (recorded of devices), so none is made.
    return {**predicted, **(answer or {})}
