"""Every code of the lint, each by the smallest change to a profile that has no finding."""

from __future__ import annotations

import plistlib
import re
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile import mobileconfig, scep_payload
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_lint import lint
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_plist import dump, load
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_variables import (
    APPLE_VARIABLES,
    IRU_VARIABLES,
    longest_expansion,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.profile_strategies import CANARY, keys, values

URL = "https://example.okta.com/pki/AB/scep/rac1"
ABSENT = object()
SCEP = "com.apple.security.scep"


def good() -> dict[str, Any]:
    return load(mobileconfig([scep_payload(URL, CANARY)], identifier="com.example.a", name="Example"))


def with_scep(**changes: Any) -> dict[str, Any]:
    """The good profile with changed keys in the SCEP settings."""
    profile = good()
    _change(profile["PayloadContent"][0]["PayloadContent"], changes)
    return profile


def _change(target: dict[str, Any], changes: dict[str, Any]) -> None:
    for key, value in changes.items():
        if value is ABSENT:
            del target[key]
        else:
            target[key] = value


def seen(source: Any, **options: Any) -> list[tuple[str, str]]:
    findings = lint(source, **options)
    assert CANARY not in repr([*findings, *map(str, findings)])
    return [(finding.severity, finding.code) for finding in findings]


@pytest.mark.parametrize(
    ("changes", "expected", "words"),
    [
        ({"URL": "example.okta.com/pki/x"}, ("error", "url-scheme"), "https://"),
        ({"URL": "http://example.okta.com/pki/x"}, ("error", "url-scheme"), "http://"),
        ({"URL": "https:///pki"}, ("error", "url-malformed"), "HOST"),
        ({"URL": "https://a b/pki"}, ("error", "url-malformed"), "HOST"),
        ({"URL": "https://a:x/pki"}, ("error", "url-malformed"), "HOST"),
        ({"URL": "https://user:pass@a/pki"}, ("error", "url-malformed"), "HOST"),
        ({"URL": ABSENT}, ("error", "url-missing"), "SCEP URL"),
        ({"URL": b"https://a/"}, ("error", "wrong-type"), "must be text; it is data"),
        ({"Challenge": ""}, ("error", "challenge-empty"), "secret key"),
        ({"Challenge": ABSENT}, ("error", "challenge-empty"), "secret key"),
        ({"Challenge": f" {CANARY}"}, ("error", "challenge-blank"), "white space"),
        ({"Challenge": f"{CANARY}$UDID"}, ("error", "challenge-variable"), "Reset"),
        ({"Challenge": 5}, ("error", "wrong-type"), "must be text; it is an integer"),
        ({"Keysize": 3072}, ("error", "key-size"), "1024, 2048, 4096"),
        ({"Keysize": 4096}, ("warning", "key-size"), "2048"),
        ({"Keysize": ABSENT}, ("warning", "key-size"), "1024"),
        ({"Keysize": "2048"}, ("error", "wrong-type"), "an integer; it is text"),
        ({"Keysize": True}, ("error", "wrong-type"), "an integer; it is a boolean"),
        ({"Key Type": "EC"}, ("error", "key-type"), "RSA"),
        ({"Key Usage": 128}, ("error", "key-usage"), "1 (signing)"),
        ({"Key Usage": 4}, ("error", "key-usage"), "signing"),
        ({"Key Usage": ABSENT}, ("error", "key-usage"), "signing"),
        ({"Key Usage": 5}, ("warning", "key-usage"), "alone"),
        ({"KeyIsExtractable": True}, ("warning", "key-extractable"), "exported"),
        ({"KeyIsExtractable": ABSENT}, ("warning", "key-extractable"), "default"),
        ({"AllowAllAppsAccess": False}, ("error", "key-access"), "Okta Verify"),
        ({"AllowAllAppsAccess": ABSENT}, ("error", "key-access"), "Okta Verify"),
        ({"CAFingerprint": "abcd"}, ("error", "wrong-type"), "data"),
        ({"KeychainAccessGroups": []}, ("warning", "key-unknown"), "ignores"),
        ({"KeyType": "RSA"}, ("warning", "key-unknown"), "KeyType"),
        ({"Subject": ABSENT}, ("warning", "cn-missing"), "CN"),
        ({"Subject": [[["O", "x"]]]}, ("warning", "cn-missing"), "CN"),
        ({"Subject": "CN=a"}, ("error", "wrong-type"), "array"),
        ({"Subject": [["CN", "a"]]}, ("error", "subject-form"), "[[["),
        ({"Subject": [[["CN", "a"]], [["E", "b"]]]}, ("error", "subject-attribute"), "1.2.840.113549.1.9.1"),
        ({"Subject": [[["cn", "a"]]]}, ("warning", "subject-attribute"), "Write CN"),
        ({"Subject": [[["CN", "a"]], [["OU", " "]]]}, ("warning", "subject-attribute"), "no value"),
        ({"Subject": [[["CN", "a"]], [["C", "Germany"]]]}, ("warning", "subject-attribute"), "two capital letters"),
        ({"Subject": [[["CN", "x" * 65]]]}, ("error", "cn-too-long"), "65"),
        ({"Subject": [[["CN", "managementAttestation $UDID $DEVICE_ID"]]]}, ("error", "cn-too-long"), "OU"),
        ({"Subject": [[["CN", "$EMAIL managementAttestation"]]]}, ("warning", "cn-can-exceed"), "42 are left"),
        ({"Subject": [[["CN", "%ComputerName%"]]]}, ("warning", "cn-can-exceed"), "%ComputerName%"),
        ({"Subject": [[["CN", "$SERIAL_NUMBR"]]]}, ("error", "unknown-variable"), "did you mean $SERIAL_NUMBER?"),
        ({"Subject": [[["CN", "$serial_number"]]]}, ("error", "unknown-variable"), "did you mean $SERIAL_NUMBER?"),
        ({"Subject": [[["CN", "${UDID}"]]]}, ("error", "unknown-variable"), "did you mean $UDID?"),
        ({"Subject": [[["CN", "$SERIAL"]]]}, ("error", "unknown-variable"), "did you mean $SERIAL_NUMBER?"),
        ({"Subject": [[["CN", "$XYZZY"]]]}, ("error", "unknown-variable"), "$ASSET_TAG"),
        ({"Subject": [[["CN", "%SerialNumbr%"]]]}, ("error", "unknown-variable"), "did you mean %SerialNumber%?"),
        ({"Name": "$FOO"}, ("error", "unknown-variable"), "$FOO"),
        ({"SubjectAltName": {"rfc822Name": ["$EMIAL"]}}, ("error", "unknown-variable"), "$EMAIL"),
        ({"SubjectAltName": {"dnsName": "a"}}, ("error", "san-type"), "dNSName"),
    ],
)
def test_scep_settings(changes, expected, words):
    profile = with_scep(**changes)
    assert seen(profile)[:1] == [expected]
    finding = lint(profile)[0]
    assert words in finding.message, finding.message
    assert finding.payload == "com.apple.security.scep (com.example.a.com.apple.security.scep)"
    assert finding.key == f"PayloadContent → {next(iter(changes))}"


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("KeyType", "Key Type"),
        ("Key_Usage", "Key Usage"),
        ("KeyUsage", "Key Usage"),
        ("KeySize", "Keysize"),
        ("Url", "URL"),
        ("challenge", "Challenge"),
        ("AllowAllAppAccess", "AllowAllAppsAccess"),
        ("CaFingerPrint", "CAFingerprint"),
        ("Retry Delay", "RetryDelay"),
        ("SubjectAlternativeName", "SubjectAltName"),
    ],
)
def test_a_misspelt_key_names_the_right_one(wrong, right):
    profile = good()
    content = profile["PayloadContent"][0]["PayloadContent"]
    content[wrong] = content.pop(right, "x")
    findings = [finding for finding in lint(profile) if finding.code == "key-misspelt"]
    assert [repr(right) in finding.message for finding in findings] == [True]
    assert CANARY not in repr(lint(profile))


