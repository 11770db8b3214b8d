"""Laws of a PUT that replaces: it keeps what was not set, and a second one would change nothing."""

from __future__ import annotations

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_authenticators import laid_over, lost_settings
from hypothesis import given
from hypothesis import strategies as st

from sandbox.okta.authenticator_settings import OKTA_VERIFY, accepted_method_settings, accepted_settings
from tests.unit.okta_org import new_world

WORLD = new_world(2)
SWITCHES = WORLD.data["okta"]["settings"]


def some(*words: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(words), min_size=1, unique=True)


VERIFY = {
    "compliance": st.fixed_dictionaries({"fips": st.sampled_from(["OPTIONAL", "REQUIRED"])}),
    "channelBinding": st.fixed_dictionaries(
        {}, optional={"required": st.sampled_from(["NEVER", "ALWAYS"]), "style": st.just("NUMBER_CHALLENGE")}
    ),
    "userVerification": st.sampled_from(["DISCOURAGED", "PREFERRED", "REQUIRED"]),
    "userVerificationMethods": some("PIN", "BIOMETRICS"),
    "enrollmentSecurityLevel": st.sampled_from(["ANY", "HIGH"]),
}
FASTPASS = {
    "algorithms": some("ES256", "RS256"),
    "keyProtection": st.sampled_from(["ANY", "HARDWARE"]),
    "showSignInWithOV": st.sampled_from(["ALWAYS", "NEVER"]),
}
KINDS = st.fixed_dictionaries({"authenticator_put_merges": st.booleans(), "enrollment_security_level": st.booleans()})


def settings(known: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Any of these settings."""
    return st.fixed_dictionaries({}, optional=known)


def put(found: dict[str, Any], sent: dict[str, Any], method: str | None) -> dict[str, Any]:
    """The settings after a PUT to the model of Okta."""
    if method:
        return accepted_method_settings(WORLD, {"type": method, "settings": found}, sent)
    return accepted_settings(WORLD, {"key": "okta_verify", "settings": found}, sent)


def hold(before: dict[str, Any], wanted: dict[str, Any], method: str | None) -> None:
    found = put({"appInstanceId": "0oa1"} if method is None else {}, before, method)
    now = put(found, laid_over(found, wanted), method)
    # An org may not know a setting; of the rest, all that is wanted is there and all that is not set is as it was.
    known = {key: value for key, value in wanted.items() if key in found}
    assert lost_settings(known, {"settings": now}) == []
    assert lost_settings(wanted, {"settings": now}) == sorted(set(wanted) - set(known))
    assert {key: now[key] for key in set(found) - set(wanted)} == {key: found[key] for key in set(found) - set(wanted)}
    assert put(now, laid_over(now, wanted), method) == now


@given(before=settings(VERIFY), wanted=settings(VERIFY), org=KINDS)
def test_okta_verify(before: dict[str, Any], wanted: dict[str, Any], org: dict[str, bool]) -> None:
    SWITCHES.update(org)
    hold(before, wanted, None)


@given(before=settings(FASTPASS), wanted=settings(FASTPASS), org=KINDS)
def test_fastpass(before: dict[str, Any], wanted: dict[str, Any], org: dict[str, bool]) -> None:
    SWITCHES.update(org)
    hold(before, wanted, "signed_nonce")


def test_an_object_is_changed_within() -> None:
    now = laid_over(OKTA_VERIFY, {"channelBinding": {"required": "ALWAYS"}})
    assert now["channelBinding"] == {"style": "NUMBER_CHALLENGE", "required": "ALWAYS"}
    assert OKTA_VERIFY["channelBinding"]["required"] == "NEVER"
