"""iru_custom_profile: one write where something differs, none where nothing does, and no secret anywhere."""

from __future__ import annotations

import copy
import json
from unittest import mock

import pytest
import requests
from ansible_collections.okta_iru.attestation.plugins.module_utils import _iru_profile_content
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile import mobileconfig, scep_payload
from ansible_collections.okta_iru.attestation.plugins.modules import iru_custom_profile
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.iru_tenant import Tenant, run_in
from tests.unit.profile_strategies import CANARY, payloads

PATH = "/api/v1/library/custom-profiles"
SCEP_URL = "https://example.okta.com/pki/AB/scep/rac1"
OLD_CANARY = "oLd-cAnArY-8qW"


@pytest.fixture
def tenant() -> Tenant:
    return Tenant()


def options(challenge: str = CANARY, **more):
    wanted = {"name": "Okta attestation", "identifier": "com.example.okta.scep"}
    wanted = {**wanted, "payloads": [scep_payload(SCEP_URL, challenge)], **more}
    return {key: value for key, value in wanted.items() if value is not None}


def run(tenant, *, check=False, diff=True, **given_options):
    result = run_in(tenant, iru_custom_profile, check=check, diff=diff, **given_options)
    assert not any(canary in json.dumps(result) for canary in (CANARY, OLD_CANARY))
    return result


def lost_before_the_effect():
    raise requests.exceptions.ReadTimeout("gone before it arrived")


def test_a_profile_is_created_once_and_check_mode_predicts_it(tenant):
    predicted = run(tenant, check=True, **options())
    assert tenant.writes() == []
    real = run(tenant, **options())
    assert real["writes"] == predicted["writes"] == [{"method": "POST", "path": PATH}]
    assert real["diff"]["after"] == predicted["diff"]["after"]
    assert predicted["profile"]["id"] == "planned:custom_profile:Okta attestation"
    assert predicted["profile"]["payload_uuid"] is None
    stored = next(iter(tenant.profiles.values()))
    assert real["profile"]["mdm_identifier"] == f"com.kandji.profile.custom.{stored['id']}"
    assert real["profile"]["payload_uuid"] in stored["profile"]
    assert "profile" not in real["profile"]
    assert [stored[flag] for flag in ("runs_on_mac", "runs_on_iphone", "active")] == [True, False, True]
    again = run(tenant, **options())
    assert (again["changed"], again["writes"], len(tenant.writes())) == (False, [], 1)
    assert again["profile"] == real["profile"]


def test_another_challenge_is_one_patch_of_the_file_alone(tenant):
    run(tenant, **options(OLD_CANARY))
    before = run(tenant, **options(OLD_CANARY))["profile"]
    predicted = run(tenant, check=True, **options())
    real = run(tenant, **options())
    assert real["writes"] == predicted["writes"] == [{"method": "PATCH", "path": f"{PATH}/{before['id']}"}]
    assert list(tenant.sent[-1]) == ["file"]
    assert real["profile"]["payload_uuid"] != before["payload_uuid"]
    assert predicted["diff"] == real["diff"]
    assert [key for key in real["diff"]["after"] if "Challenge" in key]
    assert real["diff"]["before"] != real["diff"]["after"]


@settings(max_examples=25, deadline=None)
@given(st.lists(payloads, min_size=1, max_size=3), st.booleans())
def test_whatever_is_uploaded_the_second_run_writes_nothing_and_a_change_is_one_patch(several, adds_scope):
    tenant = Tenant()
    tenant.adds_scope = adds_scope
    text = mobileconfig(several, identifier="com.example.a", name="A").decode()
    changed = copy.deepcopy(several)
    changed[-1]["PayloadOrganization"] = "one key more, deep inside"
    other = mobileconfig(changed, identifier="com.example.a", name="A").decode()
    with mock.patch.object(_iru_profile_content, "lint", lambda content, ignore: []):  # they are no sensible profiles
        changes = [run_in(tenant, iru_custom_profile, name="A", content=one) for one in (text, text, other, other)]
    assert [one["changed"] for one in changes] == [True, False, True, False]
    assert [method for method, _ in tenant.writes()] == ["POST", "PATCH"]


