# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds what is wrong with a configuration profile before any device gets it.

A check is a small function that yields findings: over the whole profile, or over one payload of a type. Further checks
are added to ``PROFILE_CHECKS`` and ``PAYLOAD_CHECKS``; ``docs/profiles.md`` lists the codes.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils import _profile_lint_apps as apps
from ansible_collections.okta_iru.attestation.plugins.module_utils import _profile_lint_certificate as certificate
from ansible_collections.okta_iru.attestation.plugins.module_utils import _profile_lint_scep as scep
from ansible_collections.okta_iru.attestation.plugins.module_utils import _profile_lint_sso as sso
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile import SCEP
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_finding import (
    Context,
    Finding,
    error,
    unknown_variables,
    warning,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_keys_apple import (
    ASSOCIATED_DOMAINS,
    CERTIFICATE,
    COMMON,
    EXTENSIBLE_SSO,
    MANAGED_PREFERENCES,
    PAYLOADS,
    ROOT_CERTIFICATE,
    SCEP_SETTINGS,
    TOP_LEVEL,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_keys_apps import DOMAINS
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_lint_keys import (
    SLIP,
    Table,
    check_table,
    is_a,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_plist import (
    KeyPath,
    is_binary,
    load,
    normalise,
    scan_xml,
    show_path,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_secrets import is_secret_key
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_variables import closest, spelt_alike

ProfileCheck = Callable[[dict[str, Any]], Iterator[Finding]]
PayloadCheck = Callable[[Context], Iterator[Finding]]


def lint(
    source: bytes | str | Mapping[str, Any], *, windows: bool = False, ignore: Collection[str] = ()
) -> list[Finding]:
    """The findings of a profile, errors first.

    ``source`` is the text of a .mobileconfig or the dictionary in it. ``windows`` adds what only matters when the same
    challenge also goes to Windows computers. ``ignore`` names codes to leave out. Text that cannot be read as a
    profile at all gives the one finding ``not-a-plist``. No message holds a secret.
    """
    try:
        findings = [*_findings(source, windows)]
    except InvalidInput as exc:
        findings = [error("not-a-plist", exc.message)]
    kept = [finding for finding in findings if finding.code not in ignore]
    return sorted(kept, key=lambda finding: finding.severity != "error")


def _findings(source: bytes | str | Mapping[str, Any], windows: bool) -> Iterator[Finding]:
    if isinstance(source, Mapping):
        profile = normalise(source)
    else:
        profile = load(source)
        yield from _check_text(source, profile)
    for check in PROFILE_CHECKS:
        yield from check(profile)
    for index, payload in enumerate(_payloads(profile)):
        context = Context(payload, index, windows, profile.get("PayloadScope"))
        for payload_check in (*PAYLOAD_CHECKS[None], *PAYLOAD_CHECKS.get(context.kind, ())):
            yield from payload_check(context)


def _check_text(source: bytes | str, profile: dict[str, Any]) -> Iterator[Finding]:
    if is_binary(source):
        yield warning(
            "binary-plist",
            "This is a binary property list, in which duplicate keys cannot be seen. Convert it to text, which is what "
            "Iru stores: plutil -convert xml1 FILE",
        )
        return
    scan = scan_xml(source)
    for path in scan.duplicate_keys:
        payload, inside = _place(profile, path)
        yield error(
            "duplicate-key",
            f"The key {path[-1]!r} is set twice in one dictionary; readers silently keep one of the two. Remove one.",
            payload=payload,
            key=show_path(inside),
        )
    for element, line in scan.unknown_elements:
        yield error(
            "unknown-element",
            f"<{element}> at line {line} is no element of a property list; readers drop it in silence.",
        )


def _check_top_level(profile: dict[str, Any]) -> Iterator[Finding]:
    if profile.get("PayloadType") != "Configuration":
        yield error("payload-type", "The PayloadType of a profile is Configuration.", key="PayloadType")
    for key in ("PayloadIdentifier", "PayloadUUID", "PayloadVersion"):
        if profile.get(key) in (None, ""):
            yield warning("top-level-missing", f"Apple requires {key} at the top level of a profile.", key=key)
    content = profile.get("PayloadContent")
    if profile.get("IsEncrypted"):
        yield warning("encrypted", "The payloads are encrypted and were not checked.", key="EncryptedPayloadContent")
    elif not isinstance(content, list) or not content:
        yield error(
            "no-payloads", "PayloadContent must be an array of at least one payload dictionary.", key="PayloadContent"
        )
    else:
        for index, payload in enumerate(content):
            if not isinstance(payload, dict):
                yield error("no-payloads", "A payload must be a dictionary.", key=f"PayloadContent → {index}")


def _check_top_level_keys(profile: dict[str, Any]) -> Iterator[Finding]:
    """Names and types; a finding of the top level names no payload."""
    for finding in check_table(Context({}, 0), profile, TOP_LEVEL):
        yield replace(finding, payload="")


def _check_scope(profile: dict[str, Any]) -> Iterator[Finding]:
    scope = profile.get("PayloadScope")
    if scope not in (None, "System", "User"):
        yield error("scope", "PayloadScope is System or User, spelt exactly so.", key="PayloadScope")
    elif scope != "System" and any(payload.get("PayloadType") == SCEP for payload in _payloads(profile)):
        yield warning(
            "scope",
            "Set PayloadScope to System: a certificate in the system keychain makes the Mac managed for all of its "
            "users, one in a user's keychain only for that user (Okta, static SCEP challenge for macOS).",
            key="PayloadScope",
        )


def _check_unique(profile: dict[str, Any]) -> Iterator[Finding]:
    labels = ["the profile", *(Context(payload, index).label for index, payload in enumerate(_payloads(profile)))]
    for key in ("PayloadIdentifier", "PayloadUUID"):
        owner: dict[str, str] = {}
        for label, part in zip(labels, (profile, *_payloads(profile)), strict=True):
            value = str(part.get(key, ""))
            first = owner.setdefault(value.casefold(), label)
            if value and first is not label:
                message = f"{first} has the {key} {value} as well; each part of a profile needs its own."
                yield error("duplicate-id", message, payload=label, key=key)


def _check_common_keys(context: Context) -> Iterator[Finding]:
    payload = context.payload
    if not isinstance(payload.get("PayloadType"), str) or not payload["PayloadType"]:
        yield context.error(
            "payload-type", "The payload has no PayloadType, so no device can install it.", "PayloadType"
        )
    for key in ("PayloadIdentifier", "PayloadUUID"):
        if not isinstance(payload.get(key), str) or not payload[key]:
            yield context.error(
                "payload-id", f"The payload needs a {key} that stays the same; without one it is a new payload.", key
            )
    if isinstance(payload.get("PayloadUUID"), str) and payload["PayloadUUID"] and not _is_uuid(payload["PayloadUUID"]):
        yield context.warning("uuid-form", "PayloadUUID is not in the form of a UUID.", "PayloadUUID")
    if payload.get("PayloadVersion") != 1 or not is_a(payload["PayloadVersion"], int):
        yield context.warning("payload-version", "Apple requires PayloadVersion 1 in every payload.", "PayloadVersion")


def _check_kind(context: Context) -> Iterator[Finding]:
    """A type that is one slip of the pen from a known one would pass as a type of somebody else."""
    if not context.kind or context.kind in (*_KINDS, *_NEIGHBOURS):
        return
    meant = closest(context.kind, _KINDS, SLIP)
    if meant and spelt_alike(context.kind, (meant,)):
        yield context.error("payload-type", f"No device knows {context.kind!r}; write {meant!r}.", "PayloadType")
    elif meant:
        message = f"{context.kind!r} is almost {meant!r}; if that is meant, no device reads this payload."
        yield context.warning("payload-type", message, "PayloadType")


def _check_keys(context: Context) -> Iterator[Finding]:
    """Names, types and ranges, as far as the payload type is known; of others only the keys that all have."""
    table = DOMAINS.get(context.kind) or PAYLOADS.get(context.kind) or _COMMON
    known = (
        context.payload if not table.closed else {key: context.payload[key] for key in COMMON if key in context.payload}
    )
    yield from check_table(context, known, _COMMON)
    if context.kind in PAYLOADS:
        beside = {**COMMON, **(SCEP_SETTINGS.keys if context.kind == SCEP else {})}
        yield from check_table(context, context.payload, PAYLOADS[context.kind], (), beside)


def _check_variables(context: Context) -> Iterator[Finding]:
    """Unknown variables outside SCEP payloads, where a dollar sign can be meant (a script, a pattern)."""
    if context.kind == SCEP:
        return
    for path, text in _texts(context.payload):
        for message in unknown_variables(text):
            yield context.warning("unknown-variable", message, *path)


def _texts(value: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    """Every text in ``value`` that is not under a secret key."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            if not is_secret_key(key):
                yield from _texts(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*path, index))


def _place(profile: dict[str, Any], path: KeyPath) -> tuple[str, KeyPath]:
    """The label of the payload that a path of the whole profile leads into, and the rest of the path."""
    content = profile.get("PayloadContent")
    if len(path) > 2 and path[0] == "PayloadContent" and isinstance(path[1], int) and isinstance(content, list):
        payload = content[path[1]] if path[1] < len(content) else None
        if isinstance(payload, dict):
            return Context(payload, path[1]).label, path[2:]
    return "", path


def _payloads(profile: dict[str, Any]) -> list[dict[str, Any]]:
    content = profile.get("PayloadContent")
    return [payload for payload in content if isinstance(payload, dict)] if isinstance(content, list) else []


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return len(text) == 36


_COMMON = Table(COMMON, closed=False, new_keys=True)  # beside them are the keys of the type, which may be unknown
_KINDS = (*PAYLOADS, *DOMAINS)
_NEIGHBOURS = ("com.apple.security.pkcs12",)  # another type that is spelt almost like one of ours

PROFILE_CHECKS: tuple[ProfileCheck, ...] = (
    _check_top_level,
    _check_top_level_keys,
    _check_scope,
    _check_unique,
    sso.check_profile,
    apps.check_profile,
)

PAYLOAD_CHECKS: dict[str | None, tuple[PayloadCheck, ...]] = {
    None: (_check_common_keys, _check_kind, _check_keys, _check_variables),
    SCEP: scep.CHECKS,
    EXTENSIBLE_SSO: sso.SSO_CHECKS,
    ASSOCIATED_DOMAINS: sso.ASSOCIATED_DOMAINS_CHECKS,
    ROOT_CERTIFICATE: certificate.CHECKS,
    CERTIFICATE: certificate.CHECKS,
    **dict.fromkeys(DOMAINS, (apps.check_preferences,)),
    MANAGED_PREFERENCES: (apps.check_preferences, apps.check_domains),
}
