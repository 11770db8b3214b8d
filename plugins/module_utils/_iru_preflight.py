# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must be true of an Iru tenant before anything is changed, asked with few requests and without writing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import choose, did_you_mean
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_blueprints import list_blueprints
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_prism import prism_rows
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_profile_conflicts import DEVICE_TRUST
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_profiles import list_profiles
from ansible_collections.okta_iru.attestation.plugins.module_utils._preflight import (
    FAILED,
    OK,
    WARNING,
    Checklist,
    Finding,
)

_OKTA_VERIFY = "com.okta.mobile"
_ROWS = 100  # of the inventory, which is enough to tell of something
_BLUEPRINTS_CHECK = ("blueprints", "The Blueprints exist")

Record = dict[str, Any]


@dataclass(frozen=True)
class Wanted:
    """What the roles will need of the tenant, as the user named it."""

    blueprints: Sequence[str] = ()
    profiles: Sequence[str] = ()


class IruPreflight:
    """Asks everything once."""

    def __init__(self, client: Client, wanted: Wanted) -> None:
        self._client = client
        self._wanted = wanted
        self._list = Checklist()
        self._blueprints: list[Record] = []

    def checks(self) -> list[Record]:
        """Every check of the list, in the documented order."""
        ask = self._list.ask
        if ask("iru_sign_in", "Iru answers, and the token is valid", self._sign_in):
            ask(*_BLUEPRINTS_CHECK, self._named_blueprints)
        elif self._list.was_forbidden:  # so the token is valid
            self._list.unknown(*_BLUEPRINTS_CHECK, "Iru's Blueprints cannot be read")
        else:
            self._list.give_up("Iru did not answer")
            self._list.unknown(*_BLUEPRINTS_CHECK, "")
        ask("custom_profiles", "Custom profiles can be read, and their names are clear", self._profiles)
        ask("iru_devices", "Iru's devices can be read", self._devices)
        ask("device_trust", "Iru's own Okta Device Trust is not in use", self._device_trust, forbidden=WARNING)
        ask("okta_verify_delivered", "Okta Verify is on the Macs", self._okta_verify, forbidden=WARNING)
        return self._list.checks

    def _sign_in(self) -> Finding:
        self._blueprints = list(list_blueprints(self._client))
        return Finding(OK, f"{len(self._blueprints)} Blueprints", evidence={"blueprints": len(self._blueprints)})

    def _named_blueprints(self) -> Finding:
        names = [str(one.get("name")) for one in self._blueprints]
        if not self._wanted.blueprints:
            remedy = f"name Blueprints; there are: {', '.join(names)}"
            return Finding(WARNING, "none was named, so no computer will get a certificate", remedy)
        found, missing = choose(self._blueprints, self._wanted.blueprints, "Blueprint", lambda one: one.get("name"))
        evidence = {
            "blueprints": [{key: one.get(key) for key in ("id", "name", "type", "computers_count")} for one in found]
        }
        if missing:
            close = did_you_mean(missing[0], names)
            detail = f"there is no Blueprint {', '.join(missing)}.{close} There are: {', '.join(names)}"
            return Finding(FAILED, detail, "correct the names", evidence)
        return Finding(OK, "all", evidence=evidence)

    def _profiles(self) -> Finding:
        named: dict[str, list[str]] = {name: [] for name in self._wanted.profiles}
        count = 0
        for profile in list_profiles(self._client):
            count += 1
            if profile.get("name") in named:
                named[profile["name"]].append(str(profile["id"]))
        evidence = {"count": count, "profiles": named}
        doubled = {name: ids for name, ids in named.items() if len(ids) > 1}
        if doubled:
            told = "; ".join(
                f"{len(ids)} custom profiles are named {name!r} ({', '.join(ids)})" for name, ids in doubled.items()
            )
            return Finding(FAILED, told, "give the id of the one that is meant, or rename the others", evidence)
        return Finding(OK, f"{count} custom profiles", evidence=evidence)

    def _devices(self) -> Finding:
        self._client.get("/api/v1/devices", {"limit": 1})
        return Finding(OK, "yes")

    def _device_trust(self) -> Finding:
        """Okta Device Trust is set up in Iru's console only; it shows by its two profiles on devices."""
        wanted = {"payload_identifier": {"in": sorted(DEVICE_TRUST.values())}}
        rows = self._first_rows("installed_profiles", wanted, "payload_identifier", DEVICE_TRUST.values())
        if not rows:
            return Finding(OK, "none of its profiles is on a device")
        devices = sorted({str(row.get("device__name")) for row in rows})
        return Finding(
            WARNING,
            f"its profiles are on {', '.join(devices[:5])}{' …' if len(devices) > 5 else ''}",
            "use one of both: with it, these Macs would get two certificates and two single sign-on extensions. It is "
            "switched off at the Okta Verify item of Iru's Library",
            {"devices": devices},
        )

    def _okta_verify(self) -> Finding:
        rows = self._first_rows("apps", {"bundle_id": {"in": [_OKTA_VERIFY]}}, "bundle_id", (_OKTA_VERIFY,))
        if rows:
            versions = sorted({str(row.get("version")) for row in rows})
            return Finding(OK, f"on some at least, version {', '.join(versions)}", evidence={"versions": versions})
        remedy = "deliver it with Iru: from the App Store through Apple Business Manager, or as a package"
        return Finding(WARNING, "no Mac has it yet, so nobody can register", remedy)

    def _first_rows(self, category: str, conditions: Record, key: str, values: Any) -> list[Record]:
        """Rows of the first page. A filter that the server does not know may let everything through, so it is applied
        again."""
        rows = []
        for number, row in enumerate(prism_rows(self._client, category, conditions=conditions), 1):
            if row.get(key) in values:
                rows.append(row)
            if number >= _ROWS:
                break
        return rows