@pytest.mark.parametrize(
    ("change", "sent"),
    [
        ({"active": False}, {"active": False}),
        ({"platforms": ["mac", "ipad"]}, {"runs_on_ipad": True}),
        ({"platforms": ["iphone"]}, {"runs_on_mac": False, "runs_on_iphone": True}),
    ],
)
def test_only_the_fields_that_differ_are_sent(tenant, change, sent):
    run(tenant, **options())
    assert run(tenant, **options(**change))["diff"]["after"] == sent
    assert tenant.sent[-1] == sent
    assert not run(tenant, **options(**change))["changed"]
    # What is not set is left as it is.
    assert not run(tenant, **options())["changed"]


def test_a_rename_by_id_sends_the_name(tenant):
    found = run(tenant, **options())["profile"]
    renamed = {"id": found["id"], "name": "Okta"}
    assert run(tenant, **renamed)["profile"]["name"] == "Okta"
    assert tenant.sent[-1] == {"name": "Okta"}
    assert not run(tenant, **renamed)["changed"]


def test_a_reissue_sends_the_name_alone_and_changes_the_payload_uuid(tenant):
    before = run(tenant, **options())["profile"]
    reissued = run(tenant, name="Okta attestation", reissue=True)
    assert (reissued["changed"], reissued["reissued"]) == (True, True)
    assert tenant.sent[-1] == {"name": "Okta attestation"}
    assert reissued["profile"]["payload_uuid"] != before["payload_uuid"]
    assert reissued["diff"]["after"] == {"distributed anew": True}


def test_a_change_with_reissue_is_distributed_once(tenant):
    run(tenant, **options(OLD_CANARY))
    result = run(tenant, **options(reissue=True))
    assert (len(result["writes"]), result["reissued"]) == (1, False)


def test_two_profiles_of_a_name_are_an_error_that_lists_the_ids(tenant):
    for _ in range(2):
        tenant.add_profile("Okta attestation", mobileconfig(options()["payloads"], identifier="a", name="b"))
    result = run(tenant, **options())
    assert result["failure"]["kind"] == "Ambiguous"
    assert set(result["failure"]["ids"]) == set(tenant.profiles)
    assert tenant.writes() == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"id": "3427ebbc-7f59-4d8c-8a57-bd36f8c2ad6b"}, "no custom profile with the id"),
        ({"id": "12"}, "expected an id"),
        ({"name": " Okta", "payloads": None, "identifier": None}, "without a blank"),
        ({"platforms": []}, "at least one platform"),
        ({"payloads": None, "identifier": None}, "nothing to make it of"),
        ({"payloads": None, "identifier": None, "src": "/nonexistent/a.mobileconfig"}, "cannot be read"),
        ({"payloads": None, "identifier": None, "content": "<plist>"}, "XML"),
        ({"payloads": [{"PayloadVersion": 1}]}, "PayloadType"),
        ({"payloads": []}, "at least one payload"),
    ],
)
def test_bad_input_is_refused_and_nothing_is_written(tenant, change, says):
    result = run(tenant, **options(**change))
    assert result["failed"]
    assert says in result["msg"]
    assert tenant.writes() == []


def test_errors_of_the_profile_stop_before_anything_is_asked(tenant):
    broken = scep_payload(SCEP_URL, CANARY)
    broken["PayloadContent"]["URL"] = "example.okta.com/pki/scep"
    result = run(tenant, **options(payloads=[broken]))
    assert result["failed"]
    assert result["failure"]["findings"][0]["severity"] == "error"
    assert tenant.log == []


def test_warnings_of_the_profile_become_warnings_of_the_task(tenant):
    weak = options(payloads=[scep_payload(SCEP_URL, CANARY, key_is_extractable=True)])
    result = run(tenant, **weak)
    assert [finding["key"] for finding in result["findings"]] == ["PayloadContent → KeyIsExtractable"]
    assert result["warnings"] == [warning for warning in result["warnings"] if "KeyIsExtractable" in warning] != []
    silent = run(tenant, **weak, lint_ignore=[result["findings"][0]["code"]])
    assert (silent["findings"], "warnings" in silent) == ([], False)


