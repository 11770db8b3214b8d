"""Measures the memory that `iru_custom_app` needs to upload a package, small and large.

A sparse file stands for the package, so that the disk is not what is measured. The sandbox hashes what arrives, keeping
no byte of it. Each upload is done by a process of its own, and by the worker of an ansible-playbook; a peak is that
of the largest process. This fails if a peak is 100 MB or more.

Usage: `.venv/bin/python -m tests.bench.upload [gigabytes]` (2 if unset)
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.bench import peak
from tests.sandbox_process import SandboxProcess


def package(folder: Path, size: int) -> Path:
    """A file of this size that begins as a package does."""
    path = folder / f"package-{size}.pkg"
    with path.open("wb") as file:
        file.write(b"xar!")
        file.truncate(size)
    return path


def _options(ready: dict[str, Any], path: Path) -> dict[str, Any]:
    return {
        "url": ready["iru_url"],
        "token": ready["iru_token"],
        "ca_file": ready["ca_file"],
        "name": path.name,
        "src": str(path),
        "install_enforcement": "install_once",
    }


def measured(ready: dict[str, Any], path: Path) -> dict[str, Any]:
    """``peak`` in bytes and ``seconds`` of one upload. Raises AssertionError with what the upload said if it failed."""
    took = peak.measured("iru_custom_app", _options(ready, path))
    assert took["result"].get("uploaded"), took
    return took


def main() -> None:
    """Print a line for a package of 1 MB and one for the large one."""
    gigabytes = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    with tempfile.TemporaryDirectory() as temporary, SandboxProcess(Path(temporary)) as sandbox:
        for size in (1000**2, int(gigabytes * 1000**3)):
            path = package(Path(temporary), size)
            took = measured(sandbox.ready, path)
            peak.report(size, took)
            options = {**_options(sandbox.ready, path), "name": f"{path.name} in a play"}
            in_a_play = peak.measured_in_a_play(Path(temporary), "iru_custom_app", options)
            peak.report(size, in_a_play, " in a play")
            path.unlink()


if __name__ == "__main__":
    main()
