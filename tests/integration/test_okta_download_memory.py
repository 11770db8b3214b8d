"""Downloading a package needs no more memory the larger the package is, on either side."""

from __future__ import annotations

from pathlib import Path

from tests.bench.download import measured
from tests.bench.peak import LARGEST_PEAK, peak_of
from tests.integration.test_iru_upload_memory import MEGABYTE, needs_proc
from tests.sandbox_process import SandboxProcess


@needs_proc
def test_memory_does_not_grow_with_the_package(sandbox: SandboxProcess, tmp_path: Path) -> None:
    small = measured(sandbox, tmp_path / "small.pkg", MEGABYTE)["peak"]
    before = peak_of(sandbox.process_id)
    large = measured(sandbox, tmp_path / "large.pkg", 300 * MEGABYTE, cut=200 * MEGABYTE)["peak"]
    assert large < LARGEST_PEAK
    assert large - small < 15 * MEGABYTE
    assert peak_of(sandbox.process_id) - before < 30 * MEGABYTE, "the sandbox makes the bytes as it sends them"
