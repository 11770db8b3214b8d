"""okta_authenticator against the sandbox's org: FastPass and Okta Verify, predictions, second runs, refusals."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils import _http
from ansible_collections.okta_iru.attestation.plugins.modules import (
    okta_access_policy,
    okta_access_policy_rule,
    okta_authenticator,
)

from tests.integration.okta_module import run, written

EVERYTHING = {
    "fastpass": True,
    "sign_in_button": "always",
    "key_protection": "hardware",
    "user_verification": "required",
    "user_verification_methods": ["biometrics"],
    "fips": "required",
    "number_challenge": "high_risk_only",
    "methods": [{"type": "push", "state": "enabled", "settings": {"transactionTypes": ["LOGIN", "CIBA"]}}],
}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(_http, "_backoff", lambda attempt: 0.0)


def verify(sandbox, **options) -> dict[str, Any]:
    key = {} if {"name", "id"} & set(options) else {"key": "okta_verify"}
    return run(sandbox, okta_authenticator, **{**key, **options})


def stored(sandbox) -> dict[str, Any]:
    return next(one for one in sandbox.state()["okta"]["authenticators"].values() if one["key"] == "okta_verify")


def without_fastpass(sandbox) -> None:
    state = sandbox.state()
    for one in state["okta"]["authenticators"].values():
        if one["key"] == "okta_verify":
            one["methods"]["signed_nonce"]["status"] = "INACTIVE"
    sandbox.load_state(state)


def test_everything_at_once_and_never_again(sandbox):
    without_fastpass(sandbox)
    predicted = verify(sandbox, **EVERYTHING, check=True)
    assert written(sandbox) == []
    changed = verify(sandbox, **EVERYTHING, oauth=True, token=None)
    assert changed["writes"] == predicted["writes"] == written(sandbox)
    assert (changed["diff"], changed["authenticator"]) == (predicted["diff"], predicted["authenticator"])
    base = f"/api/v1/authenticators/{stored(sandbox)['id']}"
    assert [(one["method"], one["path"].removeprefix(base)) for one in changed["writes"]] == [
        ("PUT", ""),
        ("PUT", "/methods/signed_nonce"),
        ("POST", "/methods/signed_nonce/lifecycle/activate"),
        ("PUT", "/methods/push"),
        ("POST", "/methods/push/lifecycle/activate"),
    ]
    sandbox.clear_requests()
    again = verify(sandbox, **EVERYTHING)
    assert (again["changed"], again["writes"], again["diff"]["after"]) == (False, [], {})
    assert [one["method"] for one in sandbox.requests("okta")] == ["GET", "GET"]
    assert verify(sandbox, check=True)["authenticator"] == again["authenticator"]


def test_what_the_user_did_not_set_stays(sandbox):
    """The sandbox's org puts back to their defaults the settings that a PUT lacks."""
    verify(sandbox, fips="required", number_challenge="always", key_protection="hardware")
    verify(sandbox, user_verification="discouraged", sign_in_button="always")
    after = stored(sandbox)
    assert after["settings"]["compliance"] == {"fips": "REQUIRED"}
    assert after["settings"]["channelBinding"] == {"style": "NUMBER_CHALLENGE", "required": "ALWAYS"}
    assert after["settings"]["userVerification"] == "DISCOURAGED"
    fastpass = after["methods"]["signed_nonce"]["settings"]
    assert (fastpass["keyProtection"], fastpass["showSignInWithOV"]) == ("HARDWARE", "ALWAYS")
    assert fastpass["algorithms"] == ["ES256", "RS256"]


def test_only_what_differs_is_written(sandbox):
    one = verify(sandbox, fastpass=True, sign_in_button="always", user_verification="preferred", fips="optional")
    assert [write["method"] for write in one["writes"]] == ["PUT"]
    assert one["diff"]["before"] == {"methods": {"signed_nonce": {"settings": {"showSignInWithOV": "NEVER"}}}}
    assert not verify(sandbox, user_verification_methods=["pin", "biometrics"])["changed"]
    raw = {"settings": {"userVerification": "REQUIRED"}, "methods": [{"type": "totp"}]}
    assert verify(sandbox, **raw)["authenticator"]["settings"]["userVerification"] == "REQUIRED"


def test_found_by_key_name_or_id(sandbox):
    found = stored(sandbox)
    for reference in ({"key": "okta_verify_fastpass"}, {"name": "Okta Verify"}, {"id": found["id"]}):
        result = verify(sandbox, **reference)
        assert (result["authenticator"]["id"], result["changed"]) == (found["id"], False)
    webauthn = run(sandbox, okta_authenticator, key="webauthn", state="enabled")
    assert (webauthn["authenticator"]["status"], len(webauthn["writes"])) == ("ACTIVE", 1)
    assert not run(sandbox, okta_authenticator, key="webauthn", state="enabled")["changed"]
    assert run(sandbox, okta_authenticator, key="webauthn", state="disabled")["changed"]


