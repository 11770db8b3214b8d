# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an Okta org is: Identity Engine or Classic, its addresses, Okta Verify and FastPass."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import BadAnswer
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record
from ansible_collections.okta_iru.attestation.plugins.module_utils._paging import by_link_header

IDENTITY_ENGINE = "idx"
CLASSIC = "v1"

_FASTPASS = "signed_nonce"


def read_pipeline(client: Client) -> Record:
    """``id``, ``pipeline`` (idx is Identity Engine, v1 Classic) and ``hosts``, that of the url first; needs no token.

    Raises BadAnswer when the url is not that of an org.
    """
    path = "/.well-known/okta-organization"
    body = client.get(path)
    if not isinstance(body, dict) or "pipeline" not in body:
        raise BadAnswer(f"GET {path} on {client.base_url} answered no description of an Okta org; check the url.")
    link = ((body.get("_links") or {}).get("organization") or {}).get("href") or ""
    hosts = distinct([urlsplit(client.base_url).netloc, urlsplit(link).netloc])
    return {"id": body.get("id"), "pipeline": body["pipeline"], "hosts": hosts}


def distinct(hosts: Iterable[str]) -> list[str]:
    """Host names in the order given, each once, in lower case."""
    return list(dict.fromkeys(host.lower() for host in hosts if host))


def read_org(client: Client) -> Record:
    """Subdomain, company name and status."""
    body = client.get("/api/v1/org")
    return {"subdomain": body.get("subdomain"), "company_name": body.get("companyName"), "status": body.get("status")}


def read_domains(client: Client) -> list[str]:
    """The host names by which the org answers: its own and the custom domains whose DNS records were verified."""
    body = client.get("/api/v1/domains")
    domains = body.get("domains") if isinstance(body, dict) else None
    if not isinstance(domains, list):
        raise BadAnswer("GET /api/v1/domains answered no list of domains; check that the url is that of an org.")
    verified = ("VERIFIED", "COMPLETED")
    return [str(one.get("domain")) for one in domains if one.get("validationStatus") in verified]


def read_okta_verify(client: Client) -> Record | None:
    """Okta Verify with the status of each of its methods; ``None`` if the org does not have it.

    FastPass is the method signed_nonce (recorded by okta/okta-sdk-python).
    """
    authenticators = by_link_header(client, "/api/v1/authenticators", {})
    verify = next((one for one in authenticators if one.get("key") == "okta_verify"), None)
    if verify is None:
        return None
    methods = by_link_header(client, f"/api/v1/authenticators/{verify['id']}/methods", {})
    return {
        "id": verify["id"],
        "status": verify.get("status"),
        "methods": {str(method.get("type")): method.get("status") for method in methods},
        "settings": verify.get("settings") or {},
    }


def has_fastpass(verify: Record | None) -> bool:
    """Whether users can sign in with FastPass: Okta Verify and its method signed_nonce are active."""
    return verify is not None and verify["status"] == "ACTIVE" and verify["methods"].get(_FASTPASS) == "ACTIVE"
