"""Single sign-on extensions as macOS takes them: what a payload must have, and that no host is told twice.

The rules are in the text of Apple's schema (com.apple.extensiblesso.yaml). That a profile that breaks one fails to
install, and the texts of the log, are constructed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.computers.payload import BadPayload

EXTENSIBLE_SSO = "com.apple.extensiblesso"
_REACH = {"Credential": "Hosts", "Redirect": "URLs"}


def check(payloads: Iterable[Mapping[str, Any]], installed: Iterable[Mapping[str, Any]]) -> None:
    """Whether the SSO payloads of a profile can be installed beside those that are. Raises BadPayload."""
    taken = {name for payload in installed for name in _names(payload)}
    for payload in payloads:
        if payload.get("PayloadType") != EXTENSIBLE_SSO:
            continue
        _check_keys(payload)
        for name in _names(payload):
            if name in taken:
                raise BadPayload(f"Another extensible SSO payload is configured for {name} already")
            taken.add(name)


def _check_keys(payload: Mapping[str, Any]) -> None:
    for key in ("ExtensionIdentifier", "TeamIdentifier", "Type"):
        if not isinstance(payload.get(key), str) or not payload[key]:
            raise BadPayload(f"The extensible SSO payload has no {key}")
    reach = _REACH.get(payload["Type"])
    if reach is None:
        raise BadPayload(f"The extensible SSO payload has an unknown Type: {payload['Type']}")
    names = payload.get(reach)
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise BadPayload(f"The extensible SSO payload of Type {payload['Type']} has no {reach}")
    for name in names:
        if reach == "Hosts" and ("/" in name or ":" in name):
            raise BadPayload(f"The extensible SSO payload has a host that is none: {name}")
        if reach == "URLs" and (not name.lower().startswith(("http://", "https://")) or "?" in name or "#" in name):
            raise BadPayload(f"The extensible SSO payload has a URL that is not allowed: {name}")


def _names(payload: Mapping[str, Any]) -> list[str]:
    """Hosts or URLs, without regard to case; what the Type ignores does not count."""
    if payload.get("PayloadType") != EXTENSIBLE_SSO:
        return []
    names = payload.get(_REACH.get(str(payload.get("Type")), ""))
    return [name.casefold() for name in names if isinstance(name, str)] if isinstance(names, list) else []
