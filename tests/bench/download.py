"""Measures the memory that `okta_verify_package` needs to download a package, small and large.

The sandbox makes the bytes while it sends them. Each download is a process of its own; its peak is measured. The
large one breaks off and goes on once. This fails if a peak is 100 MB or more.

Usage: `.venv/bin/python -m tests.bench.download [gigabytes]` (2 if unset)
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.bench import peak
from tests.sandbox_process import SandboxProcess


def measured(sandbox: SandboxProcess, dest: Path, size: int, *, cut: int | None = None) -> dict[str, Any]:
    """``peak`` in bytes and ``seconds`` of one download to a path; ``cut`` breaks it off after so many bytes."""
    sandbox.settings(okta={"artifact_bytes": size, "artifact_cut_after": cut})
    options = {"url": sandbox.ready["okta_url"], "ca_file": sandbox.ready["ca_file"], "dest": str(dest)}
    took = peak.measured("okta_verify_package", options)
    assert took["result"]["changed"] and dest.stat().st_size == size, took
    return took


def main() -> None:
    """Print a line for a package of 1 MB and one for the large one."""
    gigabytes = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    with tempfile.TemporaryDirectory() as temporary, SandboxProcess(Path(temporary)) as sandbox:
        for size in (1000**2, int(gigabytes * 1000**3)):
            dest = Path(temporary) / f"{size}.pkg"
            took = measured(sandbox, dest, size, cut=size * 2 // 3)
            dest.unlink()
            peak.report(size, took)


if __name__ == "__main__":
    main()