@pytest.mark.parametrize(
    "changes",
    [
        {"URL": "http://127.0.0.1:8080/scep"},
        {"URL": "http://localhost/scep"},
        {"CAFingerprint": b"\0" * 20},
        {"SubjectAltName": {"rfc822Name": ["$EMAIL", "x"]}},
        {"CertificateRenewalTimeInterval": 14},
        {"Subject": [[["CN", "$SERIAL_NUMBER"]], [["OU", "$EMAIL $DEVICE_NAME"]], [["1.2.3", "%AD_Domain%"]]]},
        {"Subject": [[["CN", "managementAttestation $UDID"]]]},
        {"Subject": [[["2.5.4.3", "100% $UDID"]]]},
        {"Key Type": ABSENT},
        {"Name": ABSENT},
    ],
)
def test_what_is_fine_has_no_finding(changes):
    assert seen(with_scep(**changes)) == []


@pytest.mark.parametrize(("challenge", "fine"), [("Az09 '()+,-./:=?", True), ("a_b", False), ("a!b", False)])
def test_challenge_characters_matter_for_windows_only(challenge, fine):
    profile = with_scep(Challenge=challenge)
    assert seen(profile) == []
    assert seen(profile, windows=True) == ([] if fine else [("error", "challenge-windows")])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"PayloadType": "configuration"}, ("error", "payload-type")),
        ({"PayloadUUID": ABSENT}, ("warning", "top-level-missing")),
        ({"PayloadIdentifier": ""}, ("warning", "top-level-missing")),
        ({"PayloadVersion": ABSENT}, ("warning", "top-level-missing")),
        ({"PayloadContent": ABSENT}, ("error", "no-payloads")),
        ({"PayloadContent": []}, ("error", "no-payloads")),
        ({"PayloadContent": {"a": 1}}, ("error", "no-payloads")),
        ({"PayloadContent": ["a"]}, ("error", "no-payloads")),
        ({"PayloadContent": ABSENT, "IsEncrypted": True}, ("warning", "encrypted")),
        ({"PayloadScope": "system"}, ("error", "scope")),
        ({"PayloadScope": "User"}, ("warning", "scope")),
        ({"PayloadScope": ABSENT}, ("warning", "scope")),
        ({"PayloadIdentifier": "com.example.a.com.apple.security.scep"}, ("error", "duplicate-id")),
    ],
)
def test_the_top_level(changes, expected):
    profile = good()
    _change(profile, changes)
    assert seen(profile) == [expected]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"PayloadType": ABSENT}, ("error", "payload-type")),
        ({"PayloadIdentifier": ABSENT}, ("error", "payload-id")),
        ({"PayloadUUID": ""}, ("error", "payload-id")),
        ({"PayloadUUID": "x"}, ("warning", "uuid-form")),
        ({"PayloadVersion": ABSENT}, ("warning", "payload-version")),
        ({"PayloadVersion": True}, ("warning", "payload-version")),
        ({"PayloadVersion": 1.0}, ("warning", "payload-version")),
        ({"PayloadContent": ABSENT}, ("error", "no-content")),
        ({"URL": URL}, ("error", "key-misplaced")),
    ],
)
def test_common_payload_keys(changes, expected):
    profile = good()
    _change(profile["PayloadContent"][0], changes)
    assert seen(profile)[:1] == [expected]


