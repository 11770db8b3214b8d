"""The SCEP payload and the .mobileconfig around payloads."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile import (
    complete_payloads,
    mobileconfig,
    payload_uuid,
    scep_payload,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_lint import lint
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_plist import load
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.profile_strategies import CANARY, payloads, texts

URL = "https://example.okta.com/pki/0123456789ABCDEF0123456789ABCDEF01234567/scep/rac1a2b3c4D5e6F7g8h9"
IDENTIFIER = "com.example.okta.attestation"


def test_the_default_payload_is_what_okta_asks_for_in_apples_spelling():
    assert scep_payload(URL, CANARY) == {
        "PayloadType": "com.apple.security.scep",
        "PayloadVersion": 1,
        "PayloadDisplayName": "SCEP (Okta)",
        "PayloadContent": {
            "URL": URL,
            "Name": "Okta",
            "Subject": [[["CN", "$SERIAL_NUMBER"]]],
            "Challenge": CANARY,
            "Keysize": 2048,
            "Key Type": "RSA",
            "Key Usage": 1,
            "Retries": 3,
            "RetryDelay": 10,
            "AllowAllAppsAccess": True,
            "KeyIsExtractable": False,
        },
    }


def test_the_default_profile_has_no_finding():
    assert lint(mobileconfig([scep_payload(URL, CANARY)], identifier=IDENTIFIER, name="Okta")) == []


def test_every_option_reaches_its_key():
    payload = scep_payload(
        URL,
        CANARY,
        [[["O", "x"]]],
        name="CA",
        key_size=4096,
        key_usage="both",
        retries=0,
        retry_delay=60,
        ca_fingerprint="AB:" * 19 + "cd",
        subject_alt_name={"rfc822Name": "$EMAIL", "dNSName": ["a", "b"]},
        allow_all_apps_access=False,
        key_is_extractable=True,
        display_name="shown",
        identifier="com.example.scep",
    )
    assert payload["PayloadIdentifier"] == "com.example.scep"
    assert payload["PayloadDisplayName"] == "shown"
    assert payload["PayloadContent"] == {
        "URL": URL,
        "Name": "CA",
        "Subject": [[["O", "x"]]],
        "Challenge": CANARY,
        "Keysize": 4096,
        "Key Type": "RSA",
        "Key Usage": 5,
        "Retries": 0,
        "RetryDelay": 60,
        "AllowAllAppsAccess": False,
        "KeyIsExtractable": True,
        "CAFingerprint": b"\xab" * 19 + b"\xcd",
        "SubjectAltName": {"rfc822Name": "$EMAIL", "dNSName": ["a", "b"]},
    }


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"url": ""}, ["url", "not empty"]),
        ({"url": 5}, ["url"]),
        ({"challenge": ""}, ["challenge", "secret key", "Device integrations"]),
        ({"challenge": None}, ["challenge", "secret key"]),
        ({"challenge": f"{CANARY}\n"}, ["challenge", "white space", "trim"]),
        ({"subject": "E=a"}, ["position 1"]),
        ({"subject": [["CN", "a"]]}, ["subject", "arrays"]),
        ({"key_size": 3072}, ["key_size", "3072", "1024, 2048, 4096"]),
        ({"key_size": True}, ["key_size"]),
        ({"key_size": 2048.0}, ["key_size"]),
        ({"key_usage": "sign"}, ["key_usage", "'sign'", "signing (1)"]),
        ({"key_usage": 2}, ["key_usage"]),
        ({"key_usage": True}, ["key_usage"]),
        ({"retries": -1}, ["retries", "-1"]),
        ({"retry_delay": "10"}, ["retry_delay"]),
        ({"ca_fingerprint": "abcd"}, ["ca_fingerprint", "40 (SHA-1) or 64 (SHA-256)"]),
        ({"ca_fingerprint": "zz" * 20}, ["ca_fingerprint"]),
        ({"subject_alt_name": {"email": "a"}}, ["subject_alt_name", "'email'", "rfc822Name"]),
        ({"subject_alt_name": {"dNSName": []}}, ["dNSName"]),
        ({"subject_alt_name": {}}, ["subject_alt_name"]),
        ({"allow_all_apps_access": "yes"}, ["allow_all_apps_access", "true or false"]),
        ({"key_is_extractable": 0}, ["key_is_extractable"]),
    ],
)
def test_a_wrong_option_is_named_and_the_challenge_never(options, words):
    with pytest.raises(InvalidInput) as caught:
        scep_payload(**{"url": URL, "challenge": CANARY, **options})
    assert all(word in caught.value.message for word in words), caught.value.message
    assert CANARY not in caught.value.message


def test_the_profile_around_a_payload():
    text = mobileconfig(
        [scep_payload(URL, CANARY), {"PayloadType": "com.example.a"}, {"PayloadType": "com.example.a", "x": b"\x00"}],
        identifier=IDENTIFIER,
        name="Okta",
        organization="Example",
        description="For tests",
    )
    profile = load(text)
    content = profile.pop("PayloadContent")
    assert profile == {
        "PayloadType": "Configuration",
        "PayloadVersion": 1,
        "PayloadIdentifier": IDENTIFIER,
        "PayloadUUID": payload_uuid(IDENTIFIER),
        "PayloadDisplayName": "Okta",
        "PayloadScope": "System",
        "PayloadOrganization": "Example",
        "PayloadDescription": "For tests",
    }
    assert [one["PayloadIdentifier"] for one in content] == [
        f"{IDENTIFIER}.com.apple.security.scep",
        f"{IDENTIFIER}.com.example.a",
        f"{IDENTIFIER}.com.example.a.2",
    ]
    assert all(one["PayloadVersion"] == 1 for one in content)
    assert text.startswith(b'<?xml version="1.0" encoding="UTF-8"?>')


def test_payload_uuids_never_change_from_one_release_to_the_next():
    """Recorded once. If this fails, every Mac in every tenant would enrol again: do not adapt the test."""
    scep = load(mobileconfig([scep_payload(URL, CANARY)], identifier=IDENTIFIER, name="Okta"))["PayloadContent"][0]
    assert scep["PayloadUUID"] == "97C8207F-6A90-5FBE-893F-C99A95A1C7F3"
    assert payload_uuid(IDENTIFIER) == "5A0618B6-4B0D-5F38-9308-F9789DB634AD"


@given(texts.filter(str.strip).map(str.strip), texts.filter(str.strip).map(str.strip))
def test_uuids_depend_on_names_and_never_on_settings_or_the_secret(challenge, name):
    def ids(**options: Any) -> list[tuple[str, str]]:
        text = mobileconfig([scep_payload(URL, **options)], identifier=IDENTIFIER, name=name)
        return [(one["PayloadIdentifier"], one["PayloadUUID"]) for one in load(text)["PayloadContent"]]

    assert ids(challenge=challenge, subject="O=x", name=name) == ids(challenge=CANARY)


@settings(max_examples=50)
@given(st.lists(payloads, min_size=1, max_size=4))
def test_building_is_deterministic_and_ids_are_unique(several):
    text = mobileconfig(several, identifier=IDENTIFIER, name="x")
    assert mobileconfig([dict(reversed(one.items())) for one in several], identifier=IDENTIFIER, name="x") == text
    content = load(text)["PayloadContent"]
    for key in ("PayloadIdentifier", "PayloadUUID"):
        assert len({one[key] for one in content}) == len(several)
    assert all(str(uuid.UUID(one["PayloadUUID"])).upper() == one["PayloadUUID"] for one in content)


def test_an_identifier_of_ones_own_makes_the_uuid_independent_of_the_order():
    a, b = ({"PayloadType": "com.example.a", "PayloadIdentifier": f"com.example.{key}"} for key in "ab")
    one, other = complete_payloads([a, b], IDENTIFIER), complete_payloads([b, a], IDENTIFIER)
    assert one == other[::-1]
    kept = complete_payloads([{**a, "PayloadUUID": "mine", "PayloadVersion": 2}], IDENTIFIER)[0]
    assert (kept["PayloadUUID"], kept["PayloadVersion"]) == ("mine", 2)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"payloads": []}, ["at least one payload"]),
        ({"payloads": {"PayloadType": "a"}}, ["list"]),
        ({"payloads": [{"a": 1}]}, ["number 1", "PayloadType"]),
        ({"payloads": ["a"]}, ["number 1", "PayloadType"]),
        ({"payloads": [{"PayloadType": "a", "b": {"c": None}}]}, ["PayloadContent → 0 → b → c"]),
        ({"identifier": ""}, ["identifier"]),
        ({"name": " x"}, ["name", "white space"]),
        ({"scope": "system"}, ["scope", "System, User"]),
        ({"organization": ""}, ["organization"]),
    ],
)
def test_a_wrong_profile_is_refused(arguments, words):
    defaults = {"payloads": [{"PayloadType": "com.example.a"}], "identifier": IDENTIFIER, "name": "x"}
    with pytest.raises(InvalidInput) as caught:
        mobileconfig(**{**defaults, **arguments})
    assert all(word in caught.value.message for word in words), caught.value.message
