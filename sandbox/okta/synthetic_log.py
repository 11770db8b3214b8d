"""Any number of past events that nobody stores: each is made from its number when it is looked at.

The switch ``synthetic_events`` says how many there are, ``synthetic_days`` over how many days before the org was made
they are spread. They tell of the devices of ``synthetic_devices``, or of a thousand if there are none.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, overload

from sandbox.clock import okta_time, parse_okta_time
from sandbox.okta.log_event import called_by, log_event
from sandbox.okta.synthetic_devices import serial_number
from sandbox.world import World

_KINDS = (
    ("pki.cert.issue", "Issue client certificate", "SUCCESS"),
    ("pki.cert.bind", "Bind client certificate", "SUCCESS"),
    ("policy.evaluate_sign_on", "Evaluation of sign-on policy", "ALLOW"),
    ("user.authentication.auth_via_mfa", "Authentication of user via MFA", "SUCCESS"),
)
_Key = tuple[str, int]


class SyntheticLog:
    """The synthetic events of a world. Their places are negative: -1 is the newest."""

    def __init__(self, world: World) -> None:
        okta = world.data["okta"]
        settings = okta["settings"]
        self.count = int(settings["synthetic_events"])
        self._end = parse_okta_time(okta["org"]["created"])
        self._step = timedelta(days=settings["synthetic_days"]) / max(1, self.count)
        self._devices = int(settings["synthetic_devices"]) or 1000
        with called_by(None):  # they are not of whoever reads them
            self._kinds = [
                log_event(event_type, uuid="", published="", display_message=message, outcome=outcome)
                for event_type, message, outcome in (_KINDS if self.count else ())
            ]

    def key(self, number: int) -> _Key:
        """When the event of a number (0 is the oldest) was published, and its place."""
        return okta_time(self._end - self._step * (self.count - number)), number - self.count

    def event(self, place: int) -> dict[str, Any]:
        """The event at a place, the same each time but for its transaction."""
        number = place + self.count
        device = number // len(_KINDS) % self._devices
        subject = f"CN={serial_number(device)}"
        target = {"id": f"{device:032x}", "type": "Certificate", "alternateId": None}
        return {
            **self._kinds[number % len(_KINDS)],
            "uuid": f"{number:08x}-0000-4000-8000-000000000000",
            "published": self.key(number)[0],
            "debugContext": {"debugData": {"certificateSubject": subject}},
            "target": [{**target, "displayName": subject, "detailEntry": None}],
        }

    def before(self, keys: Sequence[_Key]) -> Sequence[_Key]:
        """The keys of the synthetic events, and behind them those that are given."""
        return _Joined(self, keys) if self.count else keys


class _Joined(Sequence[_Key]):
    def __init__(self, synthetic: SyntheticLog, keys: Sequence[_Key]) -> None:
        self._synthetic = synthetic
        self._keys = keys

    def __len__(self) -> int:
        return self._synthetic.count + len(self._keys)

    @overload
    def __getitem__(self, number: int) -> _Key: ...

    @overload
    def __getitem__(self, number: slice) -> Sequence[_Key]: ...

    def __getitem__(self, number: int | slice) -> _Key | Sequence[_Key]:
        if isinstance(number, slice):
            raise TypeError("a log of a million events is not sliced")
        behind = number - self._synthetic.count
        return self._synthetic.key(number) if behind < 0 else self._keys[behind]
