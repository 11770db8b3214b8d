"""Two laws: what the builders make has no finding, and one fault in it is one that names the payload and the key."""

from __future__ import annotations

import copy
import plistlib
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._profile import mobileconfig, scep_payload
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_browsers import browser_policy_payloads
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_lint import lint
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_okta_verify import (
    edr_plugin_payloads,
    managed_app_config_payloads,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_sso import (
    platform_sso_payloads,
    sso_extension_payload,
)
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.unit.profile_strategies import CANARY

URL = "https://acme.okta.com/pki/" + "A" * 40 + "/scep/rac1234567890abcdefg"
hosts = st.lists(st.sampled_from(["acme.okta.com", "https://login.acme.example"]), min_size=1, unique=True)
names = st.sampled_from(["Okta", "Acme, Inc.", "ü & <x>"])


def options(**strategies: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Some of the options of a builder."""
    return st.fixed_dictionaries({}, optional=strategies)


scep = options(
    subject=st.sampled_from(
        ["CN=$SERIAL_NUMBER", "C=US,O=Acme\\, Inc.,CN=$UDID,OU=$EMAIL", [[["CN", "%SerialNumber%"]]]]
    ),
    name=names,
    retries=st.integers(0, 9),
    retry_delay=st.integers(0, 600),
    ca_fingerprint=st.sampled_from(["ab" * 20, b"\0" * 32]),
    subject_alt_name=st.sampled_from([{"rfc822Name": "$EMAIL"}, {"dNSName": ["a.example", "b"]}]),
).map(lambda given: [scep_payload(URL, CANARY, **given)])
credential = st.builds(
    lambda hosts, given: [sso_extension_payload(hosts, **given)],
    hosts,
    options(
        denied_bundle_identifiers=st.just(["com.example.a"]),
        screen_locked_behavior=st.sampled_from(["Cancel", "DoNotHandle"]),
        display_name=names,
    ),
)
policies = st.fixed_dictionaries(
    {},
    optional={
        "AuthenticationMethod": st.sampled_from(["Password", "UserSecureEnclaveKey", "SmartCard"]),
        "LoginFrequency": st.integers(3600, 10**6),
        "EnableAuthorization": st.booleans(),
        "EnableCreateFirstUserDuringSetup": st.booleans(),
        "TokenToUserMapping": st.just({"AccountName": "login", "FullName": "name"}),
        "UserAuthorizationMode": st.sampled_from(["Standard", "Admin", "Groups"]),
        "AuthorizationGroups": st.just({"system.preferences": "admins"}),
        "FileVaultPolicy": st.just(["AttemptAuthentication"]),
        "NonPlatformSSOAccounts": st.just(["admin"]),
    },
)
redirect = st.one_of(
    st.just({"macos": 13}), options(platform_sso=policies, register_during_setup=st.booleans())
).flatmap(
    lambda given: st.booleans().map(
        lambda direct: platform_sso_payloads("acme.okta.com", direct_downloads=direct, **given)
    )
)
okta_verify = st.builds(
    lambda given, osquery: managed_app_config_payloads("acme.okta.com", **given, **osquery),
    options(
        user_principal_name=st.sampled_from(["$EMAIL", None]),
        enrollment_options=st.sampled_from(["SilentEnrollmentDisabled", "Enabled", "Disabled"]),
        device_health_options=st.sampled_from(["Disabled", ["HideOSUpdate", "HidePassword"]]),
        report_diagnostics=st.booleans(),
        hide_main_window=st.booleans(),
        plugins=st.just([{}]),
        password_sync_client_id=st.just("0oa1"),
        protocol_version=st.sampled_from(["1.0", "2.0"]),
    ),
    st.sampled_from([{}, {"enable_osquery_custom_checks": True, "osquery_custom_checks_timeout": 3}]),
)
edr = options(
    location=st.just("/Library/x/OVSignals.zta"),
    name=st.just("com.example.edr"),
    file_type=st.sampled_from(["FILE", "file"]),
).map(lambda given: edr_plugin_payloads(**given))
browsers = st.builds(
    lambda browsers, hosts, checkbox, local: browser_policy_payloads(
        browsers, hosts=hosts, auto_launch=True, checkbox=checkbox, local_network_access=local
    ),
    st.lists(st.sampled_from(["chrome", "edge", "firefox"]), min_size=1, unique=True),
    hosts,
    st.booleans(),
    st.booleans(),
)


def in_apples_form(payloads: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Payloads of preference domains as payloads of com.apple.ManagedClient.preferences."""
    return [
        {
            "PayloadType": "com.apple.ManagedClient.preferences",
            "PayloadIdentifier": f"com.example.{payload['PayloadType']}",
            "PayloadContent": {
                payload["PayloadType"]: {
                    "Forced": [
                        {
                            "mcx_preference_settings": {
                                key: value for key, value in payload.items() if not key.startswith("Payload")
                            }
                        }
                    ]
                }
            },
        }
        for payload in payloads
    ]


preferences = st.one_of(okta_verify, edr, browsers)
generated = st.one_of(scep, credential, redirect, preferences, preferences.map(in_apples_form)).map(
    lambda payloads: plistlib.loads(mobileconfig(payloads, identifier="com.example.a", name="A"))
)


@given(generated)
def test_what_the_builders_make_has_no_finding(profile):
    assert [str(finding) for finding in lint(profile)] == []


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in inner for place in places(item, (*path, key)))]


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


