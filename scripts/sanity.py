"""Runs `ansible-test sanity` on what `ansible-galaxy collection build` packs; needs a package index and nothing else.

ansible-test works only in `…/ansible_collections/<namespace>/<name>`, rejects the symlink by which the checkout runs
itself, and keeps its caches in the home directory. So it gets a fresh copy (what Galaxy would get, and the settings of
ansible-test, which are not shipped) and a home directory, both under `.cache/ansible-test` in the checkout.

Usage: `.venv/bin/python scripts/sanity.py [arguments for ansible-test sanity]`
"""

from __future__ import annotations

import ast
import configparser
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from ansible_test._internal import python_requirements
from collection_copy import BIN, ROOT, install

CACHE = ROOT / ".cache" / "ansible-test"
HOME = CACHE / "home"
NOT_SHIPPED = ("tests/config.yml", "tests/sanity")


def copy_collection() -> Path:
    """What Galaxy would deliver and the settings of ansible-test, where ansible-test accepts it."""
    target = install(CACHE / "collections", HOME)
    for name in NOT_SHIPPED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name)
        elif source.exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name)
    return target


def place_pip_bootstrap() -> None:
    """Put scripts/get_pip.py under each name for which the installed ansible-test may look.

    The names follow the pip versions written in ansible-test's own `get_venv_packages`, one or more a release.
    """
    source = Path(python_requirements.__file__).read_text()
    versions = set(re.findall(r"\bpip='([\d.]+)'", source))
    if not versions:
        sys.exit("ansible-test no longer names its pip versions in get_venv_packages: adapt scripts/sanity.py")
    cache = HOME / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for version in versions:
        shutil.copy2(ROOT / "scripts" / "get_pip.py", cache / f"get_pip_{version.replace('.', '_')}.py")


def place_pip_configuration() -> None:
    """Write pip's effective configuration into the new home, for ansible-test passes no PIP_* variable on.

    The file is readable by its owner only: an index URL may hold a password.
    """
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    listed = subprocess.run([*pip, "config", "list"], check=True, capture_output=True, text=True).stdout
    cache_dir = subprocess.run([*pip, "cache", "dir"], check=True, capture_output=True, text=True).stdout.strip()
    configuration = configparser.RawConfigParser()
    configuration["global"] = {"cache-dir": cache_dir, "quiet": "2"}
    entries = [line.partition("=") for line in listed.splitlines()]
    for key, _, value in sorted(entries, key=lambda entry: entry[0].startswith(":env:")):  # the environment wins
        section, _, option = key.replace(":env:", "global").rpartition(".")
        if not configuration.has_section(section):
            configuration.add_section(section)
        configuration[section][option] = ast.literal_eval(value)
    proxy = os.environ.get("https_proxy") or os.environ.get("HTTPS_PROXY")
    if proxy:
        configuration["global"].setdefault("proxy", proxy)
    path = HOME / ".pip" / "pip.conf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        configuration.write(file)


def main() -> int:
    """Prepare the copy and the home directory, then run ansible-test with this Python; returns its exit code."""
    place_pip_bootstrap()
    place_pip_configuration()
    collection = copy_collection()
    # Named outright, the copy is not mistaken for a part of the git repository around it.
    environment = {**os.environ, "HOME": str(HOME), "ANSIBLE_TEST_CONTENT_ROOT": str(collection)}
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    command = [str(BIN / "ansible-test"), "sanity", "--local", "--python", python, "--color", "no", *sys.argv[1:]]
    return subprocess.run(command, cwd=collection, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
