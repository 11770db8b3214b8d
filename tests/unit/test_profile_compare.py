"""Comparing profiles: what Iru rewrites is no difference, anything else is, and no difference shows a secret."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile import mobileconfig, scep_payload
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_compare import (
    before_and_after,
    differences,
    payload_summary,
    same_profile,
    secret_values,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_plist import load
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_secrets import is_secret_key
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.profile_strategies import CANARY, as_iru_stores, changed_profiles, keys, payloads

URL = "https://example.okta.com/pki/AB/scep/rac1"


def build(several: list[dict[str, Any]], **options: Any) -> bytes:
    return mobileconfig(several, identifier="com.example.a", name="Example", **options)


def scep_profile(challenge: str = CANARY, **options: Any) -> dict[str, Any]:
    return load(build([scep_payload(URL, challenge, **options)]))


@settings(max_examples=50)
@given(st.lists(payloads, min_size=1, max_size=3))
def test_what_iru_stores_equals_what_was_sent(several):
    text = build(several)
    stored = as_iru_stores(text)
    assert differences(text, stored) == []
    assert same_profile(load(text), stored)


@given(changed_profiles())
def test_any_single_change_inside_is_a_difference_both_ways(pair):
    profile, changed = pair
    found = differences(profile, changed)
    assert found
    assert differences(changed, profile)
    json.dumps([*before_and_after(found)])
    for one in found:
        assert one.change in ("added", "removed", "changed")
        assert one.before != one.after


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, True), (0, False), (1, 1.0), (b"a", "a"), ("2026-01-01T00:00:00", datetime(2026, 1, 1)), ([], {}), ("", [])],
)
def test_values_that_python_or_a_reader_could_mistake_for_each_other_differ(one, other):
    before, after = ({"PayloadType": "com.example.a", "x": value} for value in (one, other))
    (difference,) = differences(load(build([after])), load(build([before])))
    assert difference.path == "payload com.example.a → x"
    assert difference.before != difference.after


def test_the_top_level_keys_of_iru_do_not_count_and_the_others_do():
    wanted = scep_profile()
    found = {**wanted, "PayloadIdentifier": "x", "PayloadUUID": "x", "PayloadDisplayName": "x"}
    assert differences(wanted, found) == []
    assert [str(one) for one in differences(wanted, {**found, "PayloadOrganization": "x"})] == [
        "PayloadOrganization: removed"
    ]


def test_scope_counts_only_if_it_is_wanted():
    wanted = scep_profile()
    assert [one.path for one in differences(wanted, {**wanted, "PayloadScope": "User"})] == ["PayloadScope"]
    without = {key: value for key, value in wanted.items() if key != "PayloadScope"}
    assert differences(without, wanted) == []
    assert [one.path for one in differences(wanted, without)] == ["PayloadScope"]


def test_inner_ids_count():
    wanted, found = scep_profile(), scep_profile()
    found["PayloadContent"][0]["PayloadUUID"] = "x"
    assert [one.path for one in differences(wanted, found)] == ["payload com.apple.security.scep → PayloadUUID"]


def test_the_order_of_a_subject_counts():
    found = differences(scep_profile(subject="CN=a,O=b"), scep_profile(subject="O=b,CN=a"))
    assert {one.path.split(" → ")[2] for one in found} == {"Subject"}


def test_another_challenge_shows_as_changed_without_either_value():
    (difference,) = differences(scep_profile(f"{CANARY}-new"), scep_profile(f"{CANARY}-old"))
    assert str(difference) == "payload com.apple.security.scep → PayloadContent → Challenge: changed"
    before, after = before_and_after([difference])
    assert before != after
    assert CANARY not in repr((difference, before, after))


def test_a_payload_that_is_added_does_not_make_the_others_look_changed():
    first, second = scep_payload(URL, CANARY), {"PayloadType": "com.example.b"}
    (added,) = differences(build([second, first]), build([first]))
    assert added.path == "payload com.example.b (com.example.a.com.example.b)"
    assert (added.change, added.before) == ("added", None)
    (removed,) = differences(build([second]), build([first, second]))
    assert removed.change == "removed"
    assert removed.before["PayloadContent"]["URL"] == URL
    assert CANARY not in repr(removed)


def test_payloads_in_another_order_are_one_difference():
    first, second = scep_payload(URL, CANARY), {"PayloadType": "com.example.b"}
    (difference,) = differences(build([second, first]), build([first, second]))
    assert difference.path == "order of the payloads"


def test_several_payloads_of_a_type_are_numbered():
    several = [{"PayloadType": "com.example.b", "x": number} for number in (1, 2)]
    changed = [several[0], {**several[1], "x": 3}]
    assert [one.path for one in differences(build(changed), build(several))] == ["payload com.example.b number 2 → x"]


SECRET_KEYS = ["Challenge", "Password", "EAPClientConfiguration.UserPassword", "SharedSecret", "client_secret", "Token"]


@given(
    st.sampled_from(SECRET_KEYS),
    st.lists(keys, max_size=3),
    st.sampled_from([str, lambda text: [text], lambda text: {"x": text}, str.encode]),
    st.booleans(),
)
def test_no_difference_ever_shows_a_secret(key, path, form, copied):
    def profile(secret: str) -> bytes:
        value: Any = {key: form(secret), **({"note": f"is {secret}!"} if copied else {})}
        for outer in path:
            value = {outer: [value]}
        return build([{"PayloadType": "com.example.a", "x": value}])

    old, new = profile(f"{CANARY}1&<"), profile(f"{CANARY}2&<")
    for pair in ((old, new), (new, build([{"PayloadType": "com.example.c"}])), (build([{"PayloadType": "c.d"}]), new)):
        found = differences(*pair)
        shown = json.dumps([repr(found), *before_and_after(found)])
        assert found
        assert CANARY not in shown
        assert secret_values(old) != secret_values(new)


def test_the_private_key_of_an_identity_is_a_secret():
    identity = {"PayloadType": "com.apple.security.pkcs12", "PayloadContent": b"\xffkey", "Password": CANARY}
    assert secret_values(build([identity])) == {"/2tleQ==", CANARY}
    certificate = {"PayloadType": "com.apple.security.root", "PayloadContent": b"certificate"}
    assert secret_values(build([certificate])) == set()


def test_words_that_only_sound_secret_are_not():
    payload = {"PayloadType": "com.example.a", "AuthenticationMethod": "Password", "AllowPasscode": True}
    assert secret_values(build([payload])) == set()
    found = differences(build([{**payload, "AllowPasscode": False}]), build([payload]))
    assert [(one.before, one.after) for one in found] == [(True, False)]


def test_numbers_under_secret_keys_are_masked_and_booleans_are_not():
    payload = {"PayloadType": "com.example.b", "Passcode": 135790, "AllowPasscode": True}
    (added,) = differences(build([payload, scep_payload(URL, CANARY)]), build([scep_payload(URL, CANARY)]))
    assert (added.after["Passcode"], added.after["AllowPasscode"]) == ("********", True)


@pytest.mark.parametrize(
    ("key", "secret"),
    [
        *((key, True) for key in SECRET_KEYS),
        *((key, True) for key in ("passphrase", "Passcode", "RegistrationToken", "API_KEY", "PrivateKey", "PSK")),
        *((key, False) for key in ("URL", "TokenToUserMapping", "OktaVerify.PasswordSyncClientID", "PayloadContent")),
    ],
)
def test_which_keys_hold_secrets(key, secret):
    assert is_secret_key(key) is secret


def test_the_summary_tells_what_is_delivered_without_the_secret():
    assert payload_summary(
        build([scep_payload(URL, CANARY, "CN=$UDID,O=a\\,b"), {"PayloadType": "com.example.b"}])
    ) == [
        {
            "type": "com.apple.security.scep",
            "identifier": "com.example.a.com.apple.security.scep",
            "uuid": scep_profile()["PayloadContent"][0]["PayloadUUID"],
            "url": URL,
            "subject": "CN=$UDID,O=a\\,b",
            "key_size": 2048,
            "key_usage": 1,
            "challenge_set": True,
        },
        {
            "type": "com.example.b",
            "identifier": "com.example.a.com.example.b",
            "uuid": payload_summary(build([{"PayloadType": "com.example.b"}]))[0]["uuid"],
        },
    ]


def test_what_is_no_profile_is_refused():
    with pytest.raises(InvalidInput, match="well-formed"):
        differences(scep_profile(), "not a profile")
    odd = {"PayloadType": "Configuration", "PayloadContent": "x"}
    assert [one.path for one in differences(odd, {**odd, "PayloadContent": [{"PayloadType": "a"}]})] == [
        "PayloadContent"
    ]
    assert payload_summary({"PayloadType": "Configuration"}) == []
