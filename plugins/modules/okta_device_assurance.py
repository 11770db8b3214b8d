#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps one device assurance policy as it should be."""

from __future__ import annotations

DOCUMENTATION = r"""
module: okta_device_assurance
short_description: Manage a device assurance policy of an Okta org
version_added: 0.1.0
description:
  - Creates, changes or removes a device assurance policy, a list of conditions that a device must meet. It has an
    effect once a rule of an app sign-in policy asks for it, see M(okta_iru.attestation.okta_access_policy_rule).
  - Only what is set here is compared and changed; what else a policy holds stays as it is, unless O(purge=true).
  - A policy that a rule asks for is not removed.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.okta
  - okta_iru.attestation.attributes
notes:
  - Least scopes are C(okta.deviceAssurance.read) and C(okta.deviceAssurance.manage), for O(state=absent) also
    C(okta.policies.read) to tell which rules ask for the policy.
  - Grace periods, remediation, dynamic versions, posture checks and antivirus are early-access features of Okta. An org
    without them refuses or drops them; what is dropped is told by a warning.
  - In check mode a policy that would be created has an id that begins with V(planned:), which other modules of this
    collection accept in check mode.
options:
  name:
    description: Name of the policy. Together with O(id) it renames the policy.
    type: str
  id:
    description: Id of the policy.
    type: str
  state:
    description: Whether the policy exists.
    type: str
    choices: [present, absent]
    default: present
  platform:
    description: Platform of the devices. Needed for a new policy; that of an existing one cannot be changed.
    type: str
    choices: [macos, windows, ios, android, chromeos]
  purge:
    description: Take away every condition that the task does not set.
    type: bool
    default: false
  os_version:
    description: The oldest version of the operating system. Not for V(chromeos).
    type: dict
    suboptions: &version
      minimum:
        description: A fixed version, quoted so that YAML keeps it as text, of up to three numbers for V(macos) and
          V(ios) and four for V(windows) and V(android).
        type: str
      dynamic:
        description: A version that moves with the latest release. Not for V(windows), which has
          O(os_version_constraints).
        type: dict
        suboptions:
          type:
            description:
              - V(minimum) is that version or a newer one, V(exact) that one only, V(exact_any_supported) any that is
                still supported.
              - V(not_allowed) keeps a major version of Windows out.
            type: str
            required: true
            choices: [minimum, exact, exact_any_supported, not_allowed]
          distance_from_latest_major:
            description: V(0) is the latest major version, V(1) the one before.
            type: int
            choices: [0, 1]
          latest_security_patch: {description: Whether the latest security patch is demanded., type: bool}
  os_version_constraints:
    description: One condition for each major version of Windows; a major version that is not listed is let in.
    type: list
    elements: dict
    suboptions:
      major_version: {description: The major version., type: str, required: true, choices: [windows_11, windows_10]}
      <<: *version
  disk_encryption_type:
    description: Kinds of disk encryption of which the device must have one, V(all_internal_volumes) on V(macos) and
      V(windows), V(full) and V(user) on V(android). An empty list takes the condition away.
    type: list
    elements: str
    choices: [all_internal_volumes, full, user]
  screen_lock_type:
    description: Kinds of screen lock of which the device must have one. An empty list takes the condition away.
    type: list
    elements: str
    choices: [biometric, passcode, none]
  secure_hardware_present:
    description: Whether secure hardware (Secure Enclave, TPM) is demanded. For V(macos), V(windows) and V(android).
    type: bool
  jailbreak:
    description: V(false) keeps out devices that are jailbroken or rooted. For V(ios) and V(android).
    type: bool
  chrome_device_trust:
    description: Signals of Chrome Device Trust. For V(macos), V(windows) and V(chromeos).
    type: dict
    suboptions:
      os_version: {description: Oldest version of the operating system., type: str}
      browser_version: {description: Oldest version of Chrome., type: str}
      disk_encrypted: {description: The main disk is encrypted., type: bool}
      os_firewall: {description: The firewall of the operating system is on., type: bool}
      screen_lock_secured: {description: The screen lock asks for a password., type: bool}
      allow_screen_lock: {description: The enterprise policy AllowScreenLock is on (V(chromeos))., type: bool}
      managed_device: {description: The device is enrolled in ChromeOS device management (V(chromeos))., type: bool}
      device_enrollment_domain: {description: Domain of the customer who manages the device., type: str}
      built_in_dns_client_enabled: {description: Chrome uses its own DNS client., type: bool}
      chrome_remote_desktop_app_blocked: {description: Chrome Remote Desktop is blocked by policy., type: bool}
      safe_browsing_protection_level:
        description: Level of Safe Browsing.
        type: str
        choices: [no_safe_browsing, standard_protection, enhanced_protection]
      site_isolation_enabled: {description: Site Isolation is on., type: bool}
      password_protection_warning_trigger:
        description: When Chrome warns of password reuse.
        type: str
        choices: [password_protection_off, password_reuse, phishing_reuse]
      realtime_url_check_mode: {description: URLs are checked in real time., type: bool}
      secure_boot_enabled: {description: Secure Boot is on (V(windows))., type: bool}
      windows_machine_domain: {description: Windows domain that the computer has joined., type: str}
      windows_user_domain: {description: Windows domain of the user., type: str}
      third_party_blocking_enabled: {description: Chrome blocks injected software (V(windows))., type: bool}
      crowdstrike_customer_id: {description: Customer id of the CrowdStrike agent (V(windows))., type: str}
      crowdstrike_agent_id: {description: Agent id of the CrowdStrike agent (V(windows))., type: str}
      antivirus_enabled: {description: Antivirus software is on (V(windows))., type: bool}
      key_trust_level:
        description: Strength of the attestation, C(chrome_browser_…) on V(macos) and V(windows), C(chrome_os_…) on
          V(chromeos).
        type: str
        choices: [chrome_browser_hw_key, chrome_browser_os_key, chrome_os_verified_mode, chrome_os_developer_mode]
  android_device_trust:
    description: Signals of Android Device Trust. For V(android).
    type: dict
    suboptions:
      play_protect_verdict: {description: Verdict of Google Play Protect., type: str, choices: [low, medium, high]}
      device_integrity_level:
        description: How well the device can enforce the integrity of apps.
        type: str
        choices: [meets_basic_integrity, meets_device_integrity, meets_strong_integrity]
      screen_lock_complexity: {description: Needs O(screen_lock_type)., type: str, choices: [low, medium, high]}
      usb_debugging_disabled: {description: Debugging by USB is off., type: bool}
      network_proxy_disabled: {description: No network proxy is set., type: bool}
      wifi_secured: {description: The Wi-Fi network asks for a password., type: bool}
      require_major_version_update:
        description: The device has the latest major version that is available to it. Needs O(os_version.dynamic) of
          type V(minimum) or V(exact).
        type: bool
  device_posture_idp:
    description: Signals of a device posture provider, an identity provider that knows the device.
    type: dict
    suboptions:
      managed: {description: The provider says that the device is managed., type: bool}
      compliant: {description: The provider says that the device is compliant., type: bool}
  device_posture_checks:
    description: Device posture checks (osquery) that must give a value. An empty list takes the condition away.
    type: list
    elements: dict
    suboptions:
      variable_name: {description: Variable of the check., type: str, required: true}
      value: {description: The value that it must give., type: str, required: true}
  grace_period:
    description: How long users are still let in although their device does not meet the conditions.
    type: dict
    suboptions:
      duration: {description: ISO 8601 duration of 1 to 180 days such as V(P30D)., type: str}
      until: {description: Time such as V(2027-01-31T00:00:00Z)., type: str}
  display_remediation_mode:
    description: Whether users are told how to make their device meet the conditions.
    type: str
    choices: [hide, show]
  properties:
    description: Properties in the spelling of Okta's API, for what has no option here.
    type: dict
seealso:
  - module: okta_iru.attestation.okta_device_assurance_info
  - module: okta_iru.attestation.okta_access_policy_rule
  - module: okta_iru.attestation.okta_device_integration
"""

