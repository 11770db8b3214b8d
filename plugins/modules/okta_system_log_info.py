#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the System Log."""

from __future__ import annotations

DOCUMENTATION = r"""
module: okta_system_log_info
short_description: Read events from the System Log of an Okta org
version_added: 0.1.0
description:
  - Reads events by type, filter or keywords, and on request waits until enough of them are there.
  - Without O(until) and oldest first, the log is read in the order in which events arrive, so that none is missed that
    Okta stores late. With O(until), or newest first, it is read in the order of the time of the events.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.okta
  - okta_iru.attestation.attributes.info
notes:
  - Least scope is C(okta.logs.read).
  - Okta keeps events for 90 days, and lets an org ask this log 20 to 120 times a minute.
options:
  event_types:
    description: Only events of these types, such as V(pki.cert.issue).
    type: list
    elements: str
  filter:
    description: Okta's filter expression, in addition to O(event_types). Cannot hold C(published).
    type: str
  q:
    description: Up to 10 keywords of up to 40 characters that an event must hold.
    type: str
  since:
    description:
      - Only events after this time, with a zone such as V(2026-03-01T08:00:00Z), or before now such as V(-2h)
        (s, m, h, d). Okta takes 7 days if unset.
    type: str
  until:
    description: Only events before this time, given as O(since).
    type: str
  order:
    description: Oldest or newest events first.
    type: str
    choices: [oldest_first, newest_first]
    default: oldest_first
  cursor:
    description: Go on where an earlier run ended, which returned this text as C(cursor), with its query.
    type: str
  max_events:
    description: The largest number of events to return. There is a warning if there are more.
    type: int
    default: 1000
  wait_for:
    description:
      - Ask again until so many events are there; the task fails if they do not come in time. Not in check mode, in
        which what would cause them has not happened.
      - Only for queries without O(until), oldest first. What comes with the last answer is returned whole, which can be
        up to 1000 events more than O(max_events).
    type: dict
    suboptions:
      count:
        description: How many events, at most O(max_events).
        type: int
        default: 1
      timeout:
        description: How many seconds to wait at most.
        type: float
        default: 300.0
      interval:
        description: How many seconds between two requests.
        type: float
        default: 15.0
seealso:
  - name: System Log query
    description: What O(filter) and O(q) can hold.
    link: https://developer.okta.com/docs/reference/system-log-query/
"""

EXAMPLES = r"""
- name: Certificates of the last day
  okta_iru.attestation.okta_system_log_info:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    event_types: [pki.cert.issue, pki.cert.bind]
    since: -1d

- name: Wait for the first certificate
  okta_iru.attestation.okta_system_log_info:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    event_types: [pki.cert.issue]
    since: "2026-03-16T09:00:00Z"
    wait_for:
      count: 1
      timeout: 600
  register: issued

- name: What has come since
  okta_iru.attestation.okta_system_log_info:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    cursor: "{{ issued.cursor }}"
"""

RETURN = r"""
events:
  description: The events as the API gives them, in the order asked for.
  returned: success
  type: list
  elements: dict
  sample:
    - uuid: dc9fd3c0-598c-11ef-8478-2b7584bf8d5a
      published: "2026-03-16T09:12:44.120Z"
      eventType: pki.cert.issue
      displayMessage: Issue client certificate
      outcome: {result: SUCCESS, reason: null}
      target: []
count:
  description: How many events these are.
  returned: success
  type: int
  sample: 1
truncated:
  description: Whether there are more events than O(max_events) let through.
  returned: success
  type: bool
  sample: false
cursor:
  description: Where to go on with O(cursor). V(null) at the end of a query with O(until) or newest first.
  returned: success
  type: str
  sample: /api/v1/logs?since=2026-03-16T09%3A00%3A00.000Z&sortOrder=ASCENDING&limit=1000&after=1711_1
"""

