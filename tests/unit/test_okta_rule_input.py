"""Input for rules that cannot be meant is refused with what to do about it, before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import ApiError, InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_body import wanted_body
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_options import scopes_of
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_verify_keys import KeyNames, renamed

from tests.unit.okta_rule_wishes import device, options

SMS = {"key": "phone_number", "method": "sms"}
FASTPASS = {"key": "okta_verify", "method": "signed_nonce"}
ALL_UNPHISHABLE = [FASTPASS, {"key": "webauthn", "method": "webauthn"}, {"key": "smart_card_idp", "method": "cert"}]


def possession(**set_: Any) -> dict[str, Any]:
    return {"constraints": [{"possession": set_}]}


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        ({"device": device(managed=True)}, "device.registered: true"),
        ({"device": device(registered=False, managed=False)}, "device.registered: true"),
        ({"device": device(registered=False, assurance=["dae1"])}, "device.assurance"),
        ({"require": "managed_fastpass"}, "managed: true"),
        ({"require": "managed_fastpass", "device": device(registered=True, managed=False)}, "managed: true"),
        ({"access": "deny", "factor_mode": "2FA"}, "factor_mode"),
        ({"access": "deny", "chains": [["a/b"]]}, "chains cannot be combined with access: deny"),
        ({"network": {"connection": "anywhere", "include": ["nzo1"], "exclude": None}}, "takes no zones"),
        ({"network": {"connection": "zone", "include": [], "exclude": None}}, "needs zones"),
        ({"groups": ["00g1"], "conditions": {"people": {}}}, "people"),
        ({"actions": {"appSignOn": {}}}, "access ALLOW or DENY"),
        ({"reauthenticate_in": "PT"}, "PT12H"),
        ({"inactivity_period": "1h"}, "inactivity_period is '1h'"),
        ({"platforms": ["MacOs X"]}, "Did you mean 'macos'"),
        ({"platforms": [3]}, "expected a name, or a dictionary"),
        ({"platforms": [{"os": "macos", "versoin": "14"}]}, "versoin"),
        ({"exclude_platforms": [{"os": "solaris"}]}, "exclude_platforms holds os 'solaris'"),
        ({"platforms": [{"os": "other"}]}, "without an expression"),
        ({"require": "two_factors", "factor_mode": "1FA"}, "two factors, but factor_mode is 1FA"),
        (possession(deviceBound="required"), "expected REQUIRED or OPTIONAL"),
        (possession(devicebound="REQUIRED"), "Did you mean 'deviceBound'"),
        ({"constraints": [{"posession": {}}]}, "Did you mean 'possession'"),
        ({"constraints": [{"knowledge": {"deviceBound": "REQUIRED"}}]}, "knowledge holds 'deviceBound'"),
        (possession(userVerificationMethods=["BIOMETRICS"]), "needs userVerification: REQUIRED"),
        (possession(userVerification="REQUIRED", userVerificationMethods=["FACE"]), "BIOMETRICS or PIN"),
        (possession(phishingResistant="REQUIRED", authenticationMethods=[SMS]), "nobody could sign in"),
        (possession(phishingResistant="REQUIRED", methods=["totp"]), "nobody could sign in"),
        (possession(phishingResistant="REQUIRED", excludedAuthenticationMethods=ALL_UNPHISHABLE), "excludes every"),
        (possession(deviceBound="REQUIRED", authenticationMethods=[SMS]), "bound to a device"),
        (possession(authenticationMethods=[SMS], excludedAuthenticationMethods=[SMS]), "wants and excludes"),
        (possession(required=True, excludedAuthenticationMethods=[SMS]), "Leave required out"),
        (possession(authenticationMethods=[{"key": "okta_verify"}]), "without method"),
        (possession(authenticationMethods=SMS), "expected a list"),
        (possession(reauthenticateIn="never"), "reauthenticateIn is 'never'"),
        ({"constraints": [{"knowledge": {}, "possession": {}}], "factor_mode": "1FA"}, "two factors"),
        ({"constraints": ["possession"]}, "expected a dictionary"),
        ({"chains": []}, "1 to 5"),
        ({"chains": [["a/b"]] * 6}, "1 to 5"),
        ({"chains": [["a/b"] * 4]}, "1 to 3"),
        ({"chains": [["okta_verify"]]}, "expected key/method"),
        ({"chains": [[{"methods": []}]]}, "expected a method"),
        ({"chains": [[{"method": "a/b"}]]}, "expected a method"),
        ({"chains": [[{"methods": ["a/b"], "reauthenticate_in": "x"}]]}, "reauthenticate_in of chain 1"),
        ({"chains": [[{"methods": ["a/b"], "reauthenticate_in": "PT1H"}]], "reauthenticate_in": "PT2H"}, "only one"),
        ({"chains": [["a/b"]], "factor_mode": "2FA"}, "no meaning beside chains"),
        ({"id_proofing": {"id": "x"}, "inactivity_period": "PT1H"}, "no meaning beside id_proofing"),
    ],
)
def test_refused(wish: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        wanted_body(options(name="R", **wish), None)


def test_only_names_want_the_scope_of_their_look_up() -> None:
    base = ("okta.policies.read", "okta.policies.manage", "okta.apps.read")
    assert scopes_of([options(device=device(registered=True), user_types=["oty1a2b3c4d5e6f7g8h9"])]) == base
    named = options(device=device(assurance=["Laptops"]), exclude_user_types=["user"], users=["a@b"], groups=[])
    assert scopes_of([named]) == (*base, "okta.deviceAssurance.read", "okta.userTypes.read", "okta.users.read")


BODY = {
    "actions": {
        "appSignOn": {"verificationMethod": {"constraints": [{"possession": {"authenticationMethods": [FASTPASS]}}]}}
    }
}


def refuse(status: int) -> ApiError:
    return ApiError("refused", status=status)


def test_names_of_okta_verify_are_learnt_once_from_a_refusal() -> None:
    written: list[Any] = []

    def write(body: Any) -> Any:
        written.append(body)
        if "okta_verify_fastpass" not in str(body):
            raise refuse(400)
        return body

    names = KeyNames([])
    assert names.send(BODY, write) == renamed(BODY, flexible=True) != BODY
    assert names.send(BODY, write) == renamed(BODY, flexible=True)
    assert [str(body).count("okta_verify_fastpass") for body in written] == [0, 1, 1]


def test_names_of_okta_verify_are_seen_in_rules_that_are_there() -> None:
    assert KeyNames([renamed(BODY, flexible=True)]).send(BODY, lambda body: body) == renamed(BODY, flexible=True)
    new = renamed(BODY, flexible=True)
    assert KeyNames([BODY]).send(new, lambda body: body) == BODY


def test_a_refusal_that_the_other_names_do_not_cure_is_told_as_it_was() -> None:
    first, second = refuse(400), refuse(400)
    answers = iter([first, second])

    def write(_body: Any) -> Any:
        raise next(answers)

    with pytest.raises(ApiError) as told:
        KeyNames([]).send(BODY, write)
    assert told.value is first
    for status, body in ((403, BODY), (400, {"actions": {}})):
        answers = iter([refuse(status)])
        with pytest.raises(ApiError):
            KeyNames([]).send(body, write)
