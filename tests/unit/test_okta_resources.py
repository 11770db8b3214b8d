"""Okta resources where the service, or another run, does the unexpected; a scripted org answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.okta_iru.attestation.plugins.module_utils import _http, _okta, _okta_log_time, _okta_logs
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_devices import newest_of_each, summary
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_org import has_fastpass
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_platform import is_printable_string
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import Task, execute
from ansible_collections.okta_iru.attestation.plugins.modules import (
    okta_access_policy,
    okta_access_policy_rule,
    okta_device_info,
    okta_org_info,
    okta_system_log_info,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.http_service import Answer, Service, http_service

POLICY = {"id": "rst1a2b3c4d5e6f7g8h9", "name": "Desktop", "created": "2026-01-02T00:00:00.000Z", "status": "ACTIVE"}
OLDER = {**POLICY, "id": "rst0a2b3c4d5e6f7g8h9", "created": "2026-01-01T00:00:00.000Z"}
RULES = f"/api/v1/policies/{POLICY['id']}/rules"
REFUSED = {"errorCode": "E0000001", "errorSummary": "Api validation failed: name", "errorCauses": []}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_http, "_backoff", lambda attempt: 0.0)


def run(service: Service, module: Any, *, check: bool = False, **options: Any) -> dict[str, Any]:
    """The result of a module against the scripted org."""
    spec = module.SPEC
    given_ = {"url": service.url, "token": "00token", **options}
    validation = ArgumentSpecValidator(spec.options, **spec.rules()).validate(given_)
    assert not validation.error_messages, validation.error_messages
    return execute(module.run, Task(validation.validated_parameters, check))


def rule(**more: Any) -> dict[str, Any]:
    sign_on = {"access": "ALLOW", "verificationMethod": {"type": "ASSURANCE", "factorMode": "2FA"}}
    named = {"id": "rul1a2b3c4d5e6f7g8h9", "name": "R", "status": "ACTIVE", "priority": 0, "system": False}
    return {**named, "conditions": None, "actions": {"appSignOn": sign_on}, "type": "ACCESS_POLICY", **more}


def test_of_two_runs_that_create_a_policy_the_later_takes_back_its_own() -> None:
    answers = [Answer(body=[]), Answer(body=POLICY), Answer(body=[POLICY, OLDER]), Answer(204), Answer(body=[OLDER])]
    with http_service(*answers) as service:
        result = run(service, okta_access_policy, name="Desktop")
    assert result["policy"]["id"] == OLDER["id"]
    assert "changes" not in result, "what another run made is for its record"
    assert service.asked[-2][:2] == ("DELETE", f"/api/v1/policies/{POLICY['id']}")
    assert [one["method"] for one in result["writes"]] == ["POST", "DELETE"]


def test_the_earlier_keeps_its_own() -> None:
    with http_service(Answer(body=[]), Answer(body=OLDER), *[Answer(body=[POLICY, OLDER])] * 2) as service:
        assert run(service, okta_access_policy, name="Desktop")["policy"]["id"] == OLDER["id"]
    assert service.methods() == ["GET", "POST", "GET", "GET"], "one more look, for a run that was as fast"


def test_a_policy_whose_creation_got_no_answer_is_found_and_not_made_twice() -> None:
    answers = [Answer(body=[]), Answer(close=True), Answer(body=[POLICY]), Answer(body=[POLICY])]
    with http_service(*answers) as service:
        assert run(service, okta_access_policy, name="Desktop")["policy"]["id"] == POLICY["id"]
    assert service.methods().count("POST") == 1


@pytest.mark.parametrize("status", [400, 409])
def test_a_rule_that_another_run_made_meanwhile_is_taken_over(status: int) -> None:
    made_by_other = rule(actions={"appSignOn": {"access": "DENY"}})
    taken_over = rule()
    answers = [
        Answer(body=[POLICY]),
        Answer(body=[]),  # no rule yet
        Answer(body=[]),  # no Admin Console among the apps
        Answer(status, REFUSED),
        Answer(body=[made_by_other]),
        Answer(body=taken_over),
    ]
    with http_service(*answers) as service:
        result = run(service, okta_access_policy_rule, policy="Desktop", name="R", access="allow")
    assert result["writes"] == [{"method": "PUT", "path": f"{RULES}/{made_by_other['id']}"}]
    assert result["rule"]["actions"]["appSignOn"]["access"] == "ALLOW"


def test_a_refusal_that_is_about_no_other_rule_is_told() -> None:
    answers = [Answer(body=[POLICY]), Answer(body=[]), Answer(body=[]), Answer(400, REFUSED), Answer(body=[])]
    with http_service(*answers) as service:
        result = run(service, okta_access_policy_rule, policy="Desktop", name="R")
    assert (result["failure"]["code"], result["failure"]["status"]) == ("E0000001", 400)


def test_a_rule_of_a_policy_that_is_only_planned_is_planned_without_a_question() -> None:
    with http_service() as service:
        options = {"policy": "planned:access_policy:Desk: top", "name": "R", "require": "fastpass"}
        result = run(service, okta_access_policy_rule, check=True, **options)
        assert result["writes"] == [{"method": "POST", "path": f"/api/v1/policies/{options['policy']}/rules"}]
        assert (result["policy"]["name"], result["rule"]["id"]) == ("Desk: top", "planned:access_policy_rule:R")
        later = run(service, okta_access_policy_rule, check=True, **{**options, "id": result["rule"]["id"]})
        assert (later["changed"], later["rule"]["name"]) == (False, "R")
        assert run(service, okta_access_policy_rule, **options)["failure"]["kind"] == "InvalidInput"
    assert service.asked == []


def test_no_org_and_odd_orgs() -> None:
    with http_service(Answer(body={"error": "?"}), Answer(body={"id": "00o1", "pipeline": "x9"})) as service:
        assert "no description of an Okta org" in run(service, okta_org_info, gather=[])["msg"]
        odd = run(service, okta_org_info, gather=["authenticators"])
        assert (odd["identity_engine"], "'x9'" in odd["warnings"][0]) == (False, True)


def test_okta_verify_may_be_missing() -> None:
    with http_service(Answer(body={"id": "00o1", "pipeline": "idx"}), Answer(body=[{"key": "okta_email"}])) as service:
        org = run(service, okta_org_info, gather=["authenticators"])
    assert (org["okta_verify"], org["fastpass"]) == (None, False)
    active = {"status": "ACTIVE", "methods": {"signed_nonce": "ACTIVE"}}
    assert has_fastpass(active)
    assert not has_fastpass({**active, "status": "INACTIVE"})
    assert not has_fastpass({**active, "methods": {"signed_nonce": "INACTIVE"}})


def test_serial_numbers_that_would_break_a_search_are_refused() -> None:
    with http_service() as service:
        for serial in ('C02" or id pr', "", "a\\b", "a\nb"):
            assert run(service, okta_device_info, serial_numbers=[serial])["failure"]["kind"] == "InvalidInput"
        assert run(service, okta_device_info, serial_numbers=[])["devices"] == []
        assert run(service, okta_device_info, page_size=201)["failure"]["kind"] == "InvalidInput"
    assert service.asked == []


def test_devices_with_hardly_a_field_are_shown() -> None:
    with http_service(Answer(body=[{"id": "guo1", "status": "ACTIVE"}, {"id": "guo2", "profile": {}}])) as service:
        result = run(service, okta_device_info)
    assert [(one["id"], one["management"], one["users"]) for one in result["devices"]] == [
        ("guo1", "not_managed", []),
        ("guo2", "not_managed", []),
    ]


_DEVICES = st.lists(
    st.builds(
        lambda number, serial, status, updated, managed: {
            "id": f"guo{number}",
            "status": status,
            "lastUpdated": updated,
            "profile": {"platform": "MACOS", "serialNumber": serial},
            "_embedded": {"users": [{"managementStatus": "MANAGED" if managed else "NOT_MANAGED"}]},
        },
        st.integers(0, 99),
        st.sampled_from(["A1", "a1", "B2", None]),
        st.sampled_from(["ACTIVE", "DEACTIVATED", "SUSPENDED"]),
        st.sampled_from(["2026-01-01T00:00:00.000Z", "2026-01-02T00:00:00.000Z"]),
        st.booleans(),
    ),
    unique_by=lambda device: device["id"],
    max_size=6,
)


@given(devices=_DEVICES)
def test_each_computer_is_there_once_and_no_record_is_lost(devices: list[dict[str, Any]]) -> None:
    chosen = list(newest_of_each(map(summary, devices)))
    serials = [one["serial_number"].upper() for one in chosen if one["serial_number"]]
    assert len(serials) == len(set(serials))
    ids = sorted(number for one in chosen for number in (one["id"], *one["superseded"]))
    assert ids == sorted(one["id"] for one in devices)
    by_id = {one["id"]: one for one in devices}
    for one in chosen:
        assert one["status"] == "ACTIVE" or all(by_id[other]["status"] != "ACTIVE" for other in one["superseded"])


def test_a_log_that_goes_on_elsewhere_or_is_no_log() -> None:
    event = {"uuid": "1", "eventType": "x"}
    elsewhere = {"Link": '<https://evil.example/api/v1/logs?after=1>; rel="next"'}
    with http_service(Answer(body=[event], headers=elsewhere), Answer(body={"no": "list"})) as service:
        assert "another host (evil.example)" in run(service, okta_system_log_info)["msg"]
        assert "a list of events was expected" in run(service, okta_system_log_info)["msg"]
        for cursor in ("https://evil.example/api/v1/logs?after=1", "/api/v1/users?after=1", "nonsense"):
            assert run(service, okta_system_log_info, cursor=cursor)["failed"]
    assert len(service.asked) == 2


@pytest.mark.parametrize(("most", "size"), [(1, 1), (1000, 1000), (1001, 500), (1999, 999), (2000, 1000)])
def test_pages_fill_what_was_asked_for(most: int, size: int) -> None:
    with http_service(Answer(body=[])) as service:
        run(service, okta_system_log_info, max_events=most)
    assert f"limit={size}" in service.paths()[0]


def test_moments() -> None:
    now = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
    assert _okta_log_time.moment("since", "-2h", now) == "2026-03-01T06:00:00.000Z"
    assert _okta_log_time.moment("since", "2026-03-01T09:00:00+01:00") == "2026-03-01T08:00:00.000Z"
    assert _okta_log_time.moment("since", None) is None
    for text in ("2026-03-01T08:00:00", "-2w", "2h", "", "yesterday"):
        with pytest.raises(InvalidInput, match="since"):
            _okta_log_time.moment("since", text)


def test_the_filter_holds_types_and_the_users_own() -> None:
    request = _okta_logs.query(event_types=["a.b", "c"], log_filter='outcome.result eq "FAILURE"')
    assert request.params["filter"] == '(eventType eq "a.b" or eventType eq "c") and (outcome.result eq "FAILURE")'
    assert _okta_logs.query(event_types=["a.b"]).params["filter"] == 'eventType eq "a.b"'
    with pytest.raises(InvalidInput):
        _okta_logs.query(event_types=['a" or id pr'])


@pytest.mark.parametrize(("text", "printable"), [("aB3+/=:?", True), ("a_b", False), ("a*b", False), ("ä", False)])
def test_printable_strings(text: str, printable: bool) -> None:
    assert is_printable_string(text) is printable


def test_small_parts() -> None:
    linked = {"_links": {"accessPolicy": {"href": "https://other.example/api/v1/policies/rst1?x=y"}}}
    assert _okta.id_in_link(linked, "accessPolicy") == "rst1"
    assert _okta.id_in_link({}, "accessPolicy") is None
    assert _okta.allows({}, "PUT")
    assert not _okta.allows({"_links": {"self": {"hints": {"allow": ["GET"]}}}}, "PUT")
    assert _okta.in_path("a/b@c.d") == "a%2Fb@c.d"
    for text in ("", ".", "..", " "):
        with pytest.raises(InvalidInput):
            _okta.in_path(text)
