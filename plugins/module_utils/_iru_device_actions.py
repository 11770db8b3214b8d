# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands to devices that take nothing away: pushes, check-ins, inventory, renewal of the MDM profile and the agent.

Those that lock, erase, restart or unlock a device are left out on purpose.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import ApiError
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client, Request
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_devices import PATH

_APPLE = ("Mac", "iPhone", "iPad", "AppleTV")

ACTIONS: dict[str, tuple[str, ...]] = {
    "blankpush": _APPLE,
    "dailycheckin": (*_APPLE, "Windows"),
    "updateinventory": _APPLE,
    "renewmdmprofile": _APPLE,
    "reinstallagent": ("Mac",),
}
"""Each action and the platforms that it is documented for."""

_RUNNING = "Command already running"
_NOT_ALLOWED = "Command is not allowed for current device"

Record = dict[str, Any]


def reason_against(action: str, device: Record) -> str | None:
    """Why an action makes no sense for a device, ``None`` if it does."""
    if device.get("platform") not in ACTIONS[action]:
        return f"{action} is for {', '.join(ACTIONS[action])} only, not for {device.get('platform')}"
    if device.get("is_removed") or device.get("mdm_enabled") is False:
        return "Iru does not manage it any more"
    return None


def send_action(client: Client, action: str, device: Record) -> str:
    """Send an action to a device: ``sent``, ``running`` if it waits there already, else why the device cannot take it.

    The actions are such that a repetition does no harm, so one whose outcome is unknown is repeated.
    """
    request = Request("POST", f"{PATH}/{device['device_id']}/action/{action}")
    repeated = False

    def read_back() -> None:
        nonlocal repeated
        repeated = True

    try:
        client.write(request, read_back=read_back)
    except ApiError as error:
        said = str(error.details.get("summary"))
        if said == _RUNNING and repeated:
            return "sent"  # by the first try
        outcomes = {_RUNNING: "running", _NOT_ALLOWED: f"Iru says: {_NOT_ALLOWED}"}
        if error.status == 404:
            outcomes[said] = "it was removed from Iru in the meantime"
        if said not in outcomes:
            raise
        client.writes.pop()  # refused: nothing was sent to the device
        return outcomes[said]
    return "sent"
