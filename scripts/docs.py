"""Checks the documentation of modules, plugins and roles, or renders it as HTML into build/docs/html.

It works on a copy of what is shipped, under `.cache/docs`, so that it runs from a checkout in any place.

Usage: `.venv/bin/python scripts/docs.py lint|html`
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from collection_copy import BIN, ROOT, install

CACHE = ROOT / ".cache" / "docs"
OUTPUT = ROOT / "build" / "docs"


def main() -> int:
    """Returns 0, or the exit code of the tool that found something."""
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(BIN), os.environ["PATH"]]),  # antsibull-docs calls ansible-doc by name
        "ANSIBLE_COLLECTIONS_PATH": str(CACHE / "collections"),
    }
    collection = install(CACHE / "collections", CACHE / "home")
    antsibull = str(BIN / "antsibull-docs")
    if sys.argv[1:] == ["lint"]:
        options = ["--plugin-docs", "--validate-collection-refs", "self", str(collection)]
        commands = [[antsibull, "lint-collection-docs", *options]]
    elif sys.argv[1:] == ["html"]:
        pages = OUTPUT / "rst"
        shutil.rmtree(OUTPUT, ignore_errors=True)
        pages.mkdir(parents=True)
        pages.chmod(0o755)  # antsibull-docs writes only where nobody else may
        options = ["--use-current", "--squash-hierarchy", "--dest-dir", str(pages), "okta_iru.attestation"]
        # Labels of Ansible's own pages, which are not rendered here, stay plain text.
        settings = ["extensions=sphinx_antsibull_ext", "html_theme=alabaster", "suppress_warnings=ref.ref"]
        settings = [argument for setting in settings for argument in ("-D", setting)]
        commands = [
            [antsibull, "collection", *options],
            [str(BIN / "sphinx-build"), "-q", "-C", *settings, str(pages), str(OUTPUT / "html")],
        ]
    else:
        sys.exit("usage: scripts/docs.py lint|html")
    for command in commands:
        code = subprocess.run(command, cwd=CACHE, env=environment, check=False).returncode
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
