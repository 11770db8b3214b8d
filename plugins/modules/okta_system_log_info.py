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
  - Reads events; on request goes on where an earlier run ended, and waits until what is expected has happened.
  - Without O(until) and oldest first, the log is read in the order in which events arrive, so that none is missed that
    Okta stores late. With O(until), or newest first, it is read in the order of the time of the events.
  - A log of any length can be counted, reduced to the newest event of each, or written to a file, in the memory of one
    page.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.okta
  - okta_iru.attestation.attributes.info
attributes:
  check_mode:
    description: Reads the same, but writes no O(output_file) and no O(cursor_file), and does not wait.
  idempotent:
    description: Changes nothing in the org. Writing O(output_file) anew with the same events is no change.
notes:
  - Least scope is C(okta.logs.read).
  - Okta keeps events for 90 days, and lets an org ask this log 20 to 120 times a minute, at most 1000 events each time.
options:
  event_types:
    description: Only events of these types, such as V(pki.cert.issue).
    type: list
    elements: str
  targets:
    description: Only events with one of these ids among their targets, such as the id of a user, device or app.
    type: list
    elements: str
  outcomes:
    description: Only events with one of these outcomes.
    type: list
    elements: str
    choices: [SUCCESS, FAILURE, ALLOW, DENY, CHALLENGE, SKIPPED, UNKNOWN]
  filter:
    description: Okta's filter expression, in addition to the other options. Cannot hold C(published).
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
  cursor_file:
    description:
      - Remember in this file where reading ended, and go on there the next time; O(since) counts for the first time
        only. One file is for one org and one query.
      - Okta's own link is kept, which misses no event. In a query with O(until), which has none, and where Okta no
        longer takes the link, reading begins O(overlap) before the newest event that was read, and events that an
        earlier run gave out are left out.
      - It is written when all else is done, so that events of a run that failed are read again.
    type: path
  overlap:
    description: How much is read again for events that arrived late (s, m, h, d); see O(cursor_file).
    type: str
    default: 10m
  max_events:
    description:
      - The largest number of events to read; there is a warning if there are more. 1000 if unset, or all where
        O(output_file), O(count_by) or O(newest_per) takes them.
    type: int
  fields:
    description: >-
      Keep of each event only what is at these dotted paths, such as V(target.displayName), as a flat dictionary of the
      paths, with a list where a path leads to several values.
    type: list
    elements: str
  count_by:
    description: Count the events of each combination of values at these paths instead of returning events.
    type: list
    elements: str
  newest_per:
    description: Return only the newest event of each value at this path, such as V(target.id).
    type: str
  output_file:
    description: >-
      Write the events to this file, one JSON object a line, instead of returning them. It is replaced when all have
      been read, and only its owner can read it.
    type: path
  wait_for:
    description:
      - Ask again until so many events are there, and each of some texts was mentioned; tells how far it is while it
        waits. Not in check mode, in which what would cause the events has not happened.
      - Only for queries without O(until), oldest first. The last answer is returned whole, with which there can be up
        to 1000 events more than O(max_events).
    type: dict
    suboptions:
      count:
        description: How many events, at most O(max_events).
        type: int
        default: 1
      mentions:
        description:
          - Texts, such as serial numbers, each of which some event must name in a target, the debug data, the device or
            the actor, as a word of its own in upper or lower case.
        type: list
        elements: str
      timeout:
        description: How many seconds to wait at most.
        type: float
        default: 300.0
      interval:
        description: How many seconds between two requests.
        type: float
        default: 15.0
      required:
        description: Whether the task fails if it does not come in time; else it warns, and C(complete) is V(false).
        type: bool
        default: true
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

- name: Wait until two computers have their certificate
  okta_iru.attestation.okta_system_log_info:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    event_types: [pki.cert.issue]
    since: "2026-03-16T09:00:00Z"
    wait_for:
      mentions: [C02ABC123DEF, C02ABC123DEG]
      timeout: 600

- name: How many sign-ins each policy refused in 90 days
  okta_iru.attestation.okta_system_log_info:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    event_types: [policy.evaluate_sign_on]
    outcomes: [DENY]
    since: -90d
    count_by: [target.displayName]

- name: Hand on what is new, each hour, to a file of its own
  okta_iru.attestation.okta_system_log_info:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    cursor_file: /var/lib/okta/log.cursor
    output_file: "/var/lib/okta/log-{{ now(utc=true, fmt='%Y%m%dT%H%M') }}.jsonl"
"""

RETURN = r"""
events:
  description: >-
    The events as the API gives them, or their O(fields), in the order asked for. Empty with O(output_file) and with
    O(count_by), the newest ones with O(newest_per).
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
  description: How many events were read, whatever was made of them.
  returned: success
  type: int
  sample: 1
counts:
  description: The combinations of O(count_by) with their C(count), the most frequent first.
  returned: when O(count_by) is given
  type: list
  elements: dict
  sample: [{eventType: pki.cert.issue, outcome.result: SUCCESS, count: 42}]
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
complete:
  description: Whether all that O(wait_for) asks for is there.
  returned: when O(wait_for) is given
  type: bool
  sample: true
not_mentioned:
  description: Those of O(wait_for.mentions) that no event named.
  returned: when O(wait_for) is given
  type: list
  elements: str
  sample: []
output_file:
  description: The file of O(output_file).
  returned: when O(output_file) is given
  type: str
  sample: /var/lib/okta/log-20260316T0900.jsonl
