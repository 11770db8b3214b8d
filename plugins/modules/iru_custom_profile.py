#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps one custom profile of the Iru Library as it should be."""

from __future__ import annotations

DOCUMENTATION = r"""
module: iru_custom_profile
short_description: Manage a custom profile in the Iru Library
version_added: 0.1.0
description:
  - Creates, changes or removes a custom profile (a C(.mobileconfig)) in the Library of an Iru tenant.
  - The stored profile is compared as a property list, payload by payload. The top-level keys that Iru itself writes
    (C(PayloadIdentifier), C(PayloadUUID), C(PayloadDisplayName)) are left out, and C(PayloadScope) where the wanted
    profile does not set it.
  - Every write makes Iru distribute the profile anew. All devices install it again, and a SCEP payload fetches
    another certificate. So nothing is sent when nothing differs, and only what differs otherwise.
  - Before anything is sent the profile is checked. Errors stop the task, warnings become warnings of the task.
  - A profile that would get in the way of another one is refused, see O(allow_conflicts).
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.iru
  - okta_iru.attestation.attributes
notes:
  - Least permissions of the API token are List, Get, Create and Update Custom Profile, and Delete Custom Profile for
    O(state=absent). With the permission Prism Installed profiles a new SCEP or single sign-on profile for Okta is also
    held against Iru's own Okta Device Trust; without it the task warns that it could not look.
  - In check mode a profile that would be created has an id that begins with V(planned:), which other modules of this
    collection accept in check mode.
options:
  name:
    description:
      - Name of the Library item. It is shown on the devices as the name of the profile.
      - Together with O(id) it renames the profile, which distributes it anew.
      - Names need not be unique in Iru. More than one profile of the name is an error that lists the ids.
    type: str
  id:
    description: Id of the Library item.
    type: str
  state:
    description: Whether the profile is in the Library. Removing it removes it from all Blueprints and devices.
    type: str
    choices: [present, absent]
    default: present
  payloads:
    description:
      - The payloads as dictionaries, spelt as Apple spells them, each with C(PayloadType). The filter
        P(okta_iru.attestation.scep_payload#filter) makes that of a SCEP enrolment.
      - C(PayloadIdentifier), C(PayloadUUID) and C(PayloadVersion) are filled in where absent, always with the same
        values for the same O(identifier).
      - A payload that holds binary data is given through O(content), since task options are text.
    type: list
    elements: dict
  identifier:
    description:
      - Name of the profile in reverse DNS form, such as V(com.example.okta.scep). With the payload types it decides
        the UUIDs of the payloads, so keep it. Iru stores its own identifier at the top level.
    type: str
  scope:
    description: Whether O(payloads) are for the computer or the user. V(System) if unset.
    type: str
    choices: [System, User]
  description:
    description: Description of the profile, shown on the devices, with O(payloads).
    type: str
  organization:
    description: Organization of the profile, shown on the devices, with O(payloads).
    type: str
  content:
    description: Text of a whole C(.mobileconfig), not signed, instead of O(payloads).
    type: str
  src:
    description:
      - File of a whole C(.mobileconfig), XML or binary, not signed, where the task runs (on the controller unless the
        connection says otherwise), instead of O(payloads). A binary one is sent as XML.
    type: path
  platforms:
    description:
      - What the profile is for; all others are switched off. V([mac]) for a profile that is created, unchanged for
        others, if unset.
    type: list
    elements: str
    choices: [mac, iphone, ipad, tv, vision]
  active:
    description:
      - Whether the profile is distributed. V(true) for a profile that is created, unchanged for others, if unset.
    type: bool
  reissue:
    description:
      - Distribute the profile anew even if nothing differs. This is the deliberate way to make every device fetch a
        new certificate before the old one expires.
      - With this option the task changes something on every run. A profile that is created or changed by the task is
        not distributed twice.
    type: bool
    default: false
  allow_conflicts:
    description:
      - Write the profile although another one says the same. Without it this is refused, before anything is written,
        when a profile is created, or changed in a way that adds to what it says.
      - A conflict is the same key of the same managed preference domain (such as C(com.google.Chrome)), the same host
        (or subdomains, by a leading dot) or URL of a single sign-on extension, or the same C(PayloadUUID) of a payload,
        in a profile that is active and for the same platform; or, for a new SCEP or single sign-on profile for Okta,
        Iru's own Okta Device Trust on a device.
      - A profile that is as it should be and is said again by another one is a warning. This option keeps it quiet.
      - Set it where no device gets both, for example because they are on different Blueprints.
    type: bool
    default: false
  lint_ignore:
    description: Codes of findings about the profile to leave out, such as V(key-extractable).
    type: list
    elements: str
    default: []
seealso:
  - module: okta_iru.attestation.iru_library_assignment
"""

