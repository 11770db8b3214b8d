"""The org's own clock as its HTTP answers show it; transport times (tokens, proofs, rate limits) are of this clock.

It is this machine's, unless the switch ``clock_ahead_seconds`` makes the two disagree: what a client meets whose own
clock is wrong.
"""

from __future__ import annotations

import time
from email.utils import formatdate

from sandbox.world import World


def now(world: World) -> float:
    """Seconds since the epoch."""
    return time.time() + float(world.data["okta"]["settings"]["clock_ahead_seconds"])


def date_header(world: World) -> str:
    """The value of ``Date``."""
    return formatdate(now(world), usegmt=True)
