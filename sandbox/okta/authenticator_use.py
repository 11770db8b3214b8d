"""Which policies need an authenticator, and Okta's refusals to switch it off while they do.

Both refusals are recorded (okta/terraform-provider-okta, TestAccResourceOktaAuthenticator_OktaVerifyCRUD and
_OktaVerifyWithMethods_crud); that a method is refused as its authenticator is, is constructed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.okta.answers import OktaError
from sandbox.world import World

_RESISTANT = (
    "This action can't be completed because it would result in 0 phishing resistant authenticators and your org has at "
    "least one authentication policy rule that requires phishing resistant authenticators.\n To continue, either "
    "enable FIDO 2 (WebAuthn) or remove the phishing resistance constraint from the affected policies.\n Policy rules: "
)


def refuse_if_policies_need_it(world: World, authenticator: dict[str, Any]) -> None:
    """Raises OktaError while sign-on policies (400 E0000001) or enrolment policies (403 E0000148) need it."""
    if authenticator["key"] == "okta_verify":
        refuse_if_rules_need_fastpass(world)
    if authenticator["key"] in world.data["okta"]["settings"]["enrollment_policy_authenticators"]:
        raise OktaError("E0000148", causes=["Authenticator Enrollment Policies: Default Policy"])


def refuse_if_rules_need_fastpass(world: World) -> None:
    """Raises OktaError while rules ask for a registered device or, without WebAuthn, for phishing resistance."""
    registered = [policy["name"] for policy, rule in _rules(world) if _asks_for_registered(rule)]
    resistant = (
        [] if _has_webauthn(world) else [rule["name"] for _, rule in _rules(world) if _asks_for_resistance(rule)]
    )
    causes = [f"App Assurance Policies: {', '.join(dict.fromkeys(registered))}"] if registered else []
    causes += [_RESISTANT + ",".join(resistant)] if resistant else []
    if causes:
        raise OktaError("E0000001", "Authenticator", causes)


def _rules(world: World) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for policy in world.data["okta"]["policies"].values():
        for rule in policy["rules"]:
            yield policy, rule


def _asks_for_registered(rule: dict[str, Any]) -> bool:
    return ((rule["conditions"] or {}).get("device") or {}).get("registered") is True


def _asks_for_resistance(rule: dict[str, Any]) -> bool:
    method = rule["actions"]["appSignOn"].get("verificationMethod") or {}
    possessions = (constraint.get("possession") or {} for constraint in method.get("constraints") or [])
    return any(possession.get("phishingResistant") == "REQUIRED" for possession in possessions)


def _has_webauthn(world: World) -> bool:
    authenticators = world.data["okta"]["authenticators"].values()
    return any(each["key"] == "webauthn" and each["status"] == "ACTIVE" for each in authenticators)
