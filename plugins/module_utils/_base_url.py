# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which base URLs a token may be sent to."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput

_OKTA_DOMAINS = (".okta.com", ".oktapreview.com", ".okta-emea.com", ".okta-gov.com", ".okta.mil")


def base_url_of(url: str, service: str) -> str:
    """``scheme://host[:port]`` without a trailing slash. Raises InvalidInput, naming the service and what to give."""
    example = {"Okta": "https://example.okta.com", "Iru": "https://example.api.kandji.io"}.get(service, "https://host")
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise InvalidInput(f"The {service} url is malformed: {error}. Give it as {example}.") from None
    if parts.username or parts.password:
        raise InvalidInput(f"The {service} url must not hold a user name or password; give it as {example}.")
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise InvalidInput(f"The {service} url {url!r} has no https:// and host; give it as {example}.")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise InvalidInput(f"The {service} url {url!r} must end after the host; give it as {example}.")
    if service == "Iru":
        _check_is_not_the_console(parts.hostname)
    if parts.scheme == "http" and not is_loopback(url):
        raise InvalidInput(
            f"The {service} url {url!r} is not encrypted; http is accepted for the loopback interface only. "
            f"Give it as {example}."
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "")


def is_same_origin(one: str, other: str) -> bool:
    """Whether two URLs have scheme, host and port in common, however these are spelled. Raises ValueError."""
    return _origin(one) == _origin(other)


def is_host_of_okta(host: str) -> bool:
    """Whether a host is an org's name below one of Okta's own domains."""
    return host.lower().endswith(_OKTA_DOMAINS)


def is_loopback(url: str) -> bool:
    """Whether the host of a URL is this machine: ``localhost`` or a loopback address."""
    host = (urlsplit(url.strip()).hostname or "").lower()
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check_is_not_the_console(host: str) -> None:
    """Raises InvalidInput for the web console, which answers every path with a page: the API has a host of its own."""
    for domain in ("eu.kandji.io", "kandji.io"):
        name, dot, rest = host.partition(".")
        if rest == domain and dot and name not in ("api", "eu"):
            raise InvalidInput(
                f"The Iru url is that of the web console ({host}); the API of this tenant is "
                f"https://{name}.api.{domain}. The console shows it under Settings, Access."
            )


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or {"https": 443, "http": 80}.get(parts.scheme)
