# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables that are filled in for each device, and how long they can get.

``$NAME`` is filled in by Iru before delivery, everywhere in a profile (names: kandji-inc/support, file
``Global Variables/Global Variables.mobileconfig``).
``%Name%`` is filled in by macOS itself, in ``Subject`` and ``SubjectAltName`` of a SCEP payload only (names:
``/usr/libexec/mdmclient dumpSCEPVars``).

No vendor documents the longest value. The lengths below are assumptions of this collection, each with its reason; None
means that a person, a directory or a marketing name decides, so no bound can be given.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator

_UUID = 36  # 32 hexadecimal digits and four dashes
_SERIAL = 12  # Apple's serial numbers have 10 to 12 characters

IRU_VARIABLES: dict[str, int | None] = {
    "$ASSET_TAG": None,  # typed by a person
    "$BLUEPRINT_ID": _UUID,
    "$BLUEPRINT_NAME": None,  # typed by a person
    "$DEPARTMENT": None,  # from the directory
    "$DEVICE_ID": _UUID,  # Iru's own id of the device
    "$DEVICE_NAME": None,  # chosen by the user or a naming rule
    "$EMAIL": None,  # from the directory; RFC 5321 allows 254
    "$EMAIL_PREFIX": None,  # from the directory; RFC 5321 allows 64
    "$FULL_NAME": None,  # from the directory
    "$JOB_TITLE": None,  # from the directory
    "$MODEL_IDENTIFIER": 16,  # the longest so far have 14: MacBookPro18,3
    "$MODEL_NAME": None,  # Apple's marketing name, such as MacBook Pro (16-inch, Nov 2023)
    "$PROFILE_UUID": _UUID,
    "$SERIAL_NUMBER": _SERIAL,
    "$UDID": 40,  # a UUID on a Mac; 25 or 40 characters on iPhone and iPad
    "$USERNAME": None,  # from the directory
    "$USERNAME_PREFIX": None,  # from the directory
}

APPLE_VARIABLES: dict[str, int | None] = {
    "%AD_ComputerID%": None,
    "%AD_ComputerName%": None,
    "%AD_Domain%": None,
    "%AD_DomainForestName%": None,
    "%AD_DomainGUID%": _UUID,
    "%AD_DomainGuid%": _UUID,  # so in ProfileManifests
    "%AD_DomainNameDNS%": None,
    "%AD_KerberosID%": None,
    "%ComputerName%": None,  # chosen by the user
    "%HardwareUUID%": _UUID,
    "%HostName%": None,
    "%LocalHostName%": 63,  # one DNS label
    "%MACAddress%": 17,  # six pairs of digits and their colons
    "%SerialNumber%": _SERIAL,
}

# Iru's names are upper case; lower case and ${…} are found as well, because they are how the mistakes look.
_IRU_STRICT = re.compile(r"\$[A-Z][A-Z0-9_]+")
_IRU_LOOSE = re.compile(r"\$\{?[A-Za-z][A-Za-z0-9_]*\}?")
_APPLE = re.compile(r"%[A-Za-z][A-Za-z0-9_]*%")

HOST = re.compile(r"\.?[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*")


def is_host(text: str) -> bool:
    """Whether text is a host or domain name alone, perhaps with the leading dot of a wildcard."""
    return bool(HOST.fullmatch(text))


def iru_variables_in(text: str, *, loose: bool = False) -> list[str]:
    """What looks like a variable of Iru; with ``loose`` in any case and with braces as well."""
    return (_IRU_LOOSE if loose else _IRU_STRICT).findall(text)


def apple_variables_in(text: str) -> list[str]:
    """What looks like a variable of macOS."""
    return _APPLE.findall(text)


def closest(word: str, known: Iterable[str], alike: float = 0.65) -> str | None:
    """The known word that was probably meant: equal but for case, blanks and signs, or the most alike; else None.

    ``alike`` is how alike a word must be, of 1; words that all begin alike need more.
    """
    words = list(known)
    by_letters = {_letters(candidate): candidate for candidate in words}
    found = difflib.get_close_matches(_letters(word), by_letters, n=1, cutoff=alike)
    return spelt_alike(word, words) or (by_letters[found[0]] if found else None)


def spelt_alike(word: str, known: Iterable[str]) -> str | None:
    """The known word that is equal but for case, blanks and signs; else None."""
    return next((candidate for candidate in known if _letters(candidate) == _letters(word)), None)


def longest_expansion(text: str) -> tuple[int, list[str]]:
    """The longest length of ``text`` with its variables filled in, and the variables that have no known bound.

    A variable without a bound counts as one character; an unknown variable as its own text.
    """
    length, unbounded = 0, []
    for part, bound in _parts(text):
        if bound is None:
            unbounded.append(part)
        length += 1 if bound is None else bound
    return length, unbounded


def _parts(text: str) -> Iterator[tuple[str, int | None]]:
    end = 0
    for found in sorted((*_IRU_STRICT.finditer(text), *_APPLE.finditer(text)), key=_start):
        yield text[end : found.start()], found.start() - end
        token = found[0]
        yield token, {**IRU_VARIABLES, **APPLE_VARIABLES}.get(token, len(token))
        end = found.end()
    yield text[end:], len(text) - end


_start: Callable[[re.Match[str]], int] = re.Match.start


def _letters(word: str) -> str:
    return re.sub(r"[^a-z0-9]", "", word.casefold())
