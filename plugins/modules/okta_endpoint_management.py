#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks what the operator took from Okta's Endpoint management page."""

from __future__ import annotations

DOCUMENTATION = r"""
module: okta_endpoint_management
short_description: Check the SCEP URL and challenge of an Okta Endpoint management platform
version_added: 0.1.0
description:
  - Okta has no API that creates or shows an Endpoint management platform. It is added by hand in the Admin Console
    under Security, Device Integrations, Endpoint management, Add platform, Desktop, with Okta as certificate authority;
    the SCEP URL and the secret shown there once are given to this module, which changes nothing.
  - Checks their form, and reads from the System Log when a platform was added and when a secret was reset.
  - Does not talk to the certificate authority itself; M(okta_iru.attestation.scep_probe) does.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.okta
  - okta_iru.attestation.attributes.info
notes:
  - Least scope is C(okta.logs.read).
  - The System Log goes back 90 days, and its events do not tell which platform they are about. A platform added earlier
    is therefore no error, and dates are those of the newest event of any platform.
options:
  scep_url:
    description:
      - SCEP URL, as the Okta Admin Console shows it.
      - Must be https; http is accepted for the loopback interface.
    type: str
    required: true
  challenge:
    description: Static challenge, which the Okta Admin Console calls secret key.
    type: str
  challenge_url:
    description: URL that hands out dynamic challenges, instead of O(challenge).
    type: str
  challenge_username:
    description: User name for O(challenge_url).
    type: str
  challenge_password:
    description: Password for O(challenge_url).
    type: str
  profile_updated_at:
    description:
      - When the profile that holds the challenge was changed last, such as C(updated_at) of
        M(okta_iru.attestation.iru_custom_profile). A secret that was reset later gives a warning, since computers then
        enrol with an old one.
    type: str
seealso:
  - module: okta_iru.attestation.scep_probe
  - name: Configure a certificate authority in Okta
    description: Where the SCEP URL and the challenge come from.
    link: https://help.okta.com/oie/en-us/content/topics/identity-engine/devices/configure-ca-main.htm
"""

EXAMPLES = r"""
- name: Check what was copied from the Okta Admin Console
  okta_iru.attestation.okta_endpoint_management:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    scep_url: "{{ okta_scep_url }}"
    challenge: "{{ okta_scep_challenge }}"
  register: platform

- name: Was the secret reset after the profile was made
  okta_iru.attestation.okta_endpoint_management:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    scep_url: "{{ okta_scep_url }}"
    profile_updated_at: "2026-03-16T09:12:44Z"
"""

RETURN = r"""
platform:
  description: What the form of O(scep_url) tells; ids are V(null) where it has not the form that Okta shows.
  returned: success
  type: dict
  sample:
    ca_id: 0123456789ABCDEF0123456789ABCDEF01234567
    ra_id: rac1a2B3c4D5e6F7g8h9
    host: example.okta.com
  contains:
    ca_id:
      description: Id of the certificate authority.
      type: str
    ra_id:
      description: Id of the registration authority, which stands for the platform.
      type: str
    host:
      description: Host of the SCEP URL.
      type: str
    derived_challenge_url:
      description: URL of dynamic challenges of the same platform. Derived from O(scep_url); Okta does not document it.
      type: str
challenge_type:
  description: V(static) if O(challenge) was given, V(dynamic) if O(challenge_url) was, else V(null).
  returned: success
  type: str
  sample: static
challenge_usable_on_windows:
  description:
    - Whether the static challenge has only characters of a PrintableString. Windows may refuse others, such as the
      underscore, which Okta's challenges can hold. V(null) if none was given.
  returned: success
  type: bool
  sample: true
platform_added_at:
  description: When a platform was added last, V(null) if that is more than 90 days ago.
  returned: success
  type: str
  sample: "2026-03-14T08:00:00.000Z"
platform_updated_at:
  description: When a platform was changed last, V(null) if not in the last 90 days.
  returned: success
  type: str
platform_deleted_at:
  description: When a platform was deleted last, V(null) if not in the last 90 days.
  returned: success
  type: str
secret_reset_at:
  description: When a secret was reset last, V(null) if not in the last 90 days.
  returned: success
  type: str
secret_newer_than_profile:
  description: Whether a secret was reset after O(profile_updated_at); V(null) if that was not given.
  returned: success
  type: bool
  sample: false
events:
  description: The events about platforms of the last 90 days, newest first.
  returned: success
  type: list
  elements: dict
  sample:
    - type: device.platform.add
      published: "2026-03-14T08:00:00.000Z"
      uuid: dc9fd3c0-598c-11ef-8478-2b7584bf8d5a
      actor: admin@example.com
"""