EXAMPLES = r"""
- name: SCEP profile that fetches a certificate from Okta
  okta_iru.attestation.iru_custom_profile:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    name: Okta attestation
    identifier: com.example.okta.scep
    payloads:
      - "{{ okta_scep_url | okta_iru.attestation.scep_payload(challenge=okta_scep_challenge) }}"

- name: The text of a profile, for Macs only
  okta_iru.attestation.iru_custom_profile:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    name: Okta Verify settings
    content: "{{ lookup('ansible.builtin.file', 'okta-verify.mobileconfig') }}"
    platforms: [mac]

- name: A new certificate for every Mac
  okta_iru.attestation.iru_custom_profile:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    name: Okta attestation
    reissue: true

- name: Remove a profile
  okta_iru.attestation.iru_custom_profile:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    name: Okta attestation
    state: absent
"""

RETURN = r"""
profile:
  description: The profile as it is now, without its text, which may hold a secret. V(null) where it is absent.
  returned: success
  type: dict
  sample:
    id: 3427ebbc-7f59-4d8c-8a57-bd36f8c2ad6b
    name: Okta attestation
    active: true
    mdm_identifier: com.kandji.profile.custom.3427ebbc-7f59-4d8c-8a57-bd36f8c2ad6b
    runs_on_mac: true
    runs_on_iphone: false
    payload_uuid: 9A1C1D2C-6F0B-4C39-A0A7-7C2E3D0C5C11
    updated_at: "2026-03-16T09:12:44.120000Z"
    payloads: []
  contains:
    id:
      description: Id of the Library item.
      type: str
    name:
      description: Name of the Library item.
      type: str
    active:
      description: Whether it is distributed.
      type: bool
    mdm_identifier:
      description: C(PayloadIdentifier) under which devices report it. V(null) in check mode before it is created.
      type: str
    payload_uuid:
      description:
        - C(PayloadUUID) of the stored profile. A device that reports another one has an older distribution.
        - V(null) in check mode where a write would change it.
      type: str
    updated_at:
      description: Time of the last write, ISO 8601.
      type: str
    payloads:
      description:
        - What it delivers. C(type), C(identifier), C(uuid); for SCEP also C(url), C(subject) and key settings.
      type: list
      elements: dict
findings:
  description: What the check of the profile found, errors left out since they stop the task.
  returned: when a profile was given
  type: list
  elements: dict
  sample: []
conflicts:
  description:
    - Who says what the profile says too, with O(allow_conflicts) or of a profile that is not changed. Where that was
      given by O(id) no other is read.
  returned: when O(state=present)
  type: list
  elements: dict
  sample:
    - id: 7d2c3f0e-4a51-4a0c-8f0e-0a7e3a4b6c01
      name: Chrome
      claims: [com.google.Chrome AutoLaunchProtocolsFromOrigins]
reissued:
  description: Whether Iru was made to distribute the profile anew although nothing differed.
  returned: success
  type: bool
  sample: false
changes:
  description: What was made, changed or removed, with its state before and now, as the record of the tenant keeps it.
  returned: when something changed
  type: list
  elements: dict
  sample: [{kind: iru_custom_profile, id: 3427ebbc-7f59-4d8c-8a57-bd36f8, name: Okta attestation, was: null, now: {}}]
writes:
  description: The requests that changed something, or in check mode would have.
  returned: success
  type: list
  elements: dict
  sample: [{method: PATCH, path: /api/v1/library/custom-profiles/3427ebbc-7f59-4d8c-8a57-bd36f8c2ad6b}]
"""

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import is_planned, not_found
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru import (
    checked_id,
    checked_name,
    result_of_planned,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_profile_blocked import warn_of_blocked
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_profile_conflicts import (
    added_conflicts,
    conflicts_of_new,
    refusal_of,
    standing_conflicts,
    warning_of,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_profile_content import (
    lint_content,
    wanted_content,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_profiles import (
    PLATFORMS,
    Record,
    WantedProfile,
    changes_of,
    create_profile,
    delete_profile,
    find_profile,
    list_profiles,
    named_profile,
    note_profile,
    profile_view,
    stored_content,
    text_that_was,
    update_profile,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import iru_client, iru_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_compare import before_and_after, differences
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_secrets import secret_values
from ansible_collections.okta_iru.attestation.plugins.module_utils._record import REPLACED
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

SPEC = ModuleSpec(
    options={
        **iru_options(),
        "name": {"type": "str"},
        "id": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "payloads": {"type": "list", "elements": "dict"},
        "identifier": {"type": "str"},
        "scope": {"type": "str", "choices": ["System", "User"]},
        "description": {"type": "str"},
        "organization": {"type": "str"},
        "content": {"type": "str", "no_log": True},
        "src": {"type": "path"},
        "platforms": {"type": "list", "elements": "str", "choices": list(PLATFORMS)},
        "active": {"type": "bool"},
        "reissue": {"type": "bool", "default": False},
        "allow_conflicts": {"type": "bool", "default": False},
        "lint_ignore": {"type": "list", "elements": "str", "default": []},
    },
    required_one_of=[("name", "id")],
    mutually_exclusive=[("payloads", "content", "src")],
    required_together=[("payloads", "identifier")],
    required_by={"scope": ("payloads",), "description": ("payloads",), "organization": ("payloads",)},
)


def run(task: Task) -> dict[str, Any]:
    """Bring the profile in line."""
    options = task.params
    content = wanted_content(task)
    name, profile_id = checked_name("name", options["name"]), checked_id("id", options["id"], check=task.check)
    if profile_id and is_planned(profile_id, check=task.check):
        return result_of_planned(task, "profile", profile_id)
    client = iru_client(task)
    if options["state"] == "absent":
        return _absent(task, client, find_profile(client, profile_id=profile_id, name=name))
    findings = {"findings": lint_content(task, content)} if content is not None else {}
    platforms = options["platforms"]
    if platforms == []:
        raise InvalidInput("platforms is empty; a custom profile needs at least one platform.")
    wanted = WantedProfile(name, content, options["active"], None if platforms is None else frozenset(platforms))
    # By id one profile is read, by name all are; those also tell what others say.
    listed = None if profile_id else list(list_profiles(client))
    found = find_profile(client, profile_id=profile_id) if listed is None else named_profile(listed, name or "")
    warn_of_blocked(task, wanted, found, listed)
    if found is None:
        return {**_create(task, client, wanted, listed or []), **findings}
    return {**_update(task, client, found, wanted, listed), **findings}


def _create(task: Task, client: Client, wanted: WantedProfile, listed: list[Record]) -> dict[str, Any]:
    if task.params["id"]:
        known = (str(profile["id"]) for profile in list_profiles(client))
        raise not_found("custom profile with the id", task.params["id"], known)
    if wanted.name is None or wanted.content is None:
        raise InvalidInput(
            f"There is no custom profile {wanted.name!r} yet, and nothing to make it of: give payloads, content or src."
        )
    conflicts, unseen = conflicts_of_new(client, wanted, listed)
    if unseen:
        task.warn(unseen)
    _settle(task, wanted.name, conflicts)
    created, ours = create_profile(client, wanted.name, wanted.content, wanted)
    if not ours:
        return _update(task, client, created, wanted, None)
    after = {**wanted.fields(), **before_and_after(differences(wanted.content, {}))[1]}
    note_profile(task, client, (created, created), None, wanted.fields())
    return {**_result(task, client, created, ({}, after), reissued=False), "conflicts": conflicts}


def _update(
    task: Task, client: Client, found: Record, wanted: WantedProfile, listed: list[Record] | None
) -> dict[str, Any]:
    task.secrets.add(*secret_values(stored_content(found)))  # the challenge that is stored may be an older one
    changes = changes_of(wanted, found)
    reissued = bool(task.params["reissue"]) and not changes
    conflicts = added_conflicts(client, found, wanted, listed) if changes else standing_conflicts(found, listed or [])
    if changes:
        _settle(task, found["name"], conflicts)
    elif conflicts and not task.params["allow_conflicts"]:
        task.warn(warning_of(found["name"], conflicts))
    profile = update_profile(client, found, wanted, changes) if changes or reissued else found
    fields = {key: found[key] for key in changes.fields}
    if changes or reissued:
        text = (text_that_was(found), {"text": REPLACED}) if changes.content else ({}, {})
        note_profile(task, client, (found, profile), {**fields, **text[0]}, {**changes.fields, **text[1]})
    before, after = before_and_after(changes.content)
    before |= fields
    after |= changes.fields | ({"distributed anew": True} if reissued else {})
    return {**_result(task, client, profile, (before, after), reissued=reissued), "conflicts": conflicts}


def _settle(task: Task, name: str, conflicts: list[Record]) -> None:
    """Raises Refused where there are conflicts that are not allowed; warns of those that are."""
    if not conflicts:
        return
    if not task.params["allow_conflicts"]:
        raise refusal_of(name, conflicts)
    names = ", ".join(repr(conflict["name"]) for conflict in conflicts)
    task.warn(f"The custom profile {name!r} says what is said already by {names}, which allow_conflicts allows.")


def _absent(task: Task, client: Client, found: Record | None) -> dict[str, Any]:
    before = {}
    if found is not None:
        delete_profile(client, found)
        before = {key: found.get(key) for key in ("name", "active", *PLATFORMS.values())}
        note_profile(task, client, (found, None), {**before, **text_that_was(found)}, None)
    return _result(task, client, None, (before, {}), reissued=False)


def _result(
    task: Task, client: Client, profile: Record | None, diff: tuple[Record, Record], *, reissued: bool
) -> dict[str, Any]:
    title = f"custom profile {task.params['name'] or task.params['id']}"
    view = profile_view(profile) if profile is not None else None
    return task.written(client.writes, title, diff, profile=view, reissued=reissued)


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
