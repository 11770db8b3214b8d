# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""App sign-in policies (type ACCESS_POLICY) of an Okta org: find, create, change, remove.

Recorded by okta/terraform-provider-okta: a POST answers 200; every policy has priority 1, as the app mapping decides;
the listing has one page. Nothing says that names are unique, so a name that occurs twice is an error.
"""

from __future__ import annotations

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import (
    is_planned,
    not_found,
    only_match,
    planned_id,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import ApiError, Refused
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client, Request
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record, allows, id_in_link, writable
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_twins import Twins, create_alone, settled
from ansible_collections.okta_iru.attestation.plugins.module_utils._paging import by_link_header

PATH = "/api/v1/policies"
TYPE = "ACCESS_POLICY"
PLANNED_KIND = "access_policy"

ADMIN_CONSOLE = "Okta Admin Console"
"""Label of the built-in app, and name of the built-in policy that it has in a new org (recorded)."""
ADMIN_CONSOLE_APP = "saasure"
"""``name`` of that app, which cannot be changed as the label can."""


def list_policies(client: Client) -> list[Record]:
    """All app sign-in policies. Raises ApiError, which says what to do about a Classic Engine org."""
    try:
        return list(by_link_header(client, PATH, {"type": TYPE}))
    except ApiError as error:
        if "invalid policy type" not in str(error.details.get("summary", "")).lower():
            raise
        # The summary that a Classic org gives (okta/terraform-provider-okta issue 1311).
        raise ApiError(
            f"{error.message} App sign-in policies exist on Okta Identity Engine only; this seems to be a Classic "
            "Engine org. Ask Okta for the upgrade, or check the url.",
            status=error.status,
            code=error.code,
        ) from None


def settled_policies(client: Client, name: str | None) -> list[Record]:
    """All app sign-in policies, once those of this name that runs at this moment have created are only one."""
    return settled(client, lambda: list_policies(client), name)


def find_policy(policies: list[Record], reference: str) -> Record | None:
    """The policy of an id, or else of exactly this name. Raises Ambiguous."""
    by_id = next((one for one in policies if one.get("id") == reference), None)
    return by_id or policy_named(policies, reference)


def policy_named(policies: list[Record], name: str) -> Record | None:
    """The policy of exactly this name. Raises Ambiguous."""
    return only_match((one for one in policies if one.get("name") == name), "policy", name)


def existing_policy(client: Client, reference: str) -> Record:
    """The policy that an id or a name stands for, one planned in check mode included. Raises NotFound, Ambiguous."""
    if is_planned(reference, check=client.check):
        return {"id": reference, "name": reference.split(":", 2)[2]}
    policies = settled_policies(client, reference)
    found = find_policy(policies, reference)
    if found is None:
        raise not_found("app sign-in policy", reference, (str(one.get("name")) for one in policies))
    return found


def create_policy(client: Client, name: str, description: str | None) -> tuple[Record, bool]:
    """Create a policy, and tell whether it is this run's. Okta adds a Catch-all Rule that lets in all with two factors.

    Of two runs that create the same name at the same time, one removes its own policy, which no app uses yet, and
    takes the other's. A run that got no answer removes only one that is still as Okta makes them.
    """
    body = {"type": TYPE, "name": name, **({"description": description} if description is not None else {})}
    planned = {"id": planned_id(PLANNED_KIND, name), "status": "ACTIVE", **body}
    twins = Twins(
        listed=lambda: [one for one in list_policies(client) if one.get("name") == name],
        created="created",
        is_untouched=lambda policy: _has_no_own_rule(client, policy),
        remove=lambda policy: delete_policy(client, policy),
    )
    return create_alone(client, Request("POST", PATH, json=body), planned, twins)


def replace_policy(client: Client, found: Record, changes: Record) -> Record:
    """Change a policy. PUT replaces it as a whole, so all that was found is sent back.

    A policy without a description has no such key (recorded), so an empty one is left out. Whether Okta then forgets
    the old one is not recorded; should it keep it, the empty text is sent after all.
    """
    path, body = f"{PATH}/{found['id']}", {**writable(found), **changes}
    sent = {key: value for key, value in body.items() if key != "description" or value}
    changed: Record = client.write(Request("PUT", path, json=sent), predicted={**found, **changes})
    if "description" in body and "description" not in sent and not client.check and changed.get("description"):
        changed = client.write(Request("PUT", path, json=body))
    return changed


def default_policy(policies: list[Record]) -> Record:
    """The policy that Okta gives to apps without another: the one of ``system`` ("Any two factors" in a new org)."""
    found = next((one for one in policies if one.get("system")), None)
    if found is None:
        raise not_found("default app sign-in policy of the org (system: true)", "default", ())
    return found


def set_policy_active(client: Client, found: Record, *, active: bool) -> Record:
    """Switch a policy on or off; answered with 204."""
    path, status = f"{PATH}/{found['id']}", "ACTIVE" if active else "INACTIVE"
    switched = {**found, "status": status}

    def done() -> Record | None:
        return switched if client.get(path).get("status") == status else None

    operation = "activate" if active else "deactivate"
    client.write(Request("POST", f"{path}/lifecycle/{operation}"), predicted=switched, read_back=done)
    return switched


def delete_policy(client: Client, found: Record) -> None:
    """Remove a policy with its rules; no app may use it any more."""
    client.write(Request("DELETE", f"{PATH}/{found['id']}"))


def require_changeable(client: Client, policy: Record, method: str) -> None:
    """Raise Refused unless the collection may change this policy by PUT or DELETE: never a system policy, a built-in
    one that Okta keeps, or the one that decides who reaches the Admin Console."""
    if policy.get("system") or not allows(policy, method):
        raise Refused(
            f"The policy {policy['name']!r} ({policy['id']}) is one of Okta's own and is not changed. Create a policy "
            "of your own and map apps to it."
        )
    require_not_admin_console(client, policy)


def require_not_admin_console(client: Client, policy: Record) -> None:
    """Raise Refused if the Okta Admin Console uses this policy: a mistake there locks the administrators out."""
    if policy["name"] == ADMIN_CONSOLE or _admin_console_policy(client, policy) == policy["id"]:
        raise Refused(
            f"The policy {policy['name']!r} ({policy['id']}) decides who can sign in to the {ADMIN_CONSOLE}. Neither "
            "it nor its rules are changed here, since a mistake would lock every administrator out. Use another policy."
        )


def _has_no_own_rule(client: Client, policy: Record) -> bool:
    """Whether a policy has its Catch-all Rule only. One that another run has just removed is no longer there."""
    rules = client.find(f"{PATH}/{policy['id']}/rules")
    return rules is not None and all(one.get("system") for one in rules)


def _admin_console_policy(client: Client, policy: Record) -> str | None:
    if is_planned(policy["id"], check=client.check):
        return None  # what does not exist yet is not used
    # `q` is a prefix of name or label; it is recorded, other than a filter on the name.
    apps = by_link_header(client, "/api/v1/apps", {"q": ADMIN_CONSOLE_APP})
    console: Record = next((app for app in apps if app.get("name") == ADMIN_CONSOLE_APP), {})
    return id_in_link(console, "accessPolicy")