# Text for an array is left out: it is accepted, with a warning, for OktaVerify.Plugins.
WRONG = {
    str: [5, b"x", {"a": 1}],
    int: ["5", 5.5, True],
    bool: [1, "true"],
    bytes: ["aGk="],
    list: [5, {}],
    dict: ["x", []],
}


@given(generated, st.data())
def test_a_value_of_another_type_is_an_error_that_names_it(profile, data):
    number = data.draw(st.integers(0, len(profile["PayloadContent"]) - 1))
    payload = profile["PayloadContent"][number]
    path = data.draw(st.sampled_from([place for place in places(payload) if place[-1:] not in ((), ("PayloadType",))]))
    kind = payload["PayloadType"]
    at(payload, path[:-1])[path[-1]] = data.draw(st.sampled_from(WRONG[type(at(payload, path))]))
    findings = [finding for finding in lint(profile) if finding.payload.startswith(kind)]
    wanted = "warning" if path == ("PayloadVersion",) else "error"
    assert any(finding.severity == wanted and key_of(path) in finding.key for finding in findings), findings


def key_of(path: tuple[Any, ...]) -> str:
    """The last name in a path; what is inside Subject is a fault of Subject."""
    return "Subject" if "Subject" in path else next(str(key) for key in reversed(path) if isinstance(key, str))


@given(generated, st.data())
def test_a_misspelt_key_is_found_at_the_payload(profile, data):
    number = data.draw(st.integers(0, len(profile["PayloadContent"]) - 1))
    payload = profile["PayloadContent"][number]
    free = ("AuthorizationGroups", "SubjectAltName")
    named = [
        path
        for path in places(payload)
        if path and isinstance(path[-1], str) and path[-2:-1] not in [(key,) for key in free]
    ]
    *parent, key = data.draw(st.sampled_from(named))
    written = data.draw(st.sampled_from([key.lower(), key.replace(" ", ""), key.replace(" ", "_"), key[:1] + key[2:]]))
    holder = at(payload, tuple(parent))
    assume(written != key and len(key) > 8)
    holder[written] = holder.pop(key)
    findings = [finding for finding in lint(profile) if key in finding.key or written in finding.key]
    assert findings, written


@given(generated, st.data())
def test_an_identifier_twice_names_both_parts(profile, data):
    parts = [profile, *profile["PayloadContent"]]
    first, second = data.draw(st.sampled_from([(0, 1), *[(1, place) for place in range(2, len(parts))]]))
    key = data.draw(st.sampled_from(["PayloadIdentifier", "PayloadUUID"]))
    parts[second][key] = data.draw(st.sampled_from([parts[first][key], parts[first][key].lower()]))
    (finding,) = (one for one in lint(copy.deepcopy(profile)) if one.code == "duplicate-id")
    assert (finding.severity, finding.key) == ("error", key)
    assert finding.payload.startswith(parts[second]["PayloadType"])
