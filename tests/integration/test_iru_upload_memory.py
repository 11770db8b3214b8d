"""Uploading a package needs no more memory the larger the package is, on either side."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.peak import LARGEST_PEAK, peak_of
from tests.bench.upload import measured, package
from tests.sandbox_process import SandboxProcess

MEGABYTE = 1000**2


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
