# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Apps of an Okta org and the app sign-in policy that each of them uses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import choose, closest, not_found
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import Refused
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client, Request
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record, id_in_link, looks_like_id
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_policies import (
    ADMIN_CONSOLE,
    ADMIN_CONSOLE_APP,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._paging import by_link_header
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import Task

PATH = "/api/v1/apps"

_PAGE = 200  # the largest page of this listing
_LOOK_UPS = 5


def list_apps(client: Client, *, status: str | None = None) -> list[Record]:
    """Every app, or those of a status (ACTIVE, INACTIVE), as modules return it; the rest of an app is large."""
    params = {"limit": _PAGE, **({"filter": f'status eq "{status}"'} if status else {})}
    return [summary(app) for app in by_link_header(client, PATH, params)]


def find_apps(client: Client, references: Sequence[str]) -> tuple[list[Record], list[str]]:
    """The apps of these labels and ids, each once and in the order given, and the references that no app has.

    Up to five are looked up one by one, more are looked for in the listing of all apps, 200 a page. Raises Ambiguous.
    """
    wanted = list(dict.fromkeys(references))
    if len(wanted) > _LOOK_UPS:
        return choose(list_apps(client), wanted, "app", label_of)
    found = [app for reference in wanted for app in _look_up(client, reference)]
    return choose(found, wanted, "app", label_of)


def existing_apps(client: Client, references: Sequence[str]) -> list[Record]:
    """The apps of these labels and ids, each once. Raises NotFound with the closest labels, Ambiguous."""
    found, missing = find_apps(client, references)
    for reference in missing:
        raise not_found("app", reference, suggestions(client, reference))
    return found


def choose_apps(apps: list[Record], references: Iterable[str]) -> list[Record]:
    """The apps that ids or labels stand for, each once, in the order given. Raises NotFound, Ambiguous."""
    chosen, missing = choose(apps, references, "app", label_of)
    for reference in missing:
        raise not_found("app", reference, (str(app["label"]) for app in apps))
    return chosen


def suggestions(client: Client, reference: str) -> list[str]:
    """Labels of apps that resemble one that no app has."""
    near = by_link_header(client, PATH, {"q": reference[:3], "limit": _PAGE})
    return closest(reference, (str(app.get("label")) for app in near))


def label_of(app: Record) -> str:
    """The label, by which people know an app."""
    return str(app.get("label"))


def summary(app: Record) -> Record:
    """Id, name (of the kind), label, status, how one signs on, and the id of the app sign-in policy."""
    return {
        "id": app["id"],
        "name": app.get("name"),
        "label": app.get("label"),
        "status": app.get("status"),
        "sign_on_mode": app.get("signOnMode"),
        "policy_id": id_in_link(app, "accessPolicy"),
    }


def _look_up(client: Client, reference: str) -> list[Record]:
    if looks_like_id(reference, "0oa"):
        found = client.find(f"{PATH}/{reference}")
        return [summary(found)] if isinstance(found, dict) else []
    # `q` is a prefix of label or name.
    return [summary(app) for app in by_link_header(client, PATH, {"q": reference, "limit": _PAGE})]


def apps_to_map(client: Client, references: Sequence[str]) -> tuple[list[Record], Record | None]:
    """The apps of these labels and ids, each once and in the order given, and the Okta Admin Console, wherever it is.

    By the first page of the listing where there is no second one, else as `find_apps` does. Raises NotFound, Ambiguous.
    """
    listing = by_link_header(client, PATH, {"limit": _PAGE})
    apps = [summary(app) for app in islice(listing, _PAGE)]
    if len(apps) == _PAGE and len(set(references)) <= _LOOK_UPS:
        named = by_link_header(client, PATH, {"q": ADMIN_CONSOLE_APP})  # a prefix of label or name
        return existing_apps(client, references), admin_console([summary(app) for app in named])
    apps.extend(map(summary, listing))
    return choose_apps(apps, references), admin_console(apps)


def admin_console(apps: Iterable[Record]) -> Record | None:
    """The Okta Admin Console among apps."""
    return next((app for app in apps if app["name"] == ADMIN_CONSOLE_APP), None)


def require_assignable(console: Record | None, moved: list[Record], policy: Record) -> None:
    """Raise Refused if one of the apps, or the policy, is that of the Admin Console.

    Okta refuses both too ("re-assignment of this policy is not allowed", recorded by okta/okta-sdk-python), but only
    after the apps before it have been moved.
    """
    if not moved:
        return
    if console is not None and any(app["id"] == console["id"] for app in moved):
        raise Refused(
            f"The {console['label']} is not given another policy: Okta refuses it, and it could lock every "
            "administrator out. Leave it out of apps; nothing was changed."
        )
    if policy["name"] == ADMIN_CONSOLE or (console is not None and console["policy_id"] == policy["id"]):
        raise Refused(
            f"No app is given the policy {policy['name']!r}, which belongs to the {ADMIN_CONSOLE}: Okta refuses it. "
            "Choose another policy; nothing was changed."
        )
    if (policy.get("_embedded") or {}).get("resourceType", "APP") != "APP":
        raise Refused(f"The policy {policy['name']!r} is not for apps. Choose another policy; nothing was changed.")


def move_app(task: Task, client: Client, app: Record, policy_id: str) -> None:
    """Make an app use another policy, and tell which one it had."""
    assign_policy(client, app, policy_id)
    was, now = {"policy_id": app["policy_id"]}, {"policy_id": policy_id}
    task.note("okta_app_policy", client.base_url, app["id"], app["label"], was=was, now=now)


def assign_policy(client: Client, app: Record, policy_id: str) -> None:
    """Make an app use a policy. The request has no body and is answered with 204."""
    client.write(Request("PUT", f"{PATH}/{app['id']}/policies/{policy_id}"))
