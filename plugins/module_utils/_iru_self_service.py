# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where an app or a script stands in Iru's Self Service: the fields, their rules, and categories by name."""

from __future__ import annotations

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import not_found, only_match
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import BadAnswer, InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru import is_id

PATH = "/api/v1/self-service/categories"
CATEGORY = "self_service_category_id"
RECOMMENDED = "self_service_recommended"
SHOWN = "show_in_self_service"

Record = dict[str, Any]


def self_service_options() -> dict[str, Any]:
    """The options of a module, in the words of the API; a category may be named."""
    return {
        SHOWN: {"type": "bool"},
        "self_service_category": {"type": "str"},
        RECOMMENDED: {"type": "bool"},
    }


def wanted_self_service(client: Client, options: Record, found: Record | None) -> Record:
    """The fields that the user set, a category that was named by its id.

    Raises InvalidInput for a detail of something that is not shown, NotFound and Ambiguous for a category.
    """
    fields = {key: options[key] for key in (SHOWN, RECOMMENDED) if options[key] is not None}
    shown = fields.get(SHOWN, (found or {}).get(SHOWN))
    details = [key for key in ("self_service_category", RECOMMENDED) if options[key]]
    if details and not shown:
        raise InvalidInput(f"{details[0]} is for what is shown in Self Service; set {SHOWN} as well, or leave it out.")
    if options["self_service_category"]:
        fields[CATEGORY] = _category_id(client, options["self_service_category"])
    if not shown:
        fields.pop(RECOMMENDED, None)
    return fields


def _category_id(client: Client, reference: str) -> str:
    if is_id(reference, check=False):
        return reference.lower()
    categories = client.get(PATH)
    if not isinstance(categories, list) or not all(isinstance(one, dict) for one in categories):
        raise BadAnswer(f"GET {PATH} on Iru answered {type(categories).__name__} where a list was expected.")
    found = only_match((one for one in categories if one.get("name") == reference), "Self Service category", reference)
    if found is None:
        raise not_found("Self Service category", reference, (str(one.get("name")) for one in categories))
    return str(found["id"])
