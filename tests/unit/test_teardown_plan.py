"""What teardown decides about each kind of object, by the record and by what others have done since."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._record import change
from ansible_collections.okta_iru.attestation.plugins.module_utils._teardown import teardown_plan

OLD, OURS, APP = "rst_old", "rst_ours", "0oa_app"
ALLOW = {"appSignOn": {"access": "ALLOW", "verificationMethod": {"type": "ASSURANCE", "factorMode": "2FA"}}}
RULE = {"type": "ACCESS_POLICY", "name": "Managed", "priority": 0, "status": "ACTIVE", "actions": ALLOW}
POLICY = {"id": OURS, "name": "Ours", "status": "ACTIVE"}


def noted(kind: str, identifier: str, was: Any, now: Any, name: str = "it") -> dict[str, Any]:
    return change(kind, "https://x", identifier, name, was=was, now=now, stamp="uuid")


def steps(plan: dict[str, Any]) -> dict[str, Any]:
    """What is done, without what is only said."""
    return {key: value for key, value in plan.items() if value and key not in ("kept", "nothing", "changed_since")}


def kept(plan: dict[str, Any]) -> dict[str, str]:
    return {one["id"]: one["why"] for one in plan["kept"]}


MADE_POLICY = [
    noted("okta_app_policy", APP, {"policy_id": OLD}, {"policy_id": OURS}),
    noted("okta_access_policy_rule", f"{OURS}/rul1", None, RULE),
    noted("okta_access_policy", OURS, None, {"name": "Ours"}),
]


def okta(**more: Any) -> dict[str, Any]:
    """An org as a run of attestation.yml leaves it."""
    return {
        "apps": [{"id": APP, "label": "App", "policy_id": OURS}],
        "policies": [{"id": OLD, "name": "Old", "status": "ACTIVE"}, POLICY],
        "rules": {OURS: [{**RULE, "id": "rul1"}, {"id": "rul9", "name": "Catch-all Rule", "system": True}]},
        **more,
    }


def test_what_was_made_goes_and_the_app_gets_its_policy_back() -> None:
    plan = teardown_plan(MADE_POLICY, there=okta())
    assert steps(plan) == {
        "remove_policies": [{"id": OURS, "name": "it", "move_apps_to": OLD}],
    }
    assert (plan["kept"], plan["changed_since"]) == ([], [])
    assert [(one["id"], one["why"]) for one in plan["nothing"]] == [(f"{OURS}/rul1", "it goes with its policy")]


def test_where_nothing_is_left_there_is_nothing_to_do() -> None:
    plan = teardown_plan(MADE_POLICY)
    assert steps(plan) == {}
    assert len(plan["nothing"]) == 3
    assert plan["kept"] == []


def test_apps_whose_policy_is_gone_get_the_default_one_of_the_org() -> None:
    second = noted("okta_app_policy", "0oa_2", {"policy_id": "rst_2"}, {"policy_id": OURS})
    apps = [{"id": one, "label": one, "policy_id": OURS} for one in (APP, "0oa_2")]
    there = okta(apps=apps, policies=[POLICY, {"id": "rst_2", "name": "Second"}])
    plan = steps(teardown_plan([*MADE_POLICY, second], there=there))
    assert plan["move_apps"] == [{"policy": "rst_2", "apps": ["0oa_2"], "names": ["it"]}]
    assert plan["remove_policies"][0]["move_apps_to"] == "", "the default one"


def test_an_app_stays_where_its_policy_is_gone_and_the_one_that_it_has_was_there_before() -> None:
    plan = teardown_plan(MADE_POLICY[:1], there=okta(policies=[POLICY]))
    assert steps(plan) == {}
    assert list(kept(plan)) == [APP]


def test_a_rule_that_others_have_changed_is_told_and_left_to_them_if_that_is_wanted() -> None:
    conditions = {"people": {"groups": {"include": ["00g1"]}}}
    rules = {OURS: [{**RULE, "id": "rul1", "priority": 7, "conditions": conditions}]}
    asked = teardown_plan(MADE_POLICY, there=okta(rules=rules))
    assert [(one["id"], one["changed"]) for one in asked["changed_since"]] == [(f"{OURS}/rul1", ["conditions"])]
    assert len(steps(asked)["remove_policies"]) == 1
    left = teardown_plan(MADE_POLICY, there=okta(rules=rules), changed_since="keep")
    assert left["changed_since"] == []
    assert kept(left) == {
        f"{OURS}/rul1": "others have changed conditions since",
        OURS: "rules that stay are in it (Managed)",
    }
    assert list(steps(left)) == ["move_apps"], "the app gets its policy back all the same"


def test_a_rule_that_others_put_further_down_is_not_changed() -> None:
    plan = teardown_plan(MADE_POLICY, there=okta(rules={OURS: [{**RULE, "id": "rul1", "priority": 7}]}))
    assert plan["changed_since"] == []


def test_rules_that_were_there_come_back_the_catch_all_by_its_own_way() -> None:
    deny = {"appSignOn": {"access": "DENY"}}
    catch_all = {**RULE, "name": "Catch-all Rule", "priority": 99}
    objects = [
        noted("okta_access_policy_rule", f"{OLD}/rul1", {**RULE, "status": "INACTIVE"}, RULE, "Managed"),
        noted("okta_access_policy_rule", f"{OLD}/rul2", {**RULE, "name": "Gone"}, None, "Gone"),
        noted("okta_access_policy_rule", f"{OLD}/rul9", {**catch_all, "actions": deny}, catch_all, "Catch-all Rule"),
    ]
    there = okta(rules={OLD: [{**RULE, "id": "rul1"}, {**catch_all, "id": "rul9"}]})
    plan = steps(teardown_plan(objects, there=there))
    assert [(one["id"], one["state"]) for one in plan["restore_rules"]] == [("rul1", "disabled")]
    assert [one["name"] for one in plan["make_rules"]] == ["Gone"]
    assert [(one["actions"], one["confirm_deny"]) for one in plan["close_catch_all"]] == [(deny, True)]


def test_rules_of_a_policy_that_goes_are_not_brought_back_before() -> None:
    catch_all = {**RULE, "name": "Catch-all Rule", "priority": 99}
    changed = noted(
        "okta_access_policy_rule", f"{OURS}/rul9", catch_all, {**catch_all, "actions": {}}, "Catch-all Rule"
    )
    rules = {OURS: [{**RULE, "id": "rul1"}, {**catch_all, "id": "rul9", "actions": {}, "system": True}]}
    plan = steps(teardown_plan([*MADE_POLICY, changed], there=okta(rules=rules)))
    assert "open_catch_all" not in plan
    assert len(plan["remove_policies"]) == 1


def test_fields_of_a_policy_come_back_but_for_those_that_others_have_set_since() -> None:
    was = {"name": "Old", "description": None, "status": "ACTIVE"}
    one = noted("okta_access_policy", OLD, was, {"name": "New", "description": "ours", "status": "INACTIVE"})
    there = okta(policies=[{"id": OLD, "name": "New", "description": "ours", "status": "ACTIVE"}])
    plan = teardown_plan([one], there=there)
    assert plan["restore_policies"] == [
        {"id": OLD, "name": "it", "new_name": "Old", "description": "", "state": None},
    ]
    assert plan["changed_since"] == [], "the status is as it was already"
    there["policies"][0]["name"] = "Theirs"
    plan = teardown_plan([one], there=there, changed_since="keep")
    assert kept(plan) == {OLD: "others have changed name since"}


def test_what_was_there_and_was_removed_is_listed() -> None:
    objects = [
        noted("okta_access_policy", OLD, {"name": "Old"}, None),
        noted("okta_device_assurance", "dae1", {"name": "Macs"}, None),
        noted("iru_custom_profile", "p", {"name": "Theirs"}, None),
        noted("iru_device", "d", {"asset_tag": "1"}, None),
        noted("okta_authenticator", "aut1", {"status": "INACTIVE"}, {"status": "ACTIVE"}),
        noted("a_kind_of_tomorrow", "x", None, {}),
    ]
    plan = teardown_plan(objects, there=okta())
    assert steps(plan) == {}
    assert list(kept(plan)) == [OLD, "dae1", "aut1", "d", "p", "x"]
    assert plan["kept"][0]["was"] == {"name": "Old"}


def blueprint(identifier: str, *items: str) -> dict[str, Any]:
    return {"id": identifier, "name": identifier.upper(), "library_items": [{"id": one} for one in items]}


def test_items_leave_blueprints_before_the_library() -> None:
    objects = [
        noted("iru_library_assignment", "p/b1", None, {}, "p on B1"),
        noted("iru_library_assignment", "p/b2", None, {}, "p on B2"),
        noted("iru_library_assignment", "p/b3/node", None, {}, "p on B3"),
        noted("iru_library_assignment", "p/b4", None, {}, "p on B4"),
        noted("iru_library_assignment", "native/b1", {}, None, "Native on B1"),
        noted("iru_custom_profile", "p", None, {"name": "P", "active": True}, "P"),
    ]
    there = {
        "blueprints": [blueprint("b1", "p"), blueprint("b2"), blueprint("b3", "p")],
        "profiles": [{"id": "p", "name": "P", "active": True, "payload_uuid": "uuid"}],
    }
    plan = teardown_plan(objects, there=there)
    assert list(steps(plan)) == ["unassign", "assign", "remove_iru_custom_profile"]
    places = [{"id": "b1"}, {"id": "b3", "node": "node"}]
    assert plan["unassign"] == [{"library_item": "p", "name": "P", "blueprints": places, "ids": ["p/b1", "p/b3/node"]}]
    assert [one["id"] for one in plan["nothing"]] == ["p/b2", "p/b4"], "taken off, and a Blueprint that is gone"


@pytest.mark.parametrize(
    ("present", "changed"),
    [
        ({"payload_uuid": "uuid 2"}, ["its content"]),
        ({"active": False, "payload_uuid": "uuid 2"}, ["active"]),
        ({"on": ["p"]}, ["the Blueprint THEIRS"]),
    ],
)
def test_work_of_others_on_an_item_is_told_or_left(present: dict[str, Any], changed: list[str]) -> None:
    on = present.pop("on", [])
    objects = [
        noted("iru_library_assignment", "p/b1", None, {}, "p on B1"),
        noted("iru_custom_profile", "p", None, {"name": "P", "active": True}, "P"),
    ]
    found = {"id": "p", "name": "P", "active": True, "payload_uuid": "uuid", **present}
    there = {"blueprints": [blueprint("b1", "p"), blueprint("theirs", *on)], "profiles": [found]}
    asked = teardown_plan(objects, there=there)
    assert [one["changed"] for one in asked["changed_since"]] == [changed]
    left = teardown_plan(objects, there=there, changed_since="keep")
    assert steps(left) == {}
    assert list(kept(left)) == ["p", "p/b1"]


def test_what_the_record_does_not_hold_stays_and_is_listed() -> None:
    objects = [
        noted(
            "iru_custom_script", "s", {"script": "not kept", "active": True}, {"script": "replaced", "active": False}
        ),
        noted("iru_custom_app", "a", {"active": True, "restart": True}, {"active": False, "restart": False}),
        noted("iru_custom_profile", "p", {"active": True}, {"active": False}),
    ]
    there = {
        "scripts": [{"id": "s", "active": False}],
        "custom_apps": [{"id": "a", "active": False, "restart": False}],
        "profiles": [{"id": "p", "active": False}],
    }
    plan = teardown_plan(objects, there=there)
    assert steps(plan) == {
        "restore_iru_custom_profile": [
            {"id": "p", "name": "it", "new_name": None, "active": True, "content": None, "platforms": None}
        ]
    }
    assert set(kept(plan)) == {"s", "a"}


def device(identifier: str, **fields: Any) -> dict[str, Any]:
    base = {"device_name": identifier, "blueprint_id": "b1", "asset_tag": None, "user": None, "tags": []}
    return {"device_id": identifier, **base, **fields}


def test_devices_tags_and_blueprints() -> None:
    objects = [
        noted(
            "iru_device", "d1", {"blueprint_id": "b1", "user": "7", "tags": []}, {"blueprint_id": "b2", "tags": ["T"]}
        ),
        noted("iru_device", "d2", {"blueprint_id": "gone"}, {"blueprint_id": "b2"}),
        noted("iru_tag", "t", None, {"name": "T"}, "T"),
        noted("iru_tag", "u", None, {"name": "U"}, "U"),
        noted("iru_blueprint", "b2", None, {"name": "B2"}, "B2"),
        noted(
            "iru_blueprint", "b1", {"enrollment_code": {"is_active": True}}, {"enrollment_code": {"is_active": False}}
        ),
    ]
    there = {
        "devices": [
            device("d1", blueprint_id="b2", tags=["T"]),
            device("d2", blueprint_id="b2"),
            device("d3", tags=["U"]),
        ],
        "tags": [{"id": "t", "name": "T"}, {"id": "u", "name": "U"}],
        "blueprints": [{**blueprint("b1"), "enrollment_code": {"code": "1", "is_active": False}}, blueprint("b2")],
    }
    plan = teardown_plan(objects, there=there)
    assert plan["restore_devices"] == [{"device_id": "d1", "blueprint": "b1", "user": "7", "tags": []}]
    assert plan["remove_iru_tag"] == [{"id": "t", "name": "T"}]
    assert kept(plan) == {
        "u": "others have put devices on it (d3)",
        "d2": "the Blueprint that it was on is no longer there",
        "b2": "others have put devices on it (d2)",
    }
    assert [one["enrollment_code"] for one in plan["restore_iru_blueprint"]] == [{"is_active": True}]


def test_another_word_for_what_others_have_changed_is_refused() -> None:
    with pytest.raises(InvalidInput, match="expected ask, discard or keep"):
        teardown_plan([], changed_since="perhaps")
