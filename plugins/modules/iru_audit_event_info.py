#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads audit events."""

from __future__ import annotations

DOCUMENTATION = r"""
module: iru_audit_event_info
short_description: Read audit events of an Iru tenant
version_added: 0.1.0
description:
  - Lists who changed what in the tenant, 500 events a request. Iru keeps events for a year.
  - The API selects by time only. O(actions), O(target_types) and O(target_ids) choose among the events that were read,
    so give O(start) as well.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.iru
  - okta_iru.attestation.listing
  - okta_iru.attestation.attributes.info
notes:
  - Least permission of the API token is List audit events.
options:
  start:
    description: Only events at this time or later, ISO 8601 (V(2026-03-16T09:00:00Z)) or a day (V(2026-03-16)).
    type: str
  end:
    description: Only events at this time or before.
    type: str
  order:
    description: Whether the oldest or the newest events come first.
    type: str
    choices: [oldest_first, newest_first]
    default: oldest_first
  limit:
    description: Read at most this many events. All of the period without it.
    type: int
  cursor:
    description:
      - Go on where an earlier task stopped. RV(cursor) of that task; valid with the same O(start), O(end) and O(order).
    type: str
  actions:
    description: Only events of these kinds.
    type: list
    elements: str
    choices: [create, update, delete]
  target_types:
    description: Only events of these kinds of objects, such as V(blueprint), V(library_item) or V(device).
    type: list
    elements: str
  target_ids:
    description: Only events of the objects of these ids.
    type: list
    elements: str
seealso:
  - module: okta_iru.attestation.iru_library_item_info
  - module: okta_iru.attestation.okta_system_log_info
"""

EXAMPLES = r"""
- name: Who changed Blueprints and Library items today?
  okta_iru.attestation.iru_audit_event_info:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    start: "{{ now(utc=true).strftime('%Y-%m-%d') }}"
    target_types: [blueprint, library_item]

- name: The last ten events
  okta_iru.attestation.iru_audit_event_info:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    order: newest_first
    limit: 10
  register: latest

- name: The ten before them
  okta_iru.attestation.iru_audit_event_info:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    order: newest_first
    limit: 10
    cursor: "{{ latest.cursor }}"
"""

RETURN = r"""
events:
  description: The events.
  returned: success
  type: list
  elements: dict
  sample:
    - id: 01JNGZW47KZKPXE1JWCFE4PHDW
      action: update
      occurred_at: "2026-03-16T09:12:44.120000Z"
      actor_id: cf40d6e7-20cb-4da9-84a1-9ad0b7003ca5
      actor_type: user
      target_id: 449ec92a-186a-44f2-9421-d5ac6e465eb5
      target_type: blueprint
      target_component: library_items
      new_state:
        name: Engineering
        library_items_added: [{id: 3427ebbc-7f59-4d8c-8a57-bd36f8c2ad6b, name: Okta attestation}]
      metadata: {}
cursor:
  description: Where the next task would go on, V(null) when there are no more events.
  returned: success
  type: str
  sample: PmR0OjIwMjYtMDMtMTY=
count:
  description: How many events were returned, or written to O(output_file).
  returned: success
  type: int
output_file:
  description: The file of O(output_file).
  returned: when O(output_file) is given
  type: str
"""

from datetime import datetime
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru import projected
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_audit import EventReader
from ansible_collections.okta_iru.attestation.plugins.module_utils._listing import collected, listing_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import iru_client, iru_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

SPEC = ModuleSpec(
    options={
        **iru_options(),
        "start": {"type": "str"},
        "end": {"type": "str"},
        "order": {"type": "str", "choices": ["oldest_first", "newest_first"], "default": "oldest_first"},
        "limit": {"type": "int"},
        "cursor": {"type": "str"},
        "actions": {"type": "list", "elements": "str", "choices": ["create", "update", "delete"]},
        "target_types": {"type": "list", "elements": "str"},
        "target_ids": {"type": "list", "elements": "str"},
        **listing_options(),
    },
)

_CHOSEN_BY = {"actions": "action", "target_types": "target_type", "target_ids": "target_id"}


def run(task: Task) -> dict[str, Any]:
    """Read the events."""
    options = task.params
    if options["limit"] is not None and options["limit"] < 1:
        raise InvalidInput(f"limit is {options['limit']}; expected how many events to read, 1 or more.")
    params = {"sort_by": "occurred_at" if options["order"] == "oldest_first" else "-occurred_at"}
    for option in ("start", "end"):
        if options[option] is not None:
            params[f"{option}_date"] = _checked_time(option, options[option])
    reader = EventReader(iru_client(task), params, options["cursor"])
    chosen = {key: set(options[option]) for option, key in _CHOSEN_BY.items() if options[option] is not None}
    events = (
        event
        for event in reader.events(options["limit"])
        if all(event.get(key) in values for key, values in chosen.items())
    )
    return {**collected(task, "events", projected(events, options["fields"])), "cursor": reader.cursor}


def _checked_time(option: str, text: str) -> str:
    """The text, for the API takes it as it is. Raises InvalidInput for what is no time."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            f"{option} is {text!r}; expected a time such as 2026-03-16T09:00:00Z or a day such as 2026-03-16."
        ) from None
    return text


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