def test_flexible_okta_verify(sandbox):
    sandbox.settings(okta={"flexible_okta_verify": True})
    refused = verify(sandbox, fips="required", fails=True)
    assert (refused["failure"]["kind"], "give key: okta_verify_fastpass" in refused["msg"]) == ("Refused", True)
    assert verify(sandbox, key="okta_verify_fastpass", fips="required")["changed"]
    assert not verify(sandbox, key="okta_verify_push", fips="required")["changed"]
    assert verify(sandbox, fastpass=False)["changed"]


def test_fastpass_that_rules_need_is_not_switched_off(sandbox):
    run(sandbox, okta_access_policy, name="Desktops")
    rule = {"policy": "Desktops", "name": "Managed", "device": {"registered": True, "managed": True}}
    run(sandbox, okta_access_policy_rule, **rule, require="managed_fastpass")
    sandbox.clear_requests()
    warned = verify(sandbox, fastpass=False, check=True)
    assert "whether Okta lets the method signed_nonce be switched off" in warned["warnings"][0]
    refused = verify(sandbox, fastpass=False, fails=True)
    assert (refused["failure"]["kind"], refused["failure"]["status"]) == ("Refused", 400)
    for words in (
        "signed_nonce",
        "App Assurance Policies: Desktops",
        "Policy rules: Managed",
        "locked out",
    ):
        assert words in refused["msg"]
    assert written(sandbox) == []
    assert stored(sandbox)["methods"]["signed_nonce"]["status"] == "ACTIVE"


def test_okta_verify_that_users_enrol_in_is_not_switched_off(sandbox):
    refused = verify(sandbox, state="disabled", fails=True)
    assert (refused["failure"]["kind"], refused["failure"]["code"]) == ("Refused", "E0000148")
    assert "Authenticator Enrollment Policies: Default Policy" in refused["msg"]
    sandbox.settings(okta={"enrollment_policy_authenticators": []})
    assert verify(sandbox, state="disabled")["authenticator"]["status"] == "INACTIVE"
    assert verify(sandbox, state="enabled")["authenticator"]["status"] == "ACTIVE"


def test_a_setting_that_the_org_lacks_is_told_of(sandbox):
    dropped = verify(sandbox, enrollment_security_level="high")
    assert "did not keep enrollmentSecurityLevel of Okta Verify" in dropped["warnings"][0]
    dropped = verify(sandbox, methods=[{"type": "push", "settings": {"keyProtection": "HARDWARE", "keyStore": "x"}}])
    assert [one.split(" as ")[0] for one in dropped["warnings"]] == ["Okta did not keep keyStore of Okta Verify, push,"]
    sandbox.settings(okta={"enrollment_security_level": True})
    assert "warnings" not in verify(sandbox, enrollment_security_level="high")
    assert not verify(sandbox, enrollment_security_level="high")["changed"]


@pytest.mark.parametrize(
    ("options", "kind", "says"),
    [
        ({"key": "okta_verfy"}, "NotFound", "'okta_verify'"),
        ({"name": "Okta Verfy"}, "NotFound", "'Okta Verify'"),
        ({"id": "autX"}, "NotFound", "authenticator with the id 'autX'"),
        ({"key": "webauthn", "fastpass": True}, "InvalidInput", "fastpass is for Okta Verify"),
        ({"key": "webauthn", "fips": "required"}, "InvalidInput", "fips is for Okta Verify"),
        ({"methods": [{"type": "sms"}]}, "NotFound", "no method of this authenticator 'sms'"),
        ({"fastpass": True, "methods": [{"type": "signed_nonce"}]}, "InvalidInput", "set twice"),
        ({"settings": {"userVerification": "MAYBE"}}, "ApiError", "userVerification: must be one of"),
        ({"key": "okta_password", "state": "disabled"}, "ApiError", "E0000022"),
    ],
)
def test_bad_input(sandbox, options, kind, says):
    result = verify(sandbox, **options, fails=True)
    assert (result["failure"]["kind"], says in result["msg"]) == (kind, True), result["msg"]
    assert written(sandbox) == []


@pytest.mark.parametrize(
    "fault",
    [{"close": "before"}, {"close": "after"}, {"status": 503}, {"status": 503, "effect": True}, {"truncate": True}],
)
def test_a_write_that_breaks_off_is_finished(sandbox, fault):
    for method, options in (
        ("PUT", {"fips": "required"}),
        ("POST", {"fastpass": False}),
        ("POST", {"fastpass": True}),
    ):
        sandbox.faults({"match": {"service": "okta", "method": method}, "do": fault})
        assert verify(sandbox, **options)["changed"], options
        sandbox.clear_faults()
        assert not verify(sandbox, **options)["changed"], options