def test_ids_are_unique_whatever_the_case():
    profile = good()
    other = {"PayloadType": "com.example.b", "PayloadVersion": 1, "PayloadIdentifier": "com.example.b"}
    first = profile["PayloadContent"][0]
    profile["PayloadContent"].append({**other, "PayloadUUID": first["PayloadUUID"].lower()})
    assert seen(profile) == [("error", "duplicate-id")]
    (finding,) = lint(profile)
    assert finding.payload == "com.example.b (com.example.b)"
    assert finding.message.startswith("com.apple.security.scep (com.example.a.com.apple.security.scep) has")
    profile["PayloadContent"][1] |= {"PayloadUUID": profile["PayloadUUID"], "PayloadType": SCEP, "PayloadContent": {}}
    assert [one.message[:11] for one in lint(profile) if one.code == "duplicate-id"] == ["the profile"]


def test_variables_in_other_payloads():
    def profile(**content: Any) -> bytes:
        return mobileconfig([{"PayloadType": "com.example.app", **content}], identifier="com.example.a", name="x")

    assert seen(profile(**{"login": "$EMAIL", "x": ["costs $5", "$home"]})) == []
    (finding,) = lint(profile(**{"login": "$EMIAL"}))
    assert (finding.severity, finding.key) == ("warning", "login")
    assert "did you mean $EMAIL?" in finding.message
    assert seen(profile(Password=f"$CANARY{CANARY}")) == []


