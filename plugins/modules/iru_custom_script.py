#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps one custom script of the Iru Library as it should be."""

from __future__ import annotations

DOCUMENTATION = r"""
module: iru_custom_script
short_description: Manage a custom script in the Iru Library
version_added: 0.1.0
description:
  - Creates, changes or removes a custom script that Iru's agent runs on Macs.
  - Iru stores in which Self Service category a script is and whether it is recommended there, but does not tell it. So
    O(self_service_category) and O(self_service_recommended) are sent when the script is created or becomes shown, and
    are not compared otherwise. Use O(resend_self_service) to change them later.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.iru
  - okta_iru.attestation.iru_self_service
  - okta_iru.attestation.attributes
notes:
  - Least permissions of the API token are Custom Scripts List, Get, Create and Update, List Self Service Categories if
    O(self_service_category) is a name, and Delete for O(state=absent).
  - In check mode a script that would be created has an id that begins with V(planned:), which other modules of this
    collection accept in check mode.
options:
  name:
    description:
      - Name of the Library item. Together with O(id) it renames the script.
      - Names need not be unique in Iru. More than one script of the name is an error that lists the ids.
    type: str
  id:
    description: Id of the Library item.
    type: str
  state:
    description: Whether the script is in the Library.
    type: str
    choices: [present, absent]
    default: present
  script:
    description:
      - Text of the script. When it ends with another exit code than 0, the remediation script runs.
      - White space at its end does not count, as Iru removes it. Needed for a script that is created.
    type: str
  script_file:
    description: File with the script, instead of O(script), where the task runs.
    type: path
  remediation_script:
    description: Text of the remediation script. The empty text removes it.
    type: str
  remediation_script_file:
    description: File with the remediation script, instead of O(remediation_script).
    type: path
  execution_frequency:
    description:
      - How often it runs. V(no_enforcement) leaves it to the users and needs O(show_in_self_service=true).
      - Needed for a script that is created.
    type: str
    choices: [once, every_15_min, every_day, no_enforcement]
  restart:
    description: Whether the Mac restarts after the script. V(false) for a script that is created if unset.
    type: bool
  active:
    description: Whether the script is distributed. V(true) for a script that is created if unset.
    type: bool
  resend_self_service:
    description:
      - Send O(self_service_category) and O(self_service_recommended) although Iru cannot tell whether they differ.
      - With this option the task changes something on every run.
    type: bool
    default: false
seealso:
  - module: okta_iru.attestation.iru_custom_script_info
  - module: okta_iru.attestation.iru_library_assignment
"""

EXAMPLES = r"""
- name: Report when the certificate from Okta ends
  okta_iru.attestation.iru_custom_script:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    name: Okta certificate
    script_file: files/okta-certificate.zsh
    execution_frequency: every_day

- name: A script that users may run
  okta_iru.attestation.iru_custom_script:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    name: Open Okta Verify
    script: open -a "Okta Verify"
    execution_frequency: no_enforcement
    show_in_self_service: true
    self_service_category: Utilities

- name: Remove a script
  okta_iru.attestation.iru_custom_script:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    name: Open Okta Verify
    state: absent
"""

