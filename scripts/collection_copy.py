"""A copy of the collection as Galaxy would deliver it, for tools that cannot work on the checkout itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


def install(collections: Path, home: Path) -> Path:
    """Install the checkout anew below `collections`, which is emptied first; returns the collection's directory.

    `home` takes the caches that ansible-galaxy would keep in the user's home directory.
    """
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text())
    shutil.rmtree(collections, ignore_errors=True)
    command = [str(BIN / "ansible-galaxy"), "collection", "install", ".", "--collections-path", str(collections)]
    environment = {**os.environ, "HOME": str(home), "ANSIBLE_COLLECTIONS_PATH": str(collections)}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    return collections / "ansible_collections" / galaxy["namespace"] / galaxy["name"]