import time
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput, TimedOut
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client, Request
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_logs import (
    LARGEST_PAGE,
    cursor_of,
    moment,
    query,
    read_up_to,
    request_of,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import okta_client, okta_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

SPEC = ModuleSpec(
    options={
        **okta_options(),
        "event_types": {"type": "list", "elements": "str"},
        "filter": {"type": "str"},
        "q": {"type": "str"},
        "since": {"type": "str"},
        "until": {"type": "str"},
        "order": {"type": "str", "choices": ["oldest_first", "newest_first"], "default": "oldest_first"},
        "cursor": {"type": "str"},
        "max_events": {"type": "int", "default": 1000},
        "wait_for": {
            "type": "dict",
            "options": {
                "count": {"type": "int", "default": 1},
                "timeout": {"type": "float", "default": 300.0},
                "interval": {"type": "float", "default": 15.0},
            },
        },
    },
    mutually_exclusive=[("cursor", option) for option in ("event_types", "filter", "q", "since", "until")],
)

_SHORTEST_INTERVAL = 0.05  # seconds; Okta's rate limit sets the real one


def run(task: Task) -> dict[str, Any]:
    """Read the events."""
    _check(task.params)
    client = okta_client(task, ("okta.logs.read",))
    most = task.params["max_events"]
    events, following, truncated = read_up_to(client, _first(client, task.params), most)
    if task.params["wait_for"] is not None and not task.check:
        following = _wait(task, client, events, following)
    if truncated:
        task.warn(
            f"There are more than the {len(events)} events that were read: max_events is {most}. Raise it, narrow the "
            "query, or go on with the cursor that was returned."
        )
    return {
        "events": events,
        "count": len(events),
        "truncated": truncated,
        "cursor": None if following is None else cursor_of(following),
    }


def _first(client: Client, options: dict[str, Any]) -> Request:
    if options["cursor"] is not None:
        request = request_of(client, options["cursor"])
        if int(request.params.get("limit", 0)) > options["max_events"]:
            raise InvalidInput(f"max_events must be at least {request.params['limit']}, as in the run of the cursor.")
        return request
    return query(
        event_types=options["event_types"] or (),
        log_filter=options["filter"],
        q=options["q"],
        since=moment("since", options["since"]),
        until=moment("until", options["until"]),
        newest_first=options["order"] == "newest_first",
        limit=_page_size(options["max_events"]),
    )


def _page_size(most: int) -> int:
    """The size of pages of which a whole number is at most, and nearly, so many events."""
    return most // -(-most // LARGEST_PAGE)


def _wait(task: Task, client: Client, events: list[Any], following: Request | None) -> Request | None:
    wait = task.params["wait_for"]
    deadline = time.monotonic() + wait["timeout"]
    while len(events) < wait["count"] and following is not None:
        if time.monotonic() >= deadline:
            raise TimedOut(
                f"{len(events)} of {wait['count']} events came within {wait['timeout']:.0f} s. Look in the System Log "
                "of the Okta console what happened instead, or raise wait_for.timeout.",
                count=len(events),
            )
        task.progress(f"{len(events)} of {wait['count']} events are there, asking again in {wait['interval']:.0f} s")
        time.sleep(max(_SHORTEST_INTERVAL, min(wait["interval"], deadline - time.monotonic())))
        more, following, _more_follow = read_up_to(client, following, LARGEST_PAGE)
        events += more
    return following


def _check(options: dict[str, Any]) -> None:
    wait = options["wait_for"]
    if options["max_events"] < 1:
        raise InvalidInput("max_events must be at least 1.")
    if wait is None:
        return
    if options["until"] is not None or options["order"] != "oldest_first":
        raise InvalidInput("wait_for is for queries without until, oldest first: in any other no event can come later.")
    if not 1 <= wait["count"] <= options["max_events"]:
        raise InvalidInput(f"wait_for.count must be from 1 to max_events, which is {options['max_events']}.")


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
