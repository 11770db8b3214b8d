# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where secrets are in a configuration profile.

Iru gives a stored profile back with the SCEP challenge in it, so whatever reads one must know what to hide.
"""

from __future__ import annotations

import base64
import contextlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_plist import load, normalise
from ansible_collections.okta_iru.attestation.plugins.module_utils._secrets import MASK

_SECRET = re.compile(r"(challenge|password|passphrase|passcode|secret|token|apikey|privatekey|psk)$")
_IDENTITY = "com.apple.security.pkcs12"  # its PayloadContent is data: a certificate with its private key


def is_secret_key(key: str) -> bool:
    """Whether what is under this key is a secret: Challenge, Password, client secrets, tokens, passphrases …"""
    return bool(_SECRET.search(re.sub(r"[^a-z]", "", key.casefold())))


def secret_values(profile: Mapping[str, Any] | str | bytes) -> set[str]:
    """The secret texts in a profile, data as base64 and as the text it may be: what must be masked wherever it shows.

    Raises InvalidInput when text is no property list.
    """
    value = normalise(profile) if isinstance(profile, Mapping) else load(profile)
    return {secret for secret in _secrets(value, hidden=False) if secret}


def hide_secrets(value: Any) -> Any:
    """A deep copy of a part of a profile with a mask in place of each secret; booleans stay, they are no secrets."""
    return _hide(value, hidden=False)


def under_secret_key(parent: Any, key: str | int) -> bool:
    """Whether ``parent[key]`` is a secret, judged by the key and, for a dictionary, by what kind of payload it is."""
    if not isinstance(key, str):
        return False
    identity = isinstance(parent, dict) and parent.get("PayloadType") == _IDENTITY and key == "PayloadContent"
    return identity or is_secret_key(key)


def _secrets(value: Any, hidden: bool) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _secrets(item, hidden or under_secret_key(value, key))
    elif isinstance(value, list):
        for item in value:
            yield from _secrets(item, hidden)
    elif hidden and isinstance(value, str):
        yield value
    elif hidden and isinstance(value, bytes):
        yield base64.b64encode(value).decode("ascii")
        with contextlib.suppress(UnicodeDecodeError):  # some payloads hold a shared secret as data
            yield value.decode("utf-8")


def _hide(value: Any, hidden: bool) -> Any:
    if isinstance(value, dict):
        return {key: _hide(item, hidden or under_secret_key(value, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [_hide(item, hidden) for item in value]
    return MASK if hidden and not isinstance(value, bool) else value
