"""The whole state of the sandbox: JSON-native data, a clock, and seeded ids and choices."""

from __future__ import annotations

import copy
import hashlib
import string
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from sandbox.clock import Clock
from sandbox.people import people

if TYPE_CHECKING:
    from aiohttp import web

    from sandbox.faults import FaultRules
    from sandbox.request_log import RequestLog

_OKTA_ID_LENGTH = 20
_OKTA_ID_ALPHABET = string.ascii_letters + string.digits
_Item = TypeVar("_Item")


@dataclass
class Runtime:
    """What belongs to this process and not to the state: addresses, files, logs, caches."""

    origins: dict[str, str] = field(default_factory=dict)
    """Service name (okta, iru, control, scep_http …) → base URL without a slash at the end."""
    files: dict[str, str] = field(default_factory=dict)
    """Paths of files that the ready file names: ``ca`` and ``okta_private_key``."""
    seeders: list[Callable[[World], None]] = field(default_factory=list)
    """Run in this order by `World.reset`, each adds its service's data."""
    error_responses: dict[str, Callable[[int], web.Response]] = field(default_factory=dict)
    """Service name → its own error answer for a status, used by the `status` fault."""
    requests: RequestLog | None = None
    faults: FaultRules | None = None
    client_keys: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Client id → public keys (JWK); the private ones are files of this process, so they are not part of the state."""
    cache: dict[str, Any] = field(default_factory=dict)
    """Anything that can be rebuilt (parsed keys, rate-limit buckets, access tokens); emptied by load and reset."""


class World:
    """State of the sandbox.

    ``data`` holds one top-level key a service, plus ``sandbox`` (seed, sizes, clock, random state) and ``people``
    (a list of ``{login, first_name, last_name}``, one for each computer of the fleet).
    Of the ``fleet`` computers ``windows`` run Windows, the others macOS; ``mobile`` iPads, iPhones and Apple TVs
    come on top.
    """

    def __init__(self, seed: int = 1, fleet: int = 25, windows: int = 3, mobile: int = 0) -> None:
        if mobile < 0:
            raise ValueError(f"the number of mobile devices is 0 or more, got {mobile}")
        if fleet < 0 or not 0 <= windows <= fleet:
            raise ValueError(
                f"windows computers are part of the fleet: need 0 <= windows <= fleet, got {windows}/{fleet}"
            )
        self.runtime = Runtime()
        self._parameters = (seed, fleet, windows, mobile)
        self.data: dict[str, Any] = {}
        self.reset()

    @property
    def clock(self) -> Clock:
        """The world's clock, whose offset is part of the state."""
        return Clock(self.data["sandbox"])

    def reset(self) -> None:
        """Back to the seed: fresh data, then every registered seeder."""
        seed, fleet, windows, mobile = self._parameters
        sizes = {"fleet": fleet, "windows": windows, "mobile": mobile}
        self.data = {"sandbox": {"seed": seed, **sizes, "clock_offset_minutes": 0, "draws": 0}}
        self.data["people"] = people(self, fleet)
        self.runtime.cache.clear()
        for seeder in self.runtime.seeders:
            seeder(self)

    def snapshot(self) -> dict[str, Any]:
        """A deep copy of the whole state."""
        return copy.deepcopy(self.data)

    def load(self, data: dict[str, Any]) -> None:
        """Takes over a state that `snapshot` gave. Raises ValueError when a service's part is missing."""
        missing = sorted(set(self.data) - set(data))
        if missing:
            raise ValueError(f"not a state of this sandbox, it lacks: {', '.join(missing)}")
        self.data = copy.deepcopy(data)
        self.runtime.cache.clear()

    def random(self) -> float:
        """The next number in [0, 1)."""
        return int.from_bytes(self._draw()[:7], "big") / (1 << 56)

    def choice(self, items: Sequence[_Item]) -> _Item:
        """One of the items. Raises IndexError when there is none."""
        return items[int(self.random() * len(items))]

    def new_uuid(self) -> str:
        """A version 4 UUID in lower case."""
        return str(uuid.UUID(bytes=self._draw()[:16], version=4))

    def new_okta_id(self, prefix: str) -> str:
        """An id as Okta gives them: 20 characters, a type prefix such as ``00p`` and then [A-Za-z0-9]."""
        return self._okta_id(prefix, self._draw())

    def derived_okta_id(self, prefix: str, name: str) -> str:
        """An id that follows from the seed and ``name`` alone: for what is added to the seed without a draw."""
        digest = hashlib.sha256(f"{self.data['sandbox']['seed']}:{prefix}:{name}".encode()).digest()
        return self._okta_id(prefix, digest)

    def new_secret(self, length: int = 42) -> str:
        """A secret of letters, digits, ``-`` and ``_`` (at most 64)."""
        alphabet = _OKTA_ID_ALPHABET + "-_"
        return "".join(alphabet[byte % 64] for byte in self._draw() + self._draw())[:length]

    @staticmethod
    def _okta_id(prefix: str, digest: bytes) -> str:
        letters = [_OKTA_ID_ALPHABET[byte % len(_OKTA_ID_ALPHABET)] for byte in digest]
        return prefix + "".join(letters[: _OKTA_ID_LENGTH - len(prefix)])

    def _draw(self) -> bytes:
        """32 bytes from seed and counter: the random state is one number, so it is small and restores with the data."""
        state = self.data["sandbox"]
        state["draws"] += 1
        return hashlib.sha256(f"{state['seed']}:{state['draws']}".encode()).digest()