"""

from contextlib import nullcontext
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput, TimedOut
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client, Request
from ansible_collections.okta_iru.attestation.plugins.module_utils._json_lines import JsonLines
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_log_cursor import LogCursor, load, save
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_log_reading import (
    Reading,
    begin,
    still_missing,
    wait,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_log_time import moment, span_of
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_log_views import Events
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_logs import (
    LARGEST_PAGE,
    OUTCOMES,
    cursor_of,
    query,
    request_of,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import okta_client, okta_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

_QUERY = ("event_types", "targets", "outcomes", "filter", "q", "since", "until")

SPEC = ModuleSpec(
    options={
        **okta_options(),
        "event_types": {"type": "list", "elements": "str"},
        "targets": {"type": "list", "elements": "str"},
        "outcomes": {"type": "list", "elements": "str", "choices": list(OUTCOMES)},
        "filter": {"type": "str"},
        "q": {"type": "str"},
        "since": {"type": "str"},
        "until": {"type": "str"},
        "order": {"type": "str", "choices": ["oldest_first", "newest_first"], "default": "oldest_first"},
        "cursor": {"type": "str"},
        "cursor_file": {"type": "path"},
        "overlap": {"type": "str", "default": "10m"},
        "max_events": {"type": "int"},
        "fields": {"type": "list", "elements": "str"},
        "count_by": {"type": "list", "elements": "str"},
        "newest_per": {"type": "str"},
        "output_file": {"type": "path"},
        "wait_for": {
            "type": "dict",
            "options": {
                "count": {"type": "int", "default": 1},
                "mentions": {"type": "list", "elements": "str"},
                "timeout": {"type": "float", "default": 300.0},
                "interval": {"type": "float", "default": 15.0},
                "required": {"type": "bool", "default": True},
            },
        },
    },
    mutually_exclusive=[("cursor", option) for option in (*_QUERY, "cursor_file")],
)

_RETURNED = 1000


def run(task: Task) -> dict[str, Any]:
    """Read the events."""
    options = task.params
    _check(options)
    client = okta_client(task, ("okta.logs.read",))
    first = _first(client, options)
    cursor = _cursor(client, options, first)
    file = options["output_file"]
    lines = JsonLines("output_file", file, check=task.check, scrub=task.secrets.scrub) if file else nullcontext()
    with lines as written:
        events = Events(options, written.add if written is not None else None)
        reading = Reading(client, first, events.take, _most(options), cursor, task.progress)
        link = request_of(client, cursor.following) if cursor is not None and cursor.following else None
        begin(reading, first, link, task.warn)
        if options["wait_for"] is not None and not task.check:
            _wait(task, reading, events)
    return _finish(task, reading, events, written)


def _finish(task: Task, reading: Reading, events: Events, written: JsonLines | None) -> dict[str, Any]:
    following = None if reading.following is None else cursor_of(reading.following)
    if reading.cursor is not None and not task.check:
        reading.cursor.following = following
        save(task.params["cursor_file"], reading.cursor)
    if reading.truncated:
        task.warn(
            f"There are more than the {reading.count} events that were read: max_events is {reading.most}. Raise it, "
            "narrow the query, or go on with the cursor that was returned."
        )
    result = {"count": reading.count, "truncated": reading.truncated, "cursor": following, **events.result()}
    if written is not None:
        result |= {"changed": written.changed, "output_file": str(written.path)}
    if task.params["wait_for"] is not None:
        missing = still_missing(reading, events.mentions, task.params["wait_for"]["count"])
        result |= {"complete": not missing, "not_mentioned": events.mentions.missing}
    return result


def _first(client: Client, options: dict[str, Any]) -> Request:
    most = _most(options) or LARGEST_PAGE
    if options["cursor"] is not None:
        request = request_of(client, options["cursor"])
        if _most(options) is not None and int(request.params.get("limit", 0)) > most:
            raise InvalidInput(f"max_events must be at least {request.params['limit']}, as in the run of the cursor.")
        return request
    return query(
        event_types=options["event_types"] or (),
        targets=options["targets"] or (),
        outcomes=options["outcomes"] or (),
        log_filter=options["filter"],
        q=options["q"],
        since=moment("since", options["since"]),
        until=moment("until", options["until"]),
        newest_first=options["order"] == "newest_first",
        limit=_page_size(most),
    )


def _cursor(client: Client, options: dict[str, Any], first: Request) -> LogCursor | None:
    if options["cursor_file"] is None:
        return None
    asked = {key: first.params[key] for key in ("filter", "q") if key in first.params}
    return load(options["cursor_file"], client.base_url, asked, span_of("overlap", options["overlap"]))


def _most(options: dict[str, Any]) -> int | None:
    """The largest number of events to read, ``None`` for all."""
    taken = options["output_file"] or options["count_by"] or options["newest_per"]
    return options["max_events"] or (None if taken else _RETURNED)


def _page_size(most: int) -> int:
    """The size of pages of which a whole number is at most, and nearly, so many events."""
    return most // -(-most // LARGEST_PAGE)


def _wait(task: Task, reading: Reading, events: Events) -> None:
    asked = task.params["wait_for"]
    try:
        times = {key: asked[key] for key in ("count", "timeout", "interval")}
        wait(reading, events.mentions, **times)
    except TimedOut as late:
        if asked["required"]:
            raise
        task.warn(late.message)


def _check(options: dict[str, Any]) -> None:
    waited, most = options["wait_for"], options["max_events"]
    if most is not None and most < 1:
        raise InvalidInput("max_events must be at least 1.")
    if options["cursor_file"] is not None and options["order"] != "oldest_first":
        raise InvalidInput("cursor_file is for reading oldest first: newest first, there is no place to go on at.")
    if waited is None:
        return
    if options["until"] is not None or options["order"] != "oldest_first":
        raise InvalidInput("wait_for is for queries without until, oldest first: in any other no event can come later.")
    if waited["count"] < 0 or (_most(options) is not None and waited["count"] > _most(options)):
        raise InvalidInput(f"wait_for.count must be from 0 to max_events, which is {_most(options)}.")


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