from typing import Any
from urllib.parse import urlsplit

from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_log_time import parse_time
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_org import read_pipeline
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_platform import (
    ADDED,
    DELETED,
    SECRET_RESET,
    UPDATED,
    checked_challenge,
    is_printable_string,
    latest,
    platform_events,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import (
    okta_anonymous_client,
    okta_client,
    okta_options,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._scep_url import (
    ScepUrl,
    parse_challenge_url,
    parse_scep_url,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

SPEC = ModuleSpec(
    options={
        **okta_options(),
        "scep_url": {"type": "str", "required": True},
        "challenge": {"type": "str", "no_log": True},
        "challenge_url": {"type": "str"},
        "challenge_username": {"type": "str"},
        "challenge_password": {"type": "str", "no_log": True},
        "profile_updated_at": {"type": "str"},
    },
    mutually_exclusive=[("challenge", "challenge_url")],
    required_together=[("challenge_url", "challenge_username", "challenge_password")],
)


def run(task: Task) -> dict[str, Any]:
    """Check the URL and the challenge, then read the log."""
    options = task.params
    scep = parse_scep_url(options["scep_url"])
    challenge = checked_challenge(options["challenge"])
    if options["challenge_url"] is not None:
        parse_challenge_url(options["challenge_url"])
    updated = options["profile_updated_at"]
    profile_updated = None if updated is None else parse_time("profile_updated_at", updated)
    client = okta_client(task, ("okta.logs.read",))
    hosts = read_pipeline(okta_anonymous_client(task))["hosts"]
    events = platform_events(client)
    added, deleted, reset = (latest(events, kind) for kind in (ADDED, DELETED, SECRET_RESET))
    newer = None
    if profile_updated is not None:
        newer = reset is not None and parse_time("published", reset) > profile_updated
    usable = None if challenge is None else is_printable_string(challenge)
    _warn_of_url(task, scep, hosts)
    _warn_of_platform(task, added, deleted)
    if newer:
        task.warn(
            f"A secret was reset at {reset}, after the profile was changed at {updated}: computers that get the "
            "profile may be refused a certificate. Put the new secret into the profile, unless another platform has it."
        )
    if usable is False:
        task.warn(
            "The challenge holds characters beyond a PrintableString, such as an underscore: Windows may refuse it. "
            "For Windows reset the secret in the Okta console until it has none; Macs take it as it is."
        )
    return {
        "platform": {
            "ca_id": scep.ca_id,
            "ra_id": scep.ra_id,
            "host": urlsplit(scep.url).netloc,
            "derived_challenge_url": scep.challenge_url,
        },
        "challenge_type": "static" if challenge else "dynamic" if options["challenge_url"] else None,
        "challenge_usable_on_windows": usable,
        "platform_added_at": added,
        "platform_updated_at": latest(events, UPDATED),
        "platform_deleted_at": deleted,
        "secret_reset_at": reset,
        "secret_newer_than_profile": newer,
        "events": events,
    }


def _warn_of_url(task: Task, scep: ScepUrl, hosts: list[str]) -> None:
    host, given = urlsplit(scep.url).netloc, task.params["challenge_url"]
    if scep.doubt:
        task.warn(scep.doubt)
    if host not in hosts:
        task.warn(
            f"The SCEP url is on {host}, the org on {' and '.join(hosts)}. That is right for a custom domain; else it "
            "belongs to another org, whose certificates this one does not accept."
        )
    if given and scep.challenge_url and given != scep.challenge_url:
        task.warn(
            "challenge_url and scep_url do not hold the same ids, as those of one platform do; compare both with the "
            "Okta console."
        )


def _warn_of_platform(task: Task, added: str | None, deleted: str | None) -> None:
    if deleted is not None and (added is None or deleted > added):
        task.warn(
            f"A platform was deleted at {deleted} and none was added since. If it is this one, its URL and secret are "
            "dead: add a platform in the Okta console."
        )
    elif added is None:
        task.warn(
            "The System Log has no platform that was added in the last 90 days, which is as far as it goes back. Look "
            "in the Okta console under Security, Device Integrations, Endpoint management whether it is still there."
        )


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
