"""What interop tests need of the machine: other people's programs, and a network of their own.

A test that cannot run says so and why. In CI (environment variable ``CI`` set) it fails instead, so that nothing is
left out there unseen.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import pytest

PACKAGES = {
    "scepserver": "scep",
    "scepclient": "scep",
    "pki": "strongswan-pki, libstrongswan-standard-plugins (https) and libstrongswan-extra-plugins (http)",
    "openssl": "openssl",
}
_CLONE_NEWNET = 0x40000000
_SIOCSIFFLAGS = 0x8914


def require_program(name: str) -> str:
    """Path of a program; without it the test is skipped, in CI it fails."""
    return shutil.which(name) or did_not_run(
        f"the program {name} is missing; on Debian: apt-get install {PACKAGES.get(name, name)}"
    )


def did_not_run(reason: str) -> NoReturn:
    """Skip the test and say why; in CI fail."""
    if os.environ.get("CI"):
        pytest.fail(f"must run in CI, but {reason}", pytrace=False)
    pytest.skip(f"did not run: {reason}")


@contextmanager
def private_network() -> Iterator[None]:
    """A network that has nothing but its own loopback interface, for this thread and the programs it starts.

    For servers that insist on listening on all interfaces, and for fixed ports in tests that run side by side.
    """
    if not sys.platform.startswith("linux"):
        did_not_run("network namespaces exist on Linux only")
    libc = ctypes.CDLL(None, use_errno=True)
    outside = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        if libc.unshare(_CLONE_NEWNET) != 0:
            did_not_run(f"no private network namespace can be made: {os.strerror(ctypes.get_errno())} (needs root)")
        try:
            _raise_loopback()
            yield
        finally:
            if libc.setns(outside, _CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "cannot return from the private network")
    finally:
        os.close(outside)


def _raise_loopback() -> None:
    import fcntl  # noqa: PLC0415 - not on every platform that collects these tests

    up = struct.pack("16sh14x", b"lo", 0x1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as anything:
        fcntl.ioctl(anything, _SIOCSIFFLAGS, up)
