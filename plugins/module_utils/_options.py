# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connection options that the modules of a vendor share, and the clients made from them."""

from __future__ import annotations

import math
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._base_url import is_host_of_okta
from ansible_collections.okta_iru.attestation.plugins.module_utils._error_bodies import explain_iru, explain_okta
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client, HeaderAuth, Vendor
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_oauth import ServiceApp, TokenRequest
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_token import ApiToken
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_token_memory import TokenMemory
from ansible_collections.okta_iru.attestation.plugins.module_utils._pacing import IruPacer, OktaPacer
from ansible_collections.okta_iru.attestation.plugins.module_utils._shared_memory import shared
from ansible_collections.okta_iru.attestation.plugins.module_utils._signing_key import SigningKey
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import Task


def _okta_retry_headers(first_answer: Mapping[str, str], count: int) -> dict[str, str]:
    """What Okta's own SDKs add to a repeated request, so that Okta can tell it from a new one in its logs."""
    request_id = first_answer.get("X-Okta-Request-Id")
    return {"X-Okta-Retry-For": request_id, "X-Okta-Retry-Count": str(count)} if request_id else {}


OKTA = Vendor(
    name="Okta",
    explain=explain_okta,
    make_pacer=OktaPacer,
    retry_headers=_okta_retry_headers,
    # An org that is asked under a custom domain also has one of these names.
    rebases_next_of=is_host_of_okta,
)
# Iru's own examples show `next` links on the console's host instead of the API's.
IRU = Vendor(name="Iru", explain=explain_iru, make_pacer=IruPacer, rebases_next_of=lambda host: True)


def _env(name: str) -> tuple[Any, list[str]]:
    try:
        from ansible.module_utils.basic import env_fallback  # noqa: PLC0415 - option specs are Ansible's own format
    except ImportError:
        return (None, [])
    return (env_fallback, [name])


def _transport_options(prefix: str) -> dict[str, Any]:
    return {
        "url": {"type": "str", "required": True, "fallback": _env(f"{prefix}_URL")},
        "ca_file": {"type": "path", "fallback": _env(f"{prefix}_CA_FILE")},
        "timeout": {"type": "float", "default": 30.0},
        "retries": {"type": "int", "default": 4},
        "rate_limit_patience": {"type": "float", "default": 300.0},
    }


def okta_options() -> dict[str, Any]:
    """The connection options of every Okta module."""
    return {
        **_transport_options("OKTA"),
        "token": {"type": "str", "no_log": True, "fallback": _env("OKTA_TOKEN")},
        "client_id": {"type": "str", "fallback": _env("OKTA_CLIENT_ID")},
        "private_key": {"type": "str", "no_log": True, "fallback": _env("OKTA_PRIVATE_KEY")},
        "private_key_file": {"type": "path", "fallback": _env("OKTA_PRIVATE_KEY_FILE"), "no_log": False},
        "key_id": {"type": "str", "fallback": _env("OKTA_KEY_ID"), "no_log": False},
    }


def iru_options() -> dict[str, Any]:
    """The connection options of every Iru module."""
    return {
        **_transport_options("IRU"),
        "token": {"type": "str", "required": True, "no_log": True, "fallback": _env("IRU_TOKEN")},
    }


def okta_client(task: Task, scopes: tuple[str, ...]) -> Client:
    """A client for the org; ``scopes`` are the least that this run needs, asked for when a service app signs in.

    In check mode those that only writing needs (``….manage``) are left out, so that an app that may only read will do.
    """
    options = task.params
    if options["token"] and options["client_id"]:
        raise InvalidInput(
            "Both token and client_id were given for Okta, so it is not clear who should sign in: give one of them. "
            "What a task does not give may come from the environment variables OKTA_TOKEN and OKTA_CLIENT_ID."
        )
    if options["token"]:
        return _client(OKTA, task, ApiToken(_checked_token(OKTA, options["token"])))
    if not options["client_id"] or not (options["private_key"] or options["private_key_file"]):
        raise InvalidInput(
            "No way to sign in to Okta was given: set token (an API token), or client_id with private_key or "
            "private_key_file (an OAuth service app)."
        )
    reading = tuple(scope for scope in scopes if not scope.endswith(".manage"))
    scopes = (reading or scopes) if task.check else scopes
    key = SigningKey.load(options["private_key"], options["private_key_file"], task.secrets)
    token_request = TokenRequest(
        client_id=options["client_id"],
        key=key,
        key_id=options["key_id"],
        scopes=scopes,
        secrets=task.secrets,
        warn=task.warn,
    )
    asking = _client(OKTA, task, token_request)
    memory = TokenMemory(shared(), asking.base_url, options["client_id"], key, scopes)
    return _client(OKTA, task, ServiceApp(asking, token_request, memory))


def okta_anonymous_client(task: Task) -> Client:
    """A client for the org's public documents, such as ``/.well-known/okta-organization``."""
    return _client(OKTA, task, None)


def iru_client(task: Task) -> Client:
    """A client for the tenant."""
    header = f"Bearer {_checked_token(IRU, task.params['token'])}"
    return _client(IRU, task, HeaderAuth(lambda: header))


def _client(vendor: Vendor, task: Task, auth: HeaderAuth | None) -> Client:
    options = task.params
    for option, least in (("timeout", 0.001), ("retries", 0), ("rate_limit_patience", 0)):
        if not (math.isfinite(options[option]) and options[option] >= least):
            raise InvalidInput(f"{option} is {options[option]} for {vendor.name}; expected a number, {least} or more.")
    _check_ca_file(options["ca_file"])
    return Client(
        vendor,
        options["url"],
        auth,
        ca_file=options["ca_file"],
        timeout=options["timeout"],
        retries=options["retries"],
        patience=options["rate_limit_patience"],
        check=task.check,
    )


def _checked_token(vendor: Vendor, token: str) -> str:
    """The token. Raises InvalidInput, without it, for one that no header can carry."""
    if not all("!" <= character <= "~" for character in token):
        raise InvalidInput(
            f"The {vendor.name} token holds a blank, a line break or a character beyond ASCII, which no token has; "
            "check where it comes from, such as a file that ends with an empty line."
        )
    return token


def _check_ca_file(ca_file: str | None) -> None:
    """Raises InvalidInput for what holds no certificates: requests would not say which option is meant."""
    if not ca_file:
        return
    try:
        if not Path(ca_file).is_dir():
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(ca_file)
    except ssl.SSLError:
        raise InvalidInput(f"The ca_file {ca_file} holds no certificate in PEM form.") from None
    except OSError as error:
        raise InvalidInput(f"The ca_file {ca_file} cannot be read: {error.strerror}.") from None