RETURN = r"""
script:
  description: The script as it is now, in the API's own keys. V(null) where it is absent.
  returned: success
  type: dict
  sample:
    id: 1cdbbf21-682b-4573-aa22-5aff027a337b
    name: Okta certificate
    active: true
    execution_frequency: every_day
    restart: false
    script: "#!/bin/zsh"
    remediation_script: ""
    show_in_self_service: false
    updated_at: "2026-03-16T09:12:44.120000Z"
  contains:
    id:
      description: Id of the Library item.
      type: str
    name:
      description: Name of the Library item.
      type: str
    script:
      description: Text of the script.
      type: str
    updated_at:
      description: Time of the last write, ISO 8601. V(null) in check mode where one would follow.
      type: str
changes:
  description: What was made, changed or removed, with its state before and now, as the record of the tenant keeps it.
  returned: when something changed
  type: list
  elements: dict
  sample: [{kind: iru_custom_script, id: 1cdbbf21-682b-4573-aa22-5aff027a337b, name: Report, was: null, now: {}}]
writes:
  description: The requests that changed something, or in check mode would have.
  returned: success
  type: list
  elements: dict
  sample: [{method: POST, path: /api/v1/library/custom-scripts}]
"""

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import is_planned
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru import (
    checked_id,
    checked_name,
    result_of_planned,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_custom_items import (
    CUSTOM_SCRIPT,
    Record,
    delete_item,
    find_item,
    first_of_the_name,
    no_such_id,
    note_item,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_scripts import (
    FREQUENCIES,
    SCRIPTS,
    WantedScript,
    changes_of,
    check_rules,
    create_script,
    update_script,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_self_service import (
    self_service_options,
    wanted_self_service,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import iru_client, iru_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._script_text import (
    one_way_each,
    script_options,
    script_text,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

SPEC = ModuleSpec(
    options={
        **iru_options(),
        "name": {"type": "str"},
        "id": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        **script_options(*SCRIPTS),
        "execution_frequency": {"type": "str", "choices": list(FREQUENCIES)},
        "restart": {"type": "bool"},
        "active": {"type": "bool"},
        **self_service_options(),
        "resend_self_service": {"type": "bool", "default": False},
    },
    required_one_of=[("name", "id")],
    mutually_exclusive=one_way_each(*SCRIPTS),
)

_PLAIN = ("name", "execution_frequency", "restart", "active")


def run(task: Task) -> dict[str, Any]:
    """Bring the script in line."""
    options = task.params
    name, script_id = checked_name("name", options["name"]), checked_id("id", options["id"], check=task.check)
    if script_id and is_planned(script_id, check=task.check):
        return result_of_planned(task, "script", script_id)
    scripts = {key: script_text(task, key) for key in SCRIPTS}
    client = iru_client(task)
    found = find_item(client, CUSTOM_SCRIPT, item_id=script_id, name=name)
    if options["state"] == "absent":
        if found is not None:
            delete_item(client, CUSTOM_SCRIPT, found)
            note_item(task, client, CUSTOM_SCRIPT, found, was=found, now=None)
        return _result(task, client, None, (found or {}, {}))
    fields = {
        key: value for key, value in ({key: options[key] for key in _PLAIN} | scripts).items() if value is not None
    }
    wanted = WantedScript(fields | wanted_self_service(client, options, found), options["resend_self_service"])
    if found is None and script_id:
        raise no_such_id(client, CUSTOM_SCRIPT, script_id)
    return _create(task, client, wanted) if found is None else _update(task, client, found, wanted)


def _create(task: Task, client: Client, wanted: WantedScript) -> dict[str, Any]:
    name = wanted.fields["name"]
    missing = [key for key in ("script", "execution_frequency") if key not in wanted.fields]
    if missing:
        raise InvalidInput(f"There is no custom script {name!r} yet; give {missing[0]} to create it.")
    check_rules(name, wanted, None)
    script, ours = first_of_the_name(client, CUSTOM_SCRIPT, create_script(client, wanted))
    if not ours:
        return _update(task, client, script, wanted)
    note_item(task, client, CUSTOM_SCRIPT, script, was=None, now={})
    return _result(task, client, script, ({}, wanted.fields))


def _update(task: Task, client: Client, found: Record, wanted: WantedScript) -> dict[str, Any]:
    changes = changes_of(wanted, found)
    script = found
    if changes:
        check_rules(str(found.get("name")), wanted, found)
        script = update_script(client, found, changes)
        note_item(task, client, CUSTOM_SCRIPT, script, was={key: found.get(key) for key in changes}, now=changes)
    return _result(task, client, script, ({key: found.get(key) for key in changes}, changes))


def _result(task: Task, client: Client, script: Record | None, diff: tuple[Record, Record]) -> dict[str, Any]:
    title = f"custom script {task.params['name'] or task.params['id']}"
    return task.written(client.writes, title, diff, script=script)


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
