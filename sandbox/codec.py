"""The DER/CMS codec, the only code that the sandbox shares with the collection.

Whoever starts ``python -m sandbox`` in a checkout need not have the collection installed: its folder of namespaces is
added to the import path when it is not there.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path


def _find_collection() -> None:
    try:
        found = find_spec("ansible_collections.okta_iru.attestation") is not None
    except ModuleNotFoundError:
        found = False
    if not found:
        sys.path.append(str(Path(__file__).resolve().parent.parent / "collections"))


_find_collection()

from ansible_collections.okta_iru.attestation.plugins.module_utils import _cms as cms  # noqa: E402

__all__ = ["cms"]
