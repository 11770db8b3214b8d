# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server's time, learnt from the ``Date`` header of its answers, for a machine whose own clock is wrong."""

from __future__ import annotations

import email.utils
import time
from collections.abc import Mapping

# Below this a difference may be the time that an answer took.
_SLACK = 60.0


class ServerClock:
    """Local time plus what `correct` found."""

    def __init__(self) -> None:
        self.ahead = 0.0  # seconds by which this machine's clock is ahead of the server's

    def now(self) -> float:
        """Seconds since the epoch by the server's clock, as far as it is known."""
        return time.time() - self.ahead

    def correct(self, headers: Mapping[str, str]) -> bool:
        """Take over the time of an answer; whether that changed the idea of it by more than a minute."""
        try:
            date = email.utils.parsedate_to_datetime(headers["Date"]).timestamp()
        except (KeyError, ValueError, TypeError):
            return False
        before, self.ahead = self.ahead, time.time() - date
        if abs(self.ahead - before) > _SLACK:
            return True
        self.ahead = before
        return False

    def difference(self) -> str:
        """``5 minutes behind``, for a message; empty while no difference is known."""
        if abs(self.ahead) <= _SLACK:
            return ""
        minutes = round(abs(self.ahead) / 60)
        return f"{minutes} minute{'' if minutes == 1 else 's'} {'ahead' if self.ahead > 0 else 'behind'}"
