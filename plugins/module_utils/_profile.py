# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds configuration profiles: Apple's SCEP payload with Okta's settings, and the .mobileconfig around payloads.

Everything is a pure function of its input. A payload's PayloadUUID is a UUIDv5 of names only: macOS takes a payload
with another UUID for another payload, so a UUID that changed by itself would make every Mac enrol again.
"""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_options import (
    boolean,
    choice,
    count,
    text,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_plist import dump, normalise
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_subject import is_subject, parse_subject

SCEP = "com.apple.security.scep"

# Never change it: every payload UUID derives from it, and a changed payload UUID re-enrols every device.
NAMESPACE = uuid.UUID("9c283674-43df-4e69-9ca0-fa50abcac64d")

KEY_USAGES = {"none": 0, "signing": 1, "encryption": 4, "both": 5}
KEY_SIZES = (1024, 2048, 4096)
SAN_TYPES = ("rfc822Name", "dNSName", "uniformResourceIdentifier", "ntPrincipalName")
_SCOPES = ("System", "User")
_FINGERPRINT_BYTES = {20: "SHA-1", 32: "SHA-256"}


def scep_payload(
    url: str,
    challenge: str,
    subject: str | Sequence[Any] = "CN=$SERIAL_NUMBER",
    *,
    name: str = "Okta",
    key_size: int = 2048,
    key_usage: int | str = "signing",
    retries: int = 3,
    retry_delay: int = 10,
    ca_fingerprint: bytes | str | None = None,
    subject_alt_name: Mapping[str, Any] | None = None,
    allow_all_apps_access: bool = True,
    key_is_extractable: bool = False,
    display_name: str | None = None,
    identifier: str | None = None,
) -> dict[str, Any]:
    """A ``com.apple.security.scep`` payload, its keys spelt as in apple/device-management (``Key Type`` with a blank).

    The defaults are what Okta asks for: 2048 bits, signing, not extractable, usable by all apps (Okta Verify must read
    the key). ``subject`` is text such as ``CN=$SERIAL_NUMBER,OU=$UDID`` or Apple's arrays. ``key_usage`` is
    ``signing``, ``encryption``, ``both``, ``none`` or Apple's number. ``retries`` counts the tries after the CA
    answered "pending", ``retry_delay`` is in seconds. ``ca_fingerprint`` is the SHA-1 or SHA-256 of the CA certificate,
    hexadecimal or bytes. ``identifier`` sets PayloadIdentifier, which ``mobileconfig`` would fill in.

    Raises InvalidInput; no message holds the challenge. Whether the values serve Okta is for ``lint`` to say.
    """
    content: dict[str, Any] = {
        "URL": text("url", url),
        "Name": text("name", name),
        "Subject": _subject(subject),
        "Challenge": _challenge(challenge),
        "Keysize": choice("key_size", key_size, KEY_SIZES),
        "Key Type": "RSA",
        "Key Usage": _key_usage(key_usage),
        "Retries": count("retries", retries),
        "RetryDelay": count("retry_delay", retry_delay),
        "AllowAllAppsAccess": boolean("allow_all_apps_access", allow_all_apps_access),
        "KeyIsExtractable": boolean("key_is_extractable", key_is_extractable),
    }
    if ca_fingerprint is not None:
        content["CAFingerprint"] = _fingerprint(ca_fingerprint)
    if subject_alt_name is not None:
        content["SubjectAltName"] = _subject_alt_name(subject_alt_name)
    payload = {
        "PayloadType": SCEP,
        "PayloadVersion": 1,
        "PayloadDisplayName": display_name or f"SCEP ({name})",
        "PayloadContent": content,
    }
    if identifier is not None:
        payload["PayloadIdentifier"] = text("identifier", identifier)
    return payload


def mobileconfig(
    payloads: Sequence[Mapping[str, Any]],
    *,
    identifier: str,
    name: str,
    organization: str | None = None,
    description: str | None = None,
    scope: str = "System",
) -> bytes:
    """The text of a .mobileconfig that holds ``payloads``: an XML property list, equal bytes for equal input.

    ``identifier`` names the profile (reverse DNS); with the payload types it decides the UUIDs, so keep it. ``name`` is
    shown on the device. Iru replaces the top-level PayloadIdentifier, PayloadUUID and PayloadDisplayName by its own
    and keeps what is inside.
    """
    profile = {
        "PayloadType": "Configuration",
        "PayloadVersion": 1,
        "PayloadIdentifier": text("identifier", identifier),
        "PayloadUUID": payload_uuid(identifier),
        "PayloadDisplayName": text("name", name),
        "PayloadScope": choice("scope", scope, _SCOPES),
        "PayloadContent": complete_payloads(payloads, identifier),
    }
    if organization is not None:
        profile["PayloadOrganization"] = text("organization", organization)
    if description is not None:
        profile["PayloadDescription"] = text("description", description)
    return dump(profile)


def complete_payloads(payloads: Sequence[Mapping[str, Any]], profile_identifier: str) -> list[dict[str, Any]]:
    """The payloads with the common keys filled in where they are absent: identifier, UUID, version.

    The identifier is the profile's, then the payload type, then for the second and later ones of a type their number.
    Give PayloadIdentifier yourself where several payloads of one type may change their order.
    """
    if isinstance(payloads, (str, bytes, Mapping)) or not isinstance(payloads, Sequence) or not payloads:
        raise InvalidInput("A profile needs a list of at least one payload.")
    seen: Counter[str] = Counter()
    completed = []
    for index, payload in enumerate(payloads):
        kind = payload.get("PayloadType") if isinstance(payload, Mapping) else None
        if not isinstance(kind, str) or not kind:
            raise InvalidInput(f"Payload number {index + 1} has no PayloadType; expected a dictionary that names one.")
        seen[kind] += 1
        number = "" if seen[kind] == 1 else f".{seen[kind]}"
        key = payload.get("PayloadIdentifier") or f"{profile_identifier}.{kind}{number}"
        common = {
            "PayloadVersion": 1,
            "PayloadIdentifier": key,
            "PayloadUUID": payload_uuid(profile_identifier, kind, key),
        }
        completed.append(normalise({**common, **payload}, ("PayloadContent", index)))
    return completed


def payload_uuid(profile_identifier: str, payload_type: str = "Configuration", payload_key: str = "") -> str:
    """The UUIDv5, upper case as Apple writes it, of a payload: of names only, never of a secret or a setting."""
    return str(uuid.uuid5(NAMESPACE, "\n".join((profile_identifier, payload_type, payload_key)))).upper()


def _challenge(value: Any) -> str:
    try:
        return text("challenge", value)
    except InvalidInput as exc:
        raise InvalidInput(
            f"{exc.message} It is the secret key that Okta shows once, when the platform is added "
            "(Security > Device integrations > Endpoint management)."
        ) from None


def _subject(value: Any) -> list[Any]:
    if isinstance(value, str):
        return parse_subject(value)
    subject = normalise(value)
    if not is_subject(subject):
        raise InvalidInput('subject must be text such as CN=$SERIAL_NUMBER, or arrays such as [[["CN", "…"]]].')
    return list(subject)


def _key_usage(value: Any) -> int:
    number = KEY_USAGES.get(value) if isinstance(value, str) else value
    if isinstance(number, bool) or not isinstance(number, int) or number not in KEY_USAGES.values():
        expected = ", ".join(f"{word} ({bits})" for word, bits in KEY_USAGES.items())
        raise InvalidInput(f"key_usage is {value!r}; expected one of {expected}.")
    return number


def _fingerprint(value: Any) -> bytes:
    digest = value
    if isinstance(value, str):
        digits = re.sub(r"[\s:]", "", value)
        digest = bytes.fromhex(digits) if re.fullmatch(r"([0-9A-Fa-f]{2})+", digits) else b""
    if not isinstance(digest, bytes) or len(digest) not in _FINGERPRINT_BYTES:
        sizes = " or ".join(f"{size * 2} ({name})" for size, name in _FINGERPRINT_BYTES.items())
        raise InvalidInput(f"ca_fingerprint must have {sizes} hexadecimal digits, with or without colons.")
    return digest


def _subject_alt_name(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping) or not value:
        raise InvalidInput(f"subject_alt_name must be a dictionary with some of {', '.join(SAN_TYPES)}.")
    for kind, names in value.items():
        choice("The type in subject_alt_name", kind, SAN_TYPES)
        values = names if isinstance(names, (list, tuple)) else [names]
        if not values or not all(isinstance(one, str) and one for one in values):
            raise InvalidInput(f"subject_alt_name → {kind} must be text or a list of texts.")
    return dict(normalise(value))
