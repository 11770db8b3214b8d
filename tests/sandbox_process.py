"""A sandbox in a process of its own, for tests that go through the network."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import requests

_ROOT = Path(__file__).parents[1]
_START_SECONDS = 60
_STOP_SECONDS = 15
_CALL_SECONDS = 300
_END_SECONDS = 0.5


class SandboxDied(AssertionError):
    """The sandbox's process ended; the message has what it wrote to standard error."""


class SandboxProcess:
    """``python -m sandbox serve`` with its files in ``folder``; a context manager.

    ``ready`` is the content of the ready file, ``ready_file`` its path (for the variable ATTESTATION_SANDBOX).
    ``arguments`` are further arguments of `serve`.
    """

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.ready_file = folder / "ready.json"
        self._errors_file = folder / "stderr.txt"
        command = [sys.executable, "-m", "sandbox", "serve", "--ready-file", str(self.ready_file), *arguments]
        with self._errors_file.open("wb") as errors:
            self._process = subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.DEVNULL, stderr=errors)
        try:
            self.ready: dict[str, Any] = self._wait_until_ready()
        except BaseException:
            self.stop()
            raise
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = self.ready["ca_file"]
        self._session.headers["Authorization"] = f"Bearer {self.ready['control_token']}"

    def __enter__(self) -> SandboxProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def record_file(self) -> Path:
        """Where the shipped inventory keeps the record of what the playbook made."""
        return Path(f"{self.ready_file}.files", "record.json")

    @property
    def process_id(self) -> int:
        """The id of the process."""
        return self._process.pid

    def stop(self) -> int:
        """Asks the process to end and returns its exit code; it is killed when it does not obey."""
        self._process.terminate()
        try:
            return self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def errors(self) -> str:
        """What the process wrote to standard error so far."""
        return self._errors_file.read_text(encoding="utf-8", errors="replace")

    def tick(self, minutes: float) -> dict[str, Any]:
        """Lets time pass; returns the answer, whose ``computers`` says what happened."""
        return dict(self._call("POST", "/control/tick", {"minutes": minutes}))

    def requests(self, service: str | None = None) -> list[dict[str, Any]]:
        """The request log, of one service (okta, iru, scep, uploads) or of all. Fails when entries were dropped."""
        log = self._call("GET", "/control/requests")
        assert not log["dropped"], f"the sandbox dropped {log['dropped']} entries of its request log"
        return [entry for entry in log["requests"] if service in {None, entry["service"]}]

    def clear_requests(self) -> None:
        """Empties the request log."""
        self._call("DELETE", "/control/requests")

    def faults(self, *rules: dict[str, Any]) -> None:
        """Adds fault rules, ``{"match": {…}, "do": {…}}`` (docs/sandbox.md)."""
        self._call("POST", "/control/faults", list(rules))

    def clear_faults(self) -> None:
        """Removes all fault rules."""
        self._call("DELETE", "/control/faults")

    def state(self) -> dict[str, Any]:
        """The whole state."""
        return dict(self._call("GET", "/control/state"))

    def load_state(self, state: dict[str, Any]) -> None:
        """Replaces the whole state."""
        self._call("PUT", "/control/state", state)

    def settings(self, **changes: dict[str, Any]) -> dict[str, Any]:
        """Changes switches, ``settings(okta={"pipeline": "v1"})``; returns all of them."""
        return dict(self._call("POST", "/control/settings", changes))

    def reset(self) -> None:
        """Back to the seed, without faults and with an empty request log, and without a record of what was made.

        Computers share a few keys, as in a large fleet: to make one for each is half of what their enrolment costs.
        """
        self._call("POST", "/control/reset")
        self.settings(computers={"own_key_up_to_fleet": 0})
        self.record_file.unlink(missing_ok=True)

    def _wait_until_ready(self) -> dict[str, Any]:
        deadline = time.monotonic() + _START_SECONDS
        while not self.ready_file.exists():
            self._check_alive()
            if time.monotonic() > deadline:
                raise SandboxDied(f"no ready file after {_START_SECONDS} s; standard error:\n{self.errors()}")
            time.sleep(0.05)
        return dict(json.loads(self.ready_file.read_text(encoding="utf-8")))

    def _check_alive(self) -> None:
        code = self._process.poll()
        if code is not None:
            raise SandboxDied(f"the sandbox ended with exit code {code}; standard error:\n{self.errors()}")

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        self._check_alive()
        url = self.ready["control_url"] + path
        try:
            answer = self._session.request(method, url, json=body, timeout=_CALL_SECONDS)
        except requests.ConnectionError:
            time.sleep(_END_SECONDS)  # a process that dies drops its connections a little before it ends
            self._check_alive()
            raise
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}\nstandard error:\n{self.errors()}"
        return answer.json() if answer.content else None
