# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the builders of payloads accept: each function gives the value back, or raises InvalidInput with the option."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_variables import is_host


def text(option: str, value: Any) -> str:
    """Text without white space around it."""
    if not isinstance(value, str) or not value.strip():
        raise InvalidInput(f"{option} must be text that is not empty.")
    if value != value.strip():
        raise InvalidInput(f"{option} begins or ends with white space; was it read from a file? Add a `trim` filter.")
    return value


def texts(option: str, value: Any, separator: str | None = None) -> list[str]:
    """A list of texts; one text stands for a list of one, or is split at ``separator``."""
    if isinstance(value, str) and separator:
        value = [part.strip() for part in value.split(separator)]
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, (list, tuple)):
        raise InvalidInput(f"{option} must be a list of texts.")
    return [text(f"{option}, item {index + 1},", item) for index, item in enumerate(items)]


def choice(option: str, value: Any, allowed: Sequence[Any]) -> Any:
    """One of some values."""
    if isinstance(value, (bool, float)) or value not in allowed:
        raise InvalidInput(f"{option} is {value!r}; expected one of {', '.join(map(str, allowed))}.")
    return value


def count(option: str, value: Any, lowest: int = 0, highest: int | None = None) -> int:
    """A whole number."""
    if isinstance(value, bool) or not isinstance(value, int) or value < lowest:
        raise InvalidInput(f"{option} is {value!r}; expected a whole number, {lowest} or more.")
    if highest is not None and value > highest:
        raise InvalidInput(f"{option} is {value!r}; expected {lowest} to {highest}.")
    return value


def boolean(option: str, value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise InvalidInput(f"{option} is {value!r}; expected true or false.")
    return value


def okta_host(option: str, value: Any) -> str:
    """The host, in lower case, of an Okta org or of its custom domain, which is given as host or as https URL."""
    given = text(option, value)
    wanted = f"{option} is {given!r}; expected a host such as example.okta.com, or https:// and the host."
    try:
        parts = urlsplit(given if "://" in given else f"https://{given}")
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise InvalidInput(wanted) from None
    if parts.scheme != "https" or not is_host(host) or parts.path.strip("/") or parts.query or parts.username:
        raise InvalidInput(wanted)
    if host.partition(".")[0].endswith("-admin"):
        raise InvalidInput(f"{option} is {given!r}, the Admin Console; give the host of the org, without -admin.")
    return host


def okta_hosts(option: str, value: Any) -> list[str]:
    """Hosts as ``okta_host`` gives them, each once, in the order given."""
    hosts = [okta_host(option, one) for one in texts(option, value)]
    if not hosts:
        raise InvalidInput(f"{option} is empty; give the org and its custom domains.")
    return list(dict.fromkeys(hosts))
