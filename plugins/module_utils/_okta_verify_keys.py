# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two ways in which rules name the methods of Okta Verify.

In an org with the feature "Flexible Okta Verify authenticator configuration" a rule must say ``okta_verify_fastpass``,
``okta_verify_push`` or ``okta_verify_totp``, and ``okta_verify`` is refused; in all others it is the other way round.
Rules that are there are translated when the feature is switched on (okta-developer-docs,
guides/authenticators-okta-verify). Which way an org has it is seen from its rules, or else from its refusal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import ApiError
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record

_KEY = "okta_verify"
_KEY_OF_METHOD = {
    "signed_nonce": "okta_verify_fastpass",
    "push": "okta_verify_push",
    "totp": "okta_verify_totp",
    "otp": "okta_verify_totp",
}
_METHOD_OF_KEY = {"okta_verify_fastpass": "signed_nonce", "okta_verify_push": "push", "okta_verify_totp": "totp"}


class KeyNames:
    """What is known of the org's way to name the methods; one for all rules of a task."""

    def __init__(self, rules: Iterable[Record] = ()) -> None:
        seen = {method["key"] for rule in rules for method in _methods(rule.get("actions"))}
        self.flexible: bool | None = True if seen & set(_METHOD_OF_KEY) else False if _KEY in seen else None

    def send(self, body: Record, write: Callable[[Record], Any]) -> Any:
        """Write a rule with the names that the org takes.

        As long as they are not known, a body that is refused is written once more with the others. Raises the first
        refusal if both are refused.
        """
        if not any(_is_okta_verify(method) for method in _methods(body.get("actions"))):
            return write(body)
        if self.flexible is not None:
            return write(renamed(body, flexible=self.flexible))
        try:
            return write(body)
        except ApiError as refusal:
            uses_new = any(method["key"] in _METHOD_OF_KEY for method in _methods(body.get("actions")))
            if refusal.status != 400:
                raise
            try:
                answer = write(renamed(body, flexible=not uses_new))
            except ApiError:
                raise refusal from None
            self.flexible = not uses_new
            return answer


def renamed(value: Any, *, flexible: bool) -> Any:
    """A copy in which every method of Okta Verify has the key of one of the two ways."""
    if isinstance(value, list):
        return [renamed(item, flexible=flexible) for item in value]
    if not isinstance(value, dict):
        return value
    copied = {key: renamed(item, flexible=flexible) for key, item in value.items()}
    if not _is_okta_verify(copied):
        return copied
    if not flexible:
        return {"method": _METHOD_OF_KEY.get(copied["key"]), **copied, "key": _KEY}
    return {**copied, "key": _KEY_OF_METHOD.get(str(copied.get("method")), copied["key"])}


def _is_okta_verify(value: Any) -> bool:
    return isinstance(value, dict) and (value.get("key") == _KEY or value.get("key") in _METHOD_OF_KEY)


def _methods(value: Any) -> Iterator[Record]:
    """Every object with a ``key`` that is text, at any depth: the methods that actions name."""
    if isinstance(value, list):
        for item in value:
            yield from _methods(item)
    elif isinstance(value, dict):
        if isinstance(value.get("key"), str):
            yield value
        for item in value.values():
            yield from _methods(item)
