# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of ``com.apple.security.scep``: what Apple's schema cannot say, and what Okta asks for.

A payload whose URL is another CA's (a certificate for Wi-Fi, say) may do otherwise: what would be an error for Okta is
a warning there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.okta_iru.attestation.plugins.module_utils._profile import KEY_SIZES, SAN_TYPES
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_finding import (
    Context,
    Finding,
    unknown_variables,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_keys_apple import SCEP_SETTINGS
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_lint_keys import is_a
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_subject import (
    canonical_attribute,
    is_subject,
    unknown_attribute,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_variables import (
    APPLE_VARIABLES,
    IRU_VARIABLES,
    apple_variables_in,
    closest,
    longest_expansion,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._scep_challenge import (
    NOT_FOR_WINDOWS,
    windows_can_encode,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._scep_url import is_of_okta

LONGEST_CN = 64  # X.520, ub-common-name

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def _check_content(context: Context) -> Iterator[Finding]:
    for key in context.payload:
        if key in SCEP_SETTINGS.keys:
            yield context.error(
                "key-misplaced", f"{key} belongs inside the payload's own PayloadContent dictionary.", key
            )
    if "PayloadContent" not in context.payload:
        yield context.error("no-content", "A SCEP payload needs a PayloadContent dictionary.", "PayloadContent")


def _check_url(context: Context) -> Iterator[Finding]:
    url = _content(context).get("URL", "")
    if not isinstance(url, str):
        return
    try:
        parts = urlsplit(url)
        scheme, host = parts.scheme.lower(), parts.hostname
        _port = parts.port  # raises ValueError when it is no number
    except ValueError:
        yield _at(context.error, "url-malformed", "URL is not of the form https://HOST/PATH.", "URL")
        return
    if not url:
        yield _at(context.error, "url-missing", "Set URL to the SCEP URL that Okta shows for the platform.", "URL")
    elif "://" not in url:
        yield _at(context.error, "url-scheme", "URL has no scheme; it begins with https://", "URL")
    elif not scheme or not host or re.search(r"\s", url) or parts.username is not None:
        yield _at(context.error, "url-malformed", "URL is not of the form https://HOST/PATH.", "URL")
    elif scheme not in ("https", "http"):
        yield _at(context.error, "url-scheme", f"URL begins with {scheme}://; expected https://", "URL")
    elif scheme == "http" and host not in _LOOPBACK:
        yield _for_okta(context, "url-scheme", "URL begins with http://; Okta's begins with https://", "URL")


def _check_challenge(context: Context) -> Iterator[Finding]:
    challenge = _content(context).get("Challenge", "")
    if not isinstance(challenge, str):
        return
    if not challenge.strip():
        yield _for_okta(context, "challenge-empty", "Okta refuses a request without its secret key.", "Challenge")
    elif challenge != challenge.strip():
        yield _at(
            context.error,
            "challenge-blank",
            "Challenge begins or ends with white space; Okta's key has none.",
            "Challenge",
        )
    if any(variable in challenge for variable in IRU_VARIABLES):
        yield _for_okta(
            context,
            "challenge-variable",
            "Challenge holds the name of a variable, which Iru would fill in. Reset the secret key in Okta.",
            "Challenge",
        )
    if context.windows and not windows_can_encode(challenge):
        yield _at(context.error, "challenge-windows", NOT_FOR_WINDOWS, "Challenge")


def _check_key(context: Context) -> Iterator[Finding]:
    content = _content(context)
    size, usage = content.get("Keysize", 1024), content.get("Key Usage", 0)
    if is_a(size, int) and size not in (0, *KEY_SIZES):  # 0 is in Apple's own example, and not in its schema
        yield _at(context.error, "key-size", f"Keysize is one of {', '.join(map(str, KEY_SIZES))}.", "Keysize")
    elif is_a(size, int) and size != 2048:
        given = f"is {size}" if "Keysize" in content else "is not set, which makes it 1024"
        yield _at(context.warning, "key-size", f"Keysize {given}; Okta asks for 2048.", "Keysize")
    if content.get("Key Type", "RSA") != "RSA":
        yield _at(context.error, "key-type", "Key Type can only be RSA.", "Key Type")
    if is_a(usage, int) and usage not in (0, 1, 4, 5):
        yield _at(context.error, "key-usage", "Key Usage is 1 (signing), 4 (encryption) or 5 (both).", "Key Usage")
    elif is_a(usage, int) and not usage & 1:
        yield _for_okta(
            context,
            "key-usage",
            "Key Usage does not include signing, by which the device answers Okta; set it to 1.",
            "Key Usage",
        )
    elif is_a(usage, int) and usage != 1:
        yield _at(context.warning, "key-usage", "Key Usage is 5; Okta asks for signing alone, 1.", "Key Usage")


def _check_access(context: Context) -> Iterator[Finding]:
    content = _content(context)
    if content.get("KeyIsExtractable", True) is True:
        yield _at(
            context.warning,
            "key-extractable",
            "The private key could be exported to another computer (Apple's default); Okta asks for false.",
            "KeyIsExtractable",
        )
    if content.get("AllowAllAppsAccess", False) is False:
        yield _for_okta(
            context,
            "key-access",
            "Okta Verify could not use the private key (Apple's default); set AllowAllAppsAccess to true.",
            "AllowAllAppsAccess",
        )


def _check_subject(context: Context) -> Iterator[Finding]:
    subject = _content(context).get("Subject")
    if subject is not None and not is_subject(subject):
        yield _at(
            context.error,
            "subject-form",
            'Subject must be arrays of pairs of text, such as [[["CN", "…"]]].',
            "Subject",
        )
        return
    pairs = [pair for rdn in subject or [] for pair in rdn]
    for name, value in pairs:
        if canonical_attribute(name) is None:
            yield _at(context.error, "subject-attribute", unknown_attribute(name), "Subject")
        elif canonical_attribute(name) != name:
            yield _at(context.warning, "subject-attribute", f"Write {name.upper()} for {name}.", "Subject")
        elif not value.strip():
            yield _at(context.warning, "subject-attribute", f"{name} has no value; leave it out.", "Subject")
        elif name in ("C", "2.5.4.6") and not re.fullmatch(r"[A-Z]{2}|.*[$%].*", value):
            message = f"{name} is {value!r}; X.520 has a code of two capital letters, such as US."
            yield _at(context.warning, "subject-attribute", message, "Subject")
    names = [value for name, value in pairs if canonical_attribute(name) in ("CN", "2.5.4.3")]
    if not names:
        yield _at(
            context.warning,
            "cn-missing",
            "Subject has no CN, by which certificates are told apart in reports.",
            "Subject",
        )
    for name in names:
        yield from _check_cn(context, name)


def _check_cn(context: Context, name: str) -> Iterator[Finding]:
    longest, unbounded = longest_expansion(name)
    if longest > LONGEST_CN:
        yield _at(
            context.error,
            "cn-too-long",
            f"CN={name} can grow to {longest} characters; X.520 allows {LONGEST_CN}. Move a part of it to OU or O.",
            "Subject",
        )
    elif unbounded:
        yield _at(
            context.warning,
            "cn-can-exceed",
            f"CN={name} can exceed the {LONGEST_CN} characters of X.520: nothing bounds {', '.join(unbounded)}, for "
            f"which {LONGEST_CN - longest + len(unbounded)} are left. Prefer $SERIAL_NUMBER or $UDID in CN.",
            "Subject",
        )


def _check_variables(context: Context) -> Iterator[Finding]:
    content = _content(context)
    for key in ("URL", "Name", "Subject", "SubjectAltName"):
        for text in _texts(content.get(key)):
            for message in unknown_variables(text, loose=True):
                yield _at(context.error, "unknown-variable", message, key)
            for token in apple_variables_in(text) if key in ("Subject", "SubjectAltName") else ():
                if token not in APPLE_VARIABLES:
                    meant = closest(token, APPLE_VARIABLES)
                    hint = f"did you mean {meant}?" if meant else f"it knows {', '.join(APPLE_VARIABLES)}."
                    yield _at(
                        context.error, "unknown-variable", f"macOS does not know the variable {token}; {hint}", key
                    )


def _check_subject_alt_name(context: Context) -> Iterator[Finding]:
    names = _content(context).get("SubjectAltName")
    for kind in names if isinstance(names, dict) else ():
        if kind not in SAN_TYPES:
            meant = closest(kind, SAN_TYPES)
            hint = f"write {meant}." if meant else f"it knows {', '.join(SAN_TYPES)}."
            yield _at(
                context.error, "san-type", f"Apple does not know the name type {kind!r}; {hint}", "SubjectAltName"
            )


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def _content(context: Context) -> dict[str, Any]:
    content: dict[str, Any] = context.payload["PayloadContent"]
    return content


def _for_okta(context: Context, code: str, message: str, key: str) -> Finding:
    """An error if the CA is Okta's, which is also taken for granted where no URL tells."""
    url = _content(context).get("URL")
    if not isinstance(url, str) or not url or is_of_okta(url):
        return _at(context.error, code, message, key)
    return _at(context.warning, code, f"{message} (By its URL the CA is not Okta's; this may be meant.)", key)


def _at(finding: Callable[..., Finding], code: str, message: str, key: str) -> Finding:
    return finding(code, message, "PayloadContent", key)


def _check_settings(context: Context) -> Iterator[Finding]:
    if isinstance(context.payload.get("PayloadContent"), dict):
        for check in _SETTINGS_CHECKS:
            yield from check(context)


_SETTINGS_CHECKS = (
    _check_url,
    _check_challenge,
    _check_key,
    _check_access,
    _check_subject,
    _check_variables,
    _check_subject_alt_name,
)
CHECKS = (_check_content, _check_settings)
