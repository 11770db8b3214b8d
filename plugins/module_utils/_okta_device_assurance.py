# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Device assurance policies of an Okta org: what a device must have, asked for by rules of app sign-in policies."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import planned_id
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import ApiError, Refused
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client, Request
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_device_assurance_body import meaning, merged
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_policies import list_policies
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rules import list_rules
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_twins import Twins, create_alone, settled
from ansible_collections.okta_iru.attestation.plugins.module_utils._paging import by_link_header

PATH = "/api/v1/device-assurances"
KIND = "device assurance policy"
PLANNED_KIND = "device_assurance"

# Recorded by okta/terraform-provider-okta; a PUT is never given them, and its answer lacks the first two.
_MADE = ("createdDate", "createdBy")
_SERVERS_OWN = (
    *_MADE, "id", "lastUpdate", "lastUpdatedBy", "resourceId", "resourceType", "resourceDisplayName",
    "resourceAlternateId", "_links", "_embedded",
)  # fmt: skip


def list_assurances(client: Client) -> list[Record]:
    """All device assurance policies of the org."""
    return list(by_link_header(client, PATH, {}))


def settled_assurances(client: Client, name: str | None) -> list[Record]:
    """All of them, once those of this name that runs at this moment have created are only one."""
    return settled(client, lambda: list_assurances(client), name)


def properties(assurance: Record | None) -> Record:
    """Name, platform and conditions, without what only the server writes; nothing of a policy that is not there."""
    return {key: value for key, value in (assurance or {}).items() if key not in _SERVERS_OWN}


def create_assurance(client: Client, body: Record, warn: Callable[[str], None]) -> Record:
    """Create a policy. Nothing says that names are unique at Okta, so of two runs that create the same name at the
    same time one removes its own policy and brings the other's in line."""
    name = body["name"]
    twins = Twins(
        listed=lambda: [one for one in list_assurances(client) if one.get("name") == name],
        created="createdDate",
        is_untouched=lambda one: meaning(properties(one)) == meaning(body),
        remove=lambda one: delete_assurance(client, one),
    )
    request, predicted = Request("POST", PATH, json=body), {**body, "id": planned_id(PLANNED_KIND, name)}
    try:
        created, is_own = create_alone(client, request, predicted, twins)
    except ApiError as refusal:
        others = twins.oldest_first() if refusal.status in (400, 409) else []
        if not others:
            raise
        return replace_assurance(client, others[0], body, warn)
    if not is_own:
        return replace_assurance(client, created, body, warn)
    if not client.check:
        _tell_what_was_dropped(created, body, warn)
    return created


def replace_assurance(client: Client, found: Record, wanted: Record, warn: Callable[[str], None]) -> Record:
    """Change a policy by one PUT if ``wanted``, complete with name and platform, means something else than is found."""
    if meaning(properties(found)) == meaning(wanted):
        return found
    made = {key: found[key] for key in _MADE if key in found}
    kept = {key: value for key, value in found.items() if key in _SERVERS_OWN}
    answer = client.write(Request("PUT", f"{PATH}/{found['id']}", json=wanted), predicted={**kept, **wanted})
    _tell_what_was_dropped(answer, wanted, warn)
    return {**answer, **made}


def converge_assurance(
    client: Client, found: Record | None, wanted: Record, *, purge: bool, warn: Callable[[str], None]
) -> Record:
    """Create or change a policy so that it holds ``wanted``: name, platform and the conditions that the user set."""
    body = merged(properties(found), wanted, purge=purge)
    return create_assurance(client, body, warn) if found is None else replace_assurance(client, found, body, warn)


def delete_assurance(client: Client, found: Record) -> None:
    """Remove a policy. Raises Refused that names the rules that ask for it; Okta refuses that as well (409)."""
    if client.check:
        _require_unused(client, found)
    try:
        client.write(Request("DELETE", f"{PATH}/{found['id']}"))
    except ApiError as refusal:
        if refusal.status == 409:
            _require_unused(client, found)
        raise


def _require_unused(client: Client, found: Record) -> None:
    users = [
        f"{rule['name']!r} of the policy {policy['name']!r}"
        for policy in list_policies(client)
        for rule in list_rules(client, policy["id"])
        if found["id"] in _assurances_of(rule)
    ]
    if users:
        raise Refused(
            f"The {KIND} {found['name']!r} ({found['id']}) was not removed: {len(users)} rule(s) ask for it "
            f"({'; '.join(users)}). Take it out of them first (device.assurance of okta_access_policy_rule).",
            rules=users,
        )


def _assurances_of(rule: Record) -> list[str]:
    device = (rule.get("conditions") or {}).get("device") or {}
    return (device.get("assurance") or {}).get("include") or []


def _tell_what_was_dropped(answer: Record, sent: Record, warn: Callable[[str], None]) -> None:
    kept, asked = meaning(properties(answer)), meaning(sent)
    lost = sorted(key for key in asked if kept.get(key) != asked[key])
    if lost:
        warn(
            f"Okta did not keep {', '.join(lost)} of the {KIND} {sent['name']!r} as it was sent; the org may lack the "
            "feature. As long as the task asks for it, every run will write it again."
        )
