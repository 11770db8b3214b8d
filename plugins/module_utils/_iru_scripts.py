# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Custom scripts of the Iru Library: rules between their fields, comparison, create and change.

What category a script has in Self Service, and whether it is recommended there, can be written and not read (verified
live by a Terraform provider). So these two are sent together with something else that changes, and never alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import planned_id
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client, Request
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_custom_items import (
    CUSTOM_SCRIPT,
    Record,
    changed_after_all,
    list_items,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_self_service import (
    CATEGORY,
    RECOMMENDED,
    SHOWN,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._script_text import is_same_script

SCRIPTS = ("script", "remediation_script")
FREQUENCIES = ("once", "every_15_min", "every_day", "no_enforcement")

_DEFAULTS: Record = {"remediation_script": "", "active": True, "restart": False, SHOWN: False}
_WRITE_ONLY = (CATEGORY, RECOMMENDED)


@dataclass(frozen=True)
class WantedScript:
    """What the user set: fields of the API, scripts without white space at their end. ``resend`` sends what cannot be
    read back on every run."""

    fields: Record
    resend: bool = False


def check_rules(title: str, wanted: WantedScript, found: Record | None) -> None:
    """Raises InvalidInput for fields that Iru would refuse (the rules of its own client, kandji-inc/iructl)."""
    script = {**(_DEFAULTS if found is None else {}), **(found or {}), **wanted.fields}
    newly_shown = script.get(SHOWN) and not (found or {}).get(SHOWN)
    if "script" in wanted.fields and not wanted.fields["script"]:
        raise _refused(title, "script: This field may not be blank", "Give script or script_file.")
    if script.get("execution_frequency") == "no_enforcement" and not script.get(SHOWN, True):
        advice = "Set it, and self_service_category, or choose another execution_frequency."
        raise _refused(title, f"{SHOWN}: Required with no_enforcement", advice)
    if newly_shown and not wanted.fields.get(CATEGORY):
        raise _refused(title, f"{CATEGORY}: Required when {SHOWN} is true", "Give self_service_category.")


def changes_of(wanted: WantedScript, found: Record) -> Record:
    """The fields that a PATCH has to send. What Iru does not tell is not compared."""
    changes = {
        key: value for key, value in wanted.fields.items() if key in found and not _is_same(key, value, found[key])
    }
    if changes.get(SHOWN) or wanted.resend:
        changes |= {key: wanted.fields[key] for key in _WRITE_ONLY if key in wanted.fields}
    return changes


def create_script(client: Client, wanted: WantedScript) -> Record:
    """Create it."""
    fields = {**_DEFAULTS, **wanted.fields}
    predicted = {"id": planned_id("custom_script", fields["name"]), **_visible(fields), "updated_at": None}

    def read_back() -> Record | None:
        same = (one for one in list_items(client, CUSTOM_SCRIPT) if one.get("name") == fields["name"])
        return next((one for one in same if not changes_of(WantedScript(fields), one)), None)

    request = Request("POST", CUSTOM_SCRIPT.path, json=fields)
    created: Record = client.write(request, predicted=predicted, read_back=read_back, returns_object=True)
    return created


def update_script(client: Client, found: Record, changes: Record) -> Record:
    """Send what differs."""
    request = Request("PATCH", f"{CUSTOM_SCRIPT.path}/{found['id']}", json=changes)
    seen = WantedScript({key: value for key, value in changes.items() if key in found})
    # What cannot be read back cannot be told to have arrived: then only the time of the last write tells.
    read_back = changed_after_all(
        client,
        CUSTOM_SCRIPT,
        found,
        lambda now: bool(changes_of(seen, now)) or now.get("updated_at") == found.get("updated_at"),
    )
    predicted = {**found, **_visible(changes), "updated_at": None}
    updated: Record = client.write(request, predicted=predicted, read_back=read_back, returns_object=True)
    return updated


def _visible(fields: Record) -> Record:
    return {key: value for key, value in fields.items() if key not in _WRITE_ONLY}


def _is_same(key: str, wanted: Any, found: Any) -> bool:
    return is_same_script(wanted, found) if key in SCRIPTS else bool(wanted == found)


def _refused(title: str, words: str, advice: str) -> InvalidInput:
    return InvalidInput(f"Iru would refuse the custom script {title!r}: {words}. {advice} Nothing was sent.")
