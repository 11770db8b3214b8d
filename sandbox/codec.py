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
from ansible_collections.okta_iru.attestation.plugins.module_utils import _cms_parts as cms_parts  # noqa: E402
from ansible_collections.okta_iru.attestation.plugins.module_utils import _der as der  # noqa: E402

__all__ = ["cms", "cms_parts", "der", "signed_content"]

_SIGNED_DATA = "1.2.840.113549.1.7.2"


def signed_content(data: bytes) -> bytes | None:
    """What a CMS SignedData holds, its signature unchecked; ``None`` for anything else."""
    try:
        return der.as_octets(cms_parts.read_content(data, _SIGNED_DATA)[2][1][0])
    except (ValueError, IndexError):
        return None