def test_a_file_is_read_where_the_task_runs(tenant, tmp_path):
    file = tmp_path / "okta.mobileconfig"
    file.write_bytes(mobileconfig(options()["payloads"], identifier="com.example.okta.scep", name="x"))
    assert run(tenant, name="Okta attestation", src=str(file))["changed"]
    assert not run(tenant, **options())["changed"]


def test_a_lost_answer_of_a_create_leaves_one_profile(tenant):
    tenant.lose = 1
    result = run(tenant, **options())
    assert result["profile"]["id"] in tenant.profiles
    assert len(tenant.profiles) == 1
    assert not run(tenant, **options())["changed"]


def test_a_create_that_never_arrived_is_repeated(tenant):
    tenant.before = [lost_before_the_effect]
    assert run(tenant, **options())["profile"]["id"] in tenant.profiles
    assert len(tenant.profiles) == 1


@pytest.mark.parametrize("reissue", [False, True])
def test_a_lost_answer_of_a_patch_is_not_repeated(tenant, reissue):
    run(tenant, **options(OLD_CANARY))
    tenant.lose = 1
    result = run(tenant, **options(OLD_CANARY if reissue else CANARY, reissue=reissue))
    assert result["changed"]
    assert [method for method, _ in tenant.writes()] == ["POST", "PATCH"]
    assert result["profile"]["payload_uuid"] in next(iter(tenant.profiles.values()))["profile"]


@pytest.mark.parametrize("reissue", [False, True])
def test_a_patch_that_never_arrived_is_repeated(tenant, reissue):
    run(tenant, **options(OLD_CANARY))
    tenant.before = [lost_before_the_effect]
    assert run(tenant, **options(OLD_CANARY if reissue else CANARY, reissue=reissue))["changed"]
    assert [method for method, _ in tenant.writes()] == ["POST", "PATCH"]


def test_of_two_runs_side_by_side_the_later_one_removes_its_own(tenant):
    text = mobileconfig(options()["payloads"], identifier="com.example.okta.scep", name="x")
    others = []
    tenant.before = [lambda: others.append(tenant.add_profile("Okta attestation", text))]
    result = run(tenant, **options())
    assert list(tenant.profiles) == [others[0]["id"]] == [result["profile"]["id"]]
    assert [one["method"] for one in result["writes"]] == ["POST", "DELETE"]


def test_a_tenant_that_returns_no_flags_is_not_written_to_again(tenant):
    tenant.returns_flags = False
    run(tenant, **options(platforms=["mac", "ipad"]))
    assert not run(tenant, **options(platforms=["mac"]))["changed"]


def test_a_stored_profile_that_cannot_be_read_is_not_overwritten_but_can_be_removed(tenant):
    found = run(tenant, **options())["profile"]
    tenant.profiles[found["id"]]["profile"] = "cut <plist"
    result = run(tenant, **options())
    assert result["failure"]["kind"] == "BadAnswer"
    assert len(tenant.writes()) == 1
    assert run(tenant, name="Okta attestation", state="absent")["changed"]


def test_absent_removes_once_and_check_mode_predicts_it(tenant):
    found = run(tenant, **options())["profile"]
    gone = {"name": "Okta attestation", "state": "absent"}
    predicted = run(tenant, check=True, **gone)
    real = run(tenant, **gone)
    assert real["writes"] == predicted["writes"] == [{"method": "DELETE", "path": f"{PATH}/{found['id']}"}]
    assert real["profile"] is None
    assert not run(tenant, **gone)["changed"]
    assert not run(tenant, id=found["id"], state="absent")["changed"]


def test_an_id_of_check_mode_is_taken_in_check_mode_only(tenant):
    planned = {"id": "planned:custom_profile:A", "reissue": True}
    assert run(tenant, check=True, **planned)["warnings"]
    assert run(tenant, **planned)["failure"]["kind"] == "InvalidInput"
    assert tenant.log == []
