# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What two profiles may not both say, and who in the tenant says it already.

Of two profiles that set the same key of a managed preference domain none is sure to win. The hosts and URLs of single
sign-on extensions are to be unique over all installed payloads (apple/device-management, com.apple.extensiblesso); a
host with a leading dot stands for all subdomains, and which of two extensions answers for one of these is not told. A
payload with the same PayloadUUID is the same payload. And Iru's own Okta Device Trust brings a SCEP profile and an
extension of its own, which show only in the inventory of the devices (documented example of Get Device Details).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import (
    ApiError,
    InvalidInput,
    Refused,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru import PAGE, as_record, as_records
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_prism import prism_rows
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_profiles import (
    WantedProfile,
    list_profiles,
    stored_content,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile import SCEP
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_plist import load
from ansible_collections.okta_iru.attestation.plugins.module_utils._scep_url import is_of_okta

SSO = "com.apple.extensiblesso"
PREFERENCES = "com.apple.ManagedClient.preferences"
DEVICE_TRUST = {"scep": "com.kandji.profile.odt.scep", "sso": "com.kandji.profile.odt.sso"}
"""The profiles of Iru's Okta Device Trust by what they are for."""

_DEVICE_TRUST_NAME = "Okta Device Trust of Iru"
_OKTA_EXTENSION = "com.okta.mobile"
_PLATFORM_FLAG = "runs_on_"
_FIREFOX_SWITCH = "EnterprisePoliciesEnabled"
_SIGN_ON = "single sign-on for "
_TOLD = 4
"""How many claims a message tells of."""

Record = dict[str, Any]


def conflicts_of_new(client: Client, wanted: WantedProfile, listed: list[Record]) -> tuple[list[Record], str | None]:
    """Who says already what a new profile will say, ``listed`` being all custom profiles; and a warning where the token
    may not ask whether Okta Device Trust does. An inactive profile says nothing."""
    if wanted.content is None or wanted.active is False:
        return [], None
    content = load(wanted.content)
    conflicts = conflicts_with(claims_of(content), wanted.flags(None), listed)
    trusted, permission = device_trust_conflicts(client, content)
    unseen = (
        "Whether Iru's own Okta Device Trust delivers the same could not be looked up: the API token lacks the "
        f'permission "{permission}". Where it does, devices would get two certificates.'
    )
    return conflicts + trusted, unseen if permission else None


def added_conflicts(client: Client, found: Record, wanted: WantedProfile, listed: list[Record] | None) -> list[Record]:
    """Who says already what a change of ``found`` adds: what it did not say, or not on these platforms, or not while it
    was inactive. All custom profiles are listed if they were not yet and something is added."""
    if (found.get("active") if wanted.active is None else wanted.active) is False:
        return []
    flags, stored = wanted.flags(found), stored_content(found)
    added = claims_of(stored if wanted.content is None else load(wanted.content))
    if found.get("active") is not False and flags == WantedProfile().flags(found):
        added -= claims_of(stored)
    others = list_profiles(client) if listed is None and added else listed or []
    return conflicts_with(added, flags, (other for other in others if other["id"] != found["id"]))


def standing_conflicts(found: Record, listed: list[Record]) -> list[Record]:
    """Who says the same as a profile that stays as it is, ``listed`` being what was listed anyway: somebody may have
    made such a profile since."""
    if found.get("active") is False:
        return []
    others = (other for other in listed if other["id"] != found["id"])
    return conflicts_with(claims_of(stored_content(found)), WantedProfile().flags(found), others)


def claims_of(profile: Mapping[str, Any]) -> set[str]:
    """What a profile claims for itself, in words for a message: ``com.google.Chrome HomepageLocation``."""
    return {claim for payload in _payloads(profile) for claim in _claims(payload)}


def conflicts_with(claims: set[str], flags: Mapping[str, Any], others: Iterable[Record]) -> list[Record]:
    """The profiles that claim the same, as ``id``, ``name`` and ``claims``.

    ``flags`` are the platforms (``runs_on_mac`` …) that the claims are for. An inactive profile is not distributed, so
    it claims nothing; neither does one that cannot be read.
    """
    found = []
    for other in others if claims else ():
        if other.get("active") is False or not _same_platform(flags, other):
            continue
        shared = _shared(claims, claims_of(_content(other)))
        if shared:
            found.append({"id": other.get("id"), "name": other.get("name"), "claims": sorted(shared)})
    return found


def _shared(claims: set[str], others: set[str]) -> set[str]:
    """What ``others`` claim as well, by name or with subdomains that one side has."""
    ours, theirs = (_hosts(of) for of in (claims, others))
    return claims & others | {theirs[host] for host in theirs if any(_overlap(own, host) for own in ours)}


def _hosts(claims: set[str]) -> dict[str, str]:
    return {one.removeprefix(_SIGN_ON): one for one in claims if one.startswith(_SIGN_ON) and "/" not in one}


def _overlap(one: str, other: str) -> bool:
    """Whether one is a domain with a leading dot and the other is below it; the domain's own host is not."""
    return any(domain.startswith(".") and host.endswith(domain) for domain, host in ((one, other), (other, one)))


def refusal_of(name: str, conflicts: list[Record]) -> Refused:
    """The failure that names who says it already and what to do."""
    return Refused(
        f"The custom profile {name!r} was not written: {_said(conflicts)}. On a device that gets both none is sure to "
        "win, or it gets two certificates. Say it in one profile only; give the id together with the name if this is "
        "the same profile under a new name; set allow_conflicts if no device gets both.",
        conflicts=conflicts,
    )


def warning_of(name: str, conflicts: list[Record]) -> str:
    """The warning about a profile that is not changed."""
    return (
        f"The custom profile {name!r} is as it should be, but {_said(conflicts)}. On a device that gets both none is "
        "sure to win. Say it in one profile only, or set allow_conflicts if no device gets both."
    )


def _said(conflicts: list[Record]) -> str:
    return "; ".join(_told(conflict) for conflict in conflicts)


def _told(conflict: Record) -> str:
    claims = conflict["claims"]
    more = f" and {len(claims) - _TOLD} more" if len(claims) > _TOLD else ""
    return f"{conflict['name']!r} ({conflict['id']}) has {', '.join(claims[:_TOLD])}{more} already"


def device_trust_conflicts(client: Client, profile: Mapping[str, Any]) -> tuple[list[Record], str | None]:
    """Whether Okta Device Trust delivers already what the profile brings; one request, none for other profiles.

    Returns conflicts as above, and what has to be granted where the token may not ask.
    """
    wanted = [identifier for kind, identifier in DEVICE_TRUST.items() if kind in _okta_parts(profile)]
    if not wanted:
        return [], None
    conditions = {"payload_identifier": {"in": wanted}}
    try:
        # One page is enough to know that it is there.
        rows = list(islice(prism_rows(client, "installed_profiles", conditions=conditions), PAGE))
    except ApiError as error:
        if error.status != 403:
            raise
        return [], str(error.details.get("permission"))
    by_identifier: dict[str, set[str]] = {}
    for row in rows:
        # What a filter lets through is checked again: one that the server does not know may let everything through.
        if row.get("payload_identifier") in wanted:
            by_identifier.setdefault(row["payload_identifier"], set()).add(str(row.get("device__name")))
    return [
        {
            "id": identifier,
            "name": _DEVICE_TRUST_NAME,
            "claims": [f"a profile on {device}" for device in sorted(devices)],
        }
        for identifier, devices in sorted(by_identifier.items())
    ], None


def _claims(payload: Record) -> Iterator[str]:
    kind = str(payload.get("PayloadType"))
    if isinstance(payload.get("PayloadUUID"), str):
        yield f"the payload {payload['PayloadUUID'].upper()}"
    if kind == PREFERENCES:
        for domain, settings in as_record(payload.get("PayloadContent")).items():
            yield from (f"{domain} {key}" for key in _preference_keys(as_record(settings)))
    elif kind == SSO:
        yield from (f"{_SIGN_ON}{host.lower()}" for host in _texts(payload.get("Hosts")))
        yield from (f"{_SIGN_ON}{_matched(url)}" for url in _texts(payload.get("URLs")))
    elif not kind.startswith("com.apple."):  # the payload's type is the preference domain itself
        yield from (f"{kind} {key}" for key in _claimed_keys(payload) if not key.startswith("Payload"))


def _matched(url: str) -> str:
    """A URL as macOS matches it: scheme and host in any case, the path as it is."""
    scheme, mark, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme.lower()}{mark}{host.lower()}{slash}{path}"


def _preference_keys(settings: Record) -> Iterator[str]:
    for way in ("Forced", "Set-Once"):
        for entry in as_records(settings.get(way)):
            yield from _claimed_keys(as_record(entry.get("mcx_preference_settings")))


def _claimed_keys(settings: Record) -> Iterator[str]:
    """The keys, but for the switch that each profile of Firefox has to have on: whichever wins, it is on."""
    return (key for key, value in settings.items() if not (key == _FIREFOX_SWITCH and value is True))


def _okta_parts(profile: Mapping[str, Any]) -> set[str]:
    """Which of the two profiles of Okta Device Trust this one would stand beside."""
    parts = set()
    for payload in _payloads(profile):
        if payload.get("PayloadType") == SCEP:
            url = as_record(payload.get("PayloadContent")).get("URL")
            parts |= {"scep"} if isinstance(url, str) and is_of_okta(url) else set()
        elif payload.get("PayloadType") == SSO:
            parts |= {"sso"} if str(payload.get("ExtensionIdentifier")).startswith(_OKTA_EXTENSION) else set()
    return parts


def _payloads(profile: Mapping[str, Any]) -> list[Record]:
    return as_records(profile.get("PayloadContent"))


def _content(profile: Record) -> Record:
    text = profile.get("profile")
    try:
        return load(text if isinstance(text, (str, bytes)) else "")
    except InvalidInput:
        return {}


def _texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _same_platform(flags: Mapping[str, Any], other: Record) -> bool:
    """Whether both are for one platform; a tenant that returns no flags (recorded in 2024) does not tell."""
    platforms = {key for key, value in other.items() if key.startswith(_PLATFORM_FLAG) and value is True}
    known = any(key.startswith(_PLATFORM_FLAG) for key in other)
    return not known or any(flags.get(key) for key in platforms)