EXAMPLES = r"""
- name: What a company Mac must have
  okta_iru.attestation.okta_device_assurance:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    name: Company Macs
    platform: macos
    os_version:
      minimum: "15.1"
    disk_encryption_type: [all_internal_volumes]
    screen_lock_type: [biometric, passcode]
    secure_hardware_present: true
  register: macs

- name: Windows 11 only, with 30 days to get there
  okta_iru.attestation.okta_device_assurance:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    name: Company PCs
    platform: windows
    os_version_constraints:
      - {major_version: windows_11, minimum: 10.0.22631.0}
      - {major_version: windows_10, dynamic: {type: not_allowed}}
    grace_period: {duration: P30D}
    display_remediation_mode: show
"""

RETURN = r"""
device_assurance:
  description: The policy as it is now, in the spelling of Okta's API. V(null) where it is absent.
  returned: success
  type: dict
  sample:
    id: dae1a2b3c4d5e6f7g8h9
    name: Company Macs
    platform: MACOS
    osVersion: {minimum: "15.1"}
    diskEncryptionType: {include: [ALL_INTERNAL_VOLUMES]}
    screenLockType: {include: [BIOMETRIC, PASSCODE]}
    secureHardwarePresent: true
    displayRemediationMode: HIDE
changes:
  description: What was made, changed or removed, with its state before and now, as the record of the tenant keeps it.
  returned: when something changed
  type: list
  elements: dict
  sample: [{kind: okta_device_assurance, id: dae1a2b3c4d5e6f7g8h9, name: macOS, was: null, now: {}}]
writes:
  description: The requests that changed something, or in check mode would have.
  returned: success
  type: list
  elements: dict
  sample: [{method: POST, path: /api/v1/device-assurances}]
"""

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import is_planned, not_found, only_match
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record, checked_name, shown
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_device_assurance import (
    KIND,
    converge_assurance,
    delete_assurance,
    properties,
    settled_assurances,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_device_assurance_body import (
    DISK_ENCRYPTION,
    DYNAMIC_TYPES,
    PLATFORMS,
    SCREEN_LOCKS,
    SIGNALS,
    meaning,
    wanted_properties,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_compare import differences
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import okta_client, okta_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module


def _choice(*words: str, **more: Any) -> dict[str, Any]:
    return {"type": "str", "choices": list(words), **more}


def _signals(option: str) -> dict[str, Any]:
    kinds = {name: kind for name, (_key, kind) in SIGNALS[option].items()}
    options = {
        name: _choice(*kind) if isinstance(kind, tuple) else {"type": "bool" if kind is bool else "str"}
        for name, kind in kinds.items()
    }
    return {"type": "dict", "options": options}


_VERSION = {
    "minimum": {"type": "str"},
    "dynamic": {
        "type": "dict",
        "options": {
            "type": _choice(*DYNAMIC_TYPES, required=True),
            "distance_from_latest_major": {"type": "int", "choices": [0, 1]},
            "latest_security_patch": {"type": "bool"},
        },
    },
}
_MAJOR_VERSION = _choice("windows_11", "windows_10", required=True)
_TEXT = {"type": "str", "required": True}

SPEC = ModuleSpec(
    options={
        **okta_options(),
        "name": {"type": "str"},
        "id": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "platform": _choice(*PLATFORMS),
        "purge": {"type": "bool", "default": False},
        "os_version": {"type": "dict", "options": _VERSION},
        "os_version_constraints": {
            "type": "list",
            "elements": "dict",
            "options": {"major_version": _MAJOR_VERSION, **_VERSION},
        },
        "disk_encryption_type": {"type": "list", "elements": "str", "choices": list(DISK_ENCRYPTION)},
        "screen_lock_type": {"type": "list", "elements": "str", "choices": list(SCREEN_LOCKS)},
        "secure_hardware_present": {"type": "bool"},
        "jailbreak": {"type": "bool"},
        **{option: _signals(option) for option in SIGNALS},
        "device_posture_checks": {
            "type": "list",
            "elements": "dict",
            "options": {"variable_name": _TEXT, "value": _TEXT},
        },
        "grace_period": {"type": "dict", "options": {"duration": {"type": "str"}, "until": {"type": "str"}}},
        "display_remediation_mode": _choice("hide", "show"),
        "properties": {"type": "dict"},
    },
    required_one_of=[("name", "id")],
)


def run(task: Task) -> dict[str, Any]:
    """Bring the policy in line."""
    options = task.params
    name = checked_name("name", options["name"])
    scopes = ("okta.deviceAssurance.read", "okta.deviceAssurance.manage")
    absent = options["state"] == "absent"
    client = okta_client(task, (*scopes, "okta.policies.read") if absent else scopes)
    if options["id"] is not None and is_planned(options["id"], check=task.check):
        return _of_earlier_task(task)
    found = _found(client, task)
    if absent:
        if found is not None:
            delete_assurance(client, found)
        return _result(task, client, found, None)
    platform = _platform(options["platform"], found)
    named = {"name": name or (found or {}).get("name"), "platform": platform.upper()}
    wanted = {**named, **wanted_properties(options, platform)}
    converged = converge_assurance(client, found, wanted, purge=options["purge"], warn=task.warn)
    return _result(task, client, found, converged)


def _found(client: Client, task: Task) -> Record | None:
    assurance_id, name = task.params["id"], task.params["name"]
    known = settled_assurances(client, name)
    if assurance_id is None:
        return only_match((one for one in known if one.get("name") == name), KIND, name)
    found = next((one for one in known if one["id"] == assurance_id), None)
    if found is None and task.params["state"] == "present":
        raise not_found(f"{KIND} with the id", assurance_id, (str(one["id"]) for one in known))
    return found


def _platform(given: str | None, found: Record | None) -> str:
    if found is None:
        if given is None:
            raise InvalidInput(f"A new {KIND} needs a platform ({', '.join(PLATFORMS)}).")
        return given
    platform = str(found.get("platform")).lower()
    if given is not None and given != platform:
        raise InvalidInput(
            f"The {KIND} {found['name']!r} ({found['id']}) is for {platform}, not {given}, which Okta cannot change. "
            "Give another name, or remove that policy first."
        )
    return platform


def _of_earlier_task(task: Task) -> dict[str, Any]:
    """The result for a policy that an earlier task of the same check-mode run would have created."""
    assurance_id = task.params["id"]
    task.warn(f"{assurance_id} exists only in check mode: what this task would change on it cannot be told.")
    made = {"id": assurance_id, "name": assurance_id.split(":", 2)[2]}
    return {"changed": False, "device_assurance": made, "writes": []}


def _result(task: Task, client: Client, found: Record | None, now: Record | None) -> dict[str, Any]:
    was, is_ = (None if one is None else properties(one) for one in (found, now))
    named = found or now or {}
    task.note("okta_device_assurance", client.base_url, str(named.get("id")), named.get("name"), was=was, now=is_)
    diff = differences(meaning(was) if was else {}, meaning(is_) if is_ else {})
    title = f"{KIND} {task.params['name'] or task.params['id']}"
    return task.written(client.writes, title, diff, device_assurance=None if now is None else shown(now))


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
