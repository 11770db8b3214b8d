# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Authenticators of an Okta org and their methods. FastPass is the method signed_nonce of Okta Verify.

A PUT replaces, so all that was found is sent back with what the user set on top. Okta refuses to switch off what
policies still need (E0000148, or E0000001 that names the policies; both recorded by okta/terraform-provider-okta).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import is_same, not_found, only_match
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import ApiError, Refused
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client, Request
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record, writable
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_lifecycle import transition
from ansible_collections.okta_iru.attestation.plugins.module_utils._paging import by_link_header

PATH = "/api/v1/authenticators"
OKTA_VERIFY = "okta_verify"
# With the early-access feature "Flexible Okta Verify authenticator configuration" a PUT must use one of these keys,
# while lists go on to say okta_verify (okta/okta-developer-docs, guides/authenticators-okta-verify).
FLEXIBLE_KEYS = ("okta_verify_fastpass", "okta_verify_push", "okta_verify_totp")

_SETS = ("userVerificationMethods", "algorithms", "transactionTypes")
_ACTIVE = "ACTIVE"


def list_authenticators(client: Client) -> list[Record]:
    """All authenticators of the org."""
    return list(by_link_header(client, PATH, {}))


def find_authenticator(
    known: list[Record], *, authenticator_id: str | None, key: str | None, name: str | None
) -> Record:
    """The authenticator of an id, else of a key, else of a name. Raises NotFound, Ambiguous."""
    if authenticator_id is not None:
        found = next((one for one in known if one["id"] == authenticator_id), None)
        if found is None:
            raise not_found("authenticator with the id", authenticator_id, (str(one["id"]) for one in known))
        return found
    by, wanted = ("key", key) if key is not None else ("name", str(name))
    found = only_match((one for one in known if one.get(by) == wanted), "authenticator", str(wanted))
    if found is None and key in FLEXIBLE_KEYS:
        found = only_match((one for one in known if one.get("key") == OKTA_VERIFY), "authenticator", OKTA_VERIFY)
    if found is None:
        raise not_found(f"authenticator with the {by}", str(wanted), (str(one.get(by)) for one in known))
    return found


def list_methods(client: Client, authenticator: Record) -> list[Record]:
    """The methods of an authenticator."""
    return list(by_link_header(client, f"{PATH}/{authenticator['id']}/methods", {}))


def shown_authenticator(authenticator: Record, methods: Iterable[Record] | None) -> Record:
    """An authenticator as modules return it, with status and settings of the methods by their type, if given."""
    kept = ("id", "key", "name", "type", "status", "settings")
    plain = {key: authenticator.get(key) for key in kept}
    if methods is None:
        return plain
    by_type = {str(one["type"]): {key: one[key] for key in ("status", "settings") if key in one} for one in methods}
    return {**plain, "methods": by_type}


def converge_settings(client: Client, found: Record, wanted: Record, key: str) -> Record:
    """The authenticator with these settings, by one PUT if they differ. ``key`` is what the PUT names it by."""
    settings = laid_over(found.get("settings") or {}, wanted)
    if _are_same(wanted, found.get("settings") or {}):
        return found
    body = {
        **{name: value for name, value in writable(found).items() if name != "settings"},
        "id": found["id"],
        "key": key,
        "settings": settings,
    }
    request = Request("PUT", f"{PATH}/{found['id']}", json=body)
    try:
        answer: Record = client.write(request, predicted={**found, "settings": settings})
    except ApiError as refusal:
        if refusal.status == 400 and key == OKTA_VERIFY and re.search(r"\bkey\b", refusal.message):
            raise Refused(
                f"{refusal.message} If the org has the feature Flexible Okta Verify authenticator configuration, give "
                "key: okta_verify_fastpass.",
                **refusal.details,
            ) from None
        raise
    return answer


def converge_method(client: Client, authenticator: Record, found: Record, wanted: Record) -> Record:
    """The method with ``settings`` and ``status`` as wanted, each written only if it differs."""
    path = f"{PATH}/{authenticator['id']}/methods/{found['type']}"
    method, settings = found, wanted.get("settings") or {}
    if not _are_same(settings, found.get("settings") or {}):
        body = {
            "type": found["type"],
            "status": found["status"],
            "settings": laid_over(found.get("settings") or {}, settings),
        }
        method = client.write(Request("PUT", path, json=body), predicted={**found, **body})
    title = f"The method {found['type']} of {authenticator['name']}"
    return converge_status(client, path, method, wanted.get("status"), title)


def converge_status(client: Client, path: str, found: Record, status: str | None, title: str) -> Record:
    """The object with this status, by one POST if it has another. Raises Refused while policies need it."""
    if status in (None, found.get("status")):
        return found
    operation = "activate" if status == _ACTIVE else "deactivate"
    try:
        return transition(client, path, operation, found, str(status))
    except ApiError as refusal:
        if operation == "deactivate" and (refusal.code == "E0000148" or refusal.details.get("causes")):
            raise _still_needed(title, refusal) from None
        raise


def lost_settings(wanted: Record, now: Record) -> list[str]:
    """The names of settings that Okta did not keep as they are wanted; an org may lack the feature."""
    return sorted(name for name in wanted if not _are_same({name: wanted[name]}, now.get("settings") or {}))


def laid_over(found: Record, wanted: Record) -> Record:
    """``found`` with ``wanted`` on top, object by object; lists and plain values are replaced."""
    both = {
        key: laid_over(found[key], value) if _are_objects(found.get(key), value) else value
        for key, value in wanted.items()
    }
    return {**found, **both}


def _are_objects(one: Any, other: Any) -> bool:
    return isinstance(one, dict) and isinstance(other, dict)


def _are_same(wanted: Record, found: Record) -> bool:
    return is_same(wanted, found, is_set=lambda path: path in _SETS)


def _still_needed(title: str, refusal: ApiError) -> Refused:
    causes = "; ".join(" ".join(str(cause).split()) for cause in refusal.details.get("causes") or [])
    return Refused(
        f"{title} was not switched off, since policies still need it ({causes or refusal.details.get('summary')}). "
        "Users would be locked out. First take it out of enrolment policies, and out of app sign-in policies the "
        "device state registered and, unless another authenticator has it, phishing resistance. "
        f"{refusal.message}",
        **refusal.details,
    )