def test_duplicate_keys_unknown_elements_and_binary_form():
    text = dump(good()).decode()
    twice = text.replace("<key>Keysize</key>", "<key>URL</key>\n<string>https://b</string>\n<key>Keysize</key>")
    findings = [finding for finding in lint(twice) if finding.code == "duplicate-key"]
    assert [finding.key for finding in findings] == ["PayloadContent → URL"]
    assert findings[0].payload == "com.apple.security.scep (com.example.a.com.apple.security.scep)"
    top = text.replace("<key>PayloadScope</key>", "<key>PayloadUUID</key>\n<string>x</string>\n<key>PayloadScope</key>")
    assert [(one.payload, one.key) for one in lint(top) if one.code == "duplicate-key"] == [("", "PayloadUUID")]
    assert ("error", "unknown-element") in seen(text.replace("<true/>", "<true/><True/>"))
    assert seen(plistlib.dumps(good(), fmt=plistlib.FMT_BINARY)) == [("warning", "binary-plist")]


@pytest.mark.parametrize("source", ["", "{}", b"\x30\x82\x00\x00", "<plist><array/></plist>", "<plist>"])
def test_what_is_no_profile_is_one_finding(source):
    assert seen(source) == [("error", "not-a-plist")]


def test_errors_come_first_and_codes_can_be_ignored():
    profile = with_scep(**{"Keysize": 4096, "URL": "x", "Key Usage": 5})
    assert [severity for severity, _ in seen(profile)] == ["error", "warning", "warning"]
    assert seen(profile, ignore=["url-scheme", "key-usage"]) == [("warning", "key-size")]


@pytest.mark.parametrize(
    ("text", "length", "unbounded"),
    [
        ("$SERIAL_NUMBER", 12, []),
        ("managementAttestation %HardwareUUID%", 58, []),
        ("$EMAIL_PREFIX-$UDID", 42, ["$EMAIL_PREFIX"]),
        ("$UNKNOWN", 8, []),
        ("", 0, []),
    ],
)
def test_longest_expansion(text, length, unbounded):
    assert longest_expansion(text) == (length, unbounded)


def test_the_variables_are_those_of_the_vendors():
    assert len(IRU_VARIABLES) == 17
    assert len(APPLE_VARIABLES) == 14


@given(
    st.dictionaries(st.sampled_from(["URL", "Subject", "Challenge", "Keysize", "Key Usage", "SubjectAltName"]), values)
)
def test_values_of_any_type_are_judged_without_falling_over(content):
    lint(with_scep(**content))


@given(
    st.dictionaries(st.sampled_from(["PayloadContent", "PayloadType", "PayloadUUID", "PayloadScope"]) | keys, values)
)
def test_any_dictionary_is_judged_without_falling_over(profile):
    lint(profile)
    lint({**good(), "PayloadContent": [profile, {**profile, "PayloadType": SCEP}]})


def test_every_code_is_in_the_documentation():
    root = Path(__file__).resolve().parents[2]
    code = "".join(path.read_text() for path in (root / "plugins/module_utils").glob("_profile_lint*.py"))
    codes = set(re.findall(r'(?:error|warning|finding|doubt)\(\s*"([a-z-]+)"', code))
    codes |= set(re.findall(r'_at\(\s*context\.(?:error|warning),\s*"([a-z-]+)"', code))
    codes |= set(re.findall(r'_for_okta\(\s*context,\s*"([a-z-]+)"', code))
    documented = set(re.findall(r"^\| `([a-z-]+)` \|", (root / "docs/profiles.md").read_text(), re.MULTILINE))
    assert len(codes) > 30
    assert codes == documented
