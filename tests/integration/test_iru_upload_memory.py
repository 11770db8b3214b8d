"""Uploading a package needs no more memory the larger the package is, on either side."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.peak import LARGEST_PEAK
from tests.bench.upload import measured, package
from tests.sandbox_process import SandboxProcess

MEGABYTE = 1000**2


def peak_of(process_id: int) -> int:
    """The most memory that a process has had, in bytes."""
    status = Path(f"/proc/{process_id}/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:"))


needs_proc = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="the peak of another process is read from /proc"
)


@needs_proc
def test_memory_does_not_grow_with_the_package(sandbox: SandboxProcess, tmp_path: Path) -> None:
    sandbox.settings(iru={"upload_processing_polls": 0})
    small = measured(sandbox.ready, package(tmp_path, MEGABYTE))["peak"]
    before = peak_of(sandbox.process_id)
    large = measured(sandbox.ready, package(tmp_path, 150 * MEGABYTE))["peak"]
    assert large < LARGEST_PEAK
    assert large - small < 15 * MEGABYTE
    assert peak_of(sandbox.process_id) - before < 30 * MEGABYTE, "the sandbox keeps no bytes either"
