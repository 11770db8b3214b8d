"""The join of both sides: one row a Mac, the reason it is not managed, and what to do next."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.okta_iru.attestation.plugins.filter.report import attestation_stages
from ansible_collections.okta_iru.attestation.plugins.module_utils._attestation_stages import stages
from hypothesis import given
from hypothesis import strategies as st

NOW, LAST_WEEK = "2026-03-16T09:12:44.120000Z", "2026-03-09T09:12:44.120000Z"
ISSUED = "2026-03-16T09:12:40.000Z"


def mac(bucket: str | None = "compliant", **more: Any) -> dict[str, Any]:
    status = {"bucket": bucket, "log": "", "reported_at": NOW}
    found = {"serial_number": "C02A", "device_name": "Mac", "blueprint_name": "Sales", "user": {"name": "Ada"}}
    return {**found, "last_check_in": NOW, "library_item_status": status, **more}


def device(management: str, serial: str = "c02a") -> dict[str, Any]:
    return {"id": "guo1", "serial_number": serial, "management": management}


def event(event_type: str = "pki.cert.issue", **more: Any) -> dict[str, Any]:
    return {"eventType": event_type, "published": ISSUED, "target": [{"displayName": "CN=C02A,O=Example"}], **more}


@pytest.mark.parametrize(
    ("found", "devices", "stage", "reason", "following"),
    [
        (mac(), [device("managed")], "attested", "", ""),
        (mac("failed"), [device("managed")], "attested", "", ""),
        (mac(), [], "awaiting_sign_in", "Okta does not know it", "register Okta Verify"),
        (mac(), [device("not_managed")], "awaiting_sign_in", "no sign-in with FastPass since", "sign in with FastPass"),
        (mac(), [device("deactivated")], "awaiting_sign_in", "deactivated in Okta", "activate the device"),
        (mac(user=None), [], "awaiting_sign_in", "nobody is assigned", "assign a user in Iru"),
        (mac("waiting"), [], "awaiting_profile", "has not taken the profile yet", "wait until it checks in"),
        (mac("waiting", last_check_in=None), [], "awaiting_profile", "never seen", "start it"),
        (mac("waiting", last_check_in=LAST_WEEK), [], "awaiting_profile", "offline since 2026-03-09", "find it"),
        (mac("unknown"), [], "awaiting_profile", "has not taken", "wait"),
        (mac("missing"), [], "out_of_scope", "does not get the profile", "Assignment Map"),
        (mac("missing", last_check_in=""), [], "out_of_scope", "never seen", "start it"),
        (mac("failed"), [], "failed", "could not be installed", "compare the secret"),
        (mac(None), [], "awaiting_profile", "has not taken", "wait"),
        (mac(serial_number=""), [{"id": "guo1", "management": "managed"}], "awaiting_sign_in", "does not know it", ""),
    ],
)
def test_reasons(found: dict[str, Any], devices: list[Any], stage: str, reason: str, following: str) -> None:
    present = {**mac(), "serial_number": "OTHER"}
    row = stages([found, present], devices, [])[0]
    assert row["stage"] == stage
    assert reason in row["reason"]
    assert following in row["next"]
    assert row["summary"].startswith(f"{found['serial_number']} Mac (Sales): {row['reason'] or 'attested'}")


def test_a_failure_tells_the_first_line_of_its_log() -> None:
    found = mac("failed")
    found["library_item_status"]["log"] = "The SCEP server returned an invalid response.\nmore"
    assert stages([found], [], [])[0]["reason"].endswith("(The SCEP server returned an invalid response.)")


@pytest.mark.parametrize(
    "told",
    [
        event(),
        event(target=None, debugContext={"debugData": {"certificateSubject": "CN=c02a managementAttestation"}}),
        event(target=[{"id": "guo1"}]),
        event(target=None, **{"device.id": "guo1"}),
        event(target=None, device={"id": "guo1"}),
    ],
)
def test_events_are_found_by_serial_number_or_device(told: dict[str, Any]) -> None:
    row = stages([mac()], [device("not_managed")], [told, {**told, "eventType": "pki.cert.bind"}])[0]
    assert (row["certificate_issued_at"], row["certificate_bound_at"]) == (ISSUED, ISSUED)


@pytest.mark.parametrize(
    "told",
    [
        event(target=[{"displayName": "CN=C02AB"}]),
        event("user.session.start"),
        event(outcome={"result": "FAILURE"}),
        event(target=None),
        {},
    ],
)
def test_events_about_others_are_no_evidence(told: dict[str, Any]) -> None:
    assert stages([mac()], [], [told])[0]["certificate_issued_at"] is None


_BUCKETS = st.sampled_from(["compliant", "waiting", "failed", "missing", "out_of_scope", "optional", "unknown", None])


@given(
    st.lists(st.builds(lambda bucket, number: mac(bucket, serial_number=f"S{number}"), _BUCKETS, st.integers(0, 9))),
    st.lists(
        st.builds(device, st.sampled_from(["managed", "not_managed", "deactivated"]), st.sampled_from(["s1", "S2"]))
    ),
)
def test_every_mac_has_one_row_and_only_the_attested_have_nothing_to_do(
    macs: list[dict[str, Any]], devices: list[dict[str, Any]]
) -> None:
    rows = stages(macs, devices, [])
    assert [row["serial_number"] for row in rows] == [one["serial_number"] for one in macs]
    for row in rows:
        assert (row["stage"] == "attested") is (row["management"] == "managed") is (row["next"] == "")


def test_the_filter_refuses_what_is_no_list() -> None:
    assert attestation_stages([mac()])[0]["stage"] == "awaiting_sign_in"
    with pytest.raises(AnsibleFilterError, match="devices is of type str"):
        attestation_stages([mac()], devices="all")
    with pytest.raises(AnsibleFilterError, match="the input is of type dict"):
        attestation_stages({})
